//! Groups 客服组: people, the strategy that chooses among them, and the queue in front of them.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, GroupId, HoursId};

/// One group as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The group's number.
    pub id: GroupId,
    /// The name in files and in the API, unique in the tenant.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// The department above (R34). A member of a group is also reachable through every department above it.
    pub parent: Option<GroupId>,
    /// The head and deputy heads (R35).
    pub heads: Vec<AgentId>,
    /// How one of the eligible agents is chosen.
    pub strategy: Strategy,
    /// When the group receives (R71); `None`: always.
    pub hours: Option<HoursId>,
    /// The most conversations the whole group holds at once (R55).
    pub capacity: Option<u32>,
    /// The most conversations an agent may hold and still be given one of this group's.
    pub agent_capacity: Option<u32>,
    /// The most conversations that wait (R58).
    pub queue_length_max: Option<u32>,
    /// The longest a conversation waits before it falls back (R59).
    pub wait_ms_max: Option<i64>,
    /// Whether conversations wait here even while nobody of the group is on duty. Off: they fall back at once (R65, R67).
    pub wait_unstaffed: bool,
    /// How the ask relaxes as waiting grows, in order of time.
    pub widening: Vec<WideningStep>,
    /// The highest tier asked before any widening; `None`: all tiers, lowest first.
    pub tier_max: Option<u8>,
    /// What happens to a conversation the group cannot serve; the tenant's fallback stands behind it.
    pub fallback: Fallback,
    /// What happens while the group's hours are closed; the group's fallback when empty (R72).
    pub closed: Fallback,
    /// The time an agent has for a first reply. Kept and shown; takeover acts on it.
    pub reply_timeout_ms: Option<i64>,
    /// The service level's target: answered within this time.
    pub target_wait_ms: i64,
    /// False once a published revision no longer names the group.
    pub active: bool,
}

/// How an agent is chosen among the eligible of one tier. Ties break by longest idle, then by id.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// 轮询: in turn, in the order in which agents came online (R2).
    RoundRobin,
    /// 均衡: the smallest share of capacity in use (R3).
    #[default]
    LeastLoaded,
    /// The one who has been without work the longest.
    LongestIdle,
    /// 轮询+优先级权重: in turn, as often as the in-group priority says, smoothly (R9).
    WeightedRoundRobin,
    /// 优先: the highest in-group priority first (R5, R39, R40).
    Priority,
    /// The highest level in the first skill the conversation asks for.
    BestSkill,
    /// 接待负载指数: load, speed, handle time and satisfaction in one number (R14).
    LoadIndex,
    /// The ruleset's own `rank` hook.
    Rank,
}

/// One step of widening.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WideningStep {
    /// Waiting time at which the step is taken.
    pub after_ms: i64,
    /// What is relaxed.
    pub relax: Relax,
}

/// What a widening step relaxes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relax {
    /// Drop the skill that was asked for last.
    DropLastSkill,
    /// Drop every skill.
    DropSkills,
    /// Ask agents up to this tier too.
    OpenTier(u8),
    /// Ask this group too (the conversation keeps its place in its own queue).
    Overflow(GroupId),
}

/// What to try, in order, when nobody can be given the conversation. Complete when the last step always works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// The steps; at most 8.
    pub steps: Vec<FallbackStep>,
}

impl Fallback {
    /// Whether the conversation is sure to find a place: some step is a bot, leave-message or ticket.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.steps.iter().any(|step| !matches!(step, FallbackStep::Group(_)))
    }
}

/// One step of a fallback 兜底.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FallbackStep {
    /// Another group, if somebody there can take it or its queue has room.
    Group(GroupId),
    /// A bot, by name.
    Bot(String),
    /// 留言.
    LeaveMessage,
    /// 工单.
    Ticket,
}
