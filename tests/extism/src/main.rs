//! Calls the rule `vip-value` as an extism plugin with the JSON that comes on standard input, and prints as JSON what it
//! answers and what a call takes, in nanoseconds: on a plugin of its own, and on one that is used again and again.
//! Both with a limit on fuel, as a host of many tenants needs it.

use std::io::Read;
use std::time::Instant;

use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const GUEST: &[u8] = include_bytes!("../vip_value.wasm");
const FUEL: u64 = 5_000_000;
/// Batches that are timed, and calls in each.
const BATCHES: usize = 100;
const FRESH: u32 = 20;
const REUSED: u32 = 500;

fn main() -> anyhow::Result<()> {
    let mut asked = String::new();
    std::io::stdin().read_to_string(&mut asked)?;
    let manifest = Manifest::new([Wasm::data(GUEST)]);
    let builder =
        || PluginBuilder::new(manifest.clone()).with_wasi(false).with_fuel_limit(FUEL).with_cache_disabled();
    let compiled = CompiledPlugin::new(builder())?;

    let fresh = || -> anyhow::Result<String> {
        let mut plugin = Plugin::new_from_compiled(&compiled)?;
        Ok(plugin.call::<&str, String>("route", &asked)?)
    };
    let answer = fresh()?;
    let fresh_ns = quick(FRESH, || drop(fresh()));
    let mut plugin = Plugin::new_from_compiled(&compiled)?;
    let mut reused = || plugin.call::<&str, String>("route", &asked);
    anyhow::ensure!(reused()? == answer, "the same answer");
    let reused_ns = quick(REUSED, || drop(reused()));
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    println!("{}", serde_json::json!({ "answer": answer, "fresh_ns": fresh_ns, "reused_ns": reused_ns }));
    Ok(())
}

/// What a call takes: the tenth percentile, since only the quick ones tell on a machine that does other things as well.
fn quick(calls: u32, mut call: impl FnMut()) -> f64 {
    let mut took: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let begun = Instant::now();
            (0..calls).for_each(|_| call());
            begun.elapsed().as_nanos() as f64 / f64::from(calls)
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[BATCHES / 10]
}
