//! The search for how many agents are enough in one hour of one group.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::compare::mean_interval;
use super::super::erlang::Erlang;
use super::super::scenario::{HandleFactors, Intent, Scenario};
use super::super::{Unobserved, simulate};
use super::demand::Asked;
use super::{STAFF_MAX, Tried, erlang_c_servers};
use crate::rules::Ruleset;

/// Conversations of one run, behind those of the warm-up.
const CONVERSATIONS: u64 = 2_000;
/// Conversations until the queue is what it will be.
const WARM_UP: f64 = 200.0;

/// How many are to be answered, and how soon.
#[derive(Copy, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Aim {
    /// The share, 0 to 1.
    pub share: f64,
    /// Within this time.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub within_ms: i64,
}

/// How many agents are enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Need {
    /// As many as reach the aim in the mean; `None`: not even the most that are tried.
    pub likely: Option<u32>,
    /// As many as reach it with the lower end of the 95 % interval.
    pub sure: Option<u32>,
    /// Erlang's C formula, each agent as many servers as they have conversations at once.
    pub erlang_c: Option<u32>,
    /// What was tried, by number of agents.
    pub tried: Vec<Tried>,
}

/// What a number of scheduled agents is, held against what was found.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Staffed {
    /// So many are surely enough, with as many to spare.
    Enough {
        /// Scheduled beyond what is surely enough.
        spare: u32,
    },
    /// They are enough in the mean, and the interval does not say that it is no luck.
    JustEnough,
    /// So many more are needed to be enough in the mean.
    TooFew {
        /// How many are missing.
        missing: u32,
    },
    /// Not even the most that are tried are enough.
    NeverEnough,
}

impl Need {
    /// What so many scheduled agents are.
    #[must_use]
    pub fn staffed(&self, scheduled: u32) -> Staffed {
        match (self.likely, self.sure) {
            (_, Some(sure)) if scheduled >= sure => Staffed::Enough { spare: scheduled - sure },
            (Some(likely), _) if scheduled >= likely => Staffed::JustEnough,
            (Some(likely), _) => Staffed::TooFew { missing: likely - scheduled },
            (None, _) => Staffed::NeverEnough,
        }
    }
}

/// Finds how many agents with `capacity` conversations at once are enough for what is asked in an hour. `None`: nothing is.
#[must_use]
pub fn need(asked: &Asked, scenario: &Scenario, capacity: u32, aim: Aim, seeds: &[u64]) -> Option<Need> {
    if asked.conversations <= 0.0 {
        return None;
    }
    let handle_ms_mean = asked.handle_ms_mean(scenario);
    let within_ms = aim.within_ms as f64;
    let servers_max = STAFF_MAX.saturating_mul(capacity);
    let servers = erlang_c_servers(asked.conversations, handle_ms_mean, aim.share, within_ms, servers_max);
    let erlang_c = servers.map(|servers| servers.div_ceil(capacity));
    let mut search = Search {
        hour: Hour { asked, scenario, capacity, aim, handle_ms_mean },
        seeds,
        tried: BTreeMap::new(),
    };
    let likely = search.likely(erlang_c.unwrap_or(STAFF_MAX).max(1));
    let sure = likely.and_then(|likely| search.sure(likely));
    Some(Need { likely, sure, erlang_c, tried: search.tried.into_values().collect() })
}

/// One hour by itself, for as long as it takes to tell.
#[derive(Copy, Clone)]
struct Hour<'a> {
    asked: &'a Asked,
    scenario: &'a Scenario,
    capacity: u32,
    aim: Aim,
    handle_ms_mean: f64,
}

impl Hour<'_> {
    /// The share that so many agents answer in time, with one seed.
    fn answered(self, agents: u32, seed: u64) -> f64 {
        let erlang = Erlang {
            arrivals_per_hour: self.asked.conversations,
            handle_ms_mean: self.handle_ms_mean,
            agents,
            patience_ms_mean: None,
        };
        let mut directory = erlang.directory();
        directory.agents.iter_mut().for_each(|agent| agent.capacity = self.capacity);
        directory.groups.iter_mut().for_each(|group| group.target_wait_ms = self.aim.within_ms);
        let warm_up_ms = WARM_UP / self.asked.conversations * 3_600_000.0;
        let mut scenario = erlang.scenario(CONVERSATIONS + WARM_UP as u64, warm_up_ms as i64);
        scenario.intents = self.intents();
        scenario.patience = self.scenario.patience;
        scenario.short_abandon_ms = self.scenario.short_abandon_ms;
        scenario.handle_factors = HandleFactors::default();
        let report = simulate(&Ruleset::without_rules(directory), &scenario, seed, &mut Unobserved);
        report.kpi.all.service_level
    }

    /// The intents in the shares of this hour; the words and skills do not matter where there is one group.
    fn intents(self) -> Vec<Intent> {
        let counted = self.scenario.intents.iter().zip(&self.asked.intents);
        let asked = counted.filter(|(_, count)| **count > 0.0).map(|(intent, count)| Intent {
            share: count / self.asked.conversations,
            group: None,
            skills: Vec::new(),
            phrases: Vec::new(),
            entry: None,
            language: None,
            attributes: Vec::new(),
            follow_up: None,
            ..intent.clone()
        });
        asked.collect()
    }
}

struct Search<'a> {
    hour: Hour<'a>,
    seeds: &'a [u64],
    tried: BTreeMap<u32, Tried>,
}

impl Search<'_> {
    fn tried(&mut self, agents: u32) -> Tried {
        if let Some(known) = self.tried.get(&agents) {
            return *known;
        }
        let shares: Vec<f64> = self.seeds.iter().map(|seed| self.hour.answered(agents, *seed)).collect();
        let tried = Tried { agents, answered: mean_interval(&shares) };
        self.tried.insert(agents, tried);
        tried
    }

    /// The fewest agents whose mean reaches the aim, from a first guess on.
    fn likely(&mut self, guess: u32) -> Option<u32> {
        let share = self.hour.aim.share;
        let mut agents = guess;
        while self.tried(agents).answered.mean < share {
            if agents == STAFF_MAX {
                return None;
            }
            agents = agents.saturating_add((agents / 8).max(1)).min(STAFF_MAX);
        }
        // More agents never answer fewer, so halving finds the edge between the last that is too few and this one.
        let mut too_few = 0;
        let mut enough = agents;
        // Near the guess first: the edge is seldom far.
        let mut step = 1;
        while enough > 1 && enough - too_few > step {
            let next = enough.saturating_sub(step).max(1);
            if self.tried(next).answered.mean >= share {
                enough = next;
                step *= 2;
            } else {
                too_few = next;
                break;
            }
        }
        while enough - too_few > 1 {
            let middle = too_few + (enough - too_few) / 2;
            if self.tried(middle).answered.mean >= share {
                enough = middle;
            } else {
                too_few = middle;
            }
        }
        Some(enough)
    }

    /// The fewest from `likely` on whose interval lies above the aim.
    fn sure(&mut self, likely: u32) -> Option<u32> {
        let share = self.hour.aim.share;
        (likely..=STAFF_MAX.min(likely.saturating_add(likely / 2 + 4))).find(|agents| {
            let answered = self.tried(*agents).answered;
            answered.half_width.is_some_and(|half_width| answered.mean - half_width >= share)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scheduled_is_held_against_what_is_likely_and_what_is_sure() {
        let need = Need { likely: Some(3), sure: Some(5), erlang_c: Some(4), tried: Vec::new() };
        assert_eq!(need.staffed(1), Staffed::TooFew { missing: 2 });
        assert_eq!([need.staffed(3), need.staffed(4)], [Staffed::JustEnough; 2]);
        assert_eq!(need.staffed(7), Staffed::Enough { spare: 2 });
        let unsure = Need { sure: None, ..need.clone() };
        assert_eq!(unsure.staffed(9), Staffed::JustEnough);
        assert_eq!(Need { likely: None, sure: None, ..need }.staffed(9), Staffed::NeverEnough);
    }
}
