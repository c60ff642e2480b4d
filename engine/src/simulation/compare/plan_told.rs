//! A plan by names, so that plans of two rulesets can be held against each other.

use crate::id::{AgentId, GroupId, SkillId};
use crate::model::Directory;
use crate::rules::{Plan, Target};

/// What of a plan decides who takes a conversation, and when.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PlanTold<'a> {
    target: TargetTold<'a>,
    prefer: Option<&'a str>,
    skills: Vec<(&'a str, u8)>,
    priority: u8,
    tier: Option<u8>,
    wait_ms_max: Option<i64>,
}

#[derive(Debug, PartialEq, Eq)]
enum TargetTold<'a> {
    Group(&'a str),
    Agent(&'a str, &'a str),
    Bot(&'a str),
    LeaveMessage,
    Ticket,
}

pub(super) fn plan_told<'a>(plan: &'a Plan, directory: &'a Directory) -> PlanTold<'a> {
    let group = |id: GroupId| directory.group(id).map_or("", |group| &group.slug);
    let agent = |id: AgentId| directory.agent(id).map_or("", |agent| &agent.slug);
    let skill = |id: SkillId| directory.skill(id).map_or("", |skill| &skill.slug);
    PlanTold {
        target: match &plan.target {
            Target::Group(to) => TargetTold::Group(group(*to)),
            Target::Agent { agent: to, group: then } => TargetTold::Agent(agent(*to), group(*then)),
            Target::Bot(name) => TargetTold::Bot(name),
            Target::LeaveMessage => TargetTold::LeaveMessage,
            Target::Ticket => TargetTold::Ticket,
        },
        prefer: plan.prefer.map(agent),
        skills: plan.skills.iter().map(|asked| (skill(asked.skill), asked.level)).collect(),
        priority: plan.priority,
        tier: plan.tier,
        wait_ms_max: plan.wait_ms_max,
    }
}
