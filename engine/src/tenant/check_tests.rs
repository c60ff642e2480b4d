//! What is said about a tenant as a whole.

use crate::diagnostic::Severity;
use crate::tenant::read;
use crate::tenant::tests::{AGENTS, GROUPS, TENANT, check, findings, folder, line, with};

#[test]
fn r401_the_last_resort() {
    let none = with(TENANT, "fallback = [\"bot:faq\", \"leave-message\"]\n", "");
    check(
        &[("tenant.toml", &none)],
        &[
            "tenant.toml:1:1 R401 the tenant has no fallback: a conversation that nobody can take would be lost",
        ],
    );
    let open = with(TENANT, "[\"bot:faq\", \"leave-message\"]", "[\"group:general\"]");
    check(
        &[("tenant.toml", &open)],
        &[
            "tenant.toml:4:12 R401 the tenant's fallback only leads to groups: a conversation that none of them can take would \
           be lost",
        ],
    );
}

#[test]
fn r402_rules_of_one_order() {
    check(
        &[("rules/20-a.toml", "[then]\npriority = 1\n"), ("rules/020-z.rhai", "x")],
        &[
            "rules/20-a.toml R402 the rules `020-z` and `20-a` have the same order 20: `020-z` runs first, because its file \
             name comes first",
            "rules/20-refund.toml R402 the rules `020-z` and `20-refund` have the same order 20: `020-z` runs first, because \
             its file name comes first",
        ],
    );
    let (source, _) = read(&folder(&[("rules/20-a.toml", "[then]\npriority = 1\n")]), None);
    let order: Vec<_> = source.unwrap().rules.into_iter().map(|rule| rule.slug).collect();
    assert_eq!(order, ["20-a", "20-refund", "30-vip"]);
}

#[test]
fn r403_nobody_may_receive() {
    let groups = GROUPS.to_owned()
        + "[[group]]\nslug = \"空\"\nheads = [\"wang-fang\"]\n[[group]]\nslug = \"look\"\n[[group]]\nslug = \"above\"\n[[group]]\n\
           slug = \"below\"\nparent = \"above\"\n";
    let agents = AGENTS.to_owned()
        + "[[agent]]\nslug = \"li\"\nrole = \"viewer\"\ngroups = [\"look\"]\n[[agent]]\nslug = \"wu\"\nreceives = false\n\
           groups = [\"look\"]\n[[agent]]\nslug = \"he\"\ngroups = [\"below\"]\n";
    check(
        &[("groups.toml", &groups), ("agents.toml", &agents)],
        &[
            "groups.toml:17:8 R403 nobody in the group `空` may receive conversations: it has no members",
            "groups.toml:20:8 R403 nobody in the group `look` may receive conversations: `li` has a role that never receives, \
             `wu` has `receives = false`",
        ],
    );
}

#[test]
fn r406_circles() {
    let group = |slug: &str, rest: &str| format!("[[group]]\nslug = \"{slug}\"\n{rest}\n");
    let member = |groups: &str| format!("{AGENTS}[[agent]]\nslug = \"li\"\ngroups = [{groups}]\n");
    let agents = member("\"a\", \"b\", \"c\"");
    let with_groups =
        |a: &str, b: &str, c: &str| [GROUPS, &group("a", a), &group("b", b), &group("c", c)].concat();
    let groups = with_groups("parent = \"b\"", "parent = \"c\"", "parent = \"b\"");
    check(
        &[("groups.toml", &groups), ("agents.toml", &agents)],
        &["groups.toml:21:10 R406 the group `b` is above itself: `b` → `c` → `b`"],
    );
    let groups = with_groups(
        "fallback = [\"group:b\"]",
        "fallback = [\"group:c\", \"group:general\"]",
        "fallback = [\"group:a\"]",
    );
    check(
        &[("groups.toml", &groups), ("agents.toml", &agents)],
        &["groups.toml:18:13 R406 the group `a` falls back to itself: `a` → `b` → `c` → `a`"],
    );
    // A step that always works ends the way.
    let ended = with(&groups, "\"group:a\"]", "\"group:a\", \"ticket\"]");
    check(&[("groups.toml", &ended), ("agents.toml", &agents)], &[]);
    let overflow = |to: &str| format!("widening = [{{ after = \"1s\", relax = \"overflow:{to}\" }}]");
    let groups = with_groups(&overflow("b"), &overflow("a"), "");
    let found = findings(&[("groups.toml", &groups), ("agents.toml", &agents)]);
    assert_eq!(
        found.iter().map(line).collect::<Vec<_>>(),
        ["groups.toml:18:37 R406 the group `a` overflows to itself: `a` → `b` → `a`"]
    );
    assert_eq!(found[0].severity, Severity::Warning, "it only wastes work");
}
