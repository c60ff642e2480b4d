//! Business hours 工作时间 and shifts 排班: a weekly plan in a time zone, with exceptions for holidays and special days.
//!
//! **One rule decides everything:** a plan is open at an instant exactly when the wall clock of its zone then reads a
//! date and time that lie in one of its spans. Spans are half-open, `[from, to)`, so `09:00-12:00` and `12:00-18:00`
//! meet without a gap and without an overlap, and a day is complete only at `24:00`. What follows from the rule:
//!
//! - **A night span belongs to the day it starts on.** `fri = ["22:00-06:00"]` runs from Friday 22:00 to Saturday 06:00.
//! - **The clock jumps forward** (02:00 becomes 03:00): times in between never happen. `02:15-04:00` begins at the first
//!   instant there is, 03:00; `02:15-02:45` does not take place that day; `00:00-24:00` lasts 23 hours.
//! - **The clock falls back** (02:00 becomes 01:00): times in between happen twice and a span covers them both times.
//!   `00:00-24:00` lasts 25 hours; `21:00-01:30` closes at 01:30, and is open again for the second 01:00 to 01:30.
//!   Spans that meet still cover every instant exactly once.
//! - **An exception replaces the spans that start on its date**, and no others. A night span of the evening before still
//!   runs to its end, because the people on that shift came to work on the evening before; a night span that would
//!   start on a closed date does not take place, not even its part after midnight. To be closed from midnight of a
//!   holiday on, shorten the eve too: `"2026-09-30" = ["22:00-24:00"]`.
//!
//! [`Hours`] is the plan as data: compared, stored, shown. [`CompiledHours`] answers questions about instants. The zone
//! database is the bundled one, never the machine's.

mod compiled;
mod days;
mod error;
mod plan;
#[cfg(test)]
mod property_tests;
mod span;
#[cfg(test)]
mod sweep_tests;
#[cfg(test)]
mod tests;
mod zone;

pub use compiled::{CompiledHours, OpenRanges};
pub use days::{DayRange, parse_date};
pub use error::HoursError;
pub use plan::{EXCEPTIONS_MAX, Hours, HoursBuilder, SPANS_PER_DAY_MAX};
pub use span::Span;
pub use zone::parse_zone;

/// Minutes of a day by the clock.
const MINUTES_PER_DAY: u16 = 24 * 60;
