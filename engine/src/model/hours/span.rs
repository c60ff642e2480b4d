//! A stretch of the day by the wall clock.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MINUTES_PER_DAY;
use super::error::{HoursError, quoted};

/// A half-open stretch `[from, to)` of wall-clock time that starts on some day and lasts at most 24 hours.
///
/// One that does not end later than it starts runs overnight into the next day. Written, and stored, as `09:00-18:00`.
/// Ordered by its start.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    /// Minutes of the day, below 24:00.
    from_minute: u16,
    /// Minutes since midnight of the day the span starts on, so beyond 24:00 for a night span.
    end_minute: u16,
}

impl Span {
    /// The whole day, `00:00-24:00`.
    pub const WHOLE_DAY: Span = Span { from_minute: 0, end_minute: MINUTES_PER_DAY };

    /// Reads `09:00-18:00`, `22:00-06:00` (overnight) or `00:00-24:00` (the whole day).
    ///
    /// # Errors
    /// The text is no span, holds no times of day, or is empty.
    pub fn parse(text: &str) -> Result<Span, HoursError> {
        let (from, to) = text.split_once('-').ok_or_else(|| HoursError::NotASpan { text: quoted(text) })?;
        let minute = |time: &str| {
            let time = time.trim();
            parse_minute(time).ok_or_else(|| HoursError::NotATime { time: quoted(time), text: quoted(text) })
        };
        let (from_minute, to_minute) = (minute(from)?, minute(to)?);
        if from_minute == MINUTES_PER_DAY {
            return Err(HoursError::StartsAtDayEnd { text: quoted(text) });
        }
        if from_minute == to_minute {
            return Err(HoursError::EmptySpan { text: quoted(text) });
        }
        let next_day = if to_minute < from_minute { MINUTES_PER_DAY } else { 0 };
        Ok(Span { from_minute, end_minute: to_minute + next_day })
    }

    /// Where it starts, in minutes since midnight.
    #[must_use]
    pub fn from_minute(self) -> u16 {
        self.from_minute
    }

    /// Where it ends, in minutes since midnight of the day it starts on: beyond 1440 when it runs overnight.
    #[must_use]
    pub fn end_minute(self) -> u16 {
        self.end_minute
    }

    /// Whether it runs into the next day.
    #[must_use]
    pub fn overnight(self) -> bool {
        self.end_minute > MINUTES_PER_DAY
    }

    /// A word of warning about a span that is valid and hardly meant: one that ends at 23:59 leaves the last minute of
    /// the day closed.
    #[must_use]
    pub fn advice(self) -> Option<String> {
        (self.end_minute == MINUTES_PER_DAY - 1).then(|| {
            let meant = Span { end_minute: MINUTES_PER_DAY, ..self };
            format!("`{self}` leaves the last minute of the day closed; write `{meant}`")
        })
    }
}

/// `H:MM` or `HH:MM`, up to 24:00.
fn parse_minute(time: &str) -> Option<u16> {
    let (hour, minute) = time.split_once(':')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=2).contains(&hour.len()) || minute.len() != 2 || !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_PER_DAY).then_some(total)
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to_minute = if self.overnight() { self.end_minute - MINUTES_PER_DAY } else { self.end_minute };
        let (from, to) = (self.from_minute, to_minute);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl TryFrom<String> for Span {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Span, HoursError> {
        Span::parse(&text)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}
