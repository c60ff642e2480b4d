//! The scenario's wall clock: from "every day at 14:00" to instants.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::tenant::in_zone;
use crate::time::Timestamp;

/// Minutes of a day, where no clock turns.
pub(super) const DAY_MINUTES: usize = 24 * 60;

/// A time of day.
pub(super) type DayTime = Time;

/// A time of day such as `14:00`.
pub(super) fn parse_day_time(text: &str) -> Option<DayTime> {
    let is_plain = text.len() <= 8 && text.contains(':') && !text.contains(['-', 'T']);
    text.parse().ok().filter(|_| is_plain)
}

/// The days of a scenario in its tenant's zone.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    zone: TimeZone,
    zone_name: String,
    first_day: Date,
    start: Timestamp,
    end: Timestamp,
}

impl Calendar {
    /// From `start` for `length_ms`. `None`: no such zone, or a start before 1970 or after 2200.
    pub(super) fn new(zone_name: &str, start: Timestamp, length_ms: i64) -> Option<Calendar> {
        let zone = TimeZoneDatabase::bundled().get(zone_name).ok()?;
        let instant = jiff::Timestamp::from_millisecond(start.0).ok()?;
        let first_day = zone.to_datetime(instant).date();
        (1970..=2200).contains(&first_day.year()).then(|| Calendar {
            zone,
            zone_name: zone_name.to_owned(),
            first_day,
            start,
            end: start.plus_ms(length_ms),
        })
    }

    pub(super) fn start(&self) -> Timestamp {
        self.start
    }

    pub(super) fn end(&self) -> Timestamp {
        self.end
    }

    fn at(&self, day: Date, time: Time) -> Option<Timestamp> {
        in_zone(day.to_datetime(time), &self.zone_name)
    }

    /// The first time the wall clock shows `time`, from the start on.
    pub(super) fn first(&self, time: DayTime) -> Option<Timestamp> {
        self.days().filter_map(|day| self.at(day, time)).find(|at| *at >= self.start)
    }

    /// From and to of every day, also of one that begins the evening before; over midnight where `to` is not after
    /// `from`.
    pub(super) fn each_day(
        &self,
        from: DayTime,
        to: DayTime,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let eve = self.first_day.yesterday().ok();
        eve.into_iter()
            .chain(self.days())
            .map_while(move |day| {
                let end_day = if to > from { day } else { day.tomorrow().ok()? };
                Some((self.at(day, from)?, self.at(end_day, to)?))
            })
            .skip_while(|(_, to)| *to <= self.start)
            .take_while(|(from, _)| *from < self.end)
    }

    /// The instants at which a piece of the day begins, within the scenario, where a day has so many equal pieces of
    /// whole minutes: 24 are hours.
    pub(super) fn pieces(&self, per_day: usize) -> impl Iterator<Item = Timestamp> + '_ {
        let mut last = self.start;
        let minutes = DAY_MINUTES / per_day.clamp(1, DAY_MINUTES);
        let times = move || (0..per_day).filter_map(move |piece| time_of(piece * minutes));
        self.days()
            .flat_map(move |day| times().filter_map(move |time| self.at(day, time)))
            .take_while(|at| *at < self.end)
            .filter(move |at| {
                let is_later = *at > last;
                last = last.max(*at);
                is_later
            })
    }

    /// The local days from the start on.
    fn days(&self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.first_day), |day| day.tomorrow().ok())
    }

    /// The days of the scenario: the date, its midnight and the next.
    pub(super) fn dates(&self) -> impl Iterator<Item = (Date, Timestamp, Timestamp)> + '_ {
        self.days()
            .map_while(|day| {
                let next = day.tomorrow().ok()?;
                Some((day, self.at(day, Time::midnight())?, self.at(next, Time::midnight())?))
            })
            .take_while(|(_, from, _)| *from < self.end)
    }

    /// What the wall clock shows: the day of the week, and the minute of the day.
    pub(super) fn minute_at(&self, at: Timestamp) -> (Weekday, usize) {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
        let shown = self.zone.to_datetime(instant);
        let minute =
            usize::from(shown.hour().unsigned_abs()) * 60 + usize::from(shown.minute().unsigned_abs());
        (shown.weekday(), minute)
    }
}

/// A minute of the day as a time of day.
fn time_of(minute: usize) -> Option<Time> {
    Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn calendar(zone: &str, start: &str, length_ms: i64) -> Calendar {
        let start = in_zone(start.parse().unwrap(), zone).unwrap();
        Calendar::new(zone, start, length_ms).unwrap()
    }

    fn hours_from_start(calendar: &Calendar, at: Timestamp) -> i64 {
        (at.0 - calendar.start().0) / HOUR
    }

    #[test]
    fn a_window_over_midnight_begins_the_evening_before() {
        let calendar = calendar("Asia/Shanghai", "2026-11-11T00:00:00", 48 * HOUR);
        assert_eq!(calendar.start().to_string(), "2026-11-10T16:00:00Z");
        let (from, to) = (parse_day_time("22:00").unwrap(), parse_day_time("02:00").unwrap());
        let windows: Vec<_> = calendar
            .each_day(from, to)
            .map(|(from, to)| (hours_from_start(&calendar, from), hours_from_start(&calendar, to)))
            .collect();
        assert_eq!(windows, [(-2, 2), (22, 26), (46, 50)]);
    }

    #[test]
    fn the_day_on_which_the_clock_turns_has_its_own_hours() {
        let spring = calendar("America/New_York", "2026-03-08T00:00:00", 24 * HOUR);
        assert_eq!(spring.pieces(24).count(), 23, "01:00 to 23:00 without 02:00, and the next midnight");
        let autumn = calendar("America/New_York", "2026-11-01T00:00:00", 25 * HOUR);
        assert_eq!(autumn.pieces(24).count(), 23, "the second 01:00 goes on where the first ended");
        assert_eq!(autumn.minute_at(autumn.start().plus_ms(2 * HOUR)), (Weekday::Sunday, 60));
        assert_eq!(autumn.minute_at(autumn.start().plus_ms(3 * HOUR)), (Weekday::Sunday, 120));
        let lengths: Vec<i64> = spring.dates().map(|(_, from, to)| to.since_ms(from) / HOUR).collect();
        assert_eq!(lengths, [23, 24], "the scenario's 24 hours end at 01:00 of the next day");
    }

    #[test]
    fn times_and_dates() {
        let calendar = calendar("Asia/Shanghai", "2026-11-11T15:00:00", 48 * HOUR);
        let first =
            |text| hours_from_start(&calendar, calendar.first(parse_day_time(text).unwrap()).unwrap());
        assert_eq!((first("15:00"), first("14:00"), first("16:00")), (0, 23, 1));
        for text in ["25:00", "14", "2026-11-11", "noon", ""] {
            assert_eq!(parse_day_time(text), None, "{text}");
        }
        assert!(Calendar::new("Asia/Shanghai", Timestamp(i64::MAX / 2), HOUR).is_none());
    }
}
