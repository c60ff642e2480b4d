//! The example tenants are what people see first: they must be without a fault and keep what they promise.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use pointsman_engine::id::HoursId;
use pointsman_engine::model::{Agent, Directory};
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::rules::{Hook, RuleBody, RuleSource, Ruleset, TestOutcome, run_tests};
use pointsman_engine::simulation::{Kpi, Scenario, Unobserved, read_scenario, simulate};
use pointsman_engine::tenant::TenantSource;
use pointsman_engine::time::Timestamp;
use pointsman_tests::{example, repository};

fn names() -> Vec<String> {
    let folders = std::fs::read_dir(repository().join("examples")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("tenant.toml").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new().unwrap())
}

#[track_caller]
fn clean(name: &str) -> (TenantSource, Ruleset) {
    let compiled = Ruleset::compile(&example(name).unwrap(), None, sandbox());
    let found: Vec<String> = compiled.diagnostics.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "examples/{name} is not clean:\n{}", found.join("\n"));
    (compiled.source.unwrap(), compiled.ruleset.unwrap())
}

fn tiers(directory: &Directory) -> BTreeSet<u8> {
    directory.agents.iter().filter(|agent| agent.receives).map(|agent| agent.tier).collect()
}

fn scripts(rules: &[RuleSource]) -> usize {
    rules.iter().filter(|rule| matches!(rule.body, RuleBody::Script { .. })).count()
}

/// The distinct keywords of keyword rules, tables spelled out.
fn keywords(rules: &[RuleSource]) -> BTreeSet<&str> {
    let of_rule = |rule: &RuleSource| matches!(rule.body, RuleBody::Effects(_));
    let conditions = rules.iter().filter(|rule| of_rule(rule)).filter_map(|rule| rule.when.keywords.as_ref());
    conditions
        .flat_map(|when| when.any.iter().chain(&when.all))
        .map(|keyword| keyword.text.as_str())
        .collect()
}

#[test]
fn every_example_is_without_a_finding() {
    let names = names();
    assert_eq!(names, ["erlang", "marketplace", "saas-en", "shop"]);
    for name in names {
        clean(&name);
    }
}

#[test]
fn every_rule_test_of_every_example_holds() {
    for name in names() {
        let (source, ruleset) = clean(&name);
        let outcomes = run_tests(&ruleset, &source.tests);
        let failed: Vec<String> = outcomes
            .iter()
            .filter_map(|outcome| outcome.diagnostic())
            .map(|found| found.to_string())
            .collect();
        assert!(failed.is_empty(), "examples/{name}:\n{}", failed.join("\n"));
    }
}

/// A rule test must miss each rule. (Agents are not ranked in rule tests.)
#[test]
fn no_rule_of_an_example_can_be_emptied_unnoticed() {
    for name in ["shop", "saas-en", "marketplace"] {
        let (source, ruleset) = clean(name);
        let mut unnoticed = Vec::new();
        for (at, rule) in source.rules.iter().enumerate().filter(|(_, rule)| rule.hooks != [Hook::Rank]) {
            let mut emptied = source.clone();
            emptied.rules[at].body = RuleBody::Effects(Vec::new());
            let changed = Ruleset::from_source(&emptied, ruleset.revision(), sandbox()).0.unwrap();
            if run_tests(&changed, &emptied.tests).iter().all(TestOutcome::passed) {
                unnoticed.push(rule.slug.as_str());
            }
        }
        assert!(unnoticed.is_empty(), "examples/{name}: no rule test misses {unnoticed:?}");
    }
}

#[test]
fn shop_is_as_large_as_promised() {
    let (shop, _) = clean("shop");
    let directory = &shop.directory;
    let receiving = directory.agents.iter().filter(|agent| agent.receives).count();
    assert!(directory.groups.len() >= 6, "{} groups", directory.groups.len());
    assert!(receiving >= 16, "{receiving} agents who receive");
    assert_eq!(tiers(directory), BTreeSet::from([1, 2, 3]));
    let with_keywords = shop.rules.iter().filter(|rule| rule.when.keywords.is_some()).count();
    let keywords = keywords(&shop.rules).len();
    assert!(keywords >= 60, "{keywords} keywords");
    assert!(with_keywords >= 12, "{with_keywords} rules with keywords");
    assert_eq!(scripts(&shop.rules), 4);
    assert!(shop.tests.len() >= 20, "{} rule tests", shop.tests.len());
    let scenarios: Vec<&str> = shop.scenarios.keys().map(String::as_str).collect();
    assert_eq!(scenarios, ["ad-campaign", "night", "product-incident", "promo-peak", "weekday"]);
}

#[test]
fn saas_en_asks_for_skills_and_languages_in_few_groups() {
    let (saas, _) = clean("saas-en");
    assert!(saas.directory.groups.len() <= 4);
    assert_eq!(tiers(&saas.directory), BTreeSet::from([1, 2, 3]));
    let languages: Vec<&str> =
        saas.directory.skills.iter().filter_map(|skill| skill.slug.strip_prefix("language:")).collect();
    assert_eq!(BTreeSet::from_iter(languages), BTreeSet::from(["de", "en", "fr"]));
    assert!(saas.tests.len() >= 10 && scripts(&saas.rules) >= 2);
}

/// What stands beside a module's settings is what its source was built to.
#[test]
fn the_modules_of_marketplace_are_the_built_examples() {
    let marketplace = example("marketplace").unwrap();
    let mut built = BTreeSet::new();
    for (path, wasm) in marketplace.files.iter().filter(|(path, _)| path.ends_with(".wasm")) {
        let settings = String::from_utf8(marketplace.files[&path.replace(".wasm", ".toml")].clone()).unwrap();
        let modules = repository().join("examples/modules");
        let source = std::fs::read_dir(modules.join("built")).unwrap().map(|entry| entry.unwrap().path());
        let same = source.filter(|file| file.is_file()).find(|file| std::fs::read(file).unwrap() == *wasm);
        assert!(same.is_some(), "{path} is not in examples/modules/built");
        let same = same.unwrap();
        let name = same.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_named = settings.contains(&format!("examples/modules/{name} "))
            || settings.contains("The same module as 100-escalate");
        assert!(is_named, "{path} does not say that its source is {name}");
        built.insert(name);
    }
    let used: Vec<&str> = built.iter().map(String::as_str).collect();
    let all = ["escalate", "fraud-score", "language-router", "office-hours", "rank-by-skill", "vip-value"];
    assert_eq!(used, all);
}

/// What of `open` none of the ranges covers.
fn uncovered(open: &[Range<Timestamp>], mut by: Vec<Range<Timestamp>>) -> Vec<Range<Timestamp>> {
    by.sort_by_key(|range| range.start);
    let mut gaps = Vec::new();
    for open in open {
        let mut at = open.start;
        for range in &by {
            if range.start > at && range.start < open.end && at < open.end {
                gaps.push(at..range.start);
            }
            at = at.max(range.end);
        }
        if at < open.end {
            gaps.push(at..open.end);
        }
    }
    gaps
}

/// Whoever comes while a group is open meets somebody on shift, on every day of the year, whatever the clocks do (R73).
#[test]
fn while_a_group_is_open_somebody_is_on_shift() {
    // 2026 in UTC.
    let year = Timestamp(1_767_225_600_000)..Timestamp(1_798_761_600_000);
    for name in ["shop", "saas-en", "marketplace"] {
        let (source, _) = clean(name);
        let directory = &source.directory;
        let ranges = |hours: Option<HoursId>| match hours.and_then(|id| directory.hours(id)) {
            Some(plan) => plan.hours.compile().unwrap().open_ranges(year.start, year.end).collect(),
            None => vec![year.clone()],
        };
        for group in &directory.groups {
            let is_of_group = |agent: &&Agent| {
                let mut above = agent.groups.iter().flat_map(|seat| directory.group_and_above(seat.group));
                agent.receives && above.any(|at| at == group.id)
            };
            let staff = directory.agents.iter().filter(is_of_group);
            let gaps = uncovered(&ranges(group.hours), staff.flat_map(|agent| ranges(agent.shift)).collect());
            let gaps: Vec<String> = gaps.iter().map(|gap| format!("{} to {}", gap.start, gap.end)).collect();
            assert!(
                gaps.is_empty(),
                "examples/{name}: nobody is on shift in `{}`:\n{}",
                group.slug,
                gaps.join("\n")
            );
        }
    }
}

fn scenario(tenant: &str, name: &str) -> (Ruleset, Scenario) {
    let (source, ruleset) = clean(tenant);
    let (scenario, findings) = read_scenario(name, &source.scenarios[name], ruleset.directory());
    assert!(findings.is_empty(), "examples/{tenant}: {findings:?}");
    (ruleset, scenario.unwrap())
}

/// The figures of one seed; which one must not matter.
fn kpi(tenant: &str, name: &str, seed: u64) -> Kpi {
    let (ruleset, scenario) = scenario(tenant, name);
    let report = simulate(&ruleset, &scenario, seed, &mut Unobserved);
    let failed: Vec<_> = report.rules.iter().filter(|rule| rule.failures > 0).collect();
    assert!(failed.is_empty(), "examples/{tenant}: rules fail in `{name}`: {failed:?}");
    let all = &report.kpi.all;
    println!(
        "{tenant}/{name} seed {seed}: {} conversations, service level {:.3}, abandonment {:.3}, fallback {:.3}, \
         by rule to a bot or form {:.3}, occupancy {:.3}, misrouted {:.3}, p90 {} s, most waiting {}",
        all.conversations,
        all.service_level,
        all.abandonment,
        all.fallback_share,
        all.diverted as f64 / all.conversations as f64,
        report.kpi.occupancy,
        report.kpi.misrouted,
        all.wait.ms_p90 / 1000,
        report.kpi.queue_max,
    );
    report.kpi
}

fn service_level(kpi: &Kpi, group: &str) -> f64 {
    kpi.groups.iter().find(|kpi| kpi.group == group).unwrap().figures.service_level
}

#[track_caller]
fn within(figure: f64, range: std::ops::RangeInclusive<f64>) {
    assert!(range.contains(&figure), "{figure} is not within {range:?}");
}

#[test]
fn the_scenarios_of_shop_show_what_their_readme_says() {
    for seed in [1, 7, 42] {
        let weekday = kpi("shop", "weekday", seed);
        within(weekday.all.service_level, 0.80..=0.93);
        within(weekday.all.abandonment, 0.0..=0.08);
        let peak = kpi("shop", "promo-peak", seed);
        within(peak.all.service_level, 0.45..=0.72);
        within(peak.all.abandonment, 0.10..=0.30);
        assert!(peak.all.wait.ms_p90 > weekday.all.wait.ms_p90);
        let night = kpi("shop", "night", seed);
        let not_with_people = night.all.fell_back + night.all.diverted;
        within(not_with_people as f64 / night.all.conversations as f64, 0.5..=0.8);
        within(service_level(&peak, "vip"), 0.85..=1.0);
        let incident = kpi("shop", "product-incident", seed);
        within(incident.all.service_level, 0.25..=0.75);
        within(service_level(&incident, "after-sales"), 0.1..=0.45);
        let campaign = kpi("shop", "ad-campaign", seed);
        within(campaign.all.service_level, 0.7..=0.82);
        within(service_level(&campaign, "presale"), 0.55..=0.72);
        within(service_level(&night, "complaints"), 0.9..=1.0);
    }
}

#[test]
fn the_scenarios_of_saas_en_show_what_their_readme_says() {
    for seed in [1, 7, 42] {
        let weekday = kpi("saas-en", "weekday", seed);
        within(weekday.all.service_level, 0.80..=0.95);
        let incident = kpi("saas-en", "incident", seed);
        within(incident.all.service_level, 0.50..=0.78);
        assert!(incident.queue_max > 2 * weekday.queue_max);
    }
}

#[test]
fn the_scenarios_of_marketplace_show_what_their_readme_says() {
    for seed in [1, 7, 42] {
        let weekday = kpi("marketplace", "weekday", seed);
        within(weekday.all.service_level, 0.80..=0.97);
        let wave = kpi("marketplace", "fraud-wave", seed);
        let finance = |kpi: &Kpi| kpi.groups.iter().find(|kpi| kpi.group == "finance").unwrap().queue_max;
        println!(
            "most waiting for finance: {} on a weekday, {} in the wave",
            finance(&weekday),
            finance(&wave)
        );
        assert!(finance(&wave) > 2 * finance(&weekday));
        within(wave.all.service_level, 0.55..=0.85);
    }
}

/// The guards and the hooks say when a module is asked: most of them seldom.
#[test]
fn the_modules_of_marketplace_are_all_asked_and_cost_little() {
    let (ruleset, scenario) = scenario("marketplace", "weekday");
    let report = simulate(&ruleset, &scenario, 7, &mut Unobserved);
    for rule in &report.rules {
        let Some(cost) = &rule.cost else { continue };
        println!(
            "{:<28} {:>6} calls, fuel {:>8.0} mean {:>8} max",
            rule.name, cost.calls, cost.cost_mean, cost.cost_max
        );
        assert!(
            cost.calls > 0 && cost.calls < report.conversations * 3,
            "{}: {} calls",
            rule.name,
            cost.calls
        );
        assert!(cost.cost_max < 1_000_000, "{}: {} units of fuel", rule.name, cost.cost_max);
    }
}
