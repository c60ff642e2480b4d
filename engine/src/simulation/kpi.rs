//! The figures of a run, counted while it goes on. What each one means stands in [`super::report`].

use super::cost::CostTally;
use super::floor::{Floor, Live};
use super::histogram::Histogram;
use super::report::{
    AgentKpi, ChannelKpi, Figures, GroupKpi, IntentKpi, Kpi, Landed, RuleHits, Times, WaitStretch,
};
use super::scenario::{Intent, Scenario};
use super::series::{Gauges, Recorder};
use super::watch::Counters;
use crate::desk::CloseReason;
use crate::id::{GroupId, RuleId};
use crate::model::{Directory, Group};
use crate::rules::{RuleCall, RuleInfo, RuleKind};
use crate::time::Timestamp;

/// How a conversation went.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Connected,
    Abandoned,
    FellBack,
    Diverted,
    Unfinished,
}

/// Counts of some conversations.
#[derive(Clone, Debug, Default)]
struct Tally {
    connected: u64,
    abandoned: u64,
    abandoned_short: u64,
    fell_back: u64,
    diverted: u64,
    unfinished: u64,
    in_target: u64,
    queued: u64,
    wait_connected_ms: u64,
    wait: Histogram,
    handle: Histogram,
}

/// Counts of one intent.
#[derive(Clone, Debug, Default)]
struct IntentTally {
    conversations: u64,
    misrouted: u64,
    /// By group, and behind the last group those that landed nowhere.
    landed: Vec<u64>,
    /// Whether each group is right: the one named, or one below it.
    right: Vec<bool>,
}

/// Counts of one rule.
#[derive(Clone, Debug, Default)]
struct RuleTally {
    hits: u64,
    failures: u64,
    cost: CostTally,
}

/// Keeps the books.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    counted_from: Timestamp,
    short_abandon_ms: i64,
    groups: Vec<Tally>,
    channels: Vec<Tally>,
    intents: Vec<IntentTally>,
    target_wait_ms: Vec<i64>,
    /// Of the ruleset that is live.
    rules: Vec<RuleTally>,
    /// Of rules that a swap took away.
    gone: Vec<(RuleInfo, RuleTally)>,
    /// For those who watch: everything so far, the warm-up included.
    pub(super) totals: Counters,
    pub(super) recorder: Recorder,
}

/// One conversation as it is entered into a tally.
#[derive(Copy, Clone, Debug)]
struct Entry {
    outcome: Outcome,
    queued: bool,
    wait_ms: i64,
    in_target: bool,
    is_short: bool,
    handle_ms: Option<i64>,
}

impl Entry {
    /// Whether it counts towards the service level.
    fn is_due(&self) -> bool {
        match self.outcome {
            Outcome::Connected => true,
            Outcome::Abandoned => !self.is_short,
            Outcome::FellBack | Outcome::Diverted | Outcome::Unfinished => false,
        }
    }
}

impl Ledger {
    pub(super) fn new(scenario: &Scenario, directory: &Directory, rules: usize) -> Ledger {
        let intents = scenario.intents.iter().map(|intent| IntentTally {
            landed: vec![0; directory.groups.len() + 1],
            right: right_groups(intent, directory),
            ..IntentTally::default()
        });
        Ledger {
            counted_from: scenario.counted_from(),
            short_abandon_ms: scenario.short_abandon_ms,
            groups: vec![Tally::default(); directory.groups.len()],
            channels: vec![Tally::default(); directory.channels.len()],
            intents: intents.collect(),
            target_wait_ms: directory.groups.iter().map(|group| group.target_wait_ms).collect(),
            rules: vec![RuleTally::default(); rules],
            gone: Vec::new(),
            totals: Counters::default(),
            recorder: Recorder::new(scenario.start, scenario.end(), scenario.series_ms),
        }
    }

    /// Follows a swap: what is new has books of its own, and a rule is the same rule while its file has the same name.
    pub(super) fn swap<'r>(
        &mut self,
        scenario: &Scenario,
        directory: &Directory,
        before: impl Iterator<Item = &'r RuleInfo>,
        after: impl Iterator<Item = &'r RuleInfo>,
    ) {
        let grown = |have: usize, want: usize| want.max(have);
        self.groups.resize(grown(self.groups.len(), directory.groups.len()), Tally::default());
        self.channels.resize(grown(self.channels.len(), directory.channels.len()), Tally::default());
        self.target_wait_ms = directory.groups.iter().map(|group| group.target_wait_ms).collect();
        for (tally, intent) in self.intents.iter_mut().zip(&scenario.intents) {
            let nowhere = tally.landed.pop().unwrap_or_default();
            tally.landed.resize(grown(tally.landed.len(), directory.groups.len()), 0);
            tally.landed.push(nowhere);
            tally.right = right_groups(intent, directory);
        }
        self.gone.extend(before.cloned().zip(std::mem::take(&mut self.rules)));
        self.rules = after
            .map(|rule| {
                let known = self.gone.iter().position(|(gone, _)| gone.file == rule.file);
                known.map(|at| self.gone.swap_remove(at).1).unwrap_or_default()
            })
            .collect();
        self.gone.retain(|(_, tally)| tally.hits > 0 || tally.failures > 0);
        self.gone.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
    }

    /// Moves the charts on to `now`, given how things stood until now.
    pub(super) fn advance(&mut self, now: Timestamp, floor: &Floor) {
        let gauges = Gauges { waiting: floor.waiting, in_hand: floor.in_hand, online: floor.online };
        self.recorder.advance(now, gauges);
    }

    /// A conversation was given to an agent for the first time.
    pub(super) fn connected(&mut self, wait_ms: i64) {
        self.totals.connected += 1;
        self.recorder.stretch.connected += 1;
        self.recorder.stretch.wait_ms += wait_ms;
    }

    pub(super) fn rules_hit(&mut self, rules: &[RuleId]) {
        for rule in rules {
            if let Some(tally) = self.rules.get_mut(rule.index()) {
                tally.hits += 1;
            }
        }
    }

    pub(super) fn rule_failed(&mut self, rule: RuleId) {
        self.totals.rule_failures += 1;
        if let Some(tally) = self.rules.get_mut(rule.index()) {
            tally.failures += 1;
        }
    }

    pub(super) fn rule_called(&mut self, call: &RuleCall) {
        if let Some(tally) = self.rules.get_mut(call.rule.index()) {
            tally.cost.add(call);
        }
    }

    /// Enters a conversation that ended now, or, without a reason, one that the run left unfinished. `handle_ms`: how
    /// long its agent had it.
    pub(super) fn enter(
        &mut self,
        live: &Live,
        reason: Option<CloseReason>,
        handle_ms: Option<i64>,
        now: Timestamp,
    ) {
        let outcome = match (live.wait_ms, reason) {
            (Some(_), _) => Outcome::Connected,
            (None, Some(CloseReason::Abandoned)) => Outcome::Abandoned,
            (None, None) => Outcome::Unfinished,
            (None, Some(_)) if live.away_by_rule => Outcome::Diverted,
            (None, Some(_)) => Outcome::FellBack,
        };
        match outcome {
            Outcome::Abandoned => {
                self.recorder.stretch.abandoned += 1;
                self.totals.abandoned += 1;
            }
            Outcome::FellBack => {
                self.recorder.stretch.fell_back += 1;
                self.totals.fell_back += 1;
            }
            _ => {}
        }
        let wait_ms = live.wait_ms.unwrap_or_else(|| now.since_ms(live.waiting_since));
        let target_ms = live.group.and_then(|group| self.target_wait_ms.get(group.index())).copied();
        let entry = Entry {
            outcome,
            queued: live.queued,
            wait_ms,
            in_target: target_ms.is_some_and(|target_ms| wait_ms <= target_ms),
            is_short: wait_ms <= self.short_abandon_ms,
            handle_ms,
        };
        if entry.is_due() {
            self.recorder.answered(live.arrival.at, outcome == Outcome::Connected && entry.in_target);
        }
        if live.arrival.at < self.counted_from {
            return;
        }
        if let Some(group) = live.group.and_then(|group| self.groups.get_mut(group.index())) {
            group.enter(entry);
        }
        if let Some(channel) = self.channels.get_mut(live.arrival.channel.index()) {
            channel.enter(entry);
        }
        if let Some(intent) = self.intents.get_mut(usize::from(live.arrival.intent)) {
            intent.enter(live.group);
        }
    }

    /// The figures so far.
    pub(super) fn kpi(&self, scenario: &Scenario, directory: &Directory, floor: &Floor) -> Kpi {
        let agents: Vec<AgentKpi> = directory
            .agents
            .iter()
            .zip(&floor.agents)
            .filter(|(agent, now)| agent.active && agent.receives || now.assigned > 0)
            .map(|(agent, now)| AgentKpi {
                agent: agent.slug.clone(),
                name: agent.name.clone(),
                conversations: now.assigned,
                present_ms: now.present_ms,
                occupancy: share(now.busy_ms, now.present_ms),
                load_mean: share(now.load_ms, now.present_ms),
                handle_ms_mean: share(now.handle_ms, now.handled as i64),
            })
            .collect();
        let present_ms = floor.agents.iter().map(|now| now.present_ms).sum();
        let known: Vec<_> =
            self.intents.iter().zip(&scenario.intents).filter(|(_, intent)| intent.group.is_some()).collect();
        Kpi {
            all: self.all().figures(),
            occupancy: share(floor.agents.iter().map(|now| now.busy_ms).sum(), present_ms),
            fairness: fairness(&agents),
            queue_max: floor.waiting_max,
            misrouted: share(
                known.iter().map(|(tally, _)| tally.misrouted as i64).sum(),
                known.iter().map(|(tally, _)| tally.conversations as i64).sum(),
            ),
            groups: directory
                .groups
                .iter()
                .enumerate()
                .filter(|(_, group)| group.active)
                .map(|(at, group)| GroupKpi {
                    group: group.slug.clone(),
                    name: group.name.clone(),
                    target_wait_ms: group.target_wait_ms,
                    queue_max: floor.groups.get(at).map_or(0, |now| now.waiting_max),
                    figures: self.groups.get(at).map(Tally::figures).unwrap_or_default(),
                })
                .collect(),
            channels: directory
                .channels
                .iter()
                .zip(&self.channels)
                .filter(|(channel, _)| channel.active)
                .map(|(channel, tally)| ChannelKpi {
                    channel: channel.slug.clone(),
                    name: channel.name.clone(),
                    figures: tally.figures(),
                })
                .collect(),
            agents,
            intents: self
                .intents
                .iter()
                .zip(&scenario.intents)
                .map(|(tally, intent)| IntentKpi {
                    intent: intent.name.clone(),
                    group: intent.group.and_then(|id| directory.group(id)).map(|group| group.slug.clone()),
                    conversations: tally.conversations,
                    misrouted: tally.misrouted,
                    landed: tally.landed(directory),
                })
                .collect(),
            waits: waits(&self.all().wait),
            series: self.recorder.series(),
        }
    }

    /// Everything: every conversation has come by one channel.
    fn all(&self) -> Tally {
        let mut all = Tally::default();
        self.channels.iter().for_each(|channel| all.add(channel));
        all
    }

    /// What each rule did.
    pub(super) fn rule_hits<'r>(&'r self, rules: impl Iterator<Item = &'r RuleInfo>) -> Vec<RuleHits> {
        let gone = self.gone.iter().map(|(rule, tally)| (rule, tally));
        rules
            .zip(&self.rules)
            .chain(gone)
            .enumerate()
            .map(|(at, (rule, tally))| RuleHits {
                rule: at as u16,
                name: rule.name.clone(),
                file: rule.file.clone(),
                hits: tally.hits,
                failures: tally.failures,
                cost: (rule.kind != RuleKind::Keyword).then(|| tally.cost.told()),
            })
            .collect()
    }
}

/// Whether each group is right for an intent: the one named, or one below it.
fn right_groups(intent: &Intent, directory: &Directory) -> Vec<bool> {
    let is_right = |group: &Group| {
        intent.group.is_none_or(|right| directory.group_and_above(group.id).any(|at| at == right))
    };
    directory.groups.iter().map(is_right).collect()
}

impl Tally {
    fn enter(&mut self, entry: Entry) {
        match entry.outcome {
            Outcome::Connected => {
                self.connected += 1;
                self.in_target += u64::from(entry.in_target);
                self.wait_connected_ms += entry.wait_ms as u64;
            }
            Outcome::Abandoned => {
                self.abandoned += 1;
                self.abandoned_short += u64::from(entry.is_short);
            }
            Outcome::FellBack => self.fell_back += 1,
            Outcome::Diverted => self.diverted += 1,
            Outcome::Unfinished => self.unfinished += 1,
        }
        if matches!(entry.outcome, Outcome::Connected | Outcome::Abandoned) {
            self.queued += u64::from(entry.queued);
            self.wait.add(entry.wait_ms);
        }
        if let Some(ms) = entry.handle_ms {
            self.handle.add(ms);
        }
    }

    fn add(&mut self, other: &Tally) {
        self.connected += other.connected;
        self.abandoned += other.abandoned;
        self.abandoned_short += other.abandoned_short;
        self.fell_back += other.fell_back;
        self.diverted += other.diverted;
        self.unfinished += other.unfinished;
        self.in_target += other.in_target;
        self.queued += other.queued;
        self.wait_connected_ms += other.wait_connected_ms;
        self.wait.merge(&other.wait);
        self.handle.merge(&other.handle);
    }

    fn figures(&self) -> Figures {
        let Tally { connected, abandoned, fell_back, diverted, unfinished, .. } = *self;
        let conversations = connected + abandoned + fell_back + diverted + unfinished;
        let share = |part: u64, whole: u64| share(part as i64, whole as i64);
        Figures {
            conversations,
            connected,
            abandoned,
            fell_back,
            diverted,
            unfinished,
            service_level: share(self.in_target, connected + abandoned - self.abandoned_short),
            abandonment: share(abandoned, connected + abandoned),
            fallback_share: share(fell_back, conversations),
            waiting_probability: share(self.queued, connected + abandoned),
            wait: times(&self.wait),
            wait_connected_ms_mean: share(self.wait_connected_ms, connected),
            handle: times(&self.handle),
        }
    }
}

impl IntentTally {
    fn enter(&mut self, group: Option<GroupId>) {
        self.conversations += 1;
        let at = group.map_or(self.landed.len().saturating_sub(1), GroupId::index);
        if let Some(landed) = self.landed.get_mut(at) {
            *landed += 1;
        }
        self.misrouted += u64::from(self.right.get(at) == Some(&false));
    }

    fn landed(&self, directory: &Directory) -> Vec<Landed> {
        let mut landed: Vec<Landed> = self
            .landed
            .iter()
            .enumerate()
            .filter(|(_, conversations)| **conversations > 0)
            .map(|(at, conversations)| Landed {
                group: directory.groups.get(at).map(|group| group.slug.clone()),
                conversations: *conversations,
            })
            .collect();
        landed.sort_by(|a, b| (b.conversations, &a.group).cmp(&(a.conversations, &b.group)));
        landed
    }
}

fn times(histogram: &Histogram) -> Times {
    Times {
        count: histogram.count(),
        ms_mean: histogram.ms_mean(),
        ms_p50: histogram.quantile_ms(0.5),
        ms_p90: histogram.quantile_ms(0.9),
        ms_p99: histogram.quantile_ms(0.99),
        ms_max: histogram.ms_max(),
    }
}

/// The lengths by which waits are spread: none at all, then steps that people think in.
const WAIT_EDGES_MS: [u64; 11] =
    [0, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 180_000, 300_000, 600_000, 1_200_000];

fn waits(histogram: &Histogram) -> Vec<WaitStretch> {
    let ends = WAIT_EDGES_MS.into_iter().map(Some).chain([None]);
    let counts = histogram.between(&WAIT_EDGES_MS);
    ends.zip(counts).map(|(ms_max, conversations)| WaitStretch { ms_max, conversations }).collect()
}

fn share(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn fairness(agents: &[AgentKpi]) -> f64 {
    let rates: Vec<f64> = agents
        .iter()
        .filter(|agent| agent.present_ms > 0)
        .map(|agent| agent.conversations as f64 / agent.present_ms as f64)
        .collect();
    let (sum, squares) = rates.iter().fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
    if squares == 0.0 { 0.0 } else { sum * sum / (rates.len() as f64 * squares) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(outcome: Outcome, wait_ms: i64) -> Entry {
        Entry {
            outcome,
            queued: wait_ms > 0,
            wait_ms,
            in_target: wait_ms <= 20_000,
            is_short: wait_ms <= 5_000,
            handle_ms: None,
        }
    }

    #[test]
    fn the_service_level_leaves_short_abandons_out() {
        let mut tally = Tally::default();
        for (outcome, wait_ms) in [
            (Outcome::Connected, 0),
            (Outcome::Connected, 20_000),
            (Outcome::Connected, 20_001),
            (Outcome::Abandoned, 5_000),
            (Outcome::Abandoned, 5_001),
            (Outcome::FellBack, 60_000),
            (Outcome::Diverted, 0),
            (Outcome::Unfinished, 90_000),
        ] {
            tally.enter(entry(outcome, wait_ms));
        }
        let mut twice = tally.clone();
        twice.add(&tally);
        assert_eq!(twice.figures().conversations, 16);
        assert_eq!(twice.figures().wait.ms_mean, tally.figures().wait.ms_mean);
        let figures = tally.figures();
        assert_eq!(figures.service_level, 2.0 / 4.0);
        assert_eq!(figures.abandonment, 2.0 / 5.0);
        assert_eq!(figures.waiting_probability, 4.0 / 5.0);
        assert_eq!(figures.fallback_share, 1.0 / 8.0);
        assert_eq!(figures.wait.count, 5);
        assert_eq!(figures.wait.ms_mean, (20_000 + 20_001 + 5_000 + 5_001) as f64 / 5.0);
        assert_eq!(figures.wait_connected_ms_mean, 40_001.0 / 3.0);
    }

    #[test]
    fn fairness_is_one_when_even_and_a_share_when_not() {
        let agent = |conversations, present_ms| AgentKpi { conversations, present_ms, ..AgentKpi::default() };
        // Twice the conversations in twice the time is even; who was never there does not count.
        assert_eq!(fairness(&[agent(10, 100), agent(20, 200), agent(0, 0)]), 1.0);
        assert_eq!(fairness(&[agent(10, 100), agent(0, 100)]), 0.5);
    }
}
