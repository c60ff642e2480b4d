//! Recorded arrivals and messages, from the page.

use std::collections::BTreeMap;

use pointsman_engine::simulation::fit::{
    ArrivalsTable, DAYS_MAX, FittedArrivals, TrialDay, TrialTraffic, WaitingDay, read_arrivals, trial_dates,
    trial_text, with_arrivals,
};
use pointsman_engine::simulation::read_scenario;
use serde::{Deserialize, Serialize};

use crate::Refused;
use crate::workspace::Workspace;

/// What a file of recorded arrivals has come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecordedTold {
    /// What fits the counts.
    pub fitted: FittedArrivals,
    /// The channels of the file; one empty name where it has no such column.
    pub channels: Vec<String>,
    /// Rows with counts.
    pub rows: u32,
    /// The days that were fitted.
    pub dates: Vec<String>,
}

/// A day of a trial to be simulated.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct TrialStart {
    /// The text of the fitted scenario.
    pub scenario: String,
    /// The tenant's channel for each of the file's; those that are not there are left out.
    pub targets: BTreeMap<String, String>,
    /// The day.
    pub date: String,
    /// What comes on it.
    pub traffic: TrialTraffic,
    /// The seed.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
}

/// A file of recorded arrivals.
#[derive(Debug)]
pub(crate) struct Recorded {
    table: ArrivalsTable,
    fitted: FittedArrivals,
    zone: String,
}

impl Recorded {
    /// Reads a file on the clocks of the workspace's tenant, and fits its counts.
    pub(crate) fn new(workspace: &mut Workspace, csv: &[u8]) -> Result<Recorded, Refused> {
        let zone = workspace.ruleset()?.directory().settings.zone.clone();
        let bad = |error| Refused::BadTable { error };
        let table = read_arrivals(csv, &zone).map_err(bad)?;
        let fitted = table.fit(&zone).map_err(bad)?;
        Ok(Recorded { table, fitted, zone })
    }

    pub(crate) fn told(&self) -> RecordedTold {
        RecordedTold {
            fitted: self.fitted.clone(),
            channels: self.table.channels.clone(),
            rows: self.table.rows.len() as u32,
            dates: trial_dates(&self.table, &self.fitted, &self.zone, DAYS_MAX),
        }
    }

    /// The text of a scenario with the fitted arrivals.
    pub(crate) fn written(&self, text: &str, targets: &BTreeMap<String, String>) -> Result<String, Refused> {
        with_arrivals(text, &self.fitted, targets).map_err(|error| Refused::CannotEdit { error })
    }

    /// Simulates a day.
    pub(crate) fn day(&self, workspace: &mut Workspace, start: &TrialStart) -> Result<TrialDay, Refused> {
        let ruleset = workspace.ruleset()?;
        let counts = (&self.table, &self.fitted);
        let text =
            trial_text(&start.scenario, &start.date, start.traffic, counts, &start.targets, &self.zone)
                .map_err(|error| Refused::CannotEdit { error })?;
        let (scenario, found) = read_scenario("trial", &text, ruleset.directory());
        let why = || found.first().map(|found| found.message.clone()).unwrap_or_default();
        let scenario = scenario.ok_or_else(|| Refused::ScenarioDoesNotFit { message: why() })?;
        Ok(TrialDay { traffic: start.traffic, waiting: WaitingDay::of(&ruleset, &scenario, start.seed) })
    }
}
