//! Blame: thirty tenants in which one change among a dozen harmless ones made a visit go wrong, or a figure get worse.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the findings are for people to read")]

mod planted_tenant;

use planted_tenant::{Edit, base, edited};
use pointsman_engine::blame::{Aspect, ChangedPart, Question, blame};
use pointsman_engine::explain::Visit;
use pointsman_engine::rules::NoModules;
use pointsman_engine::simulation::compare::Measure;
use pointsman_engine::tenant::TenantFolder;
use pointsman_tests::repository;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The part and its name, such as `rule 20-refund`.
    culprit: String,
    #[serde(default)]
    edit: Vec<Edit>,
    #[serde(default)]
    file: Vec<File>,
    #[serde(default)]
    remove: Vec<String>,
    visit: Option<Visit>,
    aspect: Option<Aspect>,
    kpi: Option<Measure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    text: String,
}

/// Changes that no question of these is about.
fn with_decoys(mut folder: TenantFolder) -> TenantFolder {
    let rule = "[when.keywords]\nany = [\"评价\"]\n\n[then]\ntags = [\"评价\"]\n";
    let wait = "hooks = [\"on_wait\"]\nwait_after = [\"10m\"]\n\n[then]\nreply = \"还在排队。\"\n";
    for (path, text) in [
        ("rules/80-review.toml", rule),
        ("rules/81-card.toml", &rule.replace("评价", "礼品卡")),
        ("rules/90-waiting.toml", wait),
    ] {
        folder.files.insert(path.to_owned(), text.as_bytes().to_vec());
    }
    for (path, find, replace) in [
        ("tenant.toml", "name = \"小铺\"", "name = \"小铺子\"\npriority_ageing = \"90s\""),
        ("tenant.toml", "[entries]\n", "[entries]\n\"新客\" = \"presale\"\n"),
        (
            "tenant.toml",
            "skills = [\"refund\", \"sizing\"]",
            "skills = [\"refund\", \"sizing\", \"invoice\"]",
        ),
        ("groups.toml", "slug = \"vip\"\n", "slug = \"vip\"\nname = \"专席\"\ntarget_wait = \"15s\"\n"),
        ("groups.toml", "slug = \"general\"\n", "slug = \"general\"\nname = \"综合\"\n"),
        ("agents.toml", "slug = \"tang-xue\"\n", "slug = \"tang-xue\"\nname = \"唐雪\"\n"),
        ("agents.toml", "slug = \"luo-dan\"\n", "slug = \"luo-dan\"\nname = \"罗丹\"\n"),
        ("rules/50-night.toml", "name = \"夜间留言提示\"", "name = \"夜间提示\""),
    ] {
        let text = String::from_utf8(folder.files.remove(path).unwrap()).unwrap();
        assert_eq!(text.matches(find).count(), 1, "`{find}` in {path}");
        folder.files.insert(path.to_owned(), text.replace(find, replace).into_bytes());
    }
    folder
}

fn part(part: ChangedPart) -> &'static str {
    match part {
        ChangedPart::Rule => "rule",
        ChangedPart::Group => "group",
        ChangedPart::Agent => "agent",
        ChangedPart::KeywordTable => "keyword table",
        ChangedPart::Setting => "setting",
        ChangedPart::File => "file",
    }
}

#[test]
fn the_change_is_named_in_at_least_28_of_30_cases() {
    let text = std::fs::read_to_string(repository().join("tests/data/blame/cases.toml")).unwrap();
    let Cases { case: cases } = toml::from_str(&text).unwrap();
    assert_eq!(cases.len(), 30);
    let good = base();
    let mut named = 0;
    for case in &cases {
        let mut bad = edited(base(), &case.edit);
        case.remove.iter().for_each(|path| drop(bad.files.remove(path).unwrap()));
        bad.files.extend(case.file.iter().map(|file| (file.path.clone(), file.text.clone().into_bytes())));
        let bad = with_decoys(bad);
        let question = match (&case.visit, case.kpi) {
            (Some(visit), None) => Question::Visit { visit: visit.clone(), aspect: case.aspect },
            (None, Some(measure)) => {
                Question::Kpi { scenario: "day".to_owned(), measure, group: None, seeds: vec![1, 2] }
            }
            _ => panic!("{}: a visit or a figure", case.name),
        };
        match blame(&[&good, &bad], &question, &NoModules) {
            Ok(found) => {
                let culprits: Vec<String> = found
                    .culprits
                    .iter()
                    .map(|change| format!("{} {}", part(change.part), change.name))
                    .collect();
                let is_right =
                    culprits == [case.culprit.as_str()] && found.others.is_empty() && found.certain;
                named += u32::from(is_right);
                let mark = if is_right { "✓" } else { "✗" };
                println!(
                    "{mark} {}: {} → {}: {culprits:?} of {} changes, {} trials, certain: {}",
                    case.name, found.good, found.bad, found.changes, found.trials, found.certain
                );
                assert!(found.changes >= 10, "the decoys are there: {}", found.changes);
            }
            Err(error) => println!("✗ {}: {error}", case.name),
        }
    }
    println!("{named} of {}", cases.len());
    assert!(named >= 28, "{named} of {}", cases.len());
}

/// Nothing is blamed for what did not change.
#[test]
fn harmless_changes_are_blamed_for_nothing() {
    let (good, bad) = (base(), with_decoys(base()));
    for text in ["我要退款", "有没有大一点的尺码", "你好"] {
        let visit = Visit { text: text.to_owned(), ..Visit::default() };
        let found = blame(&[&good, &bad], &Question::Visit { visit, aspect: None }, &NoModules);
        assert!(found.is_err(), "{text}: {found:?}");
    }
}
