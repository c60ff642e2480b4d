//! Steps: what an event makes possible, decided next, until the desk is quiet.

use crate::id::{AgentId, ConversationId, GroupId};
use crate::rules::Trigger;

/// Something to decide.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Run the rules.
    Evaluate(ConversationId, Trigger),
    /// Find a place for a conversation that has a plan.
    Place(ConversationId),
    /// A conversation an agent holds was sent elsewhere: move it if somebody there can take it now.
    Escalate(ConversationId),
    /// An agent may have room: give them the best waiting conversation.
    Offer(AgentId),
    /// One group, or every group, may have room: give the best waiting conversation to somebody.
    Sweep(Option<GroupId>),
    /// A group's hours ended: nobody is to wait there.
    CloseGroup(GroupId),
    /// A revision went live: decide again about everything that waits.
    Reconsider,
}
