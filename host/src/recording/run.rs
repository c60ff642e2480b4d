//! Recording a simulation as if it were a host's day.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use pointsman_engine::desk::{Batch, Command, Desk};
use pointsman_engine::recording::{RecordedRuleset, RecordingAbout, RecordingWriter, WriteError};
use pointsman_engine::time::Timestamp;

/// What cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The file cannot be written.
    #[error("cannot write the recording: {0}")]
    Io(#[from] io::Error),
    /// A line cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Writes what a simulation does.
#[derive(Debug)]
pub struct RunRecorder {
    writer: RecordingWriter,
    ruleset: RecordedRuleset,
    output: GzEncoder<BufWriter<File>>,
    lines: Vec<u8>,
}

impl RunRecorder {
    /// Begins a file, which must not be there yet. The simulation runs under `ruleset`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn new(
        path: &Path,
        ruleset: RecordedRuleset,
        (tenant, zone): (&str, &str),
        (from, until): (Timestamp, Timestamp),
    ) -> Result<RunRecorder, RunError> {
        let output = GzEncoder::new(BufWriter::new(File::create_new(path)?), Compression::fast());
        let about = RecordingAbout::new(tenant, zone, from, until, false);
        let writer = RecordingWriter::new(about, None, Desk::new());
        Ok(RunRecorder { writer, ruleset, output, lines: Vec::new() })
    }

    /// Takes a command and what followed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn batch(&mut self, command: &Command, batch: &Batch) -> Result<(), RunError> {
        let RunRecorder { writer, ruleset, output, lines } = self;
        if !writer.wanted(command.at, &batch.events).is_empty() {
            writer.ruleset(ruleset, lines)?;
        }
        writer.command(command.clone(), batch.events.clone(), lines)?;
        output.write_all(lines)?;
        lines.clear();
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> Result<(), RunError> {
        self.writer.finish(&mut self.lines)?;
        self.output.write_all(&self.lines)?;
        self.output.finish()?.flush()?;
        Ok(())
    }
}
