//! The conversations that go elsewhere, and the rule that makes the difference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::changes::Changes;
use super::decided_by::DecidedBy;
use super::names::Names;
use super::outcome::{End, Outcome, Planned};
use super::plan_told::plan_told;
use super::side::Visitors;
use crate::id::{AgentId, ConversationId};
use crate::model::FallbackStep;
use crate::time::Timestamp;

/// Ways that are told; the rest is only counted.
pub const WAYS_MAX: usize = 200;
/// Conversations that are told of each way.
pub const EXAMPLES_MAX: usize = 20;
/// A wait that differs by less than this is the same wait.
const SAME_WAIT_MS: i64 = 1_000;

/// Where a conversation came to, by names that two rulesets share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// A group.
    Group {
        /// Its slug.
        group: String,
        /// The tier of the agent, where the two sides differ in that.
        tier: Option<u8>,
    },
    /// A bot, by name.
    Bot(String),
    /// A message form.
    LeaveMessage,
    /// A ticket.
    Ticket,
    /// Nowhere.
    Nowhere,
}

/// Why a conversation goes elsewhere.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What was changed sends it elsewhere, or asks for others.
    Rules,
    /// What was changed has no part in its routing: others were faster, or an agent was busy.
    KnockOn,
}

/// Conversations of one way elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Way {
    /// Why.
    pub cause: Cause,
    /// What made the difference: of what decided on either side, the rule that was changed, added or removed.
    pub by: DecidedBy,
    /// Where they go under what is live.
    pub from: Destination,
    /// Where they go under the candidate.
    pub to: Destination,
    /// How many; a mean where several seeds were put together.
    pub conversations: f64,
    /// The first few.
    pub examples: Vec<MovedConversation>,
}

/// A conversation that goes elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MovedConversation {
    /// Its number, the same on both sides.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversation: u64,
    /// The seed of the run it is in.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
    /// When it began.
    pub at: Timestamp,
    /// Its channel's slug.
    pub channel: String,
    /// What was wanted.
    pub intent: String,
    /// The opening words.
    pub text: String,
    /// The VIP level.
    pub vip: u8,
    /// Under what is live.
    pub live: MovedSide,
    /// Under the candidate.
    pub candidate: MovedSide,
}

/// How a conversation went on one side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MovedSide {
    /// What decided where it was sent.
    pub by: DecidedBy,
    /// Where it came to.
    pub destination: Destination,
    /// The agent's slug.
    pub agent: Option<String>,
    /// Whether the visitor left while waiting.
    pub abandoned: bool,
    /// How long it waited.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub wait_ms: i64,
}

/// How many conversations fare differently. Means where several seeds were put together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Moved {
    /// Conversations compared.
    pub compared: f64,
    /// Those that go elsewhere.
    pub elsewhere: f64,
    /// Of these, those that rules send there.
    pub by_rules: f64,
    /// Those that wait a second or more longer.
    pub wait_longer: f64,
    /// Those that wait a second or more less.
    pub wait_shorter: f64,
    /// Those whose visitor only now leaves while waiting.
    pub abandon: f64,
    /// Those that nobody but a bot, a form or a ticket takes any more.
    pub fall_back: f64,
    /// The ways, the most used first.
    pub ways: Vec<Way>,
    /// Conversations that go a way that is not told, because there are too many ways.
    pub untold: f64,
}

/// What two sides of a comparison are told by.
#[derive(Copy, Clone)]
pub(super) struct Sides<'a> {
    pub(super) visitors: &'a Visitors,
    pub(super) seed: u64,
    pub(super) live: Names<'a>,
    pub(super) candidate: Names<'a>,
    pub(super) changes: &'a Changes,
}

impl Sides<'_> {
    /// Holds the outcomes of both sides against each other, conversation by conversation.
    pub(super) fn moved<'o>(
        self,
        live: impl Iterator<Item = (ConversationId, &'o Outcome)>,
        candidate: &[Outcome],
    ) -> Moved {
        let mut moved = Moved::default();
        let mut ways: BTreeMap<(Cause, DecidedBy, Destination, Destination), Way> = BTreeMap::new();
        let counted_from = self.visitors.counted_from();
        for ((number, before), after) in live.zip(candidate) {
            if before.arrival.at < counted_from {
                continue;
            }
            moved.compared += 1.0;
            let longer_ms = after.wait_ms - before.wait_ms;
            moved.wait_longer += f64::from(longer_ms >= SAME_WAIT_MS);
            moved.wait_shorter += f64::from(longer_ms <= -SAME_WAIT_MS);
            let abandoned = |outcome: &Outcome| matches!(outcome.end, End::Abandoned(_));
            moved.abandon += f64::from(abandoned(after) && !abandoned(before));
            let fell_back = |outcome: &Outcome| matches!(outcome.end, End::FellBack(_));
            moved.fall_back += f64::from(fell_back(after) && !fell_back(before));
            let Some((from, to)) = self.elsewhere(before, after) else { continue };
            let (cause, by) = self.cause(before, after);
            moved.elsewhere += 1.0;
            moved.by_rules += f64::from(cause == Cause::Rules);
            let way = ways.entry((cause, by, from, to)).or_insert_with_key(|(cause, by, from, to)| Way {
                cause: *cause,
                by: by.clone(),
                from: from.clone(),
                to: to.clone(),
                conversations: 0.0,
                examples: Vec::new(),
            });
            way.conversations += 1.0;
            if way.examples.len() < EXAMPLES_MAX {
                way.examples.push(self.tell(number, before, after));
            }
        }
        moved.ways = ways.into_values().collect();
        moved.keep_most_used();
        moved
    }

    /// Where a conversation goes on either side, if not to the same place.
    fn elsewhere(self, before: &Outcome, after: &Outcome) -> Option<(Destination, Destination)> {
        let (from, to) = (destination(before, self.live), destination(after, self.candidate));
        if from != to {
            return Some((from, to));
        }
        let (End::Served(had, _), End::Served(has, _)) = (&before.end, &after.end) else { return None };
        let (had, has) = (tier(*had, self.live)?, tier(*has, self.candidate)?);
        let with_tier = |destination, tier| match destination {
            Destination::Group { group, .. } => Destination::Group { group, tier: Some(tier) },
            other => other,
        };
        (had != has).then(|| (with_tier(from, had), with_tier(to, has)))
    }

    /// Whether a change or others' conversations make the difference, and what decided.
    fn cause(self, before: &Outcome, after: &Outcome) -> (Cause, DecidedBy) {
        // What came later may be a changed rule's doing, or that of having waited longer.
        let first = (before.first.as_ref(), after.first.as_ref());
        for (was, is) in [first, (before.plan(), after.plan())] {
            if !self.same_plan(was, is)
                && let Some(by) = self.changed(was, is)
            {
                return (Cause::Rules, by);
            }
        }
        (Cause::KnockOn, DecidedBy::of(after.plan(), self.candidate))
    }

    /// What was changed and had a part in the difference between two plans. Without any, an unchanged rule looked at a
    /// desk that was in another state.
    fn changed(self, was: Option<&Planned>, is: Option<&Planned>) -> Option<DecidedBy> {
        let changed = |planned: Option<&Planned>, names: Names<'_>| {
            let Planned { by, rules, .. } = planned?;
            let mut slugs = rules.iter().filter_map(|rule| Some(names.rule(*by, *rule)?.slug.clone()));
            slugs.find(|slug| self.changes.rules.contains(slug))
        };
        let rule = changed(is, self.candidate).or_else(|| changed(was, self.live));
        let elsewhere = || self.changes.configuration.then(|| DecidedBy::of(is, self.candidate));
        rule.map(DecidedBy::Rule).or_else(elsewhere)
    }

    fn same_plan(self, was: Option<&Planned>, is: Option<&Planned>) -> bool {
        // Ids are dense numbers of one directory: the same plan of two directories may have other ids.
        let (live, candidate) = (self.live.directory(), self.candidate.directory());
        was.map(|was| plan_told(&was.plan, live)) == is.map(|is| plan_told(&is.plan, candidate))
    }

    fn tell(self, number: ConversationId, before: &Outcome, after: &Outcome) -> MovedConversation {
        let arrival = &before.arrival;
        let channel = self.live.directory().channel(arrival.channel);
        let (intent, text) = self.visitors.words(number, arrival);
        MovedConversation {
            conversation: number.0,
            seed: self.seed,
            at: arrival.at,
            channel: channel.map(|channel| channel.slug.clone()).unwrap_or_default(),
            intent,
            text,
            vip: arrival.vip,
            live: side(before, self.live),
            candidate: side(after, self.candidate),
        }
    }
}

impl Moved {
    fn keep_most_used(&mut self) {
        self.ways.sort_by(|a, b| {
            b.conversations.total_cmp(&a.conversations).then_with(|| (&a.by, &a.from).cmp(&(&b.by, &b.from)))
        });
        let rest = self.ways.split_off(self.ways.len().min(WAYS_MAX));
        self.untold += rest.iter().map(|way| way.conversations).sum::<f64>();
    }

    /// The means over several seeds.
    pub(super) fn mean(seeds: &[&Moved]) -> Moved {
        let share = 1.0 / seeds.len().max(1) as f64;
        let mut mean = Moved::default();
        let mut ways: BTreeMap<(Cause, DecidedBy, Destination, Destination), Way> = BTreeMap::new();
        for moved in seeds {
            mean.compared += moved.compared * share;
            mean.elsewhere += moved.elsewhere * share;
            mean.by_rules += moved.by_rules * share;
            mean.wait_longer += moved.wait_longer * share;
            mean.wait_shorter += moved.wait_shorter * share;
            mean.abandon += moved.abandon * share;
            mean.fall_back += moved.fall_back * share;
            mean.untold += moved.untold * share;
            for way in &moved.ways {
                let key = (way.cause, way.by.clone(), way.from.clone(), way.to.clone());
                let known = ways.entry(key).or_insert_with(|| Way {
                    conversations: 0.0,
                    examples: Vec::new(),
                    ..way.clone()
                });
                known.conversations += way.conversations * share;
                let room = EXAMPLES_MAX - known.examples.len();
                known.examples.extend(way.examples.iter().take(room).cloned());
            }
        }
        mean.ways = ways.into_values().collect();
        mean.keep_most_used();
        mean
    }
}

fn destination(outcome: &Outcome, names: Names<'_>) -> Destination {
    let directory = names.directory();
    let group = |id| match directory.group(id) {
        Some(group) => Destination::Group { group: group.slug.clone(), tier: None },
        None => Destination::Nowhere,
    };
    match &outcome.end {
        End::Served(_, to) | End::Abandoned(to) | End::Underway(Some(to)) => group(*to),
        End::FellBack(FallbackStep::Group(to)) => group(*to),
        End::FellBack(FallbackStep::Bot(name)) => Destination::Bot(name.clone()),
        End::FellBack(FallbackStep::LeaveMessage) => Destination::LeaveMessage,
        End::FellBack(FallbackStep::Ticket) => Destination::Ticket,
        End::Underway(None) => Destination::Nowhere,
    }
}

fn tier(agent: AgentId, names: Names<'_>) -> Option<u8> {
    names.directory().agent(agent).map(|agent| agent.tier)
}

fn side(outcome: &Outcome, names: Names<'_>) -> MovedSide {
    let agent = match &outcome.end {
        End::Served(agent, _) => names.directory().agent(*agent).map(|agent| agent.slug.clone()),
        _ => None,
    };
    MovedSide {
        by: DecidedBy::of(outcome.plan(), names),
        destination: destination(outcome, names),
        agent,
        abandoned: matches!(outcome.end, End::Abandoned(_)),
        wait_ms: outcome.wait_ms,
    }
}
