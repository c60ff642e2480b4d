//! Counts by interval, laid out by day and time of day.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZoneDatabase;

use super::FitError;
use crate::time::Timestamp;

/// Channels that are fitted at once.
pub const CHANNELS_MAX: usize = 20;
/// Days that are fitted at once: three years.
pub const DAYS_MAX: usize = 1_100;
/// Counts that are fitted at once: three years of five minutes, on six channels.
pub const COUNTS_MAX: usize = 2_000_000;

const HOUR_MINUTES: u32 = 60;
const DAY_MINUTES: u32 = 24 * HOUR_MINUTES;
/// The lengths that the pieces of a scenario's `rate_shape` can have.
pub(super) const PIECE_MINUTES: [u32; 4] = [5, 15, 30, 60];

/// How many came by one channel in an interval.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct ArrivalCount {
    /// When the interval begins.
    pub at: Timestamp,
    /// By which channel: a place in the list of names.
    pub channel: u16,
    /// How many came.
    pub count: u32,
}

/// A day.
#[derive(Clone, Debug)]
pub(super) struct Day {
    pub(super) date: Date,
    /// By channel, then by piece of the day.
    pub(super) channels: Vec<Vec<u32>>,
    /// Of all channels, by piece of the day.
    pub(super) total: Vec<u32>,
    /// Which intervals were recorded.
    recorded: Vec<bool>,
}

impl Day {
    fn new(date: Date, channels: usize, pieces: usize, intervals: usize) -> Day {
        Day {
            date,
            channels: vec![vec![0; pieces]; channels],
            total: vec![0; pieces],
            recorded: vec![false; intervals],
        }
    }

    pub(super) fn weekday(&self) -> Weekday {
        self.date.weekday()
    }

    fn recorded(&self) -> usize {
        self.recorded.iter().filter(|is| **is).count()
    }
}

/// Counts of whole days.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// The length of the intervals that were counted.
    pub(super) interval_minutes: u32,
    /// The length of a piece of the day.
    pub(super) piece_minutes: u32,
    /// In order.
    pub(super) days: Vec<Day>,
    pub(super) left_out: Vec<Date>,
}

impl Grid {
    pub(super) fn new(counts: &[ArrivalCount], channels: usize, zone: &str) -> Result<Grid, FitError> {
        if channels > CHANNELS_MAX {
            return Err(FitError::TooMany { what: "channels", most: CHANNELS_MAX as u32 });
        }
        if counts.len() > COUNTS_MAX {
            return Err(FitError::TooMany { what: "counts", most: COUNTS_MAX as u32 });
        }
        if counts.iter().all(|count| count.count == 0) {
            return Err(FitError::Nobody);
        }
        let interval_minutes = interval_minutes(counts)?;
        let Some(piece_minutes) = PIECE_MINUTES.into_iter().find(|piece| piece % interval_minutes == 0)
        else {
            return Err(FitError::Interval { minutes: interval_minutes });
        };
        let outside = |at: &dyn ToString| FitError::OutsideCalendar { at: at.to_string() };
        let zone = TimeZoneDatabase::bundled().get(zone).map_err(|_| outside(&zone))?;
        let (pieces, intervals) = (DAY_MINUTES / piece_minutes, DAY_MINUTES / interval_minutes);
        let mut days: BTreeMap<Date, Day> = BTreeMap::new();
        for (index, count) in counts.iter().enumerate() {
            let instant = jiff::Timestamp::from_millisecond(count.at.0).map_err(|_| outside(&count.at))?;
            let shown = zone.to_datetime(instant);
            let minute = u32::from(shown.hour().unsigned_abs()) * HOUR_MINUTES
                + u32::from(shown.minute().unsigned_abs());
            if !minute.is_multiple_of(interval_minutes)
                || shown.second() != 0
                || shown.subsec_nanosecond() != 0
            {
                let at = shown.to_string();
                return Err(FitError::OffGrid { index: index as u32, at, minutes: interval_minutes });
            }
            let day = days
                .entry(shown.date())
                .or_insert_with(|| Day::new(shown.date(), channels, pieces as usize, intervals as usize));
            let piece = (minute / piece_minutes) as usize;
            let of_channel = day.channels.get_mut(usize::from(count.channel));
            let of_channel = of_channel.and_then(|channel| channel.get_mut(piece));
            for sum in of_channel.into_iter().chain(day.total.get_mut(piece)) {
                *sum = sum.saturating_add(count.count);
            }
            if let Some(recorded) = day.recorded.get_mut((minute / interval_minutes) as usize) {
                *recorded = true;
            }
            if days.len() > DAYS_MAX {
                return Err(FitError::TooMany { what: "days", most: DAYS_MAX as u32 });
            }
        }
        let days: Vec<Day> = days.into_values().collect();
        let mut recorded: Vec<usize> = days.iter().map(Day::recorded).collect();
        recorded.sort_unstable();
        let usual = recorded.get(recorded.len() / 2).copied().unwrap_or(0);
        let (days, left_out): (Vec<Day>, Vec<Day>) =
            days.into_iter().partition(|day| day.recorded() * 2 >= usual);
        let left_out = left_out.into_iter().map(|day| day.date).collect();
        Ok(Grid { interval_minutes, piece_minutes, days, left_out })
    }

    pub(super) fn pieces(&self) -> usize {
        (DAY_MINUTES / self.piece_minutes) as usize
    }

    /// The same counts in longer pieces.
    pub(super) fn coarser(mut self, piece_minutes: u32) -> Grid {
        let many = (piece_minutes / self.piece_minutes).max(1) as usize;
        let sums =
            |counts: &Vec<u32>| counts.chunks(many).map(|chunk| chunk.iter().sum()).collect::<Vec<u32>>();
        for day in &mut self.days {
            day.total = sums(&day.total);
            day.channels = day.channels.iter().map(sums).collect();
        }
        self.piece_minutes *= many as u32;
        self
    }

    /// Intervals that a day lacks and another day of its kind has.
    pub(super) fn filled(&self, of_day: &[usize]) -> u32 {
        let mut any: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
        for (day, kind) in self.days.iter().zip(of_day) {
            let known = any.entry(*kind).or_insert_with(|| vec![false; day.recorded.len()]);
            known.iter_mut().zip(&day.recorded).for_each(|(any, is)| *any |= is);
        }
        let lacking = self.days.iter().zip(of_day).map(|(day, kind)| {
            let known = any.get(kind).into_iter().flatten();
            known.zip(&day.recorded).filter(|(any, is)| **any && !**is).count() as u32
        });
        lacking.sum()
    }
}

/// The most frequent distance between two instants.
fn interval_minutes(counts: &[ArrivalCount]) -> Result<u32, FitError> {
    let mut instants: Vec<i64> = counts.iter().map(|count| count.at.0).collect();
    instants.sort_unstable();
    instants.dedup();
    let mut gaps: BTreeMap<i64, u32> = BTreeMap::new();
    for (from, to) in instants.iter().zip(instants.iter().skip(1)) {
        *gaps.entry(to - from).or_default() += 1;
    }
    // Of equally frequent ones the shortest.
    let usual = gaps.into_iter().max_by_key(|(gap, many)| (*many, std::cmp::Reverse(*gap)));
    let (gap_ms, _) = usual.ok_or(FitError::OneInterval)?;
    let minutes = u32::try_from(gap_ms / 60_000).unwrap_or(u32::MAX);
    let divides =
        gap_ms % 60_000 == 0 && (1..=HOUR_MINUTES).contains(&minutes) && HOUR_MINUTES.is_multiple_of(minutes);
    if divides { Ok(minutes) } else { Err(FitError::Interval { minutes }) }
}
