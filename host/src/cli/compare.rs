//! `pointsman simulate --compare`: a candidate against what is live, on the same conversations.

use std::path::Path;

use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::Scenario;
use pointsman_engine::simulation::compare::{
    Cause, Changes, Comparison, DecidedBy, Destination, Difference, Interval, Measure, Moved, PairRun,
    Verdict, Way,
};

use super::pairs::ComparedPairs;
use super::scenario::read_scenario;
use super::simulate::{Arguments, percent, time};
use super::style::{BAD, DIM, GOOD, NAME, STRONG, paint};
use super::{Format, Verdict as Exit, compiled, output, tenant_folder};

/// One side, ready to run.
pub(super) struct Side<'a> {
    pub(super) folder: &'a Path,
    pub(super) ruleset: &'a Ruleset,
    pub(super) scenario: &'a Scenario,
}

/// Ways that people are told.
const WAYS_TOLD: usize = 12;

/// Compares the candidate with what is live in another folder. The scenario is the candidate's, on both sides.
pub(super) fn compare(
    live_folder: &Path,
    candidate: &Side<'_>,
    text: &str,
    arguments: &Arguments,
    format: Format,
) -> anyhow::Result<Exit> {
    let Some((live, _)) = compiled(live_folder, format)? else { return Ok(Exit::Problems) };
    let Some(live_scenario) = read_scenario(live_folder, &arguments.scenario, text, &live, format)? else {
        return Ok(Exit::Problems);
    };
    let changes = Changes::between(&tenant_folder(live_folder)?, &tenant_folder(candidate.folder)?);
    let begin = |run: u64| {
        let sides = ((&*live, &live_scenario), (candidate.ruleset, candidate.scenario));
        Ok(PairRun::new(sides.0, sides.1, arguments.seed.wrapping_add(run)))
    };
    let compared =
        ComparedPairs::run(arguments.runs, &candidate.scenario.name, &changes, &arguments.html, begin)?;
    let comparison = &compared.comparison;
    match format {
        Format::Json => output::json(comparison)?,
        Format::Human => output::say(&told(comparison, &candidate.scenario.name)),
    }
    compared.write(&arguments.html, candidate.ruleset.directory())?;
    Ok(if comparison.sound { Exit::Well } else { Exit::Problems })
}

pub(super) fn told(comparison: &Comparison, scenario: &str) -> String {
    let short = |revision: &str| revision.get(..12).unwrap_or(revision).to_owned();
    let seeds = comparison.seeds.len();
    let mut lines = vec![format!(
        "{} {} (candidate) against {} (live), {seeds} {}",
        paint(STRONG, scenario),
        short(&comparison.candidate),
        short(&comparison.live),
        if seeds == 1 { "seed" } else { "seeds" }
    )];
    lines.push(format!("\n  {:<34} {:>12} {:>12} {:>20}", "", "live", "candidate", "difference"));
    let of_all = comparison.differences.iter().filter(|told| told.group.is_none());
    lines.extend(of_all.map(|told| line(name(told.measure).to_owned(), told)));
    let clear = |told: &&Difference| {
        matches!(told.verdict, Verdict::Better | Verdict::Worse | Verdict::Different)
            && !matches!(told.measure, Measure::WaitP90 | Measure::WaitingProbability | Measure::QueueMax)
    };
    let of_groups: Vec<_> =
        comparison.differences.iter().filter(|told| told.group.is_some()).filter(clear).collect();
    if !of_groups.is_empty() {
        lines.push("\n  groups, where it is no luck".to_owned());
    }
    lines.extend(of_groups.iter().map(|told| {
        let group = told.group.as_deref().unwrap_or_default();
        line(format!("{group}: {}", name(told.measure)), told)
    }));
    if seeds == 1 {
        lines.push("\n  One seed says nothing about luck: `--runs 20` gives intervals.".to_owned());
    }
    lines.extend(moved(&comparison.moved));
    if !comparison.sound {
        lines.push(paint(BAD, "\nwhat must always hold did not, or a run was cut short".to_owned()));
    }
    lines.join("\n")
}

fn line(name: String, told: &Difference) -> String {
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| shown(told.measure, value));
    let difference = match told.verdict {
        Verdict::Same => "=".to_owned(),
        _ => interval(told.measure, told.difference),
    };
    let verdict = match told.verdict {
        Verdict::Better => paint(GOOD, "better"),
        Verdict::Worse => paint(BAD, "worse"),
        Verdict::Different => "different".to_owned(),
        Verdict::Same => String::new(),
        Verdict::Unclear => paint(DIM, "may be luck"),
    };
    let row = format!("{:>12} {:>12} {difference:>20}", value(told.live), value(told.candidate));
    format!("  {name:<34} {row}  {verdict}").trim_end().to_owned()
}

fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::ServiceLevel => "service level",
        Measure::WaitMean => "wait, mean",
        Measure::WaitP90 => "wait, p90",
        Measure::WaitingProbability => "had to wait",
        Measure::Abandonment => "abandonment",
        Measure::FallbackShare => "fallback",
        Measure::Misrouted => "misrouted by intent",
        Measure::Occupancy => "occupancy",
        Measure::Fairness => "fairness",
        Measure::QueueMax => "longest queue",
        Measure::Conversations => "conversations",
    }
}

fn is_share(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::ServiceLevel
            | Measure::WaitingProbability
            | Measure::Abandonment
            | Measure::FallbackShare
            | Measure::Misrouted
            | Measure::Occupancy
    )
}

fn shown(measure: Measure, value: f64) -> String {
    match measure {
        _ if is_share(measure) => percent(value),
        // Waits are never negative.
        Measure::WaitMean | Measure::WaitP90 => time(value.max(0.0) as u64),
        Measure::Fairness => format!("{value:.3}"),
        _ => format!("{value:.1}"),
    }
}

fn interval(measure: Measure, Interval { mean, half_width }: Interval) -> String {
    let (scale, digits, unit) = match measure {
        _ if is_share(measure) => (100.0, 2, " %"),
        Measure::WaitMean | Measure::WaitP90 => (0.001, 2, " s"),
        Measure::Fairness => (1.0, 4, ""),
        _ => (1.0, 1, ""),
    };
    let within = half_width.map(|half_width| format!(" ± {:.digits$}", half_width * scale));
    format!("{:+.digits$}{}{unit}", mean * scale, within.unwrap_or_default())
}

fn moved(moved: &Moved) -> Vec<String> {
    let share = percent(moved.elsewhere / moved.compared.max(1.0));
    let mut lines = vec![format!(
        "\n  {:.0} of {:.0} conversations go elsewhere ({share}), {:.0} of them because rules send them there",
        moved.elsewhere, moved.compared, moved.by_rules
    )];
    lines.push(format!(
        "  {:.0} wait longer, {:.0} less long; {:.0} more visitors leave, {:.0} more reach nobody",
        moved.wait_longer, moved.wait_shorter, moved.abandon, moved.fall_back
    ));
    lines.extend(moved.ways.iter().take(WAYS_TOLD).map(way));
    let untold: f64 =
        moved.ways.iter().skip(WAYS_TOLD).map(|way| way.conversations).sum::<f64>() + moved.untold;
    if untold > 0.0 {
        lines.push(format!("  {untold:>9.1} × other ways: `--format json` has them"));
    }
    lines
}

pub(super) fn way(way: &Way) -> String {
    let by = match (&way.cause, &way.by) {
        (Cause::KnockOn, _) => paint(DIM, "knock-on"),
        (Cause::Rules, DecidedBy::Rule(slug)) => paint(NAME, slug),
        (Cause::Rules, other) => match other {
            DecidedBy::Entry => "the entry",
            DecidedBy::Channel => "the channel's group",
            DecidedBy::Default => "the default group",
            _ => "the fallback",
        }
        .to_owned(),
    };
    let said = way.examples.first().map(|example| example.text.as_str()).filter(|text| !text.is_empty());
    let said = said.map(|text| paint(DIM, format!("  “{text}”"))).unwrap_or_default();
    format!(
        "  {:>9.1} × {} → {}  {by}{said}",
        way.conversations,
        destination(&way.from),
        destination(&way.to)
    )
}

fn destination(destination: &Destination) -> String {
    match destination {
        Destination::Group { group, tier: None } => group.clone(),
        Destination::Group { group, tier: Some(tier) } => format!("{group}, tier {tier}"),
        Destination::Bot(name) => format!("bot {name}"),
        Destination::LeaveMessage => "leave-message".to_owned(),
        Destination::Ticket => "ticket".to_owned(),
        Destination::Nowhere => "nowhere".to_owned(),
    }
}
