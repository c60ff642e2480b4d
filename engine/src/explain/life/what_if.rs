//! What if: the smallest changes under which a decision would have gone otherwise. Each is made on a copy of the desk as
//! it stood, the same command is handled once more, and only what was seen to happen is told.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::super::tell::Teller;
use super::super::told::{Named, PlanTold};
use super::change::{Change, ChangeTold, Changer};
use super::told::FateTold;
use super::{DecisionId, fate, groups_of};
use crate::desk::{Assumed, Desk, Event, PlaceView, Read, Rulesets, Standing};
use crate::id::{AgentId, GroupId, RuleId};
use crate::model::Strategy;
use crate::rules::Ruleset;
use crate::simulation::{Followed, LifeMoment};
use crate::trace::{PlacementOutcome, Reason, Trace, TraceStep};

/// Trials for one question. Each copies the desk and handles one command.
pub const TRIALS_MAX: u32 = 64;
/// Changes made together for one agent, when none alone is enough.
const CHANGES_MAX: usize = 4;
/// How far an agent's room is raised while others who waited longer take it.
const MORE_ROOM_MAX: u32 = 8;
/// Agents tried for each reason, when the question is who could have taken it.
const AGENTS_PER_REASON_MAX: usize = 3;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Goal {
    /// That this agent gets it.
    Agent {
        /// The agent's slug.
        agent: String,
    },
    /// That somebody takes it at once.
    Anybody,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WhatIf {
    /// Changes that would have done it, the smallest first.
    pub otherwise: Vec<OtherwiseTold>,
    /// What each rule that gave effects has to do with it.
    pub without_rules: Vec<WithoutRule>,
    /// The reason that no change lifts, where that is why there is none.
    pub blocked: Option<Reason>,
    /// How many trials were made.
    pub trials: u32,
}

/// A change, or a few together, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OtherwiseTold {
    /// The changes.
    pub changes: Vec<ChangeTold>,
    /// Where it came to.
    pub fate: FateTold,
}

/// What would have happened without one rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WithoutRule {
    /// The rule.
    pub rule: Named,
    /// What the other rules would have said; `None`: nothing.
    pub plan: Option<PlanTold>,
    /// Where it would have come to.
    pub fate: FateTold,
    /// Whether that is another place, or another agent.
    pub differs: bool,
}

impl<R: Deref<Target = Ruleset>> Followed<R> {
    /// The changes under which a decision on placement would have come to the goal. `None`: there is no such decision, or
    /// no such agent.
    #[must_use]
    pub fn what_if(&self, id: DecisionId, goal: &Goal) -> Option<WhatIf> {
        let (moment, trace) = self.decision(id)?;
        let TraceStep::Placement(placement) = &trace.step else { return None };
        let desk = moment.desk_at(trace);
        let mut asking = Asking {
            moment,
            trace,
            id: self.conversation,
            teller: Teller::new(&moment.ruleset),
            groups: groups_of(&desk, self.conversation, trace),
            desk,
            picked: match &placement.outcome {
                PlacementOutcome::Assigned { agent, .. } => Some(*agent),
                _ => None,
            },
            trials: 0,
        };
        let (mut otherwise, blocked) = match goal {
            Goal::Agent { agent } => {
                asking.for_agent(moment.ruleset.directory().agent_named(agent).map(|agent| agent.id)?)
            }
            Goal::Anybody => (asking.for_anybody(), None),
        };
        otherwise.sort_by_key(|one| one.changes.len());
        let without_rules = asking.without_rules();
        Some(WhatIf { otherwise, without_rules, blocked, trials: asking.trials })
    }
}

/// A question about one decision.
struct Asking<'a, R> {
    moment: &'a LifeMoment<R>,
    trace: &'a Trace,
    id: crate::id::ConversationId,
    teller: Teller<'a>,
    /// That were asked.
    groups: Vec<GroupId>,
    /// As the decision saw it.
    desk: Desk,
    picked: Option<AgentId>,
    trials: u32,
}

impl<R: Deref<Target = Ruleset>> Asking<'_, R> {
    fn rulesets(&self) -> Rulesets<'_> {
        Rulesets::live(&self.moment.ruleset)
    }

    /// Handles the command once more with these changes; `None`: too many trials were made.
    fn try_out(&mut self, changes: &[Change]) -> Option<Desk> {
        if self.trials >= TRIALS_MAX {
            return None;
        }
        self.trials += 1;
        let assumed: Vec<Assumed> = changes.iter().map(|change| change.assumed.clone()).collect();
        Some(self.moment.desk.tried(self.rulesets(), &assumed, &self.moment.command))
    }

    fn told(&self, changes: &[Change], after: &Desk) -> OtherwiseTold {
        OtherwiseTold {
            changes: changes.iter().map(|change| change.told.clone()).collect(),
            fate: fate(after, self.id, self.teller),
        }
    }

    fn has_it(&self, after: &Desk) -> Option<AgentId> {
        match after.conversation(self.id)?.place {
            PlaceView::Assigned { agent, .. } => Some(agent),
            _ => None,
        }
    }

    /// Where an agent stands once these changes are made.
    fn standing(&self, desk: &Desk, agent: AgentId) -> Option<Standing> {
        let standings = desk.standings(self.rulesets(), self.trace.at, self.id, &self.groups);
        standings.into_iter().find(|standing| standing.agent == agent)
    }

    fn with(&self, changes: &[Change]) -> Desk {
        let assumed: Vec<Assumed> = changes.iter().map(|change| change.assumed.clone()).collect();
        self.desk.with(&assumed)
    }

    fn for_agent(&mut self, agent: AgentId) -> (Vec<OtherwiseTold>, Option<Reason>) {
        if self.picked == Some(agent) {
            return (Vec::new(), None);
        }
        let mut changes: Vec<Change> = Vec::new();
        loop {
            let desk = self.with(&changes);
            let Some(standing) = self.standing(&desk, agent) else { return (Vec::new(), None) };
            let Some((reason, _)) = standing.refused else { break };
            let lifted = Changer { desk: &desk, teller: self.teller }.lift(&standing);
            let (Some(change), true) = (lifted, changes.len() < CHANGES_MAX) else {
                return (Vec::new(), Some(reason));
            };
            changes.push(change);
            let Some(after) = self.try_out(&changes) else { return (Vec::new(), None) };
            if self.has_it(&after) == Some(agent) {
                return (vec![self.told(&changes, &after)], None);
            }
        }
        if let Some(found) = self.more_room(agent, &changes) {
            return (vec![found], None);
        }
        (self.come_first(agent, &changes), None)
    }

    /// Eligible now, and yet somebody who waited longer took the room: so more of it.
    fn more_room(&mut self, agent: AgentId, changes: &[Change]) -> Option<OtherwiseTold> {
        let mut changes = changes.to_vec();
        let after = self.try_out(&changes)?;
        let held = |desk: &Desk| desk.agent(agent).map_or(0, |agent| agent.conversations.len());
        if held(&after) <= held(&self.moment.desk) {
            return None;
        }
        let first = self.standing(&self.desk, agent)?;
        let Some((Reason::AtCapacity, Read::Load { most, cap_of, .. })) = first.refused else {
            return None;
        };
        let place = changes.iter().position(|change| {
            use ChangeTold::{Capacity, GroupAgentCapacity, TenantAgentCapacity};
            matches!(change.told, Capacity { .. } | GroupAgentCapacity { .. } | TenantAgentCapacity { .. })
        })?;
        for more in 2..=MORE_ROOM_MAX {
            let changer = Changer { desk: &self.desk, teller: self.teller };
            let room = changer.more_room(agent, first.group, most, first.open + more, cap_of)?;
            *changes.get_mut(place)? = room;
            let after = self.try_out(&changes)?;
            if self.has_it(&after) == Some(agent) {
                return Some(self.told(&changes, &after));
            }
        }
        None
    }

    /// Eligible, but others came first.
    fn come_first(&mut self, agent: AgentId, changes: &[Change]) -> Vec<OtherwiseTold> {
        let desk = self.with(changes);
        let Some(standing) = self.standing(&desk, agent) else { return Vec::new() };
        let changer = Changer { desk: &desk, teller: self.teller };
        let strategy = desk.directory().group(standing.group).map(|group| group.strategy);
        let ask = desk.ask_of(self.id, standing.group);
        let skill = ask.filter(|_| strategy == Some(Strategy::BestSkill));
        let skill = skill.and_then(|ask| ask.skills.first().copied());
        let mut one_more = changer.rank_higher(&standing, skill);
        one_more.extend(self.picked.map(|picked| changer.without_agent(picked)));
        let mut found = Vec::new();
        for change in one_more {
            let mut all = changes.to_vec();
            all.push(change);
            let Some(after) = self.try_out(&all) else { break };
            if self.has_it(&after) == Some(agent) {
                found.push(self.told(&all, &after));
            }
        }
        found
    }

    /// A few agents for each reason, and what kept the group as a whole.
    fn for_anybody(&mut self) -> Vec<OtherwiseTold> {
        if self.picked.is_some() {
            return Vec::new();
        }
        let mut standings = self.desk.standings(self.rulesets(), self.trace.at, self.id, &self.groups);
        // Those who are nearest to taking it first.
        standings.sort_by_key(|standing| {
            let reason = standing.refused.map(|(reason, _)| reason);
            (reason.map(nearness), reason, standing.agent)
        });
        let mut found = Vec::new();
        let mut tried: Vec<(Reason, usize)> = Vec::new();
        for standing in &standings {
            let Some((reason, _)) = standing.refused else { continue };
            let place = tried.iter().position(|(known, _)| *known == reason).unwrap_or(tried.len());
            if place == tried.len() {
                tried.push((reason, 0));
            }
            let Some((_, count)) = tried.get_mut(place) else { continue };
            if *count >= AGENTS_PER_REASON_MAX {
                continue;
            }
            *count += 1;
            let change = Changer { desk: &self.desk, teller: self.teller }.lift(standing);
            let Some(change) = change else { continue };
            let changes = [change];
            let Some(after) = self.try_out(&changes) else { return found };
            let told = self.told(&changes, &after);
            if self.has_it(&after).is_some() && !found.contains(&told) {
                found.push(told);
            }
        }
        for group in self.groups.clone() {
            for change in (Changer { desk: &self.desk, teller: self.teller }).may_wait(group) {
                let changes = [change];
                let Some(after) = self.try_out(&changes) else { return found };
                let waits = |desk: &Desk| {
                    let place = desk.conversation(self.id).map(|view| view.place);
                    matches!(place, Some(PlaceView::Queued { .. }))
                };
                let fell_back = matches!(
                    &self.trace.step,
                    TraceStep::Placement(placement)
                        if matches!(placement.outcome, PlacementOutcome::FellBack { .. })
                );
                if fell_back && waits(&after) {
                    found.push(self.told(&changes, &after));
                }
            }
        }
        found
    }

    /// What each rule that gave effects at this moment has to do with it.
    fn without_rules(&mut self) -> Vec<WithoutRule> {
        let mut rules: Vec<RuleId> = Vec::new();
        for record in &self.moment.events {
            if let Event::Routed { conversation, rules: fired, .. } = &record.event
                && *conversation == self.id
            {
                rules.extend(fired.iter().filter(|rule| !rules.contains(rule)).copied().collect::<Vec<_>>());
            }
        }
        let Some(as_it_was) = self.try_out(&[]) else { return Vec::new() };
        let was = fate(&as_it_was, self.id, self.teller);
        let mut found = Vec::new();
        for rule in rules {
            let named = self.teller.rule(rule);
            let change = Change {
                assumed: Assumed::Without(rule),
                told: ChangeTold::WithoutRule { rule: named.clone() },
            };
            let Some(after) = self.try_out(&[change]) else { break };
            let fate = fate(&after, self.id, self.teller);
            let plan = after.conversation(self.id).and_then(|view| view.plan.cloned());
            found.push(WithoutRule {
                rule: named,
                plan: plan.map(|plan| self.teller.plan(&plan)),
                differs: fate != was,
                fate,
            });
        }
        found
    }
}

/// How little is missing, smallest first: room, then a switch, then presence, then rights and skills, then a group.
fn nearness(reason: Reason) -> u8 {
    match reason {
        Reason::AtCapacity | Reason::AtChannelCapacity | Reason::GroupFull => 0,
        Reason::NotAccepting | Reason::Busy | Reason::Away => 1,
        Reason::WrongTier | Reason::MissingSkill | Reason::NoChannelRight => 2,
        Reason::Offline | Reason::OutsideHours | Reason::ManualOnly => 3,
        Reason::OffShift | Reason::NoReceiveRight => 4,
        _ => 5,
    }
}
