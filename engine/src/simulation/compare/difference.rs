//! What several pairs have shown together.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::Supposed;
use super::flow::{Flow, mean_flows};
use super::interval::{Interval, mean_interval};
use super::measure::{Direction, Measure};
use super::moved::Moved;
use super::pair::{Pair, PairSide};

/// A candidate against what is live, over some seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Comparison {
    /// The seeds, in the order given.
    #[cfg_attr(feature = "typescript", ts(type = "Array<number>"))]
    pub seeds: Vec<u64>,
    /// The revision that is live, in hexadecimal digits.
    pub live: String,
    /// The candidate's.
    pub candidate: String,
    /// Whether in every run what must always hold did, and the run came to its own end.
    pub sound: bool,
    /// The figures of the whole tenant, then those of each group.
    pub differences: Vec<Difference>,
    /// The conversations that fare differently, in the mean.
    pub moved: Moved,
    /// Where conversations go under what is live, in the mean.
    pub live_flows: Vec<Flow>,
    /// Where they go under the candidate, in the mean.
    pub candidate_flows: Vec<Flow>,
    /// What had to be supposed with the first seed, of a replay.
    pub supposed: Option<Supposed>,
}

/// A figure under what is live and under the candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Difference {
    /// Which.
    pub measure: Measure,
    /// Of which group; `None`: of all.
    pub group: Option<String>,
    /// The mean under what is live; `None`: it has no such group.
    pub live: Option<f64>,
    /// The mean under the candidate; `None`: it has no such group.
    pub candidate: Option<f64>,
    /// Candidate less live, seed by seed.
    pub difference: Interval,
    /// What that means.
    pub verdict: Verdict,
}

/// What a difference means.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Better, and the interval says so.
    Better,
    /// Worse, and the interval says so.
    Worse,
    /// Different for sure, though neither better nor worse.
    Different,
    /// Equal with every seed.
    Same,
    /// It may be luck: more seeds would tell.
    Unclear,
}

impl Comparison {
    /// Puts pairs together. Their order changes nothing but the order of the seeds.
    #[must_use]
    pub fn new(pairs: &[Pair]) -> Comparison {
        let Some(first) = pairs.first() else { return Comparison::default() };
        let is_sound = |side: &PairSide| side.sound && side.complete;
        let flows = |of: fn(&Pair) -> &PairSide| {
            let runs: Vec<&[Flow]> = pairs.iter().map(|pair| of(pair).flows.as_slice()).collect();
            mean_flows(&runs)
        };
        Comparison {
            seeds: pairs.iter().map(|pair| pair.seed).collect(),
            live: first.live.revision.clone(),
            candidate: first.candidate.revision.clone(),
            sound: pairs.iter().all(|pair| is_sound(&pair.live) && is_sound(&pair.candidate)),
            differences: differences(pairs),
            moved: Moved::mean(&pairs.iter().map(|pair| &pair.moved).collect::<Vec<_>>()),
            live_flows: flows(|pair| &pair.live),
            candidate_flows: flows(|pair| &pair.candidate),
            supposed: first.supposed.clone(),
        }
    }

    /// One figure.
    #[must_use]
    pub fn difference(&self, measure: Measure, group: Option<&str>) -> Option<&Difference> {
        self.differences.iter().find(|told| told.measure == measure && told.group.as_deref() == group)
    }
}

/// One figure, seed by seed.
#[derive(Default)]
struct Seen {
    live: Vec<f64>,
    candidate: Vec<f64>,
}

fn differences(pairs: &[Pair]) -> Vec<Difference> {
    // The tenant's figures come first: `None` sorts before every group.
    let mut values: BTreeMap<(Option<&str>, Measure), Seen> = BTreeMap::new();
    for pair in pairs {
        for value in &pair.live.values {
            values.entry((value.group.as_deref(), value.measure)).or_default().live.push(value.value);
        }
        for value in &pair.candidate.values {
            values.entry((value.group.as_deref(), value.measure)).or_default().candidate.push(value.value);
        }
    }
    let told = values.into_iter().map(|((group, measure), Seen { live, candidate })| {
        let paired: Vec<f64> =
            live.iter().zip(&candidate).map(|(live, candidate)| candidate - live).collect();
        let mean = |values: &[f64]| (!values.is_empty()).then(|| mean_interval(values).mean);
        let difference = mean_interval(&paired);
        Difference {
            measure,
            group: group.map(str::to_owned),
            live: mean(&live),
            candidate: mean(&candidate),
            difference,
            verdict: verdict(measure, &paired, difference),
        }
    });
    told.collect()
}

fn verdict(measure: Measure, paired: &[f64], difference: Interval) -> Verdict {
    if !paired.is_empty() && paired.iter().all(|difference| *difference == 0.0) {
        return Verdict::Same;
    }
    if !difference.excludes_zero() {
        return Verdict::Unclear;
    }
    match (measure.direction(), difference.mean > 0.0) {
        (Direction::Neither, _) => Verdict::Different,
        (Direction::Up, true) | (Direction::Down, false) => Verdict::Better,
        (Direction::Up, false) | (Direction::Down, true) => Verdict::Worse,
    }
}
