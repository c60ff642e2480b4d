//! Writes the modules of the seeds `FIRST` to `LAST - 1` to standard output: of each the length in 4 bytes, little end
//! first, and then the module.
//!
//! Of four, one is a module of any kind, one a component, and two have the imports and exports of a rule and functions
//! at random. The same seed gives the same module, as long as the versions of the libraries are the same.

use std::io::{self, BufWriter, Write};

use arbitrary::{Arbitrary, Error, Unstructured};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use wasm_smith::{Component, Config, Module};

/// Random bytes that a module is made of.
const BYTES: usize = 8 * 1024;

/// The exports of a rule with the hook `route`, as core modules spell them.
const EXPORTS: &str = r#"(module
    (memory (export "memory") 1 64)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "pointsman:rule/route@1.0.0#route") (param i32) (result i32) unreachable))"#;

/// What a rule may import.
const IMPORTS: &str = r#"(module
    (import "pointsman:rule/lookup@1.0.0" "is-open" (func (param i32 i32 i32)))
    (import "pointsman:rule/lookup@1.0.0" "now" (func (param i32)))
    (import "pointsman:rule/lookup@1.0.0" "contains" (func (param i32 i32) (result i32)))
    (import "pointsman:rule/lookup@1.0.0" "attribute" (func (param i32 i32 i32)))
    (import "pointsman:rule/log@1.0.0" "print" (func (param i32 i32))))"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut seeds = std::env::args().skip(1).map(|seed| seed.parse::<u64>());
    let (Some(first), Some(last)) = (seeds.next(), seeds.next()) else {
        return Err("usage: pointsman-smith FIRST LAST".into());
    };
    let shape = (wat::parse_str(EXPORTS)?, wat::parse_str(IMPORTS)?);
    let mut out = BufWriter::new(io::stdout().lock());
    for seed in first?..last? {
        let wasm = make(seed, &shape)?;
        out.write_all(&u32::try_from(wasm.len())?.to_le_bytes())?;
        out.write_all(&wasm)?;
    }
    Ok(out.flush()?)
}

fn make(seed: u64, shape: &(Vec<u8>, Vec<u8>)) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; BYTES];
    Pcg64Mcg::seed_from_u64(seed).fill_bytes(&mut bytes);
    let mut random = Unstructured::new(&bytes);
    let mut config = Config::arbitrary(&mut random)?;
    match seed % 4 {
        0 => Ok(Module::new(config, &mut random)?.to_bytes()),
        1 => {
            (config.max_modules, config.max_components, config.max_instances, config.max_values) =
                (8, 4, 8, 4);
            Ok(Component::new(config, &mut random)?.to_bytes())
        }
        _ => Ok(Module::new(rule(config, shape), &mut random)?.to_bytes()),
    }
}

/// With what makes a rule, and little enough in it that most are not refused for their size or for what they use.
fn rule(mut config: Config, (exports, imports): &(Vec<u8>, Vec<u8>)) -> Config {
    config.exports = Some(exports.clone());
    config.available_imports = Some(imports.clone());
    config.max_imports = 5;
    config.max_memories = 0; // beside the one that is exported
    config.max_memory32_bytes = 8 << 20;
    config.max_tables = config.max_tables.min(1);
    config.max_table_elements = 1_000;
    config.max_funcs = config.max_funcs.clamp(2, 50);
    for unknown in [
        &mut config.reference_types_enabled,
        &mut config.threads_enabled,
        &mut config.exceptions_enabled,
        &mut config.gc_enabled,
        &mut config.memory64_enabled,
        &mut config.tail_call_enabled,
        &mut config.compact_imports_enabled,
        &mut config.extended_const_enabled,
    ] {
        *unknown = false;
    }
    config
}
