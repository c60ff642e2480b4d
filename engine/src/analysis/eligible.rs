//! What a rule asks for, against the people there are: nobody who has it, or one alone (P8, R22, R97).

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{self, Bench};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus};
use super::groups::receivers;
use super::places;
use super::shadowed::{Thing, at_thing, set_by};
use super::subject::Subject;
use super::visits::Meeting;
use crate::explain::{Explanation, Visit};
use crate::id::{ChannelId, GroupId};
use crate::model::{Agent, Directory, Group, SkillLevel};
use crate::placement::ask::{Ask, Asked};
use crate::rules::{Answer, Effect, Plan, PlanSource, RuleBody, RuleSource, Target};
use crate::tenant::reader::in_backticks;
use crate::trace::Reason;

/// Agents compared with what is asked for.
const COMPARISONS_MAX: usize = 20_000_000;
/// Moments tried for one witness.
const MOMENTS: usize = 10;

/// Whoever may receive, by group.
type Receivers<'d> = BTreeMap<GroupId, Vec<&'d Agent>>;

/// The agents there are, and how many more of them are compared.
struct People<'d> {
    receivers: Receivers<'d>,
    comparisons_left: usize,
}

/// Finds what no agent of a target group can take.
pub(super) fn find(
    subject: &Subject,
    bench: &mut Bench<'_>,
    known: &BTreeSet<usize>,
    findings: &mut Vec<AnalysisFinding>,
) {
    let mut people = People { receivers: receivers(subject.directory()), comparisons_left: COMPARISONS_MAX };
    for (_, rule) in subject.on_route().filter(|(at, _)| !known.contains(at)) {
        findings.extend(asked_agent(subject, bench, rule));
        let Some(Effect::ToGroup(group)) = set_by(rule, Thing::Destination) else { continue };
        let is_empty = !people.receivers.contains_key(group);
        let Some(group) = subject.directory().group(*group).filter(|_| !is_empty) else { continue };
        findings.extend(asked_of_group(subject, bench, rule, group, &mut people));
    }
    by_channel(subject, bench, &mut people, findings);
    if people.comparisons_left == 0 {
        bench.bounds.insert(format!("{COMPARISONS_MAX} comparisons of agents with what rules ask for"));
    }
}

/// An agent to whom a rule leads, and who can never be given anything.
fn asked_agent(subject: &Subject, bench: &mut Bench<'_>, rule: &RuleSource) -> Option<AnalysisFinding> {
    let Some(Effect::ToAgent(id)) = set_by(rule, Thing::Agent) else { return None };
    let agent = subject.directory().agent(*id)?;
    let destination = set_by(rule, Thing::Destination);
    let why = match destination {
        _ if !agent.receives => "has no right to receive conversations".to_owned(),
        Some(Effect::ToGroup(group)) if !belongs(agent, *group, subject.directory()) => {
            let slug = subject.directory().group(*group).map_or("", |group| &group.slug);
            format!("is not in the group `{slug}` that the rule names")
        }
        _ if agent.groups.is_empty() => "is in no group".to_owned(),
        _ => return None,
    };
    let meetings = subject.visits().fulfilling(&[&rule.when], MOMENTS);
    let shows = |told: &Explanation| {
        let ended = bench::ended(&bench::placement(told)?.outcome);
        let taken = ended.starts_with(&format!("`{}`", agent.slug));
        (bench::fired(told, &rule.slug) && !taken)
            .then(|| format!("`{}` is asked for, and {ended}", agent.slug))
    };
    let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
    Some(AnalysisFinding {
        kind: FindingKind::NobodyEligible,
        grade: FindingGrade::Fault,
        status: FindingStatus::Proved,
        message: format!("rule `{}` leads to the agent `{}`, who {why}", rule.slug, agent.slug),
        help: "Name somebody else, or give the agent the right or the group in agents.toml.".to_owned(),
        concerns: vec![at_thing(rule, Thing::Agent), subject.places.agent(agent)],
        witness: bench.witness(visits, shows),
    })
}

fn belongs(agent: &Agent, group: GroupId, directory: &Directory) -> bool {
    agent.groups.iter().any(|seat| directory.group_and_above(seat.group).any(|above| above == group))
}

/// What a rule asks of its group: skills, a tier, and the right to receive from the channels that it is for.
fn asked_of_group(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    group: &Group,
    people: &mut People<'_>,
) -> Option<AnalysisFinding> {
    let directory = subject.directory();
    let plan = plan_of(rule, group.id);
    if rule.when.channels.is_empty() && plan.skills.is_empty() && plan.tier.is_none() {
        return None;
    }
    let channels: Vec<ChannelId> = match rule.when.channels.as_slice() {
        [] => directory.channels.iter().filter(|channel| channel.active).map(|channel| channel.id).collect(),
        named => named.to_vec(),
    };
    let mut served = Vec::with_capacity(channels.len());
    for channel in &channels {
        served.push((*channel, serving(directory, &plan, group, *channel, people)?));
    }
    let asks = told_ask(directory, &plan);
    let never: Vec<ChannelId> =
        served.iter().filter(|(_, served)| served.after_ms.is_none()).map(|(channel, _)| *channel).collect();
    let slugs: Vec<&str> = never
        .iter()
        .filter_map(|channel| directory.channel(*channel))
        .map(|channel| channel.slug.as_str())
        .collect();
    let only_some = never.len() < channels.len() || !rule.when.channels.is_empty();
    let channel = if only_some && !slugs.is_empty() {
        format!(" from {}", in_backticks(&slugs))
    } else {
        String::new()
    };
    let concerns = vec![
        places::rule_at(rule, |effect| is_ask(effect) || Thing::of(effect) == Some(Thing::Destination)),
        subject.places.group(group),
    ];
    if let Some(first) = never.first() {
        let meetings = on_channel(subject, rule, *first);
        return Some(AnalysisFinding {
            kind: FindingKind::NobodyEligible,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: format!(
                "nobody in the group `{}` can take what rule `{}` asks for{channel}{asks}, however long it waits",
                group.slug, rule.slug
            ),
            help: "Ask for less, let the group's widening drop it after a while, or give somebody the skill, tier or channel.".to_owned(),
            witness: bench.witness(meetings, |told| refused_all(told, rule, group)),
            concerns,
        });
    }
    let (waits, first) =
        served.iter().filter_map(|(channel, served)| Some((served.after_ms?, channel))).max()?;
    if waits > 0 {
        let meetings = on_channel(subject, rule, *first);
        return Some(AnalysisFinding {
            kind: FindingKind::NobodyEligible,
            grade: FindingGrade::Note,
            status: FindingStatus::Proved,
            message: format!(
                "nobody in the group `{}` can take what rule `{}` asks for{asks} before its widening lets go of it, {} s \
                 later",
                group.slug,
                rule.slug,
                waits / 1_000
            ),
            help: "If that wait is not meant, ask for less, or give somebody of the group what is asked for."
                .to_owned(),
            witness: bench.witness(meetings, |told| refused_all(told, rule, group)),
            concerns,
        });
    }
    let only = served.iter().find_map(|(channel, served)| Some((*channel, served.only?)))?;
    let members = people.receivers.get(&group.id).map_or(0, Vec::len);
    let agent = directory.agent(only.1).filter(|_| members > 1)?;
    let shows = |told: &Explanation| {
        let ended = bench::ended(&bench::placement(told)?.outcome);
        (bench::fired(told, &rule.slug) && ended.starts_with(&format!("`{}`", agent.slug))).then_some(ended)
    };
    Some(AnalysisFinding {
        kind: FindingKind::OneAgent,
        grade: FindingGrade::Note,
        status: FindingStatus::Proved,
        message: format!(
            "of {members} in the group `{}`, `{}` alone can take what rule `{}` asks for{asks}",
            group.slug, agent.slug, rule.slug
        ),
        help: "If that is not meant, ask for less, or give others of the group what is asked for.".to_owned(),
        witness: bench.witness(on_channel(subject, rule, only.0), shows),
        concerns: concerns.into_iter().chain([subject.places.agent(agent)]).collect(),
    })
}

/// The plan that this rule alone gives.
fn plan_of(rule: &RuleSource, group: GroupId) -> Plan {
    let mut plan = Answer::default().into_plan((Target::Group(group), PlanSource::Default), |_| None);
    let effects = match &rule.body {
        RuleBody::Effects(effects) => effects.as_slice(),
        RuleBody::Script { .. } | RuleBody::Module { .. } => &[],
    };
    for (effect, _) in effects {
        match effect {
            Effect::RequireSkill(skill) => plan.skills.push(*skill),
            Effect::Tier(tier) => plan.tier = plan.tier.or(Some(*tier)),
            _ => {}
        }
    }
    plan
}

fn is_ask(effect: &Effect) -> bool {
    matches!(effect, Effect::RequireSkill(_) | Effect::Tier(_))
}

/// Who can take a plan, shifts left aside.
#[derive(Debug)]
struct Serving {
    /// The waiting time after which somebody can; `None`: never.
    after_ms: Option<i64>,
    /// The only one who ever can.
    only: Option<crate::id::AgentId>,
}

/// `None`: no more agents are compared.
fn serving(
    directory: &Directory,
    plan: &Plan,
    group: &Group,
    channel: ChannelId,
    people: &mut People<'_>,
) -> Option<Serving> {
    let People { receivers, comparisons_left } = people;
    let mut after_ms = None;
    let mut able: BTreeSet<crate::id::AgentId> = BTreeSet::new();
    for steps in 0..=group.widening.len() {
        let asked = Asked::of(plan, group, channel, steps, None);
        let members = asked.groups().filter_map(|group| directory.group(group).filter(|group| group.active));
        let members: Vec<&&Agent> = members.filter_map(|group| receivers.get(&group.id)).flatten().collect();
        let Some(left) = comparisons_left.checked_sub(members.len()) else {
            *comparisons_left = 0;
            return None;
        };
        *comparisons_left = left;
        able.extend(members.into_iter().filter(|agent| fits(agent, &asked.ask)).map(|agent| agent.id));
        if after_ms.is_none() && !able.is_empty() {
            let step = steps.checked_sub(1).and_then(|step| group.widening.get(step));
            after_ms = Some(step.map_or(0, |step| step.after_ms));
        }
    }
    let only = able.first().copied().filter(|_| able.len() == 1);
    Some(Serving { after_ms, only })
}

/// Whether an agent can take what is asked for at some time.
fn fits(agent: &Agent, ask: &Ask) -> bool {
    agent.may_receive_from(ask.channel)
        && agent.channel_capacity(ask.channel) != Some(0)
        && (ask.tier_from..=ask.tier_to).contains(&agent.tier)
        && ask.skills.iter().all(|asked| agent.skill_level(asked.skill) >= asked.level.max(1))
}

/// `, skill `refund` ≥ 3 and tier 2`, or nothing.
fn told_ask(directory: &Directory, plan: &Plan) -> String {
    let skill = |asked: &SkillLevel| {
        let slug = directory.skill(asked.skill).map_or("", |skill| &skill.slug);
        format!("skill `{slug}` at level {}", asked.level)
    };
    let mut asks: Vec<String> = plan.skills.iter().map(skill).collect();
    asks.extend(plan.tier.map(|tier| format!("tier {tier} or above")));
    if asks.is_empty() { String::new() } else { format!(" ({})", asks.join(", ")) }
}

/// Visits for which the rule holds, by this channel, at various times.
fn on_channel(subject: &Subject, rule: &RuleSource, channel: ChannelId) -> Vec<Visit> {
    let slug = subject.directory().channel(channel).map(|channel| channel.slug.clone());
    let Some(meeting) = subject.visits().fulfilling(&[&rule.when], 1).into_iter().next() else {
        return Vec::new();
    };
    let meeting = Meeting { visit: Visit { channel: slug, ..meeting.visit.clone() }, ..meeting };
    let moments = subject.calendar.moments().iter().take(MOMENTS);
    let others = moments.map(|at| subject.visits().at(&meeting, *at));
    std::iter::once(meeting.clone()).chain(others).filter_map(|meeting| meeting.as_visit().cloned()).collect()
}

/// Whether the group was asked and refused for what is missing.
fn refused_all(told: &Explanation, rule: &RuleSource, group: &Group) -> Option<String> {
    if !bench::fired(told, &rule.slug) {
        return None;
    }
    missing(told, group)
}

fn missing(told: &Explanation, group: &Group) -> Option<String> {
    let placement = bench::placement(told)?;
    let first = placement.tries.first().filter(|first| first.group.slug == group.slug)?;
    let is_missing =
        |reason: Reason| matches!(reason, Reason::MissingSkill | Reason::WrongTier | Reason::NoChannelRight);
    let refused: u32 = first.refused.iter().filter(|one| is_missing(one.reason)).map(|one| one.count).sum();
    (first.considered.is_empty() && refused > 0).then(|| {
        format!(
            "{refused} of `{}` are there and none has what is asked for: {}",
            group.slug,
            bench::ended(&placement.outcome)
        )
    })
}

/// Channels whose conversations go to a group of which nobody may receive from there (R97).
fn by_channel(
    subject: &Subject,
    bench: &mut Bench<'_>,
    people: &mut People<'_>,
    findings: &mut Vec<AnalysisFinding>,
) {
    let directory = subject.directory();
    for channel in directory.channels.iter().filter(|channel| channel.active) {
        let (Target::Group(group), _) = directory.default_target(channel.id, None) else { continue };
        let is_empty = !people.receivers.contains_key(&group);
        let Some(group) = directory.group(group).filter(|_| !is_empty) else { continue };
        let plan = Answer::default().into_plan((Target::Group(group.id), PlanSource::Channel), |_| None);
        let served = serving(directory, &plan, group, channel.id, people);
        if served.is_none_or(|served| served.after_ms.is_some()) {
            continue;
        }
        let meeting = subject.visits().anybody();
        let meeting = Meeting {
            visit: Visit { channel: Some(channel.slug.clone()), ..meeting.visit.clone() },
            ..meeting
        };
        let moments = subject.calendar.moments().iter().take(MOMENTS);
        let visits = moments.map(|at| subject.visits().at(&meeting, *at).visit).collect::<Vec<_>>();
        findings.push(AnalysisFinding {
            kind: FindingKind::NobodyEligible,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: format!(
                "nobody in the group `{}` can take a conversation from the channel `{}`, which leads there",
                group.slug, channel.slug
            ),
            help: "Let somebody of the group receive from the channel, or lead the channel to another group."
                .to_owned(),
            witness: bench.witness(visits, |told| missing(told, group)),
            concerns: vec![subject.places.group(group)],
        });
    }
}
