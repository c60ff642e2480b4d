//! M/M/c with nothing around it: a binary heap of what happens next, and the line of those who wait.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use pointsman_engine::simulation::erlang::Erlang;
use pointsman_engine::simulation::random::{Length, Stream};

/// The luck of a run: the same gaps and handle times whoever uses it.
pub(crate) struct Luck {
    arrivals: Stream,
    handling: Stream,
    gap: Length,
    handle: Length,
}

impl Luck {
    pub(crate) fn new(model: &Erlang, seed: u64) -> Luck {
        Luck {
            arrivals: Stream::new(seed, "bench", "arrivals"),
            handling: Stream::new(seed, "bench", "handling"),
            gap: Length::exponential(3_600_000.0 / model.arrivals_per_hour),
            handle: Length::exponential(model.handle_ms_mean),
        }
    }

    pub(crate) fn gap_ms(&mut self) -> i64 {
        self.gap.draw_ms(&mut self.arrivals)
    }

    pub(crate) fn handle_ms(&mut self) -> i64 {
        self.handle.draw_ms(&mut self.handling)
    }
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Departure,
    Arrival,
}

/// The mean wait of as many conversations.
pub(crate) fn mean_wait_ms(model: &Erlang, conversations: u64, seed: u64) -> f64 {
    let mut luck = Luck::new(model, seed);
    let mut next = BinaryHeap::new();
    let mut waiting = VecDeque::new();
    let (mut free, mut arrived, mut waited_ms) = (model.agents, 0, 0);
    next.push(Reverse((luck.gap_ms(), Next::Arrival)));
    while let Some(Reverse((now, what))) = next.pop() {
        match what {
            Next::Arrival => {
                arrived += 1;
                let handle_ms = luck.handle_ms();
                if free > 0 {
                    free -= 1;
                    next.push(Reverse((now + handle_ms, Next::Departure)));
                } else {
                    waiting.push_back((now, handle_ms));
                }
                if arrived < conversations {
                    next.push(Reverse((now + luck.gap_ms(), Next::Arrival)));
                }
            }
            Next::Departure => match waiting.pop_front() {
                Some((since, handle_ms)) => {
                    waited_ms += now - since;
                    next.push(Reverse((now + handle_ms, Next::Departure)));
                }
                None => free += 1,
            },
        }
    }
    waited_ms as f64 / arrived as f64
}
