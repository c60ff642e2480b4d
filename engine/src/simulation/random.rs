//! Randomness as an input: named streams grown from one seed, and the few distributions traffic is made of.
//!
//! Every purpose of every channel has a stream of its own, so two rulesets, or two scenarios that differ in one
//! thing, see the same luck in everything else (common random numbers). All mathematics beyond `+ - * /` and
//! `sqrt` goes through `libm`, so a draw has the same bits on every platform.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;

/// What keeps these streams apart from every other use of BLAKE3.
const CONTEXT: &str = "pointsman 2026-11 simulation stream";

/// Tries of a gamma draw. One is refused once in twenty at most, so that the last is never come to.
const GAMMA_TRIES_MAX: u32 = 1_000;

/// A stream of random numbers: PCG XSH RR 64/32, seeded by BLAKE3 of the run's seed and the stream's name.
#[derive(Clone, Debug)]
pub struct Stream(Pcg32);

impl Stream {
    /// The stream for `purpose`, such as `arrivals`, of the part called `of`, such as a channel's slug.
    #[must_use]
    pub fn new(seed: u64, purpose: &str, of: &str) -> Stream {
        let bytes = key(seed, purpose, of);
        let mut half = [0; 16];
        half.copy_from_slice(&bytes[..16]);
        Stream(Pcg32::from_seed(half))
    }

    /// The stream that belongs to one conversation's own `luck` and one purpose: for what is needed rarely, so
    /// that nothing has to be drawn ahead and still every ruleset meets the same luck.
    #[must_use]
    pub fn of_luck(luck: u64, purpose: u64) -> Stream {
        let apart = purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Stream(Pcg32::new(luck.wrapping_add(apart), luck.rotate_left(32) ^ apart))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in (0, 1], in steps of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Exponential with mean 1, by inversion: one draw.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.unit())
    }

    /// Normal with mean 0 and deviation 1, by Box and Muller without keeping the second value: two draws.
    pub fn normal(&mut self) -> f64 {
        let radius = (2.0 * self.exponential()).sqrt();
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// Gamma with this shape, above zero, and scale 1: mean and variance are the shape. Marsaglia and Tsang's squeeze
    /// ("A simple method for generating gamma variables", 2000), which takes about one normal draw; below shape 1, one
    /// uniform draw more.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let luck = self.unit();
            return self.gamma(shape + 1.0) * libm::pow(luck, 1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        for _ in 0..GAMMA_TRIES_MAX {
            let x = self.normal();
            let root = 1.0 + c * x;
            let v = root * root * root;
            if root > 0.0 && libm::log(self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
        shape
    }

    /// Uniform over `0..many`; 0 when `many` is 0. One draw. The bias is below `many` · 2⁻⁶⁴.
    pub fn below(&mut self, many: usize) -> usize {
        ((u128::from(self.bits()) * many as u128) >> 64) as usize
    }
}

/// A number that orders `name` among its like by luck, for choosing an exact share of them.
#[must_use]
pub fn lot(seed: u64, purpose: &str, name: &str) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&key(seed, purpose, name)[..8]);
    u64::from_le_bytes(first)
}

fn key(seed: u64, purpose: &str, of: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(purpose.len() as u64).to_le_bytes());
    hasher.update(purpose.as_bytes());
    hasher.update(of.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The longest time a draw gives: a week. A longer one would say nothing about the ruleset.
pub const DRAW_MS_MAX: i64 = 7 * 24 * 3_600_000;

/// A length of time that varies.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Length {
    /// The mean, above zero.
    pub mean_ms: f64,
    /// How it varies around the mean.
    pub shape: Shape,
}

/// How a length of time varies.
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Shape {
    /// Not at all.
    Constant,
    /// Evenly between nothing and twice the mean.
    Uniform,
    /// Exponentially: memoryless, as in Erlang's formulas.
    Exponential,
    /// Log-normally, as measured handle times are. `sigma` is the deviation of the logarithm.
    Lognormal {
        /// Above zero; 0.5 to 1 is usual.
        sigma: f64,
    },
}

impl Length {
    /// Exponential with this mean.
    #[must_use]
    pub fn exponential(mean_ms: f64) -> Length {
        Length { mean_ms, shape: Shape::Exponential }
    }

    /// The next length in whole milliseconds, 1 to [`DRAW_MS_MAX`]. Always the same number of draws: none when
    /// constant, one when uniform or exponential, two when log-normal.
    pub fn draw_ms(&self, stream: &mut Stream) -> i64 {
        whole_ms(self.draw(stream))
    }

    /// The next length in milliseconds, with its fraction.
    pub(crate) fn draw(&self, stream: &mut Stream) -> f64 {
        match self.shape {
            Shape::Constant => self.mean_ms,
            Shape::Uniform => 2.0 * self.mean_ms * stream.unit(),
            Shape::Exponential => self.mean_ms * stream.exponential(),
            Shape::Lognormal { sigma } => {
                self.mean_ms * libm::exp(sigma * stream.normal() - sigma * sigma / 2.0)
            }
        }
    }
}

/// `ms` to the nearest whole millisecond, 1 to [`DRAW_MS_MAX`].
pub(super) fn whole_ms(ms: f64) -> i64 {
    ((ms + 0.5) as i64).clamp(1, DRAW_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: usize = 200_000;

    fn moments(length: Length) -> (f64, f64) {
        let mut stream = Stream::new(7, "test", "moments");
        let values: Vec<f64> = (0..MANY).map(|_| length.draw_ms(&mut stream) as f64).collect();
        let mean = values.iter().sum::<f64>() / MANY as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / MANY as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn lengths_have_their_mean_and_deviation() {
        let mean_ms = 60_000.0;
        for (shape, deviation) in [
            (Shape::Constant, 0.0),
            (Shape::Uniform, mean_ms / 3f64.sqrt()),
            (Shape::Exponential, mean_ms),
            (Shape::Lognormal { sigma: 0.6 }, mean_ms * (libm::exp(0.36) - 1.0).sqrt()),
        ] {
            let (mean, measured) = moments(Length { mean_ms, shape });
            assert!((mean - mean_ms).abs() < 0.01 * mean_ms, "{shape:?}: mean {mean}");
            assert!((measured - deviation).abs() < 0.02 * mean_ms, "{shape:?}: deviation {measured}");
        }
    }

    /// Mean, variance and skewness (2 ÷ √shape), below shape 1 too.
    #[test]
    fn gamma_draws_have_the_moments_of_their_shape() {
        for shape in [0.05, 0.5, 1.0, 4.0, 70.0, 10_000.0] {
            let mut stream = Stream::new(7, "test", "gamma");
            let draws: Vec<f64> = (0..MANY).map(|_| stream.gamma(shape)).collect();
            let moment = |power: f64, around: f64| {
                draws.iter().map(|draw| libm::pow(draw - around, power)).sum::<f64>() / MANY as f64
            };
            let mean = moment(1.0, 0.0);
            let variance = moment(2.0, mean);
            let skewness = moment(3.0, mean) / (variance * variance.sqrt());
            let error = 4.0 * (shape / MANY as f64).sqrt();
            assert!((mean - shape).abs() < error, "{shape}: mean {mean}");
            // The kurtosis of a small shape is large, and with it the error of the variance.
            let error = 4.0 * ((2.0 + 6.0 / shape) / MANY as f64).sqrt();
            assert!((variance / shape - 1.0).abs() < error, "{shape}: variance {variance}");
            let wanted = 2.0 / shape.sqrt();
            assert!((skewness - wanted).abs() < 0.1 * wanted + 0.03, "{shape}: skewness {skewness}");
            assert!(draws.iter().all(|draw| *draw >= 0.0));
        }
    }

    /// Everything Erlang's formulas need of the traffic: the gaps are exponential, as a whole and not only in their
    /// mean, and one says nothing about the next.
    #[test]
    fn exponential_draws_are_exponential_and_independent() {
        const DRAWS: usize = 1_000_000;
        for seed in 1..=5 {
            let mut stream = Stream::new(seed, "test", "exponential");
            let draws: Vec<f64> = (0..DRAWS).map(|_| stream.exponential()).collect();
            for lag in [1, 2, 7] {
                let product: f64 = draws.iter().zip(&draws[lag..]).map(|(a, b)| (a - 1.0) * (b - 1.0)).sum();
                let correlation = product / DRAWS as f64;
                assert!(correlation.abs() < 4.0 / (DRAWS as f64).sqrt(), "lag {lag}: {correlation}");
            }
            let mut sorted = draws;
            sorted.sort_unstable_by(f64::total_cmp);
            // Kolmogorov and Smirnov; 1.95 is exceeded once in a thousand samples.
            let distance = sorted.iter().enumerate().fold(0.0, |most: f64, (at, draw)| {
                let expected = -libm::expm1(-draw);
                most.max((expected - at as f64 / DRAWS as f64).abs())
            });
            assert!(distance * (DRAWS as f64).sqrt() < 1.95, "seed {seed}: distance {distance}");
        }
    }

    /// The bits themselves: a change here changes every digest there is.
    #[test]
    fn a_stream_is_fixed_by_seed_purpose_and_name() {
        let first = |seed, purpose, of| Stream::new(seed, purpose, of).bits();
        assert_eq!(first(7, "arrivals", "website"), first(7, "arrivals", "website"));
        let all = [
            first(7, "arrivals", "website"),
            first(8, "arrivals", "website"),
            first(7, "arrivals", "app"),
            first(7, "patience", "website"),
            first(7, "arrivalsw", "ebsite"),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_unit_is_never_zero_and_below_stays_below() {
        let mut stream = Stream::new(1, "test", "");
        for _ in 0..10_000 {
            let unit = stream.unit();
            assert!(unit > 0.0 && unit <= 1.0);
            assert!(stream.below(3) < 3);
        }
        assert_eq!(stream.below(0), 0);
    }
}
