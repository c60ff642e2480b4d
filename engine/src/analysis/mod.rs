//! Analysis: what is wrong with a ruleset before any visitor feels it (P8, P12, R22, R26, R66, R67, R73).
//!
//! [`analyse`] looks at a tenant folder as a whole and gives findings. Each says how sure it is:
//!
//! - **proved**: by what the files say. Rules by implication between their conditions (`tenant::coverage` has the proof),
//!   hours by arithmetic over the week and every special day, people by what they have of what is asked for.
//! - **witnessed**: a conversation that was run shows it. Scripts and modules say nothing about themselves, so they are run
//!   on visitors made from what the tenant's files mention.
//! - **unknown**: everything that was run points to it, and nothing proves it.
//!
//! A witness is a [`Visit`](crate::explain::Visit). None is given that was not run and did not show what it is to show.
//! The work is bounded ([`Effort`]); which bounds were reached is part of the result.
//!
//! What `check` reports of a folder (ties, groups without receivers, circles, a missing fallback) is found there, once;
//! here it gets a witness.

mod bench;
mod calendar;
mod concentration;
mod eligible;
mod finding;
mod firing;
mod groups;
mod pairs;
mod places;
mod probe;
mod scenarios;
mod shadowed;
mod staffing;
mod subject;
#[cfg(test)]
mod tests;
mod unreachable;
mod visits;

use std::collections::BTreeSet;

pub use bench::Effort;
pub use finding::{
    Analysis, AnalysisFinding, Concern, ConcernKind, FindingGrade, FindingKind, FindingStatus, ScenarioRun,
    Witness,
};

use crate::diagnostic::Diagnostic;
use crate::limits::FINDINGS_MAX;
use crate::rules::Modules;
use crate::simulation::Scenario;
use crate::tenant::TenantFolder;
use bench::Bench;
use probe::Probes;
use subject::Subject;
pub(crate) use subject::compiled;

/// Finds what is wrong with a tenant folder, its scenarios run once each.
///
/// # Errors
/// Everything that keeps the folder from being compiled. A missing fallback and groups in a circle do not: they are
/// findings here.
pub fn analyse(
    folder: &TenantFolder,
    modules: &dyn Modules,
    effort: Effort,
) -> Result<Analysis, Vec<Diagnostic>> {
    let subject = Subject::new(folder, modules)?;
    let mut bench = Bench::new(&subject.ruleset, effort);
    bench.bounds.extend(subject.calendar.bounds.iter().cloned());
    let scenarios = scenarios::read(&subject, &mut bench);
    let ran = scenarios::run(&scenarios, effort, &mut bench);
    let spoken: Vec<Scenario> = scenarios.into_iter().map(|(_, scenario)| scenario).collect();
    let probes = Probes::new(&subject, &spoken, &mut bench);
    let mut findings = Vec::new();

    groups::missing_fallback(&subject, &mut bench, &probes.targets, &mut findings);
    groups::circles(&subject, &mut bench, &probes.targets, &mut findings);
    groups::nobody_receives(&subject, &mut bench, &probes.targets, &mut findings);
    groups::unreachable(&subject, &mut bench, &mut findings);
    staffing::unstaffed(&subject, &mut bench, &probes.targets, &mut findings);

    // Rules with a finding that explains the later ones.
    let catch_all = concentration::catch_all(&subject, &mut bench, &mut findings)
        .or_else(|| concentration::tried(&subject, &mut bench, &probes, &mut findings));
    let mut known = BTreeSet::new();
    known.extend(unreachable::find(&subject, &mut bench, catch_all, &mut findings));
    let shadowed = shadowed::find(&subject, &mut bench, &known, catch_all, &mut findings);
    known.extend(shadowed);
    let after_catch_all = catch_all.map_or(0..0, |rule| rule + 1..subject.rules.len());
    known.extend(after_catch_all);
    firing::find(&subject, &mut bench, &probes, &known, &mut findings);
    pairs::ties(&subject, &mut bench, &mut findings);
    pairs::overlaps(&subject, &mut bench, &known, &mut findings);
    staffing::closed_targets(&subject, &mut bench, &known, &mut findings);
    eligible::find(&subject, &mut bench, &known, &mut findings);
    concentration::simulated(&subject, &mut bench, &probes, &ran, &mut findings);
    scenarios::never_fired(&subject, &mut bench, &probes, &ran, &mut findings);

    findings.sort_by(|a, b| {
        (a.grade, a.status, a.kind, &a.message).cmp(&(b.grade, b.status, b.kind, &b.message))
    });
    if findings.len() > FINDINGS_MAX {
        bench
            .bounds
            .insert(format!("{FINDINGS_MAX} findings: {} more are not shown", findings.len() - FINDINGS_MAX));
        findings.truncate(FINDINGS_MAX);
    }
    Ok(Analysis {
        revision: crate::tenant::revision(folder).to_string(),
        findings,
        decisions: bench.decisions,
        visits: bench.visits,
        scenarios: scenarios::told(&ran),
        bounds: bench.bounds.into_iter().collect(),
    })
}
