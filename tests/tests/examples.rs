//! The example tenants are what people see first: they must be without a fault and keep what they promise.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use pointsman_engine::model::Directory;
use pointsman_engine::rules::{RuleBody, RuleSource, Ruleset};
use pointsman_engine::tenant::TenantSource;
use pointsman_tests::{example, repository};

fn names() -> Vec<String> {
    let folders = std::fs::read_dir(repository().join("examples")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[track_caller]
fn clean(name: &str) -> (TenantSource, Ruleset) {
    let compiled = Ruleset::compile(&example(name).unwrap(), None);
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
    assert!(names.iter().any(|name| name == "shop"));
    for name in names {
        clean(&name);
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
    assert_eq!(scenarios, ["night", "promo-peak", "weekday"]);
}
