//! The directory: everything a revision names, dense by id, with the way between id and slug.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::hours::Hours;
use super::{Agent, FallbackStep, Group, Settings};
use crate::id::{AgentId, ChannelId, GroupId, HoursId, SkillId};
use crate::rules::{PlanSource, Target};

/// The tenant's configuration in one revision. Each list is indexed by its id. A thing that an earlier revision
/// named and this one does not keeps its place, marked inactive, so that ids never change their meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Directory {
    /// Settings of the whole tenant.
    pub settings: Settings,
    /// Channels 渠道.
    pub channels: Vec<Channel>,
    /// Business entries 业务入口 the customer may choose, and the group each leads to (R21).
    pub entries: BTreeMap<String, GroupId>,
    /// Groups 客服组.
    pub groups: Vec<Group>,
    /// Agents 客服.
    pub agents: Vec<Agent>,
    /// Skills 技能标签 and languages.
    pub skills: Vec<Skill>,
    /// Business hours 工作时间 and shifts 排班.
    pub hours: Vec<NamedHours>,
    /// Waiting times at which some rule's `on_wait` hook wants to run, ascending, without duplicates.
    pub wait_thresholds_ms: Vec<i64>,
}

/// A channel 渠道.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The channel's number.
    pub id: ChannelId,
    /// The name in files and in the API.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// Where the channel's conversations go when no rule and no entry says otherwise (R11).
    pub group: Option<GroupId>,
    /// False once a published revision no longer names it.
    pub active: bool,
}

/// A skill 技能标签.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    /// The skill's number.
    pub id: SkillId,
    /// The name in files and in the API.
    pub slug: String,
    /// The name people read.
    pub name: String,
}

/// A named plan of hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedHours {
    /// The plan's number.
    pub id: HoursId,
    /// The name in files and in the API.
    pub slug: String,
    /// When it is open.
    pub hours: Hours,
}

macro_rules! by_slug {
    ($($(#[$doc:meta])* $get:ident, $find:ident, $list:ident, $id:ident, $item:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $get(&self, id: $id) -> Option<&$item> {
            self.$list.get(id.index())
        }

        /// The one with this slug, active or not.
        #[must_use]
        pub fn $find(&self, slug: &str) -> Option<&$item> {
            self.$list.iter().find(|item| item.slug == slug)
        }
    )*};
}

impl Directory {
    by_slug! {
        /// The agent with this id.
        agent, agent_named, agents, AgentId, Agent;
        /// The group with this id.
        group, group_named, groups, GroupId, Group;
        /// The channel with this id.
        channel, channel_named, channels, ChannelId, Channel;
        /// The skill with this id.
        skill, skill_named, skills, SkillId, Skill;
        /// The plan of hours with this id.
        hours, hours_named, hours, HoursId, NamedHours;
    }

    /// Where a conversation goes that no rule sends anywhere: to its entry's group, its channel's, the default group,
    /// or the first step of the tenant's fallback (R11, R21).
    #[must_use]
    pub fn default_target(&self, channel: ChannelId, entry: Option<&str>) -> (Target, PlanSource) {
        let active = |group: GroupId| self.group(group).is_some_and(|group| group.active).then_some(group);
        let of_entry = entry.and_then(|entry| self.entries.get(entry).copied()).and_then(active);
        let of_channel = self.channel(channel).and_then(|channel| channel.group).and_then(active);
        let default = self.settings.default_group.and_then(active);
        let by_group = of_entry
            .map(|group| (group, PlanSource::Entry))
            .or(of_channel.map(|group| (group, PlanSource::Channel)))
            .or(default.map(|group| (group, PlanSource::Default)));
        match (by_group, self.settings.fallback.steps.first()) {
            (Some((group, source)), _) => (Target::Group(group), source),
            (None, Some(FallbackStep::Group(group))) => (Target::Group(*group), PlanSource::Fallback),
            (None, Some(FallbackStep::Bot(name))) => (Target::Bot(name.clone()), PlanSource::Fallback),
            (None, Some(FallbackStep::Ticket)) => (Target::Ticket, PlanSource::Fallback),
            (None, Some(FallbackStep::LeaveMessage) | None) => (Target::LeaveMessage, PlanSource::Fallback),
        }
    }

    /// A group and every department above it, nearest first; at most 16 levels.
    pub fn group_and_above(&self, group: GroupId) -> impl Iterator<Item = GroupId> + '_ {
        std::iter::successors(Some(group), |g| self.group(*g).and_then(|g| g.parent)).take(16)
    }
}
