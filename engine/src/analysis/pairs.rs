//! Pairs of rules that meet: ties, and keywords that two rules lead to different groups.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{self, Bench};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus};
use super::places;
use super::shadowed::{Thing, at_thing, overridden, set_by};
use super::subject::Subject;
use crate::diagnostic::Code;
use crate::explain::Explanation;
use crate::rules::{Effect, Guard, Hook, RuleSource};
use crate::tenant::implies::{Form, guard_implies};

/// Visits tried for one witness.
const TRIES: usize = 8;
/// Pairs of rules with a keyword in common that are looked at.
const PAIRS_MAX: usize = 500;

/// Rules with the same order: what `check` says, with a visit for which it matters.
pub(super) fn ties(subject: &Subject, bench: &mut Bench<'_>, findings: &mut Vec<AnalysisFinding>) {
    for diagnostic in subject.diagnostics.iter().filter(|found| found.code == Code::SameOrder) {
        let rule = |file: &str| subject.rules.iter().find(|rule| rule.file == file);
        let first = diagnostic.related.first().and_then(|related| rule(&related.file));
        let (Some(second), Some(first)) = (rule(&diagnostic.file), first) else { continue };
        let meetings = subject.visits().fulfilling(&[&first.when, &second.when], TRIES);
        let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
        let contested = [
            Thing::Destination,
            Thing::Agent,
            Thing::PreferredAgent,
            Thing::Priority,
            Thing::Tier,
            Thing::WaitLimit,
        ];
        let shows = |told: &Explanation| {
            contested.iter().find_map(|thing| overridden(told, second, &[first], *thing)).or_else(|| {
                let both = bench::fired(told, &first.slug) && bench::fired(told, &second.slug);
                both.then(|| {
                    "both rules hold, and only the names of their files say which comes first".to_owned()
                })
            })
        };
        findings.push(AnalysisFinding {
            kind: FindingKind::Tie,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: diagnostic.message.clone(),
            help: "Give each rule a number of its own.".to_owned(),
            concerns: vec![places::rule(second, None), places::rule(first, None)],
            witness: bench.witness(visits, shows),
        });
    }
}

/// Keywords that two rules lead to different groups, where neither rule comes before the other in every case: who says the
/// word goes where the earlier rule says if its other conditions hold, and only a visit shows it.
pub(super) fn overlaps(
    subject: &Subject,
    bench: &mut Bench<'_>,
    known: &BTreeSet<usize>,
    findings: &mut Vec<AnalysisFinding>,
) {
    for ((first, second), keyword) in pairs(subject, bench) {
        let (Some(one), Some(other)) = (subject.rules.get(first), subject.rules.get(second)) else {
            continue;
        };
        // The narrower first is how exceptions are written, and the wider first is reported as what it is.
        let nested = guard_implies(&one.when, &other.when) || guard_implies(&other.when, &one.when);
        if nested || known.contains(&first) || known.contains(&second) {
            continue;
        }
        let saying = |rule: &RuleSource| beginning_with_text(&rule.when, &keyword);
        let meetings = subject.visits().fulfilling(&[&saying(one), &saying(other)], TRIES);
        let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
        let shows = |told: &Explanation| overridden(told, other, &[one], Thing::Destination);
        let Some(witness) = bench.witness(visits, shows) else { continue };
        findings.push(AnalysisFinding {
            kind: FindingKind::KeywordOverlap,
            grade: FindingGrade::Note,
            status: FindingStatus::Witnessed,
            message: format!(
                "`{keyword}` is a keyword of `{}` and of `{}`, which lead to different places; `{}` wins where both hold",
                one.slug, other.slug, one.slug
            ),
            help: "If that is not meant, let one of the two exclude what the other asks for.".to_owned(),
            concerns: vec![at_thing(other, Thing::Destination), at_thing(one, Thing::Destination)],
            witness: Some(witness),
        });
    }
}

fn beginning_with_text(guard: &Guard, text: &str) -> Guard {
    let mut guard = guard.clone();
    if let Some(keywords) = &mut guard.keywords {
        keywords.any.sort_by_key(|keyword| keyword.text != text);
    }
    guard
}

/// Pairs of rules with different groups that have a keyword in common, each with the first such keyword.
fn pairs(subject: &Subject, bench: &mut Bench<'_>) -> BTreeMap<(usize, usize), String> {
    let mut by_form: BTreeMap<Form, Vec<usize>> = BTreeMap::new();
    let mut texts: BTreeMap<Form, &str> = BTreeMap::new();
    let group_of = |at: usize| {
        let effect = subject.rules.get(at).and_then(|rule| set_by(rule, Thing::Destination));
        match effect {
            Some(Effect::ToGroup(group)) => Some(*group),
            _ => None,
        }
    };
    for (at, rule) in subject.rules.iter().enumerate() {
        let Some(keywords) = &rule.when.keywords else { continue };
        if group_of(at).is_none() || !rule.hooks.contains(&Hook::Route) {
            continue;
        }
        for keyword in &keywords.any {
            if let Some(form) = Form::of(keyword, keywords) {
                texts.entry(form.clone()).or_insert(&keyword.text);
                by_form.entry(form).or_default().push(at);
            }
        }
    }
    let mut pairs = BTreeMap::new();
    for (form, rules) in &by_form {
        for (number, first) in rules.iter().enumerate() {
            for second in rules.iter().skip(number + 1) {
                if group_of(*first) == group_of(*second) || first == second {
                    continue;
                }
                if pairs.len() >= PAIRS_MAX {
                    bench.bounds.insert(format!("{PAIRS_MAX} pairs of rules with a keyword in common"));
                    return pairs;
                }
                let text = texts.get(form).copied().unwrap_or_default();
                pairs.entry((*first, *second)).or_insert_with(|| text.to_owned());
            }
        }
    }
    pairs
}
