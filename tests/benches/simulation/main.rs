//! (c) Simulation in conversations a second: `erlang`, which has no rules, and `shop`, against the least that such a
//! simulation can be, a loop round a binary heap, and against the crate `nexosim`.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench")]

mod bare;
mod nexo;
#[path = "../support/mod.rs"]
mod support;
mod wasm;

use criterion::{Criterion, Throughput};
use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::erlang::Erlang;
use pointsman_engine::simulation::{Report, Scenario, Unobserved, read_scenario, simulate};
use support::{Ratios, wanted};

/// Ten agents, four fifths of their time taken.
const MODEL: Erlang =
    Erlang { arrivals_per_hour: 96.0, handle_ms_mean: 300_000.0, agents: 10, patience_ms_mean: None };
const CONVERSATIONS: u64 = 100_000;
const SEED: u64 = 7;

fn main() {
    let mut criterion = support::criterion().sample_size(10);
    let mut ratios = Ratios::new("simulation");
    compare();
    erlang(&mut criterion);
    let shop = shop(&mut criterion);
    criterion.final_summary();
    if wanted("wasm") || wanted("simulation") {
        wasm::compare(&mut ratios);
    }
    let nexosim = ["erlang/nexosim_one_model", "erlang/nexosim_two_models"]
        .into_iter()
        .filter_map(|name| Some((name, ratios.time_ns(name)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((name, _)) = nexosim {
        let what = format!("erlang as fast as {}", name.trim_start_matches("erlang/"));
        ratios.faster(&what, "erlang/pointsman", name, 1.0);
    }
    if let (Some(bare), Some(ours), Some((_, nexosim))) =
        (ratios.time_ns("erlang/bare_loop"), ratios.time_ns("erlang/pointsman"), nexosim)
    {
        ratios.told("a bare loop is faster than erlang by", ours / bare);
        ratios.told("a bare loop is faster than nexosim by", nexosim / bare);
        let each_ns = ours / CONVERSATIONS as f64;
        for (name, conversations) in shop {
            if let Some(whole) = ratios.time_ns(&format!("shop/{name}")) {
                let what = format!("a conversation of shop/{name} takes, of erlang's");
                ratios.told(&what, whole / conversations as f64 / each_ns);
            }
        }
    }
    ratios.finish();
}

fn ours() -> (Ruleset, Scenario) {
    (MODEL.ruleset(), MODEL.scenario(CONVERSATIONS, 0))
}

/// The same luck gives the same waits, and other luck nearly the same.
fn compare() {
    let bare = bare::mean_wait_ms(&MODEL, CONVERSATIONS, SEED);
    assert_eq!(nexo::mean_wait_ms_of_one(&MODEL, CONVERSATIONS, SEED), bare, "nexosim, one model");
    assert_eq!(nexo::mean_wait_ms_of_two(&MODEL, CONVERSATIONS, SEED), bare, "nexosim, two models");
    let (ruleset, scenario) = ours();
    let report = simulate(&ruleset, &scenario, SEED, &mut Unobserved);
    assert_eq!(report.conversations, CONVERSATIONS);
    let ms_mean = report.kpi.all.wait.ms_mean;
    println!("mean wait: bare loop and nexosim {bare:.0} ms, pointsman {ms_mean:.0} ms");
    assert!((ms_mean / bare - 1.0).abs() < 0.1, "pointsman {ms_mean}, bare loop {bare}");
}

fn erlang(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("erlang");
    group.throughput(Throughput::Elements(CONVERSATIONS));
    group.bench_function("bare_loop", |bencher| {
        bencher.iter(|| bare::mean_wait_ms(&MODEL, CONVERSATIONS, SEED));
    });
    group.bench_function("nexosim_one_model", |bencher| {
        bencher.iter(|| nexo::mean_wait_ms_of_one(&MODEL, CONVERSATIONS, SEED));
    });
    group.bench_function("nexosim_two_models", |bencher| {
        bencher.iter(|| nexo::mean_wait_ms_of_two(&MODEL, CONVERSATIONS, SEED));
    });
    let (ruleset, scenario) = ours();
    group.bench_function("pointsman", |bencher| bencher.iter(|| run(&ruleset, &scenario)));
    group.finish();
}

fn run(ruleset: &Ruleset, scenario: &Scenario) -> Report {
    simulate(ruleset, scenario, SEED, &mut Unobserved)
}

/// Gives the scenarios back, with the number of their conversations.
fn shop(criterion: &mut Criterion) -> Vec<(String, u64)> {
    let compiled = Ruleset::compile(&pointsman_tests::example("shop").unwrap(), None, &NoModules);
    let (ruleset, source) = (compiled.ruleset.unwrap(), compiled.source.unwrap());
    let mut group = criterion.benchmark_group("shop");
    let mut told = Vec::new();
    for (name, text) in &source.scenarios {
        let (scenario, findings) = read_scenario(name, text, ruleset.directory());
        let scenario = scenario.unwrap_or_else(|| panic!("{findings:#?}"));
        let report = run(&ruleset, &scenario);
        println!("shop/{name}: {} conversations, {} events", report.conversations, report.events);
        told.push((name.clone(), report.conversations));
        group.throughput(Throughput::Elements(report.conversations));
        group.bench_function(name.as_str(), |bencher| bencher.iter(|| run(&ruleset, &scenario)));
    }
    group.finish();
    told
}
