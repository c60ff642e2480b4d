use std::collections::BTreeMap;

use super::*;
use crate::model::Directory;
use crate::simulation::erlang::Erlang;
use crate::simulation::{Scenario, Traffic, read_scenario};
use crate::time::Timestamp;

const MINUTE: i64 = 60_000;

fn directory() -> Directory {
    let erlang =
        Erlang { arrivals_per_hour: 1.0, handle_ms_mean: 60_000.0, agents: 2, patience_ms_mean: None };
    erlang.directory()
}

fn scenario(text: &str) -> Scenario {
    let (scenario, findings) = read_scenario("test", text, &directory());
    assert_eq!(findings, []);
    scenario.unwrap()
}

/// What a scenario brings, counted.
fn counted(scenario: &Scenario, seed: u64, minutes: i64) -> Vec<ArrivalCount> {
    let mut counts: BTreeMap<i64, u32> = BTreeMap::new();
    for at in 0..scenario.length_ms / (minutes * MINUTE) {
        counts.insert(at, 0);
    }
    for arrival in Traffic::new(scenario, &directory(), seed) {
        *counts.entry(arrival.at.since_ms(scenario.start) / (minutes * MINUTE)).or_default() += 1;
    }
    let at = |at: i64| scenario.start.plus_ms(at * minutes * MINUTE);
    counts.into_iter().map(|(place, count)| ArrivalCount { at: at(place), channel: 0, count }).collect()
}

/// Weekdays with a morning peak, and quiet weekends.
fn text(days: u32, dispersion: &str) -> String {
    let shape = |rate: u32| {
        let rates = (0..48).map(|half| if (18..36).contains(&half) { rate + half * 4 } else { 20 });
        rates.map(|rate| rate.to_string()).collect::<Vec<_>>().join(", ")
    };
    format!(
        "start = \"2026-03-02T00:00:00\"\nlength = \"{days}d\"\n{dispersion}\n[rate_shape.line]\nmon-fri = [{}]\nsat-sun = [{}]\n\
         [[intent]]\nname = \"a\"\nshare = 1\nhandle = \"1m\"\n",
        shape(200),
        shape(60)
    )
}

fn fitted(text: &str, seed: u64, minutes: i64) -> FittedArrivals {
    fit_arrivals(&counted(&scenario(text), seed, minutes), &["line".to_owned()], "UTC").unwrap()
}

#[test]
fn dispersion_that_was_put_in_is_found_again() {
    for (day, stretch, correlation) in [(0.15, 0.12, 0.7), (0.0, 0.2, 0.0), (0.2, 0.0, 0.0), (0.0, 0.0, 0.0)]
    {
        let dispersion = format!(
            "dispersion = {{ day = {day:.2}, stretch = {stretch:.2}, stretch_length = \"30m\", stretch_correlation = {correlation:.2} }}"
        );
        let found = fitted(&text(280, &dispersion), 3, 15);
        let told = found.dispersion.unwrap();
        // Stretches tied to each other by 0.99 are as good as a part of the day's factor: a little may go astray there.
        let near = |found: f64, put_in: f64| (found - put_in).abs() < if put_in > 0.0 { 0.025 } else { 0.05 };
        assert!(near(told.day, day) && near(told.stretch, stretch), "{day} {stretch}: {told:?}");
        if stretch > 0.0 {
            assert!((told.stretch_correlation - correlation).abs() < 0.12, "{told:?}");
        }
        let left = &found.left_over;
        assert!(left.flat > left.profile && left.profile + 0.01 >= left.day, "{left:?}");
        let last = left.stretch.unwrap();
        assert!((last - 1.0).abs() < 0.05, "chance alone is left: {last}");
        assert!((left.profile > 1.1) == (day + stretch > 0.0), "{left:?}");
        assert!(left.unusual.len() <= 1, "hardly anything is unusual: {:?}", left.unusual);
    }
}

#[test]
fn rates_are_those_of_the_days() {
    let found = fitted(&text(70, ""), 1, 30);
    assert_eq!(
        (found.kinds, found.days, found.interval_minutes, found.filled),
        (DayKinds::DaysOfWeek, 70, 30, 0)
    );
    assert_eq!(
        found.profiles.iter().map(|kind| &*kind.weekdays).collect::<Vec<_>>(),
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    );
    let rate = |day: usize, piece: usize| {
        found.profiles[day].channels[0].per_hour[piece * 60 / found.piece_minutes as usize / 2]
    };
    // Within four deviations of ten half hours.
    for (day, wanted) in [(0, 200.0 + 80.0), (5, 60.0 + 80.0)] {
        let error = 4.0 * (wanted / 5.0_f64).sqrt() + 4.0;
        assert!((rate(day, 20) - wanted).abs() < error, "{day}: {} instead of {wanted}", rate(day, 20));
    }
    assert_eq!(fitted(&text(8, ""), 1, 30).kinds, DayKinds::WeekdaysAndWeekend);
    let short = fitted(&text(3, ""), 1, 30);
    assert_eq!((short.kinds, short.dispersion), (DayKinds::Alike, None));
    assert_eq!(fitted(&text(3, ""), 1, 5).piece_minutes, 30, "three days bear no finer rates");
}

#[test]
fn what_is_written_is_read_as_what_was_fitted() {
    let found = fitted(&text(70, "dispersion = { day = 0.2, stretch = 0.1 }"), 1, 30);
    let base = "# 平日\nname = \"x\" # the name\nstart = \"2026-03-02T00:00:00\"\nlength = \"7d\"\nrate = { line = 9.0 } # once\n\n\
        [[intent]]\nname = \"a\" # first\nshare = 1\nhandle = \"1m\"\n";
    let targets = BTreeMap::from([("line".to_owned(), "line".to_owned())]);
    let written = with_arrivals(base, &found, &targets).unwrap();
    for kept in ["# 平日\nname = \"x\" # the name\n", "name = \"a\" # first\n", "# Fitted to 70 days"] {
        assert!(written.contains(kept), "{kept} is lost in\n{written}");
    }
    assert!(!written.contains("rate = "), "{written}");
    let read = scenario(&written);
    let dispersion = read.dispersion.unwrap();
    let told = found.dispersion.unwrap();
    assert!((dispersion.day - told.day).abs() < 1e-4 && (dispersion.stretch - told.stretch).abs() < 1e-4);
    let monday = &found.profiles[0].channels[0].per_hour;
    let (busiest, at) = monday
        .iter()
        .zip(0i64..)
        .fold((0.0, 0), |(most, at), (rate, piece)| if *rate > most { (*rate, piece) } else { (most, at) });
    let from_ms = at * i64::from(found.piece_minutes) * MINUTE;
    let rate = read.arrivals[0].rates.iter().find(|rate| rate.from_ms == from_ms).unwrap();
    assert!((rate.per_hour - busiest).abs() < 0.06, "{} instead of {busiest}", rate.per_hour);
    let again = with_arrivals(&written, &found, &targets).unwrap();
    assert_eq!(again, written, "fitted twice is fitted once");
}

#[test]
fn recorded_counts_are_what_comes() {
    let counts = counted(&scenario(&text(2, "")), 5, 15);
    let base = with_period(&text(2, ""), "2026-03-02T00:00:00", "2d").unwrap();
    let recorded = with_recorded(&base, &counts, 15, &[Some("line".to_owned())]).unwrap();
    let read = scenario(&recorded);
    assert!(read.arrivals.is_empty());
    for seed in [1, 2] {
        assert_eq!(counted(&read, seed, 15), counts);
    }
}

#[test]
fn a_part_of_a_day_is_left_out_and_gaps_are_told() {
    let mut counts = counted(&scenario(&text(20, "")), 5, 15);
    // The first day begins at 15:00, and one interval of the second is not there.
    counts.drain(..60);
    counts.remove(36 + 50);
    let found = fit_arrivals(&counts, &["line".to_owned()], "UTC").unwrap();
    assert_eq!((found.left_out, found.days, found.filled), (vec!["2026-03-02".to_owned()], 19, 1));
}

#[test]
fn an_unusual_hour_is_named() {
    let mut counts = counted(&scenario(&text(70, "")), 5, 15);
    for count in counts
        .iter_mut()
        .filter(|count| (0..4).any(|at| count.at == Timestamp(1_773_136_800_000 + at * 15 * MINUTE)))
    {
        count.count *= 3;
    }
    let found = fit_arrivals(&counts, &["line".to_owned()], "UTC").unwrap();
    let unusual = found.left_over.unusual.iter().find(|unusual| unusual.hour.is_some()).unwrap();
    assert_eq!((&*unusual.date, unusual.hour), ("2026-03-10", Some(10)), "{:?}", found.left_over.unusual);
    assert!(unusual.deviations > 5.0 && unusual.arrivals as f64 > 2.0 * unusual.expected);
}

#[test]
fn counts_that_rates_cannot_be_made_of() {
    let count = |minute: i64, count| ArrivalCount { at: Timestamp(minute * MINUTE), channel: 0, count };
    let fit =
        |counts: &[ArrivalCount]| fit_arrivals(counts, &["line".to_owned()], "UTC").unwrap_err().to_string();
    assert_eq!(fit(&[count(0, 0)]), "there are no arrivals in it");
    assert_eq!(fit(&[count(0, 3)]), FitError::OneInterval.to_string());
    assert!(fit(&[count(0, 3), count(1_440, 1)]).starts_with("the intervals are 1440 minutes long"));
    assert!(fit(&[count(0, 3), count(7, 1)]).starts_with("the intervals are 7 minutes long"));
    let off = fit(&[count(0, 3), count(30, 1), count(60, 1), count(95, 1)]);
    assert_eq!(
        off,
        "`1970-01-01T01:35:00` is not the beginning of an interval: they are 30 minutes long, from the full hour on"
    );
}

#[test]
fn files_are_read_with_rows_and_columns() {
    let read = |text: &str| read_arrivals(text.as_bytes(), "Asia/Shanghai");
    let told = |text: &str| read(text).unwrap_err().to_string();
    let table =
        read("\u{feff}时间;渠道;数量\r\n2026/3/2 9:00;web;10\r\n\r\n2026-03-02T09:30:00;\"a;b\";3\r\n")
            .unwrap();
    assert_eq!((table.channels, table.rows), (vec!["web".to_owned(), "a;b".to_owned()], vec![2, 4]));
    assert_eq!(table.counts[0].at.to_string(), "2026-03-02T01:00:00Z");
    assert_eq!((table.counts[1].channel, table.counts[1].count), (1, 3));
    assert_eq!(
        told("time,count\n2026-03-02 09:00,10\n2026-03-02 09:05,many\n"),
        "row 3, column `count`: `many` is no whole number of arrivals"
    );
    assert_eq!(
        told("time,count\nyesterday,1\n"),
        "row 2, column `time`: `yesterday` is no date and time such as `2026-03-02 09:05`"
    );
    assert_eq!(
        told("time,count\n2026-13-02 09:00,1\n"),
        "row 2, column `time`: `2026-13-02 09:00` is no date and time such as `2026-03-02 09:05`"
    );
    assert_eq!(
        told("time,count\n2026-03-02 09:00,-1\n"),
        "row 2, column `count`: `-1` is no whole number of arrivals"
    );
    assert_eq!(
        told("time,count\n2026-03-02 09:00,1,2\n"),
        "row 2: it has 3 fields, the header has 2; a comma within a text needs quotes around the text"
    );
    assert_eq!(
        told("when,how\n1,2\n"),
        "there is no column with times: call one of them `time`; the file has `when`, `how`"
    );
    assert_eq!(told("time,count\n"), "there are no rows behind the header");
    assert!(
        told("time,count\n2026-03-02 09:00,1\n2026-03-02 09:00,1\n")
            .starts_with("row 3, column `time`: `2026-03-02 09:00` is there twice, first in row 2")
    );
    let latin = read_arrivals(b"time,count\n2026-03-02 09:00,1\n2026-03-02 09:05,\xe9\n", "UTC")
        .unwrap_err()
        .to_string();
    assert_eq!(latin, "row 3: this is no text in UTF-8: save the file as CSV UTF-8");
}

#[test]
fn the_hour_that_clocks_show_twice_is_two_hours() {
    let table = read_arrivals(
        b"time,count\n2026-11-01 01:00,1\n2026-11-01 01:00,2\n2026-11-01 02:00,3\n",
        "America/New_York",
    )
    .unwrap();
    let at: Vec<i64> =
        table.counts.iter().map(|count| (count.at.0 - table.counts[0].at.0) / 3_600_000).collect();
    assert_eq!(at, [0, 1, 2]);
}

#[test]
fn messages_become_intents_and_handle_times_stay() {
    let messages = read_messages(
        "text,intent\n\"退款,快\",refund\n我要退款,refund\n我要退款,refund\nhello,greeting\n".as_bytes(),
    )
    .unwrap();
    assert_eq!(messages[0].phrases, ["退款,快", "我要退款"]);
    assert_eq!((messages[0].share, messages[1].share), (0.75, 0.25));
    let base = text(1, "").replace("name = \"a\"", "name = \"refund\" # theirs")
        + "[[intent]]\nname = \"old\"\nshare = 0\nhandle = \"2m\"\n";
    let written = with_messages(&base, &messages).unwrap();
    let read = scenario(&written);
    let told: Vec<_> =
        read.intents.iter().map(|intent| (&*intent.name, intent.share, intent.handle.mean_ms)).collect();
    assert_eq!(told, [("refund", 0.75, 60_000.0), ("old", 0.0, 120_000.0), ("greeting", 0.25, 360_000.0)]);
    assert!(written.contains("# theirs"));
    let told = |text: &str| read_messages(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(told("text,intent\nhi,\n"), "row 2, column `intent`: there is nothing in it");
    assert_eq!(
        told("text,what\nhi,x\n"),
        "there is no column with intents: call one of them `intent`; the file has `text`, `what`"
    );
}

#[test]
fn a_fresh_scenario_runs() {
    let found = fitted(&text(70, ""), 1, 30);
    let targets = BTreeMap::from([("line".to_owned(), "line".to_owned())]);
    let handle =
        fit_length(&(1..100).map(|ms| Spell { ms: ms * 3_000, is_censored: false }).collect::<Vec<_>>())
            .unwrap();
    let fresh = fresh_scenario("新的", "2026-03-02T00:00:00", "24h", handle.length(), Some(handle.length()));
    let read = scenario(&with_arrivals(&fresh, &found, &targets).unwrap());
    assert_eq!((&*read.name, read.intents.len()), ("新的", 1));
    assert!((read.intents[0].handle.mean_ms - handle.length().mean_ms).abs() <= 500.0);
}
