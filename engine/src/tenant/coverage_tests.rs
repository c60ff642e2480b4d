//! What is proved to be never reached, what is not, and that what is proved is so.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::diagnostic::Code;
use crate::id::RuleId;
use crate::rules::{Hook, Ruleset, Situation, Trigger};
use crate::tenant::tests::{findings, folder, said};
use crate::tenant::{read, revision};
use crate::trace::{RuleOutcome, TraceLevel};

const STOP: &str = "[then]\ntags = [\"x\"]\nstop = true\n";

/// What is said about a rule 10, which stops, and a rule 20, given what stands above their `[then]`.
fn said_of(first: &str, second: &str) -> Vec<String> {
    let first = format!("{first}\n{STOP}");
    let second = format!("{second}\n{STOP}");
    said(&[
        ("rules/20-refund.toml", ""),
        ("tests/refund.toml", ""),
        ("rules/10-a.toml", &first),
        ("rules/20-b.toml", &second),
    ])
}

const NEVER: &str =
    "rules/20-b.toml R405 rule `20-b` is never reached: `10-a` stops first whenever it would match";

#[track_caller]
fn check_never(first: &str, second: &str) {
    assert_eq!(said_of(first, second), [NEVER]);
}

#[track_caller]
fn check_reached(first: &str, second: &str) {
    assert_eq!(said_of(first, second), Vec::<String>::new());
}

fn words(text: &str) -> String {
    format!("[when.keywords]\n{text}")
}

/// The pair of P12, from a configuration in use: `channelType == 'voice' OR channelType == 'web'` stands before
/// `channelType == 'web' AND e2eTestMode == 'true'`.
#[test]
fn p12_an_unreachable_filter() {
    let first = format!("[when]\nchannel = [\"app\", \"website\"]\n{STOP}");
    let second =
        format!("[when]\nchannel = [\"website\"]\nattributes = {{ e2eTestMode = \"true\" }}\n{STOP}");
    let changes = [
        ("rules/20-refund.toml", ""),
        ("tests/refund.toml", ""),
        ("rules/10-a.toml", first.as_str()),
        ("rules/20-b.toml", &second),
    ];
    let found = findings(&changes);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        "rules/20-b.toml: warning[R405]: rule `20-b` is never reached: `10-a` stops first whenever it would match"
    );
    assert!(found[0].witness.is_some());
    assert_eq!(found[0].related[0].file, "rules/10-a.toml");
    assert_eq!(found[0].related[0].span.map(|span| (span.line, span.column)), Some((5, 8)));
}

#[test]
fn a_keyword_with_an_earlier_keyword_in_it() {
    let first = words("any = [\"退款\", \"投诉\"]");
    let changes = [
        ("rules/20-refund.toml", ""),
        ("tests/refund.toml", ""),
        ("rules/10-a.toml", &format!("{first}\n{STOP}")),
        ("rules/20-b.toml", &format!("{}\n{STOP}", words("any = [\"😀发票\", \"我要退款吗\", \"换货\"]"))),
    ];
    let found = findings(&changes);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        "rules/20-b.toml:2:15: warning[R404]: keyword `我要退款吗` of rule `20-b` has no effect: `10-a` stops first \
         whenever it is found"
    );
    assert_eq!(found[0].witness.as_deref(), Some("我要退款吗"));
    check_never(&first, &words("any = [\"退款吗\", \"要投诉\"]"));
}

#[test]
fn a_keyword_from_a_table_is_reported_in_the_table() {
    let said = said(&[
        ("rules/10-a.toml", &format!("{}\n{STOP}", words("any = [\"货\"]"))),
        ("rules/30-vip.rhai", ""),
    ]);
    // Rule 20 asks for more than words, but whatever it asks for, rule 10 does not.
    assert_eq!(
        said,
        [
            "keywords.toml:2:12 R404 keyword `退货` of rule `20-refund` has no effect: `10-a` stops first whenever it is \
          found"
        ]
    );
}

#[test]
fn several_rules_together_leave_nothing() {
    let one = format!("{}\n{STOP}", words("any = [\"退款\"]"));
    let other = format!("{}\n{STOP}", words("any = [\"退货\"]"));
    let both = format!("{}\n{STOP}", words("any = [\"退货吗\", \"退款吗\"]"));
    let said = said(&[
        ("rules/20-refund.toml", ""),
        ("tests/refund.toml", ""),
        ("rules/10-a.toml", &one),
        ("rules/11-a.toml", &other),
        ("rules/20-b.toml", &both),
    ]);
    assert_eq!(
        said,
        [
            "rules/20-b.toml R405 rule `20-b` is never reached: `10-a` and `11-a` stop first whenever it would match"
        ]
    );
}

#[test]
fn matching_modes() {
    let any = |keyword: &str, rest: &str| words(&format!("any = [\"{keyword}\"]\n{rest}"));
    // A part of a word is found wherever the word is, not the other way round.
    check_never(&any("fund", ""), &any("refund", "match = \"word\""));
    check_reached(&any("fund", "match = \"word\""), &any("refund", ""));
    check_reached(
        &any("refund", "match = \"word\"\nskip_separators = false"),
        &any("refund", "skip_separators = false"),
    );
    let word = "match = \"word\"\nskip_separators = false";
    check_never(&any("refund", word), &any("full refund", word));
    check_reached(&any("fund", word), &any("full refund", word));
    // Separators: who skips them finds more.
    check_never(&any("退款", ""), &any("退款", "skip_separators = false"));
    check_never(&any("退款", ""), &any("退 - 款", "skip_separators = false"));
    check_reached(&any("退款", "skip_separators = false"), &any("退款", ""));
    check_never(&any("款", "skip_separators = false"), &any("退款", ""));
    // Spelling is normalised before it is compared.
    check_never(&any("发票", ""), &any("發票嗎", ""));
    check_never(&any("ＶＩＰ", ""), &any("vip客户", ""));
}

#[test]
fn weights_all_and_none() {
    let weighty = "any = [{ text = \"退款\", weight = 1 }, { text = \"退货\", weight = 1 }]\nweight_min = 2";
    check_reached(&words(weighty), &words("any = [\"退款\", \"退货\"]"));
    check_never(&words(weighty), &words("all = [\"退款吗\", \"退货吗\"]"));
    check_never(&words("any = [\"退货\"]"), &words(weighty));
    check_never(&words("all = [\"退款\"]"), &words("any = [\"a\"]\nall = [\"要退款\"]"));
    assert_eq!(
        said_of(&words("all = [\"退款\"]"), &words("any = [\"a\", \"退款\"]")),
        [
            "rules/20-b.toml:2:13 R404 keyword `退款` of rule `20-b` has no effect: `10-a` stops first whenever it is found"
        ]
    );
    check_reached(&words("any = [\"退\"]\nnone = [\"政策\"]"), &words("any = [\"退款\"]"));
    check_reached(
        &words("any = [\"退\"]\nnone = [\"政策\"]"),
        &words("any = [\"退款\"]\nnone = [\"退款政策\"]"),
    );
    check_never(
        &words("any = [\"退\"]\nnone = [\"退款政策\"]"),
        &words("any = [\"退款\"]\nnone = [\"政策\"]"),
    );
}

#[test]
fn every_condition_must_follow() {
    let conditions = [
        ("channel = [\"app\"]", "channel = [\"app\", \"website\"]"),
        ("entry = [\"售后\"]", "channel = [\"app\"]"),
        ("language = [\"zh-tw\"]", "language = [\"zh\", \"en\"]"),
        ("vip_min = 2", "vip_min = 1"),
        ("vip_max = 1", "vip_max = 2"),
        ("returning = true", "returning = false"),
        ("tags_any = [\"a\"]", "tags_any = [\"b\", \"a\"]"),
        ("tags_all = [\"a\", \"b\"]", "tags_all = [\"a\"]"),
        ("tags_none = [\"a\", \"b\"]", "tags_none = [\"a\"]"),
        ("hours = \"business\"", "hours_closed = \"business\""),
        ("attributes = { plan = \"a\" }", "attributes = { plan = [\"a\", \"b\"] }"),
        ("group = [\"general\"]", "group = [\"general\", \"after-sales\"]"),
    ];
    for (narrow, wide) in conditions {
        check_never("", &format!("[when]\n{narrow}"));
        check_never(&format!("[when]\n{narrow}"), &format!("[when]\n{narrow}"));
        check_reached(&format!("[when]\n{narrow}"), "");
        check_reached(&format!("[when]\n{narrow}"), &format!("[when]\n{wide}"));
    }
    let follows = [0, 2, 3, 4, 6, 7, 8, 10, 11];
    for (narrow, wide) in follows.map(|at| conditions[at]) {
        check_never(&format!("[when]\n{wide}"), &format!("[when]\n{narrow}"));
    }
    check_never("[when]\ntags_any = [\"a\"]", "[when]\ntags_all = [\"b\", \"a\"]");
}

#[test]
fn only_on_the_same_hook() {
    check_reached("", "hooks = [\"on_message\"]");
    check_reached("", "hooks = [\"route\", \"on_message\"]");
    check_never("hooks = [\"on_message\", \"route\"]", "hooks = [\"on_message\"]");
    let waits = |times: &str| format!("hooks = [\"on_wait\"]\nwait_after = [{times}]");
    check_never(&waits("\"1m\", \"2m\""), &waits("\"2m\""));
    check_reached(&waits("\"1m\""), &waits("\"1m\", \"2m\""));
}

#[test]
fn a_rule_that_does_not_stop_covers_nothing() {
    let first = "[then]\npriority = 1\n";
    let said = said(&[("rules/10-a.toml", first), ("rules/11-a.rhai", "fn route(c) { stop() }")]);
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn a_rule_that_is_wrong_covers_nothing() {
    let wrong = format!("[when]\nchannel = [\"wbsite\"]\n{STOP}");
    let said = said(&[("rules/10-a.toml", &wrong)]);
    assert_eq!(said, ["rules/10-a.toml:2:12 R205 unknown channel `wbsite` (`website`?)"]);
}

fn keyword_list() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[退ab]{1,2}([- ][ab])?", 1..3)
}

prop_compose! {
    fn condition()(
        any in prop::option::weighted(0.8, keyword_list()),
        all in prop::option::weighted(0.3, keyword_list()),
        none in prop::option::weighted(0.2, keyword_list()),
        is_word in any::<bool>(),
        skips in any::<bool>(),
        weight_min in 1..3usize,
        guard in prop::sample::select(vec![
            "", "", "", "", "channel = [\"app\"]", "channel = [\"app\", \"website\"]", "vip_min = 1", "returning = true",
        ]),
    ) -> String {
        let distinct = |list: &Option<Vec<String>>| -> Vec<String> {
            list.iter().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect()
        };
        let field = |name: &str, list: &Option<Vec<String>>| match distinct(list) {
            list if list.is_empty() => String::new(),
            list => format!("{name} = {list:?}\n"),
        };
        let most = distinct(&any).len();
        let mut text = format!("[when]\n{guard}\n");
        if any.is_some() || all.is_some() || none.is_some() {
            text += "[when.keywords]\n";
            text += &[field("any", &any), field("all", &all), field("none", &none)].concat();
            if any.is_some() {
                text += &format!("weight_min = {}\n", weight_min.min(most));
            }
            text += if is_word { "match = \"word\"\n" } else { "" };
            text += if skips { "" } else { "skip_separators = false\n" };
        }
        text + STOP
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// What is said to be never reached is not reached: by no text, on no channel, at no VIP level.
    #[test]
    fn what_is_proved_is_so(
        rules in prop::collection::vec(condition(), 2..4),
        texts in prop::collection::vec("[退ab \\-]{0,8}", 24),
    ) {
        let paths: Vec<String> = (1..=rules.len()).map(|n| format!("rules/1{n}-r.toml")).collect();
        let mut changes: Vec<(&str, &str)> =
            vec![("rules/20-refund.toml", ""), ("rules/30-vip.rhai", ""), ("tests/refund.toml", "")];
        changes.extend(paths.iter().map(String::as_str).zip(rules.iter().map(String::as_str)));
        let folder = folder(&changes);
        let (source, findings) = read(&folder, None);
        let (ruleset, problems) = Ruleset::from_source(source.as_ref().unwrap(), revision(&folder), &crate::rules::NoModules);
        prop_assert_eq!(problems, []);
        let ruleset = ruleset.unwrap();
        let source = source.unwrap();
        let witnesses: Vec<String> = findings.iter().filter_map(|finding| finding.witness.clone()).collect();
        let conditions = source.rules.iter().filter_map(|rule| rule.when.keywords.as_ref());
        let keywords: Vec<String> = conditions
            .flat_map(|words| words.any.iter().chain(&words.all))
            .flat_map(|word| [word.text.clone(), format!("b{}", word.text), format!("{}-b", word.text)])
            .collect();
        for text in texts.iter().chain(&witnesses).chain(&keywords) {
            for (channel, vip) in [(0, 0), (0, 1), (1, 0), (1, 2)] {
                let channel = source.directory.channels[channel].id;
                let situation = Situation {
                    vip,
                    returning: vip == 1,
                    ..Situation::opened(text, channel, crate::time::Timestamp(0))
                };
                prop_assert_eq!(situation.trigger, Trigger::Opened);
                let (verdict, _) = situation.decide(&ruleset, TraceLevel::Full);
                for trace in verdict.rules.iter().filter(|trace| trace.outcome == RuleOutcome::Matched) {
                    let RuleId(at) = trace.rule;
                    let rule = &source.rules[usize::from(at)];
                    prop_assert_eq!(&rule.hooks, &[Hook::Route]);
                    for finding in findings.iter().filter(|finding| finding.file == rule.file) {
                        prop_assert_ne!(finding.code, Code::RuleCovered, "{} on {:?}", finding, text);
                        if finding.code == Code::KeywordCovered {
                            let found = |word: &str| finding.message.starts_with(&format!("keyword `{word}` "));
                            let useless = trace.matched.iter().any(|matched| found(&matched.keyword));
                            prop_assert!(!useless, "{} on {:?}", finding, text);
                        }
                    }
                }
            }
        }
    }
}
