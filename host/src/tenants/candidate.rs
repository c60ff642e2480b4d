//! The candidate that meets live traffic at one tenant: as a shadow or as a canary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pointsman_engine::desk::{Batch, CanaryEnd, Decided, Event, ShadowDecision};
use pointsman_engine::id::RuleId;
use pointsman_engine::limits::BREAKER_FAILURES;
use pointsman_engine::rules::Ruleset;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::store::{CandidateRow, Stage};
use crate::view::instant;
use crate::view::names::Names;

/// Differences told in full.
const EXAMPLES_MAX: usize = 50;
/// How often what was counted is written down. After a crash, what was counted since is missing.
const WRITTEN_EVERY: Duration = Duration::from_secs(5);

/// The rulesets that a tenant decides by.
#[derive(Clone, Debug)]
pub(super) struct Deciding {
    pub(super) live: Arc<Ruleset>,
    pub(super) canary: Option<Arc<Ruleset>>,
    pub(super) shadow: Option<(Arc<Ruleset>, Arc<BTreeSet<RuleId>>)>,
}

/// A candidate at the stage `shadow` or `canary`.
#[derive(Debug)]
pub struct Running {
    /// Its number.
    pub number: i64,
    /// Where it is.
    pub stage: Stage,
    /// Its rules; `None`: this version cannot compile them any more, and the live ones decide in their place.
    pub(super) ruleset: Option<Arc<Ruleset>>,
    /// What it decided otherwise as a shadow.
    pub differences: Differences,
    failures: BTreeMap<RuleId, usize>,
    switched_off: Arc<BTreeSet<RuleId>>,
    written_at: Option<Instant>,
    is_written: bool,
}

/// What a shadow decided otherwise than the live rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differences {
    /// Decisions compared.
    pub decisions: u64,
    /// Of these, those that would have sent a conversation otherwise.
    pub differing: u64,
    /// In how many differing decisions a rule gave effects: by the rule's slug, in the live ruleset and in the candidate.
    pub rules: BTreeMap<String, InDiffering>,
    /// How often each of the candidate's rules failed, by slug.
    pub failures: BTreeMap<String, u64>,
    /// Rules that are not asked any more, since they kept failing.
    pub switched_off: BTreeSet<String>,
    /// The first differing decisions.
    pub examples: Vec<Example>,
}

/// In how many differing decisions a rule gave effects.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InDiffering {
    /// As a rule of the live ruleset.
    pub live: u64,
    /// As a rule of the candidate.
    pub candidate: u64,
}

/// A decision that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// About which conversation.
    pub conversation: u64,
    /// When.
    pub at: String,
    /// Why rules ran.
    pub trigger: Value,
    /// What the live ruleset said.
    pub live: ToldPlan,
    /// What the candidate would have said.
    pub candidate: ToldPlan,
}

/// One side of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldPlan {
    /// The rules that gave effects, by slug.
    pub rules: Vec<String>,
    /// Where to; `null`: as it was.
    pub plan: Value,
}

impl Running {
    /// A candidate that meets live traffic from now on, or again after a restart.
    pub(super) fn new(row: &CandidateRow, stage: Stage, ruleset: Option<Arc<Ruleset>>) -> Running {
        let known = row.differences.as_deref().and_then(|known| serde_json::from_str(known).ok());
        Running {
            number: row.number,
            stage,
            ruleset,
            differences: known.unwrap_or_default(),
            failures: BTreeMap::new(),
            switched_off: Arc::default(),
            written_at: None,
            is_written: true,
        }
    }

    /// The rules, where they decide in the live ones' place.
    pub(super) fn canary(&self) -> Option<Arc<Ruleset>> {
        self.ruleset.clone().filter(|_| self.stage == Stage::Canary)
    }

    /// The rules, where they decide in silence.
    pub(super) fn shadow(&self) -> Option<(Arc<Ruleset>, Arc<BTreeSet<RuleId>>)> {
        let ruleset = self.ruleset.clone().filter(|_| self.stage == Stage::Shadow)?;
        Some((ruleset, Arc::clone(&self.switched_off)))
    }

    /// Counts what a command's decisions would have been.
    pub(super) fn note(&mut self, live: &Arc<Ruleset>, decisions: &[ShadowDecision]) {
        let Some(ruleset) = self.ruleset.clone() else { return };
        for decision in decisions {
            self.is_written = false;
            self.differences.decisions += 1;
            for (rule, _) in &decision.failures {
                self.note_failure(&ruleset, *rule);
            }
            if !decision.differs() {
                continue;
            }
            let differences = &mut self.differences;
            differences.differing += 1;
            for rule in slugs(live, &decision.live.rules) {
                differences.rules.entry(rule).or_default().live += 1;
            }
            for rule in slugs(&ruleset, &decision.candidate.rules) {
                differences.rules.entry(rule).or_default().candidate += 1;
            }
            if differences.examples.len() < EXAMPLES_MAX {
                differences.examples.push(Example {
                    conversation: decision.conversation.0,
                    at: instant(decision.at.0),
                    trigger: serde_json::to_value(decision.trigger).unwrap_or_default(),
                    live: told(live, &decision.live),
                    candidate: told(&ruleset, &decision.candidate),
                });
            }
        }
    }

    fn note_failure(&mut self, ruleset: &Ruleset, rule: RuleId) {
        let Some(info) = ruleset.rule(rule) else { return };
        *self.differences.failures.entry(info.slug.clone()).or_default() += 1;
        let failures = self.failures.entry(rule).or_default();
        *failures += 1;
        if *failures >= BREAKER_FAILURES {
            self.differences.switched_off.insert(info.slug.clone());
            Arc::make_mut(&mut self.switched_off).insert(rule);
        }
    }

    /// What was counted since it was last written, as it is kept; `None` where that is nothing, or can wait.
    pub(super) fn unwritten(&mut self, may_wait: bool) -> Option<String> {
        let soon = self.written_at.is_some_and(|at| at.elapsed() < WRITTEN_EVERY);
        if self.is_written || (may_wait && soon) {
            return None;
        }
        self.is_written = true;
        self.written_at = Some(Instant::now());
        serde_json::to_string(&self.differences).ok()
    }
}

fn slugs(ruleset: &Ruleset, rules: &[RuleId]) -> Vec<String> {
    rules.iter().filter_map(|rule| ruleset.rule(*rule)).map(|rule| rule.slug.clone()).collect()
}

fn told(ruleset: &Arc<Ruleset>, decided: &Decided) -> ToldPlan {
    let rules = slugs(ruleset, &decided.rules);
    let mut plan = decided.plan.as_ref().and_then(|plan| serde_json::to_value(plan).ok()).unwrap_or_default();
    // By which rule is told beside it.
    if let Some(fields) = plan.as_object_mut() {
        fields.remove("source");
    }
    ToldPlan { rules, plan: Names::of(Arc::clone(ruleset)).named(plan, 0) }
}

/// The breach that ended a canary in this batch: the event's number, and what was read, as it is kept.
pub(super) fn breached(batch: &Batch) -> Option<Value> {
    batch.events.iter().find_map(|record| match &record.event {
        Event::CanaryEnded { end: CanaryEnd::Breached(breach), .. } => {
            let reason = breach.to_string();
            let mut told = serde_json::to_value(breach).unwrap_or_default();
            if let Some(fields) = told.as_object_mut() {
                fields.insert(String::from("reason"), Value::from(reason));
                fields.insert(String::from("seq"), Value::from(record.seq));
            }
            Some(told)
        }
        _ => None,
    })
}
