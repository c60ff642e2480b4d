//! Where conversations are tried, and how many may be.

use std::collections::BTreeSet;

use super::finding::Witness;
use super::visits::Meeting;
use crate::explain::{
    Explanation, OutcomeTold, PlacementOutcomeTold, PlacementTold, PlanTold, RuleTold, RulesTold, StepTold,
    TargetTold, Visit, explain,
};
use crate::rules::{Plan, Ruleset, Trigger, Verdict};
use crate::trace::TraceLevel;

/// How much an analysis may try.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Conversations that the rules alone decide.
    pub decisions_max: u32,
    /// Visits that are let in at a desk.
    pub visits_max: u32,
    /// Agents who are brought online for all visits together.
    pub agents_max: u32,
    /// Conversations of each scenario.
    pub conversations_max: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Effort { decisions_max: 40_000, visits_max: 2_000, agents_max: 2_000_000, conversations_max: 20_000 }
    }
}

/// The bench: what is tried is counted here.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    pub(super) ruleset: &'a Ruleset,
    effort: Effort,
    agents_each: u32,
    pub(super) decisions: u32,
    pub(super) visits: u32,
    pub(super) bounds: BTreeSet<String>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(ruleset: &'a Ruleset, effort: Effort) -> Bench<'a> {
        let agents = u32::try_from(ruleset.directory().agents.len()).unwrap_or(u32::MAX);
        Bench { ruleset, effort, agents_each: agents, decisions: 0, visits: 0, bounds: BTreeSet::new() }
    }

    /// Lets the rules decide. `None`: the bound is reached, or the tenant has no channel.
    pub(super) fn decide(&mut self, meeting: &Meeting, trigger: Trigger) -> Option<(Verdict, Option<Plan>)> {
        if self.decisions >= self.effort.decisions_max {
            self.bounds.insert(format!("{} conversations decided by the rules", self.effort.decisions_max));
            return None;
        }
        self.decisions += 1;
        let situation = meeting.situation(self.ruleset.directory(), trigger)?;
        Some(situation.decide(self.ruleset, TraceLevel::Full))
    }

    /// Lets a visitor in. `None`: the bound is reached, or there is no such visit.
    pub(super) fn visit(&mut self, visit: &Visit) -> Option<Explanation> {
        let agents = self.visits.saturating_mul(self.agents_each);
        if self.visits >= self.effort.visits_max || agents >= self.effort.agents_max {
            self.bounds.insert(format!("{} visits let in at a desk", self.visits));
            return None;
        }
        self.visits += 1;
        explain(self.ruleset, visit).ok()
    }

    /// The first of the visits that shows it; `shows` says what is to be seen, where it is.
    pub(super) fn witness(
        &mut self,
        visits: impl IntoIterator<Item = Visit>,
        shows: impl Fn(&Explanation) -> Option<String>,
    ) -> Option<Witness> {
        visits.into_iter().find_map(|visit| {
            let told = self.visit(&visit)?;
            let shows = shows(&told)?;
            Some(Witness { visit, shows })
        })
    }
}

/// What the rules said when the conversation opened.
pub(super) fn rules(told: &Explanation) -> Option<&RulesTold> {
    told.steps.iter().find_map(|step| match step {
        StepTold::Rules(rules) => Some(rules),
        StepTold::Placement(_) => None,
    })
}

/// What one rule did.
pub(super) fn rule<'e>(told: &'e Explanation, slug: &str) -> Option<&'e RuleTold> {
    rules(told)?.rules.iter().find(|rule| rule.rule.slug == slug)
}

/// Whether a rule gave effects.
pub(super) fn fired(told: &Explanation, slug: &str) -> bool {
    rule(told, slug).is_some_and(|rule| rule.outcome == OutcomeTold::Matched)
}

/// What was asked for.
pub(super) fn plan(told: &Explanation) -> Option<&PlanTold> {
    rules(told)?.plan.as_ref()
}

/// The slug of the group that was asked for.
pub(super) fn target_group(told: &Explanation) -> Option<&str> {
    match &plan(told)?.target {
        TargetTold::Group { group } | TargetTold::Agent { group, .. } => Some(&group.slug),
        TargetTold::Away { .. } => None,
    }
}

/// Where a conversation was first placed.
pub(super) fn placement(told: &Explanation) -> Option<&PlacementTold> {
    told.steps.iter().find_map(|step| match step {
        StepTold::Placement(placement) => Some(placement),
        StepTold::Rules(_) => None,
    })
}

/// How a placement ended, in words.
pub(super) fn ended(outcome: &PlacementOutcomeTold) -> String {
    match outcome {
        PlacementOutcomeTold::Assigned { agent, group, .. } => {
            format!("`{}` of `{}` takes it", agent.slug, group.slug)
        }
        PlacementOutcomeTold::Queued { group, .. } => format!("it waits for `{}`", group.slug),
        PlacementOutcomeTold::FellBack { to, .. } => {
            use crate::explain::FallbackTold;
            match to {
                FallbackTold::Group { group } => format!("it falls back to `{}`", group.slug),
                FallbackTold::Bot { name } => format!("it falls back to the bot `{name}`"),
                FallbackTold::LeaveMessage => "it ends with leaving a message".to_owned(),
                FallbackTold::Ticket => "it ends with a ticket".to_owned(),
            }
        }
        PlacementOutcomeTold::Unchanged => "it stays where it is".to_owned(),
    }
}
