//! The simulator and the desk held against Erlang's formulas.
//!
//! 1. **To the millisecond.** A queue that is served first come, first served can be written down in a few lines, without
//!    events or a desk ([`fifo`]). Fed with the same traffic, every single conversation must wait exactly as long as the
//!    desk lets it wait.
//! 2. **In the mean.** Mean wait and probability of waiting must be Erlang's: within 2 % (Erlang C) or 3 % (Erlang A).
//!    So that this is no matter of luck, the estimate's standard error is asserted to be at most a third of that. It is
//!    found by batch means and made small by control variates, figures of the same traffic whose means are known
//!    exactly ([`statistics`]). Where even so more conversations are needed than it takes to run the desk in reasonable
//!    time, the lines of (1), which have just been shown to say the same, go on alone: "desk" and "all" below say how
//!    many each ran.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

#[path = "erlang/fifo.rs"]
mod fifo;
#[path = "erlang/formulas.rs"]
mod formulas;
#[path = "erlang/statistics.rs"]
mod statistics;

use std::time::Instant;

use fifo::{Fifo, Outcome};
use formulas::{Exact, erlang_a, erlang_c};
use pointsman_engine::desk::{Batch, CloseReason, Command, Event};
use pointsman_engine::id::ConversationId;
use pointsman_engine::simulation::erlang::Erlang;
use pointsman_engine::simulation::{Ended, Observer, Traffic, simulate};
use pointsman_engine::time::Timestamp;
use rayon::prelude::*;
use statistics::{Estimate, Samples};

/// What may be missed, as a share: of Erlang C and of Erlang A.
const TOLERANCE_C: f64 = 0.02;
const TOLERANCE_A: f64 = 0.03;
const TABLES: &str = include_str!("../data/erlang_tables.csv");

/// One queue and what theory says of it.
struct Case {
    queue: Erlang,
    exact: Exact,
}

impl Case {
    fn new(per_hour: f64, handle_ms: f64, agents: u32, patience_ms: Option<f64>) -> Case {
        let queue = Erlang {
            arrivals_per_hour: per_hour,
            handle_ms_mean: handle_ms,
            agents,
            patience_ms_mean: patience_ms,
        };
        let exact = match patience_ms {
            None => erlang_c(per_hour / 3_600_000.0, handle_ms, agents),
            Some(patience_ms) => erlang_a(per_hour / 3_600_000.0, handle_ms, agents, patience_ms),
        };
        Case { queue, exact }
    }

    fn tolerance(&self) -> f64 {
        if self.queue.patience_ms_mean.is_some() { TOLERANCE_A } else { TOLERANCE_C }
    }
}

/// Every row of the tables; the formulas here must agree with the tables' own figures.
fn tables() -> Vec<Case> {
    let mut lines = TABLES.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let field = |name| line.split(',').nth(header.iter().position(|field| *field == name).unwrap());
            let number = |name| field(name).unwrap().parse::<f64>().unwrap();
            let patience = field("patience_min").unwrap().parse::<f64>().ok();
            let case = Case::new(
                number("per_min") * 60.0,
                number("aht_min") * 60_000.0,
                number("agents") as u32,
                patience.map(|minutes| minutes * 60_000.0),
            );
            let wait_ms = number("mean_wait_all_min") * 60_000.0;
            assert!((case.exact.wait_ms / wait_ms - 1.0).abs() < 1e-6, "{line}: {}", case.exact.wait_ms);
            assert!((case.exact.p_wait / number("p_wait") - 1.0).abs() < 1e-6, "{line}");
            case
        })
        .collect()
}

/// Watches the desk and compares what it does with what must come out, conversation by conversation.
struct Comparison<'a> {
    expected: &'a [Outcome],
    /// When each began, and whether it was queued.
    begun: Vec<(Timestamp, bool)>,
    ended: usize,
    differing: usize,
}

impl Comparison<'_> {
    fn compare(&mut self, conversation: ConversationId, at: Timestamp, left: bool) {
        let index = conversation.0 as usize - 1;
        let (begun, queued) = self.begun[index];
        let seen = Outcome { wait_ms: at.since_ms(begun), queued, left };
        self.ended += 1;
        self.differing += usize::from(self.expected[index] != seen);
    }
}

impl Observer for Comparison<'_> {
    fn batch(&mut self, _: &Command, batch: &Batch) {
        for record in &batch.events {
            match &record.event {
                Event::ConversationOpened { .. } => self.begun.push((record.at, false)),
                Event::Queued { conversation, .. } => self.begun[conversation.0 as usize - 1].1 = true,
                Event::Assigned { conversation, .. } => self.compare(*conversation, record.at, false),
                Event::Closed { conversation, reason: CloseReason::Abandoned, .. } => {
                    self.compare(*conversation, record.at, true);
                }
                _ => {}
            }
        }
    }
}

/// What was measured of one case.
struct Measured {
    wait: Estimate,
    p_wait: Estimate,
}

/// Runs the desk on `desk` conversations and the bare queue on `all`, compares them, and estimates.
fn measure(case: &Case, seed: u64, desk: u64, all: u64) -> Measured {
    let start = Instant::now();
    let queue = case.queue;
    let all = all.max(desk);
    let ruleset = queue.ruleset();
    let traffic = Traffic::new(&queue.scenario(all, 0), ruleset.directory(), seed);
    let mut fifo = Fifo::new(queue.agents);
    let mut samples = Samples::new(&queue, all);
    let mut expected = Vec::with_capacity(desk as usize);
    for arrival in traffic {
        let outcome = fifo.serve(&arrival);
        if (expected.len() as u64) < desk {
            expected.push(outcome);
        }
        samples.add(&arrival, &outcome);
    }
    let begun = Vec::with_capacity(expected.len());
    let mut comparison = Comparison { expected: &expected, begun, ended: 0, differing: 0 };
    let alone = Instant::now();
    let report = simulate(&ruleset, &queue.scenario(desk, 0), seed, &mut comparison);
    let rate = desk as f64 / alone.elapsed().as_secs_f64();
    assert_eq!(report.ended, Ended::ConversationLimit);
    assert!(report.checks.hold(), "{:#?}", report.checks);
    assert_eq!(
        (comparison.ended as u64, comparison.differing),
        (desk, 0),
        "the desk's waits are not the queue's"
    );
    assert_eq!(report.kpi.all.conversations, desk);
    let measured = Measured { wait: samples.wait(), p_wait: samples.p_wait() };
    let error = |estimate: &Estimate, exact: f64| {
        format!(
            "{:+.2} % ± {:.2} (plainly {:+.2})",
            100.0 * (estimate.value / exact - 1.0),
            100.0 * estimate.standard_error / exact,
            100.0 * (estimate.plain / exact - 1.0),
        )
    };
    println!(
        "{} λ {:6.0}/h, 1/μ {:3.0} s, c {:2}, ρ {:.3}: desk {desk}, all {all}: wait {:8.3} s {}, P(wait) {:.4} {}, \
         {:.0}/s, {:.1} s",
        if queue.patience_ms_mean.is_some() { "A" } else { "C" },
        queue.arrivals_per_hour,
        queue.handle_ms_mean / 1_000.0,
        queue.agents,
        queue.load(),
        case.exact.wait_ms / 1_000.0,
        error(&measured.wait, case.exact.wait_ms),
        case.exact.p_wait,
        error(&measured.p_wait, case.exact.p_wait),
        rate,
        start.elapsed().as_secs_f64(),
    );
    measured
}

/// What does not hold.
fn faults(case: &Case, measured: &Measured) -> Vec<String> {
    let figures =
        [("mean wait", measured.wait, case.exact.wait_ms), ("P(wait)", measured.p_wait, case.exact.p_wait)];
    let tolerance = case.tolerance();
    let mut faults = Vec::new();
    for (what, estimate, exact) in figures {
        let (error, doubt) = (estimate.value / exact - 1.0, estimate.standard_error / exact);
        if error.abs() > tolerance {
            faults.push(format!("{:?}: {what} is off by {error}", case.queue));
        }
        if doubt > tolerance / 3.0 {
            faults.push(format!("{:?}: {what}: a standard error of {doubt} says nothing", case.queue));
        }
    }
    faults
}

#[test]
fn every_row_of_the_tables() {
    let rows = (1..).zip(tables()).collect::<Vec<_>>().into_par_iter();
    let found = rows.flat_map_iter(|(seed, case)| {
        let all = statistics::enough(&case.queue, &case.exact);
        let measured = measure(&case, seed, 300_000, all);
        faults(&case, &measured)
    });
    let all_faults: Vec<String> = found.collect();
    assert!(all_faults.is_empty(), "{all_faults:#?}");
}

/// Other queues, a million conversations each, all of them on the desk.
#[test]
fn a_million_conversations_each() {
    let sets = [
        (30.0, 60.0, 1, None),
        (100.0, 40.0, 2, None),
        (500.0, 14.0, 3, None),
        (60.0, 300.0, 6, None),
        (1_200.0, 45.0, 16, None),
        (700.0, 60.0, 13, None),
        (3_000.0, 30.0, 26, None),
        (400.0, 90.0, 9, Some(60.0)),
        (90.0, 240.0, 7, Some(600.0)),
    ];
    let queues = (101..).zip(sets).collect::<Vec<_>>().into_par_iter();
    let found = queues.flat_map_iter(|(seed, (per_hour, handle_s, agents, patience_s))| {
        let case = Case::new(per_hour, handle_s * 1_000.0, agents, patience_s.map(|s: f64| s * 1_000.0));
        let measured = measure(&case, seed, 1_000_000, 1_000_000);
        faults(&case, &measured)
    });
    let all_faults: Vec<String> = found.collect();
    assert!(all_faults.is_empty(), "{all_faults:#?}");
}
