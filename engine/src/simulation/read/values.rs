//! The values of a scenario: shares, lengths of time, times of day, phrases.

use super::super::clock::{Calendar, DayTime, parse_day_time};
use super::super::random::{DRAW_MS_MAX, Length, Shape};
use super::super::rates::Base;
use super::super::scenario::{FollowUp, PHRASES_MAX};
use super::LENGTH_FIELDS;
use crate::diagnostic::Code;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::tenant::read_at;
use crate::tenant::reader::{Item, Table};
use crate::time::Timestamp;

/// Conversations an hour on one channel.
const PER_HOUR_MAX: f64 = 100_000_000.0;
/// What a surge or an agent multiplies by.
const FACTOR_MAX: f64 = 1_000.0;

pub(super) fn share(item: Item<'_>) -> Option<f64> {
    item.number(0.0..=1.0)
}

pub(super) fn factor(item: Item<'_>) -> Option<f64> {
    item.number(0.0..=FACTOR_MAX)
}

pub(super) fn factor_above_zero(item: Item<'_>) -> Option<f64> {
    item.number(0.001..=FACTOR_MAX)
}

pub(super) fn rate(item: Item<'_>) -> Option<f64> {
    item.number(0.0..=PER_HOUR_MAX)
}

pub(super) fn by_hour(item: Item<'_>) -> Option<Base> {
    let list = item.list()?;
    let many = list.len();
    let hours: Vec<f64> = list.filter_map(rate).collect();
    let shape: Option<[f64; 24]> = hours.try_into().ok();
    if many != 24 {
        item.bad(format!("must have 24 numbers, one for each hour of the day, not {many}"));
    }
    shape.map(Base::ByHour)
}

pub(super) fn day_time(item: Item<'_>) -> Option<DayTime> {
    let word = item.time_text()?;
    let time = parse_day_time(word.text);
    if time.is_none() {
        item.bad("must be a time of day such as \"14:00\"");
    }
    time
}

/// A time of day means the first such time of the scenario.
pub(super) fn instant(item: Item<'_>, calendar: &Calendar, zone: &str) -> Option<Timestamp> {
    let word = item.time_text()?;
    match parse_day_time(word.text) {
        Some(time) => calendar.first(time),
        None => read_at(item, zone),
    }
}

pub(super) fn patience(item: Item<'_>) -> Option<Length> {
    let table = item.table(LENGTH_FIELDS)?;
    let is_none = table
        .get("distribution")
        .is_some_and(|item| matches!(item.text(), Some(word) if word.text == "none"));
    if is_none { None } else { length_in(table) }
}

/// A length of time: a table with its mean, or just the duration, which then does not vary.
pub(super) fn length_of(item: Item<'_>) -> Option<Length> {
    if item.is_string() {
        let mean_ms = mean_ms(item)?;
        return Some(Length { mean_ms, shape: Shape::Constant });
    }
    length_in(item.table(LENGTH_FIELDS)?)
}

pub(super) fn length_in(table: Table<'_>) -> Option<Length> {
    #[derive(Copy, Clone, PartialEq)]
    enum Kind {
        Constant,
        Uniform,
        Exponential,
        Lognormal,
    }
    let kinds = [
        ("constant", Kind::Constant),
        ("uniform", Kind::Uniform),
        ("exponential", Kind::Exponential),
        ("lognormal", Kind::Lognormal),
    ];
    let mean = table.must("mean").and_then(mean_ms);
    let kind = match table.get("distribution") {
        Some(item) => item.choice(&kinds)?,
        None => Kind::Exponential,
    };
    let shape = match kind {
        Kind::Constant => Shape::Constant,
        Kind::Uniform => Shape::Uniform,
        Kind::Exponential => Shape::Exponential,
        Kind::Lognormal => Shape::Lognormal { sigma: table.must("sigma")?.number(0.01..=3.0)? },
    };
    if let (Some(item), true) = (table.get("sigma"), kind != Kind::Lognormal) {
        item.bad("belongs to `distribution = \"lognormal\"`");
    }
    Some(Length { mean_ms: mean?, shape })
}

pub(super) fn mean_ms(item: Item<'_>) -> Option<f64> {
    let ms = item.positive_duration_ms()?;
    if ms > DRAW_MS_MAX {
        item.bad("must be at most 7d");
        return None;
    }
    Some(ms as f64)
}

pub(super) fn phrases(item: Item<'_>) -> Vec<String> {
    let Some(list) = item.some_list() else {
        return Vec::new();
    };
    if list.len() > PHRASES_MAX {
        item.place.report(Code::TooLarge, format!("more than {PHRASES_MAX} phrases"));
    }
    list.take(PHRASES_MAX)
        .filter_map(|item| item.text_within(MESSAGE_BYTES_MAX))
        .map(|word| word.to_text())
        .collect()
}

pub(super) fn follow_up(item: Item<'_>) -> Option<FollowUp> {
    let table = item.table(&["share", "after", "phrases"])?;
    let share = table.must("share").and_then(share);
    let after = table.must("after").and_then(length_of);
    let phrases = table.must("phrases").map(phrases).unwrap_or_default();
    Some(FollowUp { share: share?, after: after?, phrases })
}

pub(super) fn attributes(table: Table<'_>) -> Vec<(String, String)> {
    let entries = table.get("attributes").and_then(|item| item.map()).unwrap_or_default();
    entries.into_iter().filter_map(|(word, item)| Some((word.to_text(), item.label()?.to_text()))).collect()
}
