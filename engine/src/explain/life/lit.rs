//! The lines of the rules lit up: each condition at its place in its file, with the value that it read, and each call of
//! a script at its line, with arguments and answer.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::tell::Teller;
use super::super::told::Named;
use super::DecisionId;
use crate::desk::Rulesets;
use crate::diagnostic::Span;
use crate::rules::{CallRead, ConditionRead, RuleKind, Ruleset};
use crate::simulation::Followed;
use crate::tenant::{TenantFolder, revision};
use crate::trace::TraceStep;

/// What the rules of one decision looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lit {
    /// The rules, in order of evaluation.
    pub rules: Vec<RuleLit>,
}

/// What one rule looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleLit {
    /// Which.
    pub rule: Named,
    /// What it is written in.
    pub kind: RuleKind,
    /// The file with its conditions; `None`: it has none, or the folder has no such file any more.
    pub file: Option<String>,
    /// The conditions, in the order in which they are looked at.
    pub conditions: Vec<ConditionLit>,
    /// Where its effects are written, for a keyword rule.
    pub effects: Vec<Span>,
    /// The file of its script.
    pub script: Option<String>,
    /// What it called, in order.
    pub calls: Vec<CallRead>,
    /// Calls beyond those.
    pub calls_left_out: u32,
    /// Operations of a script, fuel of a module; 0 for one that did not run.
    pub cost: u64,
}

/// A condition at its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionLit {
    /// What it read.
    #[serde(flatten)]
    pub read: ConditionRead,
    /// Where its value is written.
    pub span: Option<Span>,
}

impl<R: Deref<Target = Ruleset>> Followed<R> {
    /// What the rules of a decision looked at. `folder`: the files that its ruleset was compiled from. `None`: there is no
    /// such decision of rules.
    #[must_use]
    pub fn lit(&self, id: DecisionId, folder: &TenantFolder) -> Option<Lit> {
        let (moment, trace) = self.decision(id)?;
        let TraceStep::Rules(rules) = &trace.step else { return None };
        let desk = moment.desk_at(trace);
        let teller = Teller::new(&moment.ruleset);
        let rulesets = Rulesets::live(&moment.ruleset);
        let readings = desk.readings(rulesets, trace.at, self.conversation, rules.trigger);
        // A ruleset that was swapped to comes from other files.
        let is_its = moment.ruleset.revision() == revision(folder);
        let told = readings.into_iter().filter_map(|reading| {
            let info = moment.ruleset.rule(reading.rule)?;
            let toml = info.file.ends_with(".toml").then(|| info.file.clone());
            let toml = toml.filter(|file| is_its && folder.files.contains_key(file));
            let lines = toml.as_ref().map(|file| lit_lines(folder, file)).unwrap_or_default();
            let stem = info.file.rsplit_once('.').map_or(info.file.as_str(), |(stem, _)| stem);
            let script = (info.kind == RuleKind::Script).then(|| format!("{stem}.rhai"));
            let effects = lines.range("then.".to_owned()..).take_while(|(name, _)| name.starts_with("then."));
            Some(RuleLit {
                rule: teller.rule(reading.rule),
                kind: info.kind,
                effects: effects.map(|(_, span)| *span).collect(),
                conditions: reading
                    .conditions
                    .into_iter()
                    .map(|read| ConditionLit {
                        span: lines.get(&format!("when.{}", read.name)).copied(),
                        read,
                    })
                    .collect(),
                file: toml,
                script,
                calls: reading.calls.kept,
                calls_left_out: reading.calls.left_out,
                cost: reading.cost,
            })
        });
        Some(Lit { rules: told.collect() })
    }
}

/// Where the values of a rule's file are written, by their names, such as `when.keywords.any` or `then.group`.
#[must_use]
pub fn lit_lines(folder: &TenantFolder, file: &str) -> BTreeMap<String, Span> {
    let text = folder.files.get(file).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let (root, _) = DeTable::parse_recoverable(text);
    let mut places = BTreeMap::new();
    for (key, value) in root.get_ref().iter() {
        note(&mut places, text, key.get_ref(), value);
    }
    places
}

/// Notes a value and those within it. Tables are as deep as a rule's file is: the reader refuses deeper ones.
fn note(places: &mut BTreeMap<String, Span>, text: &str, name: &str, value: &Spanned<DeValue<'_>>) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table.iter() {
                note(places, text, &format!("{name}.{}", key.get_ref()), value);
            }
        }
        _ => {
            places.insert(name.to_owned(), Span::of(text, value.span()));
        }
    }
}
