//! Refusals: commands that cannot be carried out. Nothing has changed when one is given.

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
    /// A value is over its limit.
    #[error("{what} is over its limit of {limit}")]
    OverLimit {
        /// What.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}
