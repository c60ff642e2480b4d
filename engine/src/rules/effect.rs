//! Effects: the answers of a rule, one vocabulary for keyword rules, scripts and modules.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, GroupId};
use crate::model::SkillLevel;

/// What a rule wants. The first rule that sets a thing wins; a later attempt is traced as overridden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// To this group.
    ToGroup(GroupId),
    /// To this agent, and nobody else until the directed wait is over (R10).
    ToAgent(AgentId),
    /// To this agent if eligible right now, else as if nothing was said.
    PreferAgent(AgentId),
    /// Only to agents with this skill at this level or above. Adds up.
    RequireSkill(SkillLevel),
    /// Priority 0 (ordinary) to 9.
    Priority(u8),
    /// Only to agents of this tier or above.
    Tier(u8),
    /// A tag on the conversation. Adds up.
    Tag(String),
    /// Marks the conversation as a risk 风险会话. Adds up.
    FlagRisk(String),
    /// To this bot.
    ToBot(String),
    /// Offers a ticket instead of an agent 工单.
    OfferTicket,
    /// Offers to leave a message instead of an agent 留言.
    OfferLeaveMessage,
    /// The longest this conversation waits.
    WaitMax(i64),
    /// Says this to the visitor.
    Reply(String),
    /// No later rule is evaluated.
    Stop,
}

/// Where the rules send a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A group, whose strategy chooses.
    Group(GroupId),
    /// One agent; `group` takes over when the directed wait is over.
    Agent {
        /// The agent asked for.
        agent: AgentId,
        /// Where the conversation waits and goes on.
        group: GroupId,
    },
    /// A bot.
    Bot(String),
    /// Leave a message.
    LeaveMessage,
    /// A ticket.
    Ticket,
}

/// The rules' answers put together: what placement is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Where to.
    pub target: Target,
    /// Who said so.
    pub source: PlanSource,
    /// An agent to take if eligible right now.
    pub prefer: Option<AgentId>,
    /// Skills asked for, in the order in which they were asked for.
    pub skills: Vec<SkillLevel>,
    /// 0 to 9.
    pub priority: u8,
    /// The lowest tier that may take it.
    pub tier: Option<u8>,
    /// Tags to add, in order, without duplicates.
    pub tags: Vec<String>,
    /// Risks to flag, in order, without duplicates.
    pub risks: Vec<String>,
    /// A limit on waiting tighter or wider than the group's.
    pub wait_ms_max: Option<i64>,
    /// What to say to the visitor.
    pub replies: Vec<String>,
}

/// What decided the target (R24, R33, R111).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum PlanSource {
    /// This rule.
    Rule(crate::id::RuleId),
    /// The business entry the customer chose.
    Entry,
    /// The channel's own group.
    Channel,
    /// The tenant's default group.
    Default,
    /// Nothing names a group: the tenant's fallback.
    Fallback,
}
