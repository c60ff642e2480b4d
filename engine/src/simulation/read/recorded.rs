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

impl<'d> Reader<'d> {
    pub(super) fn recorded(self, calendar: &Calendar) -> Vec<Recorded> {
        let mut left = RECORDED_MAX;
        let mut parts: Vec<Part<'d>> = self
            .tables("recorded", FIELDS)
            .into_iter()
            .filter_map(|table| self.part(table, calendar, &mut left))
            .collect();
        parts.sort_by_key(|part| (part.channel, part.intervals.first().map(|interval| interval.from_ms)));
        let mut recorded: Vec<Recorded> = Vec::new();
        for part in parts {
            match recorded.last_mut().filter(|recorded| recorded.channel == part.channel) {
                None => recorded.push(Recorded { channel: part.channel, intervals: part.intervals }),
                Some(recorded) => {
                    let end_ms = recorded.intervals.last().map(|last| last.from_ms + last.length_ms);
                    if part.intervals.first().map(|first| first.from_ms) < end_ms {
                        let message = "these counts begin before those of the same channel before them have ended";
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
        let from_ms = from.since_ms(calendar.start());
        let length_ms = every_ms.saturating_mul(counts.len() as i64);
        if from < calendar.start() || from.plus_ms(length_ms) > calendar.end() {
            let message = "these counts lie outside the scenario, which goes from `start` for `length`";
            table.place.report(Code::BadScenario, message);
            return None;
        }
        let interval = |(at, count): (usize, u32)| RecordedInterval {
            from_ms: from_ms + at as i64 * every_ms,
            length_ms: every_ms,
            count,
        };
        let intervals = counts.into_iter().enumerate().map(interval).collect();
        Some(Part { channel, intervals, place: table.place })
    }
}
