//! What a folder without a mistake says once read.

use crate::tenant::read;
use crate::tenant::tests::{AGENTS, GROUPS, RULE, TENANT, folder, with};

#[test]
fn a_language_needs_no_declaration() {
    let rule = with(RULE, "language:en", "language:pt-BR");
    let (source, findings) = read(&folder(&[("rules/20-refund.toml", &rule)]), None);
    assert_eq!(findings, []);
    let skills: Vec<_> = source.unwrap().directory.skills.into_iter().map(|skill| skill.slug).collect();
    assert_eq!(skills, ["refund", "invoice", "language:zh", "language:en", "language:pt-br"]);
}

#[test]
fn a_base_keeps_its_ids() {
    let (base, _) = read(&folder(&[]), None);
    let base = base.unwrap().directory;
    let tenant = with(
        TENANT,
        "[[channel]]\nslug = \"website\"\nname = \"官网\"\ngroup = \"general\"\n",
        "[[channel]]\nslug = \"小程序\"\n",
    );
    let tenant = with(&tenant, "[\"refund\", ", "[\"new\", ");
    let groups = "[[group]]\nslug = \"first\"\n".to_owned() + GROUPS;
    let agents = "[[agent]]\nslug = \"li\"\ngroups = [\"first\"]\n".to_owned() + AGENTS;
    let agents = with(&agents, ", { skill = \"refund\", level = 4 }", "");
    let rule = with(RULE, "channel = [\"website\", ", "channel = [\"小程序\", ");
    let rule = with(&rule, "skills = [\"refund\", ", "skills = [\"new\", ");
    let changed = [
        ("tenant.toml", tenant.as_str()),
        ("groups.toml", &groups),
        ("agents.toml", &agents),
        ("rules/20-refund.toml", &rule),
    ];
    let (source, findings) = read(&folder(&changed), Some(&base));
    assert_eq!(findings, []);
    let directory = source.unwrap().directory;
    let groups: Vec<_> =
        directory.groups.iter().map(|group| (group.id.0, group.slug.as_str(), group.active)).collect();
    assert_eq!(groups, [(0, "general", true), (1, "after-sales", true), (2, "first", true)]);
    let agents: Vec<_> = directory.agents.iter().map(|agent| (agent.id.0, agent.slug.as_str())).collect();
    assert_eq!(agents, [(0, "wang-fang"), (1, "li")]);
    let channels: Vec<_> =
        directory.channels.iter().map(|channel| (channel.slug.as_str(), channel.active)).collect();
    assert_eq!(channels, [("website", false), ("app", true), ("小程序", true)]);
    let skills: Vec<_> = directory.skills.iter().map(|skill| skill.slug.as_str()).collect();
    assert_eq!(skills, ["refund", "invoice", "language:zh", "language:en", "new"]);

    let (back, findings) = read(&folder(&[]), Some(&directory));
    assert_eq!(findings, []);
    let back = back.unwrap().directory;
    assert_eq!(back.channels[..2], base.channels[..]);
    assert!(!back.channels[2].active && !back.groups[2].active && !back.agents[1].active);

    let rule = with(RULE, "\"website\"", "\"小程序\"");
    let (_, findings) = read(&folder(&[("rules/20-refund.toml", &rule)]), Some(&directory));
    assert_eq!(findings[0].to_string(), "rules/20-refund.toml:4:12: error[R205]: unknown channel `小程序`");
    assert_eq!(findings[0].help.as_deref(), Some("an earlier revision had this channel, these files do not"));
}

#[test]
fn a_rule_test_happens_when_and_where_it_says() {
    let tests = "[[test]]\nname = \"a\"\ntext = \"\"\nexpect = { priority = 0 }\n\
        [[test]]\nname = \"b\"\ntext = \"\"\nat = 2026-11-11T10:00:00\nchannel = \"app\"\nexpect = { priority = 0 }\n\
        [[test]]\nname = \"c\"\ntext = \"\"\nat = \"2026-11-11T10:00:00Z\"\nhook = \"on_wait\"\nwaited = \"1m30s\"\nexpect = { priority = 0 }\n";
    let (source, findings) = read(&folder(&[("tests/refund.toml", tests)]), None);
    assert_eq!(findings, []);
    let tests = source.unwrap().tests;
    let when: Vec<_> =
        tests.iter().map(|test| (test.at.to_string(), test.channel.0, test.waited_ms)).collect();
    let expected =
        [("2026-03-02T02:00:00Z", 0, 0), ("2026-11-11T02:00:00Z", 1, 0), ("2026-11-11T10:00:00Z", 0, 90_000)];
    assert_eq!(when, expected.map(|(at, channel, waited)| (at.to_owned(), channel, waited)));
}
