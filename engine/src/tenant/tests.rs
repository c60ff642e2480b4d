//! Folders with something wrong, and what is said about it.

use super::*;
use crate::diagnostic::Diagnostic;

pub(super) const TENANT: &str = r#"
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
pub(super) const GROUPS: &str = r#"
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
pub(super) const AGENTS: &str = r#"
[[agent]]
slug = "wang-fang"
name = "王芳"
groups = ["general", { group = "after-sales", priority = 80 }]
skills = ["invoice", { skill = "refund", level = 4 }]
languages = ["zh", { language = "en", level = 2 }]
channel_capacity = { app = 2 }
"#;
pub(super) const RULE: &str = r#"
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

pub(super) fn line(finding: &Diagnostic) -> String {
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

#[test]
fn r101_every_line_with_broken_syntax_and_what_stands_before_it() {
    let rule =
        "name = 7\nhooks = [\"rout\"]\n# 售后🙂\n[when]\nchannel = [\"app\"]\nvip_min = = 2\nvip_max = 🙂\n";
    check(
        &[("rules/20-refund.toml", rule)],
        &[
            "rules/20-refund.toml:1:8 R103 `name` must be a string, not a whole number",
            "rules/20-refund.toml:2:10 R103 `hooks` must be one of `route`, `on_message`, `on_wait` and `rank` (`route`?)",
            "rules/20-refund.toml:6:11 R101 extra `=`, expected nothing",
            "rules/20-refund.toml:7:11 R101 string values must be quoted, expected literal string",
        ],
    );
}

#[test]
fn a_broken_file_does_not_make_its_names_unknown() {
    let groups = with(GROUPS, "slug = \"general\"", "slug = general\"");
    check(&[("groups.toml", &groups)], &["groups.toml:3:8 R101 missing opening quote, expected `\"`"]);
    let tenant = with(TENANT, "slug = \"website\"", "slug = \"website");
    check(&[("tenant.toml", &tenant)], &["tenant.toml:8:16 R101 invalid basic string, expected `\"`"]);
    assert_eq!(read(&folder(&[("tenant.toml", &tenant)]), None).0, None);
}

#[test]
fn r102_r103_r104_several_in_one_file() {
    let tenant = with(TENANT, "name = \"官网\"\n", "nam = \"🙂官网\"\nnested = { a = 1 }\n");
    let tenant = with(&tenant, "slug = \"app\"\n", "name = \"应用\"\n");
    let tenant = tenant + "zone = \"Asia/Beijing\"\nalways = \"🙂yes\"\n";
    check(
        &[("tenant.toml", &tenant)],
        &[
            "agents.toml:8:22 R205 unknown channel `app`",
            "rules/20-refund.toml:4:23 R205 unknown channel `app`",
            "tenant.toml:9:1 R102 unknown field `nam` (`name`?)",
            "tenant.toml:10:1 R102 unknown field `nested`",
            "tenant.toml:13:1 R104 `slug` is missing",
            "tenant.toml:22:8 R103 unknown time zone `Asia/Beijing` (`Asia/Shanghai`?)",
            "tenant.toml:23:10 R103 `always` must be true or false, not a string",
        ],
    );
}

#[test]
fn r103_values_out_of_range() {
    let groups = GROUPS.to_owned()
        + "[[group]]\nslug = \"big\"\nstrategy = \"least-load\"\ncapacity = -1\ntier_max = 10\ntarget_wait = \"0s\"\n\
           wait_max = \"5 min\"\nwhen_unstaffed = \"wai\"\nfallback = [\"leave-mesage\", \"bot:\", 3]\n\
           widening = [{ after = \"30s\", relax = \"drop-skill\" }, { after = \"20s\", relax = \"open-tier:0\" }]\n\
           [[group]]\nslug = \"Big\"\n";
    let agents = with(AGENTS, "priority = 80", "priority = 101");
    let agents = agents
        + "[[agent]]\nslug = \"li\"\ngroups = [\"big\"]\nrole = \"vewer\"\ncapacity = 1.5\n\
           skills = [{ skill = \"refund\", level = 6 }]\nlanguages = [\"中文\"]\ntier = 999999999999999999999\n\
           [[agent]]\nslug = \"guan\"\nrole = \"viewer\"\nreceives = true\n";
    check(
        &[("groups.toml", &groups), ("agents.toml", &agents)],
        &[
            "agents.toml:5:58 R103 `priority` must be a whole number from 1 to 100",
            "agents.toml:12:8 R103 `role` must be one of `agent`, `supervisor`, `admin`, `viewer`, `ticket-only` and `bot-only` \
             (`viewer`?)",
            "agents.toml:13:12 R103 `capacity` must be a whole number, not a number with a fraction",
            "agents.toml:14:39 R103 `level` must be a whole number from 1 to 5",
            "agents.toml:15:14 R103 `中文` is no language",
            "agents.toml:16:8 R103 `tier` must be a whole number from 1 to 9",
            "agents.toml:20:12 R103 `receives` cannot be true: this role never receives conversations",
            "groups.toml:18:12 R103 `strategy` must be one of `round-robin`, `least-loaded`, `longest-idle`, \
             `weighted-round-robin`, `priority`, `best-skill`, `load-index` and `rank` (`least-loaded`?)",
            "groups.toml:19:12 R103 `capacity` must be a whole number from 0 to 100000",
            "groups.toml:20:12 R103 `tier_max` must be a whole number from 1 to 9",
            "groups.toml:21:15 R103 `target_wait` must be longer than nothing",
            "groups.toml:22:12 R103 `wait_max` must be a duration such as \"500ms\", \"30s\", \"1m30s\", \"2h\" or \"7d\"",
            "groups.toml:23:18 R103 `when_unstaffed` must be one of `fall-back` and `wait` (`wait`?)",
            "groups.toml:24:13 R103 `leave-mesage` is no step of a fallback (`leave-message`?)",
            "groups.toml:24:29 R103 `bot:` is no step of a fallback",
            "groups.toml:24:37 R103 `fallback` must be a string, not a whole number",
            "groups.toml:25:38 R103 `drop-skill` is no step of widening (`drop-skills`?)",
            "groups.toml:25:90 R103 a tier must be a whole number from 1 to 9",
            "groups.toml:27:8 R103 `Big` cannot be a slug",
        ],
    );
}

#[test]
fn r103_widening_goes_forward() {
    let late = "relax = \"overflow:general\"\n";
    let groups =
        with(GROUPS, late, &format!("{late}[[group.widening]]\nafter = \"20s\"\nrelax = \"drop-skills\"\n"));
    check(
        &[("groups.toml", &groups)],
        &["groups.toml:17:9 R103 `after` must not be earlier than that of the step before"],
    );
}

#[test]
fn r103_settings() {
    let tenant = with(
        TENANT,
        "name = \"小店\"\n",
        "name = \" \"\nrecognise_by = [\"login\", \"login\", \"phone\"]\n\
        priority_ageing = \"0s\"\nstick = { wait = \"30s\" }\nload_index = { utilisation = 0, response = 0, handle = 0, satisfaction = 0 }\n",
    );
    let tenant = with(&tenant, "sat = [\"10:00-16:00\"]", "satt = [\"🙂\"], sun = [\"25:00-26:00\"]");
    check(
        &[("tenant.toml", &tenant)],
        &[
            "tenant.toml:2:8 R103 a text without anything in it",
            "tenant.toml:3:26 R201 this is there twice",
            "tenant.toml:3:35 R103 `recognise_by` must be one of `login`, `cookie` and `ip`",
            "tenant.toml:4:19 R103 `priority_ageing` must be longer than nothing",
            "tenant.toml:5:9 R104 `for` is missing",
            "tenant.toml:6:14 R103 `load_index` needs at least one weight above 0",
            "tenant.toml:23:54 R103 unknown day `satt` (`sat`?)",
            "tenant.toml:23:62 R103 `🙂` is not a span of time",
            "tenant.toml:23:75 R103 `25:00` in `25:00-26:00` is not a time of day",
        ],
    );
}

#[test]
fn r103_r104_rules() {
    let first = "hooks = [\"on_wait\", \"rank\"]\n[when]\nchannel = []\nvip_min = 3\nvip_max = 2\nhours = \"business\"\n\
        hours_closed = \"business\"\n[when.keywords]\n[then]\ngroup = \"general\"\nbot = \"faq\"\npriority = 10\nreply = \"\"\n\
        wait_max = \"8d\"\n";
    let second = "wait_after = [\"1m\"]\n[when.keywords]\nany = [\"退款\", { text = \"退货\", weight = 2 }]\nnone = [\"@none\"]\nweight_min = 4\n";
    let sidecar = "[then]\nstop = true\n";
    check(
        &[
            ("rules/40-a.toml", first),
            ("rules/50-b.toml", second),
            ("rules/30-vip.toml", sidecar),
            ("rules/60-c.toml", "[then]\n"),
        ],
        &[
            "rules/30-vip.toml:1:1 R103 `then` has no place beside a script: the script says what the rule does",
            "rules/40-a.toml:1:1 R104 `wait_after` is missing",
            "rules/40-a.toml:1:21 R103 `hooks` cannot be `rank` here: only a script or a module can rank agents",
            "rules/40-a.toml:3:11 R103 `channel` is empty",
            "rules/40-a.toml:5:11 R103 `vip_max` must not be below `vip_min`, which is 3",
            "rules/40-a.toml:7:16 R103 `hours_closed` names the same hours as `hours`, which cannot be open and closed at once",
            "rules/40-a.toml:8:1 R104 a condition on keywords needs `any`, `all` or `none`",
            "rules/40-a.toml:11:1 R103 `bot` and `group` cannot both say where to",
            "rules/40-a.toml:12:12 R103 `priority` must be a whole number from 0 to 9",
            "rules/40-a.toml:13:9 R103 a text without anything in it",
            "rules/40-a.toml:14:12 R103 `wait_max` must be at most 7d",
            "rules/50-b.toml:1:1 R104 `then` is missing",
            "rules/50-b.toml:1:14 R103 `wait_after` says when the hook `on_wait` runs, but `hooks` does not name it",
            "rules/50-b.toml:4:9 R207 unknown keyword table `none`",
            "rules/50-b.toml:5:14 R103 `weight_min` can never be reached: the weights of `any` add up to 3",
            "rules/60-c.toml:1:1 R104 `[then]` does nothing: it needs at least one effect",
        ],
    );
}

#[test]
fn r103_r104_rule_tests() {
    let tests = "[[test]]\nname = \"🙂\"\n[[test]]\nname = \"🙂\"\ntext = \"退款\"\nhook = \"on_wait\"\nat = \"2026-02-30T10:00\"\n\
        expect = {}\n[[test]]\nname = \"b\"\ntext = \"\"\nat = 2026-11-11T10:00:00+08:00\nhook = \"rank\"\n\
        expect = { group = \"general\", bot = \"faq\", rule = \"20-refnd\" }\n";
    check(
        &[("tests/refund.toml", tests)],
        &[
            "tests/refund.toml:1:1 R104 `text` is missing",
            "tests/refund.toml:1:1 R104 `expect` is missing",
            "tests/refund.toml:3:1 R104 `waited` is missing: the hook `on_wait` needs to know how long",
            "tests/refund.toml:4:8 R201 the test `🙂` is there twice",
            "tests/refund.toml:7:6 R103 `at` must be a date and time such as \"2026-11-11T10:00:00+08:00\"",
            "tests/refund.toml:8:10 R104 `[test.expect]` expects nothing: it needs at least one field",
            "tests/refund.toml:13:8 R103 `hook` must be one of `route`, `on_message` and `on_wait`",
            "tests/refund.toml:14:31 R103 `bot` is a second place to go to: a conversation goes to one",
            "tests/refund.toml:14:51 R209 unknown rule `20-refnd` (`20-refund`?)",
        ],
    );
}

#[test]
fn r105_files_out_of_place() {
    check(
        &[
            ("agent.toml", "x"),
            ("rules/refund.toml", "x"),
            ("rules/40-old/41-x.toml", "x"),
            ("rules/40-x.wat", "x"),
            ("rules/notes.md", "x"),
            ("rules/99999999999-x.rhai", "x"),
        ],
        &[
            "agent.toml R105 this file has no place in a tenant folder (`agents.toml`?)",
            "rules/40-old/41-x.toml R105 this file has no place in a tenant folder",
            "rules/40-x.wat R105 this file has no place in a tenant folder",
            "rules/99999999999-x.rhai R105 this rule is never read: its file is not named like `20-refund.toml`",
            "rules/refund.toml R105 this rule is never read: its file is not named like `20-refund.toml`",
            "rules/refund.toml:1:2 R101 key with no value, expected `=`",
        ],
    );
}

#[test]
fn r106_too_large() {
    use crate::limits;
    let long = "款".repeat(limits::LABEL_BYTES_MAX / 3 + 1);
    let big = format!("# {}", "x".repeat(limits::FILE_BYTES_MAX));
    let tags: Vec<String> = (0..=limits::TAGS_MAX).map(|n| format!("\"🙂{n}\"")).collect();
    let rule = format!("[when]\nentry = [\"{long}\"]\n[then]\ntags = [{}]\n", tags.join(","));
    check(
        &[
            ("rules/40-a.toml", &rule),
            ("keywords.toml", &big),
            ("rules/20-refund.toml", ""),
            ("tests/refund.toml", ""),
        ],
        &[
            &format!(
                "keywords.toml R106 the file has {} bytes, at most {}",
                big.len(),
                limits::FILE_BYTES_MAX
            ),
            "rules/40-a.toml:2:10 R106 a text of 258 bytes, at most 256",
            "rules/40-a.toml:4:8 R106 33 of them, at most 32",
        ],
    );
    let keywords: Vec<String> = (0..20_000).map(|n| format!("\"{n}\"")).collect();
    let keywords = format!("[tables]\nreturns = [{}]\n", keywords.join(","));
    let rule = format!("[when.keywords]\nany = [{}]\n[then]\npriority = 1\n", ["\"@returns\""; 10].join(","));
    check(
        &[("keywords.toml", &keywords), ("rules/10-a.toml", &rule)],
        &["rules/20-refund.toml:9:8 R106 the rules have more than 200000 keywords, their tables spelled out"],
    );
    let mut many = folder(&[]);
    many.files.extend((0..limits::FILES_MAX).map(|n| (format!("{n}.md"), Vec::new())));
    let said: Vec<_> = read(&many, None).1.iter().map(line).collect();
    assert_eq!(said, [" R106 the folder has 2009 files, at most 2000"]);
}

#[test]
fn r107_not_utf8() {
    let mut folder = folder(&[("tests/refund.toml", "")]);
    folder
        .files
        .insert("rules/20-refund.toml".to_owned(), b"# ok\nname = \"\xe9\x80\x80\xcd\xcb\"\n".to_vec());
    let said: Vec<_> = read(&folder, None).1.iter().map(line).collect();
    assert_eq!(said, ["rules/20-refund.toml:2:10 R107 byte 16 (0xcd) is not UTF-8"]);
}

#[test]
fn r108_missing_files() {
    check(
        &[("tenant.toml", ""), ("agents.toml", "")],
        &["agents.toml R108 this file is missing", "tenant.toml R108 this file is missing"],
    );
    assert_eq!(read(&TenantFolder::default(), None).1.len(), 3);
}

#[test]
fn r201_duplicates_point_at_the_first() {
    let groups = GROUPS.to_owned() + "[[group]]\nslug = \"general\"\n";
    let found = findings(&[("groups.toml", &groups)]);
    assert_eq!(
        found.iter().map(line).collect::<Vec<_>>(),
        ["groups.toml:17:8 R201 the group `general` is there twice"]
    );
    let first = &found[0].related[0];
    assert_eq!(
        (first.file.as_str(), first.span.map(|span| (span.line, span.column))),
        ("groups.toml", Some((3, 8)))
    );

    let agents = with(AGENTS, "[\"general\", {", "[\"general\", \"general\", {");
    let agents = with(&agents, "[\"zh\", {", "[\"zh\", \"ZH\", {");
    let tenant = with(TENANT, "[\"refund\", {", "[\"refund\", \"refund\", {");
    check(
        &[("agents.toml", &agents), ("tenant.toml", &tenant)],
        &[
            "agents.toml:5:22 R201 `general` is there twice",
            "agents.toml:7:20 R201 `ZH` is there twice",
            "tenant.toml:5:21 R201 the skill `refund` is there twice",
        ],
    );
}

#[test]
fn r202_to_r208_unknown_names() {
    let rule = with(RULE, "channel = [\"website\", \"app\"]", "channel = [\"🙂官网\", \"websit\"]");
    let rule = with(&rule, "entry = [\"售后\"]", "entry = [\"售前\"]");
    let rule = with(&rule, "hours = \"business\"", "hours = \"busines\"");
    let rule = with(&rule, "@returns", "@return");
    let rule = with(&rule, "group = \"after-sales\"", "group = \"after-sale\"\nagent = \"wang-fan\"");
    let rule = with(&rule, "skills = [\"refund\"", "skills = [\"refunds\"");
    let groups = with(GROUPS, "\"group:general\"", "\"group:generl\"");
    let groups = with(&groups, "\"overflow:general\"", "\"overflow:售后\"");
    check(
        &[("rules/20-refund.toml", &rule), ("groups.toml", &groups)],
        &[
            "groups.toml:11:20 R202 unknown group `generl` (`general`?)",
            "groups.toml:15:19 R202 unknown group `售后`",
            "rules/20-refund.toml:4:12 R205 unknown channel `🙂官网`",
            "rules/20-refund.toml:4:19 R205 unknown channel `websit` (`website`?)",
            "rules/20-refund.toml:5:10 R208 unknown entry `售前` (`售后`?)",
            "rules/20-refund.toml:6:9 R206 unknown hours `busines` (`business`?)",
            "rules/20-refund.toml:9:14 R207 unknown keyword table `return` (`returns`?)",
            "rules/20-refund.toml:12:9 R202 unknown group `after-sale` (`after-sales`?)",
            "rules/20-refund.toml:13:9 R203 unknown agent `wang-fan` (`wang-fang`?)",
            "rules/20-refund.toml:14:11 R204 unknown skill `refunds` (`refund`?)",
        ],
    );
}

#[test]
fn findings_end_somewhere() {
    let agents: String =
        (0..3_000).map(|n| format!("[[agent]]\nslug = \"a{n}\"\ngroups = [\"nowhere\"]\n")).collect();
    let said = said(&[("agents.toml", &agents)]);
    assert_eq!(said.len(), 1_001);
    assert!(said[1_000].starts_with(" R106 "), "{}", said[1_000]);
}

/// Pieces that tenant files are made of, and pieces that they are not.
const PIECES: [&str; 40] = [
    "[[group]]\n",
    "[[agent]]\n",
    "[[channel]]\n",
    "[[test]]\n",
    "[when]\n",
    "[when.keywords]\n",
    "[then]\n",
    "[hours.a]\n",
    "[tables]\n",
    "[entries]\n",
    "[test.expect]\n",
    "slug = ",
    "name = ",
    "any = ",
    "all = ",
    "group = ",
    "fallback = ",
    "weekly = ",
    "skills = ",
    "hooks = ",
    "wait_after = ",
    "at = ",
    "parent = ",
    "\"general\"",
    "\"退款\"",
    "\"@returns\"",
    "\"group:general\"",
    "[",
    "]",
    "{ ",
    " }",
    ", ",
    "\n",
    " = ",
    "\"30s\"",
    "1",
    "-9223372036854775808",
    "\"",
    "🙂",
    "\u{feff}",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 1_000, ..Default::default() })]

    #[test]
    fn no_bytes_make_it_panic(
        at in 0usize..9,
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64),
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..64),
    ) {
        let mut folder = folder(&[]);
        let path = folder.files.keys().nth(at).unwrap().clone();
        let base = read(&folder, None).0.map(|source| source.directory);
        folder.files.insert(path.clone(), bytes);
        let _ = read(&folder, base.as_ref());
        folder.files.insert(path.clone(), pieces.concat().into_bytes());
        let (_, findings) = read(&folder, base.as_ref());
        for finding in findings {
            let text = folder.files.get(&finding.file).map(|content| String::from_utf8_lossy(content));
            if let (Some(span), Some(text)) = (finding.span, text) {
                let range = span.start_byte as usize..span.end_byte as usize;
                proptest::prop_assert!(text.get(range.clone()).is_some(), "{finding} {range:?}");
                proptest::prop_assert_eq!(crate::diagnostic::Span::of(&text, range), span);
            }
        }
    }
}
