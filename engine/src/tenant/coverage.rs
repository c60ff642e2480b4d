//! Rules and keywords that an earlier stopping rule always catches first (P12).
//!
//! Everything said here is proved from the rules as written, under one premise: the earlier rule does not fail (a rule
//! that does is reported where it happens). Nothing is said where the proof does not succeed.
//!
//! A rule A, which stops, covers a later rule B on a hook when every conversation and text for which B's guard holds
//! also fulfils A's guard. Each condition of A must follow from a condition of B. For the words: each way in which B can
//! reach its weight must make sure of keywords that let A reach its own; a keyword is made sure of by another
//! ([`Form::makes_sure_of`]) when no text holds the second without the first.

use std::collections::{BTreeMap, BTreeSet};

use daachorse::CharwiseDoubleArrayAhoCorasick;

use super::findings::Findings;
use super::implies::{Form, guard_implies, guard_size};
use super::reader::in_backticks;
use crate::diagnostic::{Code, Diagnostic, Related};
use crate::rules::{Effect, Hook, Keyword, KeywordCondition, RuleBody, RuleSource};
use crate::text::NormalText;

/// Comparisons that one check spends; a ruleset that would need more is not looked at to the end.
const COMPARISONS_MAX: usize = 20_000_000;
/// Keywords of one rule that are reported one by one.
const KEYWORDS_REPORTED_MAX: usize = 20;
/// What a visitor might say where the words do not matter.
const ANY_MESSAGE: &str = "你好";

/// Reports the rules that are never reached, and the keywords that can be left out because a rule with such a text is
/// never reached. Only rules that `is_sound` are compared.
pub(crate) fn check_coverage(
    rules: &[RuleSource],
    is_sound: impl Fn(&RuleSource) -> bool,
    findings: &Findings,
) {
    let words: Vec<Option<Words<'_>>> =
        rules.iter().map(|rule| is_sound(rule).then(|| Words::new(rule.when.keywords.as_ref()))).collect();
    let Some(stoppers) = Stoppers::new(rules, &words, stops) else {
        return;
    };
    let mut budget = COMPARISONS_MAX;
    for (at, (rule, words)) in rules.iter().zip(&words).enumerate() {
        let hooks_known = !rule.hooks.is_empty() && !rule.hooks.contains(&Hook::Rank);
        let Some(words) = words.as_ref().filter(|_| hooks_known) else {
            continue;
        };
        let Some(coverage) = stoppers.coverage(at, rule, words, &mut budget) else {
            return;
        };
        let by = |at: &usize| Some((rules.get(*at)?, stoppers.rules.get(at)?.1));
        if coverage.whole.is_empty() {
            report_keywords(rule, words, &coverage, by, findings);
        } else {
            let by: Vec<_> = coverage.whole.iter().filter_map(by).collect();
            report_rule(rule, words, &by, findings);
        }
    }
}

/// Whether a rule surely stops.
pub(crate) fn stops(rule: &RuleSource) -> bool {
    match &rule.body {
        RuleBody::Effects(effects) => effects.iter().any(|(effect, _)| *effect == Effect::Stop),
        RuleBody::Script { .. } | RuleBody::Module { .. } => false,
    }
}

/// What earlier rules have to do with a rule.
#[derive(Debug, Default)]
pub(crate) struct Precedence<'r> {
    /// The earlier rules of which one or another holds whenever this rule does, in order; empty: it may hold alone.
    pub(crate) whole: Vec<usize>,
    /// The keywords of `any` with which an earlier rule always holds too, and which rule.
    pub(crate) keywords: Vec<(&'r Keyword, usize)>,
}

/// For each rule, what those before it for which `goes_first` holds have to do with it, proved as above: where they stop,
/// the rule is never reached; where they set a thing, it never counts that the rule sets it. `None`: the ruleset is too
/// large to be looked at to the end.
pub(crate) fn precedences(
    rules: &[RuleSource],
    goes_first: impl Fn(&RuleSource) -> bool,
) -> Option<Vec<Precedence<'_>>> {
    let words: Vec<Option<Words<'_>>> =
        rules.iter().map(|rule| Some(Words::new(rule.when.keywords.as_ref()))).collect();
    let first = Stoppers::new(rules, &words, goes_first)?;
    let mut budget = COMPARISONS_MAX;
    let mut precedences = Vec::with_capacity(rules.len());
    for (at, (rule, words)) in rules.iter().zip(&words).enumerate() {
        let hooks_known = !rule.hooks.is_empty() && !rule.hooks.contains(&Hook::Rank);
        let Some(words) = words.as_ref().filter(|_| hooks_known) else {
            precedences.push(Precedence::default());
            continue;
        };
        let Coverage { whole, keywords } = first.coverage(at, rule, words, &mut budget)?;
        let keywords = words.any.values().zip(keywords);
        precedences.push(Precedence {
            whole: whole.into_iter().collect(),
            keywords: keywords.filter_map(|((_, keyword), by)| Some((*keyword, by?))).collect(),
        });
    }
    Some(precedences)
}

/// The keyword condition of a rule in the forms that are looked for; equal forms once.
#[derive(Debug, Default)]
struct Words<'r> {
    any: BTreeMap<Form, (u32, &'r Keyword)>,
    all: BTreeMap<Form, &'r Keyword>,
    none: BTreeSet<Form>,
    weight_min: u32,
}

impl<'r> Words<'r> {
    fn new(condition: Option<&'r KeywordCondition>) -> Words<'r> {
        let Some(condition) = condition else {
            return Words::default();
        };
        let form = |keyword: &Keyword| Form::of(keyword, condition);
        let mut words = Words { weight_min: condition.weight_min, ..Words::default() };
        for keyword in &condition.any {
            let Some(form) = form(keyword) else { continue };
            let entry = words.any.entry(form).or_insert((keyword.weight, keyword));
            entry.0 = entry.0.max(keyword.weight);
        }
        for keyword in &condition.all {
            words.all.extend(form(keyword).map(|form| (form, keyword)));
        }
        words.none = condition.none.iter().filter_map(form).collect();
        words
    }
}

/// What a keyword is for in the stopping rule that has it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    /// Its place in `any`, and its weight.
    Any(usize, u32),
    /// Its place in `all`.
    All(usize),
}

/// The keywords of a stopping rule that a text is sure to hold.
type Given = BTreeSet<Slot>;

/// The rules that go first, such as those that stop, with the way from a keyword to those of theirs that it makes sure of.
struct Stoppers<'r> {
    /// Position in the ruleset → the rule and its words.
    rules: BTreeMap<usize, Stopper<'r>>,
    /// Finds the patterns of their keywords; `None`: they have none.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// By pattern: the keywords that have it, and whose they are.
    patterns: Vec<Vec<(&'r Form, usize, Slot)>>,
}

/// What covers a rule.
#[derive(Debug, Default)]
struct Coverage {
    /// The rules that together leave nothing of it, in order; empty: something is left.
    whole: BTreeSet<usize>,
    /// For each keyword of `any`, in order: the rule that makes it useless.
    keywords: Vec<Option<usize>>,
}

impl<'r> Stoppers<'r> {
    /// `None` when they have more keywords than an automaton can hold.
    fn new(
        rules: &'r [RuleSource],
        words: &'r [Option<Words<'r>>],
        goes_first: impl Fn(&RuleSource) -> bool,
    ) -> Option<Stoppers<'r>> {
        let stoppers: BTreeMap<_, _> = rules
            .iter()
            .zip(words)
            .enumerate()
            .filter(|(_, (rule, _))| goes_first(rule))
            .filter_map(|(at, (rule, words))| Some((at, (rule, words.as_ref()?))))
            .collect();
        let mut by_pattern: BTreeMap<&str, Vec<(&Form, usize, Slot)>> = BTreeMap::new();
        for (at, (_, words)) in &stoppers {
            let any =
                words.any.iter().enumerate().map(|(i, (form, (weight, _)))| (form, Slot::Any(i, *weight)));
            let all = words.all.keys().enumerate().map(|(i, form)| (form, Slot::All(i)));
            for (form, slot) in any.chain(all) {
                by_pattern.entry(form.pattern()).or_default().push((form, *at, slot));
            }
        }
        let automaton = match by_pattern.is_empty() {
            true => None,
            false => Some(CharwiseDoubleArrayAhoCorasick::new(by_pattern.keys()).ok()?),
        };
        Some(Stoppers { rules: stoppers, automaton, patterns: by_pattern.into_values().collect() })
    }

    /// Adds, for each stopping rule, those of its keywords that `form` makes sure of. `None`: the budget is spent.
    fn add_given(&self, form: &Form, given: &mut BTreeMap<usize, Given>, budget: &mut usize) -> Option<()> {
        let Some(automaton) = &self.automaton else {
            return Some(());
        };
        let squeezed = form.squeezed_pattern();
        let views = [Some(form.pattern()), squeezed.as_deref().filter(|text| *text != form.pattern())];
        for hit in views.into_iter().flatten().flat_map(|text| automaton.find_overlapping_iter(text)) {
            for (other, rule, slot) in self.patterns.get(hit.value() as usize)? {
                *budget = budget.checked_sub(1)?;
                if form.makes_sure_of(other) {
                    given.entry(*rule).or_default().insert(*slot);
                }
            }
        }
        Some(())
    }

    /// What of a rule the stopping rules before it leave. `None`: the budget is spent.
    fn coverage(
        &self,
        at: usize,
        rule: &RuleSource,
        words: &Words<'_>,
        budget: &mut usize,
    ) -> Option<Coverage> {
        let mut before: BTreeSet<usize> = BTreeSet::new();
        for (earlier, (stopper, stopper_words)) in self.rules.range(..at) {
            let cost = 1
                + stopper_words.none.len() * words.none.len()
                + guard_size(&stopper.when) * guard_size(&rule.when);
            *budget = budget.checked_sub(cost)?;
            if guard_implies(&rule.when, &stopper.when) && excludes(words, stopper_words) {
                before.insert(*earlier);
            }
        }
        if before.is_empty() {
            return Some(Coverage::default());
        }
        let mut always = BTreeMap::new();
        for form in words.all.keys() {
            self.add_given(form, &mut always, budget)?;
        }
        let mut by_keyword = Vec::with_capacity(words.any.len());
        for form in words.any.keys() {
            let mut given = BTreeMap::new();
            self.add_given(form, &mut given, budget)?;
            by_keyword.push(given);
        }
        let by_hook = rule.hooks.iter().map(|hook| {
            let on_hook: BTreeSet<usize> =
                before.iter().copied().filter(|at| self.runs_whenever(*at, rule, *hook)).collect();
            self.coverage_by(&on_hook, words, &always, &by_keyword)
        });
        by_hook.reduce(Coverage::on_both)
    }

    /// Whether the stopping rule `at` runs on `hook` whenever `rule` does.
    fn runs_whenever(&self, at: usize, rule: &RuleSource, hook: Hook) -> bool {
        self.rules.get(&at).is_some_and(|(stopper, _)| {
            stopper.hooks.contains(&hook)
                && (hook != Hook::OnWait
                    || rule.wait_after_ms.iter().all(|ms| stopper.wait_after_ms.contains(ms)))
        })
    }

    fn coverage_by(
        &self,
        stoppers: &BTreeSet<usize>,
        words: &Words<'_>,
        always: &BTreeMap<usize, Given>,
        by_keyword: &[BTreeMap<usize, Given>],
    ) -> Coverage {
        let none = Given::new();
        let fires = |at: usize, given: Option<&BTreeMap<usize, Given>>| {
            let always = always.get(&at).unwrap_or(&none);
            let more = given.and_then(|given| given.get(&at)).unwrap_or(&none);
            self.rules.get(&at).is_some_and(|(_, words)| words.hold_for(always, more))
        };
        let whole: BTreeSet<usize> = stoppers.iter().copied().filter(|at| fires(*at, None)).take(1).collect();
        let keywords: Vec<Option<usize>> = by_keyword
            .iter()
            .map(|given| given.keys().copied().find(|at| stoppers.contains(at) && fires(*at, Some(given))))
            .collect();
        if !whole.is_empty() {
            return Coverage { whole, keywords };
        }
        let left = words.any.values().zip(&keywords).filter(|(_, covered)| covered.is_none());
        let left: u64 = left.map(|((weight, _), _)| u64::from(*weight)).sum();
        let all_covered = !words.any.is_empty() && left < u64::from(words.weight_min.max(1));
        let whole = keywords.iter().flatten().copied().filter(|_| all_covered).collect();
        Coverage { whole, keywords }
    }
}

impl Words<'_> {
    /// Whether a text that holds what is given, and no word of `none`, fulfils the condition.
    fn hold_for(&self, always: &Given, more: &Given) -> bool {
        let given: BTreeSet<_> = always.union(more).collect();
        let all = given.iter().filter(|slot| matches!(slot, Slot::All(_))).count();
        let weights = given.iter().map(|slot| match slot {
            Slot::Any(_, weight) => u64::from(*weight),
            Slot::All(_) => 0,
        });
        let weight: u64 = weights.sum();
        all == self.all.len() && (self.any.is_empty() || weight >= u64::from(self.weight_min.max(1)))
    }
}

/// Whether a text that fulfils `words` is sure to hold nothing of `stopper`'s `none`.
fn excludes(words: &Words<'_>, stopper: &Words<'_>) -> bool {
    stopper.none.iter().all(|form| words.none.iter().any(|excluded| form.makes_sure_of(excluded)))
}

impl Coverage {
    /// What is covered on one hook and on another.
    fn on_both(self, other: Coverage) -> Coverage {
        let whole = match self.whole.is_empty() || other.whole.is_empty() {
            true => BTreeSet::new(),
            false => self.whole.union(&other.whole).copied().collect(),
        };
        let keywords = self.keywords.into_iter().zip(other.keywords);
        Coverage { whole, keywords: keywords.map(|(one, other)| one.and(other)).collect() }
    }
}

/// A rule that stops, and its words.
type Stopper<'r> = (&'r RuleSource, &'r Words<'r>);

fn report_rule(rule: &RuleSource, words: &Words<'_>, by: &[Stopper<'_>], findings: &Findings) {
    let names: Vec<_> = by.iter().map(|(rule, _)| rule.slug.as_str()).collect();
    let stop = if names.len() == 1 { "stops" } else { "stop" };
    let message = format!(
        "rule `{}` is never reached: {} {stop} first whenever it would match",
        rule.slug,
        in_backticks(&names)
    );
    let mut finding = Diagnostic::new(Code::RuleCovered, &rule.file, None, message)
        .help("give this rule a lower number, or narrow the rule that stops");
    finding.witness = words.witness(None, by);
    finding.related.extend(by.iter().map(|(rule, _)| stopping(rule)));
    findings.push(finding);
}

fn report_keywords<'r>(
    rule: &RuleSource,
    words: &Words<'_>,
    coverage: &Coverage,
    by: impl Fn(&usize) -> Option<Stopper<'r>>,
    findings: &Findings,
) {
    let covered = words.any.values().zip(&coverage.keywords);
    let covered = covered.filter_map(|((_, keyword), at)| Some((*keyword, at.as_ref().and_then(&by)?)));
    for (keyword, stopper) in covered.clone().take(KEYWORDS_REPORTED_MAX) {
        let message = format!(
            "keyword `{}` of rule `{}` has no effect: `{}` stops first whenever it is found",
            keyword.text, rule.slug, stopper.0.slug
        );
        let mut finding = Diagnostic::new(Code::KeywordCovered, &keyword.file, Some(keyword.span), message)
            .help("leave the keyword out, or give this rule a lower number");
        finding.witness = words.witness(Some(keyword), &[stopper]);
        finding.related.push(stopping(stopper.0));
        findings.push(finding);
    }
    let more = covered.count().saturating_sub(KEYWORDS_REPORTED_MAX);
    if more > 0 {
        let message = format!("{more} more keywords of rule `{}` have no effect for such reasons", rule.slug);
        findings.push(Diagnostic::new(Code::KeywordCovered, &rule.file, None, message));
    }
}

/// Where a rule says that it stops.
fn stopping(rule: &RuleSource) -> Related {
    let place = match &rule.body {
        RuleBody::Effects(effects) => effects.iter().find(|(effect, _)| *effect == Effect::Stop),
        RuleBody::Script { .. } | RuleBody::Module { .. } => None,
    };
    let message = format!("`{}` stops", rule.slug);
    Related { file: rule.file.clone(), span: place.map(|(_, span)| *span), message }
}

impl Words<'_> {
    /// A message for which both the rule and one of those that stop first match by their words: the keyword, or as many
    /// of `any` as the rule needs, and `all`. `None` when so plain a message does not do it.
    fn witness(&self, keyword: Option<&Keyword>, by: &[Stopper<'_>]) -> Option<String> {
        let mut parts: Vec<&str> = keyword.map(|keyword| keyword.text.trim()).into_iter().collect();
        parts.extend(self.all.values().map(|keyword| keyword.text.trim()));
        let needed = if self.any.is_empty() { 0 } else { self.weight_min.max(1) };
        let mut weight = 0;
        for (worth, other) in self.any.values() {
            if keyword.is_some_and(|keyword| keyword.span == other.span && keyword.file == other.file) {
                weight += worth;
            }
        }
        for (worth, other) in self.any.values() {
            if weight < needed && keyword.is_none_or(|keyword| keyword.text != other.text) {
                parts.push(other.text.trim());
                weight += worth;
            }
        }
        let message = if parts.is_empty() { ANY_MESSAGE.to_owned() } else { parts.join(" ") };
        (self.hold_in(&message) && by.iter().any(|(_, words)| words.hold_in(&message))).then_some(message)
    }

    /// Whether a message fulfils the condition.
    fn hold_in(&self, message: &str) -> bool {
        let text = NormalText::new(message);
        let squeezed = text.squeezed();
        let found = |form: &Form| form.found_in(&text, &squeezed);
        let found_any = self.any.iter().filter(|(form, _)| found(form));
        let weight: u64 = found_any.map(|(_, (weight, _))| u64::from(*weight)).sum();
        (self.any.is_empty() || weight >= u64::from(self.weight_min.max(1)))
            && self.all.keys().all(found)
            && !self.none.iter().any(found)
    }
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
