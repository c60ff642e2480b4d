//! Where a conversation ends when nobody is there to take it: the pure part of falling back, without a desk.

use crate::id::{GroupId, HoursId};
use crate::limits::FALLBACK_HOPS_MAX;
use crate::model::{Directory, Fallback, FallbackStep, Group};
use crate::rules::{Plan, Target};

/// Where `plan` ends with every agent offline: a bot, a ticket, a message left, or a group in which it waits without
/// limit. `is_open` says whether a plan of hours is open.
#[must_use]
pub fn ends_at(directory: &Directory, plan: &Plan, is_open: &dyn Fn(HoursId) -> bool) -> FallbackStep {
    let group = match &plan.target {
        Target::Bot(name) => return FallbackStep::Bot(name.clone()),
        Target::LeaveMessage => return FallbackStep::LeaveMessage,
        Target::Ticket => return FallbackStep::Ticket,
        Target::Group(group) | Target::Agent { group, .. } => *group,
    };
    let mut way = Way { directory, plan, is_open, passed: Vec::new() };
    way.end_of(group)
}

struct Way<'a> {
    directory: &'a Directory,
    plan: &'a Plan,
    is_open: &'a dyn Fn(HoursId) -> bool,
    /// Groups that have given it up already.
    passed: Vec<GroupId>,
}

impl Way<'_> {
    /// Where a conversation that is to wait in `id` ends.
    fn end_of(&mut self, id: GroupId) -> FallbackStep {
        let empty = Fallback::default();
        let group = self.directory.group(id).filter(|group| group.active);
        if let Some(group) = group
            && self.may_wait(group)
            && self.plan.wait_ms_max.or(group.wait_ms_max).is_none()
        {
            return FallbackStep::Group(id);
        }
        self.passed.push(id);
        let own = match group {
            Some(group) if !self.in_hours(group) && !group.closed.steps.is_empty() => &group.closed,
            Some(group) => &group.fallback,
            None => &empty,
        };
        let tenants = &self.directory.settings.fallback;
        for step in own.steps.iter().chain(&tenants.steps) {
            let FallbackStep::Group(next) = step else { return step.clone() };
            let waits = self.directory.group(*next).is_some_and(|next| next.active && self.may_wait(next));
            if waits && !self.passed.contains(next) && self.passed.len() < FALLBACK_HOPS_MAX {
                return self.end_of(*next);
            }
        }
        FallbackStep::LeaveMessage
    }

    /// Whether a conversation waits here though nobody is on duty.
    fn may_wait(&self, group: &Group) -> bool {
        group.wait_unstaffed && self.in_hours(group)
    }

    fn in_hours(&self, group: &Group) -> bool {
        group.hours.is_none_or(self.is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{self, AFTER_SALES, BUSINESS, GENERAL, VIP_DESK};
    use super::*;
    use crate::rules::{Answer, PlanSource};

    fn steps(steps: &[FallbackStep]) -> Fallback {
        Fallback { steps: steps.to_vec() }
    }

    fn plan(target: Target) -> Plan {
        Answer::default().into_plan((target, PlanSource::Default), |_| None)
    }

    #[test]
    fn a_conversation_ends_where_the_first_place_takes_it() {
        let mut directory = fixture::directory();
        let end = |directory: &Directory, open: bool| {
            ends_at(directory, &plan(Target::Group(AFTER_SALES)), &|_| open)
        };
        assert_eq!(end(&directory, true), FallbackStep::LeaveMessage, "the tenant's");
        let group = &mut directory.groups[AFTER_SALES.index()];
        group.hours = Some(BUSINESS);
        group.fallback = steps(&[FallbackStep::Group(GENERAL), FallbackStep::Ticket]);
        assert_eq!(end(&directory, true), FallbackStep::Ticket, "nobody is in the general group either");
        directory.groups[GENERAL.index()].wait_unstaffed = true;
        assert_eq!(end(&directory, true), FallbackStep::Group(GENERAL));
        directory.groups[GENERAL.index()].wait_ms_max = Some(60_000);
        directory.groups[GENERAL.index()].fallback =
            steps(&[FallbackStep::Group(AFTER_SALES), FallbackStep::Bot("faq".to_owned())]);
        assert_eq!(
            end(&directory, true),
            FallbackStep::Bot("faq".to_owned()),
            "after waiting, and no circle"
        );
        directory.groups[AFTER_SALES.index()].closed = steps(&[FallbackStep::Bot("night".to_owned())]);
        assert_eq!(end(&directory, false), FallbackStep::Bot("night".to_owned()));
    }

    #[test]
    fn what_needs_nobody_ends_at_once() {
        let directory = fixture::directory();
        let end = |target| ends_at(&directory, &plan(target), &|_| true);
        assert_eq!(end(Target::Ticket), FallbackStep::Ticket);
        assert_eq!(end(Target::Group(VIP_DESK)), FallbackStep::LeaveMessage);
    }
}
