//! The state of a desk.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::agent::AgentState;
use super::breaker::Breaker;
use super::canary::Canary;
use super::conversation::Conversation;
use super::customers::Customers;
use super::event::EventRecord;
use super::frame::Frame;
use super::group::GroupState;
use super::shadow::ShadowDecision;
use super::step::Step;
use crate::id::{AgentId, ConversationId, GroupId, HoursId, RuleId};
use crate::rules::RuleCall;
use crate::time::Timestamp;
use crate::trace::Trace;

/// One tenant's live state.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// The last event's.
    pub(crate) seq: u64,
    /// The last command's instant.
    pub(crate) now: Timestamp,
    pub(crate) frame: Frame,
    /// By agent id.
    pub(crate) agents: Vec<AgentState>,
    /// By group id.
    pub(crate) groups: Vec<GroupState>,
    pub(crate) conversations: Conversations,
    pub(crate) customers: Customers,
    /// The candidate that decides about a share of the customers.
    pub(crate) canary: Option<Canary>,
    /// By rule; the rules of the live revision and of the canary's.
    pub(crate) breakers: BTreeMap<RuleId, Breaker>,
    pub(crate) deadlines: BTreeSet<(Timestamp, Deadline)>,
    /// Counts agents coming online.
    pub(crate) online_seq: u64,
}

/// Whose deadline.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deadline {
    /// Hours turn.
    Hours(HoursId),
    /// An agent has been offline too long to keep their conversations.
    Agent(AgentId),
    /// A waiting conversation's ask relaxes, a threshold passes, or it has waited too long.
    Conversation(ConversationId),
}

/// All events of one command, which are journaled together or not at all, and the traces that explain them.
/// Handed to [`Desk::handle`] again and again, it is cleared and keeps its memory.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What happened, in order.
    pub events: Vec<EventRecord>,
    /// Why; empty with the trace off. Traces explain, they are no part of the state.
    pub traces: Vec<Trace>,
    /// What the calls of scripts and modules cost, in order; no part of the state either.
    pub calls: Vec<RuleCall>,
    /// What a candidate would have decided; empty without a shadow. No part of the state either.
    pub shadow: Vec<ShadowDecision>,
    /// What the events so far make possible.
    pub(crate) steps: std::collections::VecDeque<Step>,
}

impl Batch {
    /// Empties the batch, keeping its memory.
    pub fn clear(&mut self) {
        self.events.clear();
        self.traces.clear();
        self.calls.clear();
        self.shadow.clear();
        self.steps.clear();
    }
}

impl Desk {
    /// A desk on which nothing was published yet.
    #[must_use]
    pub fn new() -> Desk {
        Desk::default()
    }

    /// When the desk wants to be handed a [`super::CommandBody::Tick`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let first = self.deadlines.first().map(|(at, _)| *at);
        first.into_iter().chain(self.guard_due()).min()
    }

    /// The sequence number of the last event.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    pub(crate) fn group(&self, id: GroupId) -> Option<&GroupState> {
        self.groups.get(id.index())
    }
}

/// The open conversations: found by number, kept side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversations {
    slots: Vec<Option<Conversation>>,
    free: Vec<u32>,
    slot_of: FxHashMap<ConversationId, u32>,
    /// The number of the last one opened.
    pub last: u64,
}

impl Conversations {
    pub(crate) fn len(&self) -> usize {
        self.slot_of.len()
    }

    pub(crate) fn get(&self, id: ConversationId) -> Option<&Conversation> {
        self.slots.get(*self.slot_of.get(&id)? as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: ConversationId) -> Option<&mut Conversation> {
        self.slots.get_mut(*self.slot_of.get(&id)? as usize)?.as_mut()
    }

    pub(crate) fn insert(&mut self, conversation: Conversation) {
        let id = conversation.id;
        self.last = self.last.max(id.0);
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(conversation);
                slot
            }
            None => {
                self.slots.push(Some(conversation));
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.slot_of.insert(id, slot);
    }

    pub(crate) fn remove(&mut self, id: ConversationId) {
        if let Some(slot) = self.slot_of.remove(&id) {
            self.free.push(slot);
            self.slots[slot as usize] = None;
        }
    }

    /// All, in no order that means anything.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Conversation> {
        self.slots.iter_mut().flatten()
    }

    /// All, by number.
    pub(crate) fn sorted(&self) -> Vec<&Conversation> {
        let mut all: Vec<_> = self.slots.iter().flatten().collect();
        all.sort_unstable_by_key(|conversation| conversation.id);
        all
    }
}
