//! `pointsman staff`.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::diagnostic::nearest;
use pointsman_engine::simulation::Scenario;
use pointsman_engine::simulation::staffing::{Aim, Staffed, StaffingCell, cells, demand};
use pointsman_report::StaffingTold;
use rayon::prelude::*;
use serde::Serialize;

use super::html::HtmlArguments;
use super::scenario::{read_scenario, scenario_text};
use super::simulate::time;
use super::style::{BAD, DIM, GOOD, NAME, STRONG, paint};
use super::{Format, Verdict, compiled, output};

/// How many agents each group needs, hour by hour
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "Runs the scenario to see what rules send where, then tries every hour of every group by itself with more and \
        fewer agents. `likely` reach the aim in the mean over the seeds, `sure` with the lower end of its 95 % interval. \
        Beside them Erlang's C formula, which knows neither impatience nor the real spread of handle times.\n\n\
        Examples:\n  pointsman staff examples/shop --scenario weekday\n  \
        pointsman staff examples/shop --scenario promo-peak --group after-sales --answer 90 --within 30"
)]
pub(super) struct Arguments {
    /// The tenant folder
    tenant_dir: PathBuf,
    /// The scenario: a file scenarios/NAME.toml of the folder
    #[arg(long, value_name = "NAME")]
    scenario: String,
    /// This group alone
    #[arg(long, value_name = "SLUG")]
    group: Option<String>,
    /// How many of a hundred are to be answered in time
    #[arg(long, default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=99), value_name = "PERCENT")]
    answer: u8,
    /// Within how many seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=86_400), value_name = "SECONDS")]
    within: u32,
    /// All the luck there is
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// With how many seeds each number of agents is tried
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=100))]
    runs: u64,
    #[command(flatten)]
    html: HtmlArguments,
}

#[derive(Serialize)]
struct Plan<'a> {
    aim: Aim,
    seeds: &'a [u64],
    cells: &'a [StaffingCell],
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    arguments.html.check()?;
    let Some((ruleset, source)) = compiled(&arguments.tenant_dir, format)? else {
        return Ok(Verdict::Problems);
    };
    let text = scenario_text(&source, &arguments.scenario)?;
    let read = read_scenario(&arguments.tenant_dir, &arguments.scenario, text, &ruleset, format)?;
    let Some(scenario) = read else { return Ok(Verdict::Problems) };
    let groups = &ruleset.directory().groups;
    if let Some(group) = &arguments.group
        && !groups.iter().any(|known| known.slug == *group)
    {
        let meant = nearest(group, groups.iter().map(|known| known.slug.as_str()));
        let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        anyhow::bail!("there is no group `{group}`{meant}");
    }
    let seeds: Vec<u64> = (0..arguments.runs).map(|run| arguments.seed.wrapping_add(run)).collect();
    let aim =
        Aim { share: f64::from(arguments.answer) / 100.0, within_ms: i64::from(arguments.within) * 1_000 };
    let asked = demand(&ruleset, &scenario, &seeds);
    let mut plan = cells(&ruleset, &scenario, &asked);
    plan.retain(|cell| arguments.group.as_ref().is_none_or(|group| cell.group == *group));
    // Drawn on a terminal only.
    let bar = ProgressBar::new(plan.len() as u64);
    bar.set_style(ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {eta} left")?);
    bar.set_prefix(scenario.name.clone());
    plan.par_iter_mut().for_each(|cell| {
        if let Some(group) = groups.iter().find(|group| group.slug == cell.group) {
            let asked = asked.of(group.id, cell.hour as usize);
            cell.find(&asked, &scenario, aim, &seeds);
        }
        bar.inc(1);
    });
    bar.finish_and_clear();
    match format {
        Format::Json => output::json(&Plan { aim, seeds: &seeds, cells: &plan })?,
        Format::Human => {
            let zone = &ruleset.directory().settings.zone;
            output::say(&told(&plan, &Clock { scenario: &scenario, zone }, arguments));
        }
    }
    arguments.html.write(ruleset.directory(), |about| {
        let scenario = scenario.name.clone();
        let staffing =
            StaffingTold { scenario, revision: ruleset.revision().to_string(), aim, seeds, cells: plan };
        pointsman_report::of_staffing(&staffing, about)
    })?;
    Ok(Verdict::Well)
}

/// The scenario's hours on the clocks of the tenant.
struct Clock<'a> {
    scenario: &'a Scenario,
    zone: &'a str,
}

impl Clock<'_> {
    fn at(&self, hour: u32, format: &str) -> String {
        let at = self.scenario.start.plus_ms(i64::from(hour) * 3_600_000);
        let zoned = jiff::Timestamp::from_millisecond(at.0).and_then(|at| at.in_tz(self.zone));
        zoned.map_or_else(|_| at.to_string(), |at| at.strftime(format).to_string())
    }
}

fn told(plan: &[StaffingCell], clock: &Clock<'_>, arguments: &Arguments) -> String {
    let Arguments { answer, within, runs, .. } = arguments;
    let mut lines = vec![format!(
        "{}: {answer} % answered within {within} s, {runs} seeds, from {}",
        paint(STRONG, &clock.scenario.name),
        clock.at(0, "%F %H:%M")
    )];
    let mut group = "";
    for cell in plan.iter().filter(|cell| cell.need.is_some()) {
        if cell.group != group {
            group = &cell.group;
            lines.push(format!(
                "\n  {} {}, {} at once each\n  {:>5} {:>12} {:>11} {:>9} {:>7} {:>6} {:>9}",
                paint(NAME, &cell.group),
                cell.name,
                cell.capacity,
                "hour",
                "conversat.",
                "handle",
                "scheduled",
                "likely",
                "sure",
                "Erlang C"
            ));
        }
        lines.extend(line(cell, clock));
    }
    lines.push(paint(
        DIM,
        "\n  Each hour by itself: what one hour's queue hands to the next, agents in two groups and overflow are not in it.\n  \
         Try a plan as a whole with `pointsman simulate`.",
    ));
    lines.join("\n")
}

fn line(cell: &StaffingCell, clock: &Clock<'_>) -> Option<String> {
    let need = cell.need.as_ref()?;
    let number = |agents: Option<u32>| agents.map_or_else(|| "–".to_owned(), |agents| agents.to_string());
    let verdict = match cell.staffed? {
        Staffed::Enough { .. } => paint(GOOD, "enough"),
        Staffed::JustEnough => "just enough".to_owned(),
        Staffed::TooFew { missing } => paint(BAD, format!("{missing} too few")),
        Staffed::NeverEnough => paint(BAD, "never enough"),
    };
    let handle = time(cell.handle_ms_mean.max(0.0) as u64);
    Some(format!(
        "  {:>5} {:>12.1} {handle:>11} {:>9} {:>7} {:>6} {:>9}  {verdict}",
        clock.at(cell.hour, "%H:%M"),
        cell.conversations,
        cell.scheduled,
        number(need.likely),
        number(need.sure),
        number(need.erlang_c)
    ))
}
