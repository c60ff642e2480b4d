//! Rates by time of day, for each kind of day.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use serde::Serialize;

use super::counts::{Grid, PIECE_MINUTES};

/// Days of the week that must each be there this often before each has rates of its own.
const WEEKDAY_DAYS_MIN: u32 = 4;
/// Arrivals that a piece of the day has on average, over all days of its kind, so that its rate is known within a tenth.
const PIECE_ARRIVALS_MIN: f64 = 100.0;

/// By which days are told apart.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DayKinds {
    /// Not at all.
    Alike,
    /// Monday to Friday, and the weekend.
    WeekdaysAndWeekend,
    /// Each day of the week.
    DaysOfWeek,
}

/// The rates of one kind of day.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DayKind {
    /// Which days: `mon-sun`, `mon-fri`, `sat-sun`, or a day such as `tue`.
    pub weekdays: String,
    /// How many of them there are.
    pub days: u32,
    /// Their mean number of arrivals.
    pub arrivals_mean: f64,
    /// The rates of each channel.
    pub channels: Vec<ChannelProfile>,
}

/// The rates of one channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChannelProfile {
    /// Its name.
    pub channel: String,
    /// Conversations an hour, by piece of the day.
    pub per_hour: Vec<f64>,
}

/// The means of each kind of day, by piece: of all channels.
pub(super) type Means = BTreeMap<usize, Vec<f64>>;

/// By which days are told apart, and the kind of each.
pub(super) fn kinds(grid: &Grid) -> (DayKinds, Vec<usize>) {
    let mut days: BTreeMap<usize, u32> = BTreeMap::new();
    for day in &grid.days {
        *days.entry(number(day.weekday())).or_default() += 1;
    }
    let many = |is: &dyn Fn(usize) -> bool| {
        days.iter().filter(|(day, _)| is(**day)).map(|(_, many)| *many).sum::<u32>()
    };
    let (weekdays, weekend) = (many(&|day| day < 5), many(&|day| day >= 5));
    let kinds = if days.len() > 1 && days.values().all(|many| *many >= WEEKDAY_DAYS_MIN) {
        DayKinds::DaysOfWeek
    } else if weekdays >= 1 && weekend >= 1 && weekdays + weekend >= 7 {
        DayKinds::WeekdaysAndWeekend
    } else {
        DayKinds::Alike
    };
    let of_day = grid.days.iter().map(|day| match kinds {
        DayKinds::Alike => 0,
        DayKinds::WeekdaysAndWeekend => usize::from(number(day.weekday()) >= 5),
        DayKinds::DaysOfWeek => number(day.weekday()),
    });
    (kinds, of_day.collect())
}

/// The length of the pieces of the day, in minutes, that the counts bear: short ones say more, but each needs arrivals.
pub(super) fn pieces(grid: &Grid, of_day: &[usize]) -> u32 {
    let (arrivals, pieces) =
        means(grid, of_day).iter().fold((0.0, 0.0), |(arrivals, pieces), (kind, of_kind)| {
            let days = of_day.iter().filter(|other| *other == kind).count() as f64;
            let busy = of_kind.iter().filter(|mean| **mean > 0.0).count() as f64;
            (arrivals + days * of_kind.iter().sum::<f64>(), pieces + busy)
        });
    let each = if pieces > 0.0 { arrivals / pieces } else { 0.0 };
    let bears = |minutes: &u32| each * f64::from(minutes / grid.piece_minutes) >= PIECE_ARRIVALS_MIN;
    let mut wanted = PIECE_MINUTES.into_iter().filter(|minutes| minutes % grid.piece_minutes == 0);
    wanted.find(bears).unwrap_or(60)
}

pub(super) fn means(grid: &Grid, of_day: &[usize]) -> Means {
    let mut sums: BTreeMap<usize, (f64, Vec<f64>)> = BTreeMap::new();
    for (day, kind) in grid.days.iter().zip(of_day) {
        let (days, sum) = sums.entry(*kind).or_insert_with(|| (0.0, vec![0.0; grid.pieces()]));
        *days += 1.0;
        sum.iter_mut().zip(&day.total).for_each(|(sum, count)| *sum += f64::from(*count));
    }
    sums.into_iter()
        .map(|(kind, (days, sum))| (kind, sum.into_iter().map(|sum| sum / days).collect()))
        .collect()
}

pub(super) fn told(grid: &Grid, kinds: DayKinds, of_day: &[usize], channels: &[String]) -> Vec<DayKind> {
    let mut days: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, kind) in of_day.iter().enumerate() {
        days.entry(*kind).or_default().push(at);
    }
    let told = days.into_iter().map(|(kind, days)| {
        let days: Vec<_> = days.into_iter().filter_map(|at| grid.days.get(at)).collect();
        let many = days.len() as f64;
        let pieces_an_hour = 60.0 / f64::from(grid.piece_minutes);
        let of_channel = |(at, channel): (usize, &String)| {
            let sum = |piece: usize| {
                let counts = days.iter().filter_map(|day| day.channels.get(at)?.get(piece));
                counts.map(|count| f64::from(*count)).sum::<f64>()
            };
            let per_hour = (0..grid.pieces()).map(|piece| sum(piece) / many * pieces_an_hour).collect();
            ChannelProfile { channel: channel.clone(), per_hour }
        };
        let arrivals: f64 = days.iter().flat_map(|day| &day.total).map(|count| f64::from(*count)).sum();
        DayKind {
            weekdays: weekdays(kinds, kind).to_owned(),
            days: days.len() as u32,
            arrivals_mean: arrivals / many,
            channels: channels.iter().enumerate().map(of_channel).collect(),
        }
    });
    told.collect()
}

/// Monday is 0.
fn number(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

/// As a scenario's `rate_shape` names them.
fn weekdays(kinds: DayKinds, kind: usize) -> &'static str {
    match (kinds, kind) {
        (DayKinds::Alike, _) => "mon-sun",
        (DayKinds::WeekdaysAndWeekend, 0) => "mon-fri",
        (DayKinds::WeekdaysAndWeekend, _) => "sat-sun",
        (DayKinds::DaysOfWeek, kind) => {
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].get(kind).copied().unwrap_or("mon-sun")
        }
    }
}
