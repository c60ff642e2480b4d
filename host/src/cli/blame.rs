//! `pointsman blame`.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::blame::{
    Answered, Aspect, Blame, Change, ChangeKind, ChangedPart, Question, blame_watched,
};
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::simulation::compare::{Direction, Measure};
use pointsman_engine::tenant::TenantFolder;

use super::style::{BAD, DIM, GOOD, NAME, STRONG, WARN, paint};
use super::visit::VisitArguments;
use super::{Format, Verdict, output, tenant_folder};

/// Find the change that made a visit go wrong, or a figure get worse
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "The revisions are tenant folders; with some between the good and the bad one, the first bad one is \
        found by bisection. What differs is tried part by part (rules, groups, agents, keyword tables, settings), and \
        the evidence is two runs: the good revision with nothing but the change, the bad one without it.\n\n\
        Examples:\n  pointsman blame --good v16 --bad v17 --text 我要退款\n  \
        pointsman blame --good v16 --bad v17 --text 我要退款 --aspect priority\n  \
        pointsman blame --good v14 --between v15 --between v16 --bad v17 --scenario weekday --measure service-level"
)]
pub(super) struct Arguments {
    /// The tenant folder under which all was well
    #[arg(long, value_name = "DIR")]
    good: PathBuf,
    /// A revision between the two, in order of time; may be given more than once
    #[arg(long, value_name = "DIR")]
    between: Vec<PathBuf>,
    /// The tenant folder under which it is not
    #[arg(long, value_name = "DIR")]
    bad: PathBuf,
    /// What the visitor says
    #[arg(long, required_unless_present = "scenario", conflicts_with = "scenario")]
    text: Option<String>,
    #[command(flatten)]
    visit: VisitArguments,
    /// What of the visit went wrong: target, end, agent, priority, tier, skills, tags, risks or replies; the first that
    /// differs where it is not said
    #[arg(long, conflicts_with = "scenario")]
    aspect: Option<String>,
    /// The scenario in which a figure got worse
    #[arg(long, value_name = "NAME", requires = "measure")]
    scenario: Option<String>,
    /// The figure: service-level, wait-mean, wait-p90, waiting-probability, abandonment, fallback-share, misrouted,
    /// fairness or queue-max
    #[arg(long, value_name = "NAME", requires = "scenario")]
    measure: Option<String>,
    /// The figure of this group alone
    #[arg(long, value_name = "SLUG", requires = "measure")]
    group: Option<String>,
    /// The first seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seeds over which the figure is averaged
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100))]
    runs: u64,
}

pub(super) fn run(given: Arguments, format: Format) -> anyhow::Result<Verdict> {
    let paths = || std::iter::once(&given.good).chain(&given.between).chain(std::iter::once(&given.bad));
    let revisions: Vec<TenantFolder> =
        paths().map(|path| tenant_folder(path)).collect::<anyhow::Result<_>>()?;
    let names: Vec<String> = paths().map(|path| path.display().to_string()).collect();
    let question = question(given)?;
    let folders: Vec<&TenantFolder> = revisions.iter().collect();
    // Drawn on a terminal only.
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta} left")?);
    let found = blame_watched(&folders, &question, &Sandbox::new()?, &mut |progress| {
        bar.set_length(u64::from(progress.runs_likely.max(progress.runs)));
        bar.set_position(u64::from(progress.runs));
    });
    bar.finish_and_clear();
    let found = found?;
    match format {
        Format::Json => output::json(&found)?,
        Format::Human => output::say(&tell(&found, &names)),
    }
    Ok(Verdict::Well)
}

fn question(given: Arguments) -> anyhow::Result<Question> {
    let names = |all: Vec<&str>| all.join(", ");
    if let (Some(scenario), Some(measure)) = (given.scenario, given.measure) {
        let can_get_worse = |measure: &Measure| measure.direction() != Direction::Neither;
        let known = || names(Measure::ALL.into_iter().filter(can_get_worse).map(Measure::as_str).collect());
        let named = Measure::named(&measure).filter(can_get_worse);
        let measure = named
            .ok_or_else(|| anyhow!("`{measure}` is no figure that gets worse: there are {}", known()))?;
        let seeds = (0..given.runs).map(|run| given.seed.wrapping_add(run)).collect();
        return Ok(Question::Kpi { scenario, measure, group: given.group, seeds });
    }
    let Some(text) = given.text else { bail!("say what the visitor says: --text") };
    let known = || names(Aspect::ALL.iter().map(|aspect| aspect.as_str()).collect());
    let aspect = given.aspect.map(|aspect| {
        Aspect::named(&aspect)
            .ok_or_else(|| anyhow!("`{aspect}` is nothing of a visit: there are {}", known()))
    });
    Ok(Question::Visit { visit: given.visit.visit(text)?, aspect: aspect.transpose()? })
}

fn tell(found: &Blame, names: &[String]) -> String {
    let mut lines = Vec::new();
    let what = found.aspect.map(|aspect| format!("{}: ", aspect.as_str())).unwrap_or_default();
    lines.push(format!("{what}{} before, {} after", paint(GOOD, &found.good), paint(BAD, &found.bad)));
    if let Some((good, bad)) = found.revisions {
        let name = |at: u32| names.get(at as usize).map_or("", String::as_str);
        lines.push(format!("the first bad revision is {}, after {}", paint(NAME, name(bad)), name(good)));
    }
    lines.push(format!(
        "\n{} of {} changes, found with {} trials:",
        found.culprits.len(),
        found.changes,
        found.trials
    ));
    lines.extend(found.culprits.iter().map(|change| format!("  {}", tell_change(change))));
    if !found.others.is_empty() {
        lines.push("each of these alone does the same:".to_owned());
        lines.extend(found.others.iter().map(|change| format!("  {}", tell_change(change))));
    }
    let told = |answered: &Option<Answered>| {
        answered.as_ref().map_or_else(|| "does not compile".to_owned(), ToString::to_string)
    };
    lines.push(format!("\n{}", paint(STRONG, "Evidence")));
    lines.push(format!("  with nothing but that changed   {}", told(&found.with)));
    lines.push(format!("  with everything else changed    {}", told(&found.without)));
    if !found.certain {
        let why = "not certain: other changes have a part in it too";
        lines.push(paint(WARN, why));
    }
    if found.cut {
        lines.push(paint(WARN, "the bound on trials was reached: fewer changes may be enough"));
    }
    lines.join("\n")
}

fn tell_change(change: &Change) -> String {
    let part = match change.part {
        ChangedPart::Rule => "rule",
        ChangedPart::Group => "group",
        ChangedPart::Agent => "agent",
        ChangedPart::KeywordTable => "keyword table",
        ChangedPart::Setting => "setting",
        ChangedPart::File => "file",
    };
    let kind = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
        ChangeKind::Moved => "moved",
    };
    let line = change.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{part} {} {kind} {}", paint(NAME, &change.name), paint(DIM, format!("{}{line}", change.file)))
}
