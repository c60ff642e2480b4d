//! Arithmetic with hours: what holds at every minute of two plans, and the stretches that nobody covers.

use std::ops::Range;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZoneDatabase;

use crate::id::HoursId;
use crate::model::Directory;
use crate::model::hours::{CompiledHours, Hours, Span};
use crate::tenant::in_zone;
use crate::time::Timestamp;

/// The first day of the week that stands for all weeks: that of an ordinary visit.
const WEEK_FROM: Date = Date::constant(2026, 3, 2);
/// The ordinary visit's time of day.
const HOUR: i8 = 10;
/// Days with an exception that are looked at.
const SPECIAL_DAYS_MAX: usize = 400;
/// Moments at which something opens or closes that are looked at.
const MOMENTS_MAX: usize = 4_000;

const WORDS: usize = 23;

/// The open minutes of one local day, a bit each.
type Minutes = [u64; WORDS];

/// Whether the two plans are never open at the same time, on any day. `false` also where it cannot be told: plans in
/// different zones are not compared.
pub(super) fn never_both_open(one: &Hours, other: &Hours) -> bool {
    one.zone() == other.zone()
        && days(one, other).all(|(one, other)| one.iter().zip(&other).all(|(one, other)| one & other == 0))
}

/// Whether the second plan is open whenever the first one is, on any day. `false` also where it cannot be told.
pub(super) fn open_within(inner: &Hours, outer: &Hours) -> bool {
    inner.zone() == outer.zone()
        && days(inner, outer)
            .all(|(inner, outer)| inner.iter().zip(&outer).all(|(inner, outer)| inner & !outer == 0))
}

/// Whether the plan is open at every minute of every day.
pub(super) fn always_open(hours: &Hours) -> bool {
    let minute_of_day = |minute: usize| (minute / 64, 1u64 << (minute % 64));
    days(hours, hours).all(|(open, _)| {
        (0..1440).map(minute_of_day).all(|(word, bit)| open.get(word).is_some_and(|word| word & bit != 0))
    })
}

/// Every day that the two plans can make of each other: the weekdays, and every date that an exception touches. A plan
/// is a matter of the clock alone, so what holds for all of these holds at every instant.
fn days(one: &Hours, other: &Hours) -> impl Iterator<Item = (Minutes, Minutes)> {
    let weekdays = Weekday::Monday.cycle_forward().take(7);
    let on_weekday =
        |hours: &Hours, day: Weekday| minutes(hours.on_weekday(day.previous()), hours.on_weekday(day));
    let weekdays = weekdays.map(move |day| (on_weekday(one, day), on_weekday(other, day)));
    let mut dates: Vec<Date> = one.exceptions().keys().chain(other.exceptions().keys()).copied().collect();
    dates.extend(dates.clone().iter().filter_map(|date| date.tomorrow().ok()));
    dates.sort_unstable();
    dates.dedup();
    let on_date = |hours: &Hours, date: Date| {
        let before = date.yesterday().map_or(&[][..], |day| hours.on_date(day));
        minutes(before, hours.on_date(date))
    };
    let dates: Vec<_> = dates.into_iter().map(|date| (on_date(one, date), on_date(other, date))).collect();
    weekdays.chain(dates)
}

fn minutes(before: &[Span], day: &[Span]) -> Minutes {
    let mut minutes = [0; WORDS];
    let nights = before.iter().filter(|span| span.overnight()).map(|span| 0..span.end_minute() - 1440);
    let own = day.iter().map(|span| span.from_minute()..span.end_minute().min(1440));
    for minute in nights.chain(own).flatten() {
        if let Some(word) = minutes.get_mut(usize::from(minute / 64)) {
            *word |= 1 << (minute % 64);
        }
    }
    minutes
}

/// The hours of a tenant over a week that stands for all, and over every day with an exception.
#[derive(Debug)]
pub(super) struct Calendar {
    zone: String,
    compiled: Vec<Option<CompiledHours>>,
    /// The week first, then days with an exception and the days beside them, in order.
    windows: Vec<Range<Timestamp>>,
    /// The stretches in which each plan is open, by plan and window.
    open: Vec<Vec<Vec<Range<Timestamp>>>>,
    /// Everything at which something opens or closes, the ordinary visit's time first.
    moments: Vec<Timestamp>,
    /// What was left out, in words.
    pub(super) bounds: Vec<String>,
}

impl Calendar {
    /// Lays the tenant's hours out.
    pub(super) fn new(directory: &Directory) -> Calendar {
        let zone = directory.settings.zone.clone();
        let compiled: Vec<_> = directory.hours.iter().map(|named| named.hours.compile().ok()).collect();
        let mut calendar = Calendar {
            zone,
            compiled,
            windows: Vec::new(),
            open: Vec::new(),
            moments: Vec::new(),
            bounds: Vec::new(),
        };
        let week_end = (0..7).try_fold(WEEK_FROM, |day, _| day.tomorrow()).unwrap_or(WEEK_FROM);
        calendar.windows.extend(calendar.window(WEEK_FROM, week_end));
        let mut special: Vec<Date> =
            directory.hours.iter().flat_map(|named| named.hours.exceptions().keys()).copied().collect();
        special.sort_unstable();
        special.dedup();
        if special.len() > SPECIAL_DAYS_MAX {
            let left_out = special.len() - SPECIAL_DAYS_MAX;
            calendar.bounds.push(format!("{left_out} days with special hours"));
            special.truncate(SPECIAL_DAYS_MAX);
        }
        for date in special {
            let next = date.tomorrow().and_then(Date::tomorrow);
            let Some(window) = next.ok().and_then(|next| calendar.window(date, next)) else { continue };
            match calendar.windows.last_mut() {
                Some(last) if last.start <= window.start && window.start <= last.end => {
                    last.end = last.end.max(window.end);
                }
                _ => calendar.windows.push(window),
            }
        }
        let open_in = |hours: &Option<CompiledHours>, window: &Range<Timestamp>| match hours {
            Some(hours) => hours.open_ranges(window.start, window.end).collect(),
            None => Vec::new(),
        };
        let by_window = |hours| calendar.windows.iter().map(|window| open_in(hours, window)).collect();
        calendar.open = calendar.compiled.iter().map(by_window).collect();
        calendar.moments = calendar.changes();
        calendar
    }

    fn window(&self, from: Date, to: Date) -> Option<Range<Timestamp>> {
        let midnight = |date: Date| in_zone(date.to_datetime(jiff::civil::Time::midnight()), &self.zone);
        Some(midnight(from)?..midnight(to)?)
    }

    fn changes(&mut self) -> Vec<Timestamp> {
        let ranges = self.open.iter().flatten().flatten();
        let mut changes: Vec<Timestamp> = ranges.flat_map(|range| [range.start, range.end]).collect();
        changes.sort_unstable();
        changes.dedup();
        if changes.len() > MOMENTS_MAX {
            self.bounds.push(format!("{} moments at which hours change", changes.len() - MOMENTS_MAX));
            changes.truncate(MOMENTS_MAX);
        }
        let ordinary = in_zone(WEEK_FROM.at(HOUR, 0, 0, 0), &self.zone);
        ordinary.into_iter().chain(changes).collect()
    }

    /// Moments that between them show every state of the hours, the ordinary visit's time first.
    pub(super) fn moments(&self) -> &[Timestamp] {
        &self.moments
    }

    /// The first moment at which all of `open` are open and all of `closed` are not.
    pub(super) fn moment(&self, open: &[HoursId], closed: &[HoursId]) -> Option<Timestamp> {
        let is_open = |hours: &HoursId, at: Timestamp| {
            self.compiled.get(hours.index()).and_then(Option::as_ref).is_some_and(|hours| hours.is_open(at))
        };
        let fits = |at: &&Timestamp| {
            open.iter().all(|hours| is_open(hours, **at)) && !closed.iter().any(|hours| is_open(hours, **at))
        };
        self.moments.iter().find(fits).copied()
    }

    /// As visits write it: the wall clock of the tenant's zone. `None`: the ordinary visit's time.
    pub(super) fn written(&self, at: Timestamp) -> Option<String> {
        if self.moments.first() == Some(&at) {
            return None;
        }
        self.local(at).map(|local| local.strftime("%Y-%m-%dT%H:%M").to_string())
    }

    /// For people, such as `Mon 2026-03-02 12:00`.
    pub(super) fn told(&self, at: Timestamp) -> String {
        self.local(at).map_or_else(|| at.to_string(), |local| local.strftime("%a %Y-%m-%d %H:%M").to_string())
    }

    /// The time of day alone.
    pub(super) fn told_time(&self, at: Timestamp) -> String {
        self.local(at).map_or_else(|| at.to_string(), |local| local.strftime("%H:%M").to_string())
    }

    fn local(&self, at: Timestamp) -> Option<DateTime> {
        let zone = TimeZoneDatabase::bundled().get(&self.zone).ok()?;
        Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone).datetime())
    }

    /// The stretches in which `hours` are open and none of `shifts` is. `None` as hours: always open.
    pub(super) fn gaps(&self, hours: Option<HoursId>, shifts: &[HoursId]) -> Gaps {
        let mut gaps = Gaps::default();
        for (number, window) in self.windows.iter().enumerate() {
            let whole = [window.clone()];
            let open = match hours {
                None => whole.as_slice(),
                Some(hours) => self.open_in(hours, number),
            };
            let shifts = shifts.iter().flat_map(|shift| self.open_in(*shift, number));
            let mut covered: Vec<Range<Timestamp>> = shifts.cloned().collect();
            covered.sort_unstable_by_key(|range| (range.start, range.end));
            let length_ms = |range: &Range<Timestamp>| range.end.since_ms(range.start);
            let left = without(open, &covered);
            if number == 0 {
                gaps.open_ms_a_week = open.iter().map(length_ms).sum();
                gaps.gap_ms_a_week = left.iter().map(length_ms).sum();
            }
            gaps.stretches.extend(left);
        }
        gaps
    }

    fn open_in(&self, hours: HoursId, window: usize) -> &[Range<Timestamp>] {
        self.open.get(hours.index()).and_then(|windows| windows.get(window)).map_or(&[], Vec::as_slice)
    }
}

/// Stretches that nobody covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gaps {
    /// Those of the week first.
    pub(super) stretches: Vec<Range<Timestamp>>,
    pub(super) open_ms_a_week: i64,
    pub(super) gap_ms_a_week: i64,
}

/// What of `open` is left when `covered` is taken away. Both are in order of their start.
fn without(open: &[Range<Timestamp>], covered: &[Range<Timestamp>]) -> Vec<Range<Timestamp>> {
    let mut left = Vec::new();
    for range in open {
        let mut from = range.start;
        for taken in covered.iter().filter(|taken| taken.end > range.start && taken.start < range.end) {
            if taken.start > from {
                left.push(from..taken.start);
            }
            from = from.max(taken.end);
        }
        if from < range.end {
            left.push(from..range.end);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hours::{DayRange, parse_date};

    fn plan(weekly: &[(&str, &str)], exceptions: &[(&str, &str)]) -> Hours {
        let spans = |text: &str| -> Vec<Span> {
            text.split_whitespace().map(|span| Span::parse(span).unwrap()).collect()
        };
        let mut builder = Hours::builder("Asia/Shanghai").unwrap();
        for (days, text) in weekly {
            builder.weekly(DayRange::parse(days).unwrap(), &spans(text)).unwrap();
        }
        for (date, text) in exceptions {
            builder.exception(parse_date(date).unwrap(), &spans(text)).unwrap();
        }
        builder.build()
    }

    #[test]
    fn plans_are_compared_at_every_minute_and_on_special_days() {
        let day = plan(&[("mon-fri", "09:00-18:00")], &[]);
        let night = plan(&[("mon-sun", "18:00-09:00")], &[]);
        assert!(never_both_open(&day, &night));
        assert!(!never_both_open(&day, &plan(&[("mon-sun", "18:00-09:01")], &[])));
        assert!(!never_both_open(
            &day,
            &plan(&[("mon-sun", "18:00-09:00")], &[("2026-11-11", "10:00-11:00")])
        ));
        assert!(open_within(&plan(&[("wed", "10:00-12:00")], &[]), &day));
        assert!(!open_within(
            &plan(&[("wed", "10:00-12:00")], &[]),
            &plan(&[("mon-fri", "09:00-18:00")], &[("2026-11-11", "")])
        ));
    }

    #[test]
    fn what_is_left_of_a_stretch() {
        let range = |from: i64, to: i64| Timestamp(from)..Timestamp(to);
        let open = [range(0, 10), range(20, 30)];
        assert_eq!(
            without(&open, &[range(2, 4), range(3, 6), range(8, 25)]),
            [range(0, 2), range(6, 8), range(25, 30)]
        );
        assert_eq!(without(&open, &[range(0, 30)]), []);
        assert_eq!(without(&open, &[]), open);
    }
}
