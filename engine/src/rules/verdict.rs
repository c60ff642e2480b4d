//! What the rules answer to one evaluation.

use super::{Effect, Plan, PlanSource, RuleCall, Target};
use crate::id::{AgentId, GroupId, RuleId};
use crate::limits;
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
    /// Every call of a script or module, in order.
    pub calls: Vec<RuleCall>,
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

fn set_first<T>(place: &mut Option<(T, RuleId)>, value: T, rule: RuleId) -> Option<RuleId> {
    match place {
        Some((_, by)) => Some(*by),
        None => {
            *place = Some((value, rule));
            None
        }
    }
}

fn add_once(list: &mut Vec<String>, text: &str) -> Option<RuleId> {
    if !list.iter().any(|known| known == text) {
        list.push(text.to_owned());
    }
    None
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
    /// Folds one effect of `rule` in. What is already set stays; then the rule that set it is given back.
    pub(super) fn fold(&mut self, rule: RuleId, effect: &Effect) -> Option<RuleId> {
        match effect {
            Effect::ToGroup(group) => self.go_to(Destination::Group(*group), rule),
            Effect::ToBot(name) => self.go_to(Destination::Bot(name.clone()), rule),
            Effect::OfferTicket => self.go_to(Destination::Ticket, rule),
            Effect::OfferLeaveMessage => self.go_to(Destination::LeaveMessage, rule),
            Effect::ToAgent(agent) => match &self.destination {
                // A bot or a form has no agents: whichever came first stands.
                Some((Destination::Bot(_) | Destination::Ticket | Destination::LeaveMessage, by)) => {
                    Some(*by)
                }
                _ => set_first(&mut self.agent, *agent, rule),
            },
            Effect::PreferAgent(agent) => set_first(&mut self.prefer, *agent, rule),
            Effect::Priority(priority) => set_first(&mut self.priority, *priority, rule),
            Effect::Tier(tier) => set_first(&mut self.tier, *tier, rule),
            Effect::WaitMax(ms) => set_first(&mut self.wait_ms_max, *ms, rule),
            Effect::RequireSkill(asked) => {
                match self.skills.iter_mut().find(|known| known.skill == asked.skill) {
                    Some(known) => known.level = known.level.max(asked.level),
                    None => self.skills.push(*asked),
                }
                None
            }
            Effect::Tag(tag) => add_once(&mut self.tags, tag),
            Effect::FlagRisk(risk) => add_once(&mut self.risks, risk),
            Effect::Reply(reply) => add_once(&mut self.replies, reply),
            Effect::Stop => None,
        }
    }

    /// What of the things that add up would be too many once `effects` are folded in, in words.
    pub(super) fn overflow<'e>(&self, effects: impl Iterator<Item = &'e Effect>) -> Option<String> {
        let (mut tags, mut risks, mut skills, mut replies) = (0, 0, 0, 0);
        for effect in effects {
            match effect {
                Effect::Tag(tag) if !self.tags.contains(tag) => tags += 1,
                Effect::FlagRisk(risk) if !self.risks.contains(risk) => risks += 1,
                Effect::RequireSkill(_) => skills += 1,
                Effect::Reply(_) => replies += 1,
                _ => {}
            }
        }
        let over = |what: &str, have: usize, more: usize, most: usize| {
            (more > 0 && have + more > most).then(|| format!("more than {most} {what}"))
        };
        over("tags", self.tags.len(), tags, limits::TAGS_MAX)
            .or_else(|| over("risks", self.risks.len(), risks, limits::TAGS_MAX))
            .or_else(|| over("skills", self.skills.len(), skills, limits::REQUIRED_SKILLS_MAX))
            .or_else(|| over("replies", self.replies.len(), replies, limits::REPLIES_MAX))
    }

    fn go_to(&mut self, destination: Destination, rule: RuleId) -> Option<RuleId> {
        if let (Some((_, by)), false) = (&self.agent, matches!(destination, Destination::Group(_))) {
            return Some(*by);
        }
        set_first(&mut self.destination, destination, rule)
    }

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

    /// The plan so far with this answer laid over it: what a later hook says about a conversation that has its place.
    /// A new target asks anew for skills and tier; without one they add to what was asked.
    #[must_use]
    pub fn laid_over(self, before: &Plan, group_of: impl Fn(AgentId) -> Option<GroupId>) -> Plan {
        let names_target = self.destination.is_some() || self.agent.is_some();
        let (priority, tier, wait_ms_max) = (self.priority, self.tier, self.wait_ms_max);
        let mut plan = self.into_plan((before.target.clone(), before.source), group_of);
        plan.priority = priority.map_or(before.priority, |(priority, _)| priority);
        plan.wait_ms_max = wait_ms_max.map(|(ms, _)| ms).or(before.wait_ms_max);
        if !names_target {
            plan.tier = tier.map(|(tier, _)| tier).or(before.tier);
            let added = std::mem::replace(&mut plan.skills, before.skills.clone());
            for skill in added {
                if plan.skills.len() < limits::REQUIRED_SKILLS_MAX && !plan.skills.contains(&skill) {
                    plan.skills.push(skill);
                }
            }
        }
        plan
    }
}
