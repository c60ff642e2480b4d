//! What is handed to the journal.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

use crate::store::{
    AuditRow, CandidateChange, ConversationRow, IdempotencyRow, JournalRow, RevisionRow, SnapshotRow,
    TenantId, TraceRow,
};

/// One desk in memory, from when it was folded until it is dropped. Everything it has decided is journaled in order;
/// once a commit fails the lane is broken and nothing more of it is written, so no gap can follow a failure.
#[derive(Debug)]
pub struct Lane {
    committed_seq: AtomicU64,
    broken: AtomicBool,
    broke: Notify,
}

impl Lane {
    /// The lane of a desk whose events up to `committed_seq` are durable.
    #[must_use]
    pub fn new(committed_seq: u64) -> Lane {
        Lane {
            committed_seq: AtomicU64::new(committed_seq),
            broken: AtomicBool::new(false),
            broke: Notify::new(),
        }
    }

    /// The last event that is durable.
    #[must_use]
    pub fn committed_seq(&self) -> u64 {
        self.committed_seq.load(Ordering::Acquire)
    }

    /// Whether a commit failed.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }

    /// Returns once a commit has failed.
    pub async fn until_broken(&self) {
        let broke = self.broke.notified();
        if !self.is_broken() {
            broke.await;
        }
    }

    pub(super) fn commit(&self, seq: u64) {
        self.committed_seq.fetch_max(seq, Ordering::AcqRel);
    }

    pub(crate) fn break_off(&self) {
        self.broken.store(true, Ordering::Release);
        self.broke.notify_waiters();
        self.broke.notify_one();
    }
}

/// What was decided did not become durable, and nobody may act on it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the commit failed")]
pub struct CommitFailed;

/// Rows that become durable together.
#[derive(Debug, Default)]
pub struct Rows {
    /// The command and its events.
    pub journal: Option<JournalRow>,
    /// Why.
    pub traces: Vec<TraceRow>,
    /// What became of conversations.
    pub conversations: Vec<ConversationRow>,
    /// Which other conversations the command touches: `(tenant, conversation, first_seq)`.
    pub conversation_rows: Vec<(TenantId, i64, i64)>,
    /// What is answered.
    pub answer: Option<IdempotencyRow>,
    /// Who changed what.
    pub audit: Vec<AuditRow>,
    /// The new live revision.
    pub live: Option<NewLive>,
    /// What became of candidates.
    pub candidates: Vec<ChangedCandidate>,
    /// The desk.
    pub snapshot: Option<(TenantId, SnapshotRow)>,
    /// When the tenant wants to be woken: an instant in milliseconds since the Unix epoch, or never.
    pub wake_at: Option<(TenantId, Option<i64>)>,
}

/// A revision that goes live.
#[derive(Debug)]
pub struct NewLive {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub row: RevisionRow,
    /// What the tenant calls itself in it.
    pub name: String,
}

/// A candidate that comes to another stage, or of which more is known.
#[derive(Debug)]
pub struct ChangedCandidate {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub number: i64,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// What changes.
    pub change: CandidateChange,
}

/// What is done once the rows are durable, or are known not to become so.
pub type Done = Box<dyn FnOnce(Result<(), CommitFailed>) + Send>;

/// Something to make durable.
pub struct Entry {
    /// Whose decision it is.
    pub lane: std::sync::Arc<Lane>,
    /// What to write; nothing at all for an answer that only waits for what was decided before it.
    pub rows: Rows,
    /// What follows.
    pub done: Done,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("lane", &self.lane).field("rows", &self.rows).finish_non_exhaustive()
    }
}
