//! Over-dispersion: days and stretches of a day that are busier or quieter than the everyday rates say.
//!
//! Arrivals that people measure vary more than a Poisson process with known rates would: the rate itself is drawn. Here it
//! is the everyday rate times a factor of the day and a factor of the stretch, both gamma with mean 1, so that a count over
//! a stretch with mean μ and no other factor has variance μ + (cv μ)² (Poisson mixed with gamma: Jongbloed and Koole,
//! "Managing uncertainty in call centres using Poisson mixtures", 2001; Avramidis, Deslauriers and L'Ecuyer, "Modeling daily
//! arrivals to a telephone call center", 2004). What is busy stays busy for a while, so the factors of neighbouring
//! stretches can be correlated: they follow the gamma-beta process of Lewis, McKenzie and Hugus ("Gamma processes",
//! 1989), S′ = B S + G, whose marginals are gamma and whose correlation over n stretches is the n-th power of that over
//! one.
//!
//! A day's factors depend on the seed and the date alone, so they are the same for every scenario that has the day in it,
//! and for every ruleset.

use super::random::Stream;
use super::scenario::Rate;

/// The largest coefficient of variation of a factor: an exponential one. More would say that the everyday rate means
/// nothing.
pub const DISPERSION_CV_MAX: f64 = 1.0;
/// The closest that neighbouring stretches can be tied to each other.
pub const DISPERSION_CORRELATION_MAX: f64 = 0.99;
/// The shortest stretch with a factor of its own.
pub const DISPERSION_STRETCH_MS_MIN: i64 = 60_000;
/// The length of a stretch where the scenario does not say.
pub const DISPERSION_STRETCH_MS_DEFAULT: i64 = 30 * 60_000;

/// How far rates vary around the everyday ones. Factors are common to all channels: a busy day is busy everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispersion {
    /// Coefficient of variation of a day's factor; 0: days are alike.
    pub day: f64,
    /// Coefficient of variation of a stretch's factor; 0: stretches are alike.
    pub stretch: f64,
    /// The length of a stretch; the first of a day begins at midnight.
    pub stretch_ms: i64,
    /// Correlation of the factors of neighbouring stretches of one day, 0 to [`DISPERSION_CORRELATION_MAX`].
    pub stretch_correlation: f64,
    /// The scenario's days in the tenant's zone, in order.
    pub days: Vec<DispersedDay>,
}

/// A calendar day of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispersedDay {
    /// Its date, as `2026-11-11`: the name of its luck.
    pub date: String,
    /// Its midnight, counted from the scenario's start; below zero where the scenario begins later in the day.
    pub from_ms: i64,
    /// The next day's midnight.
    pub to_ms: i64,
}

/// A factor from an instant until the next one.
#[derive(Copy, Clone, Debug, PartialEq)]
struct Factor {
    from_ms: i64,
    factor: f64,
}

impl Dispersion {
    /// Rates under this seed: the everyday ones, cut where a factor changes, and multiplied.
    pub(super) fn applied(&self, rates: &[Rate], length_ms: i64, seed: u64) -> Vec<Rate> {
        let factors = self.factors(length_ms, seed);
        let mut edges: Vec<i64> = rates.iter().map(|rate| rate.from_ms).collect();
        edges.extend(factors.iter().map(|factor| factor.from_ms));
        edges.retain(|at| (0..length_ms).contains(at));
        edges.sort_unstable();
        edges.dedup();
        let (mut rates, mut factors) = (rates.iter().peekable(), factors.iter().peekable());
        let (mut per_hour, mut factor) = (0.0, 1.0);
        let mut dispersed = Vec::with_capacity(edges.len());
        for from_ms in edges {
            while let Some(next) = rates.next_if(|rate| rate.from_ms <= from_ms) {
                per_hour = next.per_hour;
            }
            while let Some(next) = factors.next_if(|factor| factor.from_ms <= from_ms) {
                factor = next.factor;
            }
            dispersed.push(Rate { from_ms, per_hour: per_hour * factor });
        }
        dispersed
    }

    /// The factors from the beginning to `length_ms`, in order of time.
    fn factors(&self, length_ms: i64, seed: u64) -> Vec<Factor> {
        let stretch_ms = self.stretch_ms.max(DISPERSION_STRETCH_MS_MIN);
        let mut factors = Vec::new();
        for day in self.days.iter().filter(|day| day.to_ms > 0 && day.from_ms < length_ms) {
            let of_day = match self.day {
                0.0 => 1.0,
                cv => gamma_of_mean_one(&mut Stream::new(seed, "day factor", &day.date), cv),
            };
            if self.stretch == 0.0 {
                factors.push(Factor { from_ms: day.from_ms, factor: of_day });
                continue;
            }
            let mut of_stretch = Stretches::new(self, Stream::new(seed, "stretch factors", &day.date));
            let mut from_ms = day.from_ms;
            while from_ms < day.to_ms {
                factors.push(Factor { from_ms, factor: of_day * of_stretch.step() });
                from_ms += stretch_ms;
            }
        }
        factors
    }
}

/// A gamma factor with mean 1 and this coefficient of variation: shape 1/cv², scale cv².
fn gamma_of_mean_one(stream: &mut Stream, cv: f64) -> f64 {
    stream.gamma(1.0 / (cv * cv)) * cv * cv
}

/// The factors of a day's stretches: the gamma-beta process.
#[derive(Clone, Debug)]
struct Stretches {
    stream: Stream,
    cv: f64,
    correlation: f64,
    last: Option<f64>,
}

impl Stretches {
    fn new(dispersion: &Dispersion, stream: Stream) -> Stretches {
        let correlation = dispersion.stretch_correlation.clamp(0.0, DISPERSION_CORRELATION_MAX);
        Stretches { stream, cv: dispersion.stretch, correlation, last: None }
    }

    /// The next factor. With shape k and correlation ρ, B is beta (kρ, k(1 − ρ)) and G is gamma (k(1 − ρ)): B S then is
    /// gamma (kρ), and the sum gamma (k) again.
    fn step(&mut self) -> f64 {
        let shape = 1.0 / (self.cv * self.cv);
        let factor = match self.last {
            Some(last) if self.correlation > 0.0 => {
                let kept = self.stream.gamma(shape * self.correlation);
                let lost = self.stream.gamma(shape * (1.0 - self.correlation));
                let fresh = self.stream.gamma(shape * (1.0 - self.correlation));
                last * kept / (kept + lost) + fresh / shape
            }
            _ => gamma_of_mean_one(&mut self.stream, self.cv),
        };
        self.last = Some(factor);
        factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn dispersion(day: f64, stretch: f64, stretch_correlation: f64) -> Dispersion {
        let days = (0..2).map(|at| DispersedDay {
            date: format!("2026-11-{:02}", 11 + at),
            from_ms: at * DAY - 8 * HOUR,
            to_ms: (at + 1) * DAY - 8 * HOUR,
        });
        Dispersion { day, stretch, stretch_ms: HOUR / 2, stretch_correlation, days: days.collect() }
    }

    fn moments(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt() / mean)
    }

    #[test]
    fn factors_have_mean_one_and_the_variation_and_correlation_asked_for() {
        for (cv, correlation) in [(0.1, 0.0), (0.3, 0.9), (1.0, 0.5), (1.0, 0.99)] {
            let asked = dispersion(0.0, cv, correlation);
            let walks: Vec<Vec<f64>> = (0..4_000)
                .map(|seed| {
                    let mut stretches = Stretches::new(&asked, Stream::new(seed, "test", ""));
                    (0..10).map(|_| stretches.step()).collect()
                })
                .collect();
            for at in [0, 9] {
                let (mean, measured) = moments(&walks.iter().map(|walk| walk[at]).collect::<Vec<_>>());
                assert!((mean - 1.0).abs() < 5.0 * cv / 4_000f64.sqrt(), "{cv} {correlation}: mean {mean}");
                assert!((measured - cv).abs() < 0.1 * cv, "{cv} {correlation}: variation {measured}");
            }
            for lag in [1, 3] {
                let product: f64 = walks.iter().map(|walk| (walk[5] - 1.0) * (walk[5 + lag] - 1.0)).sum();
                let measured = product / 4_000.0 / (cv * cv);
                let wanted = libm::pow(correlation, lag as f64);
                assert!((measured - wanted).abs() < 0.1, "{cv} {correlation}: over {lag} {measured}");
            }
        }
    }

    #[test]
    fn a_day_has_its_luck_whatever_the_scenario_around_it() {
        let both = dispersion(0.2, 0.1, 0.5);
        let mut second = both.clone();
        second.days.remove(0);
        let flat = [Rate { from_ms: 0, per_hour: 100.0 }];
        let all = both.applied(&flat, 2 * DAY, 7);
        let midnight = 16 * HOUR;
        let of_second = |rates: &[Rate]| {
            rates.iter().filter(|rate| rate.from_ms >= midnight).copied().collect::<Vec<_>>()
        };
        assert_eq!(of_second(&all), of_second(&second.applied(&flat, 2 * DAY, 7)));
        assert_eq!(of_second(&all).len(), 48, "half hours from midnight to midnight");
        assert_ne!(of_second(&all), of_second(&both.applied(&flat, 2 * DAY, 8)));
    }

    #[test]
    fn rates_are_cut_where_either_changes() {
        let days = dispersion(0.2, 0.0, 0.0);
        let rates = [Rate { from_ms: 0, per_hour: 10.0 }, Rate { from_ms: HOUR, per_hour: 20.0 }];
        let applied = days.applied(&rates, 20 * HOUR, 1);
        let at: Vec<i64> = applied.iter().map(|rate| rate.from_ms / HOUR).collect();
        assert_eq!(at, [0, 1, 16]);
        assert_eq!(applied[1].per_hour, 2.0 * applied[0].per_hour);
        assert_ne!(applied[2].per_hour, applied[1].per_hour);
    }
}
