//! Plans and instants at random: `next_change` and `open_ranges` agree with `is_open`.

use proptest::prelude::*;

use super::tests::local;
use super::{CompiledHours, DayRange, Hours, Span};
use crate::time::Timestamp;

/// Any plan: cuts of the day, every second stretch kept, days and exceptions at random.
fn any_plan() -> impl Strategy<Value = Hours> {
    let spans = || {
        (prop::collection::btree_set(0_u16..=24 * 12, 0..6), any::<bool>()).prop_map(|(cuts, night)| {
            let clock = |cut: u16| format!("{:02}:{:02}", cut / 12, cut % 12 * 5);
            let cuts: Vec<u16> = cuts.into_iter().collect();
            let mut spans: Vec<Span> = cuts
                .chunks_exact(2)
                .map(|cut| Span::parse(&format!("{}-{}", clock(cut[0]), clock(cut[1]))).unwrap())
                .collect();
            if let (true, [last]) = (night, cuts.chunks_exact(2).remainder()) {
                spans.extend(
                    Span::parse(&format!("{}-00:20", clock(*last))).ok().filter(|span| span.overnight()),
                );
            }
            spans
        })
    };
    let zone = prop::sample::select(vec![
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Asia/Shanghai",
        "America/Havana",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "UTC",
    ]);
    let exceptions = prop::collection::btree_map((2000_i16..2030, 1_i8..=12, 1_i8..=28), spans(), 0..8);
    (zone, prop::collection::vec(spans(), 7), exceptions).prop_map(|(zone, week, exceptions)| {
        let mut builder = Hours::builder(zone).unwrap();
        for (day, spans) in DayRange::WEEK.days().zip(week) {
            let days = DayRange::parse(super::days::day_name(day)).unwrap();
            // A night span that runs into the next day is refused: such a plan stays without that day.
            let _ = builder.clone().weekly(days, &spans).map(|with| builder = with.clone());
        }
        for ((year, month, day), spans) in exceptions {
            builder.exception(jiff::civil::date(year, month, day), &spans).unwrap();
        }
        builder.build()
    })
}

/// Any instant from 2000 to 2060.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    (946_684_800_000_i64..2_840_140_800_000).prop_map(Timestamp)
}

fn assert_change_is_first(hours: &CompiledHours, at: Timestamp) -> Result<(), TestCaseError> {
    let open = hours.is_open(at);
    let horizon = at.plus_ms(40 * 86_400_000);
    let next = hours.next_change(at);
    if let Some(next) = next {
        prop_assert!(next > at);
        prop_assert_eq!(hours.is_open(next), !open, "at the change {}", next);
        prop_assert_eq!(hours.is_open(next.plus_ms(-1)), open, "just before the change {}", next);
    }
    // Nothing between: plans turn on multiples of five minutes and zones on multiples of a minute.
    let until = next.unwrap_or(horizon).min(horizon);
    let first_step = at.0.div_euclid(300_000) * 300_000 + 300_000;
    for step in (first_step..until.0).step_by(300_000) {
        prop_assert_eq!(hours.is_open(Timestamp(step)), open, "missed a change before {}", Timestamp(step));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn next_change_is_the_first_instant_at_which_is_open_differs(hours in any_plan(), at in any_instant()) {
        assert_change_is_first(&hours.compile().unwrap(), at)?;
    }

    #[test]
    fn next_change_holds_near_every_exception(hours in any_plan(), shift_ms in -200_000_000_i64..200_000_000) {
        let compiled = hours.compile().unwrap();
        for date in hours.exceptions().keys() {
            let at = local(hours.zone(), &format!("{date}T00:00")).plus_ms(shift_ms);
            assert_change_is_first(&compiled, at)?;
        }
    }

    #[test]
    fn ranges_hold_exactly_the_open_instants(hours in any_plan(), from in any_instant(), probes in prop::collection::vec(0_i64..2_000_000_000, 64)) {
        let compiled = hours.compile().unwrap();
        let ranges: Vec<_> = compiled.open_ranges(from, from.plus_ms(2_000_000_000)).collect();
        prop_assert!(ranges.iter().all(|range| range.start < range.end));
        prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
        for probe in probes {
            let at = from.plus_ms(probe);
            let held = ranges.iter().any(|range| range.contains(&at));
            prop_assert_eq!(compiled.is_open(at), held, "{}", at);
        }
    }
}
