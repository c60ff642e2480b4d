//! The state of a desk.

use super::{Command, Refusal};
use crate::desk::EventRecord;
use crate::rules::Ruleset;
use crate::time::Timestamp;
use crate::trace::{Trace, TraceLevel};

/// One tenant's live state.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    seq: u64,
}

/// All events of one command, which are journaled together or not at all, and the traces that explain them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// What happened, in order.
    pub events: Vec<EventRecord>,
    /// Why; empty with the trace off. Traces explain, they are no part of the state.
    pub traces: Vec<Trace>,
}

impl Desk {
    /// A desk on which nothing was published yet.
    #[must_use]
    pub fn new() -> Desk {
        Desk::default()
    }

    /// Carries out a command to its last consequence: appends all its events to `batch` and folds them in.
    /// Deadlines that passed before the command's instant are carried out first. A published revision is the
    /// `ruleset` handed along with [`super::CommandBody::Publish`]; with any other command it must be the live one.
    ///
    /// # Errors
    /// A refusal changes nothing but for deadlines that had passed: their events are in `batch` and stay.
    pub fn handle(
        &mut self,
        ruleset: &Ruleset,
        command: &Command,
        level: TraceLevel,
        batch: &mut Batch,
    ) -> Result<(), Refusal> {
        let _ = (ruleset, command, level, batch);
        Err(Refusal::NothingPublished)
    }

    /// Folds one event in. Never runs a rule, never fails. Used by recovery and by [`Desk::handle`] alike.
    pub fn evolve(&mut self, record: &EventRecord) {
        self.seq = record.seq;
    }

    /// When the desk wants to be handed a [`super::CommandBody::Tick`], if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        None
    }

    /// The sequence number of the last event.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The state as bytes, equal for equal states.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        Vec::new()
    }

    /// A desk from [`Desk::snapshot`].
    ///
    /// # Errors
    /// Bytes that are no snapshot of this engine version; the caller then folds the journal instead.
    pub fn restore(bytes: &[u8]) -> Result<Desk, SnapshotError> {
        let _ = bytes;
        Err(SnapshotError)
    }
}

/// Bytes that are no snapshot of this engine version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a snapshot of this engine version: fold the journal instead")]
pub struct SnapshotError;
