//! Writing results. A reader that goes away (`pointsman … | head`) ends the output and nothing else.

use std::io::Write as _;

use super::Format;
use super::style::{BAD, paint};

/// Writes lines for people to standard output.
pub(super) fn say(text: &str) {
    drop(writeln!(anstream::stdout(), "{text}"));
}

/// Writes one JSON document to standard output.
pub(super) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    drop(writeln!(std::io::stdout(), "{text}"));
    Ok(())
}

/// Writes a line about what is being done to standard error.
pub(super) fn note(text: &str) {
    drop(writeln!(anstream::stderr(), "{text}"));
}

/// Says why a command could not be carried out.
pub(super) fn failed(error: &anyhow::Error, format: Format) {
    match format {
        Format::Human => drop(writeln!(anstream::stderr(), "{}: {error:#}", paint(BAD, "error"))),
        Format::Json => {
            drop(writeln!(std::io::stderr(), "{}", serde_json::json!({ "error": format!("{error:#}") })))
        }
    }
}
