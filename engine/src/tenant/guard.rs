//! The guard of a rule: `[when]`.

use std::collections::BTreeMap;

use super::keywords::{KeywordTables, read_keywords};
use super::names::{AllNames, language};
use super::reader::{Item, Table, Word, check_label};
use crate::diagnostic::Code;
use crate::limits::ATTRIBUTES_MAX;
use crate::rules::Guard;

const FIELDS: &[&str] = &[
    "channel",
    "entry",
    "language",
    "vip_min",
    "vip_max",
    "returning",
    "tags_any",
    "tags_all",
    "tags_none",
    "hours",
    "hours_closed",
    "attributes",
    "group",
    "keywords",
];
/// VIP levels, in files.
pub(crate) const VIP: std::ops::RangeInclusive<i64> = 0..=255;

/// Reads `[when]`.
pub(crate) fn read_guard<'d>(
    item: Item<'d>,
    names: &AllNames<'d>,
    tables: &KeywordTables<'d>,
) -> Option<Guard> {
    let table = item.table(FIELDS)?;
    let texts = |field| table.labels(field).into_iter().map(Word::to_text).collect();
    let entries = table.labels("entry");
    entries.iter().for_each(|entry| names.check_entry(*entry));
    let guard = Guard {
        channels: ids(table, "channel", |word| names.channels.resolve(word)),
        entries: entries.into_iter().map(Word::to_text).collect(),
        languages: table.labels("language").into_iter().filter_map(language).collect(),
        vip_min: table.integer("vip_min", VIP),
        vip_max: table.integer("vip_max", VIP),
        returning: table.boolean("returning"),
        tags_any: texts("tags_any"),
        tags_all: texts("tags_all"),
        tags_none: texts("tags_none"),
        hours_open: hours(table, "hours", names),
        hours_closed: hours(table, "hours_closed", names),
        attributes: table.get("attributes").map(read_attributes).unwrap_or_default(),
        groups: ids(table, "group", |word| names.groups.resolve(word)),
        keywords: table.get("keywords").and_then(|item| read_keywords(item, tables)),
    };
    if let (Some(least), Some(most)) = (guard.vip_min, guard.vip_max)
        && least > most
        && let Some(item) = table.get("vip_max")
    {
        item.bad(format!("must not be below `vip_min`, which is {least}"));
    }
    if guard.hours_open.is_some()
        && guard.hours_open == guard.hours_closed
        && let Some(item) = table.get("hours_closed")
    {
        item.bad("names the same hours as `hours`, which cannot be open and closed at once");
    }
    Some(guard)
}

fn ids<'d, Id>(table: Table<'d>, field: &'static str, resolve: impl Fn(Word<'d>) -> Option<Id>) -> Vec<Id> {
    table.labels(field).into_iter().filter_map(resolve).collect()
}

fn hours(table: Table<'_>, field: &'static str, names: &AllNames<'_>) -> Option<crate::id::HoursId> {
    names.hours.resolve(table.get(field)?.text()?)
}

/// Each attribute with the values of which it must have one; a single value needs no list.
fn read_attributes(item: Item<'_>) -> BTreeMap<String, Vec<String>> {
    let entries = item.map().unwrap_or_default();
    if entries.len() > ATTRIBUTES_MAX {
        let message = format!("{} attributes, at most {ATTRIBUTES_MAX}", entries.len());
        item.place.report(Code::TooLarge, message);
    }
    let read = entries.into_iter().take(ATTRIBUTES_MAX).filter_map(|(attribute, item)| {
        let values = if item.is_string() { vec![item.label()?] } else { item.labels()? };
        let attribute = check_label(attribute)?;
        Some((attribute.to_text(), values.into_iter().map(Word::to_text).collect()))
    });
    read.collect()
}
