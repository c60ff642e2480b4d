//! Readings: what every rule of one evaluation looked at, told rule by rule. The evaluation is made once more for the
//! purpose, on the same facts, so that one that decides does not pay for it.

use serde::Serialize;

use super::guard::Words;
use super::ruleset::{Body, Rule};
use super::{Effect, Facts, Ruleset};
use crate::id::RuleId;

/// Calls of one rule that are kept; a script of a few dozen lines makes fewer.
pub(super) const CALLS_MAX: usize = 200;
/// Bytes of an argument or an answer that are kept: enough to know it by.
const VALUE_BYTES_MAX: usize = 160;

/// What one rule looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleReading {
    /// Which.
    pub rule: RuleId,
    /// The conditions of its guard, in the order in which they are looked at.
    pub conditions: Vec<ConditionRead>,
    /// What it called and read while it ran, in order; empty for a keyword rule and for one that did not run.
    pub calls: Calls,
    /// Operations of a script, fuel of a module; 0 for one that did not run.
    pub cost: u64,
}

/// A condition of a guard, and what it read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConditionRead {
    /// Its name below `[when]`, such as `channel`, `keywords.any` or `attributes.plan`.
    pub name: String,
    /// What was read, as a file would write it; `None`: there was nothing to read.
    pub read: Option<String>,
    /// Of keywords with weights: what those found are worth together, and what is needed.
    pub weight: Option<(u32, u32)>,
    /// Whether it holds.
    pub holds: bool,
}

/// One call of a function, or one reading of a property, by a script or a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CallRead {
    /// Line in the script, from 1; 0 in a module, which has none.
    pub line: u32,
    /// Column in characters, from 1; 0 in a module.
    pub column: u32,
    /// What was called or read, such as `customer.vip`.
    pub what: String,
    /// The arguments, as a script would write them; `None`: a property was read.
    pub arguments: Option<Vec<String>>,
    /// The answer; `None`: an effect was given.
    pub answer: Option<String>,
}

/// The calls of one run of a rule, within limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// The first.
    pub kept: Vec<CallRead>,
    /// Those beyond them.
    pub left_out: u32,
}

impl Calls {
    pub(super) fn add(&mut self, call: impl FnOnce() -> CallRead) {
        if self.kept.len() < CALLS_MAX {
            self.kept.push(call());
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

/// A value as a script would write it, cut where it is long.
pub(super) fn shown(value: &dyn std::fmt::Debug) -> String {
    let mut text = format!("{value:?}");
    if text.len() > VALUE_BYTES_MAX {
        text.truncate(text.floor_char_boundary(VALUE_BYTES_MAX));
        text.push('…');
    }
    text
}

impl Ruleset {
    /// What every rule that subscribes to the trigger's hook looks at, in order, as [`Ruleset::evaluate`] goes through
    /// them. A rule behind one that stopped the evaluation looks at nothing.
    pub fn readings(&self, facts: &Facts<'_>, is_switched_off: &dyn Fn(RuleId) -> bool) -> Vec<RuleReading> {
        let mut words = Words::new(self.keywords(), false);
        let mut scene = None;
        let mut readings = Vec::new();
        let mut is_stopped = false;
        for rule in self.rules_on(facts.trigger) {
            let mut reading =
                RuleReading { rule: rule.info.id, conditions: Vec::new(), calls: Calls::default(), cost: 0 };
            if !is_stopped {
                reading.conditions = rule.guard.readings(facts, &mut words, self.directory());
                let runs = reading.conditions.iter().all(|condition| condition.holds);
                if runs && !is_switched_off(rule.info.id) {
                    is_stopped = self.run_again(rule, facts, &mut scene, &mut reading);
                }
            }
            readings.push(reading);
        }
        readings
    }

    /// Runs a rule whose guard holds, with a note of every call. Gives whether it stopped the evaluation.
    fn run_again(
        &self,
        rule: &Rule,
        facts: &Facts<'_>,
        scene: &mut Option<std::sync::Arc<super::scene::Scene>>,
        reading: &mut RuleReading,
    ) -> bool {
        let answered = match &rule.body {
            Body::Effects(effects) => return effects.contains(&Effect::Stop),
            Body::Script(_) | Body::Module { .. } => {
                let Some(scenes) = &self.scenes else { return false };
                let scene = scene.get_or_insert_with(|| scenes.scene(facts));
                match &rule.body {
                    Body::Script(script) => script.answer(facts.trigger.hook(), scene, true),
                    Body::Module { module, limits } => module.answer(facts, scene, *limits, true),
                    Body::Effects(_) => return false,
                }
            }
        };
        reading.calls = answered.calls;
        reading.cost = answered.cost;
        answered.result.is_ok_and(|effects| effects.contains(&Effect::Stop))
    }
}
