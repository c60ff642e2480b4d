//! What an analysis says about small tenants. The planted faults under `tests/` are the larger half of this.

use super::*;
use crate::explain::explain;
use crate::rules::NoModules;

const TENANT: &str = r#"
    name = "小店"
    zone = "Asia/Shanghai"
    default_group = "general"
    fallback = ["leave-message"]
    [[channel]]
    slug = "website"
    [[channel]]
    slug = "app"
    [hours.day]
    weekly = { mon-fri = ["09:00-18:00"] }
    [hours.late]
    weekly = { mon-fri = ["09:00-20:00"] }
"#;
const GROUPS: &str = "[[group]]\nslug = \"general\"\nhours = \"day\"\n\n[[group]]\nslug = \"after-sales\"\n";
const AGENTS: &str = r#"
    [[agent]]
    slug = "wang-fang"
    groups = ["general", "after-sales"]
    shift = "late"
    [[agent]]
    slug = "li-lei"
    groups = ["general", "after-sales"]
    shift = "late"
"#;
const REFUND: &str = "[when.keywords]\nany = [\"退款\"]\n[then]\ngroup = \"after-sales\"\n";

fn folder(changes: &[(&str, &str)]) -> TenantFolder {
    let base = [
        ("tenant.toml", TENANT),
        ("groups.toml", GROUPS),
        ("agents.toml", AGENTS),
        ("rules/20-refund.toml", REFUND),
    ];
    let files = base.iter().chain(changes).map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    TenantFolder { files: files.collect() }
}

fn faults(changes: &[(&str, &str)]) -> Vec<AnalysisFinding> {
    let analysis = analyse(&folder(changes), &NoModules, Effort::default()).unwrap();
    assert_eq!(analysis.bounds, Vec::<String>::new());
    analysis.findings.into_iter().filter(|found| found.grade == FindingGrade::Fault).collect()
}

#[track_caller]
fn one(changes: &[(&str, &str)]) -> AnalysisFinding {
    let [fault]: [AnalysisFinding; 1] = faults(changes).try_into().unwrap();
    let subject = Subject::new(&folder(changes), &NoModules).unwrap();
    if let Some(witness) = &fault.witness {
        assert!(explain(&subject.ruleset, &witness.visit).is_ok(), "{fault:?}");
    }
    fault
}

#[test]
fn a_sound_tenant_has_no_fault() {
    assert_eq!(faults(&[]), []);
}

#[test]
fn rules_that_exclude_themselves_are_proved() {
    let words = "[when.keywords]\nany = [\"退款政策\"]\nnone = [\"退款\"]\n[then]\ntags = [\"x\"]\n";
    let fault = one(&[("rules/30-policy.toml", words)]);
    assert_eq!((fault.kind, fault.status), (FindingKind::UnreachableRule, FindingStatus::Proved));
    assert_eq!(fault.witness.unwrap().shows, "all else holds, and `30-policy` fails at `keywords.none`");
    let hours = "[when]\nhours = \"day\"\nhours_closed = \"late\"\n[then]\ntags = [\"x\"]\n";
    let fault = one(&[("rules/30-hours.toml", hours)]);
    assert_eq!(
        fault.message,
        "rule `30-hours` never holds: whenever the hours `day` are open, `late` are open too"
    );
    assert!(fault.witness.is_some());
}

#[test]
fn a_rule_that_never_wins_is_told_with_the_rule_that_does() {
    let rule = "[when.keywords]\nany = [\"退款政策\"]\n[then]\ngroup = \"general\"\n";
    let fault = one(&[("rules/30-policy.toml", rule)]);
    assert_eq!((fault.kind, fault.status), (FindingKind::ShadowedRule, FindingStatus::Proved));
    let slugs: Vec<&str> = fault.concerns.iter().map(|concern| concern.slug.as_str()).collect();
    assert_eq!(slugs, ["30-policy", "20-refund"]);
    assert_eq!(fault.witness.unwrap().visit.text, "退款政策");
    // To set the same is no fault, and neither is to come first.
    assert_eq!(faults(&[("rules/30-policy.toml", &rule.replace("general", "after-sales"))]), []);
    assert_eq!(faults(&[("rules/10-policy.toml", rule)]), []);
}

#[test]
fn scripts_are_known_by_what_they_do() {
    let silent = "fn route(conversation, customer, desk) { if customer.vip > 300 { return priority(9); } }";
    let fault = one(&[("rules/30-vip.rhai", silent)]);
    assert_eq!((fault.kind, fault.status), (FindingKind::NeverFired, FindingStatus::Unknown));
    let failing = "fn route(conversation, customer, desk) { if customer.vip == 7 { return priority(1 / 0); } tag(\"x\") }";
    let fault = one(&[("rules/30-vip.rhai", failing)]);
    assert_eq!((fault.kind, fault.status), (FindingKind::FailingRule, FindingStatus::Witnessed));
    assert_eq!(fault.witness.unwrap().visit.vip, 7, "a number that the script mentions");
    let greedy = "fn route(conversation, customer, desk) { if conversation.channel != \"app\" { return to_group(\"general\"); } to_group(\"general\").tag(\"app\") }";
    let fault = one(&[("rules/10-all.rhai", greedy)]);
    assert_eq!((fault.kind, fault.status), (FindingKind::OneGroup, FindingStatus::Witnessed));
    let picky = "fn route(conversation, customer, desk) { if customer.vip > 2 { return priority(9); } }";
    assert_eq!(faults(&[("rules/30-vip.rhai", picky)]), []);
}

#[test]
fn a_bound_that_is_reached_is_part_of_the_result() {
    let effort = Effort { decisions_max: 2, visits_max: 0, ..Effort::default() };
    let rule = "[when.keywords]\nany = [\"退款政策\"]\n[then]\ngroup = \"general\"\n";
    let analysis = analyse(&folder(&[("rules/30-policy.toml", rule)]), &NoModules, effort).unwrap();
    assert_eq!(analysis.bounds, ["0 visits let in at a desk", "2 conversations decided by the rules"]);
    let fault = analysis.of_grade(FindingGrade::Fault).next().unwrap();
    assert_eq!((fault.status, &fault.witness), (FindingStatus::Proved, &None));
}

#[test]
fn a_folder_that_does_not_compile_says_why() {
    let broken = analyse(
        &folder(&[("groups.toml", "[[group]]\nslug = \"general\"\n")]),
        &NoModules,
        Effort::default(),
    );
    assert!(broken.is_err_and(|diagnostics| !diagnostics.is_empty()));
}
