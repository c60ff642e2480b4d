//! A conversation 会话 at the desk.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::{AssignedBy, Directed};
use crate::id::{AgentId, ChannelId, ConversationId, CustomerId, GroupId, RuleId};
use crate::model::{FallbackStep, Group};
use crate::placement::ask::Asked;
use crate::rules::Plan;
use crate::time::Timestamp;

/// One open conversation. A closed one is no longer at the desk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Conversation {
    pub id: ConversationId,
    pub customer: Option<CustomerId>,
    pub channel: ChannelId,
    pub entry: Option<String>,
    pub language: Option<String>,
    pub vip: u8,
    /// Of an unrecognised customer.
    pub attributes: BTreeMap<String, String>,
    pub opened_at: Timestamp,
    /// The words `route` looks at: the first the visitor said.
    pub text: Option<String>,
    /// The words `on_message` looks at: the latest, when there are more than the first.
    pub latest_text: Option<String>,
    pub visitor_messages: u32,
    pub tags: Vec<String>,
    pub risks: Vec<String>,
    pub place: Place,
    pub plan: Option<Arc<Plan>>,
    /// The rules that gave effects so far, in order, without duplicates (R33).
    pub rules: Vec<RuleId>,
    /// When it first asked for people: its place in every queue.
    pub arrived_at: Timestamp,
    /// Since when the visitor has waited for people this time.
    pub waiting_since: Timestamp,
    /// Groups whose queue it was in and fell out of.
    pub fell_from: Vec<GroupId>,
    /// Agents who gave it back.
    pub gave_back: Vec<AgentId>,
    /// How often it came back from an agent.
    pub returns: u32,
    /// Opened while a canary runs: who decides about it. `None` once none runs.
    pub arm: Option<Arm>,
    /// Came into a form or a ticket while a canary ran.
    pub fell_back: bool,
}

/// Which ruleset decides about a conversation while a canary runs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Arm {
    Live,
    Canary,
}

/// Where a conversation is: always in exactly one place (N6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// Between two events of one batch.
    Nowhere,
    Queued(Box<Queued>),
    Assigned(Assigned),
    Bot(String),
    /// Leave-message or ticket.
    Fallback(FallbackStep),
}

/// In a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queued {
    pub group: GroupId,
    /// The group the plan named when it was queued; another one than `group` when it waits in a fallback group.
    pub target: Option<GroupId>,
    pub at: Timestamp,
    /// Widening steps taken.
    pub steps: u16,
    pub directed: Option<Directed>,
    /// `on_wait` thresholds up to here have passed.
    pub thresholds_ms: i64,
    /// What is asked, and of which groups.
    #[serde(skip)]
    pub asked: Option<Asked>,
    /// When something is due.
    #[serde(skip)]
    pub due: Option<Timestamp>,
}

/// With an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Assigned {
    pub agent: AgentId,
    pub group: GroupId,
    pub at: Timestamp,
    pub by: AssignedBy,
    pub answered: bool,
}

impl Queued {
    /// When something is due: the end of the directed wait, the next widening step, the next `on_wait` threshold, or
    /// the longest wait.
    pub(crate) fn next_due(&self, group: &Group, plan: &Plan, thresholds_ms: &[i64]) -> Option<Timestamp> {
        let widening = group.widening.get(usize::from(self.steps)).map(|step| step.after_ms);
        let threshold = thresholds_ms.iter().copied().find(|threshold| *threshold > self.thresholds_ms);
        let longest = self.wait_ms_max(group, plan);
        let waits = [widening, threshold, longest].into_iter().flatten().map(|ms| self.at.plus_ms(ms));
        waits.chain(self.directed.map(|directed| directed.until)).min()
    }

    /// The longest it waits here: as the plan says, else as the group says.
    pub(crate) fn wait_ms_max(&self, group: &Group, plan: &Plan) -> Option<i64> {
        plan.wait_ms_max.or(group.wait_ms_max)
    }
}

impl Place {
    /// For people, in errors.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Place::Nowhere => "being placed",
            Place::Queued(_) => "waiting",
            Place::Assigned(_) => "assigned",
            Place::Bot(_) => "with a bot",
            Place::Fallback(_) => "in a fallback",
        }
    }

    pub(crate) fn group(&self) -> Option<GroupId> {
        match self {
            Place::Queued(queued) => Some(queued.group),
            Place::Assigned(assigned) => Some(assigned.group),
            _ => None,
        }
    }

    pub(crate) fn agent(&self) -> Option<AgentId> {
        match self {
            Place::Assigned(assigned) => Some(assigned.agent),
            _ => None,
        }
    }
}

impl Conversation {
    pub(crate) fn priority(&self) -> u8 {
        self.plan.as_ref().map_or(0, |plan| plan.priority)
    }
}
