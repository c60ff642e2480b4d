//! Rule tests: `[[test]]` of `tests/*.toml`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;

use super::fallback::read_step;
use super::guard::VIP;
use super::names::{AllNames, language};
use super::reader::{Document, Item, Table, Word, check_label, shown};
use super::rules::HOOKS;
use super::skills::skill_levels;
use super::test_desk::read_desk;
use super::{Expectation, RuleTest};
use crate::diagnostic::Code;
use crate::id::ChannelId;
use crate::limits::{ATTRIBUTES_MAX, MESSAGE_BYTES_MAX, TIER_MAX};
use crate::model::FallbackStep;
use crate::rules::Hook;
use crate::time::Timestamp;

const FIELDS: &[&str] = &[
    "name",
    "text",
    "channel",
    "entry",
    "language",
    "vip",
    "returning",
    "attributes",
    "tags",
    "at",
    "hook",
    "waited",
    "desk",
    "expect",
];
const EXPECT_FIELDS: &[&str] = &[
    "group",
    "agent",
    "priority",
    "tier",
    "tags",
    "no_tags",
    "risk",
    "skills",
    "bot",
    "ticket",
    "leave_message",
    "reply",
    "rule",
    "not_rule",
    "fallback",
    "assigned",
    "waits_for",
    "fell_back",
];
/// What comes out of a desk, not of rules alone.
const OF_DESK: [&str; 3] = ["assigned", "waits_for", "fell_back"];
/// A Monday without holidays nearby, at ten in the morning.
const DEFAULT_AT: DateTime = DateTime::constant(2026, 3, 2, 10, 0, 0, 0);
/// The skill level a test asks for when it names none: any.
const DEFAULT_LEVEL: u8 = 1;

/// What rule tests refer to.
#[derive(Debug)]
pub(crate) struct TestSetting<'s> {
    /// The tenant's zone.
    pub(crate) zone: &'s str,
    /// The channel of a test that names none: the first.
    pub(crate) channel: Option<ChannelId>,
    /// The rules, by slug.
    pub(crate) rules: &'s BTreeSet<&'s str>,
}

/// Reads the tests of one file.
pub(crate) fn read_tests<'d>(
    document: &'d Document<'d>,
    names: &mut AllNames<'d>,
    setting: &TestSetting<'_>,
) -> Vec<RuleTest> {
    let mut seen: BTreeMap<&str, Word<'_>> = BTreeMap::new();
    let tables = document.root(&["test"]).tables("test", FIELDS);
    let mut tests = Vec::new();
    for table in tables {
        if let Some(name) = table.get("name").and_then(|item| item.text()) {
            if let Some(first) = seen.get(name.text) {
                let message = format!("the test `{}` is there twice", shown(name.text));
                let mut finding = name.place.finding(Code::DuplicateName, message);
                finding.related.push(super::names::related(first.place, "first here"));
                name.place.findings().push(finding);
            }
            seen.entry(name.text).or_insert(name);
        }
        tests.extend(read_test(table, names, setting));
    }
    tests
}

fn read_test<'d>(table: Table<'d>, names: &mut AllNames<'d>, setting: &TestSetting<'_>) -> Option<RuleTest> {
    let name = table.must("name").and_then(|item| item.label());
    let text = table.must("text").and_then(read_message);
    let hook = table.get("hook").map_or(Some(Hook::Route), |item| item.choice(&HOOKS[..3]));
    let waited_ms = table.duration_ms("waited");
    if hook == Some(Hook::OnWait) && table.get("waited").is_none() {
        table
            .place
            .report(Code::MissingField, "`waited` is missing: the hook `on_wait` needs to know how long");
    }
    let entry = table.get("entry").and_then(|item| item.label());
    if let Some(entry) = entry {
        names.check_entry(entry);
    }
    let channel = match table.get("channel") {
        Some(item) => names.channels.resolve(item.text()?),
        None => {
            if setting.channel.is_none() && names.channels.is_complete() {
                table
                    .place
                    .report(Code::MissingField, "`channel` is missing, and tenant.toml names no channel");
            }
            setting.channel
        }
    };
    let desk = table.get("desk");
    if let (Some(item), Some(Hook::OnMessage | Hook::OnWait)) = (&desk, hook) {
        item.bad("has its place in a test of the hook `route`: later hooks ask the rules alone");
    }
    if desk.is_none()
        && let Some(expected) = table.get("expect").and_then(|item| item.table(EXPECT_FIELDS))
    {
        for item in OF_DESK.iter().filter_map(|field| expected.get(field)) {
            item.bad("needs a desk: say in `[test.desk]` who is there");
        }
    }
    let expect = table.must("expect").and_then(|item| read_expectation(item, names, setting));
    let at = match table.get("at") {
        Some(item) => read_at(item, setting.zone),
        None => in_zone(DEFAULT_AT, setting.zone),
    };
    Some(RuleTest {
        name: name?.to_text(),
        file: table.place.file().to_owned(),
        span: table.place.span(),
        hook: hook?,
        waited_ms: waited_ms.unwrap_or(0),
        at: at?,
        text: text?.to_text(),
        channel: channel?,
        entry: entry.map(Word::to_text),
        language: table.get("language").and_then(|item| item.text()).and_then(language),
        vip: table.integer("vip", VIP).unwrap_or(0),
        returning: table.boolean("returning").unwrap_or(false),
        attributes: table.get("attributes").map(read_attributes).unwrap_or_default(),
        tags: table.labels("tags").into_iter().map(Word::to_text).collect(),
        desk: desk.and_then(|item| read_desk(item, names)),
        expect: expect?,
    })
}

/// The words of the visitor; they may be none.
fn read_message(item: Item<'_>) -> Option<Word<'_>> {
    let word = item.text()?;
    if word.text.len() > MESSAGE_BYTES_MAX {
        let message = format!("a message of {} bytes, at most {MESSAGE_BYTES_MAX}", word.text.len());
        item.place.report(Code::TooLarge, message);
        return None;
    }
    Some(word)
}

fn read_attributes(item: Item<'_>) -> BTreeMap<String, String> {
    let entries = item.map().unwrap_or_default();
    if entries.len() > ATTRIBUTES_MAX {
        let message = format!("{} attributes, at most {ATTRIBUTES_MAX}", entries.len());
        item.place.report(Code::TooLarge, message);
    }
    let read = entries
        .into_iter()
        .take(ATTRIBUTES_MAX)
        .filter_map(|(name, item)| Some((check_label(name)?.to_text(), item.text()?.to_text())));
    read.collect()
}

/// An instant with an offset, or a date and time in the tenant's zone.
pub(crate) fn read_at(item: Item<'_>, zone: &str) -> Option<Timestamp> {
    let word = item.time_text()?;
    if let Ok(instant) = word.text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(instant.as_millisecond()));
    }
    let at = word.text.parse::<DateTime>().ok().and_then(|at| in_zone(at, zone));
    if at.is_none() {
        item.bad("must be a date and time such as \"2026-11-11T10:00:00+08:00\"");
    }
    at
}

/// The instant at which the clocks of the zone show `at`; where they jump over it, as much later as they jump.
pub(crate) fn in_zone(at: DateTime, zone: &str) -> Option<Timestamp> {
    let zone = TimeZoneDatabase::bundled().get(zone).ok()?;
    let instant = zone.to_ambiguous_timestamp(at).compatible().ok()?;
    Some(Timestamp(instant.as_millisecond()))
}

fn read_expectation<'d>(
    item: Item<'d>,
    names: &mut AllNames<'d>,
    setting: &TestSetting<'_>,
) -> Option<Expectation> {
    let table = item.table(EXPECT_FIELDS)?;
    if table.fields().next().is_none() {
        table
            .place
            .report(Code::MissingField, "`[test.expect]` expects nothing: it needs at least one field");
    }
    let texts = |field| table.labels(field).into_iter().map(Word::to_text).collect();
    Some(Expectation {
        group: table.get("group").and_then(|item| names.groups.resolve(item.text()?)),
        agent: table.get("agent").and_then(|item| names.agents.resolve(item.text()?)),
        priority: table.integer("priority", 0..=9),
        tier: table.integer("tier", 1..=TIER_MAX),
        tags: texts("tags"),
        no_tags: texts("no_tags"),
        risks: texts("risk"),
        skills: table.get("skills").map(|item| skill_levels(item, DEFAULT_LEVEL, names)).unwrap_or_default(),
        away: read_away(table),
        reply: table.get("reply").and_then(|item| item.text()).map(Word::to_text),
        rule: table.get("rule").and_then(|item| rule(item, setting)),
        not_rule: table.get("not_rule").and_then(|item| rule(item, setting)),
        fallback: table.get("fallback").and_then(|item| read_step(item, &names.groups)),
        assigned: table.get("assigned").and_then(|item| names.agents.resolve(item.text()?)),
        waits_for: table.get("waits_for").and_then(|item| names.groups.resolve(item.text()?)),
        fell_back: table.get("fell_back").and_then(|item| read_step(item, &names.groups)),
    })
}

/// The place outside the groups where it is expected to go.
fn read_away(table: Table<'_>) -> Option<FallbackStep> {
    let mut away = None;
    for (field, item) in table.fields() {
        let step = match field.text {
            "bot" => item.label().map(|word| FallbackStep::Bot(word.to_text())),
            "ticket" => item.boolean().filter(|set| *set).map(|_| FallbackStep::Ticket),
            "leave_message" => item.boolean().filter(|set| *set).map(|_| FallbackStep::LeaveMessage),
            _ => None,
        };
        if step.is_some() && (away.is_some() || table.get("group").is_some()) {
            let message = format!("`{}` is a second place to go to: a conversation goes to one", field.text);
            field.place.report(Code::BadValue, message);
        }
        away = away.or(step);
    }
    away
}

fn rule(item: Item<'_>, setting: &TestSetting<'_>) -> Option<String> {
    let word = item.text()?;
    if !setting.rules.contains(word.text) {
        let finding = item.place.finding(Code::UnknownRule, format!("unknown rule `{}`", shown(word.text)));
        let findings = item.place.findings();
        let known: Vec<_> = setting.rules.iter().copied().collect();
        findings.push(findings.suggest(finding, word.text, known.into_iter()));
        return None;
    }
    Some(word.to_text())
}
