//! The life of one conversation of a simulated run: every event, every decision with its trace, and what can be asked
//! about a decision.
//!
//! - [`Followed::life`]: the whole of it, in order
//! - [`Followed::why`]: where every agent of the tenant stood at a decision
//! - [`Followed::what_if`]: the changes under which it would have gone otherwise, each really tried
//! - [`Followed::keep`]: a rule test out of which the same comes
//! - [`Followed::lit`]: the lines of the rules with the values that they read

mod change;
mod events;
mod keep;
mod lit;
mod told;
mod what_if;
mod why;

pub use change::ChangeTold;
pub use events::{CauseTold, EventTold, What, WidenedTold};
pub use keep::{KEPT_TESTS, KeptTest, KeptWith, NotKept};
pub use lit::{ConditionLit, Lit, RuleLit, lit_lines};
pub use told::{
    DecisionTold, FateTold, GroupThen, Life, LifeVisitor, MomentTold, NoSuchConversation, SpotTold, Stretch,
};
pub use what_if::{Goal, OtherwiseTold, TRIALS_MAX, WhatIf, WithoutRule};
pub use why::{ReadTold, ReasonCount, StandingTold, WHY_ROWS_MAX, Why};

use std::ops::Deref;

use super::tell::{Teller, tell};
use super::told::Named;
use crate::desk::{Desk, Event, PlaceView};
use crate::id::{ConversationId, GroupId};
use crate::model::FallbackStep;
use crate::rules::Ruleset;
use crate::simulation::{Followed, LifeMoment};
use crate::time::Timestamp;
use crate::trace::{PlacementOutcome, Trace, TraceStep};

/// Groups whose numbers are told with one decision.
const GROUPS_TOLD_MAX: usize = 8;

/// A decision of a life: a moment, and which of its decisions.
#[derive(Copy, Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DecisionId {
    /// The place in [`Life::moments`].
    pub moment: usize,
    /// The place in [`MomentTold::decisions`].
    pub decision: usize,
}

impl<R: Deref<Target = Ruleset>> Followed<R> {
    /// All of it.
    ///
    /// # Errors
    /// The run has no such conversation.
    pub fn life(&self) -> Result<Life, NoSuchConversation> {
        let missing = NoSuchConversation { conversation: self.conversation.0, opened: self.opened };
        let (first, arrival) = (self.moments.first().ok_or(missing)?, self.arrival.ok_or(missing)?);
        let ended_at = self.moments.iter().flat_map(|moment| &moment.events).rev().find_map(|record| {
            let closed = matches!(record.event, Event::Closed { .. });
            (closed && self.is_its(&record.event)).then_some(record.at)
        });
        Ok(Life {
            conversation: self.conversation.0,
            seed: self.seed,
            revision: first.ruleset.revision().to_string(),
            zone: first.ruleset.directory().settings.zone.clone(),
            opened_at: arrival.at,
            ended_at,
            visitor: self.opening().ok_or(missing)?,
            stretches: self.stretches(),
            moments: self.moments.iter().map(|moment| self.moment_told(moment)).collect(),
            left_out: self.left_out,
        })
    }

    /// Who came, and with what.
    fn opening(&self) -> Option<LifeVisitor> {
        let (first, arrival) = (self.moments.first()?, self.arrival?);
        first.events.iter().find_map(|record| match &record.event {
            Event::ConversationOpened {
                conversation,
                customer,
                channel,
                entry,
                language,
                vip,
                attributes,
                text,
            } if *conversation == self.conversation => Some(LifeVisitor {
                channel: Teller::new(&first.ruleset).channel(*channel),
                entry: entry.clone(),
                language: language.clone(),
                vip: *vip,
                text: text.clone().unwrap_or_default(),
                intent: self.intent.clone(),
                customer: customer.map(|customer| customer.0),
                returning: customer.is_some_and(|customer| first.desk.knows(customer)),
                attributes: self.attributes(first).unwrap_or_else(|| attributes.clone()),
                patience_ms: arrival.patience_ms,
                handle_ms: arrival.handle_ms,
            }),
            _ => None,
        })
    }

    fn is_its(&self, event: &Event) -> bool {
        event.conversation() == Some(self.conversation)
    }

    /// What the site says about a recognised customer.
    fn attributes(&self, first: &LifeMoment<R>) -> Option<std::collections::BTreeMap<String, String>> {
        first.events.iter().find_map(|record| match &record.event {
            Event::CustomerSeen { attributes, .. } => Some(attributes.clone()),
            _ => None,
        })
    }

    fn moment_told(&self, moment: &LifeMoment<R>) -> MomentTold {
        let teller = Teller::new(&moment.ruleset);
        let its = moment.events.iter().filter(|record| self.is_its(&record.event));
        let queue = match moment.desk.conversation(self.conversation).map(|view| view.place) {
            Some(PlaceView::Queued { group, .. }) => Some(group),
            _ => None,
        };
        MomentTold {
            at: moment.events.first().map_or(moment.command.at, |record| record.at),
            cause: events::cause(moment, self.conversation, teller),
            events: its.map(|record| events::event(record, queue, teller)).collect(),
            decisions: moment
                .traces
                .iter()
                .map(|trace| DecisionTold {
                    step: tell(trace, &moment.ruleset),
                    groups: self.groups_then(moment, trace, teller),
                })
                .collect(),
        }
    }

    /// The groups a decision is about, in numbers, as it saw them.
    fn groups_then(&self, moment: &LifeMoment<R>, trace: &Trace, teller: Teller<'_>) -> Vec<GroupThen> {
        let desk = moment.desk_at(trace);
        let mut groups = groups_of(&desk, self.conversation, trace);
        if let TraceStep::Rules(rules) = &trace.step {
            groups.extend(rules.plan.as_ref().and_then(crate::rules::Plan::target_group));
        }
        let mut known = Vec::new();
        groups.retain(|group| !known.contains(group) && (known.push(*group), true).1);
        groups.truncate(GROUPS_TOLD_MAX);
        groups
            .into_iter()
            .filter_map(|id| Some(GroupThen { group: teller.group(id), facts: desk.group_facts(id)? }))
            .collect()
    }

    /// Where it was, from one change to the next.
    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for moment in &self.moments {
            let teller = Teller::new(&moment.ruleset);
            for record in moment.events.iter().filter(|record| self.is_its(&record.event)) {
                let place = match &record.event {
                    Event::Queued { group, .. } => SpotTold::Queue { group: teller.group(*group) },
                    Event::Assigned { agent, group, .. } => {
                        SpotTold::Agent { agent: teller.agent(*agent), group: teller.group(*group) }
                    }
                    Event::FellBack { to, .. } => SpotTold::Away { to: teller.fallback(to) },
                    Event::Unassigned { .. } | Event::Closed { .. } => {
                        end(&mut stretches, record.at);
                        continue;
                    }
                    _ => continue,
                };
                if stretches.last().is_some_and(|last| last.to.is_none() && last.place == place) {
                    continue;
                }
                end(&mut stretches, record.at);
                stretches.push(Stretch { from: record.at, to: None, place });
            }
        }
        stretches
    }

    /// The moment and the trace of a decision.
    fn decision(&self, id: DecisionId) -> Option<(&LifeMoment<R>, &Trace)> {
        let moment = self.moments.get(id.moment)?;
        Some((moment, moment.traces.get(id.decision)?))
    }
}

fn end(stretches: &mut [Stretch], at: Timestamp) {
    if let Some(last) = stretches.last_mut().filter(|last| last.to.is_none()) {
        last.to = Some(at);
    }
}

/// The groups that were asked, in order.
fn groups_of(desk: &Desk, conversation: ConversationId, trace: &Trace) -> Vec<GroupId> {
    let mut groups: Vec<GroupId> = match &trace.step {
        TraceStep::Placement(placement) => placement.tries.iter().map(|asked| asked.group).collect(),
        TraceStep::Rules(_) => Vec::new(),
    };
    if groups.is_empty() {
        groups = desk.groups_asked(conversation);
    }
    if let TraceStep::Placement(placement) = &trace.step
        && let PlacementOutcome::Assigned { group, .. } | PlacementOutcome::Queued { group, .. } =
            &placement.outcome
        && !groups.contains(group)
    {
        groups.push(*group);
    }
    groups
}

/// Where a conversation is, told.
fn fate(desk: &Desk, conversation: ConversationId, teller: Teller<'_>) -> FateTold {
    match desk.conversation(conversation).map(|view| view.place) {
        Some(PlaceView::Assigned { agent, group, .. }) => {
            FateTold::Assigned { agent: teller.agent(agent), group: teller.group(group) }
        }
        Some(PlaceView::Queued { group, position, .. }) => {
            FateTold::Queued { group: teller.group(group), position }
        }
        Some(PlaceView::Bot { name }) => {
            FateTold::Away { to: teller.fallback(&FallbackStep::Bot(name.to_owned())) }
        }
        Some(PlaceView::Fallback { kind }) => FateTold::Away { to: teller.fallback(kind) },
        Some(PlaceView::BeingPlaced) | None => FateTold::Gone,
    }
}

/// A name that a search looks for in slug and name, without regard to case.
fn is_named(named: &Named, search: &str) -> bool {
    let search = search.to_lowercase();
    named.slug.to_lowercase().contains(&search) || named.name.to_lowercase().contains(&search)
}
