//! What a keyword rule does: `[then]`.

use super::names::{AllNames, related};
use super::reader::{Item, Place, Table};
use super::skills::skill_levels;
use crate::diagnostic::{Code, Span};
use crate::limits::{REPLY_BYTES_MAX, REQUIRED_SKILLS_MAX, RULE_WAIT_MS_MAX, TAGS_MAX, TIER_MAX};
use crate::rules::Effect;

const FIELDS: &[&str] = &[
    "group",
    "bot",
    "ticket",
    "leave_message",
    "agent",
    "prefer_agent",
    "skills",
    "priority",
    "tier",
    "tags",
    "risk",
    "wait_max",
    "reply",
    "stop",
];
/// The level a conversation asks for when it names none: any.
const DEFAULT_REQUIRED_LEVEL: u8 = 1;

/// Reads `[then]`, in the order in which it is written.
pub(crate) fn read_effects<'d>(item: Item<'d>, names: &mut AllNames<'d>) -> Vec<(Effect, Span)> {
    let Some(table) = item.table(FIELDS) else {
        return Vec::new();
    };
    check_destinations(table);
    let mut effects = Vec::new();
    for (field, item) in table.fields() {
        let read = read_field(field.text, item, names);
        effects.extend(read.into_iter().map(|effect| (effect, item.place.span())));
    }
    if table.fields().next().is_none() {
        table.place.report(Code::MissingField, "`[then]` does nothing: it needs at least one effect");
    }
    effects
}

fn read_field<'d>(field: &str, item: Item<'d>, names: &mut AllNames<'d>) -> Vec<Effect> {
    let flag = |effect: Effect| item.boolean().filter(|set| *set).map(|_| effect);
    let one = match field {
        "group" => item.text().and_then(|word| names.groups.resolve(word)).map(Effect::ToGroup),
        "bot" => item.label().map(|word| Effect::ToBot(word.to_text())),
        "ticket" => flag(Effect::OfferTicket),
        "leave_message" => flag(Effect::OfferLeaveMessage),
        "agent" => item.text().and_then(|word| names.agents.resolve(word)).map(Effect::ToAgent),
        "prefer_agent" => item.text().and_then(|word| names.agents.resolve(word)).map(Effect::PreferAgent),
        "priority" => item.integer(0..=9).map(Effect::Priority),
        "tier" => item.integer(1..=TIER_MAX).map(Effect::Tier),
        "wait_max" => read_wait_max(item).map(Effect::WaitMax),
        "reply" => item.text_within(REPLY_BYTES_MAX).map(|word| Effect::Reply(word.to_text())),
        "stop" => flag(Effect::Stop),
        "skills" => return read_skills(item, names),
        "tags" => return read_labels(item, Effect::Tag),
        "risk" => return read_labels(item, Effect::FlagRisk),
        _ => None,
    };
    one.into_iter().collect()
}

fn read_wait_max(item: Item<'_>) -> Option<i64> {
    let ms = item.positive_duration_ms()?;
    if ms > RULE_WAIT_MS_MAX {
        item.bad("must be at most 7d");
        return None;
    }
    Some(ms)
}

fn read_skills<'d>(item: Item<'d>, names: &mut AllNames<'d>) -> Vec<Effect> {
    let skills = skill_levels(item, DEFAULT_REQUIRED_LEVEL, names);
    check_count(item.place, skills.len(), REQUIRED_SKILLS_MAX);
    skills.into_iter().take(REQUIRED_SKILLS_MAX).map(Effect::RequireSkill).collect()
}

fn read_labels(item: Item<'_>, effect: fn(String) -> Effect) -> Vec<Effect> {
    let labels = item.labels().unwrap_or_default();
    check_count(item.place, labels.len(), TAGS_MAX);
    labels.into_iter().take(TAGS_MAX).map(|label| effect(label.to_text())).collect()
}

fn check_count(place: Place<'_>, count: usize, most: usize) {
    if count > most {
        place.report(Code::TooLarge, format!("{count} of them, at most {most}"));
    }
}

/// A conversation goes to one place. An agent can be named beside a group, not beside a bot, a ticket or a message left.
fn check_destinations(table: Table<'_>) {
    let mut first: Option<(&str, Place<'_>)> = None;
    for (field, item) in table.fields() {
        let is_destination = matches!(field.text, "group" | "bot" | "ticket" | "leave_message" | "agent");
        if !is_destination || item.is_false() {
            continue;
        }
        match first {
            Some(("group", _)) if field.text == "agent" => {}
            Some(("agent", _)) if field.text == "group" => first = Some(("group", field.place)),
            Some((other, place)) => {
                let message = format!("`{}` and `{other}` cannot both say where to", field.text);
                let mut finding = field.place.finding(Code::BadValue, message);
                finding.related.push(related(place, format!("`{other}` is here")));
                field.place.findings().push(finding.help("keep one of them"));
            }
            None => first = Some((field.text, field.place)),
        }
    }
}
