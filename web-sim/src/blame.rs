//! Which change is to blame, from the page.

use pointsman_engine::blame::{Blame, BlameError, BlameProgress, Question, blame_watched};
use pointsman_engine::diagnostic::{Diagnostic, Severity};

use crate::Refused;
use crate::workspace::Workspace;

/// Finds what in the folder is to blame for its answering otherwise than `live`.
pub(crate) fn blame(
    live: &Workspace,
    workspace: &mut Workspace,
    question: &Question,
    watch: &mut dyn FnMut(BlameProgress),
) -> Result<Blame, Refused> {
    let (folder, modules) = workspace.with_modules_for(live);
    blame_watched(&[live.folder(), folder], question, modules, watch).map_err(refused)
}

fn refused(error: BlameError) -> Refused {
    let errors = |found: &[Diagnostic]| {
        found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count() as u32
    };
    match error {
        BlameError::NoDifference | BlameError::SameAnswer | BlameError::NotWorse { .. } => {
            Refused::NothingToBlame
        }
        BlameError::DoesNotCompile(_, found) => Refused::HasErrors { count: errors(&found) },
        BlameError::NoScenario(name) => Refused::NoScenario { name },
        BlameError::ScenarioCannotRun(_) | BlameError::NoFigure { .. } => {
            Refused::ScenarioDoesNotFit { message: error.to_string() }
        }
        BlameError::Visit(error) => Refused::BadVisit { message: error.to_string() },
        other => Refused::BadInput { message: other.to_string() },
    }
}
