//! The slow lane: tenants whose rules take long are served by threads of their own, so that they wait for one another
//! and nobody else waits for them.

use std::time::Duration;

use pointsman_engine::desk::{Batch, Command, Desk, Refusal, Rulesets, Shadow};
use pointsman_engine::trace::TraceLevel;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::oneshot;

use super::candidate::Deciding;

/// A command that keeps a processor busy for longer sends its tenant into the slow lane. Good rules take a hundredth.
const ENTER: Duration = Duration::from_millis(1);
/// A tenant comes back when its commands take less than this on average, so that what it can take of everybody's
/// threads by a slow command now and then stays below this for each of its commands.
const LEAVE: Duration = Duration::from_micros(250);
/// Of how many commands the average is taken.
const AVERAGED: u32 = 16;
/// The stack of a thread that runs rules: they may recurse as deep as the engine's limits allow.
pub(crate) const STACK_BYTES: usize = 4 * 1024 * 1024;
/// How far behind everybody else's threads its threads stand.
const NICENESS: i32 = 10;

/// What handling a command came to.
#[derive(Debug)]
pub(super) struct Handled {
    pub(super) desk: Desk,
    pub(super) command: Command,
    pub(super) batch: Batch,
    pub(super) outcome: Result<(), Refusal>,
    /// Of a processor, not by the clock on the wall: who is kept waiting by others is not slow.
    took: Duration,
}

/// The threads: half as many as there are processors, so that the other half is always everybody's.
#[derive(Debug)]
pub(super) struct SlowLane(ThreadPool);

impl SlowLane {
    /// Starts its threads.
    ///
    /// # Errors
    /// The system has no more threads.
    pub(super) fn start() -> Result<SlowLane, ThreadPoolBuildError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        ThreadPoolBuilder::new()
            .num_threads((processors / 2).max(1))
            .thread_name(|number| format!("slow-lane-{number}"))
            .stack_size(STACK_BYTES)
            .start_handler(|_| stand_back())
            // Whoever waits for an answer learns of it by getting none.
            .panic_handler(|_| tracing::error!("a command failed in the slow lane"))
            .build()
            .map(SlowLane)
    }
}

#[cfg(target_os = "linux")]
fn stand_back() {
    // Of this thread alone, on Linux.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the slow lane keeps the priority of everybody else");
    }
}

#[cfg(not(target_os = "linux"))]
fn stand_back() {}

/// How long a tenant's commands take, as far as it decides where they are handled.
#[derive(Debug, Default)]
pub(super) struct Pace {
    average: Duration,
    is_slow: bool,
}

impl Pace {
    /// Has the desk handle a command, here or in the slow lane.
    ///
    /// # Errors
    /// The desk was lost on the way: a command failed in the slow lane.
    pub(super) async fn handle(
        &mut self,
        lane: &SlowLane,
        desk: Desk,
        deciding: &Deciding,
        command: Command,
    ) -> Result<Handled, oneshot::error::RecvError> {
        let handled = if self.is_slow {
            let (sender, receiver) = oneshot::channel();
            let deciding = deciding.clone();
            lane.0.spawn_fifo(move || drop(sender.send(handle(desk, &deciding, command))));
            receiver.await?
        } else {
            handle(desk, deciding, command)
        };
        self.note(handled.took);
        Ok(handled)
    }

    fn note(&mut self, took: Duration) {
        self.average = (self.average * (AVERAGED - 1) + took) / AVERAGED;
        if took > ENTER {
            self.is_slow = true;
            self.average = self.average.max(took);
        }
        self.is_slow &= self.average >= LEAVE;
    }
}

fn handle(mut desk: Desk, deciding: &Deciding, command: Command) -> Handled {
    let shadow = deciding.shadow.as_ref().map(|(ruleset, switched_off)| Shadow { ruleset, switched_off });
    let rulesets = Rulesets { live: &deciding.live, canary: deciding.canary.as_deref(), shadow };
    let mut batch = Batch::default();
    let begun = busy();
    let outcome = desk.handle_by(rulesets, &command, TraceLevel::Full, &mut batch);
    let took = busy().saturating_sub(begun);
    Handled { desk, command, batch, outcome, took }
}

/// How long this thread has kept a processor busy.
fn busy() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(took_us: &[u64]) -> Pace {
        let mut pace = Pace::default();
        took_us.iter().for_each(|took_us| pace.note(Duration::from_micros(*took_us)));
        pace
    }

    #[test]
    fn quick_commands_stay() {
        assert!(!after(&[900; 100]).is_slow);
    }

    #[test]
    fn one_slow_command_sends_away_and_quick_ones_bring_back() {
        let slow = [10, 5_000];
        assert!(after(&slow).is_slow);
        assert!(after(&[&slow[..], &[10; 20]].concat()).is_slow);
        assert!(!after(&[&slow[..], &[10; 80]].concat()).is_slow);
    }

    #[test]
    fn a_slow_command_now_and_then_takes_little_of_every_command() {
        let mut pace = Pace::default();
        let mut here = Duration::ZERO;
        let commands = 10_000;
        for number in 0..commands {
            let took = Duration::from_micros(if number % 30 == 0 { 5_000 } else { 10 });
            here += if pace.is_slow { Duration::ZERO } else { took };
            pace.note(took);
        }
        assert!(here / commands < LEAVE, "{:?} a command", here / commands);
    }
}
