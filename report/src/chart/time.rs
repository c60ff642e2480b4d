//! Lines over a run's time.

use maud::{Markup, html};
use pointsman_engine::time::Timestamp;

use super::{WIDTH, at, axis, figure};
use crate::hours::Clock;

const HEIGHT: f64 = 230.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 26.0;
/// Labels along the time.
const LABELS_MAX: usize = 13;
/// Hours between two labels; the last serves whatever is longer.
const LABEL_HOURS: [i64; 7] = [1, 2, 3, 4, 6, 12, 24];
/// Points of a line; more are put together.
const POINTS_MAX: usize = 480;

/// The stretches along the time.
pub(crate) struct Times<'a> {
    pub(crate) start: Timestamp,
    pub(crate) every_ms: i64,
    pub(crate) count: usize,
    pub(crate) clock: &'a Clock,
}

/// One line. A stretch without a value is a gap.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    /// `track`, `blue` or `muted`: colour and dashes.
    pub(crate) look: &'static str,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) is_filled: bool,
}

/// What the values are.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    Share,
}

/// Lines over time, each as high as the highest value in each stretch that is drawn.
pub(crate) fn over_time(
    id: &str,
    title: &str,
    description: &str,
    times: &Times<'_>,
    unit: Unit,
    lines: &[Line<'_>],
) -> Markup {
    let most = lines.iter().flat_map(|line| line.values.iter().flatten()).copied().fold(0.0, f64::max);
    let (top, step) = match unit {
        Unit::Count => axis(most),
        Unit::Share => (1.0, 0.25),
    };
    let x = |stretch: f64| LEFT + stretch / times.count.max(1) as f64 * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| TOP + (1.0 - value / top) * (HEIGHT - TOP - BOTTOM);
    let steps = (top / step).round() as u32;
    let label = |value: f64| match unit {
        Unit::Count => format!("{value:.0}"),
        Unit::Share => format!("{:.0}%", value * 100.0),
    };
    let keys = html! {
        @for line in lines {
            span.key {
                svg width="26" height="8" aria-hidden="true" {
                    path class={ "line " (line.look) } d="M0 4H26" {}
                }
                (line.name)
            }
        }
    };
    let drawing = html! {
        @for at_step in 0..=steps {
            @let value = f64::from(at_step) * step;
            line.grid x1=(LEFT) x2=(at(WIDTH - RIGHT)) y1=(at(y(value))) y2=(at(y(value))) {}
            text x=(LEFT - 6.0) y=(at(y(value) + 4.0)) text-anchor="end" { (label(value)) }
        }
        @for (stretch, text) in labels(times) {
            text x=(at(x(stretch as f64))) y=(HEIGHT - 8.0) text-anchor="middle" { (text) }
        }
        @for line in lines {
            @for run in runs(&line.values) {
                @let points: Vec<String> =
                    run.iter().map(|(stretch, value)| format!("{} {}", at(x(*stretch)), at(y(*value)))).collect();
                @if line.is_filled && let (Some(first), Some(last)) = (run.first(), run.last()) {
                    path.area d={
                        "M" (at(x(first.0))) " " (at(y(0.0))) "L" (points.join("L")) "L" (at(x(last.0))) " " (at(y(0.0))) "Z"
                    } {}
                }
                path class={ "line " (line.look) } d={ "M" (points.join("L")) } {}
            }
        }
    };
    figure(id, title, description, &keys, HEIGHT, &drawing)
}

/// The stretches that have a label, with it.
fn labels(times: &Times<'_>) -> Vec<(usize, String)> {
    let whole = (0..times.count).filter_map(|stretch| {
        let instant = times.start.plus_ms(stretch as i64 * times.every_ms);
        Some((stretch, instant, times.clock.whole_hour(instant)?))
    });
    let whole: Vec<_> = whole.collect();
    let fits = |hours: &&i64| whole.iter().filter(|(.., hour)| hour % **hours == 0).count() <= LABELS_MAX;
    let hours = LABEL_HOURS.iter().find(fits).unwrap_or(&24);
    let format = if *hours >= 12 { "%m-%d %H:%M" } else { "%H:%M" };
    let chosen: Vec<_> = whole.iter().filter(|(.., hour)| hour % hours == 0).collect();
    let each = chosen.len().div_ceil(LABELS_MAX).max(1);
    let chosen = chosen.into_iter().step_by(each);
    chosen.map(|(stretch, instant, _)| (*stretch, times.clock.told(*instant, format))).collect()
}

/// The stretches of a line without a gap, each a list of points. A point stands in the middle of what it is of.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let each = values.len().div_ceil(POINTS_MAX).max(1);
    let mut runs = vec![Vec::new()];
    for (at, together) in values.chunks(each).enumerate() {
        match together.iter().flatten().copied().reduce(f64::max) {
            Some(value) => {
                let middle = (at * each) as f64 + together.len() as f64 / 2.0;
                if let Some(run) = runs.last_mut() {
                    run.push((middle, value));
                }
            }
            None => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_without_a_value_is_a_gap() {
        let found = runs(&[Some(1.0), Some(3.0), None, Some(2.0)]);
        assert_eq!(found, [vec![(0.5, 1.0), (1.5, 3.0)], vec![(3.5, 2.0)]]);
    }

    #[test]
    fn labels_stand_at_whole_hours_of_the_tenants_day_and_are_never_too_many() {
        let clock = Clock::new("Asia/Kolkata");
        let told = |every_ms, count| {
            let start = Timestamp(1_772_582_400_000);
            labels(&Times { start, every_ms, count, clock: &clock })
        };
        let day = told(300_000, 288);
        // 00:00 UTC is 05:30 in Kolkata.
        assert_eq!(day.first(), Some(&(6, "06:00".to_owned())));
        assert!(day.len() <= LABELS_MAX, "{day:?}");
        let month = told(3_600_000 / 2, 48 * 31);
        assert!(month.len() > 3 && month.len() <= LABELS_MAX, "{month:?}");
    }
}
