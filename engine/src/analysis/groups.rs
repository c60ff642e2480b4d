//! Groups: whether anything leads to them, who of them may receive, and what they do where nobody does.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{self, Bench};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus};
use super::subject::Subject;
use super::visits::Meeting;
use crate::diagnostic::Code;
use crate::explain::{Explanation, FallbackTold, PlacementOutcomeTold, Staffing, Visit};
use crate::id::GroupId;
use crate::model::{Agent, Directory, FallbackStep, Group, Relax};
use crate::rules::{Effect, RuleBody, RuleSource};

/// Visits tried for one witness.
const TRIES: usize = 12;

/// Groups that nothing leads to of which modules and scripts are searched for the name.
const UNREACHED_MAX: usize = 100;

/// Visits by the group that they are led to.
pub(super) type Targets = BTreeMap<GroupId, Vec<Meeting>>;

/// The members who may receive for a group: its own and those of the departments below it.
pub(super) fn receivers(directory: &Directory) -> BTreeMap<GroupId, Vec<&Agent>> {
    let mut receivers: BTreeMap<GroupId, Vec<&Agent>> = BTreeMap::new();
    for agent in directory.agents.iter().filter(|agent| agent.active && agent.receives) {
        let groups: BTreeSet<GroupId> =
            agent.groups.iter().flat_map(|seat| directory.group_and_above(seat.group)).collect();
        for group in groups {
            receivers.entry(group).or_default().push(agent);
        }
    }
    receivers
}

/// Groups that nothing leads to.
pub(super) fn unreachable(subject: &Subject, bench: &mut Bench<'_>, findings: &mut Vec<AnalysisFinding>) {
    let directory = subject.directory();
    let led_to = led_to(directory, &subject.rules);
    let has_departments: BTreeSet<GroupId> =
        directory.groups.iter().filter_map(|group| group.parent).collect();
    let is_led_to = |group: &Group| directory.group_and_above(group.id).any(|group| led_to.contains(&group));
    let receivers = receivers(directory);
    let unreached = directory.groups.iter().filter(|group| {
        let has_people = receivers.contains_key(&group.id) && !has_departments.contains(&group.id);
        group.active && has_people && !is_led_to(group)
    });
    for (number, group) in unreached.enumerate() {
        if number == UNREACHED_MAX {
            bench.bounds.insert(format!("{UNREACHED_MAX} groups that nothing leads to"));
            return;
        }
        let named = subject.rules.iter().find(|rule| names(rule, &group.slug));
        let sandboxed = subject.rules.iter().any(|rule| !matches!(rule.body, RuleBody::Effects(_)));
        if named.is_some() {
            continue;
        }
        let mut message = format!("nothing leads to the group `{}`", group.slug);
        if sandboxed {
            message.push_str(
                ": no rule, entry, channel, fallback or overflow names it, scripts and modules included",
            );
        } else {
            message.push_str(": no rule, entry, channel, fallback or overflow names it");
        }
        findings.push(AnalysisFinding {
            kind: FindingKind::UnreachableGroup,
            grade: FindingGrade::Fault,
            // A script can put a name together.
            status: if sandboxed { FindingStatus::Unknown } else { FindingStatus::Proved },
            message,
            help: "Let a rule, an entry or a channel lead to it, or take the group away.".to_owned(),
            concerns: vec![subject.places.group(group)],
            witness: None,
        });
    }
}

/// The groups that the files lead conversations to, scripts and modules left aside.
fn led_to(directory: &Directory, rules: &[RuleSource]) -> BTreeSet<GroupId> {
    let mut groups: BTreeSet<GroupId> = directory.entries.values().copied().collect();
    let channels = directory.channels.iter().filter(|channel| channel.active);
    groups.extend(channels.filter_map(|channel| channel.group));
    groups.extend(directory.settings.default_group);
    let steps = directory.groups.iter().filter(|group| group.active);
    let steps = steps.flat_map(|group| group.fallback.steps.iter().chain(&group.closed.steps));
    groups.extend(steps.chain(&directory.settings.fallback.steps).filter_map(|step| match step {
        FallbackStep::Group(group) => Some(*group),
        _ => None,
    }));
    let widening = directory.groups.iter().flat_map(|group| &group.widening);
    groups.extend(widening.filter_map(|step| match step.relax {
        Relax::Overflow(group) => Some(group),
        _ => None,
    }));
    for rule in rules {
        let RuleBody::Effects(effects) = &rule.body else { continue };
        for (effect, _) in effects {
            match effect {
                Effect::ToGroup(group) => groups.extend([*group]),
                Effect::ToAgent(agent) => {
                    let seats = directory.agent(*agent).map(|agent| agent.groups.as_slice());
                    groups.extend(seats.unwrap_or_default().iter().map(|seat| seat.group));
                }
                _ => {}
            }
        }
    }
    groups
}

/// Whether a script or module holds this text: it may well name what is called so.
fn names(rule: &RuleSource, slug: &str) -> bool {
    match &rule.body {
        RuleBody::Effects(_) => false,
        RuleBody::Script { source, .. } => source.contains(slug),
        RuleBody::Module { wasm, .. } => {
            wasm.windows(slug.len().max(1)).any(|bytes| bytes == slug.as_bytes())
        }
    }
}

/// Groups in which nobody may receive: what `check` says, with a visit that nobody there takes.
pub(super) fn nobody_receives(
    subject: &Subject,
    bench: &mut Bench<'_>,
    targets: &Targets,
    findings: &mut Vec<AnalysisFinding>,
) {
    for diagnostic in subject.diagnostics.iter().filter(|found| found.code == Code::NobodyReceives) {
        let slug = diagnostic.span.and_then(|span| subject.places.group_at(span));
        let Some(group) = slug.and_then(|slug| subject.directory().group_named(slug)) else { continue };
        let shows = |told: &Explanation| {
            let first = bench::placement(told)?.tries.first()?;
            let nobody = first.group.slug == group.slug && first.considered.is_empty();
            let outcome = &bench::placement(told)?.outcome;
            nobody.then(|| format!("nobody of `{}` may take it: {}", group.slug, bench::ended(outcome)))
        };
        findings.push(AnalysisFinding {
            kind: FindingKind::NobodyReceives,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: diagnostic.message.clone(),
            help: "Let somebody who may receive be a member in agents.toml; heads are no members by being heads.".to_owned(),
            concerns: vec![subject.places.group(group)],
            witness: bench.witness(visits_to(targets, group.id), shows),
        });
    }
}

/// The visits known to be led to a group.
pub(super) fn visits_to(targets: &Targets, group: GroupId) -> Vec<Visit> {
    let meetings = targets.get(&group).map(Vec::as_slice).unwrap_or_default();
    meetings.iter().filter_map(|meeting| meeting.as_visit().cloned()).take(TRIES).collect()
}

/// A tenant without a fallback that always works, with a visitor whom nobody serves.
pub(super) fn missing_fallback(
    subject: &Subject,
    bench: &mut Bench<'_>,
    targets: &Targets,
    findings: &mut Vec<AnalysisFinding>,
) {
    let directory = subject.directory();
    let offline = |group: &Group| {
        let visits = visits_to(targets, group.id).into_iter();
        visits.map(|visit| Visit { staffing: Staffing::Offline, ..visit }).collect::<Vec<_>>()
    };
    // Groups with a complete fallback of their own show nothing.
    let open = directory.groups.iter().filter(|group| group.active && !group.fallback.is_complete());
    let visits: Vec<Visit> = open.flat_map(offline).take(TRIES).collect();
    let anybody = Visit { staffing: Staffing::Offline, ..subject.visits().anybody().visit };
    for diagnostic in subject.diagnostics.iter().filter(|found| found.code == Code::NoFallback) {
        let shows = |told: &Explanation| {
            match &bench::placement(told)?.outcome {
            PlacementOutcomeTold::FellBack { to: FallbackTold::LeaveMessage, .. } => Some(
                "nobody takes it, and no step of any fallback is left: it is only kept because leaving a message is what \
                 the desk does when there is no fallback"
                    .to_owned(),
            ),
            _ => None,
        }
        };
        let mut concern = subject.tenant();
        concern.span = diagnostic.span;
        findings.push(AnalysisFinding {
            kind: FindingKind::MissingFallback,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: diagnostic.message.clone(),
            help: "End `fallback` with a step that always works, such as `fallback = [\"leave-message\"]`."
                .to_owned(),
            concerns: vec![concern],
            witness: bench.witness(visits.iter().cloned().chain([anybody.clone()]), shows),
        });
    }
}

/// Groups that fall back or overflow in a circle: what `check` says, with a visitor who is sent on within it.
pub(super) fn circles(
    subject: &Subject,
    bench: &mut Bench<'_>,
    targets: &Targets,
    findings: &mut Vec<AnalysisFinding>,
) {
    let directory = subject.directory();
    for diagnostic in subject.diagnostics.iter().filter(|found| found.code == Code::Cycle) {
        let spans =
            diagnostic.span.into_iter().chain(diagnostic.related.iter().filter_map(|related| related.span));
        let mut groups: Vec<&Group> = Vec::new();
        for group in spans.filter_map(|span| directory.group_named(subject.places.group_at(span)?)) {
            if !groups.iter().any(|known| known.id == group.id) {
                groups.push(group);
            }
        }
        let slugs: Vec<&str> = groups.iter().map(|group| group.slug.as_str()).collect();
        let shows = |told: &Explanation| {
            let asked = bench::placement(told)?.tries.iter().map(|one| one.group.slug.as_str());
            let asked: Vec<&str> = asked.filter(|slug| slugs.contains(slug)).collect();
            (asked.len() > 1 || (slugs.len() == 1 && !asked.is_empty())).then(|| {
                let ended = bench::placement(told).map(|placement| bench::ended(&placement.outcome));
                format!("it is sent on from `{}`, and {}", asked.join("` to `"), ended.unwrap_or_default())
            })
        };
        let visits = groups.iter().flat_map(|group| visits_to(targets, group.id));
        let offline = visits.map(|visit| Visit { staffing: Staffing::Offline, ..visit });
        findings.push(AnalysisFinding {
            kind: FindingKind::TransferCycle,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone().unwrap_or_default(),
            concerns: groups.iter().map(|group| subject.places.group(group)).collect(),
            witness: bench.witness(offline.take(TRIES), shows),
        });
    }
}
