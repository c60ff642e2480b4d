//! The same module in our sandbox in V8: what ten more rules cost a simulation, there and natively.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::simulation::{Unobserved, read_scenario, simulate};
use pointsman_engine::tenant::TenantFolder;
use pointsman_tests::{example, repository};

use crate::module;
use crate::support::Ratios;

/// How many times the rule is in the ruleset.
const RULES: usize = 10;
const RUNS: usize = 7;
const SEED: u64 = 7;
const SCENARIO: &str = "erlang-c";

/// How long a call takes in V8, and how many times as long that is as natively.
pub(crate) fn compare(ratios: &mut Ratios) {
    let generated = repository().join("web-sim/app/src/generated/wasm");
    if !generated.join("pointsman_bg.wasm").is_file() {
        return println!("module: the WebAssembly is not built; `cargo xtask wasm` builds it");
    }
    let sandbox = Sandbox::new().unwrap();
    let wasm = module("vip-value.wasm");
    let directory = tempfile::tempdir().unwrap();
    let (without, with) = (directory.path().join("without"), directory.path().join("with"));
    let artefact = directory.path().join("artefact");
    fs::write(&artefact, sandbox.artefact(&wasm).unwrap()).unwrap();
    write(&without, &folder(&wasm, 0));
    write(&with, &folder(&wasm, RULES));

    let (bare, _, conversations) = natively(&folder(&wasm, 0), &sandbox);
    let (ruled, digest, _) = natively(&folder(&wasm, RULES), &sandbox);
    let calls = (conversations * RULES as u64) as f64;
    let native_us = (ruled - bare) * 1e3 / calls;
    let (bare, _) = in_v8(&generated, &without, &artefact);
    let (ruled, told) = in_v8(&generated, &with, &artefact);
    assert_eq!(told, digest, "the same events in both");
    let v8_us = (ruled - bare) * 1e3 / calls;
    println!("module: a call in a simulation takes {native_us:.1} µs natively, {v8_us:.1} µs in V8");
    ratios.figure("a call in V8", v8_us, "µs");
    ratios.told("a call in V8, of native", v8_us / native_us);
}

/// `examples/erlang` with the rule so many times.
fn folder(wasm: &[u8], rules: usize) -> TenantFolder {
    let mut folder = example("erlang").unwrap();
    let groups = folder.files.get_mut("groups.toml").unwrap();
    groups.extend_from_slice(b"\n[[group]]\nslug = \"vip\"\nname = \"VIP\"\n");
    for rule in 1..=rules {
        folder.files.insert(format!("rules/{rule}-vip-value.wasm"), wasm.to_vec());
        folder.files.insert(format!("rules/{rule}-vip-value.toml"), b"name = \"VIP\"\n".to_vec());
    }
    folder
}

fn write(to: &Path, folder: &TenantFolder) {
    for (path, content) in &folder.files {
        let file = to.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
}

/// The median of the runs in milliseconds, the digest, and how many conversations there were.
fn natively(folder: &TenantFolder, sandbox: &Sandbox) -> (f64, String, u64) {
    let compiled = Ruleset::compile(folder, None, sandbox);
    let ruleset = compiled.ruleset.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
    let source = compiled.source.unwrap();
    let scenario = read_scenario(SCENARIO, &source.scenarios[SCENARIO], ruleset.directory()).0.unwrap();
    let mut took = Vec::new();
    let mut report = None;
    for _ in 0..RUNS {
        let begun = Instant::now();
        report = Some(simulate(&ruleset, &scenario, SEED, &mut Unobserved));
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let report = report.unwrap();
    (median(took), report.digest, report.conversations)
}

/// The median of the runs in milliseconds, and the digest.
fn in_v8(generated: &Path, tenant: &Path, artefact: &Path) -> (f64, String) {
    let output = Command::new("node")
        .arg(repository().join("tests/benches/module/v8.mjs"))
        .args([generated, tenant, artefact])
        .args([SCENARIO, &SEED.to_string(), &RUNS.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let took = told["took"].as_array().unwrap().iter().map(|ms| ms.as_f64().unwrap()).collect();
    (median(took), told["digest"].as_str().unwrap().to_owned())
}

/// Without the first, which warms up.
fn median(mut took: Vec<f64>) -> f64 {
    took.remove(0);
    took.sort_by(f64::total_cmp);
    took[took.len() / 2]
}
