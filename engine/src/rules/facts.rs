//! What a rule may look at: one conversation, its customer, the desk. Read-only, complete, without a clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::text::NormalText;
use crate::time::Timestamp;

/// The moment at which rules run. A rule runs only on the hooks it subscribes to (P13).
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// A conversation opens or must be placed again.
    Route,
    /// A later message of the visitor.
    OnMessage,
    /// A waiting threshold passed.
    OnWait,
    /// Scores an eligible agent.
    Rank,
}

/// Why a decision was taken.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A visitor opened the conversation.
    Opened,
    /// The first words came after the conversation was opened (P14).
    LateContent,
    /// The visitor said something more.
    Message,
    /// A waiting threshold passed; the threshold in milliseconds.
    Waited(#[cfg_attr(feature = "typescript", ts(type = "number"))] i64),
    /// A bot handed the conversation to people.
    LeftBot,
    /// Another revision went live while the conversation waited (P2).
    Published,
}

impl Trigger {
    /// The hook that this trigger runs.
    #[must_use]
    pub fn hook(self) -> Hook {
        match self {
            Trigger::Opened | Trigger::LateContent | Trigger::LeftBot | Trigger::Published => Hook::Route,
            Trigger::Message => Hook::OnMessage,
            Trigger::Waited(_) => Hook::OnWait,
        }
    }
}

/// Everything one evaluation may look at.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Why rules run.
    pub trigger: Trigger,
    /// The instant of the command.
    pub at: Timestamp,
    /// The conversation.
    pub conversation: ConversationFacts<'a>,
    /// Its customer, as far as known.
    pub customer: CustomerFacts<'a>,
    /// The words the rules look at: the opening words on `route`, the new message on `on_message`.
    pub text: &'a NormalText,
    /// The same words as the visitor typed them.
    pub original_text: &'a str,
    /// Whether each plan of hours is open, by hours id.
    pub hours_open: &'a [bool],
    /// The desk around the conversation.
    pub desk: &'a dyn DeskFacts,
}

/// The conversation as rules see it.
#[derive(Clone, Debug)]
pub struct ConversationFacts<'a> {
    /// Its number; 0 in a dry run.
    pub id: ConversationId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// The business entry the customer chose.
    pub entry: Option<&'a str>,
    /// BCP 47 language, lower case, if known.
    pub language: Option<&'a str>,
    /// Tags so far.
    pub tags: &'a [String],
    /// Risks so far.
    pub risks: &'a [String],
    /// Priority so far.
    pub priority: u8,
    /// The group it is in or waits for.
    pub group: Option<GroupId>,
    /// The agent it is with.
    pub agent: Option<AgentId>,
    /// When it opened.
    pub opened_at: Timestamp,
    /// How long it has waited so far.
    pub waited_ms: i64,
    /// How many messages the visitor has sent.
    pub visitor_messages: u32,
    /// How often it went back to the queue.
    pub returns: u32,
}

/// The customer as rules see them.
#[derive(Clone, Debug)]
pub struct CustomerFacts<'a> {
    /// Whether they were here before.
    pub returning: bool,
    /// 0: none.
    pub vip: u8,
    /// What the tenant's site says about them.
    pub attributes: &'a BTreeMap<String, String>,
    /// The agent who served them last.
    pub last_agent: Option<AgentId>,
    /// Conversations before this one.
    pub conversations: u32,
}

/// The desk as rules see it; asked only by the rules that want to know.
pub trait DeskFacts: std::fmt::Debug {
    /// The numbers of one group; `None` for a group that is not in the directory.
    fn group(&self, group: GroupId) -> Option<GroupFacts>;
    /// An agent who might be chosen, for `rank`.
    fn agent(&self, agent: AgentId) -> Option<AgentFacts>;
}

/// One group in numbers.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupFacts {
    /// Conversations waiting.
    pub waiting: u32,
    /// Conversations with the group's agents.
    pub open: u32,
    /// Agents online.
    pub online: u32,
    /// Agents who could be given a conversation right now.
    pub available: u32,
    /// The longest wait right now.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub longest_wait_ms: i64,
    /// The wait a new conversation can expect.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub expected_wait_ms: i64,
    /// Whether the group's hours are open.
    pub in_hours: bool,
}

/// One agent in numbers.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentFacts {
    /// Conversations in hand.
    pub open: u32,
    /// The cap.
    pub capacity: u32,
    /// Tier.
    pub tier: u8,
    /// In-group priority in the group asked.
    pub priority: u16,
    /// Time without work.
    pub idle_ms: i64,
    /// Average first response.
    pub response_ms: i64,
    /// Average handle time.
    pub handle_ms: i64,
    /// 0 to 100.
    pub satisfaction: u8,
}
