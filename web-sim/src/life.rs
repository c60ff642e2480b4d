//! The life of a conversation, as the page shows it: places in files and words are where the editor counts them.

use pointsman_engine::explain::life::{ConditionLit, KeptTest, Life, Lit, NotKept, RuleLit, What};
use pointsman_engine::explain::{Named, StepTold};
use pointsman_engine::rules::{CallRead, ConditionRead, RuleKind};
use pointsman_engine::simulation::Followup;
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::time::Timestamp;
use serde::Serialize;

use crate::Place;
use crate::finding::place;
use crate::position::utf16_offset;

/// How far a conversation has been followed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FollowTold {
    /// Where the run is.
    pub at: Option<Timestamp>,
    /// Whether all there is has been seen.
    pub done: bool,
}

impl From<Followup> for FollowTold {
    fn from(followup: Followup) -> FollowTold {
        match followup {
            Followup::Underway(at) => FollowTold { at: Some(at), done: false },
            Followup::Done => FollowTold { at: None, done: true },
        }
    }
}

/// A decision kept as a rule test, or why it cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KeepTold {
    /// The test.
    pub kept: Option<KeptTest>,
    /// Why there is none.
    pub refused: Option<NotKept>,
}

impl From<Result<KeptTest, NotKept>> for KeepTold {
    fn from(result: Result<KeptTest, NotKept>) -> KeepTold {
        let (kept, refused) = match result {
            Ok(kept) => (Some(kept), None),
            Err(refused) => (None, Some(refused)),
        };
        KeepTold { kept, refused }
    }
}

/// What one rule looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LitRule {
    /// Which.
    pub rule: Named,
    /// What it is written in.
    pub kind: RuleKind,
    /// The file with its conditions and effects.
    pub file: Option<String>,
    /// The conditions, in the order in which they are looked at.
    pub conditions: Vec<LitCondition>,
    /// Where the effects of a keyword rule are written.
    pub effects: Vec<Place>,
    /// The file of its script.
    pub script: Option<String>,
    /// What it called, in order.
    pub calls: Vec<CallRead>,
    /// Calls beyond those.
    pub calls_left_out: u32,
    /// Operations of a script, fuel of a module; 0 for one that did not run.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost: u64,
}

/// A condition at its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LitCondition {
    /// What it read.
    pub read: ConditionRead,
    /// Where its value is written.
    pub place: Option<Place>,
}

pub(crate) fn lit_rules(lit: Lit, folder: &TenantFolder) -> Vec<LitRule> {
    let rule = |rule: RuleLit| {
        let file = rule.file.as_deref().unwrap_or_default();
        let condition = |ConditionLit { read, span }| LitCondition { read, place: place(span, file, folder) };
        LitRule {
            conditions: rule.conditions.into_iter().map(condition).collect(),
            effects: rule.effects.iter().filter_map(|span| place(Some(*span), file, folder)).collect(),
            rule: rule.rule,
            kind: rule.kind,
            file: rule.file,
            script: rule.script,
            calls: rule.calls,
            calls_left_out: rule.calls_left_out,
            cost: rule.cost,
        }
    };
    lit.rules.into_iter().map(rule).collect()
}

/// Moves matched words to where the page counts them.
pub(crate) fn in_utf16(mut life: Life) -> Life {
    let opening = life.visitor.text.clone();
    for moment in &mut life.moments {
        let said = moment.events.iter().rev().find_map(|event| match &event.what {
            What::Message { text, .. } => Some(text.clone()),
            _ => None,
        });
        for decision in &mut moment.decisions {
            let StepTold::Rules(rules) = &mut decision.step else { continue };
            let is_message = rules.trigger == pointsman_engine::rules::Trigger::Message;
            let text = said.as_ref().filter(|_| is_message).unwrap_or(&opening);
            for matched in rules.rules.iter_mut().flat_map(|rule| &mut rule.matched) {
                matched.start = utf16_offset(text, matched.start);
                matched.end = utf16_offset(text, matched.end);
            }
        }
    }
    life
}
