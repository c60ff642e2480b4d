//! Writing a recording while a journal is read, or while a simulation runs.

use super::{Mask, RecordedRuleset, RecordingAbout, RecordingLine};
use crate::desk::{Command, Desk, Event, EventRecord};
use crate::rules::Revision;
use crate::time::Timestamp;

/// Why a recording cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A ruleset that decided was not given.
    #[error("the ruleset {0} is missing")]
    NoRuleset(Revision),
    /// A value that JSON cannot hold.
    #[error("a line cannot be written: {0}")]
    Line(#[from] serde_json::Error),
}

/// Writes a recording: hand it every command from the tenant's first on, or from a desk that was folded up to some
/// command; those before the period are folded, those behind it are not wanted.
#[derive(Debug)]
pub struct RecordingWriter {
    about: RecordingAbout,
    mask: Option<Mask>,
    desk: Desk,
    written: Vec<Revision>,
    has_begun: bool,
    rows: u64,
}

impl RecordingWriter {
    /// A recording about to be written, of a tenant whose desk is `desk` before the first command that will be handed in.
    #[must_use]
    pub fn new(about: RecordingAbout, mask: Option<Mask>, desk: Desk) -> RecordingWriter {
        RecordingWriter { about, mask, desk, written: Vec::new(), has_begun: false, rows: 0 }
    }

    /// The rulesets that must be handed to [`RecordingWriter::ruleset`] before a command with these events: those that
    /// decide from here on and were not written yet.
    #[must_use]
    pub fn wanted(&self, at: Timestamp, events: &[EventRecord]) -> Vec<Revision> {
        if at < self.about.from {
            return Vec::new();
        }
        let mut wanted = Vec::new();
        if !self.has_begun {
            wanted.extend(self.desk.revision());
            wanted.extend(self.desk.canary().map(|canary| canary.revision));
        }
        wanted.extend(events.iter().filter_map(|record| match &record.event {
            Event::Published { revision, .. } | Event::CanaryStarted { revision, .. } => Some(*revision),
            _ => None,
        }));
        wanted.retain(|revision| !self.written.contains(revision));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// Writes a ruleset.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn ruleset(&mut self, ruleset: &RecordedRuleset, lines: &mut Vec<u8>) -> Result<(), WriteError> {
        self.begin_file(lines)?;
        RecordingLine::ruleset(ruleset).write(lines)?;
        self.written.push(ruleset.revision);
        Ok(())
    }

    /// Takes a command and what followed.
    ///
    /// # Errors
    /// It cannot be written, or a ruleset that it needs was not.
    pub fn command(
        &mut self,
        Command { at, body: mut command }: Command,
        mut events: Vec<EventRecord>,
        lines: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        if let Some(missing) = self.wanted(at, &events).first() {
            return Err(WriteError::NoRuleset(*missing));
        }
        if let Some(mask) = &self.mask {
            mask.command(&mut command);
            events.iter_mut().for_each(|record| mask.event(&mut record.event));
        }
        if at < self.about.from {
            events.iter().for_each(|record| self.desk.evolve(record));
            return Ok(());
        }
        // A command that led to nothing is no part of a journal.
        if at > self.about.until || events.is_empty() {
            return Ok(());
        }
        self.begin(lines)?;
        RecordingLine::Row { at, command, events }.write(lines)?;
        self.rows += 1;
        Ok(())
    }

    /// Writes the end. Gives how many commands there are.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self, lines: &mut Vec<u8>) -> Result<u64, WriteError> {
        self.begin(lines)?;
        RecordingLine::End { rows: self.rows }.write(lines)?;
        Ok(self.rows)
    }

    fn begin_file(&mut self, lines: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.written.is_empty() && !self.has_begun {
            RecordingLine::Recording(self.about.clone()).write(lines)?;
        }
        Ok(())
    }

    fn begin(&mut self, lines: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.has_begun {
            return Ok(());
        }
        self.begin_file(lines)?;
        self.has_begun = true;
        RecordingLine::desk(&self.desk).write(lines)?;
        // It is in the file now.
        self.desk = Desk::new();
        Ok(())
    }
}
