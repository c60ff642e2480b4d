//! Recordings as files: of this host's journal, and of simulations.

mod export;
mod file;
mod run;

pub use export::{ExportError, Period, export, find_period};
pub use file::{FileError, is_recording, read_recording};
pub use run::{RunError, RunRecorder};
