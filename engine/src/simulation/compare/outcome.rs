//! How each conversation of a run went.

use std::sync::Arc;

use super::super::Observer;
use super::super::traffic::Arrival;
use super::COMPARED_MAX;
use crate::desk::{Batch, CloseReason, Command, Event, EventRecord, is_candidates};
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::model::FallbackStep;
use crate::rules::{Plan, Revision, Target};
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
    /// The place of the ruleset that said so among [`Outcomes::deciders`].
    pub by: u16,
    /// The plan.
    pub plan: Arc<Plan>,
    /// The rules that gave effects, in order.
    pub rules: Box<[RuleId]>,
}

/// A ruleset that decided.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Which.
    pub revision: Revision,
    /// Whether it did so as a canary: its rules have ids of their own then.
    pub is_canary: bool,
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

/// Watches a run and keeps the outcome of every conversation that begins in it, in order of number.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// The number of the first.
    first: u64,
    list: Vec<Outcome>,
    /// The conversation that is about to begin.
    opening: Option<Arrival>,
    /// Conversations that were one too many to be kept.
    skipped: u64,
    deciders: Vec<Decider>,
    live: u16,
    canary: Option<u16>,
}

impl Outcomes {
    /// For a run that begins with a ruleset of this revision.
    #[must_use]
    pub fn new(revision: Revision) -> Outcomes {
        let live = Decider { revision, is_canary: false };
        Outcomes { deciders: vec![live], ..Outcomes::default() }
    }

    /// The outcomes so far.
    #[must_use]
    pub fn list(&self) -> &[Outcome] {
        &self.list
    }

    /// The outcomes so far, each with its conversation's number.
    pub fn numbered(&self) -> impl Iterator<Item = (ConversationId, &Outcome)> {
        (self.first..).map(ConversationId).zip(&self.list)
    }

    /// Conversations beyond [`COMPARED_MAX`], which are in the figures but not here.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The rulesets that decided, in the order in which they began to.
    #[must_use]
    pub fn deciders(&self) -> &[Decider] {
        &self.deciders
    }

    fn get(&mut self, id: ConversationId) -> Option<&mut Outcome> {
        self.list.get_mut(usize::try_from(id.0.checked_sub(self.first)?).ok()?)
    }

    fn opened(&mut self, id: ConversationId) {
        let Some(arrival) = self.opening.take() else { return };
        if self.list.is_empty() {
            self.first = id.0;
        }
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

    /// The place of a ruleset that decides from now on.
    fn place(&mut self, revision: Revision, is_canary: bool) -> u16 {
        let decider = Decider { revision, is_canary };
        let known = self.deciders.iter().position(|known| *known == decider);
        let place = known.unwrap_or_else(|| {
            self.deciders.push(decider);
            self.deciders.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    fn follow(&mut self, record: &EventRecord) {
        let at = record.at;
        match &record.event {
            Event::Published { revision, .. } => self.live = self.place(*revision, false),
            Event::CanaryStarted { revision, .. } => self.canary = Some(self.place(*revision, true)),
            Event::CanaryEnded { .. } => self.canary = None,
            Event::ConversationOpened { conversation, .. } => self.opened(*conversation),
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
        let by = self.canary.filter(|_| rules.iter().copied().any(is_candidates)).unwrap_or(self.live);
        let Some(outcome) = self.get(id) else { return };
        if let (End::Underway(group), Target::Group(to) | Target::Agent { group: to, .. }) =
            (&mut outcome.end, &plan.target)
        {
            *group = Some(*to);
        }
        let planned = Planned { by, plan: Arc::clone(plan), rules: rules.into() };
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
    fn opens(&mut self, arrival: &Arrival) {
        self.opening = Some(*arrival);
    }

    fn batch(&mut self, _: &Command, batch: &Batch) {
        batch.events.iter().for_each(|record| self.follow(record));
    }
}
