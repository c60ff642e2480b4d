//! Colours. They reach a terminal only: `anstream` takes them out everywhere else.

use anstyle::{AnsiColor, Style};

/// What matters.
pub(super) const STRONG: Style = Style::new().bold();
/// What stands back.
pub(super) const DIM: Style = Style::new().dimmed();
/// Good.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Bad.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// To be looked at.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// What stands for something.
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();

/// A text in a style.
pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
