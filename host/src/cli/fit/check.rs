//! The check of a fit: the recorded days simulated with the counts themselves, as fitted, and without dispersion.

use std::collections::BTreeMap;

use anyhow::anyhow;
use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::fit::{
    ArrivalsTable, FittedArrivals, Trial, TrialDay, TrialTraffic, WaitingDay, trial_dates, trial_text,
};
use pointsman_engine::simulation::{Scenario, read_scenario};
use rayon::prelude::*;
use serde::Serialize;

use super::Arguments;

/// What the check came to.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// The days that were simulated.
    pub(super) days: Vec<String>,
    /// What came out.
    pub(super) trial: Trial,
}

pub(super) fn check(
    arguments: &Arguments,
    ruleset: &Ruleset,
    scenario: &str,
    fitted: &FittedArrivals,
    table: &ArrivalsTable,
    targets: &BTreeMap<String, String>,
) -> anyhow::Result<Check> {
    let zone = &ruleset.directory().settings.zone;
    let days = trial_dates(table, fitted, zone, arguments.days as usize);
    let read = |date: &str, traffic| -> anyhow::Result<Scenario> {
        let text = trial_text(scenario, date, traffic, (table, fitted), targets, zone)?;
        let (scenario, found) = read_scenario("fitted", &text, ruleset.directory());
        scenario.ok_or_else(|| {
            let found = found.iter().map(ToString::to_string).collect::<Vec<_>>();
            anyhow!("the scenario of {date} cannot run: {}", found.join("; "))
        })
    };
    let runs: Vec<(u64, &String, TrialTraffic)> = (0..)
        .zip(&days)
        .flat_map(|(at, date)| {
            TrialTraffic::ALL.map(|traffic| (arguments.seed.wrapping_add(at), date, traffic))
        })
        .collect();
    // Drawn on a terminal only.
    let bar = ProgressBar::new(runs.len() as u64);
    bar.set_style(ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {eta} left")?);
    bar.set_prefix("days");
    let simulated = runs.par_iter().map(|(seed, date, traffic)| {
        let waiting = WaitingDay::of(ruleset, &read(date, *traffic)?, *seed);
        bar.inc(1);
        Ok(TrialDay { traffic: *traffic, waiting })
    });
    let simulated = simulated.collect::<anyhow::Result<Vec<TrialDay>>>()?;
    bar.finish_and_clear();
    Ok(Check { days, trial: Trial::new(&simulated) })
}
