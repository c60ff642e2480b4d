//! Whole-tenant checks: what no single file shows.

use std::collections::{BTreeMap, BTreeSet};

use super::findings::Findings;
use super::groups::ReadGroup;
use super::names::related;
use super::reader::Place;
use super::rules::RuleList;
use super::settings::ReadSettings;
use crate::diagnostic::{Code, Diagnostic, Related, Severity};
use crate::id::GroupId;
use crate::model::Agent;

/// People named in one finding.
const NAMED_MAX: usize = 5;

/// Looks at the tenant as a whole.
pub(crate) fn check(
    settings: &ReadSettings<'_>,
    groups: &[ReadGroup<'_>],
    agents: &[Agent],
    rules: &RuleList<'_>,
    findings: &Findings,
) {
    check_last_resort(settings);
    check_orders(rules, findings);
    check_circles(groups);
    check_receivers(groups, agents);
}

fn check_last_resort(settings: &ReadSettings<'_>) {
    let fallback = &settings.settings.fallback;
    if fallback.is_complete() {
        return;
    }
    let message = match fallback.steps.is_empty() {
        true => "the tenant has no fallback: a conversation that nobody can take would be lost",
        false => {
            "the tenant's fallback only leads to groups: a conversation that none of them can take would be lost"
        }
    };
    let finding = settings.fallback_place.finding(Code::NoFallback, message);
    let help = "end `fallback` with a step that always works, such as `fallback = [\"leave-message\"]`";
    settings.fallback_place.findings().push(finding.help(help));
}

fn check_orders(rules: &RuleList<'_>, findings: &Findings) {
    let mut firsts: BTreeMap<u32, (&str, String)> = BTreeMap::new();
    for ((order, slug), files) in rules {
        let document = files.document.map(|document| document.file());
        let body = files.script.map(|(file, _)| file).or(files.module.map(|(file, _)| file));
        let file = document.or(body).unwrap_or_default().to_owned();
        let Some((first, first_file)) = firsts.get(order) else {
            firsts.insert(*order, (slug, file));
            continue;
        };
        let message = format!(
            "the rules `{first}` and `{slug}` have the same order {order}: `{first}` runs first, because its file name \
             comes first"
        );
        let mut finding = Diagnostic::new(Code::SameOrder, &file, None, message);
        finding.related.push(Related {
            file: first_file.clone(),
            span: None,
            message: "runs first".to_owned(),
        });
        findings.push(finding.help("give each rule a number of its own"));
    }
}

/// An arrow from one group to another, and where it is written.
type Arrow<'d> = (GroupId, Place<'d>);

fn check_circles(groups: &[ReadGroup<'_>]) {
    let parents = groups.iter().map(|read| {
        let arrow = read.group.parent.zip(read.parent);
        (read.group.id, arrow.into_iter().collect())
    });
    for circle in circles(&parents.collect()) {
        report_circle(
            groups,
            &circle,
            "is above itself",
            "let one of them have another `parent`, or none",
            None,
        );
    }
    // Where a group's own fallback is complete, the way ends there.
    let open = |read: &&ReadGroup<'_>| !read.group.fallback.is_complete();
    let fallbacks: BTreeMap<GroupId, Vec<Arrow<'_>>> =
        groups.iter().filter(open).map(|read| (read.group.id, read.fallback_groups.clone())).collect();
    let help = "end the fallback of one of them with a step that always works, such as \"leave-message\"";
    let mut known = BTreeSet::new();
    for circle in circles(&fallbacks) {
        known.insert(members(&circle));
        report_circle(groups, &circle, "falls back to itself", help, None);
    }
    let overflows = groups.iter().filter(open).map(|read| {
        let arrows = read.fallback_groups.iter().chain(&read.overflow_groups).copied();
        (read.group.id, arrows.collect())
    });
    for circle in circles(&overflows.collect()) {
        if known.insert(members(&circle)) {
            report_circle(groups, &circle, "overflows to itself", help, Some(Severity::Warning));
        }
    }
}

fn members(circle: &[(GroupId, Arrow<'_>)]) -> BTreeSet<GroupId> {
    circle.iter().map(|(group, _)| *group).collect()
}

/// The circles in a graph, each once, beginning at its lowest id: those that a walk meets which takes every arrow once.
fn circles<'d>(arrows: &BTreeMap<GroupId, Vec<Arrow<'d>>>) -> Vec<Vec<(GroupId, Arrow<'d>)>> {
    let mut found: Vec<Vec<(GroupId, Arrow<'d>)>> = Vec::new();
    let mut done: BTreeSet<GroupId> = BTreeSet::new();
    for start in arrows.keys() {
        // The way from `start`: each group with the arrows that are left to take.
        let mut way: Vec<(GroupId, std::slice::Iter<'_, Arrow<'d>>)> = Vec::new();
        let mut taken: Vec<(GroupId, Arrow<'d>)> = Vec::new();
        if !done.contains(start) {
            way.extend(arrows.get(start).map(|list| (*start, list.iter())));
        }
        while let Some((group, left)) = way.last_mut() {
            let group = *group;
            let Some(arrow) = left.next() else {
                done.insert(group);
                way.pop();
                taken.pop();
                continue;
            };
            taken.push((group, *arrow));
            if let Some(at) = way.iter().position(|(on_way, _)| *on_way == arrow.0) {
                let mut circle = taken.get(at..).unwrap_or_default().to_vec();
                let lowest = circle.iter().enumerate().min_by_key(|(_, (group, _))| *group).map(|(at, _)| at);
                circle.rotate_left(lowest.unwrap_or(0));
                found.push(circle);
                taken.pop();
            } else if !done.contains(&arrow.0)
                && let Some(list) = arrows.get(&arrow.0)
            {
                way.push((arrow.0, list.iter()));
            } else {
                taken.pop();
            }
        }
    }
    found
}

fn report_circle(
    groups: &[ReadGroup<'_>],
    circle: &[(GroupId, Arrow<'_>)],
    does: &str,
    help: &str,
    severity: Option<Severity>,
) {
    let slug = |id: GroupId| {
        groups.iter().find(|read| read.group.id == id).map_or("", |read| read.group.slug.as_str())
    };
    let Some(((first, (_, place)), rest)) = circle.split_first() else {
        return;
    };
    let way: Vec<_> = circle.iter().map(|(_, (to, _))| format!("`{}`", slug(*to))).collect();
    let message = format!("the group `{}` {does}: `{}` → {}", slug(*first), slug(*first), way.join(" → "));
    let mut finding = place.finding(Code::Cycle, message).help(help);
    finding.severity = severity.unwrap_or(finding.severity);
    finding.related.extend(
        rest.iter().take(NAMED_MAX).map(|(from, (to, place))| {
            related(*place, format!("`{}` leads to `{}`", slug(*from), slug(*to)))
        }),
    );
    place.findings().push(finding);
}

/// A group and the departments below it must have somebody with the right to receive (P8, R22).
fn check_receivers(groups: &[ReadGroup<'_>], agents: &[Agent]) {
    let parents: BTreeMap<GroupId, GroupId> =
        groups.iter().filter_map(|read| Some((read.group.id, read.group.parent?))).collect();
    let mut receiving: BTreeSet<GroupId> = BTreeSet::new();
    let mut others: BTreeMap<GroupId, Vec<&Agent>> = BTreeMap::new();
    for agent in agents {
        let mut reached = BTreeSet::new();
        for membership in &agent.groups {
            let mut at = Some(membership.group);
            // A circle of parents ends where it began.
            while let Some(group) = at.filter(|group| reached.insert(*group)) {
                at = parents.get(&group).copied();
            }
        }
        if agent.receives {
            receiving.extend(reached);
        } else {
            for group in reached {
                others.entry(group).or_default().push(agent);
            }
        }
    }
    for read in groups.iter().filter(|read| !receiving.contains(&read.group.id)) {
        let slug = &read.group.slug;
        let others = others.get(&read.group.id).map(Vec::as_slice).unwrap_or_default();
        let message = match others {
            [] => format!("nobody in the group `{slug}` may receive conversations: it has no members"),
            _ => format!("nobody in the group `{slug}` may receive conversations: {}", why_not(others)),
        };
        let finding = read.slug.place.finding(Code::NobodyReceives, message);
        let help =
            "let somebody who may receive be a member in agents.toml; heads are no members by being heads";
        read.slug.place.findings().push(finding.help(help));
    }
}

fn why_not(agents: &[&Agent]) -> String {
    let with_reason = |agent: &&Agent| {
        let reason = match agent.role.receives_by_default() {
            true => "has `receives = false`",
            false => "has a role that never receives",
        };
        format!("`{}` {reason}", agent.slug)
    };
    let mut reasons: Vec<_> = agents.iter().take(NAMED_MAX).map(with_reason).collect();
    if let Some(more) = agents.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        reasons.push(format!("{more} more"));
    }
    reasons.join(", ")
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
