//! The values of a scenario: shares, lengths of time, times of day, phrases.

use super::super::clock::{Calendar, DayTime, parse_day_time};
use super::super::dispersion::{
    DISPERSION_CORRELATION_MAX, DISPERSION_CV_MAX, DISPERSION_STRETCH_MS_DEFAULT, DISPERSION_STRETCH_MS_MIN,
    DispersedDay, Dispersion,
};
use super::super::random::{DRAW_MS_MAX, Length, Shape};
use super::super::rates::{Base, DayShapes, SHAPE_PIECES};
use super::super::scenario::{FollowUp, PHRASES_MAX};
use super::LENGTH_FIELDS;
use crate::diagnostic::Code;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::model::hours::DayRange;
use crate::tenant::read_at;
use crate::tenant::reader::{Item, Table};
use crate::time::Timestamp;

/// Conversations an hour on one channel.
const PER_HOUR_MAX: f64 = 100_000_000.0;
/// What a surge or an agent multiplies by.
const FACTOR_MAX: f64 = 1_000.0;

/// The longest stretch: more is a day.
const DISPERSION_STRETCH_MS_MAX: i64 = 24 * 3_600_000;
const DISPERSION_FIELDS: &[&str] = &["day", "stretch", "stretch_length", "stretch_correlation"];

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

/// Rates by time of day: a list for every day, or one for each of some days, as `{ mon-fri = […], sat = […] }`.
pub(super) fn shape(item: Item<'_>) -> Option<Base> {
    if item.is_list() {
        return shape_of_day(item).map(|rates| Base::Shape(DayShapes::alike(&rates)));
    }
    let mut shapes = DayShapes::default();
    for (word, item) in item.map()? {
        let rates = shape_of_day(item);
        let days =
            DayRange::parse(word.text).map_err(|error| word.place.report(Code::BadValue, error.to_string()));
        let (Some(rates), Ok(days)) = (rates, days) else { continue };
        for day in days.days() {
            let of_day = shapes.day_mut(day);
            if !of_day.is_empty() {
                word.place
                    .report(Code::DuplicateName, format!("`{}` has a day that has rates already", word.text));
            }
            rates.clone_into(of_day);
        }
    }
    Some(Base::Shape(shapes))
}

fn shape_of_day(item: Item<'_>) -> Option<Vec<f64>> {
    let list = item.list()?;
    let many = list.len();
    if !SHAPE_PIECES.contains(&many) {
        item.bad(format!(
            "must have 24 numbers, one for each hour of the day, or 48, 96 or 288 for shorter pieces, not {many}"
        ));
        return None;
    }
    Some(list.filter_map(rate).collect()).filter(|rates: &Vec<f64>| rates.len() == many)
}

/// What `[dispersion]` says, for these days.
pub(super) fn dispersion(item: Item<'_>, calendar: &Calendar) -> Option<Dispersion> {
    let table = item.table(DISPERSION_FIELDS)?;
    let variation =
        |field| table.get(field).and_then(|item| item.number(0.0..=DISPERSION_CV_MAX)).unwrap_or(0.0);
    let (day, stretch) = (variation("day"), variation("stretch"));
    if table.get("day").is_none() && table.get("stretch").is_none() {
        table.place.report(Code::MissingField, "neither `day` nor `stretch` says how far rates vary");
    }
    for item in ["stretch_length", "stretch_correlation"].into_iter().filter_map(|field| table.get(field)) {
        if table.get("stretch").is_none() {
            item.bad("belongs to `stretch`, which is not given");
        }
    }
    let stretch_ms = table.get("stretch_length").and_then(|item| {
        let ms = item.positive_duration_ms()?;
        let fits = (DISPERSION_STRETCH_MS_MIN..=DISPERSION_STRETCH_MS_MAX).contains(&ms);
        if !fits {
            item.bad("must be from 1m to 24h");
        }
        fits.then_some(ms)
    });
    let correlation =
        table.get("stretch_correlation").and_then(|item| item.number(0.0..=DISPERSION_CORRELATION_MAX));
    let days = calendar.dates().map(|(date, from, to)| DispersedDay {
        date: date.to_string(),
        // Below zero where the scenario begins within the day.
        from_ms: from.0 - calendar.start().0,
        to_ms: to.0 - calendar.start().0,
    });
    Some(Dispersion {
        day,
        stretch,
        stretch_ms: stretch_ms.unwrap_or(DISPERSION_STRETCH_MS_DEFAULT),
        stretch_correlation: correlation.unwrap_or(0.0),
        days: days.collect(),
    })
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
