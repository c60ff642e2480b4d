//! `pointsman test` in a rule project: its own tests, natively, and the module as the host would take it.

use super::build::{Built, build};
use super::template::Language;
use super::{RuleProject, tool};
use crate::cli::style::{BAD, GOOD, paint};
use crate::cli::{Format, Verdict, output};

pub(in crate::cli) fn run(project: &RuleProject, format: Format) -> anyhow::Result<Verdict> {
    let passed = match project.language {
        Language::Rust => tool::cargo_test(project)?,
        Language::C => tool::make(project, Some("test"))?,
    };
    let module = project.module();
    let refused = match build(project, &module)? {
        Built::Module(_) => None,
        Built::NotCompiled => Some("it does not compile".to_owned()),
        Built::Refused(problem) => Some(problem),
    };
    match format {
        Format::Json => {
            output::json(&serde_json::json!({ "passed": passed, "module": module, "problem": refused }))?;
        }
        Format::Human => {
            let mark = |good: bool| if good { paint(GOOD, "✓") } else { paint(BAD, "✗") };
            let tests = if passed { "its tests pass" } else { "its tests fail" };
            output::say(&format!("{} {}: {tests}", mark(passed), project.name));
            let accepted = match &refused {
                None => "the module would be accepted".to_owned(),
                Some(problem) => format!("the module would be refused: {problem}"),
            };
            output::say(&format!("{} {}: {accepted}", mark(refused.is_none()), project.name));
        }
    }
    Ok(if passed && refused.is_none() { Verdict::Well } else { Verdict::Problems })
}
