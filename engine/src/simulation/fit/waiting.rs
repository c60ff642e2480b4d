//! Waiting by time of day over many days, and how near one set of days is to another: what shows whether a fitted scenario
//! waits as the recorded one did.

use serde::{Deserialize, Serialize};

use super::super::compare::Outcomes;
use super::super::scenario::Scenario;
use super::super::{Ended, Observer, PROGRESS_EVENTS, Simulation};
use crate::rules::Ruleset;
use crate::time::Timestamp;

const HOUR_MS: i64 = 3_600_000;
/// Within which a conversation counts as answered in time, whatever its group's own target is.
const IN_TIME_MS: i64 = 20_000;
/// The hour that stands for the whole day.
const WHOLE_DAY: u32 = 24;
/// The ends of a band: of ten days, one lies below and one above.
const BAND: (f64, f64) = (0.1, 0.9);

/// Waiting on one simulated day, by hour from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WaitingDay {
    /// Hours in which somebody came who was answered or left.
    pub hours: Vec<WaitingHour>,
    /// The whole day.
    pub all: WaitingHour,
}

/// Waiting of those who came in an hour: until they were answered, or left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WaitingHour {
    /// The hour, from the scenario's beginning.
    pub hour: u32,
    /// How many.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// The mean wait.
    pub wait_ms_mean: f64,
    /// Nine in ten waited at most this long.
    pub wait_ms_p90: f64,
    /// The share that was answered within 20 seconds.
    pub in_time: f64,
}

impl WaitingDay {
    /// Runs a scenario of one day and looks at the waiting.
    #[must_use]
    pub fn of(ruleset: &Ruleset, scenario: &Scenario, seed: u64) -> WaitingDay {
        let mut outcomes = Outcomes::new(ruleset.revision());
        let mut simulation = Simulation::new(ruleset, scenario, seed);
        while simulation.run_for(PROGRESS_EVENTS, &mut outcomes as &mut dyn Observer).ended == Ended::Running
        {
        }
        WaitingDay::from_outcomes(&outcomes, scenario.start)
    }

    fn from_outcomes(outcomes: &Outcomes, start: Timestamp) -> WaitingDay {
        use super::super::compare::End;
        let mut waits: Vec<Vec<(i64, bool)>> = Vec::new();
        for outcome in outcomes.list() {
            if !outcome.connected && !matches!(outcome.end, End::Abandoned(_)) {
                continue;
            }
            // The 25th hour of a day on which clocks are put back counts to the 24th.
            let hour = (outcome.arrival.at.since_ms(start) / HOUR_MS).min(i64::from(WHOLE_DAY) - 1) as usize;
            if waits.len() <= hour {
                waits.resize_with(hour + 1, Vec::new);
            }
            if let Some(waits) = waits.get_mut(hour) {
                waits.push((outcome.wait_ms, outcome.connected));
            }
        }
        let mut all: Vec<(i64, bool)> = waits.iter().flatten().copied().collect();
        let hours = waits.iter_mut().enumerate().filter(|(_, waits)| !waits.is_empty());
        WaitingDay {
            hours: hours.map(|(hour, waits)| WaitingHour::of(hour as u32, waits)).collect(),
            all: WaitingHour::of(0, &mut all),
        }
    }
}

impl WaitingHour {
    fn of(hour: u32, waits: &mut [(i64, bool)]) -> WaitingHour {
        waits.sort_unstable();
        let many = waits.len() as f64;
        let rank = ((0.9 * many).ceil() as usize).saturating_sub(1);
        let in_time = waits.iter().filter(|(ms, connected)| *connected && *ms <= IN_TIME_MS).count();
        WaitingHour {
            hour,
            conversations: waits.len() as u64,
            wait_ms_mean: waits.iter().map(|(ms, _)| *ms as f64).sum::<f64>() / many.max(1.0),
            wait_ms_p90: waits.get(rank).map_or(0.0, |(ms, _)| *ms as f64),
            in_time: in_time as f64 / many.max(1.0),
        }
    }
}

/// One figure of one hour over many days.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BandPoint {
    /// One day in ten is below.
    pub low: f64,
    /// The mean over the days.
    pub mean: f64,
    /// One day in ten is above.
    pub high: f64,
}

/// Waiting in one hour of the day, over many days.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WaitingBand {
    /// The hour.
    pub hour: u32,
    /// How many days have it.
    pub days: u32,
    /// How many came in it, in the mean over those days.
    pub conversations: f64,
    /// The mean wait.
    pub wait_ms_mean: BandPoint,
    /// What nine in ten waited at most.
    pub wait_ms_p90: BandPoint,
    /// The share answered within 20 seconds.
    pub in_time: BandPoint,
}

/// Waiting by hour over these days; last, the whole day, with hour 24.
#[must_use]
pub fn bands(days: &[WaitingDay]) -> Vec<WaitingBand> {
    let last = days.iter().flat_map(|day| &day.hours).map(|hour| hour.hour).max().unwrap_or(0);
    let of_hour = |wanted| {
        let found = days.iter().filter_map(move |day| day.hours.iter().find(|hour| hour.hour == wanted));
        found.copied().collect::<Vec<_>>()
    };
    let mut bands: Vec<WaitingBand> = (0..=last).filter_map(|hour| band(hour, &of_hour(hour))).collect();
    bands.extend(band(WHOLE_DAY, &days.iter().map(|day| day.all).collect::<Vec<_>>()));
    bands
}

fn band(hour: u32, of_days: &[WaitingHour]) -> Option<WaitingBand> {
    if of_days.is_empty() {
        return None;
    }
    let many = of_days.len() as f64;
    let point = |figure: &dyn Fn(&WaitingHour) -> f64| {
        let mut sorted: Vec<f64> = of_days.iter().map(figure).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        // Between the neighbouring days, so that a few more days change little.
        let at = |share: f64| {
            let place = share * (many - 1.0);
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            let (low, high) =
                (sorted.get(below).copied().unwrap_or(0.0), sorted.get(above).copied().unwrap_or(0.0));
            low + (high - low) * (place - place.floor())
        };
        BandPoint { low: at(BAND.0), mean: sorted.iter().sum::<f64>() / many, high: at(BAND.1) }
    };
    Some(WaitingBand {
        hour,
        days: of_days.len() as u32,
        conversations: of_days.iter().map(|day| day.conversations as f64).sum::<f64>() / many,
        wait_ms_mean: point(&|day| day.wait_ms_mean),
        wait_ms_p90: point(&|day| day.wait_ms_p90),
        in_time: point(&|day| day.in_time),
    })
}

/// How far simulated waiting is from observed waiting: absolute differences, averaged over the hours of the day by how
/// many come in them.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Nearness {
    /// Of the mean wait, in its mean over the days.
    pub wait_ms_mean: f64,
    /// Of what nine in ten waited at most.
    pub wait_ms_p90: f64,
    /// Of the share answered within 20 seconds.
    pub in_time: f64,
    /// Of the ends of the band of the mean wait.
    pub band_ms: f64,
    /// Of the ends of the band of the share answered within 20 seconds.
    pub band_in_time: f64,
}

/// How near `simulated` is to `observed`. An hour that only one of them has is left out.
#[must_use]
pub fn nearness(observed: &[WaitingBand], simulated: &[WaitingBand]) -> Nearness {
    let mut near = Nearness::default();
    let mut weights = 0.0;
    for observed in observed.iter().filter(|band| band.hour != WHOLE_DAY) {
        let Some(simulated) = simulated.iter().find(|band| band.hour == observed.hour) else { continue };
        let weight = observed.conversations * f64::from(observed.days);
        let mean = |figure: &dyn Fn(&WaitingBand) -> BandPoint| {
            weight * (figure(observed).mean - figure(simulated).mean).abs()
        };
        let ends = |figure: &dyn Fn(&WaitingBand) -> BandPoint| {
            let (a, b) = (figure(observed), figure(simulated));
            weight * ((a.low - b.low).abs() + (a.high - b.high).abs()) / 2.0
        };
        near.wait_ms_mean += mean(&|band| band.wait_ms_mean);
        near.wait_ms_p90 += mean(&|band| band.wait_ms_p90);
        near.in_time += mean(&|band| band.in_time);
        near.band_ms += ends(&|band| band.wait_ms_mean);
        near.band_in_time += ends(&|band| band.in_time);
        weights += weight;
    }
    if weights > 0.0 {
        for figure in [
            &mut near.wait_ms_mean,
            &mut near.wait_ms_p90,
            &mut near.in_time,
            &mut near.band_ms,
            &mut near.band_in_time,
        ] {
            *figure /= weights;
        }
    }
    near
}
