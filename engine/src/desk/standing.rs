//! Where every agent stands at a decision: the first condition that says no, with the value it read, or the place in
//! the strategy's order. It asks what the decision itself asks, and is never part of one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::agent::AgentState;
use super::canary::Rulesets;
use super::conversation::{Conversation, Place};
use super::decide::Out;
use super::state::{Batch, Desk};
use crate::id::{AgentId, ChannelId, ConversationId, GroupId, HoursId, SkillId};
use crate::model::Group;
use crate::placement::ask::{Ask, Asked};
use crate::placement::choose::Question;
use crate::placement::eligibility::{capacity_in, refused_for};
use crate::rules::{RuleReading, Trigger};
use crate::time::Timestamp;
use crate::trace::{Reason, TraceLevel};

/// One agent at one decision.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    pub agent: AgentId,
    /// For which of the groups asked.
    pub group: GroupId,
    /// The first condition that says no, and what it read.
    pub refused: Option<(Reason, Read)>,
    /// The place in the group's order, from 1, of an eligible agent.
    pub place: Option<u32>,
    /// The score by the ruleset's `rank`, in thousandths.
    pub score: Option<i64>,
    /// In the group.
    pub priority: Option<u16>,
    pub open: u32,
    pub capacity: u32,
    pub idle_ms: i64,
}

/// The value on which a condition failed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The reason says all.
    Nothing,
    /// Conversations in hand, and how many may be.
    Load { open: u32, most: u32, cap_of: CapOf },
    /// The same of one channel.
    ChannelLoad { channel: ChannelId, open: u32, most: u32 },
    /// The same of the whole group.
    GroupLoad { open: u32, most: u32 },
    /// The level asked for, and that the agent has; 0: none.
    Skill { skill: SkillId, has: u8, asked: u8 },
    /// The agent's tier, and those asked.
    Tier { has: u8, from: u8, to: u8 },
    /// Closed until then.
    Hours { hours: HoursId, opens_at: Option<Timestamp> },
    /// The channel that the agent has no right to.
    Channel(ChannelId),
    /// The only agent asked.
    Only(AgentId),
}

/// Whose cap is the least, and so the one that counts.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum CapOf {
    /// The agent's own.
    Agent,
    /// The group's for each agent.
    Group,
    /// The tenant's for each agent.
    Tenant,
}

impl Desk {
    /// What a conversation asks of a group right now.
    pub(crate) fn ask_of(&self, id: ConversationId, group: GroupId) -> Option<Ask> {
        let conversation = self.conversations.get(id)?;
        let plan = conversation.plan.as_deref()?;
        if let Place::Queued(queued) = &conversation.place
            && queued.target == plan.target_group()
            && let Some(asked) = &queued.asked
        {
            return Some(asked.ask.clone());
        }
        let group = self.frame.directory.group(group)?;
        Some(Asked::of(plan, group, conversation.channel, 0, None).ask)
    }

    /// The groups that a conversation asks right now, the one it is meant for first.
    pub(crate) fn groups_asked(&self, id: ConversationId) -> Vec<GroupId> {
        let Some(conversation) = self.conversations.get(id) else { return Vec::new() };
        let Some(plan) = conversation.plan.as_deref() else { return Vec::new() };
        match &conversation.place {
            Place::Queued(queued) if queued.target == plan.target_group() => {
                queued.asked.iter().flat_map(Asked::groups).collect()
            }
            _ => plan.target_group().into_iter().collect(),
        }
    }

    /// Where every agent of the tenant stands for a conversation that is put to these groups, in order of id. Of several
    /// groups an agent is in, the first in which the agent is eligible is told, else the first.
    pub(crate) fn standings(
        &self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        id: ConversationId,
        groups: &[GroupId],
    ) -> Vec<Standing> {
        let Some(conversation) = self.conversations.get(id) else { return Vec::new() };
        let mut told: BTreeMap<AgentId, Standing> = BTreeMap::new();
        for id in groups {
            let (Some(group), Some(ask)) =
                (self.frame.directory.group(*id), self.ask_of(conversation.id, *id))
            else {
                continue;
            };
            for standing in self.standings_in(rulesets, at, conversation, group, &ask) {
                let rank = |standing: &Standing| match &standing.refused {
                    None => 0,
                    Some((Reason::NotInGroup, _)) => 2,
                    Some(_) => 1,
                };
                match told.entry(standing.agent) {
                    std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(standing)),
                    std::collections::btree_map::Entry::Occupied(mut entry) => {
                        if rank(&standing) < rank(entry.get()) {
                            entry.insert(standing);
                        }
                    }
                }
            }
        }
        told.into_values().collect()
    }

    /// What the rules look at when they are asked about a conversation.
    pub(crate) fn readings(
        &self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        id: ConversationId,
        trigger: Trigger,
    ) -> Vec<RuleReading> {
        let mut scratch = Batch::default();
        let conversation = self.conversations.get(id);
        let out = Out::new(self, rulesets, at, TraceLevel::Off, &mut scratch);
        conversation.map(|conversation| out.readings(conversation, trigger)).unwrap_or_default()
    }

    fn standings_in(
        &self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        conversation: &Conversation,
        group: &Group,
        ask: &Ask,
    ) -> Vec<Standing> {
        let question = Question { desk: self, group, ask, gave_back: &conversation.gave_back };
        let of_group = question.group_refused();
        let order = self.order(rulesets, at, conversation, &question);
        let places: BTreeMap<AgentId, (u32, Option<i64>)> =
            (1..).zip(&order).map(|(place, (agent, score))| (*agent, (place, *score))).collect();
        let active = self.agents.iter().filter(|agent| agent.spec.active);
        active
            .map(|agent| {
                let id = agent.spec.id;
                let reason = self.first_reason(agent, &question, of_group);
                let place = places.get(&id).filter(|_| reason.is_none());
                Standing {
                    agent: id,
                    group: group.id,
                    refused: reason.map(|reason| (reason, self.read(reason, agent, &question))),
                    place: place.map(|(place, _)| *place),
                    score: place.and_then(|(_, score)| *score),
                    priority: agent.seat_in(group.id).map(|seat| seat.priority),
                    open: agent.open,
                    capacity: capacity_in(agent, group, &self.frame),
                    idle_ms: at.since_ms(agent.last_work_at),
                }
            })
            .collect()
    }

    /// The eligible agents, first to last, with their scores where the ruleset gives any.
    fn order(
        &self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        conversation: &Conversation,
        question: &Question<'_>,
    ) -> Vec<(AgentId, Option<i64>)> {
        let mut order = Vec::new();
        question.walk(
            |agent, _| {
                order.push((agent, None));
                true
            },
            |_, _| {},
        );
        if !question.is_ranked() {
            return order;
        }
        let candidates = question.candidates();
        let mut scratch = Batch::default();
        let out = Out::new(self, rulesets, at, TraceLevel::Off, &mut scratch);
        let scores = out.scores(conversation, question, &candidates, &mut Vec::new());
        let scored = candidates.len();
        for ((_, place), score) in order.iter_mut().zip(scores.unwrap_or_default()) {
            *place = score;
        }
        if let Some(ranked) = order.get_mut(..scored) {
            // Stable: among equals the order of load stays.
            ranked.sort_by_key(|(_, score)| std::cmp::Reverse(score.unwrap_or(i64::MIN)));
        }
        order
    }

    /// The first reason, in order of precedence, of the agent, of the group as a whole and of the ask.
    fn first_reason(
        &self,
        agent: &AgentState,
        question: &Question<'_>,
        of_group: Option<Reason>,
    ) -> Option<Reason> {
        let Some(seat) = agent.seat_in(question.group.id) else { return Some(Reason::NotInGroup) };
        let of_ask = || refused_for(agent, agent.spec.id, question.ask, question.gave_back);
        let of_agent = seat.refused().or_else(of_ask);
        of_agent.into_iter().chain(of_group).min()
    }

    /// The value on which a condition failed.
    fn read(&self, reason: Reason, agent: &AgentState, question: &Question<'_>) -> Read {
        let (spec, group, ask) = (&agent.spec, question.group, question.ask);
        let hours = |hours: Option<HoursId>| match hours {
            Some(id) => {
                let opens_at = self.frame.hours.get(id.index()).and_then(|state| state.until);
                Read::Hours { hours: id, opens_at }
            }
            None => Read::Nothing,
        };
        match reason {
            Reason::OffShift => hours(spec.shift),
            Reason::OutsideHours => hours(group.hours),
            Reason::AtCapacity => {
                let most = capacity_in(agent, group, &self.frame);
                let cap_of = if most == spec.capacity {
                    CapOf::Agent
                } else if group.agent_capacity == Some(most) {
                    CapOf::Group
                } else {
                    CapOf::Tenant
                };
                Read::Load { open: agent.open, most, cap_of }
            }
            Reason::GroupFull => Read::GroupLoad {
                open: self.group(group.id).map_or(0, |state| state.open),
                most: group.capacity.unwrap_or(0),
            },
            Reason::NoChannelRight => Read::Channel(ask.channel),
            Reason::AtChannelCapacity => Read::ChannelLoad {
                channel: ask.channel,
                open: agent.open_on(ask.channel),
                most: spec.channel_capacity(ask.channel).unwrap_or(0),
            },
            Reason::MissingSkill => {
                let missing =
                    ask.skills.iter().find(|asked| spec.skill_level(asked.skill) < asked.level.max(1));
                missing.map_or(Read::Nothing, |asked| Read::Skill {
                    skill: asked.skill,
                    has: spec.skill_level(asked.skill),
                    asked: asked.level.max(1),
                })
            }
            Reason::WrongTier => Read::Tier { has: spec.tier, from: ask.tier_from, to: ask.tier_to },
            Reason::NotDirectedAgent => ask.only.map_or(Read::Nothing, Read::Only),
            _ => Read::Nothing,
        }
    }
}
