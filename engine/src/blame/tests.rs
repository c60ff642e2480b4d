//! Blame on small tenants. The planted cases under `tests/` are the larger half of this.

use super::*;
use crate::explain::Visit;
use crate::rules::NoModules;

const TENANT: &str = "name = \"小店\"\nzone = \"Asia/Shanghai\"\ndefault_group = \"general\"\nfallback = [\"leave-message\"]\n[[channel]]\nslug = \"website\"\n";
const GROUPS: &str = "[[group]]\nslug = \"general\"\n[[group]]\nslug = \"after-sales\"\n";
const AGENTS: &str = "[[agent]]\nslug = \"wang-fang\"\ngroups = [\"general\"]\n[[agent]]\nslug = \"li-lei\"\ngroups = [\"after-sales\"]\n";
const REFUND: &str = "[when.keywords]\nany = [\"退款\"]\n[then]\ngroup = \"after-sales\"\n";
const OTHER: &str = "[when.keywords]\nany = [\"发票\"]\n[then]\ntags = [\"发票\"]\n";

fn folder(changes: &[(&str, &str)]) -> TenantFolder {
    let base = [
        ("tenant.toml", TENANT),
        ("groups.toml", GROUPS),
        ("agents.toml", AGENTS),
        ("rules/20-refund.toml", REFUND),
    ];
    let files = base.iter().chain(changes).filter(|(_, text)| !text.is_empty());
    TenantFolder { files: files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect() }
}

fn refund() -> Question {
    Question::Visit { visit: Visit { text: "我要退款".to_owned(), ..Visit::default() }, aspect: None }
}

fn names(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.name.as_str()).collect()
}

#[test]
fn one_rule_among_others_is_to_blame() {
    let bad = folder(&[
        ("rules/20-refund.toml", &REFUND.replace("退款", "退货")),
        ("rules/30-invoice.toml", OTHER),
        ("agents.toml", &AGENTS.replace("li-lei\"\n", "li-lei\"\nname = \"李雷\"\n")),
    ]);
    let blame = blame(&[&folder(&[]), &bad], &refund(), &NoModules).unwrap();
    assert_eq!(names(&blame.culprits), ["20-refund"]);
    assert_eq!((blame.aspect, blame.changes, blame.certain), (Some(Aspect::Target), 3, true));
    let told = |answered: &Answered| answered.to_string();
    assert_eq!([&blame.good, &blame.bad].map(told), ["the group after-sales", "the group general"]);
    assert_eq!(blame.culprits[0].line, Some(2));
    assert_eq!(
        [blame.with, blame.without].map(|answered| answered.as_ref().map(told)),
        [Some("the group general".to_owned()), Some("the group after-sales".to_owned())]
    );
}

#[test]
fn two_changes_that_only_hurt_together_are_both_to_blame() {
    // One rule tags, the other acts on … the priority that a second file lowers: neither does it alone.
    let vip = "[when]\nentry = [\"refund\"]\n[then]\ngroup = \"general\"\n";
    let tenant = format!("{TENANT}[entries]\nrefund = \"after-sales\"\n");
    let good = folder(&[
        ("tenant.toml", &tenant),
        ("rules/10-entry.toml", vip),
        ("rules/05-all.toml", &REFUND.replace("退款", "退")),
    ]);
    let narrowed = REFUND.replace("退款", "退货退款");
    let bad = folder(&[
        ("tenant.toml", &tenant),
        ("rules/10-entry.toml", vip),
        ("rules/05-all.toml", &REFUND.replace("退款", "退换")),
        ("rules/20-refund.toml", &narrowed),
        ("rules/30-invoice.toml", OTHER),
    ]);
    let blame = blame(&[&good, &bad], &refund(), &NoModules).unwrap();
    assert_eq!(names(&blame.culprits), ["05-all", "20-refund"]);
    assert!(blame.certain);
}

#[test]
fn the_first_bad_revision_is_found_though_one_does_not_compile() {
    let broken = folder(&[("groups.toml", "[[group]]\nslug = 3\n")]);
    let narrowed = REFUND.replace("退款", "退货");
    let revisions = [
        folder(&[]),
        folder(&[("rules/30-invoice.toml", OTHER)]),
        broken,
        folder(&[("rules/30-invoice.toml", OTHER), ("rules/40-more.toml", OTHER)]),
        folder(&[
            ("rules/30-invoice.toml", OTHER),
            ("rules/40-more.toml", OTHER),
            ("rules/20-refund.toml", &narrowed),
        ]),
        folder(&[("rules/30-invoice.toml", ""), ("rules/20-refund.toml", &narrowed)]),
    ];
    let revisions: Vec<&TenantFolder> = revisions.iter().collect();
    let blame = blame(&revisions, &refund(), &NoModules).unwrap();
    assert_eq!(blame.revisions, Some((3, 4)));
    assert_eq!(names(&blame.culprits), ["20-refund"]);
    assert_eq!(blame.changes, 1);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let (good, bad) = (folder(&[]), folder(&[("rules/30-invoice.toml", OTHER)]));
    assert_eq!(blame(&[&good, &bad], &refund(), &NoModules), Err(BlameError::SameAnswer));
    assert_eq!(blame(&[&good], &refund(), &NoModules), Err(BlameError::TooFewRevisions));
    let kpi = Question::Kpi {
        scenario: "day".to_owned(),
        measure: Measure::ServiceLevel,
        group: None,
        seeds: vec![1],
    };
    assert_eq!(blame(&[&good, &bad], &kpi, &NoModules), Err(BlameError::NoScenario("day".to_owned())));
}
