//! Commands: everything that can happen to a desk from outside, with the instant at which it does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canary::CanaryGuards;
use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::model::{Presence, SkillLevel};
use crate::time::Timestamp;

/// A command and its instant. Instants never run backwards on one desk: an earlier one counts as the latest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// When.
    pub at: Timestamp,
    /// What.
    pub body: CommandBody,
}

/// What is asked of the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandBody {
    /// The ruleset handed along with the command becomes the live one.
    Publish,
    /// A conversation begins.
    Open(Open),
    /// Somebody says something.
    Message {
        /// In which conversation.
        conversation: ConversationId,
        /// Who.
        from: Author,
        /// What; at most [`crate::limits::MESSAGE_BYTES_MAX`].
        text: String,
    },
    /// A conversation ends.
    Close {
        /// Which.
        conversation: ConversationId,
        /// Why.
        reason: CloseReason,
        /// The visitor's rating, 0 to 100.
        satisfaction: Option<u8>,
    },
    /// The agent gives the conversation back; it waits again from its first arrival, and not for this agent.
    Return {
        /// Which.
        conversation: ConversationId,
    },
    /// An agent takes a waiting conversation by hand.
    Take {
        /// Which.
        conversation: ConversationId,
        /// Who.
        agent: AgentId,
    },
    /// The bot hands the conversation to people.
    LeaveBot {
        /// Which.
        conversation: ConversationId,
        /// What the customer chose there (R101).
        entry: Option<String>,
    },
    /// An agent's presence changes.
    SetPresence {
        /// Who.
        agent: AgentId,
        /// To what.
        presence: Presence,
    },
    /// An agent's accepting switch 接待开关 changes.
    SetAccepting {
        /// Who.
        agent: AgentId,
        /// To what.
        accepting: bool,
    },
    /// A live change to an agent, kept until a revision describes that agent differently.
    ChangeAgent {
        /// Who.
        agent: AgentId,
        /// What.
        change: AgentChange,
    },
    /// Nothing but time passed.
    Tick,
    /// The candidate handed along decides about a share of the customers from now on. Sent again for the candidate that
    /// runs: another share, other guards.
    StartCanary {
        /// Of a hundred customers, so many: 1 to 100.
        share_percent: u8,
        /// When it is taken back.
        guards: CanaryGuards,
    },
    /// The canary ends; what it has waiting is routed anew.
    EndCanary,
}

/// A conversation as it begins. Every way in passes here (P14).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Open {
    /// The channel it comes by.
    pub channel: Option<ChannelId>,
    /// The business entry the customer chose.
    #[serde(default)]
    pub entry: Option<String>,
    /// Who the customer is.
    #[serde(default)]
    pub identity: Identity,
    /// The VIP level, where the site says so; else what was known before.
    #[serde(default)]
    pub vip: Option<u8>,
    /// What the site says about the customer.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// BCP 47 language, lower case.
    #[serde(default)]
    pub language: Option<String>,
    /// The first words, if there are any yet.
    #[serde(default)]
    pub text: Option<String>,
}

/// How a customer may be recognised (R43).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The login name or user id of the tenant's own site.
    pub login: Option<String>,
    /// A browser cookie.
    pub cookie: Option<String>,
    /// The network address.
    pub ip: Option<String>,
}

/// Who speaks.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// 访客.
    Visitor,
    /// 客服.
    Agent,
    /// 机器人.
    Bot,
}

/// Why a conversation ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum CloseReason {
    /// It was served to its end.
    Resolved,
    /// The visitor left while waiting 放弃.
    Abandoned,
    /// The bot, the message form or the ticket took it over for good.
    HandedOver,
}

/// A live change to an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentChange {
    /// A new cap (R56).
    Capacity(u32),
    /// Into a group, or another priority there (R42).
    JoinGroup {
        /// Which.
        group: GroupId,
        /// In-group priority.
        priority: u16,
    },
    /// Out of a group.
    LeaveGroup(GroupId),
    /// A skill gained, or another level.
    AddSkill(SkillLevel),
    /// A skill lost.
    RemoveSkill(crate::id::SkillId),
    /// The right to receive (R96).
    Receives(bool),
}
