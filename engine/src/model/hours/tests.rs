//! Plans as people write them, and what they then mean.

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;

use super::{
    DayRange, EXCEPTIONS_MAX, Hours, HoursBuilder, HoursError, SPANS_PER_DAY_MAX, Span, parse_date,
    parse_zone,
};
use crate::time::Timestamp;

/// A plan from its text form.
pub(super) fn plan(zone: &str, weekly: &[(&str, &[&str])], exceptions: &[(&str, &[&str])]) -> Hours {
    try_plan(zone, weekly, exceptions).unwrap()
}

fn try_plan(
    zone: &str,
    weekly: &[(&str, &[&str])],
    exceptions: &[(&str, &[&str])],
) -> Result<Hours, HoursError> {
    let spans = |texts: &[&str]| texts.iter().map(|text| Span::parse(text)).collect::<Result<Vec<_>, _>>();
    let mut builder: HoursBuilder = Hours::builder(zone)?;
    for (days, texts) in weekly {
        builder.weekly(DayRange::parse(days)?, &spans(texts)?)?;
    }
    for (date, texts) in exceptions {
        builder.exception(parse_date(date)?, &spans(texts)?)?;
    }
    Ok(builder.build())
}

/// The instant at which the clocks of a zone show `clock`; the first one, if they show it twice.
pub(super) fn local(zone: &str, clock: &str) -> Timestamp {
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    let clock: DateTime = clock.parse().unwrap();
    Timestamp(zone.to_ambiguous_timestamp(clock).earlier().unwrap().as_millisecond())
}

/// What the clocks of a zone show, with its offset.
fn shown(zone: &str, at: Option<Timestamp>) -> String {
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
    at.map_or("never".into(), |at| {
        jiff::Timestamp::from_millisecond(at.0)
            .unwrap()
            .to_zoned(zone)
            .strftime("%a %F %H:%M %:z")
            .to_string()
    })
}

/// The changes from `from` on, as the zone's clocks show them.
fn changes(hours: &Hours, from: &str, count: usize) -> Vec<String> {
    let compiled = hours.compile().unwrap();
    let mut at = Some(local(hours.zone(), from));
    let mut shown_changes = Vec::new();
    for _ in 0..count {
        at = at.and_then(|at| compiled.next_change(at));
        let word = if at.is_some_and(|at| compiled.is_open(at)) { "opens" } else { "closes" };
        shown_changes.push(format!("{word} {}", shown(hours.zone(), at)));
    }
    shown_changes
}

const NEW_YORK: &str = "America/New_York";
const SHANGHAI: &str = "Asia/Shanghai";

#[test]
fn several_shifts_a_day_and_a_day_off() {
    let hours = plan(SHANGHAI, &[("mon-fri", &["13:30-18:00", "09:00-12:00"]), ("sun", &[])], &[]);
    assert_eq!(
        changes(&hours, "2026-11-20T10:00", 5),
        [
            "closes Fri 2026-11-20 12:00 +08:00",
            "opens Fri 2026-11-20 13:30 +08:00",
            "closes Fri 2026-11-20 18:00 +08:00",
            "opens Mon 2026-11-23 09:00 +08:00",
            "closes Mon 2026-11-23 12:00 +08:00",
        ]
    );
}

#[test]
fn the_end_of_a_span_is_not_part_of_it() {
    let hours = plan(SHANGHAI, &[("mon-sun", &["09:00-18:00"])], &[]).compile().unwrap();
    let at = |clock| local(SHANGHAI, clock);
    assert!(!hours.is_open(at("2026-11-20T08:59:59.999")));
    assert!(hours.is_open(at("2026-11-20T09:00")));
    assert!(hours.is_open(at("2026-11-20T17:59:59.999")));
    assert!(!hours.is_open(at("2026-11-20T18:00")));
}

#[test]
fn p15_the_last_minute_of_the_day_is_open() {
    let always = plan(SHANGHAI, &[("mon-sun", &["00:00-24:00"])], &[]).compile().unwrap();
    let short = plan(SHANGHAI, &[("mon-sun", &["00:00-23:59"])], &[]).compile().unwrap();
    for second in 0..60 {
        let at = local(SHANGHAI, "2026-11-20T23:59").plus_ms(second * 1_000);
        assert!(always.is_open(at));
        assert!(!short.is_open(at));
    }
    let advice = Span::parse("00:00-23:59").unwrap().advice().unwrap();
    assert_eq!(advice, "`00:00-23:59` leaves the last minute of the day closed; write `00:00-24:00`");
    assert_eq!(Span::parse("00:00-24:00").unwrap().advice(), None);
}

#[test]
fn p15_a_night_span_belongs_to_the_day_it_starts_on() {
    let hours = plan(SHANGHAI, &[("sun", &["21:00-02:00"])], &[]);
    assert_eq!(
        changes(&hours, "2026-11-21T00:00", 3),
        [
            "opens Sun 2026-11-22 21:00 +08:00",
            "closes Mon 2026-11-23 02:00 +08:00",
            "opens Sun 2026-11-29 21:00 +08:00"
        ]
    );
}

#[test]
fn p15_the_clock_jumps_forward() {
    // 02:00 becomes 03:00 on 2026-03-08.
    let begins_in_the_gap = plan(NEW_YORK, &[("sun", &["02:15-04:00"])], &[]);
    assert_eq!(
        changes(&begins_in_the_gap, "2026-03-08T00:00", 2),
        ["opens Sun 2026-03-08 03:00 -04:00", "closes Sun 2026-03-08 04:00 -04:00"]
    );
    let ends_in_the_gap = plan(NEW_YORK, &[("sun", &["01:00-02:30"])], &[]);
    assert_eq!(
        changes(&ends_in_the_gap, "2026-03-08T00:00", 2),
        ["opens Sun 2026-03-08 01:00 -05:00", "closes Sun 2026-03-08 03:00 -04:00"]
    );
    let within_the_gap = plan(NEW_YORK, &[("sun", &["02:15-02:45"])], &[]);
    assert_eq!(changes(&within_the_gap, "2026-03-08T00:00", 1), ["opens Sun 2026-03-15 02:15 -04:00"]);
    let night = plan(NEW_YORK, &[("sat", &["22:00-06:00"])], &[]);
    assert_eq!(
        changes(&night, "2026-03-07T12:00", 2),
        ["opens Sat 2026-03-07 22:00 -05:00", "closes Sun 2026-03-08 06:00 -04:00"]
    );
}

#[test]
fn p15_the_clock_falls_back() {
    // 02:00 becomes 01:00 on 2026-11-01: 01:30 comes twice, and a span that holds it is open both times.
    let twice = plan(NEW_YORK, &[("sun", &["01:15-01:30"])], &[]);
    assert_eq!(
        changes(&twice, "2026-11-01T00:00", 4),
        [
            "opens Sun 2026-11-01 01:15 -04:00",
            "closes Sun 2026-11-01 01:30 -04:00",
            "opens Sun 2026-11-01 01:15 -05:00",
            "closes Sun 2026-11-01 01:30 -05:00",
        ]
    );
    let starts_in_the_fold = plan(NEW_YORK, &[("sun", &["01:30-09:00"])], &[]);
    assert_eq!(
        changes(&starts_in_the_fold, "2026-11-01T00:00", 4),
        [
            "opens Sun 2026-11-01 01:30 -04:00",
            "closes Sun 2026-11-01 01:00 -05:00",
            "opens Sun 2026-11-01 01:30 -05:00",
            "closes Sun 2026-11-01 09:00 -05:00",
        ]
    );
    let night = plan(NEW_YORK, &[("sat", &["22:00-06:00"])], &[]).compile().unwrap();
    let start = local(NEW_YORK, "2026-10-31T22:00");
    assert_eq!(night.next_change(start).unwrap().since_ms(start), 9 * 3_600_000);
}

#[test]
fn a_holiday_closes_what_starts_on_it() {
    let night_shift: &[(&str, &[&str])] = &[("mon-sun", &["22:00-06:00"])];
    // The shift of the evening before runs to its end; the holiday's own night does not take place.
    assert_eq!(
        changes(&plan(SHANGHAI, night_shift, &[("2026-10-01", &[])]), "2026-09-30T12:00", 3),
        [
            "opens Wed 2026-09-30 22:00 +08:00",
            "closes Thu 2026-10-01 06:00 +08:00",
            "opens Fri 2026-10-02 22:00 +08:00"
        ]
    );
    // Closed from midnight on, as the module's page says.
    let shortened = plan(SHANGHAI, night_shift, &[("2026-09-30", &["22:00-24:00"]), ("2026-10-01", &[])]);
    assert_eq!(
        changes(&shortened, "2026-09-30T12:00", 3),
        [
            "opens Wed 2026-09-30 22:00 +08:00",
            "closes Thu 2026-10-01 00:00 +08:00",
            "opens Fri 2026-10-02 22:00 +08:00"
        ]
    );
}

#[test]
fn a_special_day_replaces_the_weekday() {
    // A Saturday worked for a bridge day, and a holiday in the week.
    let hours = plan(
        SHANGHAI,
        &[("mon-fri", &["09:00-18:00"])],
        &[("2026-10-10", &["10:00-16:00"]), ("2026-10-09", &[]), ("2026-10-12", &["22:00-03:00"])],
    );
    assert_eq!(
        changes(&hours, "2026-10-08T12:00", 6),
        [
            "closes Thu 2026-10-08 18:00 +08:00",
            "opens Sat 2026-10-10 10:00 +08:00",
            "closes Sat 2026-10-10 16:00 +08:00",
            "opens Mon 2026-10-12 22:00 +08:00",
            "closes Tue 2026-10-13 03:00 +08:00",
            "opens Tue 2026-10-13 09:00 +08:00",
        ]
    );
}

#[test]
fn always_but_for_a_date_finds_it_years_ahead_and_then_never_again() {
    let mut builder = Hours::builder("Europe/Berlin").unwrap();
    builder.always().unwrap().exception(parse_date("2040-01-01").unwrap(), &[]).unwrap();
    let always_but_one = builder.build();
    assert_eq!(
        changes(&always_but_one, "2026-01-01T00:00", 3),
        ["closes Sun 2040-01-01 00:00 +01:00", "opens Mon 2040-01-02 00:00 +01:00", "closes never"]
    );
    let once = plan(NEW_YORK, &[], &[("2199-12-31", &["12:00-02:00"])]);
    assert_eq!(
        changes(&once, "2026-01-01T00:00", 3),
        ["opens Tue 2199-12-31 12:00 -05:00", "closes Wed 2200-01-01 02:00 -05:00", "closes never"]
    );
}

#[test]
fn never_open_never_changes() {
    let never = plan(NEW_YORK, &[], &[]).compile().unwrap();
    let at = local(NEW_YORK, "2026-01-01T00:00");
    assert!(!never.is_open(at));
    assert_eq!(never.next_change(at), None);
    assert_eq!(never.open_ranges(at, at.plus_ms(400 * 86_400_000)).count(), 0);
}

#[test]
fn instants_beyond_the_calendar_are_answered() {
    let hours = plan(NEW_YORK, &[("mon-fri", &["09:00-18:00"])], &[]).compile().unwrap();
    for at in [i64::MIN, i64::MIN / 2, -400_000_000_000_000, 400_000_000_000_000, i64::MAX].map(Timestamp) {
        let open = hours.is_open(at);
        assert!(hours.next_change(at).is_none_or(|next| next > at && hours.is_open(next) != open), "{at:?}");
    }
    assert!(hours.open_ranges(Timestamp(i64::MAX - 1), Timestamp(i64::MAX)).count() <= 1);
    assert_eq!(hours.open_ranges(Timestamp(5), Timestamp(5)).count(), 0);
    assert_eq!(hours.open_ranges(Timestamp(6), Timestamp(5)).count(), 0);
}

#[test]
fn ranges_are_cut_at_the_asked_ends() {
    let hours = plan(SHANGHAI, &[("mon-sun", &["09:00-12:00", "12:00-18:00"])], &[]).compile().unwrap();
    let at = |clock| local(SHANGHAI, clock);
    let (from, to) = (at("2026-11-20T10:00"), at("2026-11-21T11:00"));
    assert_eq!(
        hours.open_ranges(from, to).collect::<Vec<_>>(),
        [from..at("2026-11-20T18:00"), at("2026-11-21T09:00")..to]
    );
}

#[test]
fn spans_are_read_and_written_alike() {
    for (text, from, end) in [
        ("09:00-18:00", 540, 1080),
        ("00:00-24:00", 0, 1440),
        ("22:00-06:00", 1320, 1800),
        ("23:59-24:00", 1439, 1440),
        ("00:01-00:00", 1, 1440),
        (" 9:05 - 18:00 ", 545, 1080),
    ] {
        let span = Span::parse(text).unwrap();
        assert_eq!((span.from_minute(), span.end_minute()), (from, end), "{text}");
        assert_eq!(Span::parse(&span.to_string()), Ok(span), "{text}");
    }
    assert_eq!(Span::parse("9:05-18:00").unwrap().to_string(), "09:05-18:00");
    assert_eq!(Span::parse("22:00-00:00").unwrap().to_string(), "22:00-24:00");
}

/// The message and the help of an error, as a person sees them.
fn said<T: std::fmt::Debug>(result: Result<T, HoursError>) -> String {
    let error = result.unwrap_err();
    format!("{error} | {}", error.help())
}

#[test]
fn bad_spans_say_what_is_wrong() {
    let expected = [
        ("", "`` is not a span of time | write two times of day"),
        ("9am to 5pm", "`9am to 5pm` is not a span of time | write two times of day"),
        ("09:00~18:00", "`09:00~18:00` is not a span of time | write two times of day with a hyphen"),
        ("9-18", "`9` in `9-18` is not a time of day | write hours from 00 to 23"),
        ("09:00-24:01", "`24:01` in `09:00-24:01` is not a time of day | "),
        ("09:60-18:00", "`09:60` in `09:60-18:00` is not a time of day | "),
        ("09:00-18:00-20:00", "`18:00-20:00` in `09:00-18:00-20:00` is not a time of day | "),
        ("+9:00-18:00", "`+9:00` in `+9:00-18:00` is not a time of day | "),
        ("０９:00-18:00", "`０９:00` in `０９:00-18:00` is not a time of day | "),
        ("09：00-18：00", "`09：00` in `09：00-18：00` is not a time of day | "),
        (
            "24:00-06:00",
            "`24:00-06:00` starts at 24:00, where the day has ended | put the span on the next day",
        ),
        (
            "09:00-09:00",
            "`09:00-09:00` is empty: it ends where it starts | write `00:00-24:00` for the whole day",
        ),
        (
            "00:00-00:00",
            "`00:00-00:00` is empty: it ends where it starts | write `00:00-24:00` for the whole day",
        ),
        ("a\nb", "`a b` is not a span of time | "),
    ];
    for (text, start) in expected {
        let said = said(Span::parse(text));
        assert!(said.starts_with(start), "{text}: {said}");
        assert!(!said.contains('\n'));
    }
    assert!(
        said(Span::parse("09:00-25:00"))
            .contains("ends at `24:00`, since 23:59 leaves the last minute closed")
    );
    assert!(said(Span::parse(&"x".repeat(1_000_000))).len() < 300);
}

#[test]
fn days_and_ranges_of_days() {
    let days =
        |text| DayRange::parse(text).unwrap().days().map(super::days::day_name).collect::<Vec<_>>().join(" ");
    assert_eq!(days("mon-fri"), "mon tue wed thu fri");
    assert_eq!(days("fri-mon"), "fri sat sun mon");
    assert_eq!(days("mon-sun"), "mon tue wed thu fri sat sun");
    assert_eq!(days("wed"), "wed");
    assert_eq!(days("wed-wed"), "wed");
    assert_eq!(DayRange::parse("fri - mon").unwrap().to_string(), "fri-mon");
    assert_eq!(said(DayRange::parse("mon-friday")), "unknown day `friday` | did you mean `fri`?");
    assert_eq!(said(DayRange::parse("Mon")), "unknown day `Mon` | did you mean `mon`?");
    assert_eq!(said(DayRange::parse("thurs")), "unknown day `thurs` | did you mean `thu`?");
    assert_eq!(said(DayRange::parse("tus")), "unknown day `tus` | did you mean `tue`?");
    assert!(said(DayRange::parse("weekdays")).starts_with("unknown day `weekdays` | write `mon`, `tue`"));
    assert!(said(DayRange::parse("")).starts_with("unknown day `` | write `mon`"));
}

#[test]
fn dates_have_one_form() {
    assert_eq!(parse_date("2028-02-29").unwrap().to_string(), "2028-02-29");
    for text in
        ["2026-02-29", "2026-1-1", "20261001", "2026-10-01T00:00", "01.10.2026", "2026-13-01", "国庆节", ""]
    {
        assert!(
            said(parse_date(text)).starts_with(&format!("`{text}` is not a date | write year")),
            "{text}"
        );
    }
    assert!(said(parse_date("1026-10-01")).starts_with("the date `1026-10-01` is out of range | "));
}

#[test]
fn zones_by_name_with_the_one_meant() {
    assert_eq!(parse_zone("Asia/Shanghai").unwrap(), "Asia/Shanghai");
    assert_eq!(parse_zone("asia/shanghai").unwrap(), "Asia/Shanghai");
    assert_eq!(parse_zone("UTC").unwrap(), "UTC");
    for (text, meant) in [
        ("Asia/Shanghia", "Asia/Shanghai"),
        ("Asia/Beijing", "Asia/Shanghai"),
        ("Shanghai", "Asia/Shanghai"),
        ("America/New York", "America/New_York"),
        ("Europe/Berlim", "Europe/Berlin"),
        ("Europa/Berlin", "Europe/Berlin"),
        ("Lord_Howe", "Australia/Lord_Howe"),
    ] {
        let error = parse_zone(text).unwrap_err();
        assert_eq!(error.did_you_mean(), Some(meant), "{text}");
        assert_eq!(error.to_string(), format!("unknown time zone `{text}`"));
    }
    for text in ["", "+08:00", "北京", "zzzzzzzz", "../../etc/passwd", "Etc/Unknown"] {
        let error = parse_zone(text).unwrap_err();
        assert!(error.help().contains("Asia/Shanghai"), "{text}: {}", error.help());
    }
    assert!(parse_zone(&"Asia/".repeat(100_000)).is_err());
    assert!(said(Hours::builder("Mars/Phobos")).starts_with("unknown time zone `Mars/Phobos`"));
}

#[test]
fn plans_that_contradict_themselves_are_refused() {
    let weekly = |weekly: &[(&str, &[&str])]| said(try_plan(SHANGHAI, weekly, &[]));
    assert!(
        weekly(&[("mon-fri", &["12:00-18:00", "09:00-12:01"])]).starts_with(
            "`09:00-12:01` and `12:00-18:00` of mon overlap | let one end where the other starts"
        )
    );
    assert!(
        weekly(&[("sat", &["09:00-12:00", "09:00-12:00"])])
            .starts_with("`09:00-12:00` and `09:00-12:00` of sat overlap")
    );
    assert!(
        weekly(&[("sun", &["22:00-06:00"]), ("mon", &["05:00-12:00"])]).starts_with(
            "`22:00-06:00` of sun runs into `05:00-12:00` of mon | a span such as `22:00-06:00`"
        )
    );
    assert!(
        weekly(&[("mon", &["05:00-12:00"]), ("sun", &["22:00-06:00"])])
            .starts_with("`22:00-06:00` of sun runs into `05:00-12:00` of mon")
    );
    assert!(weekly(&[("mon-sun", &["21:00-02:00", "01:00-21:00"])]).starts_with("`21:00-02:00` of"));
    assert!(
        weekly(&[("mon-fri", &["09:00-18:00"]), ("wed-thu", &[])])
            .starts_with("wed is planned twice, by `mon-fri` and by `wed-thu` | ")
    );
    let mut both = Hours::builder(SHANGHAI).unwrap();
    both.always().unwrap();
    assert!(
        said(both.weekly(DayRange::parse("sat").unwrap(), &[]))
            .starts_with("sat is planned twice, by `always` and by `sat`")
    );

    let exceptions = |exceptions: &[(&str, &[&str])]| said(try_plan(SHANGHAI, &[], exceptions));
    assert!(
        exceptions(&[("2026-10-10", &["09:00-18:00", "17:00-02:00"])])
            .starts_with("`09:00-18:00` and `17:00-02:00` of 2026-10-10 overlap")
    );
    assert!(
        exceptions(&[("2026-10-10", &[]), ("2026-10-10", &[])])
            .starts_with("`2026-10-10` has two exceptions")
    );
    // A special day need not know of the evening before.
    assert!(
        try_plan(SHANGHAI, &[("mon-sun", &["22:00-06:00"])], &[("2026-10-10", &["05:00-18:00"])]).is_ok()
    );
}

#[test]
fn plans_have_limits() {
    let minutes: Vec<Span> = (0..=SPANS_PER_DAY_MAX)
        .map(|i| Span::parse(&format!("{:02}:{:02}-24:00", i / 60, i % 60)).unwrap())
        .collect();
    let error = Hours::builder(SHANGHAI).unwrap().weekly(DayRange::WEEK, &minutes).unwrap_err();
    assert_eq!(error.to_string(), "49 spans on mon are too many");
    let mut builder = Hours::builder(SHANGHAI).unwrap();
    let mut date = parse_date("2026-01-01").unwrap();
    for _ in 0..EXCEPTIONS_MAX {
        builder.exception(date, &[]).unwrap();
        date = date.tomorrow().unwrap();
    }
    assert!(matches!(builder.exception(date, &[]), Err(HoursError::TooManyExceptions { .. })));
}

#[test]
fn a_stored_plan_comes_back_equal() {
    let hours = plan(
        "asia/shanghai",
        &[("sat", &["22:00-02:00"]), ("mon-fri", &["13:30-18:00", "09:00-12:00"])],
        &[("2026-10-10", &["09:00-18:00"]), ("2026-10-01", &[])],
    );
    let otherwise_written = plan(
        "Asia/Shanghai",
        &[
            ("mon-wed", &["09:00-12:00", "13:30-18:00"]),
            ("thu-fri", &["9:00-12:00", "13:30-18:00"]),
            ("sat", &["22:00-2:00"]),
        ],
        &[("2026-10-01", &[]), ("2026-10-10", &["09:00-18:00"])],
    );
    assert_eq!(hours, otherwise_written);
    let bytes = postcard::to_allocvec(&hours).unwrap();
    assert_eq!(bytes, postcard::to_allocvec(&otherwise_written).unwrap());
    assert_eq!(postcard::from_bytes::<Hours>(&bytes).unwrap(), hours);
    let json = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), hours);
    assert!(json.contains(r#""2026-10-10":["09:00-18:00"]"#), "{json}");
    assert!(serde_json::from_str::<Span>(r#""18:00""#).is_err());
    let unknown = json.replace("Asia/Shanghai", "Mars/Phobos");
    let unknown: Hours = serde_json::from_str(&unknown).unwrap();
    assert!(said(unknown.compile()).starts_with("unknown time zone `Mars/Phobos`"));
}
