//! The candidates of a placement as a module sees them.

use rhai::ImmutableString;

use super::contract::{Candidate, Skill};
use crate::id::AgentId;
use crate::model::{Directory, SkillLevel};
use crate::rules::names::Names;
use crate::rules::{AgentFacts, Facts};

/// One candidate: name, numbers, skills.
#[derive(Debug)]
pub(super) struct Known<'d> {
    slug: ImmutableString,
    facts: AgentFacts,
    skills: Vec<(ImmutableString, &'d SkillLevel)>,
}

/// What is known about an agent; `None` for one who is not on the desk.
pub(super) fn known<'d>(
    agent: AgentId,
    facts: &Facts<'_>,
    directory: &'d Directory,
    names: &Names,
) -> Option<Known<'d>> {
    let who = directory.agent(agent)?;
    Some(Known {
        slug: names.agent(agent),
        facts: facts.desk.agent(agent)?,
        skills: who.skills.iter().map(|level| (names.skill(level.skill), level)).collect(),
    })
}

impl Known<'_> {
    /// As a module sees it.
    pub(super) fn candidate(&self) -> Candidate<'_> {
        let facts = &self.facts;
        Candidate {
            name: &self.slug,
            open: facts.open,
            capacity: facts.capacity,
            tier: facts.tier,
            priority: facts.priority,
            idle_ms: milliseconds(facts.idle_ms),
            response_ms: milliseconds(facts.response_ms),
            handle_ms: milliseconds(facts.handle_ms),
            satisfaction: facts.satisfaction,
            skills: self.skills.iter().map(|(name, skill)| Skill { name, level: skill.level }).collect(),
        }
    }
}

/// A duration in the contract, which knows no negative ones.
pub(super) fn milliseconds(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or(0)
}
