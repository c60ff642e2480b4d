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

impl Effect {
    /// What is out of range about the effect, in words; `None`: nothing. Ids are taken to be resolved.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let label = |what: &str, text: &str| {
            let most = crate::limits::LABEL_BYTES_MAX;
            if text.trim().is_empty() {
                Some(format!("{what} is empty"))
            } else if text.len() > most {
                Some(format!("{what} has {} bytes, at most {most} are allowed", text.len()))
            } else {
                None
            }
        };
        let range = |what: &str, value: i64, from: i64, to: i64| {
            (!(from..=to).contains(&value))
                .then(|| format!("{what} is {value}, it must be between {from} and {to}"))
        };
        match self {
            Effect::Priority(priority) => range("the priority", i64::from(*priority), 0, 9),
            Effect::Tier(tier) => range("the tier", i64::from(*tier), 1, 9),
            Effect::RequireSkill(skill) => range("the skill level", i64::from(skill.level), 1, 5),
            Effect::WaitMax(ms) => {
                range("the waiting limit in milliseconds", *ms, 1, crate::limits::RULE_WAIT_MS_MAX)
            }
            Effect::Tag(tag) => label("the tag", tag),
            Effect::FlagRisk(risk) => label("the risk", risk),
            Effect::ToBot(bot) => label("the name of the bot", bot),
            Effect::Reply(reply) => {
                let most = crate::limits::REPLY_BYTES_MAX;
                (reply.trim().is_empty() || reply.len() > most)
                    .then(|| format!("the reply has {} bytes, it must have 1 to {most}", reply.len()))
            }
            Effect::ToGroup(_)
            | Effect::ToAgent(_)
            | Effect::PreferAgent(_)
            | Effect::OfferTicket
            | Effect::OfferLeaveMessage
            | Effect::Stop => None,
        }
    }
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
