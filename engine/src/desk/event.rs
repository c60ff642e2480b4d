//! Events: what happened. They are the journal, and folding them is the only way a desk changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::canary::{CanaryEnd, CanaryGuards};
use super::command::{Author, CloseReason, Identity};
use super::hours::HoursState;
use crate::id::{AgentId, ChannelId, ConversationId, CustomerId, GroupId, HoursId, RuleId};
use crate::model::{Agent, Directory, FallbackStep, Presence};
use crate::rules::{Plan, Revision, Trigger};
use crate::time::Timestamp;
use crate::trace::{Reason, RuleFailure};

/// The version of the event format, written beside every journaled batch. 2: canaries.
pub const EVENT_VERSION: u16 = 2;

/// An event with its place in the tenant's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// 1, 2, 3 … per tenant, without gaps.
    pub seq: u64,
    /// The instant of the command that caused it.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A revision went live. Carries the directory, so that folding needs nothing else.
    Published {
        /// Which.
        revision: Revision,
        /// The configuration.
        directory: Box<Directory>,
        /// Whether each plan of hours is open and when it turns, by hours id.
        hours: Vec<HoursState>,
    },
    /// Hours or a shift began or ended.
    HoursTurned {
        /// Which.
        hours: HoursId,
        /// Open now? And until when?
        state: HoursState,
    },
    /// An agent's presence changed.
    PresenceChanged {
        /// Who.
        agent: AgentId,
        /// To what.
        presence: Presence,
    },
    /// An agent's accepting switch changed.
    AcceptingChanged {
        /// Who.
        agent: AgentId,
        /// To what.
        accepting: bool,
    },
    /// An agent was changed live.
    AgentChanged {
        /// The agent as they are now.
        agent: Box<Agent>,
    },
    /// A customer was seen, for the first time or again.
    CustomerSeen {
        /// Who.
        customer: CustomerId,
        /// By what.
        identity: Identity,
        /// The VIP level now.
        vip: u8,
        /// What the site says about them now.
        attributes: BTreeMap<String, String>,
    },
    /// A conversation began.
    ConversationOpened {
        /// Its number.
        conversation: ConversationId,
        /// Its customer, where recognisable.
        customer: Option<CustomerId>,
        /// The channel.
        channel: ChannelId,
        /// The business entry.
        entry: Option<String>,
        /// The language.
        language: Option<String>,
        /// The VIP level.
        vip: u8,
        /// What the site says about an unrecognised customer.
        attributes: BTreeMap<String, String>,
        /// The first words.
        text: Option<String>,
    },
    /// Somebody said something.
    MessageReceived {
        /// Where.
        conversation: ConversationId,
        /// Who.
        from: Author,
        /// What.
        text: String,
    },
    /// The customer chose an entry at the bot.
    EntryChosen {
        /// Where.
        conversation: ConversationId,
        /// What.
        entry: String,
    },
    /// The rules, or the defaults behind them, said where to.
    Routed {
        /// Which conversation.
        conversation: ConversationId,
        /// Why rules ran.
        trigger: Trigger,
        /// The rules that gave effects, in order (R33).
        rules: Vec<RuleId>,
        /// What they said.
        plan: Arc<Plan>,
    },
    /// The conversation waits.
    Queued {
        /// Which.
        conversation: ConversationId,
        /// For which group.
        group: GroupId,
        /// Why nobody took it.
        reason: Reason,
        /// Conversations ahead, plus one.
        position: u32,
        /// Estimate; absent while nothing is known.
        expected_wait_ms: Option<i64>,
        /// For a time, only for this agent.
        directed: Option<Directed>,
    },
    /// A threshold passed at which some rule's `on_wait` hook runs.
    WaitThresholdPassed {
        /// Which conversation.
        conversation: ConversationId,
        /// The threshold.
        after_ms: i64,
    },
    /// The ask relaxed, or the time for which it was directed to one agent ended.
    Widened {
        /// Which conversation.
        conversation: ConversationId,
        /// What relaxed.
        step: Widened,
    },
    /// An agent has the conversation.
    Assigned {
        /// Which.
        conversation: ConversationId,
        /// Who.
        agent: AgentId,
        /// In which group.
        group: GroupId,
        /// Why this one.
        by: AssignedBy,
        /// From first arrival until now.
        waited_ms: i64,
    },
    /// The conversation left its agent.
    Unassigned {
        /// Which.
        conversation: ConversationId,
        /// Whom it left.
        agent: AgentId,
        /// Why.
        reason: UnassignedReason,
    },
    /// A fallback has the conversation.
    FellBack {
        /// Which.
        conversation: ConversationId,
        /// To what: bot, leave-message or ticket.
        to: FallbackStep,
        /// Why.
        reason: Reason,
    },
    /// The conversation ended.
    Closed {
        /// Which.
        conversation: ConversationId,
        /// Why.
        reason: CloseReason,
        /// The visitor's rating, 0 to 100.
        satisfaction: Option<u8>,
    },
    /// A rule failed and was skipped.
    RuleFailed {
        /// On which conversation.
        conversation: ConversationId,
        /// Which.
        rule: RuleId,
        /// How.
        failure: RuleFailure,
    },
    /// A rule kept failing and is switched off until the next revision or the time given. An alert.
    BreakerOpened {
        /// Which.
        rule: RuleId,
        /// Until when.
        until: Timestamp,
    },
    /// A candidate decides about a share of the customers; or about another share, with other guards.
    CanaryStarted {
        /// Which.
        revision: Revision,
        /// Of a hundred customers, so many.
        share_percent: u8,
        /// When it is taken back.
        guards: CanaryGuards,
        /// Waiting times at which some of its rules want to run.
        wait_thresholds_ms: Vec<i64>,
    },
    /// A conversation that has just opened meets the candidate, and stays with it.
    CanaryChosen {
        /// Which.
        conversation: ConversationId,
    },
    /// The live ruleset decides about everybody again.
    CanaryEnded {
        /// The candidate.
        revision: Revision,
        /// Why.
        end: CanaryEnd,
    },
}

/// A conversation waits for one agent.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directed {
    /// Who.
    pub agent: AgentId,
    /// [`AssignedBy::Stick`] or [`AssignedBy::Directed`].
    pub by: AssignedBy,
    /// Until when.
    pub until: Timestamp,
}

/// What relaxed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Widened {
    /// No longer only this agent; why the agent did not take it (P4).
    Agent {
        /// Who.
        agent: AgentId,
        /// Why not.
        reason: Reason,
    },
    /// The group's widening step with this index.
    Step(u16),
}

/// Why this agent.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum AssignedBy {
    /// The group's strategy.
    Strategy,
    /// The customer's last agent (R8).
    Stick,
    /// A rule directed it there (R10).
    Directed,
    /// A rule preferred this agent.
    Preferred,
    /// The agent had room and this was the best waiting conversation.
    FromQueue,
    /// By hand.
    Taken,
}

/// Why a conversation left its agent.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum UnassignedReason {
    /// The agent gave it back; `bounced` when right after it was assigned (R63).
    Returned {
        /// Within 30 s of the assignment.
        bounced: bool,
    },
    /// The agent went offline and stayed so (R40).
    WentOffline,
    /// A rule moved it on (R31).
    Escalated,
}

impl Event {
    /// The conversation that it happened to.
    #[must_use]
    pub fn conversation(&self) -> Option<ConversationId> {
        match self {
            Event::ConversationOpened { conversation, .. }
            | Event::MessageReceived { conversation, .. }
            | Event::EntryChosen { conversation, .. }
            | Event::Routed { conversation, .. }
            | Event::Queued { conversation, .. }
            | Event::WaitThresholdPassed { conversation, .. }
            | Event::Widened { conversation, .. }
            | Event::Assigned { conversation, .. }
            | Event::Unassigned { conversation, .. }
            | Event::FellBack { conversation, .. }
            | Event::Closed { conversation, .. }
            | Event::RuleFailed { conversation, .. }
            | Event::CanaryChosen { conversation } => Some(*conversation),
            Event::Published { .. }
            | Event::HoursTurned { .. }
            | Event::PresenceChanged { .. }
            | Event::AcceptingChanged { .. }
            | Event::AgentChanged { .. }
            | Event::CustomerSeen { .. }
            | Event::BreakerOpened { .. }
            | Event::CanaryStarted { .. }
            | Event::CanaryEnded { .. } => None,
        }
    }
}
