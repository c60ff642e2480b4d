//! How sure a mean is.

use serde::{Deserialize, Serialize};

/// Pairs of one comparison.
pub const PAIRS_MAX: usize = 10_000;

/// A mean with its 95 % confidence interval.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// The interval is the mean ± this; `None`: one value says nothing about its spread.
    pub half_width: Option<f64>,
}

impl Interval {
    /// Whether the interval lies on one side of zero.
    #[must_use]
    pub fn excludes_zero(&self) -> bool {
        self.half_width.is_some_and(|half_width| self.mean.abs() > half_width)
    }

    /// Whether a value lies within the interval.
    #[must_use]
    pub fn covers(&self, value: f64) -> bool {
        self.half_width.is_some_and(|half_width| (value - self.mean).abs() <= half_width)
    }
}

/// The mean of independent values and its 95 % interval by Student's t. No values: zero, and no interval.
#[must_use]
pub fn mean_interval(values: &[f64]) -> Interval {
    let count = values.len() as f64;
    if values.is_empty() {
        return Interval::default();
    }
    let mean = values.iter().sum::<f64>() / count;
    if values.len() == 1 {
        return Interval { mean, half_width: None };
    }
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    Interval { mean, half_width: Some(student_975(values.len() - 1) * error) }
}

/// The 0.975 quantile of Student's t. The first ones from the usual table; then the expansion about the normal
/// quantile (Abramowitz and Stegun 26.7.5), which from there on is right to the third decimal.
fn student_975(degrees: usize) -> f64 {
    const TABLE: [f64; 9] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
    const Z: f64 = 1.959_963_984_540_054;
    if let Some(known) = degrees.checked_sub(1).and_then(|at| TABLE.get(at)) {
        return *known;
    }
    let n = degrees as f64;
    let (z3, z5, z7) = (Z * Z * Z, Z * Z * Z * Z * Z, Z * Z * Z * Z * Z * Z * Z);
    Z + (z3 + Z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * n * n)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / (384.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_table() {
        for (degrees, expected) in [(1, 12.706), (9, 2.262), (10, 2.228), (29, 2.045), (120, 1.980)] {
            let found = student_975(degrees);
            assert!((found - expected).abs() < 6e-4, "{degrees}: {found}");
        }
    }

    #[test]
    fn one_value_has_no_interval_and_more_have_a_narrower_one() {
        assert_eq!(mean_interval(&[3.0]), Interval { mean: 3.0, half_width: None });
        assert!(!mean_interval(&[3.0]).excludes_zero());
        let few = mean_interval(&[1.0, 2.0, 3.0]);
        assert!((few.mean - 2.0).abs() < 1e-12);
        // 4.303 × 1 ÷ √3
        assert!((few.half_width.unwrap() - 2.4843).abs() < 1e-3);
        assert!(!few.excludes_zero() && few.covers(0.0));
        let many: Vec<f64> = (0..30).map(|at| f64::from(at % 3) + 1.0).collect();
        assert!(mean_interval(&many).excludes_zero());
    }
}
