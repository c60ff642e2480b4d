//! A fit put on trial: the recorded days simulated with the counts themselves, as fitted, and with the same rates and no
//! dispersion. Where nothing but counts is recorded, the first stands for what was observed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use super::super::edit::EditError;
use super::counts::ArrivalCount;
use super::waiting::{Nearness, WaitingBand, WaitingDay, bands, nearness};
use super::write::{with_period, with_recorded, without};
use super::{ArrivalsTable, FittedArrivals};
use crate::time::Timestamp;

/// What a day of a scenario has beside its rates: on trial are the rates.
const SPECIAL: &[&str] = &["surge", "incident", "warm_up"];

/// What comes on a day of the trial.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum TrialTraffic {
    /// Exactly the recorded counts.
    Recorded,
    /// What the fitted scenario says.
    Fitted,
    /// The same rates, without dispersion.
    Poisson,
}

impl TrialTraffic {
    /// All of them.
    pub const ALL: [TrialTraffic; 3] = [TrialTraffic::Recorded, TrialTraffic::Fitted, TrialTraffic::Poisson];
}

/// A day of the trial, and how it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrialDay {
    /// What came.
    pub traffic: TrialTraffic,
    /// The waiting.
    pub waiting: WaitingDay,
}

/// What a trial came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Trial {
    /// With the recorded counts. Waits are not recorded: these are simulated, too.
    pub recorded: Vec<WaitingBand>,
    /// As fitted.
    pub fitted: Vec<WaitingBand>,
    /// Without dispersion.
    pub poisson: Vec<WaitingBand>,
    /// How far the fitted days are from the recorded ones.
    pub fitted_misses: Nearness,
    /// How far those without dispersion are.
    pub poisson_misses: Nearness,
}

impl Trial {
    /// Puts the days together, whatever their order.
    #[must_use]
    pub fn new(days: &[TrialDay]) -> Trial {
        let of = |traffic| {
            let days = days.iter().filter(|day| day.traffic == traffic).map(|day| day.waiting.clone());
            bands(&days.collect::<Vec<_>>())
        };
        let [recorded, fitted, poisson] = TrialTraffic::ALL.map(of);
        Trial {
            fitted_misses: nearness(&recorded, &fitted),
            poisson_misses: nearness(&recorded, &poisson),
            recorded,
            fitted,
            poisson,
        }
    }
}

/// At most so many of the days that were fitted, evenly over all of them.
#[must_use]
pub fn trial_dates(table: &ArrivalsTable, fitted: &FittedArrivals, zone: &str, most: usize) -> Vec<String> {
    let zone = zone_of(zone);
    let dates: BTreeSet<String> = table.counts.iter().filter_map(|count| date_of(count, &zone)).collect();
    let used: Vec<String> = dates.into_iter().filter(|date| !fitted.left_out.contains(date)).collect();
    let wanted = most.min(used.len());
    (0..wanted).filter_map(|at| used.get(at * used.len() / wanted).cloned()).collect()
}

/// The text of a day's scenario, from that of the fitted one.
///
/// # Errors
/// The text is no TOML.
pub fn trial_text(
    text: &str,
    date: &str,
    traffic: TrialTraffic,
    (table, fitted): (&ArrivalsTable, &FittedArrivals),
    targets: &BTreeMap<String, String>,
    zone: &str,
) -> Result<String, EditError> {
    let zone = zone_of(zone);
    let text = without(text, SPECIAL)?;
    let text = match traffic {
        TrialTraffic::Fitted => text,
        TrialTraffic::Poisson => without(&text, &["dispersion"])?,
        TrialTraffic::Recorded => {
            let is_then = |count: &&ArrivalCount| date_of(count, &zone).as_deref() == Some(date);
            let counts: Vec<ArrivalCount> = table.counts.iter().filter(is_then).copied().collect();
            let channels: Vec<Option<String>> =
                table.channels.iter().map(|of| targets.get(of).cloned()).collect();
            // What else comes is drawn as in the fitted scenario.
            with_recorded(&text, &counts, fitted.interval_minutes, &channels)?
        }
    };
    with_period(&text, &format!("{date}T00:00:00"), &format!("{}h", hours_of(date, &zone)))
}

/// 24, but for days on which clocks turn.
fn hours_of(date: &str, zone: &TimeZone) -> i64 {
    let length_s = date.parse::<Date>().ok().and_then(|day| {
        let (from, to) =
            (day.to_zoned(zone.clone()).ok()?, day.tomorrow().ok()?.to_zoned(zone.clone()).ok()?);
        Some(to.timestamp().as_second() - from.timestamp().as_second())
    });
    length_s.map_or(24, |length_s| (length_s / 3_600).max(1))
}

fn zone_of(zone: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(zone).unwrap_or(TimeZone::UTC)
}

fn date_of(count: &ArrivalCount, zone: &TimeZone) -> Option<String> {
    let Timestamp(at) = count.at;
    Some(zone.to_datetime(jiff::Timestamp::from_millisecond(at).ok()?).date().to_string())
}
