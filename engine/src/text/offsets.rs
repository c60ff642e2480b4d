//! The way back from a changed text to the text it was made from, in bytes.
//!
//! Only the places where lengths differ are kept. Between two of them the texts run in step: each character stands for
//! one character of as many bytes.

use std::ops::Range;

/// Where a stretch of the changed text came from. One unit: it maps back as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit {
    to: usize,
    to_len: usize,
    from: usize,
    from_len: usize,
}

/// The way back from a changed text. Empty when the two run in step from end to end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offsets {
    /// In order, without overlap.
    units: Vec<Unit>,
}

impl Offsets {
    /// Notes that the bytes `to` of the changed text came from the bytes `from`. Called from left to right. An empty
    /// `to` means that `from` was left out.
    pub(super) fn note(&mut self, to: Range<usize>, from: Range<usize>) {
        self.units.push(Unit { to: to.start, to_len: to.len(), from: from.start, from_len: from.len() });
    }

    /// The bytes that the bytes `to` of the changed text came from. What was left out at either end is not part of it,
    /// what was left out within is.
    pub(super) fn back(&self, to: Range<usize>) -> Range<usize> {
        let start = self.start(to.start);
        if to.is_empty() {
            return start..start;
        }
        start..self.end(to.end)
    }

    fn start(&self, at: usize) -> usize {
        let before = self.units.partition_point(|unit| unit.to <= at);
        match before.checked_sub(1).and_then(|last| self.units.get(last)) {
            None => at,
            Some(unit) if at < unit.to + unit.to_len => unit.from,
            Some(unit) => at - (unit.to + unit.to_len) + unit.from + unit.from_len,
        }
    }

    fn end(&self, at: usize) -> usize {
        let before = self.units.partition_point(|unit| unit.to < at);
        match before.checked_sub(1).and_then(|last| self.units.get(last)) {
            None => at,
            Some(unit) => at.saturating_sub(unit.to + unit.to_len) + unit.from + unit.from_len,
        }
    }
}

/// `range` clamped to `text` and widened to whole characters.
pub(super) fn whole_characters(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(range.start);
    if range.end <= range.start {
        return start..start;
    }
    start..text.ceil_char_boundary(range.end)
}
