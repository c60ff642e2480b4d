//! Arrival rates over a scenario: the everyday rate, times whatever is special at the moment.

use jiff::civil::Weekday;

use super::clock::{Calendar, DAY_MINUTES};
use super::scenario::Rate;
use crate::id::ChannelId;
use crate::time::Timestamp;

/// The everyday rate of a channel, in conversations an hour.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Base {
    Constant(f64),
    /// By time of day.
    Shape(DayShapes),
}

/// In how many equal pieces a day may be cut: hours, half hours, quarters, five minutes.
pub(super) const SHAPE_PIECES: [usize; 4] = [24, 48, 96, 288];

/// Rates by time of day, for each day of the week: as many as one of [`SHAPE_PIECES`], or none, then nobody comes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DayShapes([Vec<f64>; 7]);

impl DayShapes {
    /// Every day alike.
    pub(super) fn alike(rates: &[f64]) -> DayShapes {
        DayShapes(std::array::from_fn(|_| rates.to_vec()))
    }

    pub(super) fn day_mut(&mut self, day: Weekday) -> &mut Vec<f64> {
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = &mut self.0;
        match day {
            Weekday::Monday => monday,
            Weekday::Tuesday => tuesday,
            Weekday::Wednesday => wednesday,
            Weekday::Thursday => thursday,
            Weekday::Friday => friday,
            Weekday::Saturday => saturday,
            Weekday::Sunday => sunday,
        }
    }

    /// In how many pieces the finest day is cut.
    fn pieces(&self) -> usize {
        self.0.iter().map(Vec::len).max().unwrap_or(0).max(24)
    }

    fn at(&self, (day, minute): (Weekday, usize)) -> f64 {
        let rates = self.0.get(usize::from(day.to_monday_zero_offset().unsigned_abs()));
        rates.and_then(|rates| rates.get(minute * rates.len() / DAY_MINUTES)).copied().unwrap_or(0.0)
    }
}

/// A stretch in which rates are multiplied.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// `None`: every channel's.
    pub(super) channel: Option<ChannelId>,
    pub(super) factor: f64,
}

/// A channel's rates, in pieces.
pub(super) fn rates(base: &Base, channel: ChannelId, windows: &[Window], calendar: &Calendar) -> Vec<Rate> {
    let (start, end) = (calendar.start(), calendar.end());
    let concerned: Vec<&Window> =
        windows.iter().filter(|window| window.channel.is_none_or(|only| only == channel)).collect();
    // Edges: when, and for a window which one begins or ends.
    let mut edges: Vec<(Timestamp, Option<(usize, bool)>)> = vec![(start, None)];
    if let Base::Shape(shapes) = base {
        edges.extend(calendar.pieces(shapes.pieces()).map(|at| (at, None)));
    }
    for (at, window) in concerned.iter().enumerate().filter(|(_, window)| window.from < window.to) {
        edges.push((window.from.max(start), Some((at, true))));
        edges.push((window.to.max(start), Some((at, false))));
    }
    edges.sort_unstable();
    let mut rates: Vec<Rate> = Vec::new();
    let mut running: Vec<usize> = Vec::new();
    for (at, turn) in edges.into_iter().filter(|(at, _)| *at < end) {
        match turn {
            Some((window, true)) => running.push(window),
            Some((window, false)) => running.retain(|other| *other != window),
            None => {}
        }
        let everyday = match base {
            Base::Constant(rate) => *rate,
            Base::Shape(shapes) => shapes.at(calendar.minute_at(at)),
        };
        let factor: f64 = running.iter().filter_map(|at| concerned.get(*at)).map(|w| w.factor).product();
        let rate = Rate { from_ms: at.since_ms(start), per_hour: everyday * factor };
        match rates.last_mut() {
            Some(last) if last.from_ms == rate.from_ms => *last = rate,
            Some(last) if last.per_hour == rate.per_hour => {}
            _ => rates.push(rate),
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn told(base: &Base, windows: &[(i64, i64, f64)]) -> Vec<(i64, f64)> {
        let calendar = Calendar::new("Asia/Shanghai", Timestamp(1_794_349_800_000), 24 * HOUR).unwrap();
        let at = |hours: i64| calendar.start().plus_ms(hours * HOUR);
        let windows: Vec<Window> = windows
            .iter()
            .map(|&(from, to, factor)| Window { from: at(from), to: at(to), channel: None, factor })
            .collect();
        let rates = rates(base, ChannelId(0), &windows, &calendar);
        rates.iter().map(|rate| (rate.from_ms / (HOUR / 2), rate.per_hour)).collect()
    }

    #[test]
    fn the_hour_of_the_day_sets_the_rate() {
        let mut hours = [10.0; 24];
        hours[8] = 50.0;
        // The start is 06:30: 06:30, 08:00 and 09:00, in half hours from the start.
        assert_eq!(told(&Base::Shape(DayShapes::alike(&hours)), &[]), [(0, 10.0), (3, 50.0), (5, 10.0)]);
    }

    #[test]
    fn days_have_shapes_of_their_own_as_fine_as_they_like() {
        let mut shapes = DayShapes::default();
        // The start is a Wednesday.
        let mut quarters = vec![10.0; 96];
        quarters[8 * 4 + 2] = 50.0;
        quarters[8 * 4 + 3] = 50.0;
        *shapes.day_mut(Weekday::Wednesday) = quarters;
        *shapes.day_mut(Weekday::Thursday) = vec![20.0; 24];
        // 06:30, 08:30, 09:00, midnight.
        assert_eq!(told(&Base::Shape(shapes), &[]), [(0, 10.0), (4, 50.0), (5, 10.0), (35, 20.0)]);
    }

    #[test]
    fn windows_multiply_each_other_and_end() {
        let windows = [(-3, 1, 2.0), (2, 5, 3.0), (4, 6, 0.0), (20, 40, 4.0), (7, 7, 9.0)];
        assert_eq!(
            told(&Base::Constant(10.0), &windows),
            [(0, 20.0), (2, 10.0), (4, 30.0), (8, 0.0), (12, 10.0), (40, 40.0)]
        );
    }
}
