//! A queue with several servers, first come, first served, by the recursion of Kiefer and Wolfowitz (1955): whoever
//! arrives is served by the server that is free first, unless their patience ends before that.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use pointsman_engine::simulation::Arrival;

/// How one conversation went.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// How long until it was served, or until the visitor left.
    pub(crate) wait_ms: i64,
    /// Whether no server was free when it came.
    pub(crate) queued: bool,
    /// Whether the visitor left.
    pub(crate) left: bool,
}

/// The servers, by when each is free.
pub(crate) struct Fifo(BinaryHeap<Reverse<i64>>);

impl Fifo {
    /// All free from the beginning.
    pub(crate) fn new(servers: u32) -> Fifo {
        Fifo((0..servers).map(|_| Reverse(0)).collect())
    }

    /// Serves the next arrival, which must not be earlier than the one before.
    pub(crate) fn serve(&mut self, arrival: &Arrival) -> Outcome {
        let mut first = self.0.peek_mut().unwrap();
        let at = arrival.at.0;
        let wait_ms = (first.0 - at).max(0);
        let queued = wait_ms > 0;
        match arrival.patience_ms {
            Some(patience_ms) if patience_ms < wait_ms => {
                Outcome { wait_ms: patience_ms, queued, left: true }
            }
            _ => {
                *first = Reverse(at + wait_ms + arrival.handle_ms);
                Outcome { wait_ms, queued, left: false }
            }
        }
    }
}
