//! `pointsman replay`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::recording::{RecordedRulesets, Recording, RecordingAbout, Verified, Verifier};
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::rules::{Compiled, Ruleset};
use pointsman_engine::simulation::Supposed;
use pointsman_engine::simulation::compare::{AskedAnew, Changes, Comparison, PairRun};
use serde::Serialize;

use super::compare::{told, way};
use super::html::HtmlArguments;
use super::pairs::ComparedPairs;
use super::style::{BAD, DIM, GOOD, STRONG, paint};
use super::{Format, Verdict, not_compiled, output, tenant_folder};
use crate::recording::read_recording;

/// Decide a recorded period again, under the rules that made it and under a candidate
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "First the recording is held against its own rules: not one event may differ. Then the candidate is asked, \
        decision by decision, on the desk as it was. Then the period happens again under the candidate, with everything that \
        follows: queues, caps, who is free. What no recording can know is supposed, and told.\n\n\
        Examples:\n  pointsman replay monday.recording.gz\n  \
        pointsman replay monday.recording.gz --candidate my-draft --runs 5\n\n\
        A recording comes from a host (`pointsman record`) or from a simulation (`pointsman simulate … --record FILE`)."
)]
pub(super) struct Arguments {
    /// The recording
    recording: PathBuf,
    /// The folder to try instead of what was live
    #[arg(long, value_name = "DIR")]
    candidate: Option<PathBuf>,
    /// The luck of what has to be supposed
    #[arg(long, default_value_t = 1, requires = "candidate")]
    seed: u64,
    /// Replay it this often, with the seeds that follow
    #[arg(long, default_value_t = 5, requires = "candidate", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    runs: u64,
    #[command(flatten)]
    html: HtmlArguments,
}

/// Commands between two looks at how far it is.
const SLICE_COMMANDS: usize = 5_000;
/// Steps of the bar.
const STEPS: u64 = 100;
/// Differing commands and ways that people are told.
const TOLD_MAX: usize = 8;

#[derive(Serialize)]
struct Replayed<'a> {
    about: &'a RecordingAbout,
    verified: &'a Verified,
    /// `None`: no candidate, or one with other groups, agents or settings.
    asked: Option<&'a AskedAnew>,
    comparison: Option<&'a Comparison>,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    if arguments.html.is_wanted() && arguments.candidate.is_none() {
        bail!("--html is of a comparison: say with --candidate what to compare with");
    }
    arguments.html.check()?;
    let recording = Arc::new(read(arguments)?);
    let sandbox = Sandbox::new()?;
    let rulesets = recording.compile(&sandbox)?.map(Arc::new);
    let candidate = match &arguments.candidate {
        None => None,
        Some(folder) => match Candidate::new(folder, &recording, &rulesets, &sandbox, format)? {
            Some(candidate) => Some(candidate),
            None => return Ok(Verdict::Problems),
        },
    };
    let (verified, asked) = verify(&recording, &rulesets, candidate.as_ref());
    let compared = match &candidate {
        Some(candidate) => Some(compare(&recording, &rulesets, candidate, arguments)?),
        None => None,
    };
    let comparison = compared.as_ref().map(|compared| &compared.comparison);
    let replayed =
        Replayed { about: recording.about(), verified: &verified, asked: asked.as_ref(), comparison };
    match format {
        Format::Json => output::json(&replayed)?,
        Format::Human => output::say(&tell(&replayed, candidate.as_ref())),
    }
    if let (Some(compared), Some(candidate)) = (&compared, &candidate) {
        compared.write(&arguments.html, candidate.ruleset.directory())?;
    }
    let is_sound = comparison.is_none_or(|comparison| comparison.sound);
    let is_true = verified.differing == 0 || recording.about().masked;
    Ok(if is_sound && is_true { Verdict::Well } else { Verdict::Problems })
}

fn read(arguments: &Arguments) -> anyhow::Result<Recording> {
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("reading {bytes} {bytes_per_sec}")?);
    let recording = read_recording(&arguments.recording, |bytes| bar.set_position(bytes))?;
    bar.finish_and_clear();
    Ok(recording)
}

/// What is tried.
struct Candidate {
    ruleset: Arc<Ruleset>,
    /// The same to be asked beside what was live; `None` where more than rules differs.
    beside: Option<Arc<Ruleset>>,
    changes: Changes,
    name: String,
}

impl Candidate {
    /// `None`, with everything that is wrong said, where the folder does not compile.
    fn new(
        path: &std::path::Path,
        recording: &Recording,
        rulesets: &RecordedRulesets<Arc<Ruleset>>,
        sandbox: &Sandbox,
        format: Format,
    ) -> anyhow::Result<Option<Candidate>> {
        let folder = tenant_folder(path)?;
        let Compiled { ruleset, diagnostics, .. } = recording.compile_candidate(&folder, rulesets, sandbox);
        let Some(ruleset) = ruleset else {
            not_compiled(&diagnostics, &folder, format)?;
            return Ok(None);
        };
        let Some(live) = recording.live_folder() else { bail!("nothing was live in the recorded period") };
        let is_same = rulesets.live.last().is_some_and(|live| live.directory() == ruleset.directory());
        let beside = recording.compile_candidate(&folder, rulesets, sandbox).ruleset.filter(|_| is_same);
        Ok(Some(Candidate {
            name: path.display().to_string(),
            changes: Changes::between(live, &folder),
            beside: beside.map(|ruleset| Arc::new(ruleset.as_candidate())),
            ruleset: Arc::new(ruleset),
        }))
    }
}

fn verify(
    recording: &Arc<Recording>,
    rulesets: &RecordedRulesets<Arc<Ruleset>>,
    candidate: Option<&Candidate>,
) -> (Verified, Option<AskedAnew>) {
    let bar = ProgressBar::new(STEPS);
    let beside = candidate.and_then(|candidate| candidate.beside.clone());
    let mut verifier = Verifier::new(recording, rulesets, beside);
    loop {
        let share = verifier.run_for(SLICE_COMMANDS);
        bar.set_position((share * STEPS as f64) as u64);
        if share >= 1.0 {
            break;
        }
    }
    bar.finish_and_clear();
    let asked = candidate.and_then(|candidate| verifier.asked(&candidate.changes));
    (verifier.verified().clone(), asked)
}

fn compare(
    recording: &Arc<Recording>,
    rulesets: &RecordedRulesets<Arc<Ruleset>>,
    candidate: &Candidate,
    arguments: &Arguments,
) -> anyhow::Result<ComparedPairs> {
    let begin = |run: u64| {
        let seed = arguments.seed.wrapping_add(run);
        Ok(PairRun::replay(recording, rulesets, Arc::clone(&candidate.ruleset), seed)?)
    };
    ComparedPairs::run(arguments.runs, "replaying", &candidate.changes, &arguments.html, begin)
}

fn tell(replayed: &Replayed<'_>, candidate: Option<&Candidate>) -> String {
    let Replayed { about, verified, asked, comparison } = replayed;
    let masked = if about.masked { ", masked" } else { "" };
    let mut lines = vec![format!(
        "{} {} to {}{masked}: {} conversations, {} commands, {} events",
        paint(STRONG, &about.tenant),
        about.from,
        about.until,
        verified.conversations,
        verified.commands,
        verified.events
    )];
    let again = format!("{} decisions made again under the rules that made them", verified.decisions);
    lines.push(match verified.differing {
        0 => paint(GOOD, format!("  {again}: not one event differs")),
        differing => paint(BAD, format!("  {again}: after {differing} commands something else follows now")),
    });
    for differing in verified.first.iter().take(TOLD_MAX) {
        let shown = |event: &Option<String>| event.clone().unwrap_or_else(|| "nothing".to_owned());
        lines.push(format!("    {} was {}", differing.at, shown(&differing.recorded)));
        lines.push(format!(
            "    {} is  {}",
            " ".repeat(differing.at.to_string().len()),
            shown(&differing.now)
        ));
    }
    if about.masked && verified.differing > 0 {
        lines.push(
            "  The words are masked: rules that read more than their own keywords decide otherwise."
                .to_owned(),
        );
    }
    if let Some(asked) = asked {
        lines.push(format!(
            "\n  asked on the desk as it was, the candidate decides {} of {} times otherwise, about {} conversations",
            asked.differing, asked.decisions, asked.conversations
        ));
        lines.extend(asked.ways.iter().take(TOLD_MAX).map(way));
    } else if candidate.is_some() {
        lines.push(
            "\n  The candidate changes groups, agents or settings: it cannot be asked on the desk as it was."
                .to_owned(),
        );
    }
    if let (Some(comparison), Some(candidate)) = (comparison, candidate) {
        lines.push(String::new());
        lines.push(told(comparison, &candidate.name));
        lines.extend(comparison.supposed.iter().flat_map(supposed));
    }
    lines.join("\n")
}

/// Where the replay stops being true, and what was supposed then.
fn supposed(supposed: &Supposed) -> Vec<String> {
    let Some(at) = supposed.out_of_step_at else {
        return vec![paint(GOOD, "\n  Nothing had to be supposed: what happened would have happened.")];
    };
    let mut lines =
        vec![format!("\n  From {at} on it is no longer what happened. Since then it was supposed that")];
    let told = [
        (supposed.other_agent, "conversations take another agent as long as they took theirs"),
        (supposed.handle_drawn, "conversations that nobody had take as long as others of the group (by lot)"),
        (
            supposed.left,
            "visitors who wait longer than they had to leave (exponential patience of the recording's mean)",
        ),
        (supposed.away_drawn, "stays with a bot or in a form last as long as others' (by lot)"),
        (supposed.not_given_back, "conversations that an agent gave back stay, since another agent has them"),
        (supposed.said_too_late, "messages are not said, since the conversation has ended by then"),
        (supposed.senseless, "commands are left out that make no sense any more"),
        (supposed.not_published, "rulesets or canaries that went live are left out"),
    ];
    lines.extend(
        told.iter().filter(|(many, _)| *many > 0).map(|(many, what)| format!("  {many:>9} × {what}")),
    );
    lines.push(paint(
        DIM,
        "  Agents come and go as they did. Who came, when and with which words is not touched.",
    ));
    lines
}
