//! One seed under two rulesets, from the page.

use std::rc::Rc;

use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::compare::{self, Changes, Pair};
use pointsman_engine::simulation::{Progress, Report, read_scenario};
use serde::Serialize;

use crate::Refused;
use crate::workspace::{Start, Workspace};

/// What a pair has come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PairTold {
    /// What is compared.
    pub pair: Pair,
    /// The report of what is live.
    pub live: Report,
    /// The report of the candidate.
    pub candidate: Report,
}

/// A pair under way.
#[derive(Debug)]
pub(crate) struct PairRun {
    run: compare::PairRun<Rc<Ruleset>>,
    changes: Changes,
}

impl PairRun {
    /// A pair about to begin. The scenario is the candidate's, on both sides.
    pub(crate) fn new(
        live: &mut Workspace,
        candidate: &mut Workspace,
        start: &Start,
    ) -> Result<PairRun, Refused> {
        let text = candidate.scenario_text(&start.scenario)?;
        let (live_ruleset, ruleset) = (live.ruleset()?, candidate.ruleset()?);
        let read = |ruleset: &Ruleset| {
            let (scenario, found) = read_scenario(&start.scenario, &text, ruleset.directory());
            let why = || found.first().map(|found| found.message.clone()).unwrap_or_default();
            scenario.ok_or_else(|| Refused::ScenarioDoesNotFit { message: why() })
        };
        let (live_scenario, scenario) = (read(&live_ruleset)?, read(&ruleset)?);
        Ok(PairRun {
            changes: Changes::between(live.folder(), candidate.folder()),
            run: compare::PairRun::new((live_ruleset, &live_scenario), (ruleset, &scenario), start.seed),
        })
    }

    pub(crate) fn run_for(&mut self, events: u32) -> Progress {
        self.run.run_for(u64::from(events))
    }

    pub(crate) fn cancel(&mut self) {
        self.run.cancel();
    }

    pub(crate) fn told(&self) -> PairTold {
        let (live, candidate) = self.run.reports();
        PairTold { pair: self.run.pair(&self.changes), live, candidate }
    }
}
