//! The plan as data, and how one is put together.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::compiled::CompiledHours;
use super::days::{DayRange, day_name, in_range};
use super::error::HoursError;
use super::zone::parse_zone;
use super::{MINUTES_PER_DAY, Span};

/// The most spans that may start on one day: one each half hour.
pub const SPANS_PER_DAY_MAX: usize = 48;
/// The most exceptions of one plan: about twenty years of public holidays and moved working days.
pub const EXCEPTIONS_MAX: usize = 1_000;

/// A weekly plan in a time zone, with exceptions by date. See the [module](super) for what it means.
///
/// Built by [`Hours::builder`], which checks it; equal plans are equal values whatever order they were written in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    zone: String,
    /// Monday first; in order of start.
    weekly: [Vec<Span>; 7],
    exceptions: BTreeMap<Date, Vec<Span>>,
}

impl Hours {
    /// Starts a plan that is closed all week.
    ///
    /// # Errors
    /// The zone is unknown.
    pub fn builder(zone: &str) -> Result<HoursBuilder, HoursError> {
        Ok(HoursBuilder {
            planned_by: [const { None }; 7],
            hours: Hours { zone: parse_zone(zone)?, weekly: Default::default(), exceptions: BTreeMap::new() },
        })
    }

    /// The IANA name of the zone.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The spans that start on this weekday when the date has no exception, in order.
    #[must_use]
    pub fn on_weekday(&self, day: Weekday) -> &[Span] {
        self.weekly.get(monday_index(day)).map_or(&[], Vec::as_slice)
    }

    /// The spans that start on this date, in order; empty when it is closed.
    #[must_use]
    pub fn on_date(&self, date: Date) -> &[Span] {
        match self.exceptions.get(&date) {
            Some(spans) => spans,
            None => self.on_weekday(date.weekday()),
        }
    }

    /// The dates that differ from the week, each with the spans that start on it.
    #[must_use]
    pub fn exceptions(&self) -> &BTreeMap<Date, Vec<Span>> {
        &self.exceptions
    }

    /// Looks the zone up and lays the spans out by the day they fall on. Keep the result.
    ///
    /// # Errors
    /// The zone is unknown: a plan stored by a version with another zone database.
    pub fn compile(&self) -> Result<CompiledHours, HoursError> {
        CompiledHours::new(self)
    }
}

/// Puts a plan together key by key, so that each error belongs to the key that was being added.
#[derive(Clone, Debug)]
pub struct HoursBuilder {
    /// The key that planned each weekday.
    planned_by: [Option<String>; 7],
    hours: Hours,
}

impl HoursBuilder {
    /// Open all week round the clock, as `always = true` says. Exceptions may still close a date.
    ///
    /// # Errors
    /// A day is planned already.
    pub fn always(&mut self) -> Result<&mut Self, HoursError> {
        self.plan("always", DayRange::WEEK, &[Span::WHOLE_DAY])
    }

    /// Plans weekdays that are not planned yet. Days never named stay closed.
    ///
    /// # Errors
    /// A day is planned already, has too many spans, or has spans that overlap each other or those of its neighbours.
    pub fn weekly(&mut self, days: DayRange, spans: &[Span]) -> Result<&mut Self, HoursError> {
        self.plan(&days.to_string(), days, spans)
    }

    fn plan(&mut self, key: &str, days: DayRange, spans: &[Span]) -> Result<&mut Self, HoursError> {
        for day in days.days() {
            let sorted = checked(day_name(day), spans)?;
            let index = monday_index(day);
            let (Some(planned_by), Some(planned)) =
                (self.planned_by.get_mut(index), self.hours.weekly.get_mut(index))
            else {
                continue;
            };
            if let Some(first) = planned_by {
                return Err(HoursError::DayTwice { day, first: first.clone(), second: key.to_owned() });
            }
            *planned_by = Some(key.to_owned());
            *planned = sorted;
        }
        for day in days.days() {
            self.check_night(day.previous())?;
            self.check_night(day)?;
        }
        Ok(self)
    }

    /// Replaces the spans that start on a date; none: closed. The evening before and the morning after are not looked
    /// at: where an exception meets their night spans, the plan is open if either is.
    ///
    /// # Errors
    /// The date is out of range or has an exception already, there are too many, or its spans overlap.
    pub fn exception(&mut self, date: Date, spans: &[Span]) -> Result<&mut Self, HoursError> {
        let date = in_range(date)?;
        let sorted = checked(&date.to_string(), spans)?;
        if self.hours.exceptions.contains_key(&date) {
            return Err(HoursError::DateTwice { date });
        }
        if self.hours.exceptions.len() == EXCEPTIONS_MAX {
            return Err(HoursError::TooManyExceptions { date });
        }
        self.hours.exceptions.insert(date, sorted);
        Ok(self)
    }

    /// The plan.
    #[must_use]
    pub fn build(self) -> Hours {
        self.hours
    }

    /// That the night span of `day` ends before the next day's spans start.
    fn check_night(&self, day: Weekday) -> Result<(), HoursError> {
        let (Some(&first), Some(&second)) =
            (self.hours.on_weekday(day).last(), self.hours.on_weekday(day.next()).first())
        else {
            return Ok(());
        };
        if first.end_minute() > MINUTES_PER_DAY + second.from_minute() {
            return Err(HoursError::RunsInto { first_day: day, first, second });
        }
        Ok(())
    }
}

/// The spans of one day in order, if they are not too many and none overlaps another.
fn checked(day: &str, spans: &[Span]) -> Result<Vec<Span>, HoursError> {
    if spans.len() > SPANS_PER_DAY_MAX {
        return Err(HoursError::TooManySpans { day: day.to_owned(), count: spans.len() });
    }
    let mut sorted = spans.to_vec();
    sorted.sort_unstable();
    for (&first, &second) in sorted.iter().zip(sorted.iter().skip(1)) {
        if second.from_minute() < first.end_minute() {
            return Err(HoursError::Overlap { day: day.to_owned(), first, second });
        }
    }
    Ok(sorted)
}

fn monday_index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}
