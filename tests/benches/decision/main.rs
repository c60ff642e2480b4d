//! (a) One routing decision: twelve conditions on channel, language, VIP level, tags, hour and keywords, to a group and
//! a priority. As declarative rules and as a script of ours, against decision tables of `zen-engine` and a program of
//! `cel`. Everything is compiled beforehand, and every engine is handed the facts in its own form. All of them must
//! give the same answers before any time is taken.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench")]

mod cases;
mod cel;
mod ours;
#[path = "../support/mod.rs"]
mod support;
mod zen;

use std::collections::BTreeMap;
use std::hint::black_box;

use cases::{Answer, Case};
use criterion::{Criterion, Throughput};
use ours::Prepared;
use serde_json::json;
use support::Ratios;
use zen_engine::Variable;

const CASES: usize = 256;

fn main() {
    let mut criterion = support::criterion().sample_size(30);
    let mut ratios = Ratios::new("decision");
    measure(&mut criterion, &cases::cases(CASES));
    criterion.final_summary();

    let zen = ["decision/zen_graph", "decision/zen_policy"]
        .into_iter()
        .filter_map(|name| Some((name, ratios.time_ns(name)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((zen, _)) = zen {
        let what = zen.trim_start_matches("decision/");
        ratios.faster(&format!("rules as fast as {what}"), "decision/declarative", zen, 20.0);
        ratios.faster(&format!("script as fast as {what}"), "decision/script", zen, 2.5);
        for (what, ours) in [
            ("rules and normalisation as fast as zen", "decision/declarative_raw_text"),
            ("script and normalisation as fast as zen", "decision/script_raw_text"),
        ] {
            if let (Some(ours), Some(zen)) = (ratios.time_ns(ours), ratios.time_ns(zen)) {
                ratios.told(what, zen / ours);
            }
        }
    }
    if let Some(cel) = ratios.time_ns("decision/cel") {
        for (what, ours) in
            [("rules as fast as cel", "decision/declarative"), ("script as fast as cel", "decision/script")]
        {
            if let Some(ours) = ratios.time_ns(ours) {
                ratios.told(what, cel / ours);
            }
        }
    }
    ratios.finish();
}

fn measure(criterion: &mut Criterion, cases: &[Case]) {
    let (rules, script) = (ours::declarative(), ours::script());
    let (graph, policy) = (zen::graph(), zen::policy());
    let (program, environment) = cel::program();

    let by_rules: Vec<_> = cases.iter().map(|case| Prepared::new(case, &rules)).collect();
    let by_script: Vec<_> = cases.iter().map(|case| Prepared::new(case, &script)).collect();
    let for_graph: Vec<Variable> = cases.iter().map(|case| zen::facts(case).into()).collect();
    let for_policy: Vec<Variable> =
        cases.iter().map(|case| json!({ "conversation": zen::facts(case) }).into()).collect();
    let for_cel: Vec<_> = cases.iter().map(|case| cel::facts(case, &environment)).collect();

    let mut met = BTreeMap::<Answer, usize>::new();
    for at in 0..cases.len() {
        let answer = by_rules[at].answer(&rules);
        assert_eq!(by_script[at].answer(&script), answer, "the script, case {at}");
        assert_eq!(zen::answer(&zen::decide_graph(&graph, &for_graph[at])), answer, "the graph, case {at}");
        let result = zen::decide_policy(&policy, &for_policy[at]).dot("conversation").unwrap();
        assert_eq!(zen::answer(&result), answer, "the policy, case {at}");
        assert_eq!(cel::answer(&program, &for_cel[at]), answer, "cel, case {at}");
        *met.entry(answer).or_default() += 1;
    }
    println!("the same answers everywhere: {met:?}");
    assert_eq!(met.len(), 9, "every row and the default are met");

    let mut group = criterion.benchmark_group("decision");
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("declarative", |bencher| {
        bencher.iter(|| by_rules.iter().for_each(|facts| _ = black_box(facts.decide(&rules))));
    });
    group.bench_function("declarative_raw_text", |bencher| {
        bencher.iter(|| by_rules.iter().for_each(|facts| drop(black_box(facts.decide_raw_text(&rules)))));
    });
    group.bench_function("script", |bencher| {
        bencher.iter(|| by_script.iter().for_each(|facts| drop(black_box(facts.decide(&script)))));
    });
    group.bench_function("script_raw_text", |bencher| {
        bencher.iter(|| by_script.iter().for_each(|facts| drop(black_box(facts.decide_raw_text(&script)))));
    });
    group.bench_function("zen_graph", |bencher| {
        bencher.iter(|| {
            for_graph.iter().for_each(|facts| drop(black_box(zen::decide_graph(&graph, facts))));
        });
    });
    group.bench_function("zen_policy", |bencher| {
        bencher.iter(|| {
            for_policy.iter().for_each(|facts| drop(black_box(zen::decide_policy(&policy, facts))));
        });
    });
    group.bench_function("cel", |bencher| {
        bencher.iter(|| {
            for_cel.iter().for_each(|facts| drop(black_box(cel::decide(&program, black_box(facts)))))
        });
    });
    group.finish();
}
