//! P15: what is said to be always open is open every instant of the year, once, through both turns of the clock.

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::tests::{local, plan};
use super::{CompiledHours, DayRange, Hours, Span};
use crate::time::Timestamp;

/// Zones that turn their clocks by an hour, by half an hour, at midnight, and not at all.
const ZONES: [&str; 5] =
    ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Asia/Shanghai"];
const YEAR: i16 = 2026;
const MINUTE_MS: i64 = 60_000;

/// Ways to say "always open".
const ALWAYS: [&[&str]; 5] = [
    &["00:00-24:00"],
    &["00:00-12:00", "12:00-24:00"],
    &["21:00-02:00", "02:00-21:00"],
    &["01:30-02:15", "02:15-02:45", "02:45-01:30"],
    &["00:00-23:59", "23:59-24:00"],
];

fn year_in(zone: &str) -> (Timestamp, Timestamp) {
    (local(zone, &format!("{YEAR}-01-01T00:00")), local(zone, &format!("{}-01-01T00:00", YEAR + 1)))
}

/// The rule of the module, read out loud: take the wall clock and look whether it lies in a span.
fn open_by_the_clock(hours: &Hours, zone: &TimeZone, at: Timestamp) -> bool {
    let clock = zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).unwrap());
    let minute = i32::from(clock.hour()) * 60 + i32::from(clock.minute());
    let in_one = |date: Date, minute: i32| {
        hours
            .on_date(date)
            .iter()
            .any(|span| i32::from(span.from_minute()) <= minute && minute < i32::from(span.end_minute()))
    };
    in_one(clock.date(), minute) || in_one(clock.date().yesterday().unwrap(), minute + 24 * 60)
}

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// One plan for each span of each weekday, so that two which cover the same instant are seen.
fn single_spans(zone: &str, spans: &[&str]) -> Vec<CompiledHours> {
    let mut singles = Vec::new();
    for day in DayRange::WEEK.days() {
        for span in spans {
            let mut builder = Hours::builder(zone).unwrap();
            let day = DayRange::parse(super::days::day_name(day)).unwrap();
            builder.weekly(day, &[Span::parse(span).unwrap()]).unwrap();
            singles.push(builder.build().compile().unwrap());
        }
    }
    singles
}

/// The exact form: the open ranges of all single spans, put in order, follow each other from the first instant of the
/// year to the last without a millisecond left out or covered twice.
#[test]
fn p15_always_open_covers_every_instant_of_the_year_exactly_once() {
    for zone in ZONES {
        let (from, to) = year_in(zone);
        for spans in ALWAYS {
            let mut ranges: Vec<_> = single_spans(zone, spans)
                .iter()
                .flat_map(|hours| hours.open_ranges(from, to).collect::<Vec<_>>())
                .map(|range| (range.start, range.end))
                .collect();
            ranges.sort_unstable();
            let (mut uncovered_ms, mut doubly_ms, mut covered_until) = (0, 0, from);
            for (start, end) in ranges {
                uncovered_ms += start.since_ms(covered_until);
                doubly_ms += covered_until.min(end).since_ms(start);
                covered_until = covered_until.max(end);
            }
            uncovered_ms += to.since_ms(covered_until);
            assert_eq!((uncovered_ms, doubly_ms), (0, 0), "uncovered, doubly covered: {zone} {spans:?}");
        }
    }
}

#[test]
fn p15_always_open_never_changes() {
    for zone in ZONES {
        let (from, to) = year_in(zone);
        for spans in ALWAYS {
            let hours = plan(zone, &[("mon-sun", spans)], &[]).compile().unwrap();
            assert_eq!(hours.open_ranges(from, to).collect::<Vec<_>>(), vec![from..to], "{zone} {spans:?}");
            assert_eq!(hours.next_change(from), None, "{zone} {spans:?}");
        }
    }
}

/// Every second of the twelve hours around each turn of the clock, by nothing but `is_open`.
#[test]
fn p15_every_second_around_each_turn_of_the_clock() {
    for name in ZONES {
        let (from, to) = year_in(name);
        let zone = zone(name);
        let turns = zone
            .following(jiff::Timestamp::from_millisecond(from.0).unwrap())
            .map(|turn| Timestamp(turn.timestamp().as_millisecond()))
            .take_while(|turn| *turn < to)
            .collect::<Vec<_>>();
        assert_eq!(turns.len(), if name == "Asia/Shanghai" { 0 } else { 2 }, "{name}");
        for spans in ALWAYS {
            let singles = single_spans(name, spans);
            for turn in &turns {
                for second in -6 * 3_600..6 * 3_600 {
                    let at = turn.plus_ms(second * 1_000);
                    let covered = singles.iter().filter(|hours| hours.is_open(at)).count();
                    assert_eq!(covered, 1, "{name} {spans:?} {at}");
                }
            }
        }
    }
}

/// Every minute of the year against the slow reading, for a plan with all there is.
#[test]
fn p15_every_minute_of_the_year_as_the_wall_clock_reads() {
    for name in ZONES {
        let hours = plan(
            name,
            &[
                ("mon-thu", &["09:00-12:00", "13:30-18:00", "22:00-02:30"]),
                ("fri", &["02:30-02:45", "12:00-12:01", "23:59-24:00"]),
                ("sat", &["00:00-00:30", "22:00-01:15"]),
                ("sun", &["01:15-01:45", "02:20-03:10", "21:00-02:00"]),
            ],
            &[
                ("2026-10-01", &[]),
                ("2026-10-02", &[]),
                ("2026-10-10", &["09:00-18:00", "23:00-12:00"]),
                ("2026-10-11", &["08:00-20:00"]),
                ("2026-03-08", &["02:30-03:30"]),
                ("2026-11-01", &["00:15-01:20", "01:40-22:00"]),
                ("2026-12-31", &["00:00-24:00"]),
            ],
        );
        let compiled = hours.compile().unwrap();
        let (from, to) = year_in(name);
        let mut ranges = compiled.open_ranges(from, to).peekable();
        let zone = zone(name);
        let mut open_minutes = 0;
        for at in (from.0..to.0).step_by(60_000).map(Timestamp) {
            while ranges.next_if(|range| range.end <= at).is_some() {}
            let in_range = ranges.peek().is_some_and(|range| range.contains(&at));
            let expected = open_by_the_clock(&hours, &zone, at);
            // The last millisecond of the minute is as its first: the clock turns on whole minutes.
            let last = at.plus_ms(MINUTE_MS - 1);
            assert_eq!(compiled.is_open(at), expected, "{name} {at}");
            assert_eq!(compiled.is_open(last), expected, "{name} {last}");
            assert_eq!(in_range, expected, "range, {name} {at}");
            open_minutes += i64::from(expected);
        }
        assert!(open_minutes > 100_000, "{name}: the plan is open about a third of the year");
    }
}

/// Days as long as the clock makes them.
#[test]
fn p15_a_day_lasts_as_long_as_it_lasts() {
    let hours_open = |zone: &str, day: &str, date: &str| {
        let hours = plan(zone, &[(day, &["00:00-24:00"])], &[]).compile().unwrap();
        let noon = local(zone, &format!("{date}T12:00"));
        let around = hours.open_ranges(noon.plus_ms(-20 * 3_600_000), noon.plus_ms(20 * 3_600_000));
        around.map(|range| range.end.since_ms(range.start)).sum::<i64>() as f64 / 3_600_000.0
    };
    assert_eq!(hours_open("America/New_York", "sun", "2026-03-08"), 23.0);
    assert_eq!(hours_open("America/New_York", "sun", "2026-11-01"), 25.0);
    assert_eq!(hours_open("Europe/Berlin", "sun", "2026-03-29"), 23.0);
    assert_eq!(hours_open("Europe/Berlin", "sun", "2026-10-25"), 25.0);
    assert_eq!(hours_open("Australia/Lord_Howe", "sun", "2026-04-05"), 24.5);
    assert_eq!(hours_open("Australia/Lord_Howe", "sun", "2026-10-04"), 23.5);
    assert_eq!(hours_open("Asia/Shanghai", "sun", "2026-03-08"), 24.0);
    // Samoa skipped Friday 2011-12-30: there was none of it.
    assert_eq!(Date::constant(2011, 12, 30).weekday(), Weekday::Friday);
    assert_eq!(hours_open("Pacific/Apia", "fri", "2011-12-31"), 0.0);
}
