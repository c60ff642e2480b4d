//! The shape of a life as it is told.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::told::{FallbackTold, Named, StepTold};
use super::events::{CauseTold, EventTold};
use crate::rules::GroupFacts;
use crate::time::Timestamp;

/// The run has no conversation of that number.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no conversation {conversation}: this run has {opened}, numbered from 1")]
pub struct NoSuchConversation {
    /// The number.
    pub conversation: u64,
    /// How many the run has.
    pub opened: u64,
}

/// One conversation from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Life {
    /// Its number.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversation: u64,
    /// The seed of the run.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
    /// The revision that was live when it opened, in hexadecimal digits.
    pub revision: String,
    /// The tenant's time zone.
    pub zone: String,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it ended; `None`: not before the run did.
    pub ended_at: Option<Timestamp>,
    /// Who came, and with what.
    pub visitor: LifeVisitor,
    /// Where it was, in order.
    pub stretches: Vec<Stretch>,
    /// Every command that touched it, in order; the first few dozen.
    pub moments: Vec<MomentTold>,
    /// Commands beyond them.
    pub left_out: u32,
}

/// Who came, and with what. Patience and handle time are the scenario's luck: nobody in the run knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LifeVisitor {
    /// The channel.
    pub channel: Named,
    /// The business entry chosen.
    pub entry: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The VIP level.
    pub vip: u8,
    /// The opening words.
    pub text: String,
    /// What was wanted, as the scenario calls it.
    pub intent: String,
    /// The customer's number, where recognisable.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub customer: Option<u64>,
    /// Whether the desk knew the customer.
    pub returning: bool,
    /// What the site says about the customer.
    pub attributes: BTreeMap<String, String>,
    /// How long the visitor waits before giving up; `None`: for ever.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub patience_ms: Option<i64>,
    /// How long an agent needs, before the agent's own factor.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub handle_ms: i64,
}

/// A time that it spent in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Stretch {
    /// From then on.
    pub from: Timestamp,
    /// Until then; `None`: it is there when the run ends.
    pub to: Option<Timestamp>,
    /// Where.
    pub place: SpotTold,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SpotTold {
    /// Waiting for a group.
    Queue {
        /// Which.
        group: Named,
    },
    /// In an agent's hands.
    Agent {
        /// Whose.
        agent: Named,
        /// For which group.
        group: Named,
    },
    /// With a bot, or at a form.
    Away {
        /// Which.
        to: FallbackTold,
    },
}

/// A command that touched it: what set it off, what happened, and what was decided on the way.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MomentTold {
    /// When.
    pub at: Timestamp,
    /// What set it off.
    pub cause: CauseTold,
    /// What happened to it, in order.
    pub events: Vec<EventTold>,
    /// The decisions, in order.
    pub decisions: Vec<DecisionTold>,
}

/// One decision, and the desk around it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DecisionTold {
    /// Its trace.
    pub step: StepTold,
    /// The groups it is about, as it saw them.
    pub groups: Vec<GroupThen>,
}

/// A group in numbers at a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupThen {
    /// Which.
    pub group: Named,
    /// Its numbers.
    pub facts: GroupFacts,
}

/// Where a conversation would have come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FateTold {
    /// To an agent.
    Assigned {
        /// Who.
        agent: Named,
        /// In which group.
        group: Named,
    },
    /// It waits.
    Queued {
        /// For which group.
        group: Named,
        /// Conversations ahead, plus one.
        position: u32,
    },
    /// To a bot or a form.
    Away {
        /// Which.
        to: FallbackTold,
    },
    /// It is over.
    Gone,
}
