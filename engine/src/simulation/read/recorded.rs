//! `[[recorded]]`: counts that are repeated exactly.

use super::super::clock::Calendar;
use super::super::scenario::{RECORDED_MAX, Recorded, RecordedInterval};
use super::Reader;
use crate::diagnostic::Code;
use crate::id::ChannelId;
use crate::tenant::read_at;
use crate::tenant::reader::{Place, Table};

const FIELDS: &[&str] = &["channel", "from", "every", "counts"];
/// Conversations within one interval.
const COUNT_MAX: i64 = 10_000_000;

/// The counts of one table, with its place.
struct Part<'d> {
    channel: ChannelId,
    intervals: Vec<RecordedInterval>,
    place: Place<'d>,
}

impl Part<'_> {
    fn lies_within(&self, calendar: &Calendar) -> bool {
        let length_ms = calendar.end().since_ms(calendar.start());
        let last = self.intervals.last().map_or(0, |last| last.from_ms + last.length_ms);
        let is_within = self.intervals.first().is_some_and(|first| first.from_ms >= 0) && last <= length_ms;
        if !is_within {
            let message = "these counts lie outside the scenario, which goes from `start` for `length`";
            self.place.report(Code::BadScenario, message);
        }
        is_within
    }
}

impl<'d> Reader<'d> {
    /// `is_placed`: whether it is known where the scenario lies.
    pub(super) fn recorded(self, calendar: &Calendar, is_placed: bool) -> Vec<Recorded> {
        let mut left = RECORDED_MAX;
        let mut parts: Vec<Part<'d>> = self
            .tables("recorded", FIELDS)
            .into_iter()
            .filter_map(|table| {
                self.part(table, calendar, &mut left).filter(|part| !is_placed || part.lies_within(calendar))
            })
            .collect();
        parts.sort_by_key(|part| (part.channel, part.intervals.first().map(|interval| interval.from_ms)));
        let mut recorded: Vec<Recorded> = Vec::new();
        for part in parts {
            match recorded.last_mut().filter(|recorded| recorded.channel == part.channel) {
                None => recorded.push(Recorded { channel: part.channel, intervals: part.intervals }),
                Some(recorded) => {
                    let end_ms = recorded.intervals.last().map(|last| last.from_ms + last.length_ms);
                    if part.intervals.first().map(|first| first.from_ms) < end_ms {
                        let message =
                            "these counts begin before those of the same channel before them have ended";
                        part.place.report(Code::BadScenario, message);
                    }
                    recorded.intervals.extend(part.intervals);
                }
            }
        }
        recorded
    }

    fn part(self, table: Table<'d>, calendar: &Calendar, left: &mut usize) -> Option<Part<'d>> {
        let channel = table.must("channel").and_then(|item| self.channel(item.text()?));
        let from = table.must("from").and_then(|item| read_at(item, &self.directory.settings.zone));
        let every_ms = table.must("every").and_then(|item| item.positive_duration_ms());
        let counts = table.must("counts").and_then(|item| item.some_list())?;
        if counts.len() > *left {
            let message = format!("more than {RECORDED_MAX} recorded counts in one scenario");
            table.place.report(Code::TooLarge, message);
        }
        let counts: Vec<u32> = counts.take(*left).filter_map(|item| item.integer(0..=COUNT_MAX)).collect();
        *left -= counts.len();
        let (channel, from, every_ms) = (channel?, from?, every_ms?);
        // Below zero where they begin before the scenario.
        let from_ms = from.0.saturating_sub(calendar.start().0);
        let interval = |(at, count): (usize, u32)| RecordedInterval {
            from_ms: from_ms.saturating_add(every_ms.saturating_mul(at as i64)),
            length_ms: every_ms,
            count,
        };
        let intervals = counts.into_iter().enumerate().map(interval).collect();
        Some(Part { channel, intervals, place: table.place })
    }
}
