//! Hours: groups that receive while nobody of them is on shift, and rules that lead to a group that is closed (R67, R73).

use std::collections::BTreeSet;

use super::bench::{self, Bench};
use super::calendar::{Gaps, never_both_open, open_within};
use super::finding::{AnalysisFinding, FindingGrade, FindingKind, FindingStatus};
use super::groups::{Targets, receivers};
use super::shadowed::{Thing, at_thing, set_by};
use super::subject::Subject;
use crate::explain::{Explanation, PlacementOutcomeTold, Visit};
use crate::id::HoursId;
use crate::model::{Group, Relax};
use crate::rules::{Effect, Guard};

/// Gaps, and visits for each, that are tried for one witness.
const GAPS: usize = 6;
const VISITS: usize = 4;
/// Gaps that a message names.
const NAMED_MAX: usize = 3;

/// Groups that receive at hours at which nobody of them is on shift.
pub(super) fn unstaffed(
    subject: &Subject,
    bench: &mut Bench<'_>,
    targets: &Targets,
    findings: &mut Vec<AnalysisFinding>,
) {
    let directory = subject.directory();
    let receivers = receivers(directory);
    for group in directory.groups.iter().filter(|group| group.active && targets.contains_key(&group.id)) {
        let opened = group.widening.iter().filter_map(|step| match step.relax {
            Relax::OpenTier(tier) => Some(tier),
            _ => None,
        });
        let tier_to = group.tier_max.map_or(u8::MAX, |tier| opened.fold(tier, u8::max));
        let members = receivers.get(&group.id).map(Vec::as_slice).unwrap_or_default();
        let asked: Vec<_> = members.iter().filter(|agent| agent.tier <= tier_to).collect();
        // Nobody at all is another finding; somebody without a shift may be there at any time.
        if asked.is_empty() || asked.iter().any(|agent| agent.shift.is_none()) {
            continue;
        }
        let shifts: BTreeSet<HoursId> = asked.iter().filter_map(|agent| agent.shift).collect();
        let shifts: Vec<HoursId> = shifts.into_iter().collect();
        let gaps = subject.calendar.gaps(group.hours, &shifts);
        if !gaps.stretches.is_empty() {
            findings.push(unstaffed_group(subject, bench, targets, group, &gaps));
        }
    }
}

/// How a visit to a group went at a time at which nobody of it is on shift.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Served {
    /// By nobody: a bot, a message, a ticket.
    ByNobody,
    /// By another group, or later.
    Otherwise,
}

fn unstaffed_group(
    subject: &Subject,
    bench: &mut Bench<'_>,
    targets: &Targets,
    group: &Group,
    gaps: &Gaps,
) -> AnalysisFinding {
    let meetings = targets.get(&group.id).map(Vec::as_slice).unwrap_or_default();
    let visits = gaps.stretches.iter().take(GAPS).flat_map(|gap| {
        let meetings = meetings.iter().filter(|meeting| meeting.as_visit().is_some()).take(VISITS);
        meetings.map(|meeting| subject.visits().at(meeting, gap.start).visit).collect::<Vec<_>>()
    });
    let visits: Vec<Visit> = visits.collect();
    let shows = |wanted: Served| {
        move |told: &Explanation| {
            let (served, told) = unserved(told, group)?;
            (served == wanted).then_some(told)
        }
    };
    let by_nobody = bench.witness(visits.iter().cloned(), shows(Served::ByNobody));
    // Without hours of its own, nobody has promised that somebody is there.
    let is_fault = by_nobody.is_some() && group.hours.is_some() && !group.wait_unstaffed;
    let witness = by_nobody.or_else(|| bench.witness(visits, shows(Served::Otherwise)));
    let calendar = &subject.calendar;
    let named: Vec<String> = gaps
        .stretches
        .iter()
        .take(NAMED_MAX)
        .map(|gap| format!("{} to {}", calendar.told(gap.start), calendar.told_time(gap.end)))
        .collect();
    let hours = |ms: i64| {
        let minutes = ms / 60_000;
        if minutes % 60 == 0 {
            format!("{} h", minutes / 60)
        } else {
            format!("{} h {:02} min", minutes / 60, minutes % 60)
        }
    };
    let more = gaps.stretches.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more times") } else { String::new() };
    let a_week = match gaps.gap_ms_a_week {
        0 => "only on days with special hours".to_owned(),
        gap_ms => format!("{} of its {} a week", hours(gap_ms), hours(gaps.open_ms_a_week)),
    };
    let receives = if group.hours.is_some() {
        "receives while nobody of it is on shift"
    } else {
        "has no hours, and nobody of it is on shift"
    };
    AnalysisFinding {
        kind: FindingKind::UnstaffedGroup,
        grade: if is_fault { FindingGrade::Fault } else { FindingGrade::Note },
        status: FindingStatus::Proved,
        message: format!("the group `{}` {receives} {}{more}: {a_week}", group.slug, named.join(", ")),
        help: match group.hours {
            Some(_) => "Give somebody of the group a shift there, or shorten the group's hours.".to_owned(),
            None => "Give the group hours, so that visitors are told when nobody is there.".to_owned(),
        },
        concerns: vec![subject.places.group(group)],
        witness,
    }
}

/// How a visit went that asked for the group, if nobody of the group took it.
fn unserved(told: &Explanation, group: &Group) -> Option<(Served, String)> {
    let placement = bench::placement(told)?;
    let first = placement.tries.first().filter(|first| first.group.slug == group.slug)?;
    if bench::target_group(told) != Some(&group.slug) || !first.considered.is_empty() {
        return None;
    }
    let served = match &placement.outcome {
        PlacementOutcomeTold::FellBack { .. } => Served::ByNobody,
        PlacementOutcomeTold::Assigned { group: by, .. } if by.slug == group.slug => return None,
        _ => Served::Otherwise,
    };
    Some((served, format!("nobody of `{}` is there: {}", group.slug, bench::ended(&placement.outcome))))
}

/// Rules that lead to a group which is closed whenever they hold.
pub(super) fn closed_targets(
    subject: &Subject,
    bench: &mut Bench<'_>,
    known: &BTreeSet<usize>,
    findings: &mut Vec<AnalysisFinding>,
) {
    for (at, rule) in subject.on_route() {
        let Some(Effect::ToGroup(group)) = set_by(rule, Thing::Destination) else { continue };
        let Some(group) = subject.directory().group(*group).filter(|_| !known.contains(&at)) else {
            continue;
        };
        let Some(why) = closed_whenever(subject, &rule.when, group) else { continue };
        let meetings = subject.visits().fulfilling(&[&rule.when], GAPS);
        let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
        let shows = |told: &Explanation| {
            let (_, told) = unserved(told, group).filter(|_| bench::fired(told, &rule.slug))?;
            Some(told)
        };
        findings.push(AnalysisFinding {
            kind: FindingKind::ClosedTarget,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: format!(
                "rule `{}` leads to the group `{}`, which is closed whenever the rule holds: {why}",
                rule.slug, group.slug
            ),
            help: "Lead to a group that is open then, or say what is meant: a bot, a ticket, a message left."
                .to_owned(),
            concerns: vec![at_thing(rule, Thing::Destination), subject.places.group(group)],
            witness: bench.witness(visits, shows),
        });
    }
}

fn closed_whenever(subject: &Subject, guard: &Guard, group: &Group) -> Option<String> {
    let directory = subject.directory();
    let hours = directory.hours(group.hours?)?;
    if let Some(closed) = guard.hours_closed.and_then(|closed| directory.hours(closed))
        && open_within(&hours.hours, &closed.hours)
    {
        return Some(format!(
            "the rule asks for `{}` to be closed, and the group is open only within them",
            closed.slug
        ));
    }
    let open = guard.hours_open.and_then(|open| directory.hours(open))?;
    never_both_open(&open.hours, &hours.hours).then(|| {
        format!("the rule's hours `{}` and the group's `{}` have no minute in common", open.slug, hours.slug)
    })
}
