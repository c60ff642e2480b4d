//! How each conversation of a run went.

use std::sync::Arc;

use super::super::Observer;
use super::super::scenario::Scenario;
use super::super::traffic::{Arrival, Traffic};
use super::COMPARED_MAX;
use crate::desk::{Batch, CloseReason, Command, Event, EventRecord};
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::model::{Directory, FallbackStep};
use crate::rules::{Plan, Target};
use crate::time::Timestamp;

/// How one conversation went under one ruleset.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How it came.
    pub arrival: Arrival,
    /// What was planned for it first.
    pub first: Option<Planned>,
    /// What was planned for it last, if it was planned anew.
    pub last: Option<Planned>,
    /// Where it came to.
    pub end: End,
    /// From its arrival until an agent first had it, or the visitor left.
    pub wait_ms: i64,
    /// Whether an agent had it.
    pub connected: bool,
}

impl Outcome {
    /// What was planned for it last.
    #[must_use]
    pub fn plan(&self) -> Option<&Planned> {
        self.last.as_ref().or(self.first.as_ref())
    }
}

/// A plan, and who had a part in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: Arc<Plan>,
    /// The rules that gave effects, in order.
    pub rules: Box<[RuleId]>,
}

/// Where a conversation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// To an agent, for this group.
    Served(AgentId, GroupId),
    /// The visitor left while it waited for this group.
    Abandoned(GroupId),
    /// To a bot, a message or a ticket.
    FellBack(FallbackStep),
    /// Nowhere, yet.
    Underway(Option<GroupId>),
}

/// Watches a run and keeps the outcome of every conversation, in order of number.
#[derive(Debug)]
pub struct Outcomes {
    traffic: Traffic,
    list: Vec<Outcome>,
    /// Conversations that were one too many to be kept.
    skipped: u64,
}

impl Outcomes {
    /// For a run of this scenario with this seed.
    #[must_use]
    pub fn new(scenario: &Scenario, directory: &Directory, seed: u64) -> Outcomes {
        Outcomes { traffic: Traffic::new(scenario, directory, seed), list: Vec::new(), skipped: 0 }
    }

    /// The outcomes so far; the first is that of conversation 1.
    #[must_use]
    pub fn list(&self) -> &[Outcome] {
        &self.list
    }

    /// Conversations beyond [`COMPARED_MAX`], which are in the figures but not here.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn get(&mut self, id: ConversationId) -> Option<&mut Outcome> {
        self.list.get_mut(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    fn opened(&mut self) {
        let Some(arrival) = self.traffic.next() else { return };
        if self.list.len() == COMPARED_MAX {
            self.skipped += 1;
            return;
        }
        self.list.push(Outcome {
            arrival,
            first: None,
            last: None,
            end: End::Underway(None),
            wait_ms: 0,
            connected: false,
        });
    }

    fn follow(&mut self, record: &EventRecord) {
        let at = record.at;
        match &record.event {
            Event::ConversationOpened { .. } => self.opened(),
            Event::Routed { conversation, rules, plan, .. } => self.routed(*conversation, rules, plan),
            Event::Queued { conversation, group, .. } => {
                if let Some(outcome) = self.get(*conversation) {
                    outcome.end = End::Underway(Some(*group));
                }
            }
            Event::Assigned { conversation, agent, group, .. } => {
                if let Some(outcome) = self.get(*conversation) {
                    outcome.end = End::Served(*agent, *group);
                    if !outcome.connected {
                        outcome.connected = true;
                        outcome.wait_ms = at.since_ms(outcome.arrival.at);
                    }
                }
            }
            Event::FellBack { conversation, to, .. } => {
                if let Some(outcome) = self.get(*conversation) {
                    outcome.end = End::FellBack(to.clone());
                }
            }
            Event::Closed { conversation, reason: CloseReason::Abandoned, .. } => {
                self.abandoned(*conversation, at);
            }
            _ => {}
        }
    }

    fn routed(&mut self, id: ConversationId, rules: &[RuleId], plan: &Arc<Plan>) {
        let Some(outcome) = self.get(id) else { return };
        if let (End::Underway(group), Target::Group(to) | Target::Agent { group: to, .. }) =
            (&mut outcome.end, &plan.target)
        {
            *group = Some(*to);
        }
        let planned = Planned { plan: Arc::clone(plan), rules: rules.into() };
        match &outcome.first {
            None => outcome.first = Some(planned),
            Some(_) => outcome.last = Some(planned),
        }
    }

    fn abandoned(&mut self, id: ConversationId, at: Timestamp) {
        let Some(outcome) = self.get(id) else { return };
        if let End::Underway(Some(group)) = outcome.end {
            outcome.end = End::Abandoned(group);
        }
        if !outcome.connected {
            outcome.wait_ms = at.since_ms(outcome.arrival.at);
        }
    }
}

impl Observer for Outcomes {
    fn batch(&mut self, _: &Command, batch: &Batch) {
        batch.events.iter().for_each(|record| self.follow(record));
    }
}
