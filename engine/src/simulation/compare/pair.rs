//! One seed under two rulesets.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::report::{Ended, Progress, Report};
use super::super::scenario::Scenario;
use super::super::{ReplayError, Simulation, Supposed};
use super::changes::Changes;
use super::flow::Flow;
use super::measure::MeasureValue;
use super::moved::{Moved, Sides};
use super::side::{SideRun, Visitors};
use crate::recording::{RecordedRulesets, Recording};
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
    /// What had to be supposed, of a replay.
    pub supposed: Option<Supposed>,
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
    visitors: Visitors,
    live: SideRun<R>,
    candidate: SideRun<R>,
}

impl<R: Deref<Target = Ruleset> + Clone> PairRun<R> {
    /// A pair about to begin: each side a ruleset and the scenario as read against its directory. Both scenarios must
    /// come from the same text.
    #[must_use]
    pub fn new(live: (R, &Scenario), candidate: (R, &Scenario), seed: u64) -> PairRun<R> {
        let side = |(ruleset, scenario): (R, &Scenario)| {
            let simulation = Simulation::new(ruleset.clone(), scenario, seed);
            SideRun::new(simulation, ruleset)
        };
        let visitors = Visitors::Scenario(Box::new(live.1.clone()));
        PairRun { seed, visitors, live: side(live), candidate: side(candidate) }
    }

    /// A recording about to be told and decided again: what happened, under the rulesets that did it, and the same
    /// visitors under the candidate, which was compiled as the successor of the last of them. The seed is the luck of
    /// what has to be supposed.
    ///
    /// # Errors
    /// The recording cannot be replayed under the candidate.
    pub fn replay(
        recording: &Arc<Recording>,
        rulesets: &RecordedRulesets<R>,
        candidate: R,
        seed: u64,
    ) -> Result<PairRun<R>, ReplayError> {
        let told = Simulation::tell(recording, &rulesets.live)?;
        let replayed = Simulation::replay(recording, candidate.clone(), seed)?;
        let first = rulesets.live.first().ok_or(ReplayError::NoRuleset)?.clone();
        Ok(PairRun {
            seed,
            visitors: Visitors::Recording(Arc::clone(recording)),
            live: SideRun::new(told, first).with(&rulesets.live, &rulesets.canaries),
            candidate: SideRun::new(replayed, candidate),
        })
    }

    /// Goes on for at least so many events, or to the end.
    pub fn run_for(&mut self, events: u64) -> Progress {
        let first = self.live.simulation.progress();
        let (is_first, side) = match first.ended {
            Ended::Running => (true, &mut self.live),
            _ => (false, &mut self.candidate),
        };
        let now = side.run_for(events);
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
        let (seed, visitors) = (self.seed, &self.visitors);
        let moved = self.live.with_names(|live| {
            self.candidate.with_names(|candidate| {
                let sides = Sides { visitors, seed, live, candidate, changes };
                sides.moved(self.live.outcomes.numbered(), self.candidate.outcomes.list())
            })
        });
        Pair {
            seed,
            live: self.live.side(&live, visitors),
            candidate: self.candidate.side(&candidate, visitors),
            moved,
            supposed: self.candidate.simulation.supposed().cloned(),
        }
    }

    /// The reports of what is live and of the candidate.
    #[must_use]
    pub fn reports(&self) -> (Report, Report) {
        (self.live.simulation.report(), self.candidate.simulation.report())
    }
}
