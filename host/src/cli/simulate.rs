//! `pointsman simulate`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::desk::{Batch, Command};
use pointsman_engine::recording::RecordedRuleset;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::{
    DRAIN_MS_MAX, Figures, Observer, Progress, Report, RuleCost, RuleFailures, RuleHits, Scenario, simulate,
    write_json_line,
};
use pointsman_engine::trace::RuleFailureKind;
use serde::Serialize;

use super::compare::{Side, compare};
use super::html::HtmlArguments;
use super::scenario::{read_scenario, scenario_text};
use super::style::{BAD, DIM, NAME, STRONG, paint};
use super::{Format, Verdict, compiled, output, tenant_folder};
use crate::recording::RunRecorder;

/// Run a scenario in virtual time
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "The same tenant, scenario and seed give the same events, byte for byte, on every machine and in the \
        browser: compare the digest.\n\n\
        Examples:\n  pointsman simulate examples/shop --scenario promo-peak --seed 7\n  \
        pointsman simulate examples/shop --scenario weekday --runs 30 --format json | jq '.runs[].kpi.all'\n  \
        pointsman simulate examples/shop --scenario night --events events.jsonl\n  \
        pointsman simulate my-draft --scenario weekday --runs 20 --compare examples/shop --html what-changes.html"
)]
pub(super) struct Arguments {
    /// The tenant folder
    tenant_dir: PathBuf,
    /// The scenario: a file scenarios/NAME.toml of the folder
    #[arg(long, value_name = "NAME")]
    pub(super) scenario: String,
    /// All the luck there is
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Run it this often, with the seeds that follow
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(super) runs: u64,
    /// Compare the tenant with what is live, in this folder: both on the same conversations, run by run
    #[arg(long, value_name = "LIVE_DIR", conflicts_with = "events")]
    pub(super) compare: Option<PathBuf>,
    /// Write every event to this file, one JSON object a line (one run only)
    #[arg(long, value_name = "FILE.jsonl")]
    events: Option<PathBuf>,
    /// Record the run, as a host records its days, into a file for `pointsman replay` (one run only)
    #[arg(long, value_name = "FILE.recording.gz", conflicts_with = "compare")]
    record: Option<PathBuf>,
    #[command(flatten)]
    pub(super) html: HtmlArguments,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    if arguments.events.is_some() && arguments.runs > 1 {
        bail!("--events takes one run: leave --runs away");
    }
    if arguments.record.is_some() && arguments.runs > 1 {
        bail!("--record takes one run: leave --runs away");
    }
    arguments.html.check()?;
    let Some((ruleset, source)) = compiled(&arguments.tenant_dir, format)? else {
        return Ok(Verdict::Problems);
    };
    let text = scenario_text(&source, &arguments.scenario)?;
    let folder = &arguments.tenant_dir;
    let Some(scenario) = read_scenario(folder, &arguments.scenario, text, &ruleset, format)? else {
        return Ok(Verdict::Problems);
    };
    if let Some(live) = &arguments.compare {
        let candidate = Side { folder, ruleset: &ruleset, scenario: &scenario };
        return compare(live, &candidate, text, arguments, format);
    }
    let mut reports = Vec::new();
    for run in 0..arguments.runs {
        let seed = arguments.seed.wrapping_add(run);
        let mut watcher = Watcher::new(arguments, &scenario, run)?;
        watcher.recorder = match &arguments.record {
            Some(path) => Some(recorder(path, folder, &ruleset, &scenario)?),
            None => None,
        };
        reports.push(simulate(&ruleset, &scenario, seed, &mut watcher));
        watcher.finish()?;
    }
    let broken = reports.iter().any(|report| !report.checks.hold());
    tell(&reports, &ruleset, format)?;
    arguments.html.write(ruleset.directory(), |about| pointsman_report::of_runs(&reports, about))?;
    Ok(if broken { Verdict::Problems } else { Verdict::Well })
}

fn recorder(
    path: &Path,
    folder: &Path,
    ruleset: &Ruleset,
    scenario: &Scenario,
) -> anyhow::Result<RunRecorder> {
    let recorded = RecordedRuleset { revision: ruleset.revision(), folder: tenant_folder(folder)? };
    let tenant = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let names = (tenant.as_str(), ruleset.directory().settings.zone.as_str());
    // Whoever is still being served when arrivals end is served to the end.
    let period = (scenario.start, scenario.end().plus_ms(DRAIN_MS_MAX));
    RunRecorder::new(path, recorded, names, period).with_context(|| format!("`{}`", path.display()))
}

/// Watches a run: shows how far it is on a terminal, and writes events down.
struct Watcher {
    bar: ProgressBar,
    lines: Option<BufWriter<File>>,
    buffer: Vec<u8>,
    recorder: Option<RunRecorder>,
    failed: Option<anyhow::Error>,
}

/// Steps of the bar.
const STEPS: u64 = 1_000;

impl Watcher {
    fn new(arguments: &Arguments, scenario: &Scenario, run: u64) -> anyhow::Result<Watcher> {
        let lines = match &arguments.events {
            Some(path) => {
                let file =
                    File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?;
                Some(BufWriter::new(file))
            }
            None => None,
        };
        // Drawn on a terminal only.
        let bar = ProgressBar::new(STEPS);
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {percent}% {msg}")?;
        bar.set_style(style);
        bar.set_prefix(match arguments.runs {
            1 => scenario.name.clone(),
            runs => format!("{} {}/{runs}", scenario.name, run + 1),
        });
        Ok(Watcher { bar, lines, buffer: Vec::new(), recorder: None, failed: None })
    }

    fn write(&mut self, command: &Command, batch: &Batch) -> anyhow::Result<()> {
        if let Some(recorder) = &mut self.recorder {
            recorder.batch(command, batch)?;
        }
        let Some(lines) = &mut self.lines else { return Ok(()) };
        self.buffer.clear();
        for record in &batch.events {
            write_json_line(record, &mut self.buffer)?;
        }
        lines.write_all(&self.buffer).context("cannot write the events")
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        if let Some(error) = self.failed {
            return Err(error);
        }
        if let Some(lines) = &mut self.lines {
            lines.flush().context("cannot write the events")?;
        }
        if let Some(recorder) = self.recorder {
            recorder.finish()?;
        }
        Ok(())
    }
}

impl Observer for Watcher {
    fn batch(&mut self, command: &Command, batch: &Batch) {
        if self.failed.is_none() {
            self.failed = self.write(command, batch).err();
        }
    }

    fn progress(&mut self, progress: &Progress) -> ControlFlow<()> {
        // A share is 0 to 1, so this is 0 to STEPS.
        self.bar.set_position((progress.share * STEPS as f64) as u64);
        self.bar.set_message(format!("{} conversations, {} events", progress.conversations, progress.events));
        if self.failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[derive(Serialize)]
struct Runs<'a> {
    runs: &'a [Report],
}

fn tell(reports: &[Report], ruleset: &Ruleset, format: Format) -> anyhow::Result<()> {
    match (format, reports) {
        (Format::Json, [report]) => output::json(report)?,
        (Format::Json, runs) => output::json(&Runs { runs })?,
        (Format::Human, [report]) => output::say(&one(report, ruleset)),
        (Format::Human, runs) => output::say(&many(runs)),
    }
    Ok(())
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `850 ms`, `12 s`, `3 min 05 s`.
pub(super) fn time(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{} s", ms / 1_000),
        _ => format!("{} min {:02} s", ms / 60_000, ms / 1_000 % 60),
    }
}

fn one(report: &Report, ruleset: &Ruleset) -> String {
    let mut lines = Vec::new();
    let Report { scenario, seed, conversations, events, digest, kpi, rules, checks, .. } = report;
    lines.push(format!(
        "{} seed {seed}: {conversations} conversations, {events} events",
        paint(STRONG, scenario)
    ));
    let Figures { service_level, abandonment, fallback_share, wait, handle, .. } = &kpi.all;
    let figures = [
        ("service level", percent(*service_level)),
        (
            "wait p50 / p90 / p99",
            format!("{} / {} / {}", time(wait.ms_p50), time(wait.ms_p90), time(wait.ms_p99)),
        ),
        ("abandonment", percent(*abandonment)),
        ("fallback", percent(*fallback_share)),
        ("handle time p50", time(handle.ms_p50)),
        ("occupancy", percent(kpi.occupancy)),
        ("fairness", format!("{:.3}", kpi.fairness)),
        ("misrouted by intent", percent(kpi.misrouted)),
        ("longest queue", kpi.queue_max.to_string()),
    ];
    lines.extend(figures.iter().map(|(name, value)| format!("  {name:<22} {value}")));
    lines.push(format!(
        "\n  {:<20} {:>13} {:>9} {:>14} {:>11}",
        "group", "conversations", "level", "wait p90", "abandoned"
    ));
    for group in &kpi.groups {
        let Figures { conversations, service_level, abandonment, wait, .. } = &group.figures;
        let row = format!(
            "{conversations:>13} {:>9} {:>14} {:>11}",
            percent(*service_level),
            time(wait.ms_p90),
            percent(*abandonment)
        );
        lines.push(format!("  {} {row}", paint(NAME, format!("{:<20}", group.group))));
    }
    let mut hits: Vec<_> = rules.iter().filter(|rule| rule.hits > 0).collect();
    hits.sort_by_key(|rule| std::cmp::Reverse(rule.hits));
    let (told, all) = (hits.len().min(8), ruleset.rules().len());
    lines.push(format!("\n  rules that gave effects: {} of {all}", hits.len()));
    lines.extend(
        hits.iter().take(told).map(|rule| format!("  {:>9} × {}", rule.hits, paint(NAME, &rule.name))),
    );
    lines.extend(costs(rules));
    if !checks.hold() {
        lines.push(paint(BAD, format!("\nwhat must always hold did not: {}", checks.first.join("; "))));
    }
    lines.push(format!("\n{} {digest}", paint(DIM, "digest")));
    lines.join("\n")
}

/// What scripts and modules cost: a line each, for those that were called.
fn costs(rules: &[RuleHits]) -> Vec<String> {
    let called = rules.iter().filter_map(|rule| Some((&rule.name, rule.cost.as_ref()?)));
    let called: Vec<(&String, &RuleCost)> = called.filter(|(_, cost)| cost.calls > 0).collect();
    if called.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "\n  {:>9} {:>8} {:>11} {:>9} {:>9} {:>9}  operations of a script, fuel of a module",
        "calls", "failed", "cost mean", "p99", "max", "memory"
    )];
    for (name, cost) in called {
        let RuleCost { calls, failed, cost_mean, cost_p99, cost_max, memory_bytes_max, .. } = cost;
        let failures: u64 = failed.iter().map(|failed| failed.count).sum();
        let memory = match memory_bytes_max {
            0 => String::new(),
            bytes => format!("{} KiB", bytes.div_ceil(1024)),
        };
        let row = format!(
            "  {calls:>9} {failures:>8} {cost_mean:>11.0} {cost_p99:>9} {cost_max:>9} {memory:>9}  {}",
            paint(NAME, name)
        );
        lines.push(row);
        lines.extend(failed.iter().map(|RuleFailures { kind, count }| {
            let why = match kind {
                RuleFailureKind::Error => "raised an error, or trapped",
                RuleFailureKind::Budget => "used up the budget",
                RuleFailureKind::Depth => "called too deep",
                RuleFailureKind::Size => "grew too large",
                RuleFailureKind::BadAnswer => "gave a bad answer",
            };
            paint(BAD, format!("  {:>18} {why}", format!("{count} ×")))
        }));
    }
    lines
}

fn many(reports: &[Report]) -> String {
    let mut lines = vec![format!(
        "{:>8} {:>13} {:>9} {:>14} {:>10} {:>9}  digest",
        "seed", "conversations", "level", "wait p90", "abandoned", "occupied"
    )];
    for Report { seed, conversations, kpi, digest, .. } in reports {
        let Figures { service_level, abandonment, wait, .. } = &kpi.all;
        let (level, abandoned, occupied) =
            (percent(*service_level), percent(*abandonment), percent(kpi.occupancy));
        let digest = digest.get(..16).unwrap_or(digest);
        let wait = time(wait.ms_p90);
        lines.push(format!(
            "{seed:>8} {conversations:>13} {level:>9} {wait:>14} {abandoned:>10} {occupied:>9}  {digest}"
        ));
    }
    let mut levels: Vec<f64> = reports.iter().map(|report| report.kpi.all.service_level).collect();
    levels.sort_by(f64::total_cmp);
    if let (Some(least), Some(middle), Some(most)) =
        (levels.first(), levels.get(levels.len() / 2), levels.last())
    {
        lines.push(format!(
            "service level: median {}, from {} to {}",
            paint(STRONG, percent(*middle)),
            percent(*least),
            percent(*most)
        ));
    }
    lines.join("\n")
}
