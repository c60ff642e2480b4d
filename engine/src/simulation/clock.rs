//! The scenario's wall clock: from "every day at 14:00" to instants.

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::tenant::in_zone;
use crate::time::Timestamp;

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

    /// The instants at which an hour of the day begins, within the scenario.
    pub(super) fn hours(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let mut last = self.start;
        self.days()
            .flat_map(move |day| (0..24).filter_map(move |hour| self.at(day, Time::constant(hour, 0, 0, 0))))
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

    /// What hour the wall clock shows, 0 to 23.
    pub(super) fn hour_at(&self, at: Timestamp) -> usize {
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
        usize::from(self.zone.to_datetime(instant).hour().unsigned_abs())
    }
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
        assert_eq!(spring.hours().count(), 23, "01:00 to 23:00 without 02:00, and the next midnight");
        let autumn = calendar("America/New_York", "2026-11-01T00:00:00", 25 * HOUR);
        assert_eq!(autumn.hours().count(), 23, "the second 01:00 goes on where the first ended");
        assert_eq!(autumn.hour_at(autumn.start().plus_ms(2 * HOUR)), 1);
        assert_eq!(autumn.hour_at(autumn.start().plus_ms(3 * HOUR)), 2);
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
