//! Estimates with their standard errors, from batch means with control variates.
//!
//! A control variate is a figure of the very same traffic whose mean is known for certain: when luck has made it too
//! large, it has made the wait too large as well, and regression says by how much. Used are the mean gap between
//! arrivals, the mean handle time and the mean patience; and, where nobody leaves, the wait in a queue with a single
//! server who is c times as fast (M/M/1: the wait is ρ h / (c (1 - ρ)) on average, and P(wait) is ρ), which rises and
//! falls with the wait for c servers because both have the same work to do.

use pointsman_engine::simulation::Arrival;
use pointsman_engine::simulation::erlang::Erlang;

use crate::fifo::Outcome;
use crate::formulas::Exact;

const BATCHES: u64 = 100;
/// The part of a run that is left out at the beginning, when the queue has not yet filled.
const SETTLING_SHARE: f64 = 0.02;

/// How many conversations bring the standard errors well below what is tolerated: found by trying, see the figures the
/// tests print.
pub(crate) fn enough(queue: &Erlang, exact: &Exact) -> u64 {
    let rare = (2.0 - exact.p_wait) / exact.p_wait;
    let wanted = match queue.patience_ms_mean {
        Some(_) => 800_000.0 * rare,
        None => 300_000.0 * rare / (1.0 - queue.load()).max(0.1),
    };
    (wanted as u64).clamp(2_000_000, 250_000_000)
}

/// A mean and how far off it may be.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Estimate {
    /// With the help of the controls.
    pub(crate) value: f64,
    pub(crate) standard_error: f64,
    /// Without.
    pub(crate) plain: f64,
}

/// One batch: the sums over its conversations.
#[derive(Clone, Default)]
struct Sums {
    count: f64,
    wait: f64,
    queued: f64,
    controls: [f64; CONTROLS],
}

const CONTROLS: usize = 5;

pub(crate) struct Samples {
    batches: Vec<Sums>,
    batch_size: u64,
    settling: u64,
    seen: u64,
    last_at_ms: Option<i64>,
    agents: f64,
    /// When the fast single server is free.
    single_free_ms: f64,
    /// The controls' means; `None` for one that is not used.
    means: [Option<f64>; CONTROLS],
}

impl Samples {
    pub(crate) fn new(queue: &Erlang, all: u64) -> Samples {
        let settling = (all as f64 * SETTLING_SHARE) as u64;
        let load = queue.load();
        let single = queue.patience_ms_mean.is_none();
        let agents = f64::from(queue.agents);
        let single_wait_ms = load * queue.handle_ms_mean / agents / (1.0 - load);
        Samples {
            batches: vec![Sums::default(); BATCHES as usize],
            batch_size: (all - settling) / BATCHES,
            settling,
            seen: 0,
            last_at_ms: None,
            agents,
            single_free_ms: 0.0,
            means: [
                Some(3_600_000.0 / queue.arrivals_per_hour),
                Some(queue.handle_ms_mean),
                queue.patience_ms_mean,
                single.then_some(single_wait_ms),
                single.then_some(load),
            ],
        }
    }

    pub(crate) fn add(&mut self, arrival: &Arrival, outcome: &Outcome) {
        let at_ms = arrival.at.0;
        let gap_ms = at_ms - self.last_at_ms.unwrap_or(at_ms);
        self.last_at_ms = Some(at_ms);
        let single_wait_ms = (self.single_free_ms - at_ms as f64).max(0.0);
        self.single_free_ms = at_ms as f64 + single_wait_ms + arrival.handle_ms as f64 / self.agents;
        self.seen += 1;
        if self.seen <= self.settling {
            return;
        }
        let at = (self.seen - self.settling - 1) / self.batch_size;
        let Some(batch) = self.batches.get_mut(at as usize) else {
            return;
        };
        batch.count += 1.0;
        batch.wait += outcome.wait_ms as f64;
        batch.queued += f64::from(u8::from(outcome.queued));
        let controls = [
            gap_ms as f64,
            arrival.handle_ms as f64,
            arrival.patience_ms.unwrap_or(0) as f64,
            single_wait_ms,
            f64::from(u8::from(single_wait_ms > 0.0)),
        ];
        batch.controls.iter_mut().zip(controls).for_each(|(sum, control)| *sum += control);
    }

    pub(crate) fn wait(&self) -> Estimate {
        self.estimate(|batch| batch.wait / batch.count)
    }

    pub(crate) fn p_wait(&self) -> Estimate {
        self.estimate(|batch| batch.queued / batch.count)
    }

    /// Linear regression of the batch means on the controls' deviations from their known means; the constant is the
    /// estimate, and what is left over gives its standard error.
    fn estimate(&self, mean: impl Fn(&Sums) -> f64) -> Estimate {
        let rows: Vec<(Vec<f64>, f64)> = self
            .batches
            .iter()
            .map(|batch| {
                let used = batch.controls.iter().zip(self.means);
                let deviations =
                    used.filter_map(|(sum, known)| known.map(|known| (sum / batch.count - known) / known));
                (std::iter::once(1.0).chain(deviations).collect(), mean(batch))
            })
            .collect();
        let width = rows[0].0.len();
        // The normal equations, with the unit matrix beside them to become the inverse.
        let mut equations = vec![vec![0.0; 2 * width + 1]; width];
        for (row, value) in &rows {
            for (i, equation) in equations.iter_mut().enumerate() {
                row.iter().enumerate().for_each(|(j, x)| equation[j] += row[i] * x);
                equation[width] += row[i] * value;
            }
        }
        (0..width).for_each(|i| equations[i][width + 1 + i] = 1.0);
        solve(&mut equations);
        let solution: Vec<f64> = equations.iter().map(|equation| equation[width]).collect();
        let left_over: f64 = rows
            .iter()
            .map(|(row, value)| {
                let told: f64 = row.iter().zip(&solution).map(|(x, b)| x * b).sum();
                (value - told) * (value - told)
            })
            .sum();
        let variance = left_over / (rows.len() - width) as f64;
        Estimate {
            value: solution[0],
            standard_error: (variance * equations[0][width + 1]).sqrt(),
            plain: rows.iter().map(|(_, value)| value).sum::<f64>() / rows.len() as f64,
        }
    }
}

/// Gauss and Jordan, with the largest pivot.
fn solve(equations: &mut [Vec<f64>]) {
    for column in 0..equations.len() {
        let pivot = (column..equations.len())
            .max_by(|a, b| equations[*a][column].abs().total_cmp(&equations[*b][column].abs()))
            .unwrap();
        equations.swap(column, pivot);
        let scale = equations[column][column];
        equations[column].iter_mut().for_each(|x| *x /= scale);
        let pivot_row = equations[column].clone();
        let others = equations.iter_mut().enumerate().filter(|(at, _)| *at != column);
        for (_, equation) in others {
            let factor = equation[column];
            equation.iter_mut().zip(&pivot_row).for_each(|(x, p)| *x -= factor * p);
        }
    }
}
