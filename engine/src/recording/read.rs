//! Reading a recording, piece by piece as it comes.

use super::line::{FORMAT, RecordingAbout, RecordingLine, desk, folder};
use super::{Courses, RECORDING_ROWS_MAX, RECORDING_RULESETS_MAX, RecordedRuleset, Recording, Row};
use crate::desk::{CommandBody, Desk, EVENT_VERSION, EventRecord};
use crate::limits::FOLDER_BYTES_MAX;
use crate::time::Timestamp;

/// The longest line: a ruleset whose files are all binary, or a desk with very many customers.
const LINE_BYTES_MAX: usize = 8 * FOLDER_BYTES_MAX;

/// Why a file is no recording that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It is something else.
    #[error("this is no recording: its first line does not say so")]
    NoRecording,
    /// It has another form.
    #[error("the recording has format {found}, this version reads {FORMAT}: export it again")]
    OtherFormat {
        /// The one it has.
        found: u32,
    },
    /// Its desk or its events are those of another engine.
    #[error("the recording was made by engine {found}, this is {}: export it again", crate::VERSION)]
    OtherEngine {
        /// The one that made it.
        found: String,
    },
    /// A line that is damaged or out of place.
    #[error("line {line}: {message}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// Its end is missing.
    #[error("the recording is cut off after line {line}: fetch it again")]
    CutOff {
        /// The last line that is there.
        line: u64,
    },
    /// It is too large.
    #[error("the recording has more than {RECORDING_ROWS_MAX} commands: export a shorter period")]
    TooLarge,
}

/// Reads a recording.
#[derive(Debug, Default)]
pub struct RecordingReader {
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    line: u64,
    about: Option<RecordingAbout>,
    rulesets: Vec<RecordedRuleset>,
    desk: Option<Desk>,
    rows: Vec<Row>,
    courses: Option<Courses>,
    seq: u64,
    is_whole: bool,
}

impl RecordingReader {
    /// Reads on.
    ///
    /// # Errors
    /// The file cannot be used; nothing more is to be read then.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), RecordingError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if self.partial.is_empty() {
                self.line(line)?;
            } else {
                self.partial.extend_from_slice(line);
                let line = std::mem::take(&mut self.partial);
                self.line(&line)?;
            }
        }
        if self.partial.len() + bytes.len() > LINE_BYTES_MAX {
            return Err(self.wrong("it is too long"));
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    /// The recording, once everything was read.
    ///
    /// # Errors
    /// Something is missing.
    pub fn finish(mut self) -> Result<Recording, RecordingError> {
        if !self.partial.is_empty() {
            let line = std::mem::take(&mut self.partial);
            // A line without its end is whole, or the file is cut off in its middle.
            if self.line(&line).is_err() && self.line > 1 {
                return Err(RecordingError::CutOff { line: self.line - 1 });
            }
        }
        let Some(about) = self.about else { return Err(RecordingError::NoRecording) };
        let (Some(desk), Some(mut courses), true) = (self.desk, self.courses, self.is_whole) else {
            return Err(RecordingError::CutOff { line: self.line });
        };
        courses.end(about.until);
        Ok(Recording { about, rulesets: self.rulesets, desk, rows: self.rows, courses })
    }

    fn wrong(&self, message: &str) -> RecordingError {
        RecordingError::Line { line: self.line, message: message.to_owned() }
    }

    fn line(&mut self, text: &[u8]) -> Result<(), RecordingError> {
        self.line += 1;
        if text.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let line: RecordingLine = match serde_json::from_slice(text) {
            Ok(line) => line,
            Err(_) if self.about.is_none() => return Err(RecordingError::NoRecording),
            Err(error) => return Err(self.wrong(&format!("{error}: it is damaged"))),
        };
        match line {
            RecordingLine::Recording(about) if self.about.is_none() => self.begin(about),
            _ if self.about.is_none() => Err(RecordingError::NoRecording),
            _ if self.is_whole => Err(self.wrong("there is something behind the end")),
            RecordingLine::Recording(_) => Err(self.wrong("it begins a second time")),
            RecordingLine::Ruleset { revision, files, binary } => {
                if self.rulesets.len() >= RECORDING_RULESETS_MAX {
                    return Err(self.wrong(&format!("more than {RECORDING_RULESETS_MAX} rulesets")));
                }
                let folder = folder(files, binary).ok_or_else(|| self.wrong("a file is no Base64"))?;
                self.rulesets.push(RecordedRuleset { revision, folder });
                Ok(())
            }
            RecordingLine::Desk(text) if self.desk.is_none() => {
                let found = self.about.as_ref().map(|about| about.engine.clone()).unwrap_or_default();
                let desk = desk(&text).ok_or(RecordingError::OtherEngine { found })?;
                self.seq = desk.seq();
                let from = self.about.as_ref().map_or(Timestamp(0), |about| about.from);
                self.courses = Some(Courses::new(&desk, from));
                self.desk = Some(desk);
                Ok(())
            }
            RecordingLine::Desk(_) => Err(self.wrong("there is a second desk")),
            RecordingLine::Row { at, command, events } => self.row(at, &command, &events),
            RecordingLine::End { rows } if rows == self.rows.len() as u64 => {
                self.is_whole = true;
                Ok(())
            }
            RecordingLine::End { rows } => {
                let message = format!("{rows} commands were written, {} are there", self.rows.len());
                Err(self.wrong(&message))
            }
        }
    }

    fn begin(&mut self, about: RecordingAbout) -> Result<(), RecordingError> {
        if about.format != FORMAT {
            return Err(RecordingError::OtherFormat { found: about.format });
        }
        if about.event_version != EVENT_VERSION {
            return Err(RecordingError::OtherEngine { found: about.engine });
        }
        if about.from > about.until {
            return Err(self.wrong("it ends before it begins"));
        }
        self.about = Some(about);
        Ok(())
    }

    fn row(
        &mut self,
        at: Timestamp,
        body: &CommandBody,
        events: &[EventRecord],
    ) -> Result<(), RecordingError> {
        if self.rows.len() >= RECORDING_ROWS_MAX {
            return Err(RecordingError::TooLarge);
        }
        if self.rulesets.is_empty() {
            return Err(self.wrong("a command stands before the rulesets"));
        }
        let Some(courses) = &mut self.courses else {
            return Err(self.wrong("a command stands before the desk"));
        };
        if self.rows.last().is_some_and(|row| row.at > at) {
            return Err(self.wrong("it is earlier than the one before it"));
        }
        for record in events {
            if record.seq != self.seq + 1 {
                let message = format!("event {} stands where {} should", record.seq, self.seq + 1);
                return Err(self.wrong(&message));
            }
            self.seq = record.seq;
        }
        let role = courses.add(self.rows.len() as u32, at, body, events);
        let row = Row::pack(at, role, body, events);
        self.rows.push(row.ok_or_else(|| self.wrong("it cannot be kept"))?);
        Ok(())
    }
}
