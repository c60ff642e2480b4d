//! A run over time: the tenant's clock, and the series put together in stretches that fit a table or a picture.

use jiff::tz::TimeZone;
use pointsman_engine::simulation::Series;
use pointsman_engine::time::Timestamp;

const HOUR_MS: i64 = 3_600_000;
/// Rows of the table.
const ROWS_MAX: i64 = 48;
/// Lengths of a row, in hours; the last serves whatever is longer.
const ROW_HOURS: [i64; 6] = [1, 2, 4, 6, 12, 24];

/// The clocks on the tenant's walls.
#[derive(Debug)]
pub(crate) struct Clock(TimeZone);

impl Clock {
    pub(crate) fn new(zone: &str) -> Clock {
        Clock(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
    }

    /// `2026-03-04 09:30`.
    pub(crate) fn minute(&self, at: Timestamp) -> String {
        self.told(at, "%F %H:%M")
    }

    pub(crate) fn told(&self, at: Timestamp, format: &str) -> String {
        match jiff::Timestamp::from_millisecond(at.0) {
            Ok(instant) => instant.to_zoned(self.0.clone()).strftime(format).to_string(),
            Err(_) => at.to_string(),
        }
    }

    /// The whole hour, of the day, at which an instant lies, if it lies at one.
    pub(crate) fn whole_hour(&self, at: Timestamp) -> Option<i64> {
        let zoned = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.0.clone());
        (zoned.minute() == 0 && zoned.second() == 0).then(|| i64::from(zoned.hour()))
    }
}

/// One row: a stretch of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) start: Timestamp,
    pub(crate) opened: u64,
    pub(crate) connected: u64,
    pub(crate) abandoned: u64,
    pub(crate) waiting_max: u32,
    pub(crate) online_mean: f64,
    /// The mean wait of those connected; `None`: nobody was.
    pub(crate) wait_ms_mean: Option<f64>,
    /// The share connected in time, of those that began; `None`: nothing that counts.
    pub(crate) service_level: Option<f64>,
}

/// A series in rows of an hour or, if that is too many, of several.
pub(crate) fn rows(series: &Series) -> Vec<Row> {
    let every_ms = series.every_ms.max(1);
    let length_ms = every_ms.saturating_mul(series.waiting.len() as i64);
    let fits = |hours: &&i64| length_ms <= ROWS_MAX * **hours * HOUR_MS;
    let hours = ROW_HOURS.iter().find(fits).unwrap_or(&24);
    let each = usize::try_from(hours * HOUR_MS / every_ms).unwrap_or(1).max(1);
    let starts = (0..series.waiting.len()).step_by(each);
    starts.map(|from| row(series, from, (from + each).min(series.waiting.len()))).collect()
}

fn row(series: &Series, from: usize, to: usize) -> Row {
    let sum = |list: &[u32]| {
        list.get(from..to).unwrap_or_default().iter().map(|each| u64::from(*each)).sum::<u64>()
    };
    let connected = sum(&series.connected);
    let waits = series.wait_ms_mean.iter().zip(&series.connected).take(to).skip(from);
    let wait_ms: f64 = waits.map(|(mean, count)| *mean as f64 * f64::from(*count)).sum();
    Row {
        start: series.start.plus_ms(from as i64 * series.every_ms),
        opened: sum(&series.opened),
        connected,
        abandoned: sum(&series.abandoned),
        waiting_max: series.waiting_max.get(from..to).unwrap_or_default().iter().copied().max().unwrap_or(0),
        online_mean: sum(&series.online) as f64 / (to - from).max(1) as f64,
        wait_ms_mean: (connected > 0).then(|| wait_ms / connected as f64),
        service_level: share(sum(&series.in_time), sum(&series.due)),
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_every_conversation_and_weigh_what_is_a_mean() {
        let series = Series {
            start: Timestamp(0),
            every_ms: HOUR_MS / 2,
            waiting: vec![0; 5],
            waiting_max: vec![1, 4, 2, 0, 7],
            in_hand: vec![0; 5],
            online: vec![2, 4, 6, 6, 3],
            opened: vec![1, 2, 3, 4, 5],
            connected: vec![1, 3, 0, 0, 2],
            abandoned: vec![0, 1, 0, 0, 1],
            fell_back: vec![0; 5],
            wait_ms_mean: vec![8_000, 4_000, 0, 0, 1_000],
            due: vec![1, 3, 0, 0, 2],
            in_time: vec![1, 2, 0, 0, 1],
        };
        let rows = rows(&series);
        let told: Vec<_> = rows.iter().map(|row| (row.opened, row.waiting_max, row.wait_ms_mean)).collect();
        assert_eq!(told, [(3, 4, Some(5_000.0)), (7, 2, None), (5, 7, Some(1_000.0))]);
        assert_eq!([rows[0].service_level, rows[1].service_level], [Some(0.75), None]);
        assert_eq!((rows[0].online_mean, rows[2].online_mean), (3.0, 3.0));
    }

    #[test]
    fn an_unknown_zone_is_utc_and_clocks_are_the_tenants() {
        assert_eq!(Clock::new("Nowhere/Town").minute(Timestamp(0)), "1970-01-01 00:00");
        let shanghai = Clock::new("Asia/Shanghai");
        assert_eq!(shanghai.minute(Timestamp(0)), "1970-01-01 08:00");
        assert_eq!(shanghai.whole_hour(Timestamp(0)), Some(8));
        assert_eq!(shanghai.whole_hour(Timestamp(60_000)), None);
    }
}
