//! Pictures as SVG: drawn by plain arithmetic, coloured by the styles of the file, each with a title and a description.

mod bars;
mod interval;
mod sankey;
mod spread;
mod time;

use maud::{Markup, html};

pub(crate) use bars::{Column, bar, columns};
pub(crate) use interval::interval_mark;
pub(crate) use sankey::{Path, sankey};
pub(crate) use spread::spread;
pub(crate) use time::{Line, Times, Unit, over_time};

/// The width of a picture across the page.
const WIDTH: f64 = 960.0;

/// A picture with its title and description; `id` is its own in the file.
fn figure(id: &str, title: &str, description: &str, keys: &Markup, height: f64, drawing: &Markup) -> Markup {
    let (title_id, description_id) = (format!("{id}-title"), format!("{id}-desc"));
    html! {
        figure {
            figcaption { strong { (title) } (keys) }
            svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img"
                aria-labelledby=(format!("{title_id} {description_id}")) {
                title id=(title_id) { (title) }
                desc id=(description_id) { (description) }
                (drawing)
            }
        }
    }
}

/// A coordinate as it is written.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A round number that is at least `most`, and what a fourth or fifth of it is: the axis and its step.
fn axis(most: f64) -> (f64, f64) {
    let mut step = 1.0;
    // Numbers of an axis are counts: 10^15 is far beyond any of them.
    for _ in 0..15 {
        for of in [1.0, 2.0, 5.0] {
            if most <= 5.0 * of * step {
                return ((most / (of * step)).ceil().max(1.0) * of * step, of * step);
            }
        }
        step *= 10.0;
    }
    (most, most)
}

#[cfg(test)]
mod tests {
    use super::axis;

    #[test]
    fn an_axis_ends_at_a_round_number_above_the_most() {
        assert_eq!(axis(38.0), (40.0, 10.0));
        assert_eq!(axis(5.0), (5.0, 1.0));
        assert_eq!(axis(0.0), (1.0, 1.0));
        assert_eq!(axis(101.0), (150.0, 50.0));
    }
}
