//! Everything to one place: a rule that catches all, or traffic that ends with one agent or group (R26).

use std::collections::BTreeSet;

use super::bench::{self, Bench};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus};
use super::probe::Probes;
use super::scenarios::Ran;
use super::shadowed::{Thing, at_thing, set_by};
use super::subject::Subject;
use crate::explain::{Explanation, TargetTold, Visit};
use crate::id::GroupId;
use crate::rules::{Effect, Guard, Hook, PlanSource, RuleBody, RuleSource, Target};
use crate::tenant::coverage::stops;
use crate::tenant::implies::guard_implies;

/// Visits, and different words among them, that must be led to one place before it is said that all are.
const VISITS_MIN: usize = 20;
const TEXTS_MIN: usize = 3;
/// Visits tried for one witness.
const TRIES: usize = 8;
/// The share of a scenario's conversations that one of several agents may have.
const SHARE_MAX: f64 = 0.8;
/// Conversations of a scenario below which shares say nothing.
const CONVERSATIONS_MIN: u64 = 50;
/// Agents who must be there for it to matter.
const AGENTS_MIN: usize = 3;

/// The first rule that sets a destination, if it does so for everybody although others would lead elsewhere. Whatever
/// it overrides follows from it.
pub(super) fn catch_all(
    subject: &Subject,
    bench: &mut Bench<'_>,
    findings: &mut Vec<AnalysisFinding>,
) -> Option<usize> {
    let leads = |rule: &RuleSource| {
        set_by(rule, Thing::Destination).is_some() || set_by(rule, Thing::Agent).is_some()
    };
    let mut rules = subject.on_route();
    let (at, rule) =
        rules.find(|(_, rule)| !matches!(rule.body, RuleBody::Effects(_)) || leads(rule) || stops(rule))?;
    let holds_always = rule.when.keywords.is_none() && guard_implies(&Guard::default(), &rule.when);
    if !holds_always || !leads(rule) {
        return None;
    }
    let agent = set_by(rule, Thing::Agent);
    let destination = set_by(rule, Thing::Destination);
    let elsewhere: Vec<&RuleSource> = rules
        .map(|(_, rule)| rule)
        .filter(|later| set_by(later, Thing::Destination).is_some_and(|other| Some(other) != destination))
        .collect();
    let entries =
        subject.directory().entries.values().any(|group| destination != Some(&Effect::ToGroup(*group)));
    if elsewhere.is_empty() && !entries {
        return None;
    }
    let (kind, what, thing) = match (agent, destination) {
        (Some(Effect::ToAgent(id)), _) => {
            let slug = subject.directory().agent(*id).map_or("", |agent| &agent.slug);
            (FindingKind::OneAgent, format!("the agent `{slug}`"), Thing::Agent)
        }
        (_, Some(Effect::ToGroup(id))) => {
            let slug = subject.directory().group(*id).map_or("", |group| &group.slug);
            (FindingKind::OneGroup, format!("the group `{slug}`"), Thing::Destination)
        }
        // A bot or a form for everybody is a place too, where nobody is.
        _ => (FindingKind::OneGroup, "one place without agents".to_owned(), Thing::Destination),
    };
    let mut visits: Vec<Visit> = Vec::new();
    for later in &elsewhere {
        let meetings = subject.visits().fulfilling(&[&later.when], 2);
        visits.extend(meetings.iter().filter_map(|meeting| meeting.as_visit().cloned()));
    }
    visits.push(subject.visits().anybody().visit);
    let shows = |told: &Explanation| match &bench::rules(told)?.plan.as_ref()?.source {
        crate::explain::SourceTold::Rule { rule: by } if by.slug == rule.slug => {
            let others: Vec<&str> = elsewhere
                .iter()
                .map(|later| later.slug.as_str())
                .filter(|slug| bench::fired(told, slug))
                .collect();
            Some(match others.first() {
                Some(other) => format!("`{other}` holds too, and `{}` has led to {what} already", rule.slug),
                None => format!("`{}` leads it to {what}", rule.slug),
            })
        }
        _ => None,
    };
    let concerns = std::iter::once(at_thing(rule, thing));
    findings.push(AnalysisFinding {
        kind,
        grade: FindingGrade::Fault,
        status: FindingStatus::Proved,
        message: format!(
            "rule `{}` leads every conversation to {what}, before any other rule can lead it elsewhere",
            rule.slug
        ),
        help: "Give the rule conditions, or a number behind the rules that are to come first.".to_owned(),
        witness: bench.witness(visits.into_iter().take(TRIES), shows),
        concerns: concerns.chain(elsewhere.iter().map(|later| at_thing(later, Thing::Destination))).collect(),
    });
    Some(at)
}

/// Everything that was tried, led to one place by a script or module.
pub(super) fn tried(
    subject: &Subject,
    bench: &mut Bench<'_>,
    probes: &Probes,
    findings: &mut Vec<AnalysisFinding>,
) -> Option<usize> {
    let directory = subject.directory();
    let (_, first) = probes.landed.first()?;
    let target = &first.target;
    let texts: BTreeSet<&str> = probes.landed.iter().map(|(visit, _)| visit.text.as_str()).collect();
    let sources: BTreeSet<Option<usize>> = probes
        .landed
        .iter()
        .map(|(_, plan)| match plan.source {
            PlanSource::Rule(rule) => Some(rule.index()),
            _ => None,
        })
        .collect();
    let [Some(at)] = sources.into_iter().collect::<Vec<_>>()[..] else { return None };
    let rule = subject.rules.get(at)?;
    let all_there = probes.landed.iter().all(|(_, plan)| plan.target == *target);
    if !all_there
        || probes.landed.len() < VISITS_MIN
        || texts.len() < TEXTS_MIN
        || !leads_elsewhere(subject, target)
    {
        return None;
    }
    let (kind, what) = match target {
        Target::Agent { agent, .. } => {
            (FindingKind::OneAgent, format!("the agent `{}`", directory.agent(*agent)?.slug))
        }
        Target::Group(group) => {
            (FindingKind::OneGroup, format!("the group `{}`", directory.group(*group)?.slug))
        }
        Target::Bot(_) | Target::LeaveMessage | Target::Ticket => {
            (FindingKind::OneGroup, "one place without agents".to_owned())
        }
    };
    let shows = |told: &Explanation| match &bench::rules(told)?.plan.as_ref()?.source {
        crate::explain::SourceTold::Rule { rule: by } if by.slug == rule.slug => {
            Some(format!("`{}` leads it to {what}", rule.slug))
        }
        _ => None,
    };
    let visits = probes.landed.iter().map(|(visit, _)| visit.clone()).take(TRIES);
    let witness = bench.witness(visits, shows);
    findings.push(AnalysisFinding {
        kind,
        grade: FindingGrade::Fault,
        status: if witness.is_some() { FindingStatus::Witnessed } else { FindingStatus::Unknown },
        message: format!(
            "rule `{}` led all {} visits that were tried to {what}",
            rule.slug,
            probes.landed.len()
        ),
        help: "Give the rule conditions, or a number behind the rules that are to come first.".to_owned(),
        witness,
        concerns: vec![at_thing(rule, Thing::Destination)],
    });
    Some(at)
}

/// Whether something in the files would lead to another group than this.
fn leads_elsewhere(subject: &Subject, target: &Target) -> bool {
    let other = |group: &GroupId| !matches!(target, Target::Group(own) if own == group);
    let directory = subject.directory();
    let by_rule = subject.rules.iter().filter(|rule| rule.hooks.contains(&Hook::Route));
    let mut by_rule = by_rule.filter_map(|rule| set_by(rule, Thing::Destination));
    by_rule.any(|effect| !matches!(effect, Effect::ToGroup(group) if !other(group)))
        || directory.entries.values().any(other)
        || directory.channels.iter().filter_map(|channel| channel.group.as_ref()).any(other)
}

/// One of several agents had nearly everything in a scenario.
pub(super) fn simulated(
    subject: &Subject,
    bench: &mut Bench<'_>,
    probes: &Probes,
    ran: &[Ran],
    findings: &mut Vec<AnalysisFinding>,
) {
    let directory = subject.directory();
    for run in ran {
        let there: Vec<_> = run.report.kpi.agents.iter().filter(|agent| agent.present_ms > 0).collect();
        let all: u64 = there.iter().map(|agent| agent.conversations).sum();
        let Some(most) = there.iter().max_by_key(|agent| agent.conversations) else { continue };
        if there.len() < AGENTS_MIN
            || all < CONVERSATIONS_MIN
            || (most.conversations as f64) < SHARE_MAX * all as f64
        {
            continue;
        }
        if findings
            .iter()
            .any(|found| found.kind == FindingKind::OneAgent && found.grade == FindingGrade::Fault)
        {
            return;
        }
        let Some(agent) = directory.agent_named(&most.agent) else { continue };
        let shows = |told: &Explanation| {
            let ended = bench::ended(&bench::placement(told)?.outcome);
            let directed = matches!(&bench::plan(told)?.target, TargetTold::Agent { .. });
            (ended.starts_with(&format!("`{}`", agent.slug)) && !directed).then_some(ended)
        };
        let visits = probes.landed.iter().map(|(visit, _)| visit.clone()).take(TRIES);
        let witness = bench.witness(visits, shows);
        let groups = agent.groups.iter().filter_map(|seat| directory.group(seat.group));
        let groups = groups.map(|group| subject.places.group(group));
        findings.push(AnalysisFinding {
            kind: FindingKind::OneAgent,
            grade: FindingGrade::Fault,
            status: FindingStatus::Witnessed,
            message: format!(
                "in the scenario `{}`, `{}` had {} of {all} conversations while {} agents were there",
                run.slug, agent.slug, most.conversations, there.len()
            ),
            help: "Look at the group's strategy, the agents' priorities, capacities and skills: what keeps the others from it?".to_owned(),
            concerns: std::iter::once(subject.places.agent(agent)).chain(groups).collect(),
            witness,
        });
        return;
    }
}
