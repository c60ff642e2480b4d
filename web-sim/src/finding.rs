//! Findings as the editor shows them.

use pointsman_engine::diagnostic::{Diagnostic, Related, Severity, Span};
use pointsman_engine::tenant::TenantFolder;
use serde::Serialize;

use crate::position::utf16_position;

/// One finding: a diagnostic of the engine at its place in the editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Finding {
    /// Stable code such as `R104`.
    pub code: String,
    /// Whether it blocks publishing.
    pub severity: Severity,
    /// The file; empty: the folder as a whole.
    pub file: String,
    /// Where in it; `None`: the file as a whole.
    pub place: Option<Place>,
    /// One line: what is wrong, user input in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The word that was probably meant.
    pub did_you_mean: Option<String>,
    /// A message that shows the finding when it is tried.
    pub witness: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<RelatedPlace>,
}

/// A stretch of a file: lines from 1, columns in UTF-16 units from 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Place {
    /// The first character's line.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RelatedPlace {
    /// The file.
    pub file: String,
    /// Where in it.
    pub place: Option<Place>,
    /// What is there.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(diagnostic: &Diagnostic, folder: &TenantFolder) -> Finding {
        Finding {
            code: diagnostic.code.as_str().to_owned(),
            severity: diagnostic.severity,
            file: diagnostic.file.clone(),
            place: place(diagnostic.span, &diagnostic.file, folder),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            did_you_mean: diagnostic.did_you_mean.clone(),
            witness: diagnostic.witness.clone(),
            related: diagnostic.related.iter().map(|related| RelatedPlace::new(related, folder)).collect(),
        }
    }
}

impl RelatedPlace {
    fn new(related: &Related, folder: &TenantFolder) -> RelatedPlace {
        RelatedPlace {
            file: related.file.clone(),
            place: place(related.span, &related.file, folder),
            message: related.message.clone(),
        }
    }
}

/// Where a span of a file is for the editor.
pub(crate) fn place(span: Option<Span>, file: &str, folder: &TenantFolder) -> Option<Place> {
    let span = span?;
    let text = std::str::from_utf8(folder.files.get(file)?).ok()?;
    let start = utf16_position(text, span.start_byte);
    let end = utf16_position(text, span.end_byte.max(span.start_byte));
    Some(Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column })
}
