//! What a script looks at: read-only objects over one shared copy of the facts.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use crate::model::{Agent, SkillLevel};
use crate::rules::names::Names;
use crate::rules::scene::Scene;
use crate::rules::{AgentFacts, GroupFacts};

/// `conversation`.
#[derive(Clone, Debug)]
pub(super) struct Conversation(pub(super) Arc<Scene>);

/// `message`, the visitor's new message.
#[derive(Clone, Debug)]
pub(super) struct Message(pub(super) Arc<Scene>);

/// `customer`.
#[derive(Clone, Debug)]
pub(super) struct Customer(pub(super) Arc<Scene>);

/// `desk`.
#[derive(Clone, Debug)]
pub(super) struct Desk(pub(super) Arc<Scene>);

/// `desk.group("…")`.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) slug: ImmutableString,
    pub(super) facts: GroupFacts,
}

impl std::fmt::Debug for Group {
    /// What notes of calls show: the numbers are noted where they are read.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.slug)
    }
}

/// `agent`, whom a `rank` hook scores.
#[derive(Clone, Debug)]
pub(super) struct Candidate(pub(super) Arc<CandidateFacts>);

/// What a candidate is.
#[derive(Debug)]
pub(super) struct CandidateFacts {
    pub(super) slug: ImmutableString,
    pub(super) facts: AgentFacts,
    pub(super) skills: Vec<SkillLevel>,
}

impl Candidate {
    pub(super) fn new(agent: &Agent, facts: AgentFacts, names: &Names) -> Candidate {
        Candidate(Arc::new(CandidateFacts {
            slug: names.agent(agent.id),
            facts,
            skills: agent.skills.clone(),
        }))
    }
}

/// A value that may be missing, as a script sees it: `()`.
pub(super) fn or_nothing<T: Into<Dynamic>>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}
