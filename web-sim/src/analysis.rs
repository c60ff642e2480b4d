//! An analysis as the page shows it: the engine's findings, at their places in the editor.

use pointsman_engine::analysis::{
    Analysis, AnalysisFinding, Concern, ConcernKind, FindingGrade, FindingKind, FindingStatus, ScenarioRun,
    Witness,
};
use pointsman_engine::tenant::TenantFolder;
use serde::Serialize;

use crate::Place;
use crate::finding::place;

/// What an analysis has come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AnalysisTold {
    /// The findings, the gravest and surest first.
    pub findings: Vec<FoundLine>,
    /// Conversations that were decided by the rules alone.
    pub decisions: u32,
    /// Visits that were let in at a desk.
    pub visits: u32,
    /// The scenarios that were run.
    pub scenarios: Vec<ScenarioRun>,
    /// The bounds that were reached, in English: beyond them nothing was looked at.
    pub bounds: Vec<String>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FoundLine {
    /// What it is.
    pub kind: FindingKind,
    /// How grave.
    pub grade: FindingGrade,
    /// How sure.
    pub status: FindingStatus,
    /// What is wrong, in English.
    pub message: String,
    /// What to do, in English.
    pub help: String,
    /// What it concerns, the first first.
    pub concerns: Vec<ConcernLine>,
    /// A visit that shows it. It was run, and did.
    pub witness: Option<Witness>,
}

/// Something a finding concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConcernLine {
    /// What it is.
    pub what: ConcernKind,
    /// Its name in files; for a keyword, the keyword.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Where in it.
    pub place: Option<Place>,
}

impl AnalysisTold {
    pub(crate) fn new(analysis: Analysis, folder: &TenantFolder) -> AnalysisTold {
        let Analysis { findings, decisions, visits, scenarios, bounds, .. } = analysis;
        let findings = findings.into_iter().map(|found| FoundLine::new(found, folder)).collect();
        AnalysisTold { findings, decisions, visits, scenarios, bounds }
    }
}

impl FoundLine {
    fn new(found: AnalysisFinding, folder: &TenantFolder) -> FoundLine {
        let AnalysisFinding { kind, grade, status, message, help, concerns, witness } = found;
        let line = |Concern { what, slug, name, file, span }| {
            let place = place(span, &file, folder);
            ConcernLine { what, slug, name, file, place }
        };
        let concerns = concerns.into_iter().map(line).collect();
        FoundLine { kind, grade, status, message, help, concerns, witness }
    }
}
