//! Agents 客服: who may receive what, how much of it, and how well.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, ChannelId, GroupId, HoursId, SkillId};

/// One agent as configured. What changes by the minute (presence, load) lives in the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The agent's number.
    pub id: AgentId,
    /// The name in files and in the API, unique in the tenant.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// What the person may do in the product.
    pub role: Role,
    /// The right to receive conversations 接待权限 (R96). Without it an agent is never chosen.
    pub receives: bool,
    /// The channels the agent may receive from (R97); empty means all.
    pub channels: Vec<ChannelId>,
    /// The tier 层级: 1 takes new customers, 2 is the professional line, 3 the supervisors (R37, R38).
    pub tier: u8,
    /// The groups the agent belongs to, in order of group id.
    pub groups: Vec<Membership>,
    /// Skills and, as `language:xx`, languages; in order of skill id.
    pub skills: Vec<SkillLevel>,
    /// The most conversations at once 接待上限.
    pub capacity: u32,
    /// The most conversations at once of one channel, in order of channel id.
    pub channel_capacity: Vec<(ChannelId, u32)>,
    /// The shift 排班. `None`: the tenant does not roster this agent. (R70)
    pub shift: Option<HoursId>,
    /// False once a published revision no longer names the agent.
    pub active: bool,
}

impl Agent {
    /// The level the agent has in `skill`, 0 when it has none.
    #[must_use]
    pub fn skill_level(&self, skill: SkillId) -> u8 {
        self.skills.binary_search_by_key(&skill, |s| s.skill).map_or(0, |at| self.skills[at].level)
    }

    /// The most conversations of `channel` at once, where the agent has such a limit.
    #[must_use]
    pub fn channel_capacity(&self, channel: ChannelId) -> Option<u32> {
        self.channel_capacity.iter().find(|(c, _)| *c == channel).map(|(_, most)| *most)
    }

    /// Whether the agent has the right to receive from `channel`.
    #[must_use]
    pub fn may_receive_from(&self, channel: ChannelId) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }
}

/// What a person may do (R92 to R95). The host's sign-in roles are coarser and mapped onto these.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 普通客服.
    #[default]
    Agent,
    /// 主管, 组长, 班长.
    Supervisor,
    /// 管理员.
    Admin,
    /// 仅查看: never receives.
    Viewer,
    /// 仅工单: never receives.
    TicketOnly,
    /// 仅机器人: never receives.
    BotOnly,
}

impl Role {
    /// Whether the role as such includes the right to receive.
    #[must_use]
    pub fn receives_by_default(self) -> bool {
        matches!(self, Role::Agent | Role::Supervisor | Role::Admin)
    }
}

/// A place in a group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// In-group priority 组内优先级 (R39), 1 to 100; higher is chosen first or, under weighted round robin, more often.
    pub priority: u16,
}

/// A skill with the level an agent has, or that a conversation asks for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SkillLevel {
    /// The skill.
    pub skill: SkillId,
    /// 1 (basic) to 5 (expert).
    pub level: u8,
}

/// Presence 在线状态 (R47). Whether an agent who is online also accepts conversations is a switch of its own (R48).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// 离线.
    #[default]
    Offline,
    /// 在线.
    Online,
    /// 忙碌.
    Busy,
    /// 离开.
    Away,
}
