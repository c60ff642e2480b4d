//! Staffing: how many agents a group needs in each hour so that enough visitors are answered in time.
//!
//! The scenario is run once a seed; how many conversations rules send to each group in each hour, and what they want, is
//! the **demand**. Then every hour of every group is tried by itself on the same desk, with more and fewer agents, until it
//! is found how many are **likely** enough (the mean over the seeds reaches the aim) and how many are **surely** enough (so
//! does the lower end of its interval). Erlang's C formula is told beside them, as the classical estimate: it knows neither
//! impatience nor the real spread of handle times.
//!
//! What this leaves out: queues that one hour hands to the next, agents who serve two groups at the same time, and
//! overflow between groups. The plan is to be tried as a whole, by running the scenario with it.

mod demand;
mod erlang_c;
mod need;

use serde::{Deserialize, Serialize};

pub use demand::{Asked, Demand, DemandRun, SeedDemand, demand};
pub use erlang_c::erlang_c_servers;
pub use need::{Aim, Need, Staffed, need};

use super::compare::Interval;
use super::scenario::Scenario;
use crate::rules::Ruleset;
use crate::time::Timestamp;

/// Agents of one group that are tried.
pub const STAFF_MAX: u32 = 2_000;
/// Hours of a scenario that are looked at: a week.
pub const HOURS_MAX: usize = 7 * 24;

/// One group in one hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StaffingCell {
    /// The group's slug.
    pub group: String,
    /// Its name.
    pub name: String,
    /// Hours since the scenario's start.
    pub hour: u32,
    /// When the hour begins.
    pub at: Timestamp,
    /// Conversations sent to the group in this hour, in the mean.
    pub conversations: f64,
    /// Their mean handle time.
    pub handle_ms_mean: f64,
    /// Conversations that one agent has at once.
    pub capacity: u32,
    /// Agents of the group who are on shift, in the middle of the hour.
    pub scheduled: u32,
    /// What was found; `None`: nobody comes.
    pub need: Option<Need>,
    /// What those on shift are, held against it; `None`: nobody comes.
    pub staffed: Option<Staffed>,
}

impl StaffingCell {
    /// Finds how many are needed for what is `asked` of the group in this hour.
    pub fn find(&mut self, asked: &Asked, scenario: &Scenario, aim: Aim, seeds: &[u64]) {
        self.need = need(asked, scenario, self.capacity, aim, seeds);
        self.staffed = self.need.as_ref().map(|need| need.staffed(self.scheduled));
    }
}

/// The demand of every group in every hour, with what is scheduled, and nothing found yet.
#[must_use]
pub fn cells(ruleset: &Ruleset, scenario: &Scenario, demand: &Demand) -> Vec<StaffingCell> {
    let directory = ruleset.directory();
    let mut cells = Vec::new();
    for group in directory.groups.iter().filter(|group| group.active) {
        let members: Vec<_> = directory
            .agents
            .iter()
            .filter(|agent| agent.active && agent.receives)
            .filter(|agent| agent.groups.iter().any(|member| member.group == group.id))
            .collect();
        let mut capacities: Vec<u32> = members.iter().map(|agent| agent.capacity).collect();
        capacities.sort_unstable();
        let capacity = capacities.get(capacities.len() / 2).copied().unwrap_or(1);
        let capacity = group.agent_capacity.map_or(capacity, |most| capacity.min(most)).max(1);
        for hour in 0..demand.hours() {
            let at = scenario.start.plus_ms(hour as i64 * demand::HOUR_MS);
            let middle = at.plus_ms(demand::HOUR_MS / 2);
            let on_shift = |shift: Option<crate::id::HoursId>| match shift {
                None => true,
                Some(id) => directory
                    .hours(id)
                    .and_then(|plan| plan.hours.compile().ok())
                    .is_some_and(|hours| hours.is_open(middle)),
            };
            let asked = demand.of(group.id, hour);
            cells.push(StaffingCell {
                group: group.slug.clone(),
                name: group.name.clone(),
                hour: hour as u32,
                at,
                conversations: asked.conversations,
                handle_ms_mean: asked.handle_ms_mean(scenario),
                capacity,
                scheduled: members.iter().filter(|agent| on_shift(agent.shift)).count() as u32,
                need: None,
                staffed: None,
            });
        }
    }
    cells
}

/// What was tried with one number of agents.
#[derive(Copy, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tried {
    /// How many agents.
    pub agents: u32,
    /// The share answered in time.
    pub answered: Interval,
}
