//! The tenant's own scenarios, run once each: which rules they never let act, and who gets what.

use super::bench::{Bench, Effort};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus, ScenarioRun};
use super::places;
use super::probe::Probes;
use super::subject::Subject;
use crate::explain::Explanation;
use crate::rules::Hook;
use crate::simulation::{Ended, Report, Scenario, Unobserved, read_scenario, simulate};

/// The seed of every run.
const SEED: u64 = 1;

/// A scenario that was run.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) slug: String,
    pub(super) report: Report,
}

/// The scenarios that can run, by name.
pub(super) fn read(subject: &Subject, bench: &mut Bench<'_>) -> Vec<(String, Scenario)> {
    let mut scenarios = Vec::new();
    for (slug, text) in &subject.source.scenarios {
        match read_scenario(slug, text, subject.directory()).0 {
            Some(scenario) => scenarios.push((slug.clone(), scenario)),
            None => bench.bounds.extend([format!("the scenario `{slug}`, which cannot run")]),
        }
    }
    scenarios
}

/// Runs them.
pub(super) fn run(scenarios: &[(String, Scenario)], effort: Effort, bench: &mut Bench<'_>) -> Vec<Ran> {
    let run = scenarios.iter().map(|(slug, scenario)| {
        let conversations_max = scenario.conversations_max.min(effort.conversations_max);
        let scenario = Scenario { conversations_max, ..scenario.clone() };
        let report = simulate(bench.ruleset, &scenario, SEED, &mut Unobserved);
        if report.ended == Ended::ConversationLimit {
            bench.bounds.insert(format!("{} conversations of the scenario `{slug}`", report.conversations));
        }
        Ran { slug: slug.clone(), report }
    });
    run.collect()
}

/// The runs, for the analysis to name.
pub(super) fn told(ran: &[Ran]) -> Vec<ScenarioRun> {
    let told = ran.iter().map(|run| ScenarioRun {
        slug: run.slug.clone(),
        seed: SEED,
        conversations: run.report.conversations,
    });
    told.collect()
}

/// Rules that gave no effects in any scenario, though they can.
pub(super) fn never_fired(
    subject: &Subject,
    bench: &mut Bench<'_>,
    probes: &Probes,
    ran: &[Ran],
    findings: &mut Vec<AnalysisFinding>,
) {
    if ran.is_empty() {
        return;
    }
    let conversations: u64 = ran.iter().map(|run| run.report.conversations).sum();
    let slugs: Vec<&str> = ran.iter().map(|run| run.slug.as_str()).collect();
    for (at, (rule, probe)) in subject.rules.iter().zip(&probes.by_rule).enumerate() {
        let hits = |run: &Ran| run.report.rules.get(at).map_or(0, |rule| rule.hits + rule.failures);
        let ranks = rule.hooks.iter().all(|hook| *hook == Hook::Rank);
        let is_known = |found: &AnalysisFinding| {
            let concerned = found.concerns.first().is_some_and(|concern| concern.slug == rule.slug);
            concerned
                && matches!(
                    found.kind,
                    FindingKind::UnreachableRule | FindingKind::NeverFired | FindingKind::FailingRule
                )
        };
        if ranks || ran.iter().any(|run| hits(run) > 0) || findings.iter().any(is_known) {
            continue;
        }
        let shows = |told: &Explanation| {
            super::bench::fired(told, &rule.slug)
                .then(|| format!("`{}` does act here, as in no scenario", rule.slug))
        };
        let witness = bench.witness(probe.firing.clone(), shows);
        findings.push(AnalysisFinding {
            kind: FindingKind::NeverFired,
            grade: FindingGrade::Note,
            status: if witness.is_some() { FindingStatus::Witnessed } else { FindingStatus::Unknown },
            message: format!(
                "rule `{}` gave no effects in {conversations} conversations of the scenarios {}",
                rule.slug,
                crate::tenant::reader::in_backticks(&slugs)
            ),
            help: "Let a scenario hold conversations that the rule is for, so that a change to it shows."
                .to_owned(),
            concerns: vec![places::rule(rule, None)],
            witness,
        });
    }
}
