//! Trials: a command handled once more, on a copy of the desk on which something else is true. Everything is decided by
//! the desk itself; nothing here knows how.

use super::canary::Rulesets;
use super::command::Command;
use super::event::{Event, EventRecord};
use super::frame::Frame;
use super::hours::HoursState;
use super::state::{Batch, Desk};
use super::step::Step;
use crate::id::{AgentId, CustomerId, HoursId, RuleId};
use crate::limits::STEPS_PER_COMMAND_MAX;
use crate::model::{Agent, Directory, Presence};
use crate::time::Timestamp;
use crate::trace::TraceLevel;

/// Something that is not so, assumed to be so from a moment before the command on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Assumed {
    /// An agent is like this.
    Agent(Box<Agent>),
    /// An agent is online.
    Online(AgentId),
    /// An agent's accepting switch stands so.
    Accepting(AgentId, bool),
    /// Hours are open.
    Open(HoursId),
    /// A rule is not there.
    Without(RuleId),
    /// The tenant is configured like this. Its agents stay as they are, changed live or not.
    Configured(Box<Directory>),
}

impl Desk {
    /// A copy to look back at and to try things on. Of the customers it has those who are at the desk, and `customer`.
    pub(crate) fn to_look_back(&self, customer: Option<CustomerId>) -> Desk {
        let there = self.conversations.sorted();
        let there = there.iter().filter_map(|conversation| conversation.customer);
        Desk {
            customers: self.customers.only(there.chain(customer)),
            seq: self.seq,
            now: self.now,
            frame: self.frame.clone(),
            agents: self.agents.clone(),
            groups: self.groups.clone(),
            conversations: self.conversations.clone(),
            canary: self.canary.clone(),
            breakers: self.breakers.clone(),
            deadlines: self.deadlines.clone(),
            online_seq: self.online_seq,
        }
    }

    /// The desk after `command`, had all of `assumed` become so just before it, with all that follows from either.
    pub(crate) fn tried(&self, rulesets: Rulesets<'_>, assumed: &[Assumed], command: &Command) -> Desk {
        let mut batch = Batch::default();
        let at = self.now.max(command.at);
        let mut desk = self.assuming(assumed, at, &mut batch);
        let mut steps_left = STEPS_PER_COMMAND_MAX;
        desk.settle(rulesets, at, TraceLevel::Off, &mut batch, &mut steps_left);
        batch.clear();
        // A refusal changes nothing, and so is an answer too.
        drop(desk.handle_by(rulesets, command, TraceLevel::Off, &mut batch));
        desk
    }

    /// The desk with all of `assumed` true, before anything follows from it.
    pub(crate) fn with(&self, assumed: &[Assumed]) -> Desk {
        self.assuming(assumed, self.now, &mut Batch::default())
    }

    fn assuming(&self, assumed: &[Assumed], at: Timestamp, batch: &mut Batch) -> Desk {
        let mut desk = self.clone();
        assumed.iter().for_each(|one| desk.assume(one, at, batch));
        desk
    }

    fn assume(&mut self, assumed: &Assumed, at: Timestamp, batch: &mut Batch) {
        let event = match assumed {
            Assumed::Agent(agent) => Event::AgentChanged { agent: agent.clone() },
            Assumed::Online(agent) => Event::PresenceChanged { agent: *agent, presence: Presence::Online },
            Assumed::Accepting(agent, accepting) => {
                Event::AcceptingChanged { agent: *agent, accepting: *accepting }
            }
            Assumed::Open(hours) => {
                let until = self.frame.hours.get(hours.index()).and_then(|state| state.until);
                Event::HoursTurned { hours: *hours, state: HoursState { open: true, until } }
            }
            // A rule whose breaker is open is passed over.
            Assumed::Without(rule) => Event::BreakerOpened { rule: *rule, until: Timestamp(i64::MAX) },
            Assumed::Configured(directory) => {
                self.configure(directory);
                batch.steps.push_back(Step::Sweep(None));
                return;
            }
        };
        batch.events.push(EventRecord { seq: self.seq + 1, at, event });
        self.fold_from(batch.events.len() - 1, batch);
    }

    /// Puts another configuration into the frame. Publishing it would route anew what waits, which is another question.
    fn configure(&mut self, directory: &Directory) {
        let Some(revision) = self.frame.revision else { return };
        let credits: Vec<_> = self.agents.iter().map(|agent| agent.credits(&self.groups)).collect();
        let wait_thresholds_ms = std::mem::take(&mut self.frame.wait_thresholds_ms);
        self.frame = Frame::new(revision, directory.clone(), std::mem::take(&mut self.frame.hours));
        self.frame.wait_thresholds_ms = wait_thresholds_ms;
        self.reindex(&credits);
    }
}
