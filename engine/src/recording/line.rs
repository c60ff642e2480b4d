//! The lines of a recording's file.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::RecordedRuleset;
use crate::desk::{CommandBody, Desk, EVENT_VERSION, EventRecord};
use crate::rules::Revision;
use crate::tenant::TenantFolder;
use crate::time::Timestamp;

/// The version of the file's form.
pub(super) const FORMAT: u32 = 1;

/// What a recording is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct RecordingAbout {
    /// The version of the file's form.
    pub format: u32,
    /// The version of the engine that made it.
    pub engine: String,
    /// The version of its events.
    pub event_version: u16,
    /// The tenant's slug.
    pub tenant: String,
    /// The tenant's time zone.
    pub zone: String,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether what people said, and who they are, was made unrecognisable.
    pub masked: bool,
}

impl RecordingAbout {
    /// A recording of a period, made by this engine.
    #[must_use]
    pub fn new(tenant: &str, zone: &str, from: Timestamp, until: Timestamp, masked: bool) -> RecordingAbout {
        RecordingAbout {
            format: FORMAT,
            engine: crate::VERSION.to_owned(),
            event_version: EVENT_VERSION,
            tenant: tenant.to_owned(),
            zone: zone.to_owned(),
            from,
            until,
            masked,
        }
    }
}

/// One line of a recording's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordingLine {
    /// The first line.
    Recording(RecordingAbout),
    /// A ruleset that decided in the period.
    Ruleset {
        /// Its revision.
        revision: Revision,
        /// Its files that are text, by path.
        files: BTreeMap<String, String>,
        /// Its other files, in Base64.
        #[serde(default)]
        binary: BTreeMap<String, String>,
    },
    /// The desk as it was when the period began: [`Desk::snapshot`], in Base64.
    Desk(String),
    /// A command and what followed.
    Row {
        /// When.
        at: Timestamp,
        /// What was asked.
        command: CommandBody,
        /// What followed.
        events: Vec<EventRecord>,
    },
    /// The last line.
    End {
        /// How many commands there are.
        rows: u64,
    },
}

impl RecordingLine {
    /// The line of a ruleset.
    #[must_use]
    pub fn ruleset(ruleset: &RecordedRuleset) -> RecordingLine {
        let mut files = BTreeMap::new();
        let mut binary = BTreeMap::new();
        for (path, content) in &ruleset.folder.files {
            match std::str::from_utf8(content) {
                Ok(text) => files.insert(path.clone(), text.to_owned()),
                Err(_) => binary.insert(path.clone(), STANDARD.encode(content)),
            };
        }
        RecordingLine::Ruleset { revision: ruleset.revision, files, binary }
    }

    /// The line of the desk.
    #[must_use]
    pub fn desk(desk: &Desk) -> RecordingLine {
        RecordingLine::Desk(STANDARD.encode(desk.snapshot()))
    }

    /// Appends the line, with its end.
    ///
    /// # Errors
    /// A value that JSON cannot hold; there is no such value.
    pub fn write(&self, lines: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut *lines, self)?;
        lines.push(b'\n');
        Ok(())
    }
}

/// The folder that a line of a ruleset holds; `None`: something in it is no Base64.
pub(super) fn folder(
    files: BTreeMap<String, String>,
    binary: BTreeMap<String, String>,
) -> Option<TenantFolder> {
    let texts = files.into_iter().map(|(path, text)| Some((path, text.into_bytes())));
    let others = binary.into_iter().map(|(path, text)| Some((path, STANDARD.decode(text).ok()?)));
    let files = texts.chain(others).collect::<Option<_>>()?;
    Some(TenantFolder { files })
}

/// The desk that a line holds; `None`: it is none of this engine's.
pub(super) fn desk(text: &str) -> Option<Desk> {
    Desk::restore(&STANDARD.decode(text).ok()?).ok()
}
