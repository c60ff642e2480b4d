//! Breakers: a rule that keeps failing is switched off for a while, so that it costs nobody anything.

use serde::{Deserialize, Serialize};

use crate::limits::{BREAKER_FAILURES, BREAKER_WINDOW_MS};
use crate::time::Timestamp;

/// One rule's recent failures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Breaker {
    /// The last few, oldest first.
    failed_at: Vec<Timestamp>,
    /// Switched off until then.
    pub open_until: Option<Timestamp>,
}

impl Breaker {
    pub(crate) fn note_failure(&mut self, at: Timestamp) {
        self.failed_at.retain(|failed| at.since_ms(*failed) < BREAKER_WINDOW_MS);
        self.failed_at.push(at);
    }

    pub(crate) fn open(&mut self, until: Timestamp) {
        self.failed_at.clear();
        self.open_until = Some(until);
    }

    pub(crate) fn is_open(&self, at: Timestamp) -> bool {
        self.open_until.is_some_and(|until| at < until)
    }

    /// Whether one more failure now would open it.
    pub(crate) fn would_open(&self, at: Timestamp) -> bool {
        let recent = self.failed_at.iter().filter(|failed| at.since_ms(**failed) < BREAKER_WINDOW_MS);
        recent.count() + 1 >= BREAKER_FAILURES
    }
}
