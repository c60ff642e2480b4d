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
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) slug: ImmutableString,
    pub(super) facts: GroupFacts,
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
