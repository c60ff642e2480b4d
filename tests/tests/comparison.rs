//! A comparison tells the truth: the interval of a known difference covers it as often as it says, nothing differs from
//! itself, and what goes elsewhere is named with the rule that sends it there.
#![cfg(test)]
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test fails loudly, and says what it saw"
)]

use std::collections::BTreeSet;

use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::compare::{
    Cause, Changes, Comparison, DecidedBy, Measure, Pair, PairRun, Verdict,
};
use pointsman_engine::simulation::erlang::Erlang;
use pointsman_engine::simulation::{Scenario, read_scenario};
use pointsman_engine::tenant::TenantFolder;
use pointsman_tests::{example, repository};
use rayon::prelude::*;

/// The mean wait of M/M/c in milliseconds: Erlang's C formula ÷ (c μ − λ).
fn erlang_c_wait_ms(erlang: Erlang) -> f64 {
    let offered = erlang.load() * f64::from(erlang.agents);
    let mut blocked = 1.0;
    for server in 1..=erlang.agents {
        let carried = offered * blocked;
        blocked = carried / (f64::from(server) + carried);
    }
    let load = erlang.load();
    let waits = blocked / (1.0 - load * (1.0 - blocked));
    waits * erlang.handle_ms_mean / (f64::from(erlang.agents) * (1.0 - load))
}

fn pairs(
    live: (&Ruleset, &Scenario),
    candidate: (&Ruleset, &Scenario),
    seeds: std::ops::Range<u64>,
) -> Vec<Pair> {
    let of_seed = |seed| {
        let mut run = PairRun::new(live, candidate, seed);
        run.run();
        run.pair(&Changes::default())
    };
    seeds.map(of_seed).collect()
}

#[test]
fn the_interval_of_one_agent_fewer_covers_what_erlang_says() {
    let live =
        Erlang { arrivals_per_hour: 840.0, handle_ms_mean: 30_000.0, agents: 10, patience_ms_mean: None };
    let candidate = Erlang { agents: 9, ..live };
    let truth_ms = erlang_c_wait_ms(candidate) - erlang_c_wait_ms(live);
    let (with, without) = (live.ruleset(), candidate.ruleset());
    let scenario = live.scenario(20_000, 3_600_000);
    let repeated = (0..100).into_par_iter().map(|repetition| {
        let seeds = repetition * 10 + 1..repetition * 10 + 11;
        let compared = Comparison::new(&pairs((&with, &scenario), (&without, &scenario), seeds));
        assert!(compared.sound);
        compared.difference(Measure::WaitMean, None).expect("it is compared").difference
    });
    let (mut covered, mut half_width_ms, mut mean_ms) = (0, 0.0, 0.0);
    for wait in repeated.collect::<Vec<_>>() {
        covered += u32::from(wait.covers(truth_ms));
        mean_ms += wait.mean / 100.0;
        half_width_ms += wait.half_width.expect("ten seeds") / 100.0;
    }
    println!(
        "true difference {truth_ms:.1} ms; mean of 100 {mean_ms:.1} ± {half_width_ms:.1} ms; covered {covered} of 100"
    );
    assert!(covered >= 93, "{covered} of 100 intervals cover the true difference");
    // An interval that is as wide as the world would cover everything.
    assert!(half_width_ms < truth_ms / 2.0, "± {half_width_ms} ms says nothing about {truth_ms} ms");
}

fn compiled(folder: &TenantFolder) -> (Ruleset, Scenario) {
    let compiled = Ruleset::compile(folder, None, &NoModules);
    let source = compiled.source.expect("a sound folder");
    let ruleset = compiled.ruleset.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let text = &source.scenarios["weekday"];
    let (scenario, found) = read_scenario("weekday", text, ruleset.directory());
    (ruleset, scenario.unwrap_or_else(|| panic!("{found:?}")))
}

#[test]
fn nothing_differs_from_itself() {
    let (ruleset, scenario) = compiled(&example("shop").expect("the example"));
    let compared = Comparison::new(&pairs((&ruleset, &scenario), (&ruleset, &scenario), 1..3));
    assert!(compared.moved.compared > 1_000.0);
    assert_eq!((compared.moved.elsewhere, compared.moved.ways.len()), (0.0, 0));
    assert!(
        compared.differences.iter().all(|told| told.verdict == Verdict::Same),
        "{:?}",
        compared.differences
    );
    assert_eq!(compared.live_flows, compared.candidate_flows);
    let flowed: f64 = compared.live_flows.iter().map(|flow| flow.conversations).sum();
    assert!((flowed - compared.moved.compared).abs() < 1e-6, "every conversation is in one flow");
}

#[test]
fn what_a_removed_rule_sends_elsewhere_is_named_with_that_rule() {
    let live_folder = example("shop").expect("the example");
    let mut candidate_folder = live_folder.clone();
    let rule = "rules/90-refund.toml";
    assert!(candidate_folder.files.remove(rule).is_some(), "{} has no {rule}", repository().display());
    candidate_folder.files.retain(|path, _| !path.starts_with("tests/"));
    let changes = Changes::between(&live_folder, &candidate_folder);
    assert_eq!((&changes.rules, changes.configuration), (&BTreeSet::from(["90-refund".to_owned()]), false));
    let ((live, scenario), (candidate, same)) = (compiled(&live_folder), compiled(&candidate_folder));
    let mut run = PairRun::new((&live, &scenario), (&candidate, &same), 7);
    run.run();
    let pair = run.pair(&changes);
    let moved = &pair.moved;
    println!("{} of {} go elsewhere, {} by rules", moved.elsewhere, moved.compared, moved.by_rules);
    let by_rule = moved.ways.iter().filter(|way| way.cause == Cause::Rules);
    let mut by_rules = 0.0;
    for way in by_rule {
        assert_eq!(way.by, DecidedBy::Rule("90-refund".to_owned()), "{way:?}");
        by_rules += way.conversations;
    }
    assert_eq!(by_rules, moved.by_rules);
    assert!(by_rules > 10.0);
    for example in moved.ways.iter().flat_map(|way| &way.examples) {
        assert!(
            example.live.destination != example.candidate.destination
                || example.live.agent != example.candidate.agent
        );
    }
}
