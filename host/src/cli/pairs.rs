//! Many pairs at once, with a bar that tells how far they are.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::Ended;
use pointsman_engine::simulation::compare::PairRun;
use rayon::prelude::*;

/// Steps of the bar for one pair.
const STEPS: u64 = 100;
/// Events between two looks at how far a pair is.
const SLICE_EVENTS: u64 = 100_000;

/// Runs pairs to their ends, one on each core: `begin` makes that of a number from 0 to `runs`, `told` says what it came to.
pub(super) fn pairs<R, T>(
    runs: u64,
    title: &str,
    begin: impl Fn(u64) -> anyhow::Result<PairRun<R>> + Sync,
    told: impl Fn(u64, &PairRun<R>) -> T + Sync,
) -> anyhow::Result<Vec<T>>
where
    R: std::ops::Deref<Target = Ruleset> + Clone,
    T: Send,
{
    // Drawn on a terminal only.
    let bar = ProgressBar::new(runs * STEPS);
    bar.set_style(ProgressStyle::with_template("{prefix} {wide_bar} {percent}% {eta} left")?);
    bar.set_prefix(title.to_owned());
    let done = AtomicU64::new(0);
    let run = |number: u64| -> anyhow::Result<T> {
        let mut pair = begin(number)?;
        loop {
            let progress = pair.run_for(SLICE_EVENTS);
            if progress.ended != Ended::Running {
                break;
            }
            let whole = done.load(Ordering::Relaxed) * STEPS;
            bar.set_position(bar.position().max(whole + (progress.share * STEPS as f64) as u64));
        }
        bar.set_position((done.fetch_add(1, Ordering::Relaxed) + 1) * STEPS);
        Ok(told(number, &pair))
    };
    let all = (0..runs).into_par_iter().map(run).collect();
    bar.finish_and_clear();
    all
}
