//! Recordings: a period of a desk's journal as one file, complete enough to be decided again.
//!
//! A recording holds the desk as it was when the period began, every ruleset that decided in it, and every command with
//! the events that followed. So it can be held against the rules that made it ([`verify`]: not one event may differ), and
//! let through a candidate with all consequences ([`crate::simulation::Simulation::replay`]).
//!
//! The file is lines of JSON: one that says what it is, one for each ruleset, one for the desk, one for each command, one
//! at the end that tells a whole file from a torn one. A desk is bound to its engine's version, and so is a recording.

mod course;
mod line;
mod mask;
mod read;
mod rulesets;
mod samples;
mod verify;
mod write;

pub use line::{RecordingAbout, RecordingLine};
pub use mask::Mask;
pub use read::{RecordingError, RecordingReader};
pub use rulesets::{NotCompiled, RecordedRulesets};
pub use verify::{Differing, Verified, Verifier};
pub use write::{RecordingWriter, WriteError};

pub(crate) use course::{Act, Course, Courses, Role, STAGE_KINDS, StageKind};

use crate::desk::{CommandBody, Desk, EventRecord, Open};
use crate::id::{ChannelId, ConversationId};
use crate::rules::Revision;
use crate::tenant::TenantFolder;
use crate::time::Timestamp;

/// Commands of one recording: what a browser can hold, about a million conversations.
pub const RECORDING_ROWS_MAX: usize = 5_000_000;
/// Rulesets of one recording.
pub const RECORDING_RULESETS_MAX: usize = 200;

/// A ruleset that decided in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRuleset {
    /// Its revision.
    pub revision: Revision,
    /// The folder that it was compiled from.
    pub folder: TenantFolder,
}

/// A command with what followed, kept small.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) at: Timestamp,
    pub(crate) role: Role,
    packed: Box<[u8]>,
}

impl Row {
    fn pack(at: Timestamp, role: Role, body: &CommandBody, events: &[EventRecord]) -> Option<Row> {
        let packed = postcard::to_allocvec(&(body, events)).ok()?;
        Some(Row { at, role, packed: packed.into() })
    }

    /// The command and its events.
    pub(crate) fn unpack(&self) -> Option<(CommandBody, Vec<EventRecord>)> {
        postcard::from_bytes(&self.packed).ok()
    }
}

/// A period of a desk's journal.
#[derive(Debug)]
pub struct Recording {
    about: RecordingAbout,
    rulesets: Vec<RecordedRuleset>,
    desk: Desk,
    rows: Vec<Row>,
    courses: Courses,
}

impl Recording {
    /// What it is.
    #[must_use]
    pub fn about(&self) -> &RecordingAbout {
        &self.about
    }

    /// The rulesets that decided in it, the one that was live at its beginning first.
    #[must_use]
    pub fn rulesets(&self) -> &[RecordedRuleset] {
        &self.rulesets
    }

    /// The desk as it was when the period began.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// How many commands it has.
    #[must_use]
    pub fn commands_len(&self) -> usize {
        self.rows.len()
    }

    /// How many conversations began in it.
    #[must_use]
    pub fn conversations_len(&self) -> usize {
        self.courses.opened().len()
    }

    /// The channels by which conversations came, in order of id, with how many.
    #[must_use]
    pub fn channels(&self) -> Vec<(ChannelId, u64)> {
        self.courses.channels()
    }

    /// What the visitor said first, of a conversation that began in the period.
    #[must_use]
    pub fn opening_words(&self, conversation: ConversationId) -> Option<String> {
        self.opening(self.courses.get(conversation)?)?.text
    }

    /// How a conversation that began in the period did.
    pub(crate) fn opening(&self, course: &Course) -> Option<Open> {
        match self.row(course.opened?)?.unpack()?.0 {
            CommandBody::Open(open) => Some(open),
            _ => None,
        }
    }

    /// When conversations came by a channel, in order.
    #[must_use]
    pub fn arrivals(&self, channel: ChannelId) -> &[Timestamp] {
        self.courses.arrivals(channel)
    }

    /// How long agents had the conversations that they brought to an end, in milliseconds, the shortest first.
    #[must_use]
    pub fn handles_ms(&self) -> &[i64] {
        self.courses.samples().handles()
    }

    /// How long visitors waited for people, in milliseconds: those who left, and those whose wait ended otherwise.
    #[must_use]
    pub fn waits_ms(&self) -> (&[i64], &[i64]) {
        self.courses.samples().waits()
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn row(&self, at: u32) -> Option<&Row> {
        self.rows.get(at as usize)
    }

    pub(crate) fn courses(&self) -> &Courses {
        &self.courses
    }
}
