//! One seed under two rulesets.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::super::Simulation;
use super::super::report::{Ended, Progress, Report};
use super::super::scenario::Scenario;
use super::changes::Changes;
use super::flow::{Flow, flows};
use super::measure::{MeasureValue, measured};
use super::moved::{Moved, Sides};
use super::outcome::{Outcome, Outcomes};
use crate::rules::Ruleset;

/// Conversations of one run that are compared one by one; with more, the rest is in the figures alone. Each takes about
/// 120 bytes on either side.
pub const COMPARED_MAX: usize = 500_000;

/// What one seed has shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Pair {
    /// The seed.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
    /// Under what is live.
    pub live: PairSide,
    /// Under the candidate.
    pub candidate: PairSide,
    /// The conversations that fare differently.
    pub moved: Moved,
}

/// One ruleset's side of a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PairSide {
    /// Its revision, in hexadecimal digits.
    pub revision: String,
    /// See [`super::super::Digest`].
    pub digest: String,
    /// Whether what must always hold did.
    pub sound: bool,
    /// Whether it came to its own end.
    pub complete: bool,
    /// Its figures.
    pub values: Vec<MeasureValue>,
    /// Where its conversations went.
    pub flows: Vec<Flow>,
}

/// A pair under way: what is live runs first, then the candidate, piece by piece.
#[derive(Debug)]
pub struct PairRun<R> {
    seed: u64,
    live: SideRun<R>,
    candidate: SideRun<R>,
}

#[derive(Debug)]
struct SideRun<R> {
    ruleset: R,
    scenario: Scenario,
    simulation: Simulation<R>,
    outcomes: Outcomes,
}

impl<R: Deref<Target = Ruleset> + Clone> SideRun<R> {
    fn new((ruleset, scenario): (R, &Scenario), seed: u64) -> SideRun<R> {
        SideRun {
            simulation: Simulation::new(ruleset.clone(), scenario, seed),
            outcomes: Outcomes::new(scenario, ruleset.directory(), seed),
            scenario: scenario.clone(),
            ruleset,
        }
    }

    /// The outcomes of conversations that count.
    fn counted(&self) -> impl Iterator<Item = &Outcome> {
        let from = self.scenario.counted_from();
        self.outcomes.list().iter().filter(move |outcome| outcome.arrival.at >= from)
    }

    fn side(&self, report: &Report) -> PairSide {
        PairSide {
            revision: report.revision.clone(),
            digest: report.digest.clone(),
            sound: report.checks.hold(),
            complete: matches!(report.ended, Ended::Complete | Ended::ConversationLimit),
            values: measured(report),
            flows: flows(self.counted(), &self.ruleset),
        }
    }
}

impl<R: Deref<Target = Ruleset> + Clone> PairRun<R> {
    /// A pair about to begin: each side a ruleset and the scenario as read against its directory. Both scenarios must
    /// come from the same text.
    #[must_use]
    pub fn new(live: (R, &Scenario), candidate: (R, &Scenario), seed: u64) -> PairRun<R> {
        PairRun { seed, live: SideRun::new(live, seed), candidate: SideRun::new(candidate, seed) }
    }

    /// Goes on for at least so many events, or to the end.
    pub fn run_for(&mut self, events: u64) -> Progress {
        let first = self.live.simulation.progress();
        let (is_first, side) = match first.ended {
            Ended::Running => (true, &mut self.live),
            _ => (false, &mut self.candidate),
        };
        let now = side.simulation.run_for(events, &mut side.outcomes);
        match is_first {
            true => Progress { share: now.share / 2.0, ended: Ended::Running, ..now },
            false => Progress {
                conversations: first.conversations + now.conversations,
                events: first.events + now.events,
                share: 0.5 + now.share / 2.0,
                ..now
            },
        }
    }

    /// Runs to the end.
    pub fn run(&mut self) {
        while self.run_for(u64::MAX).ended == Ended::Running {}
    }

    /// Ends it where it is.
    pub fn cancel(&mut self) {
        self.live.simulation.cancel();
        self.candidate.simulation.cancel();
    }

    /// What it has shown. `changes`: what differs between the two folders.
    #[must_use]
    pub fn pair(&self, changes: &Changes) -> Pair {
        let (live, candidate) = self.reports();
        let sides = Sides {
            scenario: &self.live.scenario,
            seed: self.seed,
            live: &self.live.ruleset,
            candidate: &self.candidate.ruleset,
            changes,
        };
        Pair {
            seed: self.seed,
            live: self.live.side(&live),
            candidate: self.candidate.side(&candidate),
            moved: sides.moved(self.live.outcomes.list(), self.candidate.outcomes.list()),
        }
    }

    /// The reports of what is live and of the candidate.
    #[must_use]
    pub fn reports(&self) -> (Report, Report) {
        (self.live.simulation.report(), self.candidate.simulation.report())
    }
}
