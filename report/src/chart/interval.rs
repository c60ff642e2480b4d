//! A difference and its interval as a mark on a line.

use maud::{Markup, html};
use pointsman_engine::simulation::compare::{Interval, Verdict};

use super::at;

const WIDTH: f64 = 130.0;
const HEIGHT: f64 = 16.0;
const EDGE: f64 = 7.0;

/// A difference with zero in the middle: what does not touch the middle line is no luck. Each verdict has a shape of its own:
/// better a disc, worse a diamond, different a square, unclear a ring.
pub(crate) fn interval_mark(difference: Interval, verdict: Verdict) -> Markup {
    let Interval { mean, half_width } = difference;
    let reach = (mean.abs() + half_width.unwrap_or(0.0)).max(f64::MIN_POSITIVE);
    let x = |value: f64| WIDTH / 2.0 + value / reach * (WIDTH / 2.0 - EDGE);
    let (middle, here) = (HEIGHT / 2.0, x(mean));
    let class = match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Different => "different",
        Verdict::Same | Verdict::Unclear => "unclear",
    };
    html! {
        svg class=(class) width=(WIDTH) height=(HEIGHT) aria-hidden="true" {
            line.zero x1=(at(WIDTH / 2.0)) x2=(at(WIDTH / 2.0)) y1="0" y2=(HEIGHT) {}
            @if let Some(half_width) = half_width {
                line.reach x1=(at(x(mean - half_width))) x2=(at(x(mean + half_width))) y1=(middle) y2=(middle) {}
            }
            @match verdict {
                Verdict::Worse => {
                    path.mark d={ "M" (at(here - 5.0)) " " (middle) "L" (at(here)) " 3L" (at(here + 5.0)) " " (middle)
                        "L" (at(here)) " 13Z" } {}
                }
                Verdict::Different => { rect.mark x=(at(here - 3.5)) y="4.5" width="7" height="7" {} }
                _ => { circle.mark cx=(at(here)) cy=(middle) r="4" {} }
            }
        }
    }
}
