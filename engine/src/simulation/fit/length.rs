//! Lengths of time, of which some are known only to be longer than was seen: handle times, and patience.
//!
//! An exponential by maximum likelihood: the total of all lengths, ended or not, divided by how many ended. A log-normal by
//! the expectation-maximisation algorithm on the logarithms (Dempster, Laird and Rubin, 1977). Beside them the estimate of
//! Kaplan and Meier (1958), which assumes no distribution at all, to say how well they fit.

use serde::Serialize;

use super::super::random::{DRAW_MS_MAX, Length, Shape};

/// Lengths that have to have ended before anything is said of them.
const ENDED_MIN: usize = 10;
/// Steps of the algorithm; a fifth of them is usual even where nearly all is censored.
const STEPS_MAX: u32 = 1_000;
/// A step that changes less ends it.
const STEP_MIN: f64 = 1e-9;
/// Points of the estimate that are told.
const POINTS_MAX: usize = 60;
/// Behind the moment at which fewer are left, the estimate is too rough to hold anything against.
const LEFT_MIN: usize = 10;

/// A length of time, as far as it was seen.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// How long; at least 0.
    pub ms: i64,
    /// Whether it went on when nobody looked any more.
    pub is_censored: bool,
}

/// What fits some lengths.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedLength {
    /// How many lengths were seen.
    pub spells: u32,
    /// How many of them to their end.
    pub ended: u32,
    /// The exponential.
    pub exponential: FittedExponential,
    /// The log-normal; `None` where all lengths are alike.
    pub lognormal: Option<FittedLognormal>,
    /// Whether the log-normal is to be preferred: by Akaike's criterion, which charges it for its second parameter.
    pub is_lognormal: bool,
    /// Kaplan and Meier's estimate: what share is longer.
    pub survival: Vec<SurvivalPoint>,
}

/// A fitted exponential.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedExponential {
    /// The mean.
    pub ms_mean: f64,
    /// The logarithm of its likelihood.
    pub log_likelihood: f64,
    /// The largest distance to Kaplan and Meier's estimate: 0.05 means that at some length the share that is longer is
    /// wrong by five points.
    pub distance: f64,
}

/// A fitted log-normal.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedLognormal {
    /// The mean.
    pub ms_mean: f64,
    /// The deviation of the logarithm.
    pub sigma: f64,
    /// See [`FittedExponential`].
    pub log_likelihood: f64,
    /// See [`FittedExponential`].
    pub distance: f64,
}

/// A point of an estimate.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SurvivalPoint {
    /// The length.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub ms: i64,
    /// The share that is longer.
    pub longer: f64,
}

impl FittedLength {
    /// As a scenario has it: the better of the two.
    #[must_use]
    pub fn length(&self) -> Length {
        let within = |ms: f64| ms.clamp(1.0, DRAW_MS_MAX as f64);
        match self.lognormal.filter(|_| self.is_lognormal) {
            Some(FittedLognormal { ms_mean, sigma, .. }) => {
                Length { mean_ms: within(ms_mean), shape: Shape::Lognormal { sigma: sigma.clamp(0.01, 3.0) } }
            }
            None => Length::exponential(within(self.exponential.ms_mean)),
        }
    }
}

/// Fits lengths; `None` where fewer than ten ended.
#[must_use]
pub fn fit_length(spells: &[Spell]) -> Option<FittedLength> {
    // Half a millisecond stands for none at all, so that there is a logarithm.
    let lengths: Vec<(f64, bool)> =
        spells.iter().map(|spell| ((spell.ms as f64).max(0.5), spell.is_censored)).collect();
    let ended = lengths.iter().filter(|(_, is_censored)| !is_censored).count();
    if ended < ENDED_MIN {
        return None;
    }
    let estimate = kaplan_meier(spells);
    let ms_mean = lengths.iter().map(|(ms, _)| ms).sum::<f64>() / ended as f64;
    let exponential = FittedExponential {
        ms_mean,
        log_likelihood: -(ended as f64) * (libm::log(ms_mean) + 1.0),
        distance: distance(&estimate, |ms| libm::exp(-ms / ms_mean)),
    };
    let lognormal = lognormal(&lengths).map(|(mu, sigma)| FittedLognormal {
        ms_mean: libm::exp(mu + sigma * sigma / 2.0),
        sigma,
        log_likelihood: lengths.iter().map(|length| log_likelihood(*length, mu, sigma)).sum(),
        distance: distance(&estimate, |ms| above((libm::log(ms.max(0.5)) - mu) / sigma)),
    });
    Some(FittedLength {
        spells: spells.len() as u32,
        ended: ended as u32,
        exponential,
        lognormal,
        is_lognormal: lognormal
            .is_some_and(|fitted| fitted.log_likelihood - 1.0 > exponential.log_likelihood),
        survival: thinned(&estimate),
    })
}

/// A step of the estimate: the share that is longer just before and from `ms` on.
#[derive(Copy, Clone, Debug)]
struct Step {
    ms: i64,
    before: f64,
    after: f64,
}

/// Kaplan and Meier's estimate, as far as enough are left.
fn kaplan_meier(spells: &[Spell]) -> Vec<Step> {
    let mut sorted = spells.to_vec();
    // Whoever was seen to the end of a length ended before whoever was lost sight of at it.
    sorted.sort_unstable_by_key(|spell| (spell.ms, spell.is_censored));
    let mut steps: Vec<Step> = Vec::new();
    let mut longer = 1.0;
    let mut left = sorted.len();
    for same in sorted.chunk_by(|a, b| a.ms == b.ms) {
        if left < LEFT_MIN {
            break;
        }
        let ended = same.iter().filter(|spell| !spell.is_censored).count();
        if let (Some(spell), true) = (same.first(), ended > 0) {
            let before = longer;
            longer *= 1.0 - ended as f64 / left as f64;
            steps.push(Step { ms: spell.ms, before, after: longer });
        }
        left -= same.len();
    }
    steps
}

fn distance(estimate: &[Step], longer: impl Fn(f64) -> f64) -> f64 {
    let gaps = estimate.iter().map(|step| {
        let fitted = longer(step.ms as f64);
        (fitted - step.before).abs().max((fitted - step.after).abs())
    });
    gaps.fold(0.0, f64::max)
}

fn thinned(estimate: &[Step]) -> Vec<SurvivalPoint> {
    let each = estimate.len().div_ceil(POINTS_MAX).max(1);
    let point = |step: &Step| SurvivalPoint { ms: step.ms, longer: step.after };
    let mut points: Vec<SurvivalPoint> = estimate.iter().step_by(each).map(point).collect();
    points.extend(estimate.last().filter(|_| !(estimate.len() - 1).is_multiple_of(each)).map(point));
    points
}

/// μ and σ of the logarithms; `None` where they do not vary.
fn lognormal(lengths: &[(f64, bool)]) -> Option<(f64, f64)> {
    let many = lengths.len() as f64;
    let logs: Vec<(f64, bool)> =
        lengths.iter().map(|(ms, is_censored)| (libm::log(*ms), *is_censored)).collect();
    let mut mu = logs.iter().map(|(log, _)| log).sum::<f64>() / many;
    let spread = logs.iter().map(|(log, _)| (log - mu) * (log - mu)).sum::<f64>() / many;
    let mut sigma = spread.sqrt();
    if sigma < STEP_MIN {
        return None;
    }
    for _ in 0..STEPS_MAX {
        // What is expected of each logarithm and its square, given what was seen of it.
        let (sum, squares) = logs.iter().fold((0.0, 0.0), |(sum, squares), (log, is_censored)| {
            let (first, second) = if *is_censored {
                let hazard = hazard((log - mu) / sigma);
                (mu + sigma * hazard, mu * mu + sigma * sigma + sigma * (log + mu) * hazard)
            } else {
                (*log, log * log)
            };
            (sum + first, squares + second)
        });
        let next_mu = sum / many;
        let next_sigma = (squares / many - next_mu * next_mu).max(0.0).sqrt();
        if next_sigma < STEP_MIN {
            return None;
        }
        let change = (next_mu - mu).abs() + (next_sigma - sigma).abs();
        (mu, sigma) = (next_mu, next_sigma);
        if change < STEP_MIN {
            break;
        }
    }
    Some((mu, sigma))
}

fn log_likelihood((ms, is_censored): (f64, bool), mu: f64, sigma: f64) -> f64 {
    let log = libm::log(ms);
    let z = (log - mu) / sigma;
    if is_censored {
        libm::log(above(z).max(f64::MIN_POSITIVE))
    } else {
        -0.5 * z * z - log - libm::log(sigma) - 0.5 * libm::log(2.0 * std::f64::consts::PI)
    }
}

/// The share of a standard normal above `z`.
fn above(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// The density of a standard normal at `z` ÷ the share above it. Far out, its asymptote.
fn hazard(z: f64) -> f64 {
    if z > 30.0 {
        return z + 1.0 / z;
    }
    libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt() / above(z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::random::Stream;

    /// Draws of `length`, each cut off at a draw of `sight`.
    fn spells(many: usize, length: Length, sight: Length) -> Vec<Spell> {
        let (mut lengths, mut sights) = (Stream::new(1, "test", "length"), Stream::new(1, "test", "sight"));
        (0..many)
            .map(|_| {
                let (ms, seen_ms) = (length.draw_ms(&mut lengths), sight.draw_ms(&mut sights));
                Spell { ms: ms.min(seen_ms), is_censored: ms > seen_ms }
            })
            .collect()
    }

    #[test]
    fn patience_is_found_although_most_were_connected() {
        let seen = spells(20_000, Length::exponential(180_000.0), Length::exponential(40_000.0));
        let fitted = fit_length(&seen).unwrap();
        assert!(fitted.ended < fitted.spells / 5, "most are censored");
        let total: i64 = seen.iter().map(|spell| spell.ms).sum();
        let by_hand = total as f64 / f64::from(fitted.ended);
        assert!((fitted.exponential.ms_mean - by_hand).abs() < 1.0);
        assert!((by_hand / 180_000.0 - 1.0).abs() < 0.05, "{by_hand}");
        assert!(!fitted.is_lognormal);
        assert!(fitted.exponential.distance < 0.1, "{}", fitted.exponential.distance);
        let of_those_who_left = seen.iter().filter(|spell| !spell.is_censored);
        let naive = of_those_who_left.map(|spell| spell.ms).sum::<i64>() as f64 / f64::from(fitted.ended);
        assert!(naive < 60_000.0, "the mean wait of those who left is not their patience: {naive}");
    }

    #[test]
    fn handle_times_are_found_although_some_went_on() {
        let handle = Length { mean_ms: 400_000.0, shape: Shape::Lognormal { sigma: 0.7 } };
        let fitted = fit_length(&spells(20_000, handle, Length::exponential(600_000.0))).unwrap();
        assert!(fitted.is_lognormal && fitted.ended < 14_000);
        let lognormal = fitted.lognormal.unwrap();
        assert!((lognormal.sigma - 0.7).abs() < 0.02, "{}", lognormal.sigma);
        assert!((lognormal.ms_mean / 400_000.0 - 1.0).abs() < 0.03, "{}", lognormal.ms_mean);
        assert!(lognormal.distance < 0.02 && fitted.exponential.distance > 0.05, "{fitted:?}");
        assert_eq!(fitted.length().shape, Shape::Lognormal { sigma: lognormal.sigma });
        assert!(fitted.survival.is_sorted_by(|a, b| a.ms < b.ms && a.longer > b.longer));
    }

    /// Worked by hand: 10 of 12 ended, of whom two within the estimate's reach.
    #[test]
    fn the_estimate_counts_who_was_still_there() {
        let spell = |ms, is_censored| Spell { ms, is_censored };
        let mut seen = vec![spell(10, false), spell(20, true), spell(30, false)];
        seen.extend((0..9).map(|at| spell(40 + at, false)));
        let steps = kaplan_meier(&seen);
        assert_eq!(steps.iter().map(|step| step.ms).collect::<Vec<_>>(), [10, 30]);
        assert!((steps[0].after - 11.0 / 12.0).abs() < 1e-12);
        assert!((steps[1].after - 11.0 / 12.0 * 0.9).abs() < 1e-12);
    }

    #[test]
    fn nothing_is_said_of_too_few() {
        let spell = |is_censored| Spell { ms: 5, is_censored };
        assert_eq!(fit_length(&[]), None);
        assert_eq!(fit_length(&[spell(true); 50]), None);
        let alike = fit_length(&[spell(false); 50]).unwrap();
        assert_eq!((alike.lognormal, alike.exponential.ms_mean), (None, 5.0));
    }
}
