//! One check of a tenant folder finds everything that is wrong with it, each thing where it is. The folder is the
//! example `shop` with a mistake of every kind planted.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the list of findings is for people to read")]

use pointsman_engine::diagnostic::{Code, Diagnostic};
use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::tenant::TenantFolder;
use pointsman_tests::example;

/// A mistake, and how it must be told.
struct Mistake {
    /// What kind of mistake it is.
    kind: &'static str,
    /// The file in which it is reported.
    file: &'static str,
    /// The text before the finding's place and the text it underlines; `None`: the file as a whole.
    at: Option<(&'static str, &'static str)>,
    code: Code,
    did_you_mean: Option<&'static str>,
}

/// Puts `wrong` in the place of `right`, which must be there once.
#[track_caller]
fn replace(folder: &mut TenantFolder, file: &str, right: &str, wrong: &str) {
    let text = String::from_utf8(folder.files.remove(file).unwrap()).unwrap();
    assert_eq!(text.matches(right).count(), 1, "`{right}` in {file}");
    folder.files.insert(file.to_owned(), text.replace(right, wrong).into_bytes());
}

fn add(folder: &mut TenantFolder, file: &str, text: &str) {
    let before = folder.files.entry(file.to_owned()).or_default();
    before.extend(text.as_bytes());
}

/// `shop` with the mistakes in it, and what is to be said about each.
fn shop_with_mistakes() -> (TenantFolder, Vec<Mistake>) {
    let mut shop = example("shop").unwrap();
    let mut mistakes = Vec::new();
    let mut told = |kind, file, at, code, did_you_mean| {
        mistakes.push(Mistake { kind, file, at, code, did_you_mean });
    };

    add(
        &mut shop,
        "rules/260-draft.rhai",
        "fn on_message(conversation, message, customer, desk) {\n    if {\n}\n",
    );
    told("syntax", "rules/260-draft.rhai", Some(("    if ", "{")), Code::ScriptSyntax, None);

    let file = "rules/40-vip-value.rhai";
    replace(&mut shop, file, "answer.to_group(\"vip\")", "answer.to_gruop(\"vip\")");
    told("unknown function", file, Some(("answer.", "to_gruop")), Code::UnknownFunction, Some("to_group"));

    let file = "rules/240-long-wait.rhai";
    replace(&mut shop, file, "conversation.waited_s < 180", "conversation.waitd_s < 180");
    let at = Some(("conversation.", "waitd_s"));
    told("unknown property", file, at, Code::UnknownProperty, Some("waited_s"));

    let file = "rules/230-escalate.rhai";
    replace(
        &mut shop,
        file,
        "to_group(\"complaints\").tier(2).priority(9)",
        "to_group(\"complaint\").tier(2).priority(9)",
    );
    let at = Some(("to_group(", "\"complaint\""));
    told("unknown group in a script", file, at, Code::UnknownGroup, Some("complaints"));

    let file = "rules/250-after-sales-rank.rhai";
    replace(&mut shop, file, "agent.skill(\"refund\")", "agent.skill(\"refnd\")");
    let at = Some(("agent.skill(", "\"refnd\""));
    told("unknown skill in a script", file, at, Code::UnknownSkill, Some("refund"));

    let file = "rules/210-landing-page.toml";
    replace(&mut shop, file, "[\"h5\"]", "[\"h5\", \"mini-program\"]");
    let at = Some(("\"h5\", ", "\"mini-program\""));
    told("unknown channel", file, at, Code::UnknownChannel, Some("miniprogram"));

    replace(&mut shop, "groups.toml", "heads = [\"gao-yuan\"]", "heads = [\"gao-yaun\"]");
    let at = Some(("heads = [", "\"gao-yaun\""));
    told("unknown agent", "groups.toml", at, Code::UnknownAgent, Some("gao-yuan"));

    for slug in ["ma-xiaoyan", "zhu-wei", "xie-min"] {
        let line = format!("slug = \"{slug}\"\n");
        replace(&mut shop, "agents.toml", &line, &format!("{line}receives = false\n"));
    }
    let at = Some(("[[group]]\nslug = ", "\"finance\""));
    told("group in which nobody may receive", "groups.toml", at, Code::NobodyReceives, None);

    let fallback = "fallback = [\"bot:faq\", \"leave-message\"]";
    replace(&mut shop, "tenant.toml", fallback, "fallback = [\"group:general\"]");
    let at = Some(("\nfallback = ", "[\"group:general\"]"));
    told("no fallback", "tenant.toml", at, Code::NoFallback, None);

    let file = "rules/90-return-window.toml";
    let rule = "[when.keywords]\nany = [\"过了七天\"]\n\n[then]\ngroup = \"after-sales\"\n";
    add(&mut shop, file, rule);
    told("two rules with the same order", file, None, Code::SameOrder, None);

    let file = "rules/160-app-trouble.toml";
    replace(&mut shop, file, "any = [\"@故障\"]", "any = [\"@故障\", \"账号被盗了\"]");
    let at = Some(("\"@故障\", ", "\"账号被盗了\""));
    told("keyword that an earlier rule stops", file, at, Code::KeywordCovered, None);

    let file = "rules/130-invoice.toml";
    replace(&mut shop, file, "skills = [\"invoice\"]", "skils = [\"invoice\"]");
    told(
        "unknown field",
        file,
        Some(("[then]\ngroup = \"finance\"\n", "skils")),
        Code::UnknownField,
        Some("skills"),
    );

    let agent = "\n[[agent]]\nslug = \"hu-yue\"\nname = \"胡月\"\ngroups = [\"presale\"]\n";
    add(&mut shop, "agents.toml", agent);
    let at = Some(("role = \"viewer\"\n\n[[agent]]\nslug = ", "\"hu-yue\""));
    told("duplicate id", "agents.toml", at, Code::DuplicateName, None);

    let file = "tests/priority.toml";
    replace(&mut shop, file, "text = \"真让人失望\"", "text = \"真让人失望");
    let at = Some(("text = \"真让人失望", "\n"));
    told("syntax of a TOML file", file, at, Code::TomlSyntax, None);
    (shop, mistakes)
}

/// Line and column, both from 1, of what is to be underlined; columns count characters.
fn place(folder: &TenantFolder, mistake: &Mistake) -> Option<(u32, u32)> {
    let (before, underlined) = mistake.at?;
    let text = std::str::from_utf8(&folder.files[mistake.file]).unwrap();
    let needle = format!("{before}{underlined}");
    assert_eq!(text.matches(&needle).count(), 1, "`{needle}` in {}", mistake.file);
    let at = text.find(&needle).unwrap() + before.len();
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[..at].matches('\n').count() + 1;
    Some((line as u32, text[line_start..at].chars().count() as u32 + 1))
}

fn is_told(finding: &Diagnostic, mistake: &Mistake, place: Option<(u32, u32)>) -> bool {
    finding.file == mistake.file
        && finding.code == mistake.code
        && (place.is_none() || finding.span.map(|span| (span.line, span.column)) == place)
        && finding.did_you_mean.as_deref() == mistake.did_you_mean
}

#[test]
fn every_planted_mistake_is_found_in_one_run_at_its_place() {
    let (shop, mistakes) = shop_with_mistakes();
    let compiled = Ruleset::compile(&shop, None, &NoModules);
    assert!(compiled.ruleset.is_none(), "a folder with errors gives no ruleset");
    let mut left: Vec<&Diagnostic> = compiled.diagnostics.iter().collect();
    let mut missed = Vec::new();
    for (number, mistake) in (1..).zip(&mistakes) {
        let place = place(&shop, mistake);
        match left.iter().position(|finding| is_told(finding, mistake, place)) {
            Some(at) => println!("{number:2}. {}: {}", mistake.kind, shown(left.remove(at))),
            None => missed.push(format!("{} in {} at {place:?}", mistake.kind, mistake.file)),
        }
    }
    let left: Vec<String> = left.into_iter().map(shown).collect();
    assert!(missed.is_empty() && left.is_empty(), "missed: {missed:#?}\nnobody asked for: {left:#?}");
}

#[test]
fn a_covered_keyword_comes_with_a_message_that_the_earlier_rule_takes() {
    let (shop, _) = shop_with_mistakes();
    let findings = Ruleset::compile(&shop, None, &NoModules).diagnostics;
    let covered = findings.iter().find(|finding| finding.code == Code::KeywordCovered).unwrap();
    assert!(covered.witness.as_deref().is_some_and(|message| message.contains("账号被盗了")), "{covered:?}");
    assert!(
        covered.related.iter().any(|related| related.file == "rules/30-account-security.toml"),
        "{covered:?}"
    );
}

fn shown(finding: &Diagnostic) -> String {
    let meant = finding.did_you_mean.as_deref().map(|word| format!(" — did you mean `{word}`?"));
    format!("{finding}{}", meant.unwrap_or_default())
}
