//! The same runs in WebAssembly, in Node.

use std::process::Command;
use std::time::Instant;

use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::{Unobserved, read_scenario, simulate};
use pointsman_tests::{example, repository};

use crate::support::Ratios;

/// Runs on either side; the first ones warm up.
const RUNS: usize = 12;
const WARM_UP: usize = 2;
const SEED: u64 = 7;

/// How fast WebAssembly is, of native. Needs `cargo xtask wasm`, which `cargo xtask bench` does first.
pub(crate) fn compare(ratios: &mut Ratios) {
    let generated = repository().join("web-sim/app/src/generated/wasm");
    if !generated.join("pointsman_bg.wasm").is_file() {
        return println!("simulation: the WebAssembly is not built; `cargo xtask wasm` builds it");
    }
    for (tenant, scenario) in [("erlang", "erlang-c"), ("shop", "promo-peak")] {
        let (native, digest) = native(tenant, scenario);
        let output = Command::new("node")
            .arg(repository().join("tests/benches/simulation/wasm.mjs"))
            .args([&generated, &repository().join("examples").join(tenant)])
            .args([scenario, &SEED.to_string(), &RUNS.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["digest"].as_str(), Some(digest.as_str()), "the same events in both");
        let wasm = told["took"].as_array().unwrap().iter().map(|ms| ms.as_f64().unwrap()).collect();
        let (native, wasm) = (median(native), median(wasm));
        println!("simulation: {tenant}/{scenario} {native:.1} ms natively, {wasm:.1} ms in WebAssembly");
        ratios.at_least(&format!("WebAssembly on {tenant}, of native"), native / wasm, 0.4);
    }
}

fn native(tenant: &str, scenario: &str) -> (Vec<f64>, String) {
    let compiled = Ruleset::compile(&example(tenant).unwrap(), None, &NoModules);
    let (ruleset, source) = (compiled.ruleset.unwrap(), compiled.source.unwrap());
    let scenario = read_scenario(scenario, &source.scenarios[scenario], ruleset.directory()).0.unwrap();
    let mut took = Vec::new();
    let mut digest = String::new();
    for _ in 0..RUNS {
        let begin = Instant::now();
        digest = simulate(&ruleset, &scenario, SEED, &mut Unobserved).digest;
        took.push(begin.elapsed().as_secs_f64() * 1_000.0);
    }
    (took, digest)
}

fn median(mut took: Vec<f64>) -> f64 {
    took.drain(..WARM_UP);
    took.sort_by(f64::total_cmp);
    took[took.len() / 2]
}
