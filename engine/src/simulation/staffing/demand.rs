//! Demand: how many conversations rules send to each group in each hour, and what they want.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::super::compare::Outcomes;
use super::super::report::{Ended, Progress};
use super::super::run::Simulation;
use super::super::scenario::Scenario;
use super::HOURS_MAX;
use crate::id::GroupId;
use crate::rules::{Ruleset, Target};

pub(super) const HOUR_MS: i64 = 3_600_000;

/// Conversations that were sent to a group in an hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Asked {
    /// How many; a mean over the seeds.
    pub conversations: f64,
    /// Of each intent.
    pub intents: Vec<f64>,
}

impl Asked {
    /// The mean handle time of what was asked, before agents' factors; 0 where nothing was.
    #[must_use]
    pub fn handle_ms_mean(&self, scenario: &Scenario) -> f64 {
        let work: f64 = self
            .intents
            .iter()
            .zip(&scenario.intents)
            .map(|(count, intent)| count * intent.handle.mean_ms)
            .sum();
        if self.conversations > 0.0 { work / self.conversations } else { 0.0 }
    }
}

/// How many conversations one seed sends to each group in each hour: whole numbers, so that seeds may be put together in any
/// order, wherever each was run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SeedDemand {
    /// By group, then by hour, then by intent.
    asked: Vec<Vec<Vec<u32>>>,
}

/// The demand of all groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    hours: usize,
    /// By group, then by hour.
    asked: Vec<Vec<Asked>>,
}

impl Demand {
    /// The mean of these seeds.
    #[must_use]
    pub fn mean(scenario: &Scenario, seeds: &[SeedDemand]) -> Demand {
        let hours = hours(scenario);
        let groups = seeds.iter().map(|seed| seed.asked.len()).max().unwrap_or_default();
        let share = |count: u64| count as f64 / seeds.len().max(1) as f64;
        let asked = |group: usize, hour: usize| {
            let counts: Vec<u64> = (0..scenario.intents.len())
                .map(|intent| seeds.iter().map(|seed| u64::from(seed.of(group, hour, intent))).sum())
                .collect();
            Asked {
                conversations: share(counts.iter().sum()),
                intents: counts.into_iter().map(share).collect(),
            }
        };
        let of_group = |group| (0..hours).map(|hour| asked(group, hour)).collect();
        Demand { hours, asked: (0..groups).map(of_group).collect() }
    }

    /// How many hours there are.
    #[must_use]
    pub fn hours(&self) -> usize {
        self.hours
    }

    /// What was asked of a group in an hour; nothing where there is no such group or hour.
    #[must_use]
    pub fn of(&self, group: GroupId, hour: usize) -> Asked {
        self.asked.get(group.index()).and_then(|hours| hours.get(hour)).cloned().unwrap_or_default()
    }
}

impl SeedDemand {
    fn of(&self, group: usize, hour: usize, intent: usize) -> u32 {
        let hours = self.asked.get(group);
        hours.and_then(|hours| hours.get(hour)?.get(intent)).copied().unwrap_or_default()
    }
}

/// The hours of a scenario that are looked at.
fn hours(scenario: &Scenario) -> usize {
    usize::try_from((scenario.length_ms + HOUR_MS - 1) / HOUR_MS).unwrap_or(HOURS_MAX).min(HOURS_MAX)
}

/// A run of the scenario that counts where conversations are sent first, piece by piece.
#[derive(Debug)]
pub struct DemandRun<R> {
    ruleset: R,
    scenario: Scenario,
    simulation: Simulation<R>,
    outcomes: Outcomes,
}

impl<R: Deref<Target = Ruleset> + Clone> DemandRun<R> {
    /// A run about to begin.
    #[must_use]
    pub fn new(ruleset: R, scenario: &Scenario, seed: u64) -> DemandRun<R> {
        DemandRun {
            simulation: Simulation::new(ruleset.clone(), scenario, seed),
            outcomes: Outcomes::new(ruleset.revision()),
            scenario: scenario.clone(),
            ruleset,
        }
    }

    /// Goes on for at least so many events, or to the end.
    pub fn run_for(&mut self, events: u64) -> Progress {
        self.simulation.run_for(events, &mut self.outcomes)
    }

    /// What was sent where so far.
    #[must_use]
    pub fn demand(&self) -> SeedDemand {
        let Scenario { start, intents, .. } = &self.scenario;
        let (groups, hours) = (self.ruleset.directory().groups.len(), hours(&self.scenario));
        let mut asked = vec![vec![vec![0; intents.len()]; hours]; groups];
        for outcome in self.outcomes.list() {
            let Some(first) = &outcome.first else { continue };
            let (Target::Group(group) | Target::Agent { group, .. }) = &first.plan.target else { continue };
            let hour = usize::try_from(outcome.arrival.at.since_ms(*start) / HOUR_MS).unwrap_or(hours);
            let cell = asked.get_mut(group.index()).and_then(|of_group| of_group.get_mut(hour));
            if let Some(count) = cell.and_then(|cell| cell.get_mut(usize::from(outcome.arrival.intent))) {
                *count += 1;
            }
        }
        SeedDemand { asked }
    }
}

/// Runs the scenario with each seed and counts where conversations are sent first.
#[must_use]
pub fn demand(ruleset: &Ruleset, scenario: &Scenario, seeds: &[u64]) -> Demand {
    let of_seed = |seed: &u64| {
        let mut run = DemandRun::new(ruleset, scenario, *seed);
        while run.run_for(u64::MAX).ended == Ended::Running {}
        run.demand()
    };
    Demand::mean(scenario, &seeds.iter().map(of_seed).collect::<Vec<_>>())
}
