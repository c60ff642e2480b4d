//! Fitting a scenario to what was observed: how many came when, how long agents were busy, how long visitors waited.
//!
//! What is fitted is what a [`Scenario`](super::Scenario) can say: rates by time of day for each kind of day, how far days
//! and stretches vary around them ([`Dispersion`](super::Dispersion)), the distribution of handle times and of patience.
//! What those leave unexplained is told beside them. Everything here is a calculation over plain slices: whoever has a
//! file, a journal or a recording turns it into [`Observed`].

mod counts;
mod dispersion;
mod left_over;
mod length;
mod profile;
mod recording;
mod table;
#[cfg(test)]
mod tests;
mod trial;
mod waiting;
mod write;

use serde::Serialize;
use thiserror::Error;

pub use counts::{ArrivalCount, CHANNELS_MAX, COUNTS_MAX, DAYS_MAX};
pub use dispersion::{DISPERSION_DAYS_MIN, FittedDispersion};
pub use left_over::{HourSpread, LeftOver, Unusual};
pub use length::{FittedExponential, FittedLength, FittedLognormal, Spell, SurvivalPoint, fit_length};
pub use profile::{ChannelProfile, DayKind, DayKinds};
pub use recording::{
    FittedBot, FittedIntent, FittedRecording, fit_recording, recorded_arrivals, recorded_scenario,
    with_recorded_lengths,
};
pub use table::{
    ArrivalsTable, IntentTexts, TABLE_BYTES_MAX, TableError, TableProblem, read_arrivals, read_messages,
};
pub use trial::{Trial, TrialDay, TrialTraffic, trial_dates, trial_text};
pub use waiting::{BandPoint, Nearness, WaitingBand, WaitingDay, bands, nearness};
pub use write::{fresh_scenario, with_arrivals, with_messages, with_period, with_recorded, without};

use counts::Grid;

/// What was observed of one stretch of time. Any of the lists may be empty: then nothing is fitted to it.
#[derive(Copy, Clone, Debug)]
pub struct Observed<'a> {
    /// How many conversations came in each interval, by channel. Intervals are all of one length, which is found from the
    /// instants: the most frequent distance.
    pub arrivals: &'a [ArrivalCount],
    /// The names of the channels that the counts refer to by number.
    pub channels: &'a [String],
    /// How long agents were busy with a conversation; censored where it had not ended when the observation did.
    pub handles: &'a [Spell],
    /// How long visitors waited: exact for those who left, censored for those who were connected, since all that is known
    /// of their patience is that it was longer.
    pub waits: &'a [Spell],
}

/// What fits what was observed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Fit {
    /// The arrivals; `None` where no counts were given.
    pub arrivals: Option<FittedArrivals>,
    /// Handle times; `None` where too few ended.
    pub handle: Option<FittedLength>,
    /// Patience; `None` where too few left.
    pub patience: Option<FittedLength>,
}

/// Rates, how far they vary, and what that leaves unexplained.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedArrivals {
    /// The length of the intervals in which was counted.
    pub interval_minutes: u32,
    /// The length of the pieces of the day that have a rate each: the finest that the counts bear.
    pub piece_minutes: u32,
    /// Days that were used.
    pub days: u32,
    /// The first and the last of them.
    pub first_date: String,
    /// See above.
    pub last_date: String,
    /// Days that were left out, because less than half as much of them was recorded as of the others.
    pub left_out: Vec<String>,
    /// Conversations on the days that were used.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub arrivals: u64,
    /// Intervals of those days that other days of the same kind have and they have not; they count as nobody.
    pub filled: u32,
    /// By which days are told apart.
    pub kinds: DayKinds,
    /// The rates of each kind of day.
    pub profiles: Vec<DayKind>,
    /// How far they vary; `None` with fewer than [`DISPERSION_DAYS_MIN`] days.
    pub dispersion: Option<FittedDispersion>,
    /// What is left over.
    pub left_over: LeftOver,
}

/// Why nothing can be fitted. `index` is the place of a count in the list.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FitError {
    /// Nobody came.
    #[error("there are no arrivals in it")]
    Nobody,
    /// Fewer than two instants.
    #[error("there is one interval only: nothing can be said of how long it is")]
    OneInterval,
    /// More of something than is allowed.
    #[error("more than {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: u32,
    },
    /// Intervals that are longer than an hour, or do not divide it.
    #[error(
        "the intervals are {minutes} minutes long: counts of 1, 5, 15, 30 or 60 minutes are needed, or any that divide an hour"
    )]
    Interval {
        /// Their length.
        minutes: u32,
    },
    /// An interval that begins where none can.
    #[error(
        "`{at}` is not the beginning of an interval: they are {minutes} minutes long, from the full hour on"
    )]
    OffGrid {
        /// Which count.
        index: u32,
        /// When, on the tenant's clocks.
        at: String,
        /// The length of the intervals.
        minutes: u32,
    },
    /// The tenant's zone is unknown, or an instant outside the calendar.
    #[error("`{at}` is outside the calendar")]
    OutsideCalendar {
        /// Which.
        at: String,
    },
}

/// Fits everything that was observed, in a tenant's zone.
///
/// # Errors
/// The counts are no counts that rates can be made of.
pub fn fit(observed: Observed<'_>, zone: &str) -> Result<Fit, FitError> {
    let arrivals = match observed.arrivals {
        [] => None,
        counts => Some(fit_arrivals(counts, observed.channels, zone)?),
    };
    Ok(Fit { arrivals, handle: fit_length(observed.handles), patience: fit_length(observed.waits) })
}

/// Fits rates and their dispersion to counts, in a tenant's zone.
///
/// # Errors
/// See [`FitError`].
pub fn fit_arrivals(
    counts: &[ArrivalCount],
    channels: &[String],
    zone: &str,
) -> Result<FittedArrivals, FitError> {
    let grid = Grid::new(counts, channels.len(), zone)?;
    let (kinds, of_day) = profile::kinds(&grid);
    let piece_minutes = profile::pieces(&grid, &of_day);
    let grid = grid.coarser(piece_minutes);
    let means = profile::means(&grid, &of_day);
    let dispersion = dispersion::fitted(&grid, &of_day, &means);
    let left_over = left_over::left_over(&grid, &of_day, &means, dispersion.as_ref());
    let date = |day: Option<&counts::Day>| day.map_or_else(String::new, |day| day.date.to_string());
    Ok(FittedArrivals {
        interval_minutes: grid.interval_minutes,
        piece_minutes: grid.piece_minutes,
        days: grid.days.len() as u32,
        first_date: date(grid.days.first()),
        last_date: date(grid.days.last()),
        left_out: grid.left_out.iter().map(ToString::to_string).collect(),
        arrivals: grid.days.iter().flat_map(|day| &day.total).map(|count| u64::from(*count)).sum(),
        filled: grid.filled(&of_day),
        kinds,
        profiles: profile::told(&grid, kinds, &of_day, channels),
        dispersion,
        left_over,
    })
}
