//! Whether two machines calculate alike: the bits of many results of everything that goes beyond `+ - * /`.
//!
//! A platform's own logarithm differs from another's in the last bit of one value in fourteen. That changes an event only
//! once in a billion draws or so, far too seldom for a test on events to notice and often enough for users to. So the bits
//! themselves are compared.

use crate::rules::script_arithmetic;
use crate::simulation::random::{Length, Shape, Stream};

/// Draws of each distribution.
const DRAWS: usize = 4_096;
/// Arguments that each function of scripts is called with.
const ARGUMENTS: usize = 64;

/// BLAKE3 over the bits of draws from every distribution and of every mathematical function that scripts can call, in 64
/// hexadecimal digits. Equal on every platform; where it is not, what is simulated is not what is shipped.
#[must_use]
pub fn fingerprint(seed: u64) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |value: f64| {
        hasher.update(&value.to_bits().to_le_bytes());
    };
    let mut stream = Stream::new(seed, "fingerprint", "arithmetic");
    let lognormal = Length { mean_ms: 1e15, shape: Shape::Lognormal { sigma: 0.7 } };
    for _ in 0..DRAWS {
        add(stream.unit());
        add(stream.exponential());
        add(stream.normal());
        add(lognormal.draw(&mut stream));
    }
    for _ in 0..ARGUMENTS {
        let (x, y) = (stream.exponential() * 3.0, stream.normal());
        script_arithmetic(x, y).into_iter().for_each(&mut add);
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_for_the_same_seed_alone() {
        assert_eq!(fingerprint(7), fingerprint(7));
        assert_ne!(fingerprint(7), fingerprint(8));
    }

    #[test]
    fn every_function_of_scripts_gives_a_number() {
        let results = script_arithmetic(1.5, 0.25);
        assert!(results.len() >= 6 && results.iter().all(|value| value.is_finite()), "{results:?}");
    }
}
