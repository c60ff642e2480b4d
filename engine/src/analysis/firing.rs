//! What trying the rules has shown: rules that fail, that never do anything, and that others always go before.

use std::collections::BTreeSet;

use super::bench::{self, Bench};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus};
use super::places;
use super::probe::{Probe, Probes};
use super::shadowed::{Thing, at_thing, overridden};
use super::subject::Subject;
use crate::explain::{Explanation, OutcomeTold, Staffing, Visit};
use crate::id::RuleId;
use crate::rules::{Hook, RuleSource};
use crate::tenant::reader::in_backticks;

/// Conversations in which something must be so before it is said that it is always so.
const CONVERSATIONS_MIN: u32 = 5;
/// Visits tried at a desk with people, for a rule that did nothing at an empty one.
const TRIES: usize = 20;

/// Finds all of it. Of rules in `known`, what others do before them is reported already.
pub(super) fn find(
    subject: &Subject,
    bench: &mut Bench<'_>,
    probes: &Probes,
    known: &BTreeSet<usize>,
    findings: &mut Vec<AnalysisFinding>,
) {
    for (at, (rule, probe)) in subject.rules.iter().zip(&probes.by_rule).enumerate() {
        let runs = rule.hooks.iter().any(|hook| *hook != Hook::Rank);
        if !runs {
            continue;
        }
        findings.extend(failing(bench, rule, probe));
        if known.contains(&at) || probe.failure.is_some() {
            continue;
        }
        let found = stopped(subject, bench, rule, probe)
            .or_else(|| lost(subject, bench, rule, probe))
            .or_else(|| silent(subject, bench, rule, probe));
        findings.extend(found);
    }
}

fn failing(bench: &mut Bench<'_>, rule: &RuleSource, probe: &Probe) -> Option<AnalysisFinding> {
    let (failure, visits, grade, on) = match (&probe.failure, &probe.odd_failure) {
        (Some(failure), _) => (failure, &probe.failing, FindingGrade::Fault, ""),
        (None, Some(failure)) => {
            let on = " on an attribute with a value that no file of the tenant gives it";
            (failure, &probe.failing_oddly, FindingGrade::Note, on)
        }
        (None, None) => return None,
    };
    let place = match failure.line {
        0 => String::new(),
        line => format!(" at {line}:{}", failure.column),
    };
    let shows = |told: &Explanation| match &bench::rule(told, &rule.slug)?.outcome {
        OutcomeTold::Failed { failure } => Some(format!("`{}` fails{place}: {}", rule.slug, failure.message)),
        _ => None,
    };
    Some(AnalysisFinding {
        kind: FindingKind::FailingRule,
        grade,
        status: FindingStatus::Witnessed,
        message: format!("rule `{}` fails{place}{on}: {}", rule.slug, failure.message),
        help: "A rule that fails is skipped, and one that keeps failing is switched off: mend what the message says.".to_owned(),
        concerns: vec![places::rule(rule, None)],
        witness: bench.witness(visits.iter().cloned(), shows),
    })
}

/// A rule before which another one stopped whatever was tried.
fn stopped(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    probe: &Probe,
) -> Option<AnalysisFinding> {
    let times: u32 = probe.stopped_by.values().sum();
    if probe.asked > 0 || times < CONVERSATIONS_MIN {
        return None;
    }
    let by = rules_of(subject, probe.stopped_by.keys());
    let names: Vec<&str> = by.iter().map(|rule| rule.slug.as_str()).collect();
    let shows = |told: &Explanation| match &bench::rule(told, &rule.slug)?.outcome {
        OutcomeTold::Stopped { by } => Some(format!("`{}` stops, so `{}` is not asked", by.slug, rule.slug)),
        _ => None,
    };
    let witness = bench.witness(probe.stopped.iter().cloned(), shows);
    Some(AnalysisFinding {
        kind: FindingKind::UnreachableRule,
        grade: FindingGrade::Fault,
        status: if witness.is_some() { FindingStatus::Witnessed } else { FindingStatus::Unknown },
        message: format!(
            "rule `{}` was reached by none of {times} conversations that were made for it: {} stopped first",
            rule.slug,
            in_backticks(&names)
        ),
        help: "Give this rule a lower number, or let the earlier one stop less often.".to_owned(),
        concerns: std::iter::once(places::rule(rule, None))
            .chain(by.iter().map(|by| places::rule(by, None)))
            .collect(),
        witness,
    })
}

/// A rule whose destination another one had set whatever was tried.
fn lost(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    probe: &Probe,
) -> Option<AnalysisFinding> {
    let times: u32 = probe.lost_to.values().sum();
    if probe.won > 0 || times < CONVERSATIONS_MIN {
        return None;
    }
    let by = rules_of(subject, probe.lost_to.keys());
    let names: Vec<&str> = by.iter().map(|rule| rule.slug.as_str()).collect();
    let shows = |told: &Explanation| overridden(told, rule, &by, Thing::Destination);
    let witness = bench.witness(probe.lost.iter().cloned(), shows);
    Some(AnalysisFinding {
        kind: FindingKind::ShadowedRule,
        grade: FindingGrade::Fault,
        status: if witness.is_some() { FindingStatus::Witnessed } else { FindingStatus::Unknown },
        message: format!(
            "the destination that rule `{}` sets counted in none of {times} conversations that were made for it: {} had \
             set another",
            rule.slug,
            in_backticks(&names)
        ),
        help: "Give this rule a lower number, or narrow the rule that comes first.".to_owned(),
        concerns: std::iter::once(at_thing(rule, Thing::Destination))
            .chain(by.iter().map(|by| at_thing(by, Thing::Destination)))
            .collect(),
        witness,
    })
}

/// A rule that was asked and never gave anything.
fn silent(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    probe: &Probe,
) -> Option<AnalysisFinding> {
    if probe.fired > 0 || probe.asked < CONVERSATIONS_MIN || fires_with_people(subject, bench, rule) {
        return None;
    }
    Some(AnalysisFinding {
        kind: FindingKind::NeverFired,
        grade: FindingGrade::Fault,
        status: FindingStatus::Unknown,
        message: format!(
            "rule `{}` gave no effects in any of {} conversations that its conditions let through",
            rule.slug, probe.asked
        ),
        help: "Look at the conditions in the rule itself; a rule test that it must pass would settle it."
            .to_owned(),
        concerns: vec![places::rule(rule, None)],
        witness: None,
    })
}

/// Whether the rule does something where people are there, free or busy.
fn fires_with_people(subject: &Subject, bench: &mut Bench<'_>, rule: &RuleSource) -> bool {
    if !rule.hooks.contains(&Hook::Route) {
        return false;
    }
    let meetings = subject.visits().fulfilling(&[&rule.when], TRIES);
    let visits = meetings.iter().filter_map(|meeting| meeting.as_visit());
    let moments = subject.calendar.moments();
    let step = moments.len().div_ceil(TRIES).max(1);
    let anytime =
        meetings.first().filter(|_| rule.when.hours_open.is_none() && rule.when.hours_closed.is_none());
    let anytime: Vec<Visit> = anytime
        .into_iter()
        .flat_map(|one| moments.iter().step_by(step).map(|at| subject.visits().at(one, *at).visit))
        .collect();
    let visits: Vec<Visit> = visits.cloned().chain(anytime).collect();
    let busy = visits.iter().map(|visit| Visit { staffing: Staffing::Busy, ..visit.clone() });
    let shows = |told: &Explanation| bench::fired(told, &rule.slug).then(String::new);
    bench.witness(visits.iter().cloned().chain(busy), shows).is_some()
}

fn rules_of<'s>(subject: &'s Subject, ids: impl Iterator<Item = &'s RuleId>) -> Vec<&'s RuleSource> {
    ids.filter_map(|id| subject.rules.get(id.index())).collect()
}
