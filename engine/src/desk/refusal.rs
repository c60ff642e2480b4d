//! Refusals: commands that cannot be carried out. Nothing has changed when one is given.

use super::canary::Breach;
use crate::id::{AgentId, ConversationId};

/// Why a command is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No revision was published yet.
    #[error("no revision is live yet: publish one first")]
    NothingPublished,
    /// The conversation does not exist or has ended.
    #[error("conversation `{0}` is not open")]
    NoSuchConversation(ConversationId),
    /// The agent does not exist in the live revision.
    #[error("agent `{0}` is not in the live revision")]
    NoSuchAgent(AgentId),
    /// Another thing the command names does not exist in the live revision.
    #[error("{what} `{id}` is not in the live revision")]
    NoSuch {
        /// `channel`, `group` or `skill`.
        what: &'static str,
        /// Its number.
        id: u32,
    },
    /// The conversation is in a state that does not allow it.
    #[error("conversation `{conversation}` is {is}, not {wanted}")]
    WrongPlace {
        /// Which.
        conversation: ConversationId,
        /// `waiting`, `assigned`, `with a bot`, `in a fallback`.
        is: &'static str,
        /// What the command needs.
        wanted: &'static str,
    },
    /// The agent may not be given this conversation.
    #[error("agent `{agent}` cannot take it: {reason:?}")]
    NotEligible {
        /// Who.
        agent: AgentId,
        /// Why not.
        reason: crate::trace::Reason,
    },
    /// There is no canary to end, or no candidate to start one with.
    #[error("no candidate runs as a canary")]
    NoCandidate,
    /// Another candidate runs as a canary.
    #[error("another candidate runs as a canary: withdraw it first")]
    CanaryRuns,
    /// The candidate changes more than rules; what differs is told in the words of the folder.
    #[error(
        "the candidate changes {0}, which go live for everybody at once: publish that change first, then the rules"
    )]
    OtherDirectory(&'static str),
    /// A guard does not hold even before the canary begins.
    #[error("a guard of the canary is breached already: {0}")]
    GuardBreached(Breach),
    /// A value is over its limit.
    #[error("{what} is over its limit of {limit}")]
    OverLimit {
        /// What.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}
