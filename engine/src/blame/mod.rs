//! Blame: which change made a visit go wrong, or a figure get worse (R25, N9).
//!
//! Two folders answer a [`Question`] differently. What differs between them is taken apart (rules added, removed, moved or
//! changed; groups, agents, keyword tables, settings), and the fewest of these changes are looked for that make the good
//! folder answer as the bad one does: each alone, then what is needed together, then by delta debugging. The evidence is
//! two runs: the good folder with nothing but these changes, and the bad one without them.
//!
//! Over a list of revisions, bisection finds the first that answers badly, and its changes are searched.

mod change;
mod question;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

pub use change::{Change, ChangeKind, ChangedPart};
pub use question::{Answered, Aspect, BlameProgress, Question};

use crate::diagnostic::Diagnostic;
use crate::explain::VisitError;
use crate::rules::Modules;
use crate::simulation::compare::Measure;
use crate::tenant::TenantFolder;
use change::Differences;
use question::{Answer, Asker};
use search::{Found, Judge, Search, Verdict};

/// Folders tried for a visit.
const VISIT_TRIALS_MAX: u32 = 5_000;
/// Folders tried for a figure, each for every seed.
const KPI_TRIALS_MAX: u32 = 300;

/// What is to blame.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Blame {
    /// What of the visit differs; `None` for a figure.
    pub aspect: Option<Aspect>,
    /// What the good folder answers.
    pub good: Answered,
    /// What the bad one answers.
    pub bad: Answered,
    /// The positions, in the list of revisions, of the last good one and the first bad one.
    pub revisions: Option<(u32, u32)>,
    /// How many changes there are between the two.
    pub changes: u32,
    /// The changes to blame: together they are enough.
    pub culprits: Vec<Change>,
    /// Other changes, of which each alone is enough too.
    pub others: Vec<Change>,
    /// What the good folder answers with nothing but the culprits changed; `None`: such a folder does not compile.
    pub with: Option<Answered>,
    /// What the bad folder answers without them.
    pub without: Option<Answered>,
    /// Whether the evidence is complete: with the culprits alone it is bad, and without them it is good.
    pub certain: bool,
    /// Folders that were tried.
    pub trials: u32,
    /// Whether more would have been tried, had there not been a bound.
    pub cut: bool,
}

/// Why nobody can be blamed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BlameError {
    /// There is no difference.
    #[error("the two folders do not differ in anything that routes")]
    NoDifference,
    /// The visit goes the same way.
    #[error("both folders answer the same: there is nothing to blame anybody for")]
    SameAnswer,
    /// The figure is the same or better.
    #[error("the figure did not get worse: {good} before, {bad} after")]
    NotWorse {
        /// The figure under the good folder.
        good: Answered,
        /// And under the bad one.
        bad: Answered,
    },
    /// More of the figure is neither good nor bad.
    #[error("`{}` is neither better nor worse, whatever it is", .0.as_str())]
    NeitherBetterNorWorse(Measure),
    /// The figure is not counted of this group, or there is no such group.
    #[error("there is no figure `{}` of the group `{group}` under every folder", .measure.as_str())]
    NoFigure {
        /// The figure.
        measure: Measure,
        /// The group's slug.
        group: String,
    },
    /// Fewer than two revisions.
    #[error("blame needs at least two revisions, the first good and the last bad")]
    TooFewRevisions,
    /// A folder does not compile.
    #[error("revision {0} does not compile: `pointsman check` says why")]
    DoesNotCompile(usize, Vec<Diagnostic>),
    /// The visit cannot be tried.
    #[error(transparent)]
    Visit(#[from] VisitError),
    /// There is no such scenario.
    #[error("there is no scenario `{0}`")]
    NoScenario(String),
    /// The scenario cannot run under one of the folders.
    #[error("the scenario cannot run under both folders: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    ScenarioCannotRun(Vec<Diagnostic>),
}

/// Runs that a search takes beside one for each change: what is needed is tried without, and the evidence.
const RUNS_BESIDE: usize = 4;

/// Finds what is to blame among the revisions, of which the first answers well and the last badly.
///
/// # Errors
/// The first or last revision does not compile, the question cannot be asked, or they answer alike.
pub fn blame(
    revisions: &[&TenantFolder],
    question: &Question,
    modules: &dyn Modules,
) -> Result<Blame, BlameError> {
    blame_watched(revisions, question, modules, &mut |_| ())
}

/// As [`blame`]; `watch` is told after every visit or run how far it is.
///
/// # Errors
/// As [`blame`].
pub fn blame_watched(
    revisions: &[&TenantFolder],
    question: &Question,
    modules: &dyn Modules,
    watch: &mut dyn FnMut(BlameProgress),
) -> Result<Blame, BlameError> {
    let ([first, .., last], Some(last_at)) = (revisions, revisions.len().checked_sub(1)) else {
        return Err(BlameError::TooFewRevisions);
    };
    let text = scenario_text(question, last);
    let progress = BlameProgress::default();
    let mut asker = Asker { question, modules, scenario_text: text.as_deref(), progress, watch };
    // Every revision between the first and the last may be asked, though most are not.
    asker.progress.runs_likely =
        asker.runs(revisions.len() + Differences::new(first, last).changes.len() + RUNS_BESIDE);
    let mut judge = Judge::new(question, asker.ask(0, first)?, asker.ask(last_at, last)?)?;
    let (mut good, mut bad) = (0, last_at);
    let (mut good_folder, mut bad_folder): (&TenantFolder, &TenantFolder) = (first, last);
    // Revisions that do not compile say nothing, and are passed over.
    let mut silent: BTreeSet<usize> = BTreeSet::new();
    loop {
        let middle = (good + 1..bad).filter(|at| !silent.contains(at));
        let middle: Vec<usize> = middle.collect();
        let Some(at) = middle.get(middle.len() / 2).copied() else { break };
        let Some(folder) = revisions.get(at).copied() else { break };
        match asker.ask(at, folder).map(|answer| judge.judge(&answer)) {
            Ok(Verdict::Bad) => (bad, bad_folder) = (at, folder),
            Ok(Verdict::Good | Verdict::Other) => (good, good_folder) = (at, folder),
            Err(_) => drop(silent.insert(at)),
        }
    }
    if (good, bad) != (0, last_at) {
        let (good, bad) = (asker.ask(good, good_folder)?, asker.ask(bad, bad_folder)?);
        judge = Judge { good, bad, aspect: judge.aspect };
    }
    let differences = Differences::new(good_folder, bad_folder);
    if differences.changes.is_empty() {
        return Err(BlameError::NoDifference);
    }
    let still = asker.runs(differences.changes.len() + RUNS_BESIDE);
    asker.progress.runs_likely = asker.progress.runs.saturating_add(still);
    let trials_max = match question {
        Question::Visit { .. } => VISIT_TRIALS_MAX,
        Question::Kpi { .. } => KPI_TRIALS_MAX,
    };
    let mut search = Search::new(&differences, &mut asker, &judge, trials_max);
    let found = search.run();
    let with = search.answer(&found.changes);
    let rest = search.without(&found.changes);
    let without = search.answer(&rest);
    Ok(told(&search, &found, with, without, (revisions.len() > 2).then_some((good, bad))))
}

/// The scenario that is asked about, as the bad folder has it.
fn scenario_text(question: &Question, bad: &TenantFolder) -> Option<String> {
    match question {
        Question::Visit { .. } => None,
        Question::Kpi { scenario, .. } => {
            let bytes = bad.files.get(&format!("scenarios/{scenario}.toml"))?;
            String::from_utf8(bytes.clone()).ok()
        }
    }
}

fn told(
    search: &Search<'_, '_>,
    found: &Found,
    with: Option<Answer>,
    without: Option<Answer>,
    revisions: Option<(usize, usize)>,
) -> Blame {
    let (judge, question) = (search.judge, search.asker.question);
    let changes = |chosen: &BTreeSet<usize>| -> Vec<Change> {
        chosen.iter().filter_map(|at| search.differences.changes.get(*at)).cloned().collect()
    };
    let is = |answer: &Option<Answer>, verdict: Verdict| {
        answer.as_ref().is_some_and(|answer| judge.judge(answer) == verdict)
    };
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Blame {
        aspect: judge.aspect,
        good: judge.told(question, &judge.good),
        bad: judge.told(question, &judge.bad),
        revisions: revisions.map(|(good, bad)| (number(good), number(bad))),
        changes: number(search.differences.changes.len()),
        culprits: changes(&found.changes),
        others: changes(&found.others),
        certain: is(&with, Verdict::Bad) && is(&without, Verdict::Good),
        with: with.map(|answer| judge.told(question, &answer)),
        without: without.map(|answer| judge.told(question, &answer)),
        trials: search.trials,
        cut: search.trials >= search.trials_max,
    }
}
