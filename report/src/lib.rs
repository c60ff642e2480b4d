//! What a run has come to, as one HTML file that can be sent, kept and printed.
//!
//! Pure functions from the engine's own [`Report`] and [`Comparison`] to text. The page calls them in its worker and the
//! command line natively, so both write the same bytes for the same run. A file is complete in itself: no script, no
//! resource from elsewhere, pictures as SVG, light and dark by what the reader prefers. It has no clock: the same run
//! gives the same file today and next year.
//!
//! ```text
//! Report ──────► of_run, of_runs ─┐
//! Comparison ──► of_comparison ───┼─► page (head, sections, foot) ─► one HTML file
//! StaffingTold ► of_staffing ─────┘
//! ```
//!
//! Everything that comes from a tenant (names, what visitors say) is written through `maud`, which escapes it.

mod chart;
mod comparison;
mod figures;
mod foot;
mod hours;
mod names;
mod page;
mod run;
mod runs;
mod sentences;
mod staffing;
mod texts;

use serde::{Deserialize, Serialize};

pub use comparison::Compared;
pub use sentences::{Sentence, Tone, comparison_sentences};
pub use staffing::StaffingTold;

use pointsman_engine::simulation::Report;
#[cfg(doc)]
use pointsman_engine::simulation::compare::Comparison;

/// The language that a report is written in.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

/// What a report cannot know by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The tenant's name.
    pub tenant: String,
    /// The time zone in which instants are told, as `Asia/Shanghai`; one that nobody knows is taken for UTC.
    pub zone: String,
    /// The language.
    pub language: Language,
}

/// The report of one run.
#[must_use]
pub fn of_run(report: &Report, about: &About) -> String {
    run::page(report, about)
}

/// The report of many runs of one scenario, each with its own seed: their spread, then the first in full. One run is
/// [`of_run`]; without any, the file says so.
#[must_use]
pub fn of_runs(reports: &[Report], about: &About) -> String {
    match reports {
        [one] => run::page(one, about),
        many => runs::page(many, about),
    }
}

/// The report of a comparison: of a candidate with what is live, whatever the traffic was.
#[must_use]
pub fn of_comparison(compared: &Compared<'_>, about: &About) -> String {
    comparison::page(compared, about)
}

/// The report on how many agents are needed.
#[must_use]
pub fn of_staffing(staffing: &StaffingTold, about: &About) -> String {
    staffing::page(staffing, about)
}
