//! What a script looks at: read-only objects over one shared copy of the facts, made once an evaluation and only when
//! a script's guard lets it run.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use super::names::Names;
use super::needles::Needles;
use super::uses::Uses;
use crate::id::{AgentId, GroupId};
use crate::limits;
use crate::model::{Agent, SkillLevel};
use crate::rules::{AgentFacts, Facts, GroupFacts};
use crate::text::Haystack;
use crate::time::Timestamp;

/// The facts of one evaluation. What no script of the ruleset reads is left out.
#[derive(Debug)]
pub(in crate::rules) struct Scene {
    pub(super) names: Arc<Names>,
    pub(super) at: Timestamp,
    pub(super) id: i64,
    pub(super) text: ImmutableString,
    pub(super) original_text: ImmutableString,
    /// The words in which keywords are looked for.
    haystack: Option<Haystack>,
    needles: Arc<Needles>,
    pub(super) channel: ImmutableString,
    pub(super) entry: Option<ImmutableString>,
    pub(super) language: Option<ImmutableString>,
    pub(super) tags: Vec<ImmutableString>,
    pub(super) risks: Vec<ImmutableString>,
    pub(super) priority: u8,
    pub(super) group: Option<GroupId>,
    pub(super) agent: Option<AgentId>,
    pub(super) waited_ms: i64,
    pub(super) messages: u32,
    pub(super) returns: u32,
    pub(super) vip: u8,
    pub(super) returning: bool,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) last_agent: Option<AgentId>,
    pub(super) conversations: u32,
    pub(super) hours_open: Vec<bool>,
    groups: BTreeMap<GroupId, GroupFacts>,
}

impl Scene {
    pub(in crate::rules) fn new(
        facts: &Facts<'_>,
        names: &Arc<Names>,
        uses: &Uses,
        needles: &Arc<Needles>,
    ) -> Arc<Scene> {
        let (conversation, customer) = (&facts.conversation, &facts.customer);
        let texts = |list: &[String]| list.iter().map(ImmutableString::from).collect();
        let groups = if uses.any_group {
            names.groups.ids().filter_map(|id| u16::try_from(id).ok()).map(GroupId).collect()
        } else {
            uses.groups.clone()
        };
        let groups = groups
            .into_iter()
            .chain(conversation.group)
            .filter(|_| uses.asks_groups())
            .filter_map(|group| Some((group, facts.desk.group(group)?)))
            .collect();
        Arc::new(Scene {
            names: Arc::clone(names),
            at: facts.at,
            id: i64::try_from(conversation.id.0).unwrap_or(i64::MAX),
            text: if uses.text { cut(facts.text.as_str()) } else { ImmutableString::new() },
            original_text: if uses.original_text { cut(facts.original_text) } else { ImmutableString::new() },
            haystack: uses.contains.then(|| Haystack::new(facts.text.clone())),
            needles: Arc::clone(needles),
            channel: names.channel(conversation.channel),
            entry: conversation.entry.map(ImmutableString::from),
            language: conversation.language.map(ImmutableString::from),
            tags: texts(conversation.tags),
            risks: texts(conversation.risks),
            priority: conversation.priority,
            group: conversation.group,
            agent: conversation.agent,
            waited_ms: conversation.waited_ms,
            messages: conversation.visitor_messages,
            returns: conversation.returns,
            vip: customer.vip,
            returning: customer.returning,
            attributes: if uses.attributes { customer.attributes.clone() } else { BTreeMap::new() },
            last_agent: customer.last_agent,
            conversations: customer.conversations,
            hours_open: facts.hours_open.to_vec(),
            groups,
        })
    }

    /// Whether the visitor's words contain `keyword`, the way a keyword rule finds it: normalised, separators
    /// skipped.
    pub(super) fn contains(&self, keyword: &str) -> bool {
        self.haystack.as_ref().is_some_and(|haystack| haystack.contains(&self.needles.get(keyword)))
    }

    /// Bytes that looking for one keyword walks through.
    pub(super) fn words_len(&self) -> usize {
        self.haystack.as_ref().map_or(0, Haystack::len)
    }

    /// The time of the decision in the tenant's own zone; `None` where the calendar ends.
    pub(super) fn local(&self) -> Option<jiff::Zoned> {
        let instant = jiff::Timestamp::from_millisecond(self.at.0).ok()?;
        Some(instant.to_zoned(self.names.zone.clone()))
    }

    pub(super) fn group(&self, group: GroupId) -> Option<Group> {
        let facts = *self.groups.get(&group)?;
        Some(Group { slug: self.names.group(group), facts })
    }
}

/// At most as much of a text as a script may hold, in whole characters.
fn cut(text: &str) -> ImmutableString {
    let end = text.floor_char_boundary(limits::SCRIPT_STRING_BYTES_MAX);
    text.get(..end).unwrap_or_default().into()
}

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
