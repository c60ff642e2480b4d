//! What rates and dispersion leave unexplained.

use serde::Serialize;

use super::counts::{Day, Grid};
use super::dispersion::{FittedDispersion, pieces_a_stretch};
use super::profile::Means;

/// Days and hours that are named as unusual, of each.
const UNUSUAL_MAX: usize = 5;
/// From how many standard deviations on a day or an hour is unusual: among 10,000 hours that are as fitted, none is.
const UNUSUAL_DEVIATIONS: f64 = 5.0;

/// What is left over. An index of dispersion is the variance of counts around what is expected, divided by what is
/// expected: 1 is what chance alone does.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LeftOver {
    /// The index around one rate for all.
    pub flat: f64,
    /// Around the rates by time of day and kind of day.
    pub profile: f64,
    /// Around those times each day's own factor.
    pub day: f64,
    /// Around those times each stretch's own factor; `None` where a stretch is one piece, so that nothing can be left.
    pub stretch: Option<f64>,
    /// The correlation between the factors of neighbouring days, which a scenario does not have; `None`: too few days.
    pub neighbouring_days: Option<f64>,
    /// How far the rate of each hour of the day varies around profile and day, without the part of chance.
    pub hours: Vec<HourSpread>,
    /// Days and hours that are far from what was fitted, the farthest first; days stand before hours.
    pub unusual: Vec<Unusual>,
}

/// One hour of the day.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HourSpread {
    /// 0 to 23.
    pub hour: u32,
    /// Its mean number of arrivals.
    pub arrivals_mean: f64,
    /// The coefficient of variation of its rate.
    pub variation: f64,
}

/// A day, or an hour of a day, that is far from what was fitted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Unusual {
    /// The date.
    pub date: String,
    /// The hour; `None`: the whole day.
    pub hour: Option<u32>,
    /// How many came.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub arrivals: u64,
    /// How many were to be expected; of an hour, on a day as busy as this one.
    pub expected: f64,
    /// How many standard deviations lie between.
    pub deviations: f64,
}

/// A day with its expectation.
struct Expected<'g> {
    day: &'g Day,
    profile: &'g [f64],
    factor: f64,
}

impl Expected<'_> {
    /// Count and expectation by piece, where anybody is expected.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let counts = self.day.total.iter().map(|count| f64::from(*count));
        counts.zip(self.profile.iter().map(|mean| mean * self.factor)).filter(|(_, mean)| *mean > 0.0)
    }

    /// Sums of so many pieces, with the number of the first.
    fn sums(&self, each: usize) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        let counts = self.day.total.chunks(each).zip(self.profile.chunks(each));
        let sums = counts.enumerate().map(move |(at, (counts, means))| {
            let count = f64::from(counts.iter().sum::<u32>());
            (at * each, count, means.iter().sum::<f64>() * self.factor)
        });
        sums.filter(|(_, _, mean)| *mean > 0.0)
    }
}

pub(super) fn left_over(
    grid: &Grid,
    of_day: &[usize],
    means: &Means,
    dispersion: Option<&FittedDispersion>,
) -> LeftOver {
    let profiles = of_day.iter().filter_map(|kind| means.get(kind));
    let days: Vec<Expected<'_>> = grid
        .days
        .iter()
        .zip(profiles)
        .map(|(day, profile)| {
            let (count, mean) = (sum_of(&day.total), profile.iter().sum::<f64>());
            Expected { day, profile, factor: if mean > 0.0 { count / mean } else { 1.0 } }
        })
        .collect();
    let pieces: f64 = means.values().flatten().filter(|mean| **mean > 0.0).count() as f64;
    let all: Vec<(f64, f64)> = days.iter().flat_map(Expected::pieces).collect();
    let counted = all.len() as f64;
    let overall = all.iter().map(|(count, _)| count).sum::<f64>() / counted.max(1.0);
    let by_profile =
        days.iter().flat_map(|day| Expected { factor: 1.0, ..*day }.pieces().collect::<Vec<_>>());
    let factors = days.len() as f64 - means.len() as f64;
    let each = pieces_a_stretch(grid);
    let stretches = |days: &mut dyn Iterator<Item = &[f64]>| {
        days.flat_map(|profile| profile.chunks(each))
            .filter(|chunk| chunk.iter().any(|mean| *mean > 0.0))
            .count() as f64
    };
    let own_factors = stretches(&mut days.iter().map(|day| day.profile))
        - stretches(&mut means.values().map(Vec::as_slice));
    LeftOver {
        flat: index(all.iter().map(|(count, _)| (*count, overall)), counted - 1.0),
        profile: index(by_profile, counted - pieces),
        day: index(all.iter().copied(), counted - pieces - factors),
        stretch: (each > 1).then(|| index(with_stretches(&days, each), counted - pieces - own_factors)),
        neighbouring_days: neighbours(&days),
        hours: hours(&days, grid.piece_minutes),
        unusual: unusual(&days, grid.piece_minutes, dispersion),
    }
}

/// The index of dispersion, given how much freedom the expectations have left.
fn index(pairs: impl Iterator<Item = (f64, f64)>, freedom: f64) -> f64 {
    let squares: f64 = pairs.map(|(count, mean)| (count - mean) * (count - mean) / mean).sum();
    if freedom > 0.0 { squares / freedom } else { 0.0 }
}

fn with_stretches<'g>(days: &'g [Expected<'g>], each: usize) -> impl Iterator<Item = (f64, f64)> + 'g {
    days.iter().flat_map(move |day| {
        let stretches = day.day.total.chunks(each).zip(day.profile.chunks(each));
        stretches.flat_map(|(counts, means)| {
            let (count, mean) = (sum_of(counts), means.iter().sum::<f64>());
            let factor = if mean > 0.0 { count / mean } else { 0.0 };
            let pairs = counts.iter().zip(means).map(move |(count, mean)| (f64::from(*count), mean * factor));
            pairs.filter(|(_, mean)| *mean > 0.0)
        })
    })
}

fn neighbours(days: &[Expected<'_>]) -> Option<f64> {
    if days.len() < super::DISPERSION_DAYS_MIN as usize {
        return None;
    }
    let squares: f64 = days.iter().map(|day| (day.factor - 1.0) * (day.factor - 1.0)).sum();
    let products = days.iter().zip(days.iter().skip(1)).map(|(a, b)| (a.factor - 1.0) * (b.factor - 1.0));
    let (products, pairs) = (products.sum::<f64>(), days.len() as f64 - 1.0);
    (squares > 0.0).then(|| products / pairs / (squares / days.len() as f64))
}

fn hours(days: &[Expected<'_>], piece_minutes: u32) -> Vec<HourSpread> {
    let each = (60 / piece_minutes).max(1) as usize;
    // Of each hour: days, arrivals, squares beyond chance, and what they are relative to.
    let mut sums = [(0.0, 0.0, 0.0, 0.0); 24];
    for day in days {
        for (piece, count, mean) in day.sums(each) {
            if let Some((days, arrivals, beyond, relative)) = sums.get_mut(piece / each) {
                *days += 1.0;
                *arrivals += count;
                *beyond += (count - mean) * (count - mean) - mean;
                *relative += mean * mean;
            }
        }
    }
    let told = sums.into_iter().enumerate().filter(|(_, sums)| sums.0 > 0.0);
    told.map(|(hour, (days, arrivals, beyond, relative))| HourSpread {
        hour: hour as u32,
        arrivals_mean: arrivals / days,
        variation: (beyond / relative).max(0.0).sqrt(),
    })
    .collect()
}

fn unusual(days: &[Expected<'_>], piece_minutes: u32, dispersion: Option<&FittedDispersion>) -> Vec<Unusual> {
    let Some(dispersion) = dispersion else { return Vec::new() };
    let each = (60 / piece_minutes).max(1) as usize;
    let deviations = |count: f64, mean: f64, cv: f64| (count - mean) / (mean + cv * cv * mean * mean).sqrt();
    let unusual = |day: &Expected<'_>, hour, (count, expected, cv): (f64, f64, f64)| Unusual {
        date: day.day.date.to_string(),
        hour,
        arrivals: count as u64,
        expected,
        deviations: deviations(count, expected, cv),
    };
    let whole = days.iter().map(|day| {
        let count = sum_of(&day.day.total);
        unusual(day, None, (count, day.profile.iter().sum(), dispersion.day))
    });
    let of_hours = days.iter().flat_map(|day| {
        let hours = day.sums(each).map(|(piece, count, mean)| {
            unusual(day, Some((piece / each) as u32), (count, mean, dispersion.stretch))
        });
        hours.collect::<Vec<_>>()
    });
    let mut far = farthest(whole.collect());
    far.extend(farthest(of_hours.collect()));
    far
}

fn farthest(mut all: Vec<Unusual>) -> Vec<Unusual> {
    all.retain(|unusual| unusual.deviations.abs() >= UNUSUAL_DEVIATIONS);
    all.sort_by(|a, b| b.deviations.abs().total_cmp(&a.deviations.abs()));
    all.truncate(UNUSUAL_MAX);
    all
}

fn sum_of(counts: &[u32]) -> f64 {
    counts.iter().map(|count| f64::from(*count)).sum()
}
