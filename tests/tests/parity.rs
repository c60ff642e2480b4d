//! What you simulate is what you ship: native and WebAssembly give the same events, to the byte.
//!
//! Random tenants with random rules, scripts and scenarios, every example, and every example and hostile module are run
//! natively and in Node; the browser test `parity.test.mjs` runs the same cases in Chromium. Modules are compiled to machine
//! code natively and interpreted in WebAssembly: their answers, their failures and their fuel must be the same. `cargo xtask test` builds the WebAssembly first.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails loudly, and says what it saw"
)]

#[path = "parity/cases.rs"]
mod cases;
#[path = "parity/guests.rs"]
mod guests;

use std::process::Command;

use cases::{Case, Digests};
use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::simulation::{Report, Unobserved, read_scenario, simulate};
use pointsman_engine::tenant::TenantFolder;
use pointsman_report::{About, Language};
use pointsman_tests::repository;

/// Seeds whose arithmetic is compared to the bit.
const ARITHMETIC_SEEDS: u32 = 16;
/// Random cases beside the examples.
const RANDOM_CASES: u64 = 200;

/// What the script prints.
#[derive(serde::Deserialize)]
struct InNode {
    cases: Vec<Digests>,
    arithmetic: Vec<String>,
}

/// As `parity.mjs` has it.
fn about(seed: u64) -> About {
    let language = if seed.is_multiple_of(2) { Language::En } else { Language::Zh };
    About { tenant: "<parity>".to_owned(), zone: "Asia/Shanghai".to_owned(), language }
}

fn run_natively(sandbox: &Sandbox, case: &Case) -> (Report, Digests) {
    let texts = case.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
    let files = texts.chain(case.modules.iter().map(|(path, wasm)| (path.clone(), wasm.0.clone()))).collect();
    let compiled = Ruleset::compile(&TenantFolder { files }, None, sandbox);
    let ruleset = compiled.ruleset.unwrap_or_else(|| panic!("{}: {:#?}", case.name, compiled.diagnostics));
    let text = &case.files[&format!("scenarios/{}.toml", case.scenario)];
    let (scenario, findings) = read_scenario(&case.scenario, text, ruleset.directory());
    let scenario = scenario.unwrap_or_else(|| panic!("{}: {findings:#?}", case.name));
    let report = simulate(&ruleset, &scenario, case.seed, &mut Unobserved);
    let digests = Digests {
        name: case.name.clone(),
        digest: report.digest.to_string(),
        revision: report.revision.to_string(),
        events: report.events,
        conversations: report.conversations,
        kpi: serde_json::to_string(&report.kpi).expect("figures are plain data"),
        rules: serde_json::to_string(&report.rules).expect("figures are plain data"),
        html: blake3::hash(pointsman_report::of_run(&report, &about(case.seed)).as_bytes()).to_string(),
    };
    (report, digests)
}

#[test]
fn native_and_webassembly_agree_to_the_byte() {
    let root = repository();
    let wasm = root.join("web-sim/app/src/generated/wasm/pointsman.js");
    assert!(wasm.exists(), "there is no {}: run `cargo xtask wasm` first", wasm.display());

    let sandbox = Sandbox::new().expect("a sandbox");
    let mut all = cases::examples(&sandbox);
    all.extend((0..RANDOM_CASES).map(cases::random));
    let mut native: Vec<Digests> = all.iter().map(|case| run_natively(&sandbox, case).1).collect();
    for guests in guests::all(&sandbox) {
        let (report, digests) = run_natively(&sandbox, &guests.case);
        guests.check(&report);
        native.push(digests);
        all.push(guests.case);
    }
    let conversations: u64 = native.iter().map(|digests| digests.conversations).sum();
    let distinct: std::collections::BTreeSet<_> = native.iter().map(|digests| &digests.digest).collect();
    assert_eq!(distinct.len(), native.len(), "two cases gave the same events: they do not test two things");
    assert!(conversations > 50_000, "only {conversations} conversations: the cases are too small to tell");

    // Where the browser test finds them too.
    let folder = root.join("target/parity");
    std::fs::create_dir_all(&folder).expect("a folder under target/");
    let cases = folder.join("cases.json");
    let arithmetic: Vec<String> =
        (0..ARITHMETIC_SEEDS).map(|seed| pointsman_engine::arithmetic::fingerprint(seed.into())).collect();
    let text =
        serde_json::to_vec(&serde_json::json!({ "cases": all, "native": native, "arithmetic": arithmetic }));
    std::fs::write(&cases, text.expect("cases are plain data")).expect("a file under target/");

    let script = root.join("web-sim/app/e2e/parity-node.mjs");
    let output = Command::new("node").arg(&script).arg(&cases).output().expect("Node.js is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let node: InNode = serde_json::from_slice(&output.stdout).expect("the script prints digests");
    assert_eq!(arithmetic, node.arithmetic, "the same calculation gives other bits in WebAssembly");
    let node = node.cases;
    for (native, node) in native.iter().zip(&node) {
        assert_eq!(native, node, "native and WebAssembly disagree");
    }
    assert_eq!(native.len(), node.len());
    println!("{} cases, {conversations} conversations: native = WebAssembly in Node", native.len());
}

#[test]
fn the_same_seed_gives_the_same_run_three_times() {
    let sandbox = Sandbox::new().expect("a sandbox");
    let case = cases::example(&sandbox, "shop", "promo-peak", 7);
    let first = run_natively(&sandbox, &case).1;
    assert_eq!(run_natively(&sandbox, &case).1, first);
    assert_eq!(run_natively(&sandbox, &case).1, first);
    println!("shop, promo-peak, seed 7: {} ({} conversations)", first.digest, first.conversations);
}
