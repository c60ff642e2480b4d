//! Demand: how many conversations rules send to each group in each hour, and what they want.

use super::super::compare::Outcomes;
use super::super::scenario::Scenario;
use super::super::simulate;
use super::HOURS_MAX;
use crate::id::GroupId;
use crate::rules::{Ruleset, Target};

pub(super) const HOUR_MS: i64 = 3_600_000;

/// Conversations that were sent to a group in an hour.
#[derive(Clone, Debug, Default, PartialEq)]
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

/// The demand of all groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    hours: usize,
    /// By group, then by hour.
    asked: Vec<Vec<Asked>>,
}

impl Demand {
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

/// Runs the scenario with each seed and counts where conversations are sent first.
#[must_use]
pub fn demand(ruleset: &Ruleset, scenario: &Scenario, seeds: &[u64]) -> Demand {
    let directory = ruleset.directory();
    let hours =
        usize::try_from((scenario.length_ms + HOUR_MS - 1) / HOUR_MS).unwrap_or(HOURS_MAX).min(HOURS_MAX);
    let nothing = Asked { conversations: 0.0, intents: vec![0.0; scenario.intents.len()] };
    let mut asked = vec![vec![nothing; hours]; directory.groups.len()];
    let share = 1.0 / seeds.len().max(1) as f64;
    for seed in seeds {
        let mut outcomes = Outcomes::new(ruleset.revision());
        drop(simulate(ruleset, scenario, *seed, &mut outcomes));
        for outcome in outcomes.list() {
            let Some(first) = &outcome.first else { continue };
            let (Target::Group(group) | Target::Agent { group, .. }) = &first.plan.target else { continue };
            let hour =
                usize::try_from(outcome.arrival.at.since_ms(scenario.start) / HOUR_MS).unwrap_or(hours);
            let Some(cell) = asked.get_mut(group.index()).and_then(|of_group| of_group.get_mut(hour)) else {
                continue;
            };
            cell.conversations += share;
            if let Some(count) = cell.intents.get_mut(usize::from(outcome.arrival.intent)) {
                *count += share;
            }
        }
    }
    Demand { hours, asked }
}
