//! The canary: a second ruleset that decides about a share of the customers, and the guards that take it back by
//! themselves.
//!
//! - both rulesets share one directory, so a canary changes where conversations go and nothing else
//! - who is chosen follows from the candidate's revision and the customer, so a customer meets one revision however
//!   often they come, and a larger share keeps everybody whom a smaller one had chosen
//! - the choice is an event of its own, made once for each conversation: later messages stay with it
//! - guards are read after every decision; a breach ends the canary with the very next event

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::command::CloseReason;
use super::conversation::{Arm, Conversation, Place};
use super::decide::Out;
use super::event::Event;
use super::refusal::Refusal;
use super::state::{Batch, Desk};
use super::step::Step;
use crate::id::{ConversationId, CustomerId, RuleId};
use crate::limits::{CANARY_RULES_FROM, COMPARED_CONVERSATIONS_MIN, UNANSWERED_AFTER_MS};
use crate::model::{Directory, FallbackStep, Presence};
use crate::rules::{Revision, Ruleset, Trigger};
use crate::time::Timestamp;
use crate::trace::TraceLevel;

/// The rulesets a desk decides by.
#[derive(Copy, Clone, Debug)]
pub struct Rulesets<'a> {
    /// The live one; with [`super::CommandBody::Publish`] the one that goes live.
    pub live: &'a Ruleset,
    /// The candidate, [`Ruleset::as_candidate`]: with [`super::CommandBody::StartCanary`], and as long as the canary
    /// runs.
    pub canary: Option<&'a Ruleset>,
    /// A candidate that decides in silence beside the live one.
    pub shadow: Option<super::shadow::Shadow<'a>>,
}

impl<'a> Rulesets<'a> {
    /// The live ruleset and nothing beside it.
    #[must_use]
    pub fn live(live: &'a Ruleset) -> Rulesets<'a> {
        Rulesets { live, canary: None, shadow: None }
    }
}

/// When a canary is taken back. Each metric is a guard where it is given.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct CanaryGuards {
    /// So many conversations wait, at the whole desk (R134).
    pub waiting: Option<u32>,
    /// A conversation has waited so long, at the whole desk (R135).
    pub longest_wait_ms: Option<i64>,
    /// Fewer agents than this are online (R136).
    pub online_min: Option<u32>,
    /// So many of the canary's conversations have been with an agent for a minute without an answer (R137).
    pub unanswered: Option<u32>,
    /// Of a hundred of the canary's conversations so many more end in a form or a ticket than of the others.
    pub fallback_points: Option<u8>,
    /// Of a hundred of the canary's conversations so many more are abandoned than of the others.
    pub abandoned_points: Option<u8>,
    /// So many failures of the candidate's rules.
    pub failures: Option<u32>,
}

/// What a guard looks at; see [`CanaryGuards`].
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum GuardMetric {
    /// Conversations that wait.
    Waiting,
    /// The longest wait, in milliseconds.
    LongestWait,
    /// Agents online.
    Online,
    /// Conversations without an answer.
    Unanswered,
    /// Points between the shares that fell back.
    Fallback,
    /// Points between the shares that were abandoned.
    Abandoned,
    /// Failures of rules.
    Failures,
}

/// A guard that does not hold.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Breach {
    /// Which.
    pub metric: GuardMetric,
    /// What was read.
    pub reading: i64,
    /// What it may not reach (`online`: not fall below).
    pub limit: i64,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Breach { metric, reading, limit } = self;
        match metric {
            GuardMetric::Waiting => write!(f, "{reading} conversations wait, the guard is {limit}"),
            GuardMetric::LongestWait => {
                write!(f, "the longest wait is {reading} ms, the guard is {limit} ms")
            }
            GuardMetric::Online => write!(f, "{reading} agents are online, the guard is {limit}"),
            GuardMetric::Unanswered => {
                write!(f, "{reading} conversations have no answer, the guard is {limit}")
            }
            GuardMetric::Fallback => {
                write!(f, "{reading} points more fell back than of the others, the guard is {limit}")
            }
            GuardMetric::Abandoned => {
                write!(f, "{reading} points more were abandoned than of the others, the guard is {limit}")
            }
            GuardMetric::Failures => write!(f, "{reading} failures of its rules, the guard is {limit}"),
        }
    }
}

/// Why a canary ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum CanaryEnd {
    /// Somebody withdrew it.
    Withdrawn,
    /// A guard did not hold any more. An alert.
    Breached(Breach),
}

/// What became of the conversations that opened since the canary began, of one arm.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tally {
    /// Opened.
    pub opened: u32,
    /// Came into a form or a ticket, each counted once.
    pub fell_back: u32,
    /// Abandoned by the visitor.
    pub abandoned: u32,
    /// Failures of rules; of the canary's only.
    pub failures: u32,
}

/// A canary as it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Canary {
    pub revision: Revision,
    pub since: Timestamp,
    pub share_percent: u8,
    pub guards: CanaryGuards,
    pub wait_thresholds_ms: Vec<i64>,
    pub chosen: Tally,
    pub others: Tally,
    /// Conversations of the canary that an agent has and has not answered, with the instant of the assignment.
    pub unanswered: BTreeSet<(Timestamp, ConversationId)>,
}

/// A canary, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CanaryView {
    /// The candidate's revision.
    pub revision: Revision,
    /// Since when it runs.
    pub since: Timestamp,
    /// Of a hundred customers, so many meet it.
    pub share_percent: u8,
    /// When it is taken back.
    pub guards: CanaryGuards,
    /// The conversations that met it.
    pub chosen: Tally,
    /// The others since it began.
    pub others: Tally,
    /// What each metric reads now, in the order of [`CanaryGuards`].
    pub readings: Vec<(GuardMetric, i64)>,
}

impl Canary {
    /// Whether a conversation meets the candidate: sticky for a customer, or for the conversation of somebody unknown.
    pub(super) fn takes(&self, customer: Option<CustomerId>, conversation: ConversationId) -> bool {
        let seed = self.revision.0.iter().take(8).fold(0_u64, |seed, byte| seed << 8 | u64::from(*byte));
        let who = customer.map_or(!conversation.0, |customer| customer.0);
        mixed(seed ^ mixed(who)) % 100 < u64::from(self.share_percent)
    }

    fn unanswered_longer(&self, at: Timestamp) -> u32 {
        let late = |(since, _): &&(Timestamp, ConversationId)| at.since_ms(*since) >= UNANSWERED_AFTER_MS;
        u32::try_from(self.unanswered.iter().take_while(late).count()).unwrap_or(u32::MAX)
    }
}

/// The finalizer of SplitMix64: every bit of the answer depends on every bit of the question.
fn mixed(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Whether a rule is one of the candidate's.
#[must_use]
pub fn is_candidates(rule: RuleId) -> bool {
    rule.0 >= CANARY_RULES_FROM
}

/// By how many points of a hundred the first share is above the second, rounded down. Nothing is a share of nothing.
fn points_above(part: u32, whole: u32, other_part: u32, other_whole: u32) -> i64 {
    let share = |part: u32, whole: u32| (i128::from(part), i128::from(whole.max(1)));
    let ((part, whole), (other_part, other_whole)) = (share(part, whole), share(other_part, other_whole));
    let points = (100 * (part * other_whole - other_part * whole)).div_euclid(whole * other_whole);
    i64::try_from(points).unwrap_or(i64::MAX)
}

impl Desk {
    /// The canary that runs.
    #[must_use]
    pub fn canary(&self) -> Option<CanaryView> {
        let canary = self.canary.as_ref()?;
        let metrics = [
            GuardMetric::Waiting,
            GuardMetric::LongestWait,
            GuardMetric::Online,
            GuardMetric::Unanswered,
            GuardMetric::Fallback,
            GuardMetric::Abandoned,
            GuardMetric::Failures,
        ];
        Some(CanaryView {
            revision: canary.revision,
            since: canary.since,
            share_percent: canary.share_percent,
            guards: canary.guards,
            chosen: canary.chosen,
            others: canary.others,
            readings: metrics.map(|metric| (metric, self.reading(canary, metric, self.now))).to_vec(),
        })
    }

    /// What a ruleset changes beside rules, in the words of the folder: it cannot run beside the live one then.
    #[must_use]
    pub fn differs_from(&self, ruleset: &Ruleset) -> Option<&'static str> {
        other_part(&self.frame.directory, ruleset.directory())
    }

    /// Conversations that wait, and the longest wait, at the whole desk.
    fn waiting(&self) -> (u32, Option<Timestamp>) {
        let waiting = self.groups.iter().map(|group| group.queue.len()).fold(0, u32::saturating_add);
        let oldest =
            self.groups.iter().filter_map(|group| group.queue.oldest()).map(|(since, _)| since).min();
        (waiting, oldest)
    }

    fn reading(&self, canary: &Canary, metric: GuardMetric, at: Timestamp) -> i64 {
        let Canary { chosen, others, .. } = canary;
        match metric {
            GuardMetric::Waiting => self.waiting().0.into(),
            GuardMetric::LongestWait => self.waiting().1.map_or(0, |since| at.since_ms(since)),
            GuardMetric::Online => {
                let online = |agent: &&super::agent::AgentState| {
                    agent.spec.active && agent.presence != Presence::Offline
                };
                i64::try_from(self.agents.iter().filter(online).count()).unwrap_or(i64::MAX)
            }
            GuardMetric::Unanswered => canary.unanswered_longer(at).into(),
            GuardMetric::Fallback => {
                points_above(chosen.fell_back, chosen.opened, others.fell_back, others.opened)
            }
            GuardMetric::Abandoned => {
                points_above(chosen.abandoned, chosen.opened, others.abandoned, others.opened)
            }
            GuardMetric::Failures => chosen.failures.into(),
        }
    }

    /// The first guard that does not hold.
    fn breach(&self, canary: &Canary, at: Timestamp) -> Option<Breach> {
        let guards = &canary.guards;
        let compared = canary.chosen.opened >= COMPARED_CONVERSATIONS_MIN;
        let points = |points: Option<u8>| points.filter(|_| compared).map(i64::from);
        let limits = [
            (GuardMetric::Waiting, guards.waiting.map(i64::from)),
            (GuardMetric::LongestWait, guards.longest_wait_ms),
            (GuardMetric::Online, guards.online_min.map(i64::from)),
            (GuardMetric::Unanswered, guards.unanswered.map(i64::from)),
            (GuardMetric::Fallback, points(guards.fallback_points)),
            (GuardMetric::Abandoned, points(guards.abandoned_points)),
            (GuardMetric::Failures, guards.failures.map(i64::from)),
        ];
        limits.into_iter().find_map(|(metric, limit)| {
            let limit = limit?;
            let reading = self.reading(canary, metric, at);
            let holds = match metric {
                GuardMetric::Online => reading >= limit,
                // Nobody waits: no limit is reached, however low.
                GuardMetric::LongestWait => reading < limit || self.waiting().1.is_none(),
                _ => reading < limit,
            };
            (!holds).then_some(Breach { metric, reading, limit })
        })
    }

    /// When time alone would breach a guard.
    pub(super) fn guard_due(&self) -> Option<Timestamp> {
        let canary = self.canary.as_ref()?;
        let wait = canary.guards.longest_wait_ms.and_then(|ms| Some(self.waiting().1?.plus_ms(ms)));
        let unanswered = canary.guards.unanswered.and_then(|count| {
            let place = usize::try_from(count.saturating_sub(1)).ok()?;
            canary.unanswered.iter().nth(place).map(|(since, _)| since.plus_ms(UNANSWERED_AFTER_MS))
        });
        wait.into_iter().chain(unanswered).min()
    }

    /// Ends a canary whose guard does not hold. What it leads to is decided before anything else.
    pub(super) fn guard(
        &mut self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        level: TraceLevel,
        batch: &mut Batch,
    ) {
        let Some(canary) = &self.canary else { return };
        let Some(breach) = self.breach(canary, at) else { return };
        let revision = canary.revision;
        let from = batch.events.len();
        let pending = std::mem::take(&mut batch.steps);
        let end = CanaryEnd::Breached(breach);
        Out::new(self, rulesets, at, level, batch).emit(Event::CanaryEnded { revision, end });
        self.fold_from(from, batch);
        batch.steps.extend(pending);
    }
}

/// Deciding.
impl<'a> Out<'a> {
    /// The ruleset that decides about a conversation.
    pub(super) fn ruleset_of(&self, conversation: &Conversation) -> &'a Ruleset {
        let running = self.desk.canary.as_ref().map(|canary| canary.revision);
        match (conversation.arm, self.rulesets.canary) {
            (Some(Arm::Canary), Some(canary)) if running == Some(canary.revision()) => canary,
            _ => self.rulesets.live,
        }
    }

    pub(super) fn start_canary(&mut self, share_percent: u8, guards: &CanaryGuards) -> Result<(), Refusal> {
        let Some(candidate) = self.rulesets.canary else { return Err(Refusal::NoCandidate) };
        let revision = candidate.revision();
        if let Some(part) = other_part(&self.frame().directory, candidate.directory()) {
            return Err(Refusal::OtherDirectory(part));
        }
        if self.desk.canary.as_ref().is_some_and(|running| running.revision != revision) {
            return Err(Refusal::CanaryRuns);
        }
        if share_percent == 0 || share_percent > 100 {
            return Err(Refusal::OverLimit { what: "the share in percent", limit: 100 });
        }
        let wait_thresholds_ms = candidate.directory().wait_thresholds_ms.clone();
        let mut canary = Canary {
            revision,
            since: self.at,
            share_percent,
            guards: *guards,
            wait_thresholds_ms: wait_thresholds_ms.clone(),
            chosen: Tally::default(),
            others: Tally::default(),
            unanswered: BTreeSet::new(),
        };
        if let Some(running) = &self.desk.canary {
            canary = Canary { guards: *guards, ..running.clone() };
        }
        if let Some(breach) = self.desk.breach(&canary, self.at) {
            return Err(Refusal::GuardBreached(breach));
        }
        self.emit(Event::CanaryStarted { revision, share_percent, guards: *guards, wait_thresholds_ms });
        Ok(())
    }

    pub(super) fn end_canary(&mut self) -> Result<(), Refusal> {
        let Some(canary) = &self.desk.canary else { return Err(Refusal::NoCandidate) };
        self.emit(Event::CanaryEnded { revision: canary.revision, end: CanaryEnd::Withdrawn });
        Ok(())
    }

    /// Says so where a conversation that is about to open meets the candidate.
    pub(super) fn choose(&mut self, customer: Option<CustomerId>, conversation: ConversationId) {
        if self.desk.canary.as_ref().is_some_and(|canary| canary.takes(customer, conversation)) {
            self.emit(Event::CanaryChosen { conversation });
        }
    }
}

/// What differs between two directories, beside what rules bring with them; in the words of the folder.
fn other_part(live: &Directory, candidate: &Directory) -> Option<&'static str> {
    let parts = [
        (live.settings == candidate.settings, "settings"),
        (live.channels == candidate.channels, "channels"),
        (live.entries == candidate.entries, "entries"),
        (live.groups == candidate.groups, "groups"),
        (live.agents == candidate.agents, "agents"),
        (live.skills == candidate.skills, "skills"),
        (live.hours == candidate.hours, "hours"),
    ];
    parts.into_iter().find(|(same, _)| !same).map(|(_, part)| part)
}

/// Folding.
impl Desk {
    pub(super) fn fold_canary_started(
        &mut self,
        revision: Revision,
        share_percent: u8,
        guards: CanaryGuards,
        wait_thresholds_ms: &[i64],
        at: Timestamp,
    ) {
        match &mut self.canary {
            // Another share or other guards for the one that runs.
            Some(canary) if canary.revision == revision => {
                canary.share_percent = share_percent;
                canary.guards = guards;
            }
            _ => {
                self.canary = Some(Canary {
                    revision,
                    since: at,
                    share_percent,
                    guards,
                    wait_thresholds_ms: wait_thresholds_ms.to_vec(),
                    chosen: Tally::default(),
                    others: Tally::default(),
                    unanswered: BTreeSet::new(),
                });
                self.heed_thresholds();
            }
        }
    }

    pub(super) fn fold_canary_chosen(&mut self, id: ConversationId) {
        let (Some(canary), Some(conversation)) = (&mut self.canary, self.conversations.get_mut(id)) else {
            return;
        };
        conversation.arm = Some(Arm::Canary);
        canary.others.opened = canary.others.opened.saturating_sub(1);
        canary.chosen.opened = canary.chosen.opened.saturating_add(1);
    }

    /// The live ruleset decides about everybody again; what waits by a plan of the candidate is routed anew.
    pub(super) fn fold_canary_ended(&mut self, next: &mut impl FnMut(Step)) {
        self.canary = None;
        self.breakers.retain(|rule, _| !is_candidates(*rule));
        self.heed_thresholds();
        let met = |conversation: &&Conversation| {
            let waits = matches!(conversation.place, Place::Queued(_) | Place::Nowhere);
            conversation.arm == Some(Arm::Canary) && conversation.plan.is_some() && waits
        };
        let waiting: Vec<_> = self.conversations.sorted().into_iter().filter(met).map(|c| c.id).collect();
        for conversation in waiting {
            next(Step::Evaluate(conversation, Trigger::Published));
            next(Step::Place(conversation));
        }
        self.forget_arms();
    }

    /// No canary runs any more: nobody belongs to an arm.
    pub(super) fn forget_arms(&mut self) {
        for conversation in self.conversations.iter_mut() {
            conversation.arm = None;
        }
    }

    /// What waits heeds the waiting times of the live rules, and of the candidate's as long as there is one.
    pub(super) fn heed_thresholds(&mut self) {
        let mut thresholds = self.frame.directory.wait_thresholds_ms.clone();
        if let Some(canary) = &self.canary {
            thresholds.extend(&canary.wait_thresholds_ms);
            thresholds.sort_unstable();
            thresholds.dedup();
        }
        if thresholds == self.frame.wait_thresholds_ms {
            return;
        }
        self.frame.wait_thresholds_ms = thresholds;
        let waiting: Vec<_> = self
            .conversations
            .sorted()
            .into_iter()
            .filter(|conversation| matches!(conversation.place, Place::Queued(_)))
            .map(|conversation| conversation.id)
            .collect();
        for id in waiting {
            if let Some(place) = self.lift(id) {
                self.lay(id, place);
            }
        }
    }

    fn tally(&mut self, arm: Option<Arm>) -> Option<&mut Tally> {
        let canary = self.canary.as_mut()?;
        match arm? {
            Arm::Canary => Some(&mut canary.chosen),
            Arm::Live => Some(&mut canary.others),
        }
    }

    /// A conversation opened: with the others, unless it is chosen.
    pub(super) fn tally_opened(&mut self) -> Option<Arm> {
        let tally = self.tally(Some(Arm::Live))?;
        tally.opened = tally.opened.saturating_add(1);
        Some(Arm::Live)
    }

    pub(super) fn tally_fallback(&mut self, id: ConversationId, to: &FallbackStep) {
        let Some(conversation) = self.conversations.get_mut(id) else { return };
        if self.canary.is_none() || matches!(to, FallbackStep::Bot(_) | FallbackStep::Group(_)) {
            return;
        }
        if !std::mem::replace(&mut conversation.fell_back, true) {
            let arm = conversation.arm;
            if let Some(tally) = self.tally(arm) {
                tally.fell_back = tally.fell_back.saturating_add(1);
            }
        }
    }

    pub(super) fn tally_closed(&mut self, arm: Option<Arm>, reason: CloseReason) {
        if reason == CloseReason::Abandoned
            && let Some(tally) = self.tally(arm)
        {
            tally.abandoned = tally.abandoned.saturating_add(1);
        }
    }

    pub(super) fn tally_failure(&mut self, rule: RuleId) {
        if is_candidates(rule)
            && let Some(tally) = self.tally(Some(Arm::Canary))
        {
            tally.failures = tally.failures.saturating_add(1);
        }
    }

    /// An agent has a conversation since `since`: it has no answer yet, or it has one now, or has left the agent.
    pub(super) fn tally_answer(
        &mut self,
        arm: Option<Arm>,
        id: ConversationId,
        since: Timestamp,
        waits: bool,
    ) {
        if arm != Some(Arm::Canary) {
            return;
        }
        let Some(canary) = &mut self.canary else { return };
        if waits {
            canary.unanswered.insert((since, id));
        } else {
            canary.unanswered.remove(&(since, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(share_percent: u8) -> Canary {
        Canary {
            revision: Revision([7; 32]),
            since: Timestamp(0),
            share_percent,
            guards: CanaryGuards::default(),
            wait_thresholds_ms: Vec::new(),
            chosen: Tally::default(),
            others: Tally::default(),
            unanswered: BTreeSet::new(),
        }
    }

    #[test]
    fn the_share_is_kept_and_a_larger_one_keeps_whom_the_smaller_had_chosen() {
        let (small, large) = (canary(10), canary(40));
        let chosen = |canary: &Canary| {
            let takes = |customer: &u64| canary.takes(Some(CustomerId(*customer)), ConversationId(1));
            (1..=10_000).filter(takes).collect::<Vec<u64>>()
        };
        let (of_small, of_large) = (chosen(&small), chosen(&large));
        assert!((900..1_100).contains(&of_small.len()), "{}", of_small.len());
        assert!((3_800..4_200).contains(&of_large.len()), "{}", of_large.len());
        assert!(of_small.iter().all(|customer| of_large.contains(customer)));
    }

    #[test]
    fn a_customer_is_chosen_whatever_the_conversation_and_a_stranger_by_it() {
        let canary = canary(50);
        let by_conversation = |customer: Option<CustomerId>| {
            (1..200).map(|id| canary.takes(customer, ConversationId(id))).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(by_conversation(Some(CustomerId(3))), 1);
        assert_eq!(by_conversation(None), 2);
    }

    #[test]
    fn points_compare_shares_not_counts() {
        assert_eq!(points_above(5, 10, 100, 1_000), 40);
        assert_eq!(points_above(1, 10, 1, 10), 0);
        assert_eq!(points_above(3, 10, 0, 0), 30);
        assert_eq!(points_above(0, 10, 10, 20), -50);
    }
}
