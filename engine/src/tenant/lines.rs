//! Where a byte of a text is: line and column, without counting from the start each time.

use std::ops::Range;

use crate::diagnostic::Span;

const STRIDE: usize = 256;

/// A text with the way from byte to line and column. Asking costs O(log lines), however long a line is.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// The first byte of every line.
    starts: Vec<usize>,
    /// The characters that begin before every [`STRIDE`]th byte.
    marks: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Lines<'t> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut characters = 0;
        let mut marks = vec![0];
        for piece in text.as_bytes().chunks(STRIDE) {
            characters += characters_begun(piece);
            marks.push(characters);
        }
        Lines { text, starts, marks }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// The span of a byte range; see [`Span::of`], of which this is the fast form.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        let start = self.floor(range.start);
        let end = self.floor(range.end.max(start));
        let (line, column) = self.line_column(start);
        let (end_line, end_column) = self.line_column(end);
        Span { start_byte: narrow(start), end_byte: narrow(end), line, column, end_line, end_column }
    }

    /// The first byte of the line that holds the byte `at`.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= at);
        line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or(0)
    }

    fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn line_column(&self, at: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= at);
        let column = self.characters_before(at) - self.characters_before(self.line_start(at)) + 1;
        (narrow(line), narrow(column))
    }

    fn characters_before(&self, at: usize) -> usize {
        let mark = at / STRIDE;
        let tail = self.text.as_bytes().get(mark * STRIDE..at).unwrap_or_default();
        self.marks.get(mark).copied().unwrap_or(0) + characters_begun(tail)
    }
}

/// UTF-8 bytes that are not the continuation of a character.
fn characters_begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_counting_from_the_start() {
        let text = "售后 = \"🙂\"\r\n\nname = \"退款\"".repeat(40);
        let lines = Lines::new(&text);
        for start in 0..text.len() + 2 {
            assert_eq!(lines.span(start..start + 5), Span::of(&text, start..start + 5), "at byte {start}");
        }
    }
}
