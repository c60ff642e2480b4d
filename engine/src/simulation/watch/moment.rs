//! Moments worth a look: what the time bar can jump to.

use serde::{Deserialize, Serialize};

use super::super::Observer;
use crate::desk::{Batch, CloseReason, Command, Event, EventRecord};
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::model::Presence;
use crate::time::Timestamp;

/// A kind of moment.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// Anything at all: the next step.
    Event,
    /// Somebody begins to wait where nobody waited, in any group.
    QueueStarts,
    /// A conversation begins to wait.
    Queued,
    /// A visitor gives up waiting.
    Abandoned,
    /// A conversation goes to a bot, a message or a ticket.
    FellBack,
    /// A rule fails and is skipped.
    RuleFailed,
    /// A rule that keeps failing is switched off.
    BreakerOpened,
    /// An agent gives a conversation back, or loses it.
    Unassigned,
    /// An agent comes online.
    AgentOnline,
    /// An agent is no longer online.
    AgentGone,
    /// Hours or a shift begin or end.
    HoursTurned,
    /// A revision goes live.
    Published,
}

/// A moment that was found.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Found {
    /// When.
    pub at: Timestamp,
    /// The event's place in the order of all.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seq: u64,
    /// What.
    pub moment: Moment,
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// The group.
    pub group: Option<GroupId>,
    /// The agent.
    pub agent: Option<AgentId>,
    /// The rule.
    pub rule: Option<RuleId>,
}

/// Watches a run for the first moment of one kind.
#[derive(Debug)]
pub(super) struct Seeker {
    moment: Moment,
    /// How many conversations wait before the next command, in all groups.
    pub(super) waiting: u32,
    pub(super) found: Option<Found>,
}

impl Seeker {
    pub(super) fn new(moment: Moment) -> Seeker {
        Seeker { moment, waiting: 0, found: None }
    }

    fn look(&mut self, record: &EventRecord) {
        let nothing = Found {
            at: record.at,
            seq: record.seq,
            moment: self.moment,
            conversation: None,
            group: None,
            agent: None,
            rule: None,
        };
        let found = match (&record.event, self.moment) {
            (Event::Queued { conversation, group, .. }, Moment::Queued) => {
                Found { conversation: Some(*conversation), group: Some(*group), ..nothing }
            }
            (Event::Queued { conversation, group, .. }, Moment::QueueStarts) if self.waiting == 0 => {
                Found { conversation: Some(*conversation), group: Some(*group), ..nothing }
            }
            (Event::Closed { conversation, reason: CloseReason::Abandoned, .. }, Moment::Abandoned)
            | (Event::FellBack { conversation, .. }, Moment::FellBack) => {
                Found { conversation: Some(*conversation), ..nothing }
            }
            (Event::RuleFailed { conversation, rule, .. }, Moment::RuleFailed) => {
                Found { conversation: Some(*conversation), rule: Some(*rule), ..nothing }
            }
            (Event::BreakerOpened { rule, .. }, Moment::BreakerOpened) => {
                Found { rule: Some(*rule), ..nothing }
            }
            (Event::Unassigned { conversation, agent, .. }, Moment::Unassigned) => {
                Found { conversation: Some(*conversation), agent: Some(*agent), ..nothing }
            }
            (Event::PresenceChanged { agent, presence: Presence::Online }, Moment::AgentOnline) => {
                Found { agent: Some(*agent), ..nothing }
            }
            (Event::PresenceChanged { agent, presence }, Moment::AgentGone)
                if *presence != Presence::Online =>
            {
                Found { agent: Some(*agent), ..nothing }
            }
            (Event::HoursTurned { .. }, Moment::HoursTurned)
            | (_, Moment::Event)
            | (Event::Published { .. }, Moment::Published) => nothing,
            _ => return,
        };
        self.found.get_or_insert(found);
    }
}

impl Observer for Seeker {
    fn batch(&mut self, _command: &Command, batch: &Batch) {
        batch.events.iter().for_each(|record| self.look(record));
    }
}
