//! What the rules answer to one evaluation.

use super::{Plan, PlanSource, Target};
use crate::id::{AgentId, GroupId, RuleId};
use crate::model::SkillLevel;
use crate::trace::{RuleFailure, RuleTrace};

/// The rules' answer, with what happened on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What they want.
    pub answer: Answer,
    /// The rules that gave effects, in order.
    pub fired: Vec<RuleId>,
    /// The rules that failed, in order.
    pub failures: Vec<(RuleId, RuleFailure)>,
    /// What each rule did; empty with the trace off.
    pub rules: Vec<RuleTrace>,
}

/// What the rules want, before the tenant's defaults. Every single thing carries the rule that set it first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Where to.
    pub destination: Option<(Destination, RuleId)>,
    /// The agent it is directed to. Never set beside a destination that is no group.
    pub agent: Option<(AgentId, RuleId)>,
    /// The agent to take if eligible right now.
    pub prefer: Option<(AgentId, RuleId)>,
    /// Skills, in the order in which they were asked for.
    pub skills: Vec<SkillLevel>,
    /// Priority.
    pub priority: Option<(u8, RuleId)>,
    /// Tier.
    pub tier: Option<(u8, RuleId)>,
    /// Tags.
    pub tags: Vec<String>,
    /// Risks.
    pub risks: Vec<String>,
    /// Waiting limit.
    pub wait_ms_max: Option<(i64, RuleId)>,
    /// What to say.
    pub replies: Vec<String>,
}

/// Where the rules send a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A group.
    Group(GroupId),
    /// A bot.
    Bot(String),
    /// A ticket.
    Ticket,
    /// Leave a message.
    LeaveMessage,
}

impl Answer {
    /// Whether the rules said nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Answer::default()
    }

    /// The plan, given where the conversation goes when the rules name no destination. `group_of` gives the group in
    /// which an agent is looked for when no rule named one.
    #[must_use]
    pub fn into_plan(
        self,
        otherwise: (Target, PlanSource),
        group_of: impl Fn(AgentId) -> Option<GroupId>,
    ) -> Plan {
        let (target, source) = match (self.destination, self.agent) {
            (Some((Destination::Bot(name), rule)), _) => (Target::Bot(name), PlanSource::Rule(rule)),
            (Some((Destination::Ticket, rule)), _) => (Target::Ticket, PlanSource::Rule(rule)),
            (Some((Destination::LeaveMessage, rule)), _) => (Target::LeaveMessage, PlanSource::Rule(rule)),
            (Some((Destination::Group(group), _)), Some((agent, rule))) => {
                (Target::Agent { agent, group }, PlanSource::Rule(rule))
            }
            (Some((Destination::Group(group), rule)), None) => (Target::Group(group), PlanSource::Rule(rule)),
            (None, Some((agent, rule))) => match (group_of(agent), otherwise) {
                (Some(group), _) | (None, (Target::Group(group), _)) => {
                    (Target::Agent { agent, group }, PlanSource::Rule(rule))
                }
                (None, otherwise) => otherwise,
            },
            (None, None) => otherwise,
        };
        Plan {
            target,
            source,
            prefer: self.prefer.map(|(agent, _)| agent),
            skills: self.skills,
            priority: self.priority.map_or(0, |(priority, _)| priority),
            tier: self.tier.map(|(tier, _)| tier),
            tags: self.tags,
            risks: self.risks,
            wait_ms_max: self.wait_ms_max.map(|(ms, _)| ms),
            replies: self.replies,
        }
    }
}
