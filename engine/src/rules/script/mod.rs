//! Scripts: an admin's own logic in Rhai, inside a sandbox without clock, randomness, files or an end that does not
//! come.

mod api;
mod arithmetic;
mod call;
mod compile;
mod effect_api;
mod effects;
mod engine;
mod lint;
#[cfg(test)]
mod lint_tests;
mod lint_walk;
mod objects;
mod position;
mod reference;
mod registry;
mod standard;
#[cfg(test)]
mod tests;
mod uses;

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{AST, Dynamic, ImmutableString};

pub(crate) use arithmetic::script_arithmetic;
pub use reference::reference_page;
pub use registry::{ApiHook, ApiItem, ApiKind, ApiParameter, ApiType, HOOKS, items};

use super::evaluate::Answered;
use super::scene::{Scene, Uses};
use super::{Facts, Hook};
use crate::id::AgentId;
use crate::model::Directory;
use crate::trace::{RuleFailure, RuleFailureKind};

/// A compiled script.
#[derive(Debug)]
pub(in crate::rules) struct Script {
    ast: AST,
    constants: Arc<BTreeMap<ImmutableString, Dynamic>>,
    caches: call::CallCaches,
    pub(in crate::rules) uses: Uses,
}

impl Script {
    /// Calls `route`, `on_message` or `on_wait`. `noting`: with a note of everything that it calls.
    pub(in crate::rules) fn answer(&self, hook: Hook, scene: &Arc<Scene>, noting: bool) -> Answered {
        let conversation = Dynamic::from(objects::Conversation(Arc::clone(scene)));
        let customer = Dynamic::from(objects::Customer(Arc::clone(scene)));
        let desk = Dynamic::from(objects::Desk(Arc::clone(scene)));
        let called = if hook == Hook::OnMessage {
            let message = Dynamic::from(objects::Message(Arc::clone(scene)));
            call::call(self, hook, &scene.names, &mut [conversation, message, customer, desk], noting)
        } else {
            call::call(self, hook, &scene.names, &mut [conversation, customer, desk], noting)
        };
        let result = called.result.and_then(|value| match value.read_lock::<effects::Effects>() {
            Some(effects) => Ok(effects.list()),
            None if value.is_unit() => Ok(Vec::new()),
            None => Err(wrong_answer(hook, "effects or nothing", &value)),
        });
        Answered { result, cost: called.cost, memory_bytes: 0, log: called.log, calls: called.calls }
    }

    /// Calls `rank`. Scores are in thousandths, so that a fraction counts. `None`: the agent is not on the desk, and
    /// nothing was called.
    pub(in crate::rules) fn score(
        &self,
        scene: &Arc<Scene>,
        facts: &Facts<'_>,
        directory: &Directory,
        agent: AgentId,
    ) -> Option<Answered<Option<i64>>> {
        let (who, numbers) = (directory.agent(agent)?, facts.desk.agent(agent)?);
        let candidate = objects::Candidate::new(who, numbers, &scene.names);
        let mut args = [
            Dynamic::from(candidate),
            Dynamic::from(objects::Conversation(Arc::clone(scene))),
            Dynamic::from(objects::Customer(Arc::clone(scene))),
            Dynamic::from(objects::Desk(Arc::clone(scene))),
        ];
        let called = call::call(self, Hook::Rank, &scene.names, &mut args, false);
        let result = called.result.and_then(|value| thousandths(&value));
        let calls = called.calls;
        Some(Answered { result, cost: called.cost, memory_bytes: 0, log: called.log, calls })
    }
}

/// What `rank` returned, as a score.
fn thousandths(value: &Dynamic) -> Result<Option<i64>, RuleFailure> {
    if value.is_unit() {
        return Ok(None);
    }
    if let Ok(score) = value.as_int() {
        return Ok(Some(score.saturating_mul(1000)));
    }
    match value.as_float() {
        // The conversion saturates, so a very large score stays the largest.
        Ok(score) if !score.is_nan() => Ok(Some((score * 1000.0).round() as i64)),
        _ => Err(wrong_answer(Hook::Rank, "a number or nothing", value)),
    }
}

fn wrong_answer(hook: Hook, expected: &str, value: &Dynamic) -> RuleFailure {
    let found = engine::runner().map_type_name(value.type_name());
    let message = format!("`{}` must return {expected}, it returned {found}", hook.function());
    RuleFailure { kind: RuleFailureKind::BadAnswer, message, line: 0, column: 0 }
}
