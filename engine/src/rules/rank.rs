//! Ranking: the ruleset's own order of eligible agents.

use std::sync::Arc;

use super::evaluate::Answered;
use super::guard::Words;
use super::ruleset::{Body, Rule};
use super::scene::Scene;
use super::{Facts, Hook, RuleCall, Ruleset};
use crate::id::{AgentId, RuleId};
use crate::trace::RuleFailure;

/// Scores the candidates of one placement. Guards are looked at and facts are copied once, not once an agent.
#[derive(Debug)]
pub struct Ranker<'r, 'f> {
    ruleset: &'r Ruleset,
    facts: &'f Facts<'f>,
    /// The `rank` rules whose guard holds, in order.
    rules: Vec<&'r Rule>,
    scene: Option<Arc<Scene>>,
}

impl Ranker<'_, '_> {
    /// The score of each agent by the first rule that gives one, in thousandths of what the rule returns; higher is
    /// better. `None`: no rule ranks the agent. What a rule sees of an agent comes from
    /// [`super::DeskFacts::agent`]. A rule is asked about all agents whom no rule before it has scored, a module in
    /// one call. What the calls cost is put behind `calls`.
    ///
    /// # Errors
    /// The first rule that fails, and how.
    pub fn scores(
        &self,
        agents: &[AgentId],
        calls: &mut Vec<RuleCall>,
    ) -> Result<Vec<Option<i64>>, (RuleId, RuleFailure)> {
        let mut scores: Vec<Option<i64>> = vec![None; agents.len()];
        let Some(scene) = &self.scene else { return Ok(scores) };
        for rule in &self.rules {
            let open = agents.iter().zip(&mut scores).filter(|(_, score)| score.is_none());
            let (asked, places): (Vec<AgentId>, Vec<&mut Option<i64>>) =
                open.map(|(agent, score)| (*agent, score)).unzip();
            if asked.is_empty() {
                break;
            }
            let given = self.ask(rule, scene, &asked, calls).map_err(|failure| (rule.info.id, failure))?;
            for (place, score) in places.into_iter().zip(given) {
                *place = score;
            }
        }
        Ok(scores)
    }

    fn ask(
        &self,
        rule: &Rule,
        scene: &Arc<Scene>,
        agents: &[AgentId],
        calls: &mut Vec<RuleCall>,
    ) -> Result<Vec<Option<i64>>, RuleFailure> {
        let directory = self.ruleset.directory();
        match &rule.body {
            Body::Effects(_) => Ok(Vec::new()),
            Body::Script(script) => {
                let score = |agent: &AgentId| match script.score(scene, self.facts, directory, *agent) {
                    Some(answered) => noted(rule, answered, calls),
                    None => Ok(None),
                };
                agents.iter().map(score).collect()
            }
            Body::Module { module, limits } => {
                let answered = module.scores(self.facts, scene, directory, agents, *limits);
                noted(rule, answered, calls)
            }
        }
    }
}

/// The answer, with a note of what the call cost.
fn noted<T>(rule: &Rule, answered: Answered<T>, calls: &mut Vec<RuleCall>) -> Result<T, RuleFailure> {
    let Answered { result, cost, memory_bytes, .. } = answered;
    let failed = result.as_ref().err().map(|failure| failure.kind);
    calls.push(RuleCall { rule: rule.info.id, hook: Hook::Rank, cost, memory_bytes, failed });
    result
}

impl Ruleset {
    /// Gets ready to rank the candidates of one placement. Rules see the group of `facts` as the conversation's. Rules
    /// for which `is_switched_off` holds are passed over.
    pub fn ranker<'r, 'f>(
        &'r self,
        facts: &'f Facts<'f>,
        is_switched_off: &dyn Fn(RuleId) -> bool,
    ) -> Ranker<'r, 'f> {
        let mut words = Words::new(self.keywords(), false);
        let rules: Vec<&Rule> = self
            .rules
            .iter()
            .filter(|rule| {
                rule.hooks.contains(Hook::Rank)
                    && rule.guard.holds(facts, &mut words)
                    && !is_switched_off(rule.info.id)
            })
            .collect();
        let scene = self.scenes.as_ref().filter(|_| !rules.is_empty()).map(|scenes| scenes.scene(facts));
        Ranker { ruleset: self, facts, rules, scene }
    }
}
