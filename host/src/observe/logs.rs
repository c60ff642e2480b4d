//! Structured logs on standard error: for people on a terminal, as JSON everywhere else.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// The environment variable that says what is logged, such as `info` or `pointsman_host=debug`.
pub const FILTER_VARIABLE: &str = "POINTSMAN_LOG";

/// Starts logging. Only the first call counts.
pub fn start() {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        logs.with_target(false).try_init()
    } else {
        logs.json().flatten_event(true).with_ansi(false).try_init()
    };
    // Failing means that logging was started before, in a test or by an embedding program.
    drop(started);
}
