//! The series behind the charts: how a run went, point by point.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A run over time, one point for each stretch of `every_ms`. All lists are of one length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Series {
    /// When the first stretch begins.
    pub start: Timestamp,
    /// The width of a stretch.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub every_ms: i64,
    /// Conversations waiting at the end of each stretch.
    pub waiting: Vec<u32>,
    /// The most that waited within it.
    pub waiting_max: Vec<u32>,
    /// Conversations in agents' hands at its end.
    pub in_hand: Vec<u32>,
    /// Agents online at its end.
    pub online: Vec<u32>,
    /// Conversations that began within it.
    pub opened: Vec<u32>,
    /// Conversations first given to an agent within it.
    pub connected: Vec<u32>,
    /// Visitors who left while waiting within it.
    pub abandoned: Vec<u32>,
    /// Conversations that ended in a fallback within it.
    pub fell_back: Vec<u32>,
    /// The mean wait of those connected within it; 0 for none.
    #[cfg_attr(feature = "typescript", ts(type = "number[]"))]
    pub wait_ms_mean: Vec<i64>,
    /// Conversations that **began** within it and count towards the service level: connected, or abandoned after the
    /// short-abandon limit. Absent in reports of older engines.
    #[serde(default)]
    pub due: Vec<u32>,
    /// Of these, the connected within their group's target; their share is the service level.
    #[serde(default)]
    pub in_time: Vec<u32>,
}

/// What is counted within one stretch.
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct Stretch {
    pub(super) opened: u32,
    pub(super) connected: u32,
    pub(super) abandoned: u32,
    pub(super) fell_back: u32,
    pub(super) wait_ms: i64,
    pub(super) waiting_max: u32,
}

/// What is looked at when a stretch ends.
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct Gauges {
    pub(super) waiting: u32,
    pub(super) in_hand: u32,
    pub(super) online: u32,
}

/// Collects the points.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    series: Series,
    pub(super) stretch: Stretch,
    /// When the running stretch ends.
    ends: Timestamp,
    /// Nothing is collected from here on.
    until: Timestamp,
}

impl Recorder {
    pub(super) fn new(start: Timestamp, until: Timestamp, every_ms: i64) -> Recorder {
        let every_ms = every_ms.max(1);
        Recorder {
            series: Series { start, every_ms, ..Series::default() },
            stretch: Stretch::default(),
            ends: start.plus_ms(every_ms).min(until),
            until,
        }
    }

    /// Counts a conversation towards the service level of the stretch within which it began.
    pub(super) fn answered(&mut self, began: Timestamp, in_time: bool) {
        if began >= self.until {
            return;
        }
        // Below `until`, so within the stretches that there will be.
        let at = (began.since_ms(self.series.start) / self.series.every_ms) as usize;
        self.reach(at + 1);
        if let (Some(due), Some(counted)) = (self.series.due.get_mut(at), self.series.in_time.get_mut(at)) {
            *due += 1;
            *counted += u32::from(in_time);
        }
    }

    /// What is counted by when it began may be of a stretch that has not ended.
    fn reach(&mut self, stretches: usize) {
        for list in [&mut self.series.due, &mut self.series.in_time] {
            list.resize(list.len().max(stretches), 0);
        }
    }

    /// Ends every stretch that is over by `now`, given how things stood until then.
    pub(super) fn advance(&mut self, now: Timestamp, gauges: Gauges) {
        while now >= self.ends && !self.is_full() {
            self.end_stretch(gauges);
        }
    }

    fn is_full(&self) -> bool {
        self.series.waiting.len() as i64 * self.series.every_ms >= self.until.since_ms(self.series.start)
    }

    fn end_stretch(&mut self, gauges: Gauges) {
        let stretch = std::mem::take(&mut self.stretch);
        let series = &mut self.series;
        series.waiting.push(gauges.waiting);
        series.waiting_max.push(stretch.waiting_max.max(gauges.waiting));
        series.in_hand.push(gauges.in_hand);
        series.online.push(gauges.online);
        series.opened.push(stretch.opened);
        series.connected.push(stretch.connected);
        series.abandoned.push(stretch.abandoned);
        series.fell_back.push(stretch.fell_back);
        series.wait_ms_mean.push(match stretch.connected {
            0 => 0,
            many => stretch.wait_ms / i64::from(many),
        });
        let ended = series.waiting.len();
        self.reach(ended);
        let series = &self.series;
        self.stretch.waiting_max = gauges.waiting;
        self.ends = self.ends.plus_ms(series.every_ms).min(self.until);
    }

    /// The points so far.
    pub(super) fn series(&self) -> Series {
        let mut series = self.series.clone();
        let ended = series.waiting.len();
        series.due.truncate(ended);
        series.in_time.truncate(ended);
        series
    }
}
