//! Bars: one beside a figure in a table, and columns side by side.

use maud::{Markup, html};

use super::{WIDTH, at, figure};

const HEIGHT: f64 = 200.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 24.0;
/// Of the room of a column, what is left free beside it.
const FREE: f64 = 0.16;
const BAR_WIDTH: f64 = 90.0;

/// A share as a bar, for a cell beside the figure itself.
pub(crate) fn bar(share: f64) -> Markup {
    html! {
        svg width=(BAR_WIDTH) height="10" aria-hidden="true" {
            rect.bar width=(at(share.clamp(0.0, 1.0) * BAR_WIDTH)) height="10" rx="2" {}
        }
    }
}

/// Columns with a name under each and a figure over it; `height` is what they are drawn by.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) height: f64,
    pub(crate) value: String,
}

pub(crate) fn columns(id: &str, title: &str, description: &str, columns: &[Column]) -> Markup {
    let most = columns.iter().map(|column| column.height).fold(0.0, f64::max);
    let room = WIDTH / columns.len().max(1) as f64;
    let tall = |height: f64| if most > 0.0 { height / most * (HEIGHT - TOP - BOTTOM) } else { 0.0 };
    let drawing = html! {
        @for (index, column) in columns.iter().enumerate() {
            @let left = index as f64 * room;
            @let middle = at(left + room / 2.0);
            @let top = HEIGHT - BOTTOM - tall(column.height);
            rect.bar x=(at(left + room * FREE / 2.0)) y=(at(top)) width=(at(room * (1.0 - FREE)))
                height=(at(tall(column.height))) {}
            text.value x=(middle) y=(at(top - 5.0)) text-anchor="middle" { (column.value) }
            text x=(middle) y=(HEIGHT - 8.0) text-anchor="middle" { (column.name) }
        }
        line.zero x1="0" x2=(WIDTH) y1=(HEIGHT - BOTTOM) y2=(HEIGHT - BOTTOM) {}
    };
    figure(id, title, description, &html! {}, HEIGHT, &drawing)
}
