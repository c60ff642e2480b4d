//! A plan laid out for questions about instants.
//!
//! Between two changes of its zone's offset, wall-clock time runs evenly, so a plan is a list of minutes by local day
//! there. Each weekday, and each date that an exception touches, has its open minutes merged, night spans of the day
//! before included. An instant then costs one look at the zone and one at a short list.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::days::WEEKDAYS;
use super::error::HoursError;
use super::zone::find_zone;
use super::{Hours, MINUTES_PER_DAY, Span};
use crate::time::Timestamp;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// A plan with its zone looked up; answers whether it is open at an instant, and when that changes.
///
/// Instants outside the calendar (years -9999 to 9999) count as its first or last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompiledHours {
    zone: TimeZone,
    /// Monday first.
    week: [OpenMinutes; 7],
    /// Local days, counted from the epoch, that an exception touches, in order.
    special: Vec<(i64, OpenMinutes)>,
    /// What every day of the week is all day long, if they are all the same.
    all_week: Option<bool>,
}

/// The open minutes of one local day: in order, apart from each other, within 0 to 1440.
type OpenMinutes = Box<[Range<u16>]>;

impl CompiledHours {
    pub(super) fn new(hours: &Hours) -> Result<CompiledHours, HoursError> {
        let zone = find_zone(hours.zone())?;
        let week = WEEKDAYS.map(|day| open_minutes(hours.on_weekday(day.previous()), hours.on_weekday(day)));
        let mut special: Vec<(i64, OpenMinutes)> = Vec::new();
        for &date in hours.exceptions().keys() {
            for date in [Some(date), date.tomorrow().ok()].into_iter().flatten() {
                let before = date.yesterday().map_or(&[][..], |day| hours.on_date(day));
                special.push((day_number(date), open_minutes(before, hours.on_date(date))));
            }
        }
        special.sort_unstable_by_key(|(day, _)| *day);
        special.dedup_by_key(|(day, _)| *day);
        let all_week = match () {
            () if week.iter().all(|open| open.is_empty()) => Some(false),
            () if week.iter().all(|open| matches!(**open, [Range { start: 0, end: MINUTES_PER_DAY }])) => {
                Some(true)
            }
            () => None,
        };
        Ok(CompiledHours { zone, week, special, all_week })
    }

    /// Whether the plan is open at this instant.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        if let (Some(open), true) = (self.all_week, self.special.is_empty()) {
            return open;
        }
        let instant = instant(at.0);
        self.is_open_local(instant.as_millisecond() + self.offset_ms(instant))
    }

    /// The first instant after `at` at which the plan opens or closes; `None`: it never does again.
    #[must_use]
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let open = self.is_open(at);
        let mut from = instant(at.0);
        loop {
            let offset_ms = self.offset_ms(from);
            let local_ms = from.as_millisecond() + offset_ms;
            if self.is_open_local(local_ms) != open {
                return Some(Timestamp(from.as_millisecond()));
            }
            if self.settled_from(local_ms, open) {
                return None;
            }
            let turn = self.zone.following(from).next().map(|turn| turn.timestamp());
            let until_ms = turn.unwrap_or(jiff::Timestamp::MAX).as_millisecond() + offset_ms;
            if let Some(change_ms) = self.next_local_change(local_ms, until_ms, open) {
                return Some(Timestamp(change_ms - offset_ms));
            }
            from = turn?;
        }
    }

    /// The stretches within `[from, to)` in which the plan is open: in order, half-open, none touching the next.
    #[must_use]
    pub fn open_ranges(&self, from: Timestamp, to: Timestamp) -> OpenRanges<'_> {
        OpenRanges { hours: self, from, to }
    }

    /// Milliseconds from UTC to the zone's wall clock.
    fn offset_ms(&self, at: jiff::Timestamp) -> i64 {
        i64::from(self.zone.to_offset(at).seconds()) * 1_000
    }

    /// Whether the plan is open when the wall clock shows `local_ms`, counted from the epoch's midnight.
    fn is_open_local(&self, local_ms: i64) -> bool {
        let day = local_ms.div_euclid(DAY_MS);
        let minute = local_ms.rem_euclid(DAY_MS) / MINUTE_MS;
        self.on_day(day).iter().any(|open| i64::from(open.start) <= minute && minute < i64::from(open.end))
    }

    /// The open minutes of a local day.
    fn on_day(&self, day: i64) -> &[Range<u16>] {
        let found = if self.special.is_empty() {
            Err(0)
        } else {
            self.special.binary_search_by_key(&day, |(day, _)| *day)
        };
        let open = match found {
            Ok(at) => self.special.get(at).map(|(_, open)| open),
            // The epoch was a Thursday.
            Err(_) => usize::try_from((day + 3).rem_euclid(7)).ok().and_then(|index| self.week.get(index)),
        };
        open.map_or(&[], |open| open)
    }

    /// Whether the plan stays as it is from this local time on, however often the clock falls back.
    fn settled_from(&self, local_ms: i64, open: bool) -> bool {
        // A zone that crosses the date line may repeat a whole day.
        let repeat_days = 2;
        self.all_week == Some(open)
            && self.special.last().is_none_or(|(last, _)| last + repeat_days < local_ms.div_euclid(DAY_MS))
    }

    /// The first local time after `local_ms` and before `until_ms` at which the plan is not `open`, as if the clock ran
    /// evenly all that time.
    fn next_local_change(&self, local_ms: i64, until_ms: i64, open: bool) -> Option<i64> {
        let mut day = local_ms.div_euclid(DAY_MS);
        loop {
            let midnight_ms = day * DAY_MS;
            if midnight_ms >= until_ms {
                return None;
            }
            let at_ms = |minute: u16| midnight_ms + i64::from(minute) * MINUTE_MS;
            let edges = self.on_day(day).iter().flat_map(|range| [(range.start, true), (range.end, false)]);
            // A day opens closed unless its first range starts at 0, and what ends at 24:00 may go on the next day.
            let change = std::iter::once((0, false))
                .filter(|_| self.on_day(day).first().is_none_or(|first| first.start > 0))
                .chain(edges)
                .filter(|&(minute, _)| minute < MINUTES_PER_DAY)
                .find(|&(minute, opens)| opens != open && at_ms(minute) > local_ms)
                .map(|(minute, _)| at_ms(minute));
            if let Some(change_ms) = change {
                return (change_ms < until_ms).then_some(change_ms);
            }
            day += 1;
            if self.all_week == Some(open) {
                // Only an exception can change anything.
                let next = self.special.partition_point(|(special, _)| *special < day);
                day = self.special.get(next)?.0;
            }
        }
    }
}

/// Stretches in which a plan is open; see [`CompiledHours::open_ranges`].
#[derive(Clone, Debug)]
pub struct OpenRanges<'h> {
    hours: &'h CompiledHours,
    from: Timestamp,
    to: Timestamp,
}

impl Iterator for OpenRanges<'_> {
    type Item = Range<Timestamp>;

    fn next(&mut self) -> Option<Range<Timestamp>> {
        if self.from >= self.to {
            return None;
        }
        let mut start = self.from;
        if !self.hours.is_open(start) {
            start = self.hours.next_change(start).unwrap_or(self.to);
        }
        let end = if start < self.to {
            self.hours.next_change(start).unwrap_or(self.to).min(self.to)
        } else {
            self.to
        };
        self.from = end;
        (start < end).then_some(start..end)
    }
}

/// The minutes of a day that lie in the spans that start on it or in the night spans of the day before.
fn open_minutes(before: &[Span], day: &[Span]) -> OpenMinutes {
    let nights =
        before.iter().filter(|span| span.overnight()).map(|span| 0..span.end_minute() - MINUTES_PER_DAY);
    let own = day.iter().map(|span| span.from_minute()..span.end_minute().min(MINUTES_PER_DAY));
    let mut ranges: Vec<Range<u16>> = nights.chain(own).collect();
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<u16>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged.into()
}

/// Days from the epoch to a date.
fn day_number(date: Date) -> i64 {
    date.duration_since(EPOCH).as_hours() / 24
}

/// The instant, or the nearest one the calendar has.
fn instant(at_ms: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at_ms).unwrap_or(if at_ms < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    })
}
