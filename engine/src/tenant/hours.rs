//! Business hours and shifts: `[hours.NAME]` of `tenant.toml`.

use super::reader::{Item, Table, Word};
use crate::diagnostic::Code;
use crate::model::hours::{DayRange, Hours, HoursBuilder, HoursError, Span, parse_date, parse_zone};

/// The fields of one plan.
pub(crate) const FIELDS: &[&str] = &["zone", "weekly", "exceptions", "always"];

/// Reads one plan; what is wrong in it is left out of it, and reported.
pub(crate) fn read_hours(table: Table<'_>, tenant_zone: &str) -> Option<Hours> {
    let zone = table.get("zone").and_then(read_zone);
    let mut builder = Hours::builder(zone.as_deref().unwrap_or(tenant_zone)).ok()?;
    if let Some(item) = table.get("always")
        && item.boolean() == Some(true)
    {
        let added = builder.always().map(drop);
        added.unwrap_or_else(|error| report(item, &error));
    }
    for (days, spans) in table.get("weekly").and_then(|item| item.map()).unwrap_or_default() {
        add(days, spans, &mut builder, |builder, spans| {
            DayRange::parse(days.text).and_then(|days| builder.weekly(days, spans).map(drop))
        });
    }
    for (date, spans) in table.get("exceptions").and_then(|item| item.map()).unwrap_or_default() {
        add(date, spans, &mut builder, |builder, spans| {
            parse_date(date.text).and_then(|date| builder.exception(date, spans).map(drop))
        });
    }
    if table.get("weekly").is_none() && table.get("always").is_none() {
        let message = "neither `weekly` nor `always` says when these hours are open";
        table.place.report(Code::MissingField, message);
    }
    Some(builder.build())
}

/// Reads the name of a time zone.
pub(crate) fn read_zone(item: Item<'_>) -> Option<String> {
    let word = item.label()?;
    parse_zone(word.text).map_err(|error| report(item, &error)).ok()
}

fn add(
    key: Word<'_>,
    item: Item<'_>,
    builder: &mut HoursBuilder,
    add: impl FnOnce(&mut HoursBuilder, &[Span]) -> Result<(), HoursError>,
) {
    let Some(list) = item.list() else {
        return;
    };
    let mut spans = Vec::new();
    for item in list {
        let Some(word) = item.text() else {
            continue;
        };
        match Span::parse(word.text) {
            Ok(span) => spans.push(span),
            Err(error) => report(item, &error),
        }
    }
    if let Err(error) = add(builder, &spans) {
        key.place.findings().push(finding(key.place.finding(Code::BadValue, error.to_string()), &error));
    }
}

fn report(item: Item<'_>, error: &HoursError) {
    item.place.findings().push(finding(item.place.finding(Code::BadValue, error.to_string()), error));
}

fn finding(mut finding: crate::diagnostic::Diagnostic, error: &HoursError) -> crate::diagnostic::Diagnostic {
    finding.did_you_mean = error.did_you_mean().map(str::to_owned);
    finding.help(error.help())
}
