//! Modules with bits flipped: refused or run, and always alike.

use std::path::Path;

use super::*;

/// A few random numbers, the same each time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn flipped_bits_are_refused_or_run_alike_in_both_homes() {
    let mut random = Random(12_345);
    let (mut refused, mut ran) = (0, 0);
    for name in ["office-hours", "counter", "vip-value"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/modules/built").join(name);
        let wasm = std::fs::read(path.with_extension("wasm")).unwrap();
        for _ in 0..60 {
            let mut flipped = wasm.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(flipped.len());
                flipped[at] ^= 1 << random.below(8);
            }
            match native().compile(&flipped) {
                Err(problem) => {
                    assert!(!problem.message.is_empty() && !problem.message.contains('\n'));
                    refused += 1;
                }
                Ok(_) => {
                    // Compares the two.
                    run(&flipped);
                    ran += 1;
                }
            }
        }
    }
    assert!(refused > 20 && ran > 20, "{refused} refused, {ran} run");
}
