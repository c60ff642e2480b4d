//! Folders with something wrong, and what is said about it.

use super::*;
use crate::diagnostic::Diagnostic;

const TENANT: &str = r#"
name = "小店"
zone = "Asia/Shanghai"
fallback = ["bot:faq", "leave-message"]
skills = ["refund", { slug = "invoice", name = "发票" }]

[[channel]]
slug = "website"
name = "官网"
group = "general"

[[channel]]
slug = "app"

[entries]
"售后" = "after-sales"

[hours.business]
weekly = { mon-fri = ["09:00-12:00", "13:30-18:00"], sat = ["10:00-16:00"] }
exceptions = { "2026-10-01" = [] }
"#;
const GROUPS: &str = r#"
[[group]]
slug = "general"

[[group]]
slug = "after-sales"
name = "售后"
parent = "general"
hours = "business"
heads = ["wang-fang"]
fallback = ["group:general", "leave-message"]

[[group.widening]]
after = "30s"
relax = "overflow:general"
"#;
const AGENTS: &str = r#"
[[agent]]
slug = "wang-fang"
name = "王芳"
groups = ["general", { group = "after-sales", priority = 80 }]
skills = ["invoice", { skill = "refund", level = 4 }]
languages = ["zh", { language = "en", level = 2 }]
channel_capacity = { app = 2 }
"#;
const RULE: &str = r#"
name = "退款转售后"
[when]
channel = ["website", "app"]
entry = ["售后"]
hours = "business"
attributes = { plan = ["pro"] }
[when.keywords]
any = ["退款", "@returns", { text = "退钱", weight = 2 }]
none = ["退款政策"]
[then]
group = "after-sales"
skills = ["refund", { skill = "language:en", level = 2 }]
priority = 5
stop = true
"#;
const KEYWORDS: &str = "[tables]\nreturns = [\"退货\"]\n";
const TESTS: &str = r#"
[[test]]
name = "退款 goes to after-sales"
text = "我要退款"
entry = "售后"
[test.expect]
group = "after-sales"
rule = "20-refund"
fallback = "leave-message"
"#;

/// A folder without a mistake, with `changes` made: files replaced or added; those without text left out.
pub(super) fn folder(changes: &[(&str, &str)]) -> TenantFolder {
    let files = [
        ("tenant.toml", TENANT),
        ("groups.toml", GROUPS),
        ("agents.toml", AGENTS),
        ("keywords.toml", KEYWORDS),
        ("rules/20-refund.toml", RULE),
        ("rules/30-vip.rhai", "fn route(c) { }"),
        ("tests/refund.toml", TESTS),
        ("scenarios/weekday.toml", "name = \"平日\"\n"),
        ("README.md", "x"),
    ];
    let mut folder = TenantFolder::default();
    for (path, text) in files.iter().chain(changes) {
        folder.files.insert((*path).to_owned(), text.as_bytes().to_vec());
    }
    for (path, _) in changes.iter().filter(|(_, text)| text.is_empty()) {
        folder.files.remove(*path);
    }
    folder
}

/// What is said about the folder with these changes, a line each: `file:line:column code message`.
pub(super) fn said(changes: &[(&str, &str)]) -> Vec<String> {
    findings(changes).iter().map(line).collect()
}

pub(super) fn findings(changes: &[(&str, &str)]) -> Vec<Diagnostic> {
    read(&folder(changes), None).1
}

fn line(finding: &Diagnostic) -> String {
    let place = finding.span.map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
    let meant = finding.did_you_mean.as_ref().map(|word| format!(" (`{word}`?)")).unwrap_or_default();
    format!("{}{place} {} {}{meant}", finding.file, finding.code.as_str(), finding.message)
}

#[track_caller]
pub(super) fn check(changes: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(said(changes), expected);
}

/// `text` with `from`, which must be there once, replaced.
pub(super) fn with(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

#[test]
fn a_clean_folder_is_clean() {
    let (source, findings) = read(&folder(&[]), None);
    assert_eq!(findings, []);
    assert_eq!(source.unwrap().rules.len(), 2);
}
