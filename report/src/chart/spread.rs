//! How a figure is spread over the seeds: a dot for each, from the least to the most.

use maud::{Markup, html};

use super::at;

const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 16.0;
const EDGE: f64 = 6.0;
/// Dots that are drawn: with more, they would lie on each other.
const DOTS_MAX: usize = 400;

/// Dots from the least to the most; the thick line is the interval of the mean.
pub(crate) fn spread(values: &[f64], interval: Option<(f64, f64)>) -> Markup {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let wide = if most > least { most - least } else { 1.0 };
    let x = |value: f64| EDGE + ((value - least) / wide).clamp(0.0, 1.0) * (WIDTH - 2.0 * EDGE);
    let middle = HEIGHT / 2.0;
    html! {
        svg width=(WIDTH) height=(HEIGHT) aria-hidden="true" {
            line.grid x1=(EDGE) x2=(WIDTH - EDGE) y1=(middle) y2=(middle) {}
            @if let Some((from, to)) = interval {
                line class="reach track" x1=(at(x(from))) x2=(at(x(to))) y1=(middle) y2=(middle) {}
            }
            @for value in values.iter().take(DOTS_MAX) {
                circle.dot cx=(at(x(*value))) cy=(middle) r="3" {}
            }
        }
    }
}
