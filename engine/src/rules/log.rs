//! What a rule prints while it runs.

use crate::limits;

/// Lines for the trace, within limits.
#[derive(Debug, Default)]
pub(super) struct Log {
    lines: Vec<String>,
    bytes: usize,
}

impl Log {
    /// Keeps a line. What is over the limit is left out, and said so once.
    pub(super) fn print(&mut self, line: &str) {
        if self.lines.len() > limits::LOG_LINES_MAX {
            return;
        }
        self.bytes += line.len();
        if self.lines.len() == limits::LOG_LINES_MAX || self.bytes > limits::LOG_BYTES_MAX {
            // One line above the limit marks the log as closed.
            self.lines.resize(limits::LOG_LINES_MAX, String::new());
            self.lines.push("… more was printed".to_owned());
            return;
        }
        self.lines.push(line.to_owned());
    }

    /// The lines kept.
    pub(super) fn into_lines(mut self) -> Vec<String> {
        self.lines.retain(|line| !line.is_empty());
        self.lines
    }
}
