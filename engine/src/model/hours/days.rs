//! Weekdays, ranges of them, and dates, as they are written in a plan.

use std::fmt;

use jiff::civil::{Date, Weekday};

use super::error::{HoursError, quoted};
use crate::diagnostic;

/// The week, Monday first.
pub(super) const WEEKDAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// One weekday or several in a row: `sat`, `mon-fri`, and across the week's end `fri-mon`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct DayRange {
    first: Weekday,
    last: Weekday,
}

impl DayRange {
    /// Monday to Sunday.
    pub const WEEK: DayRange = DayRange { first: Weekday::Monday, last: Weekday::Sunday };

    /// Reads `sat` or `mon-fri`.
    ///
    /// # Errors
    /// One of the days is unknown.
    pub fn parse(text: &str) -> Result<DayRange, HoursError> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Ok(DayRange { first: parse_day(first)?, last: parse_day(last)? })
    }

    /// The days, in order, each once.
    pub fn days(self) -> impl Iterator<Item = Weekday> {
        self.first.cycle_forward().take(usize::from(self.last.since(self.first).unsigned_abs()) + 1)
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(day_name(self.first))?;
        if self.last != self.first {
            write!(f, "-{}", day_name(self.last))?;
        }
        Ok(())
    }
}

/// Reads `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`.
fn parse_day(text: &str) -> Result<Weekday, HoursError> {
    let text = text.trim();
    WEEKDAYS
        .into_iter()
        .find(|day| day_name(*day) == text)
        .ok_or_else(|| HoursError::UnknownDay { text: quoted(text), did_you_mean: nearest(text) })
}

/// The day that was probably meant: `Monday`, `thurs`, `mo`, `tus`.
fn nearest(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let find = |alike: &dyn Fn(&str) -> bool| WEEKDAYS.into_iter().map(day_name).find(|name| alike(name));
    find(&|name| lower.starts_with(name) || (lower.len() == 2 && name.starts_with(&lower)))
        .or_else(|| diagnostic::nearest(&lower, WEEKDAYS.map(day_name)))
}

/// A weekday as plans write it.
pub(super) fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

/// Reads a date of an exception, `2026-10-01`.
///
/// # Errors
/// It is not written so, not in the calendar, or outside the years 2000 to 2199.
pub fn parse_date(text: &str) -> Result<Date, HoursError> {
    let date = text.trim();
    // The calendar's own reader takes more forms than one; a plan has one.
    let written_so = date.len() == 10
        && date.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    match date.parse::<Date>() {
        Ok(parsed) if written_so => in_range(parsed),
        _ => Err(HoursError::NotADate { text: quoted(date) }),
    }
}

/// The date, if a plan may hold it: a slip in the year shall not go unseen.
pub(super) fn in_range(date: Date) -> Result<Date, HoursError> {
    if (2000..2200).contains(&date.year()) { Ok(date) } else { Err(HoursError::DateOutOfRange { date }) }
}
