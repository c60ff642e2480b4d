//! The scenario that a command names.

use std::path::Path;

use anyhow::bail;
use pointsman_engine::diagnostic::nearest;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::{self, Scenario};
use pointsman_engine::tenant::TenantSource;

use super::{Format, findings, output};
use crate::folder::read_folder;

/// The text of a scenario by its slug.
pub(super) fn scenario_text<'s>(source: &'s TenantSource, slug: &str) -> anyhow::Result<&'s str> {
    if let Some(text) = source.scenarios.get(slug) {
        return Ok(text);
    }
    let known: Vec<_> = source.scenarios.keys().map(String::as_str).collect();
    let meant = nearest(slug, known.iter().copied());
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    bail!("there is no scenario `{slug}` among {}{meant}", known.join(", "));
}

/// Reads a scenario against a ruleset's names; `None`, with everything that is wrong said, where it does not fit.
pub(super) fn read_scenario(
    folder: &Path,
    slug: &str,
    text: &str,
    ruleset: &Ruleset,
    format: Format,
) -> anyhow::Result<Option<Scenario>> {
    let (scenario, found) = simulation::read_scenario(slug, text, ruleset.directory());
    if scenario.is_none() {
        match format {
            Format::Json => output::json(&serde_json::json!({ "diagnostics": found }))?,
            Format::Human => output::say(&findings::render(&found, &read_folder(folder)?)),
        }
    }
    Ok(scenario)
}
