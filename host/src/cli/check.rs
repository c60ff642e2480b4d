//! `pointsman check`.

use std::path::PathBuf;

use clap::Args;
use pointsman_engine::diagnostic::{Diagnostic, Severity};
use pointsman_engine::rules::module::Sandbox;
use serde::Serialize;

use super::{Format, Verdict, findings, output, tenant_folder};
use crate::compile::{Checked, check};

/// Find everything that is wrong with a tenant folder, at once; its rule tests are run too
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "Errors keep a tenant from being published; warnings do not, and do not change the exit code.\n\n\
        Examples:\n  pointsman check examples/shop\n  pointsman check examples/shop --format json | jq .errors"
)]
pub(super) struct Arguments {
    /// The tenant folder
    tenant_dir: PathBuf,
}

#[derive(Serialize)]
struct Report<'a> {
    errors: usize,
    warnings: usize,
    tests: usize,
    revision: Option<String>,
    diagnostics: &'a [Diagnostic],
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    let folder = tenant_folder(&arguments.tenant_dir)?;
    let Checked { compiled, tests } = check(&folder, None, &Sandbox::new()?);
    let count = |severity| compiled.diagnostics.iter().filter(|finding| finding.severity == severity).count();
    let errors = count(Severity::Error);
    let revision = compiled.ruleset.as_ref().map(|ruleset| ruleset.revision().to_string());
    match format {
        Format::Json => output::json(&Report {
            errors,
            warnings: count(Severity::Warning),
            tests: tests.len(),
            revision,
            diagnostics: &compiled.diagnostics,
        })?,
        Format::Human => {
            let found = findings::render(&compiled.diagnostics, &folder);
            let told = compiled.ruleset.map(|ruleset| {
                let (groups, agents) = (ruleset.directory().groups.len(), ruleset.directory().agents.len());
                let (rules, tests) = (ruleset.rules().len(), tests.len());
                format!("{rules} rules, {groups} groups, {agents} agents, {tests} rule tests: ")
            });
            let told = told.unwrap_or_default();
            output::say(&format!("{found}{told}{}", findings::summary(&compiled.diagnostics)));
        }
    }
    Ok(if errors == 0 { Verdict::Well } else { Verdict::Problems })
}
