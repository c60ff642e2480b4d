//! What can be wrong with a plan of hours, and what to do about it.

use jiff::civil::{Date, Weekday};

use super::days::day_name;
use super::{EXCEPTIONS_MAX, SPANS_PER_DAY_MAX, Span};

/// Why a plan, or a piece of its text, is refused. `Display` gives one lower-case line with the input in backticks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not two times of day with a hyphen.
    #[error("`{text}` is not a span of time")]
    NotASpan {
        /// What was written.
        text: String,
    },
    /// One side of a span is not a time of day.
    #[error("`{time}` in `{text}` is not a time of day")]
    NotATime {
        /// The side at fault.
        time: String,
        /// The whole span as written.
        text: String,
    },
    /// A span that starts at 24:00.
    #[error("`{text}` starts at 24:00, where the day has ended")]
    StartsAtDayEnd {
        /// What was written.
        text: String,
    },
    /// A span that ends where it starts.
    #[error("`{text}` is empty: it ends where it starts")]
    EmptySpan {
        /// What was written.
        text: String,
    },
    /// Not a weekday.
    #[error("unknown day `{text}`")]
    UnknownDay {
        /// What was written.
        text: String,
        /// The day probably meant.
        did_you_mean: Option<&'static str>,
    },
    /// Not a date of the calendar.
    #[error("`{text}` is not a date")]
    NotADate {
        /// What was written.
        text: String,
    },
    /// A date too far away to be meant.
    #[error("the date `{date}` is out of range")]
    DateOutOfRange {
        /// The date.
        date: Date,
    },
    /// A zone that the bundled database does not hold.
    #[error("unknown time zone `{text}`")]
    UnknownZone {
        /// What was written.
        text: String,
        /// The zone probably meant.
        did_you_mean: Option<String>,
    },
    /// Two spans that start on one day overlap.
    #[error("`{first}` and `{second}` of {day} overlap")]
    Overlap {
        /// The weekday, or the date of the exception.
        day: String,
        /// The span that starts first.
        first: Span,
        /// The other one.
        second: Span,
    },
    /// A night span runs into a span of the next day.
    #[error("`{first}` of {} runs into `{second}` of {}", day_name(*first_day), day_name(first_day.next()))]
    RunsInto {
        /// The day the night span starts on.
        first_day: Weekday,
        /// The night span.
        first: Span,
        /// The span of the next day.
        second: Span,
    },
    /// A weekday planned twice.
    #[error("{} is planned twice, by `{first}` and by `{second}`", day_name(*day))]
    DayTwice {
        /// The weekday.
        day: Weekday,
        /// The key that planned it first.
        first: String,
        /// The key that plans it again.
        second: String,
    },
    /// A date with two exceptions.
    #[error("`{date}` has two exceptions")]
    DateTwice {
        /// The date.
        date: Date,
    },
    /// More spans on one day than [`SPANS_PER_DAY_MAX`].
    #[error("{count} spans on {day} are too many")]
    TooManySpans {
        /// The weekday, or the date of the exception.
        day: String,
        /// How many there are.
        count: usize,
    },
    /// More exceptions than [`EXCEPTIONS_MAX`].
    #[error("the exception `{date}` is one too many")]
    TooManyExceptions {
        /// The first date over the limit.
        date: Date,
    },
}

impl HoursError {
    /// What to do about it: one sentence.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NotASpan { .. } => {
                "write two times of day with a hyphen, such as `09:00-18:00`; `22:00-06:00` runs overnight, \
                 `00:00-24:00` is the whole day"
                    .into()
            }
            Self::NotATime { .. } => {
                "write hours from 00 to 23 and minutes from 00 to 59, such as `09:00-18:00`; a span that lasts to the \
                 end of the day ends at `24:00`, since 23:59 leaves the last minute closed"
                    .into()
            }
            Self::StartsAtDayEnd { .. } => "put the span on the next day, starting at `00:00`".into(),
            Self::EmptySpan { .. } => {
                "write `00:00-24:00` for the whole day, or leave the span out; an empty list means closed".into()
            }
            Self::UnknownDay { did_you_mean: Some(day), .. } => format!("did you mean `{day}`?"),
            Self::UnknownDay { did_you_mean: None, .. } => {
                "write `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`, or a range such as `mon-fri`".into()
            }
            Self::NotADate { .. } => "write year, month and day, such as `2026-10-01`".into(),
            Self::DateOutOfRange { .. } => "exceptions lie in the years 2000 to 2199; check the year".into(),
            Self::UnknownZone { did_you_mean: Some(zone), .. } => format!("did you mean `{zone}`?"),
            Self::UnknownZone { did_you_mean: None, .. } => {
                "write the IANA name of the zone, a region and a city such as `Asia/Shanghai` or `Europe/Berlin`, or `UTC`"
                    .into()
            }
            Self::Overlap { .. } => {
                "let one end where the other starts, or write one span for both: the end itself is not part of a span"
                    .into()
            }
            Self::RunsInto { first, .. } => format!(
                "a span such as `{first}` runs overnight into the next day; let that day's first span start where it ends"
            ),
            Self::DayTwice { .. } => "list all spans of a day under one key".into(),
            Self::DateTwice { .. } => "list all spans of a date under one key".into(),
            Self::TooManySpans { .. } => format!("a day may have up to {SPANS_PER_DAY_MAX} spans; join those that meet"),
            Self::TooManyExceptions { .. } => {
                format!("a plan may have up to {EXCEPTIONS_MAX} exceptions; remove those that are past")
            }
        }
    }

    /// The word that was probably meant instead, ready to be put in its place.
    #[must_use]
    pub fn did_you_mean(&self) -> Option<&str> {
        match self {
            Self::UnknownDay { did_you_mean, .. } => *did_you_mean,
            Self::UnknownZone { did_you_mean, .. } => did_you_mean.as_deref(),
            _ => None,
        }
    }
}

/// User input as a message may quote it: on one line and not endless.
pub(super) fn quoted(text: &str) -> String {
    const CHARS_MAX: usize = 40;
    let mut short: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX).collect();
    if text.chars().nth(CHARS_MAX).is_some() {
        short.push('…');
    }
    short
}
