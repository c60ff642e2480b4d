//! What was observed: a file of counts, or a recording.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::simulation::fit::{
    ArrivalsTable, FittedRecording, fit_recording, read_arrivals, recorded_arrivals,
};

use crate::recording::{is_recording, read_recording};

/// Arrivals, and what else a recording shows.
pub(super) struct Observed {
    pub(super) table: ArrivalsTable,
    /// `None`: a file of counts.
    pub(super) recorded: Option<FittedRecording>,
}

impl Observed {
    /// Reads a file; `zone`: that of times without an offset.
    pub(super) fn read(path: &Path, zone: &str) -> anyhow::Result<Observed> {
        let file = path.display();
        if !is_recording(path).with_context(|| format!("cannot read `{file}`"))? {
            let bytes = fs::read(path).with_context(|| format!("cannot read `{file}`"))?;
            let table = read_arrivals(&bytes, zone).with_context(|| format!("`{file}`"))?;
            return Ok(Observed { table, recorded: None });
        }
        let recording = read_recording(path, |_| ())?;
        let rulesets = recording.compile(&Sandbox::new()?)?;
        let Some(directory) = rulesets.live.last().map(Ruleset::directory) else {
            bail!("`{file}`: nothing was live in the recorded period");
        };
        let table = recorded_arrivals(&recording, directory);
        let recorded = fit_recording(&recording, directory, &table).with_context(|| format!("`{file}`"))?;
        Ok(Observed { table, recorded: Some(recorded) })
    }
}
