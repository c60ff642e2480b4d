//! Rules that no conversation gets as far as, and rules whose conditions exclude each other.

use std::collections::BTreeSet;

use super::bench::{self, Bench};
use super::calendar::{always_open, never_both_open, open_within};
use super::finding::{AnalysisFinding, Concern, FindingGrade, FindingKind, FindingStatus};
use super::places;
use super::subject::Subject;
use crate::explain::{Explanation, OutcomeTold};
use crate::model::Directory;
use crate::rules::{Effect, Guard, Keyword, RuleSource};
use crate::tenant::coverage::{precedences, stops};
use crate::tenant::implies::Form;
use crate::tenant::reader::in_backticks;

/// Visits tried for one witness.
const TRIES: usize = 8;
/// Keywords of one rule that are reported one by one.
const KEYWORDS_MAX: usize = 20;

/// Finds both, and gives the rules' positions. What the rule `catch_all` alone stops is told with that rule.
pub(super) fn find(
    subject: &Subject,
    bench: &mut Bench<'_>,
    catch_all: Option<usize>,
    findings: &mut Vec<AnalysisFinding>,
) -> BTreeSet<usize> {
    let mut unreachable = BTreeSet::new();
    for (at, rule) in subject.rules.iter().enumerate() {
        if let Some(why) = contradiction(&rule.when, subject.directory()) {
            unreachable.insert(at);
            findings.push(never_holds(subject, bench, rule, &why));
        }
    }
    let Some(precedences) = precedences(&subject.rules, stops) else {
        bench.bounds.insert("comparisons of rules that stop with later ones".to_owned());
        return unreachable;
    };
    for (at, (rule, precedence)) in subject.rules.iter().zip(&precedences).enumerate() {
        let by: Vec<&RuleSource> = precedence.whole.iter().filter_map(|by| subject.rules.get(*by)).collect();
        if !by.is_empty() {
            unreachable.insert(at);
            if precedence.whole.iter().all(|by| Some(*by) == catch_all) {
                continue;
            }
            findings.push(never_reached(subject, bench, rule, &by));
            continue;
        }
        for (keyword, by) in precedence.keywords.iter().take(KEYWORDS_MAX) {
            let Some(by) = subject.rules.get(*by) else { continue };
            let concern = places::keyword(keyword);
            let meetings = subject.visits().fulfilling(&[&beginning_with(&rule.when, keyword)], 1);
            let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
            findings.push(AnalysisFinding {
                kind: FindingKind::UnreachableKeyword,
                grade: FindingGrade::Fault,
                status: FindingStatus::Proved,
                message: format!(
                    "keyword `{}` of rule `{}` has no effect: `{}` stops first whenever it is found",
                    keyword.text, rule.slug, by.slug
                ),
                help: "Leave the keyword out, or give this rule a lower number.".to_owned(),
                witness: bench.witness(visits, |told| stopped(told, rule, &[by])),
                concerns: vec![concern, places::rule(rule, None), stopping(by)],
            });
        }
    }
    unreachable
}

/// The same guard, with `keyword` the first that is looked for.
pub(super) fn beginning_with(guard: &Guard, keyword: &Keyword) -> Guard {
    let mut guard = guard.clone();
    if let Some(keywords) = &mut guard.keywords {
        keywords.any.sort_by_key(|other| other != keyword);
    }
    guard
}

fn never_reached(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    by: &[&RuleSource],
) -> AnalysisFinding {
    let names: Vec<&str> = by.iter().map(|rule| rule.slug.as_str()).collect();
    let stop = if names.len() == 1 { "stops" } else { "stop" };
    let visits = subject.visits().fulfilling(&[&rule.when], TRIES);
    let visits = visits.iter().filter_map(|meeting| meeting.as_visit().cloned());
    AnalysisFinding {
        kind: FindingKind::UnreachableRule,
        grade: FindingGrade::Fault,
        status: FindingStatus::Proved,
        message: format!(
            "rule `{}` is never reached: {} {stop} first whenever it would match",
            rule.slug,
            in_backticks(&names)
        ),
        help: "Give this rule a lower number, or narrow the rule that stops.".to_owned(),
        witness: bench.witness(visits, |told| stopped(told, rule, by)),
        concerns: std::iter::once(places::rule(rule, None)).chain(by.iter().map(|by| stopping(by))).collect(),
    }
}

fn stopping(by: &RuleSource) -> Concern {
    places::rule_at(by, |effect| *effect == Effect::Stop)
}

/// Whether a rule was not asked because one of `by` had stopped.
fn stopped(told: &Explanation, rule: &RuleSource, by: &[&RuleSource]) -> Option<String> {
    match &bench::rule(told, &rule.slug)?.outcome {
        OutcomeTold::Stopped { by: stopper } if by.iter().any(|by| by.slug == stopper.slug) => {
            Some(format!("`{}` stops, so `{}` is not asked", stopper.slug, rule.slug))
        }
        _ => None,
    }
}

fn never_holds(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    why: &Contradiction,
) -> AnalysisFinding {
    let meetings = subject.visits().fulfilling(&[&why.without(&rule.when)], TRIES);
    let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
    let shows = |told: &Explanation| match &bench::rule(told, &rule.slug)?.outcome {
        OutcomeTold::GuardFailed { condition } if why.fails_at(condition) => {
            Some(format!("all else holds, and `{}` fails at `{condition}`", rule.slug))
        }
        _ => None,
    };
    AnalysisFinding {
        kind: FindingKind::UnreachableRule,
        grade: FindingGrade::Fault,
        status: FindingStatus::Proved,
        message: format!("rule `{}` never holds: {}", rule.slug, why.told),
        help: "Take one of the two conditions away.".to_owned(),
        witness: bench.witness(visits, shows),
        concerns: vec![places::rule(rule, None)],
    }
}

/// Two conditions of a guard of which one always fails.
#[derive(Debug)]
struct Contradiction {
    told: String,
    /// The condition that fails for a visitor who fulfils all others.
    condition: Excluded,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Excluded {
    Keywords,
    Tags,
    HoursClosed,
    HoursOpen,
}

impl Contradiction {
    /// The guard without the condition that excludes the others.
    fn without(&self, guard: &Guard) -> Guard {
        let mut guard = guard.clone();
        match self.condition {
            Excluded::Keywords => {
                if let Some(keywords) = &mut guard.keywords {
                    keywords.none.clear();
                }
            }
            Excluded::Tags => guard.tags_none.clear(),
            Excluded::HoursClosed => guard.hours_closed = None,
            Excluded::HoursOpen => guard.hours_open = None,
        }
        guard
    }

    /// Whether it is this condition that a trace says has failed.
    fn fails_at(&self, condition: &str) -> bool {
        match self.condition {
            Excluded::Keywords => condition == "keywords.none",
            Excluded::Tags => condition == "tags_none",
            Excluded::HoursClosed => condition == "hours_closed",
            Excluded::HoursOpen => condition == "hours",
        }
    }
}

fn contradiction(guard: &Guard, directory: &Directory) -> Option<Contradiction> {
    words_exclude(guard).or_else(|| tags_exclude(guard)).or_else(|| hours_exclude(guard, directory))
}

fn words_exclude(guard: &Guard) -> Option<Contradiction> {
    let keywords = guard.keywords.as_ref()?;
    let form = |keyword: &Keyword| Form::of(keyword, keywords);
    let none: Vec<_> =
        keywords.none.iter().filter_map(|keyword| Some((form(keyword)?, &keyword.text))).collect();
    let excluded = |keyword: &Keyword| {
        let own = form(keyword)?;
        none.iter().find(|(other, _)| own.makes_sure_of(other)).map(|(_, text)| *text)
    };
    let told = |told: String| Some(Contradiction { told, condition: Excluded::Keywords });
    for keyword in &keywords.all {
        if let Some(other) = excluded(keyword) {
            return told(format!("`{}` must be found, and with it `{other}`, which must not", keyword.text));
        }
    }
    let needed = u64::from(keywords.weight_min.max(1));
    let left: u64 =
        keywords.any.iter().filter(|word| excluded(word).is_none()).map(|word| u64::from(word.weight)).sum();
    if keywords.any.is_empty() || left >= needed {
        return None;
    }
    let first = keywords.any.iter().find_map(|keyword| Some((&keyword.text, excluded(keyword)?)))?;
    told(format!(
        "every keyword that it looks for holds one that must not be found, such as `{}` in `{}`",
        first.1, first.0
    ))
}

fn tags_exclude(guard: &Guard) -> Option<Contradiction> {
    let excluded = |tag: &&String| guard.tags_none.contains(tag);
    let all = guard.tags_all.iter().find(excluded);
    let none_left = !guard.tags_any.is_empty() && guard.tags_any.iter().all(|tag| excluded(&tag));
    let any = guard.tags_any.first().filter(|_| none_left);
    let tag = all.or(any)?;
    let told = format!("the tag `{tag}` must be there and must not");
    Some(Contradiction { told, condition: Excluded::Tags })
}

fn hours_exclude(guard: &Guard, directory: &Directory) -> Option<Contradiction> {
    let open = guard.hours_open.and_then(|hours| directory.hours(hours));
    let closed = guard.hours_closed.and_then(|hours| directory.hours(hours));
    let (told, condition) = match (open, closed) {
        (Some(open), _) if never_both_open(&open.hours, &open.hours) => {
            (format!("the hours `{}` are never open", open.slug), Excluded::HoursOpen)
        }
        (_, Some(closed)) if always_open(&closed.hours) => {
            (format!("the hours `{}` are never closed", closed.slug), Excluded::HoursClosed)
        }
        (Some(open), Some(closed)) if open_within(&open.hours, &closed.hours) => {
            let told = format!("whenever the hours `{}` are open, `{}` are open too", open.slug, closed.slug);
            (told, Excluded::HoursClosed)
        }
        _ => return None,
    };
    Some(Contradiction { told, condition })
}
