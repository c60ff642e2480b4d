//! Rhai's positions as spans: the one place where they are converted. Both count lines and characters from 1.

use rhai::Position;

use crate::diagnostic::Span;

/// The span of `length` characters at a position; `None` where Rhai gives none.
pub(super) fn span(source: &str, position: Position, length: usize) -> Option<Span> {
    let (line, column) = (position.line()?, position.position().unwrap_or(1));
    Some(Span::at_line_column(source, line as u32, column as u32, length))
}
