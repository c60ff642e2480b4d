//! How many agents are needed, from the page: demand seed by seed, then one group's hour at a time.

use std::rc::Rc;

use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::Progress;
use pointsman_engine::simulation::staffing::{self, Aim, Asked, Demand, SeedDemand, StaffingCell, cells};
use serde::{Deserialize, Serialize};

use crate::Refused;
use crate::workspace::{Start, Workspace};

/// What some seeds have shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Demands {
    scenario: String,
    demands: Vec<SeedDemand>,
}

/// One group in one hour, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StaffingHour {
    /// The cell.
    pub cell: StaffingCell,
    /// What is asked, by intent.
    pub asked: Asked,
}

/// An hour to be looked at.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StaffingQuestion {
    /// The slug of the scenario.
    pub scenario: String,
    /// Which hour.
    pub hour: StaffingHour,
    /// What is enough.
    pub aim: Aim,
    /// With which seeds each number of agents is tried.
    #[cfg_attr(feature = "typescript", ts(type = "number[]"))]
    pub seeds: Vec<u64>,
}

/// A run that counts demand.
#[derive(Debug)]
pub(crate) struct DemandRun(staffing::DemandRun<Rc<Ruleset>>);

impl DemandRun {
    pub(crate) fn new(workspace: &mut Workspace, start: &Start) -> Result<DemandRun, Refused> {
        let (ruleset, scenario) = workspace.scenario(&start.scenario)?;
        Ok(DemandRun(staffing::DemandRun::new(ruleset, &scenario, start.seed)))
    }

    pub(crate) fn run_for(&mut self, events: u32) -> Progress {
        self.0.run_for(u64::from(events))
    }

    pub(crate) fn told(&self) -> SeedDemand {
        self.0.demand()
    }
}

/// Every group's every hour, with what is asked and nothing found yet.
pub(crate) fn hours(workspace: &mut Workspace, given: &Demands) -> Result<Vec<StaffingHour>, Refused> {
    let (ruleset, scenario) = workspace.scenario(&given.scenario)?;
    let demand = Demand::mean(&scenario, &given.demands);
    let groups = &ruleset.directory().groups;
    let hours = cells(&ruleset, &scenario, &demand).into_iter().filter_map(|cell| {
        let group = groups.iter().find(|group| group.slug == cell.group)?;
        Some(StaffingHour { asked: demand.of(group.id, cell.hour as usize), cell })
    });
    Ok(hours.collect())
}

/// One hour, with what was found.
pub(crate) fn find(workspace: &mut Workspace, question: StaffingQuestion) -> Result<StaffingCell, Refused> {
    let (_, scenario) = workspace.scenario(&question.scenario)?;
    let StaffingHour { mut cell, asked } = question.hour;
    cell.find(&asked, &scenario, question.aim, &question.seeds);
    Ok(cell)
}
