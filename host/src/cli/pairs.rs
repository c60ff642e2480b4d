//! A comparison of many seeds: all pairs at once, with a bar that tells how far they are, and the page of it.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use pointsman_engine::model::Directory;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::compare::{Changes, Comparison, Pair, PairRun};
use pointsman_engine::simulation::{Ended, Report};
use pointsman_report::Compared;
use rayon::prelude::*;

use super::html::HtmlArguments;

/// Steps of the bar for one pair.
const STEPS: u64 = 100;
/// Events between two looks at how far a pair is.
const SLICE_EVENTS: u64 = 100_000;

/// What many seeds come to.
pub(super) struct ComparedPairs {
    pub(super) comparison: Comparison,
    /// The first seed's reports, if a page is wanted: they are enough for names and for the picture over time.
    reports: Option<(Report, Report)>,
}

impl ComparedPairs {
    /// Runs pairs to their ends, one on each core: `begin` makes that of a number from 0 to `runs`.
    pub(super) fn run<R>(
        runs: u64,
        title: &str,
        changes: &Changes,
        html: &HtmlArguments,
        begin: impl Fn(u64) -> anyhow::Result<PairRun<R>> + Sync,
    ) -> anyhow::Result<ComparedPairs>
    where
        R: std::ops::Deref<Target = Ruleset> + Clone,
    {
        // Drawn on a terminal only.
        let bar = ProgressBar::new(runs * STEPS);
        bar.set_style(ProgressStyle::with_template("{prefix} {wide_bar} {percent}% {eta} left")?);
        bar.set_prefix(title.to_owned());
        let done = AtomicU64::new(0);
        let run = |number: u64| -> anyhow::Result<(Pair, Option<(Report, Report)>)> {
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
            let reports = (number == 0 && html.is_wanted()).then(|| pair.reports());
            Ok((pair.pair(changes), reports))
        };
        let all: Vec<_> = (0..runs).into_par_iter().map(run).collect::<anyhow::Result<_>>()?;
        bar.finish_and_clear();
        let (pairs, reports): (Vec<Pair>, Vec<_>) = all.into_iter().unzip();
        let comparison = Comparison::new(&pairs);
        Ok(ComparedPairs { comparison, reports: reports.into_iter().flatten().next() })
    }

    /// Writes the page, if one is wanted.
    pub(super) fn write(&self, html: &HtmlArguments, directory: &Directory) -> anyhow::Result<()> {
        let Some((live, candidate)) = &self.reports else { return Ok(()) };
        let compared = Compared { comparison: &self.comparison, live, candidate };
        html.write(directory, |about| pointsman_report::of_comparison(&compared, about))
    }
}
