//! Ranking: the ruleset's own order of eligible agents.

use std::sync::Arc;

use super::guard::Words;
use super::ruleset::{Body, Rule};
use super::script::{Scene, Script};
use super::{Facts, Hook, Ruleset};
use crate::id::{AgentId, RuleId};
use crate::trace::RuleFailure;

/// Scores the candidates of one placement. Guards are looked at and facts are copied once, not once an agent.
#[derive(Debug)]
pub struct Ranker<'r, 'f> {
    ruleset: &'r Ruleset,
    facts: &'f Facts<'f>,
    /// The `rank` rules whose guard holds, in order.
    scripts: Vec<(&'r Rule, &'r Script)>,
    scene: Option<Arc<Scene>>,
}

impl Ranker<'_, '_> {
    /// The agent's score by the first rule that gives one, in thousandths of what the script returns; higher is
    /// better. `None`: no rule ranks the agent. What the script sees of the agent comes from
    /// [`super::DeskFacts::agent`].
    ///
    /// # Errors
    /// The first rule that fails, and how.
    pub fn score(&self, agent: AgentId) -> Result<Option<i64>, (RuleId, RuleFailure)> {
        let Some(scene) = &self.scene else { return Ok(None) };
        for (rule, script) in &self.scripts {
            let score = script
                .score(scene, self.facts, self.ruleset.directory(), agent)
                .map_err(|failure| (rule.info.id, failure))?;
            if score.is_some() {
                return Ok(score);
            }
        }
        Ok(None)
    }
}

impl Ruleset {
    /// Gets ready to rank the candidates of one placement in `group`. Scripts see `group` as the conversation's.
    /// Rules for which `is_switched_off` holds are passed over.
    pub fn ranker<'r, 'f>(
        &'r self,
        facts: &'f Facts<'f>,
        is_switched_off: &dyn Fn(RuleId) -> bool,
    ) -> Ranker<'r, 'f> {
        let mut words = Words::new(self.keywords(), false);
        let mut scripts = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.hooks.contains(Hook::Rank)) {
            if let Body::Script(script) = &rule.body
                && rule.guard.holds(facts, &mut words)
                && !is_switched_off(rule.info.id)
            {
                scripts.push((rule, script));
            }
        }
        let scene = self.scripts.as_ref().filter(|_| !scripts.is_empty()).map(|scripts| scripts.scene(facts));
        Ranker { ruleset: self, facts, scripts, scene }
    }
}
