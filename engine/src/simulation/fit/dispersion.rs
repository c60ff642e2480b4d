//! How far days and stretches vary around the profile, by moments, with the part that chance alone does taken out.
//!
//! With a factor D of the day and S of the stretch, both of mean 1, a count N over a stretch with mean μ has
//! E (N − μ)(N′ − μ′) = μ μ′ (a² + (1 + a²) b² ρⁿ) for stretches n apart on one day, plus μ for n = 0: the Poisson part.
//! a is the variation of days, b that of stretches, ρ the correlation of neighbours. The left side is measured over all
//! days and all n, and the three are chosen so that the right side is nearest (least squares, weighted by what each n was
//! measured on).

use serde::Serialize;

use super::super::dispersion::{DISPERSION_CORRELATION_MAX, DISPERSION_CV_MAX};
use super::counts::Grid;
use super::profile::Means;

/// Days that are needed to say how far days vary.
pub const DISPERSION_DAYS_MIN: u32 = 7;
/// The length of a stretch, or of a piece of the day where that is longer.
const STRETCH_MINUTES: u32 = 30;
/// Steps of the correlation that are tried.
const CORRELATION_STEP: f64 = 0.01;

/// How far rates vary around the profile.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedDispersion {
    /// Coefficient of variation of days.
    pub day: f64,
    /// Coefficient of variation of stretches.
    pub stretch: f64,
    /// The length of a stretch.
    pub stretch_minutes: u32,
    /// Correlation of neighbouring stretches.
    pub stretch_correlation: f64,
}

/// The pieces of a day that make a stretch.
pub(super) fn pieces_a_stretch(grid: &Grid) -> usize {
    (STRETCH_MINUTES / grid.piece_minutes).max(1) as usize
}

pub(super) fn fitted(grid: &Grid, of_day: &[usize], means: &Means) -> Option<FittedDispersion> {
    if (grid.days.len() as u32) < DISPERSION_DAYS_MIN {
        return None;
    }
    let each = pieces_a_stretch(grid);
    let covariances = covariances(grid, of_day, means, each);
    let steps = (DISPERSION_CORRELATION_MAX / CORRELATION_STEP) as u32;
    let tried = (0..=steps).map(|step| {
        let correlation = f64::from(step) * CORRELATION_STEP;
        let (of_days, of_stretches, miss) = nearest(&covariances, correlation);
        (miss, correlation, of_days, of_stretches)
    });
    let (_, correlation, of_days, of_stretches) = tried.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let variation = |squared: f64| squared.max(0.0).sqrt().min(DISPERSION_CV_MAX);
    let stretch = variation(of_stretches / (1.0 + of_days));
    Some(FittedDispersion {
        day: variation(of_days),
        stretch,
        stretch_minutes: each as u32 * grid.piece_minutes,
        stretch_correlation: if stretch > 0.0 { correlation } else { 0.0 },
    })
}

/// What is measured of stretches so far apart.
#[derive(Copy, Clone, Debug)]
struct Covariance {
    /// Of the rates, relative to their means.
    relative: f64,
    weight: f64,
}

fn covariances(grid: &Grid, of_day: &[usize], means: &Means, each: usize) -> Vec<Covariance> {
    let stretches = grid.pieces() / each;
    let mut sums = vec![(0.0, 0.0); stretches];
    for (kind, means) in means {
        let expected: Vec<f64> = means.chunks(each).map(|chunk| chunk.iter().sum()).collect();
        let days = of_day.iter().filter(|other| *other == kind).count() as f64;
        if days < 2.0 {
            continue;
        }
        // The mean was taken from the same days, which makes them seem a little nearer to it than they are.
        let unbiased = days / (days - 1.0);
        for (day, _) in grid.days.iter().zip(of_day).filter(|(_, other)| *other == kind) {
            let counts = day.total.chunks(each).map(|chunk| f64::from(chunk.iter().sum::<u32>()));
            let misses: Vec<f64> = counts.zip(&expected).map(|(count, mean)| count - mean).collect();
            for (apart, (product, weight)) in sums.iter_mut().enumerate() {
                let pairs = misses.iter().zip(misses.iter().skip(apart));
                *product += unbiased * pairs.map(|(a, b)| a * b).sum::<f64>();
                *weight += expected.iter().zip(expected.iter().skip(apart)).map(|(a, b)| a * b).sum::<f64>();
            }
            if let Some((product, _)) = sums.first_mut() {
                *product -= expected.iter().sum::<f64>();
            }
        }
    }
    sums.into_iter()
        .map(|(product, weight)| Covariance {
            relative: if weight > 0.0 { product / weight } else { 0.0 },
            weight,
        })
        .collect()
}

/// The A and B, neither below zero, for which A + B ρⁿ is nearest, and by how much it still misses.
fn nearest(covariances: &[Covariance], correlation: f64) -> (f64, f64, f64) {
    let (mut w, mut wp, mut wpp, mut wy, mut wpy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let mut power = 1.0;
    for Covariance { relative, weight } in covariances {
        w += weight;
        wp += weight * power;
        wpp += weight * power * power;
        wy += weight * relative;
        wpy += weight * power * relative;
        power *= correlation;
    }
    let determinant = w * wpp - wp * wp;
    let share = |part: f64, whole: f64| if whole > 0.0 { (part / whole).max(0.0) } else { 0.0 };
    let both = (determinant > 0.0)
        .then(|| ((wy * wpp - wpy * wp) / determinant, (w * wpy - wp * wy) / determinant))
        .filter(|(a, b)| *a >= 0.0 && *b >= 0.0);
    let miss = |(a, b): (f64, f64)| {
        let mut power = 1.0;
        let squares = covariances.iter().map(|Covariance { relative, weight }| {
            let gap = relative - a - b * power;
            power *= correlation;
            weight * gap * gap
        });
        squares.sum::<f64>()
    };
    let (a, b) = both.unwrap_or_else(|| {
        let (days, stretches) = ((share(wy, w), 0.0), (0.0, share(wpy, wpp)));
        if miss(days) <= miss(stretches) { days } else { stretches }
    });
    (a, b, miss((a, b)))
}
