//! One shared copy of the facts for the rules that run in a sandbox, made once an evaluation and only when the guard of
//! one of them lets it run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::ImmutableString;

use super::names::Names;
use super::needles::Needles;
use super::{Facts, GroupFacts};
use crate::id::{AgentId, GroupId};
use crate::limits;
use crate::text::Haystack;
use crate::time::Timestamp;

/// What rules read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::rules) struct Uses {
    pub(in crate::rules) text: bool,
    pub(in crate::rules) original_text: bool,
    pub(in crate::rules) contains: bool,
    pub(in crate::rules) attributes: bool,
    /// Keywords that are looked for, as far as they are literals.
    pub(in crate::rules) keywords: BTreeSet<String>,
    /// Groups named by literals.
    pub(in crate::rules) groups: Vec<GroupId>,
    /// Some group is asked for whose name is only known when the rule runs.
    pub(in crate::rules) any_group: bool,
    pub(in crate::rules) group_asked: bool,
}

impl Uses {
    /// Whether any group is asked for.
    pub(in crate::rules) fn asks_groups(&self) -> bool {
        self.group_asked
    }

    /// Adds what another rule reads.
    pub(in crate::rules) fn merge(&mut self, other: Uses) {
        self.text |= other.text;
        self.original_text |= other.original_text;
        self.contains |= other.contains;
        self.attributes |= other.attributes;
        self.keywords.extend(other.keywords);
        self.any_group |= other.any_group;
        self.group_asked |= other.group_asked;
        self.groups.extend(other.groups);
        self.groups.sort_unstable();
        self.groups.dedup();
    }
}

/// The facts of one evaluation. What no rule of the ruleset reads is left out.
#[derive(Debug)]
pub(in crate::rules) struct Scene {
    pub(in crate::rules) names: Arc<Names>,
    pub(in crate::rules) at: Timestamp,
    pub(in crate::rules) id: i64,
    pub(in crate::rules) text: ImmutableString,
    pub(in crate::rules) original_text: ImmutableString,
    /// The words in which keywords are looked for.
    haystack: Option<Haystack>,
    needles: Arc<Needles>,
    pub(in crate::rules) channel: ImmutableString,
    pub(in crate::rules) entry: Option<ImmutableString>,
    pub(in crate::rules) language: Option<ImmutableString>,
    pub(in crate::rules) tags: Vec<ImmutableString>,
    pub(in crate::rules) risks: Vec<ImmutableString>,
    pub(in crate::rules) priority: u8,
    pub(in crate::rules) group: Option<GroupId>,
    pub(in crate::rules) agent: Option<AgentId>,
    pub(in crate::rules) waited_ms: i64,
    pub(in crate::rules) messages: u32,
    pub(in crate::rules) returns: u32,
    pub(in crate::rules) vip: u8,
    pub(in crate::rules) returning: bool,
    pub(in crate::rules) attributes: BTreeMap<String, String>,
    pub(in crate::rules) last_agent: Option<AgentId>,
    pub(in crate::rules) conversations: u32,
    pub(in crate::rules) hours_open: Vec<bool>,
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
            text: if uses.text { cut(facts.text.as_str()).into() } else { ImmutableString::new() },
            original_text: if uses.original_text {
                cut(facts.original_text).into()
            } else {
                ImmutableString::new()
            },
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
    pub(in crate::rules) fn contains(&self, keyword: &str) -> bool {
        self.haystack.as_ref().is_some_and(|haystack| haystack.contains(&self.needles.get(keyword)))
    }

    /// Bytes that looking for one keyword walks through.
    pub(in crate::rules) fn words_len(&self) -> usize {
        self.haystack.as_ref().map_or(0, Haystack::len)
    }

    /// The time of the decision in the tenant's own zone; `None` where the calendar ends.
    pub(in crate::rules) fn local(&self) -> Option<jiff::Zoned> {
        let instant = jiff::Timestamp::from_millisecond(self.at.0).ok()?;
        Some(instant.to_zoned(self.names.zone.clone()))
    }

    /// The numbers of a group.
    pub(in crate::rules) fn group(&self, group: GroupId) -> Option<GroupFacts> {
        self.groups.get(&group).copied()
    }
}

/// At most as much of a text as a rule is shown, in whole characters.
pub(in crate::rules) fn cut(text: &str) -> &str {
    let end = text.floor_char_boundary(limits::SCRIPT_STRING_BYTES_MAX);
    text.get(..end).unwrap_or_default()
}
