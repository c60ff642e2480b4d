//! Where a run's commands come from: a scenario, or what was recorded. The run hands each to the desk and tells the
//! source what came of it, so that the source knows what that leads to.

use std::sync::Arc;

use super::super::floor::{Floor, Live};
use super::super::recorded::Recorded;
use super::super::scenario::Scenario;
use super::super::traffic::{Arrival, Surge};
use super::synthetic::Synthetic;
use crate::desk::{CommandBody, EventRecord};
use crate::id::{AgentId, ChannelId, ConversationId};
use crate::model::{Directory, FallbackStep};
use crate::rules::Revision;
use crate::time::Timestamp;

/// What happens next. What happens at one instant happens in this order.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::simulation) enum Next {
    Tick,
    Calendar,
    Staff,
    Arrival,
    Injection,
}

/// A command that the source gives.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Given {
    pub(in crate::simulation) body: CommandBody,
    /// Who comes, of a conversation that begins.
    pub(in crate::simulation) arrival: Option<Arrival>,
    /// What is known to have followed: the desk is not asked then.
    pub(in crate::simulation) known: Option<Vec<EventRecord>>,
}

impl Given {
    pub(in crate::simulation) fn command(body: CommandBody) -> Given {
        Given { body, arrival: None, known: None }
    }
}

/// Where commands come from.
#[derive(Clone, Debug)]
pub(in crate::simulation) enum Source {
    Synthetic(Box<Synthetic>),
    Recorded(Box<Recorded>),
}

impl Source {
    pub(super) fn synthetic(scenario: &Arc<Scenario>, directory: &Directory, seed: u64) -> Source {
        Source::Synthetic(Box::new(Synthetic::new(scenario, directory, seed)))
    }

    /// When the next command is due, and what kind of thing it is.
    pub(super) fn peek(&self) -> Option<(Timestamp, Next)> {
        match self {
            Source::Synthetic(source) => source.peek(),
            Source::Recorded(source) => source.peek().map(|at| (at, Next::Calendar)),
        }
    }

    /// Whether a run under a ruleset of this revision begins with its going live.
    pub(super) fn begins_with_publishing(&self, revision: Revision) -> bool {
        match self {
            Source::Synthetic(_) => true,
            Source::Recorded(source) => source.begins_with_publishing(revision),
        }
    }

    /// The ruleset that goes live next, where a recording is told.
    pub(super) fn goes_live_next(&self) -> Option<Revision> {
        match self {
            Source::Synthetic(_) => None,
            Source::Recorded(source) => source.goes_live_next(),
        }
    }

    /// Whether a deadline of the desk is carried out when it is due. A recording has its own ticks, as long as what happens
    /// is what happened.
    pub(super) fn heeds_deadline(&self, due: Timestamp) -> bool {
        match self {
            Source::Synthetic(_) => true,
            Source::Recorded(source) => source.heeds_deadline(due),
        }
    }

    /// Takes what is due next; `None` where it has become void.
    pub(super) fn take(&mut self, next: Next, floor: &mut Floor) -> Option<Given> {
        match self {
            Source::Synthetic(source) => source.take(next, floor),
            Source::Recorded(source) => source.take(floor),
        }
    }

    /// Whether more conversations come.
    pub(super) fn brings_more(&self) -> bool {
        matches!(self, Source::Synthetic(source) if source.traffic.peek().is_some())
    }

    /// Whether the limit on conversations ended the arrivals.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Source::Synthetic(source) if source.traffic.is_cut())
    }

    /// A conversation began.
    pub(super) fn opened(&mut self, id: ConversationId, arrival: &Arrival) {
        match self {
            Source::Synthetic(source) => source.opened(id, arrival),
            Source::Recorded(_) => {}
        }
    }

    /// A conversation waits for people.
    pub(super) fn waits(&mut self, id: ConversationId, live: &Live, at: Timestamp) {
        match self {
            Source::Synthetic(source) => source.waits(id, live, at),
            Source::Recorded(source) => source.waits(id, live, at),
        }
    }

    /// An agent has a conversation. Gives when the agent is there for it; `None`: the visitor leaves before.
    pub(super) fn assigned(
        &mut self,
        id: ConversationId,
        live: &Live,
        agent: AgentId,
        directory: &Directory,
        at: Timestamp,
    ) -> Option<Timestamp> {
        match self {
            Source::Synthetic(source) => source.assigned(id, live, agent, directory, at),
            Source::Recorded(source) => {
                source.assigned(id, live, agent, at);
                Some(at)
            }
        }
    }

    /// A fallback has a conversation.
    pub(super) fn fell_back(&mut self, id: ConversationId, live: &Live, to: &FallbackStep, at: Timestamp) {
        match self {
            Source::Synthetic(source) => source.fell_back(id, live, to, at),
            Source::Recorded(source) => source.fell_back(id, live, to, at),
        }
    }

    /// A command was carried out; `false`: the desk refused it.
    pub(super) fn carried_out(&mut self, events: &[EventRecord], was_accepted: bool) {
        if let Source::Recorded(source) = self {
            source.carried_out(events, was_accepted);
        }
    }

    /// Whether the agent goes home as soon as nothing is in hand.
    pub(super) fn is_leaving(&self, agent: AgentId) -> bool {
        matches!(self, Source::Synthetic(source) if source.staff.is_leaving(agent))
    }

    /// What the desk has to be told of an agent's presence.
    pub(super) fn presence(&mut self, agent: AgentId, floor: &Floor) -> Option<CommandBody> {
        match self {
            Source::Synthetic(source) => source.presence(agent, floor),
            Source::Recorded(source) => source.presence(agent, floor),
        }
    }

    /// Sends an agent away, or lets them come back.
    pub(super) fn send(&mut self, agent: AgentId, away: bool) {
        match self {
            Source::Synthetic(source) => source.staff.send(agent, away),
            Source::Recorded(source) => source.send(agent, away),
        }
    }

    /// Whether an agent was sent away.
    pub(in crate::simulation) fn is_sent(&self, agent: AgentId) -> bool {
        match self {
            Source::Synthetic(source) => source.staff.is_sent(agent),
            Source::Recorded(source) => source.is_sent(agent),
        }
    }

    /// Whether an agent who is given a conversation now does not answer. Of a recorded day nobody knows.
    pub(in crate::simulation) fn is_silent(&self, agent: AgentId, now: Timestamp) -> bool {
        match self {
            Source::Synthetic(source) => source.staff.silent_until(agent, now).is_some(),
            Source::Recorded(_) => false,
        }
    }

    /// Another ruleset goes live.
    pub(super) fn swapped(&mut self, directory: &Directory, now: Timestamp) {
        match self {
            Source::Synthetic(source) => source.swapped(directory, now),
            Source::Recorded(_) => {}
        }
    }

    /// Brings more conversations. A recording has whom it has.
    pub(super) fn add_surge(&mut self, surge: &Surge, directory: &Directory, seed: u64) {
        if let Source::Synthetic(source) = self {
            source.traffic.add_surge(surge, directory, seed);
        }
    }

    /// Conversations an hour that come by a channel at an instant.
    pub(in crate::simulation) fn per_hour(&self, channel: ChannelId, at: Timestamp) -> f64 {
        match self {
            Source::Synthetic(source) => source.traffic.per_hour(channel, at),
            Source::Recorded(source) => source.per_hour(channel, at),
        }
    }
}
