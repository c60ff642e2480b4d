//! The pick: the first eligible agent of a group in the strategy's order, and the trace of how it came about.

use super::ask::Ask;
use super::eligibility::refused_for;
use super::pool::Facet;
use super::strategy::Key;
use crate::desk::state::Desk;
use crate::id::{AgentId, GroupId};
use crate::limits::RANK_CANDIDATES_MAX;
use crate::model::{Group, Strategy};
use crate::trace::{Considered, GroupTry, Reason, Refused};

/// Eligible agents named in a trace.
const CONSIDERED_MAX: usize = 8;
/// Refused agents named in a trace, for each reason.
const NAMED_MAX: usize = 3;
/// Members looked at for those names.
const NAMED_FROM_MAX: usize = 64;

/// A question to a group: who takes a conversation with this ask?
pub(crate) struct Question<'a> {
    pub desk: &'a Desk,
    pub group: &'a Group,
    pub ask: &'a Ask,
    pub gave_back: &'a [AgentId],
}

impl Question<'_> {
    /// Why the group as a whole can be given nothing right now.
    pub(crate) fn group_refused(&self) -> Option<Reason> {
        let state = self.desk.group(self.group.id)?;
        if !self.group.active {
            return Some(Reason::GroupInactive);
        }
        if !self.desk.frame.is_open(self.group.hours) {
            return Some(Reason::OutsideHours);
        }
        if !self.desk.frame.directory.settings.automatic {
            return Some(Reason::ManualOnly);
        }
        if self.group.capacity.is_some_and(|most| state.open >= most) {
            return Some(Reason::GroupFull);
        }
        None
    }

    /// The eligible agents, first to last in the strategy's order, until `visit` returns false. An agent who is
    /// available but not eligible for this conversation is handed to `refuse`.
    pub(crate) fn walk(
        &self,
        mut visit: impl FnMut(AgentId, Key) -> bool,
        mut refuse: impl FnMut(AgentId, Reason),
    ) {
        let Some(state) = self.desk.group(self.group.id) else { return };
        let agent = |id: AgentId| self.desk.agents.get(id.index());
        // Only one agent is asked: nobody else needs to be looked at.
        if let Some(only) = self.ask.only {
            let Some(known) = agent(only) else { return };
            if known.seat_in(self.group.id).is_some_and(|seat| seat.refused().is_none()) {
                match refused_for(known, only, self.ask, self.gave_back) {
                    None => drop(visit(only, [0; 3])),
                    Some(reason) => refuse(only, reason),
                }
            }
            return;
        }
        let tiers = self.ask.tier_from..=self.ask.tier_to;
        state.pool.walk(self.group.strategy, tiers, &self.facets(), state.pace.turn, |id, key| {
            let Some(known) = agent(id) else { return true };
            match refused_for(known, id, self.ask, self.gave_back) {
                None => visit(id, key),
                Some(reason) => {
                    refuse(id, reason);
                    true
                }
            }
        });
    }

    /// The lists that hold everybody who fits; none in a group that keeps no such lists.
    fn facets(&self) -> Vec<Facet> {
        if !self.desk.frame.lists_facets(self.group.id) {
            return Vec::new();
        }
        let mut facets: Vec<_> = self.ask.skills.iter().map(|skill| Facet::Skill(skill.skill)).collect();
        if self.desk.frame.restricts_channels && self.ask.channel.0 < 64 {
            facets.push(Facet::Channel(self.ask.channel));
        }
        facets
    }

    /// The first eligible agent.
    pub(crate) fn first(&self) -> Option<AgentId> {
        let mut first = None;
        let visit = |id, _| {
            first = Some(id);
            false
        };
        self.walk(visit, |_, _| {});
        first
    }

    /// The eligible agents whom a `rank` hook is to score.
    pub(crate) fn candidates(&self) -> Vec<AgentId> {
        let mut candidates = Vec::new();
        let visit = |id, _| {
            candidates.push(id);
            candidates.len() < RANK_CANDIDATES_MAX
        };
        self.walk(visit, |_, _| {});
        candidates
    }

    /// Whether the ruleset scores this group's agents.
    pub(crate) fn is_ranked(&self) -> bool {
        self.group.strategy == Strategy::Rank && self.ask.only.is_none()
    }

    /// How the question was answered, for the trace. Counts are exact; names are the first few.
    pub(crate) fn trace(&self, picked: Option<AgentId>, group_reason: Option<Reason>) -> GroupTry {
        let mut refused: Vec<Refused> = Vec::new();
        let mut considered = Vec::new();
        let Some(state) = self.desk.group(self.group.id) else {
            return GroupTry { group: self.group.id, candidates: 0, refused, considered, group_reason };
        };
        let mut count = |reason: Reason, count: u32| {
            if count > 0 {
                refused.push(Refused { reason, count, agents: Vec::new() });
            }
        };
        for reason in Reason::IN_SEAT {
            count(reason, state.refused[reason.seat_index()]);
        }
        let mut by_ask = std::collections::BTreeMap::<Reason, u32>::new();
        self.walk(
            |agent, key| {
                considered.push(Considered { agent, key });
                considered.len() < CONSIDERED_MAX
            },
            |_, reason| *by_ask.entry(reason).or_default() += 1,
        );
        let available = state.pool.len();
        if self.ask.only.is_none() {
            // Lists that were not even looked at: other tiers, and those without the skill or channel.
            let tiers = self.ask.tier_from..=self.ask.tier_to;
            let in_tiers = state.pool.len_with(tiers.clone(), None) as u32;
            *by_ask.entry(Reason::WrongTier).or_default() += available - in_tiers;
            let facets = self.facets();
            if let Some((facet, with)) = facets
                .iter()
                .map(|facet| (facet, state.pool.len_with(tiers.clone(), Some(*facet)) as u32))
                .min_by_key(|(_, with)| *with)
            {
                let reason = match facet {
                    Facet::Skill(_) => Reason::MissingSkill,
                    Facet::Channel(_) => Reason::NoChannelRight,
                };
                *by_ask.entry(reason).or_default() += in_tiers - with;
            }
        } else {
            *by_ask.entry(Reason::NotDirectedAgent).or_default() +=
                available.saturating_sub(considered.len() as u32);
        }
        let told: u32 = by_ask.values().sum();
        let ranked_lower = available.saturating_sub(told + u32::from(picked.is_some()));
        *by_ask.entry(Reason::RankedLower).or_default() += ranked_lower;
        by_ask.into_iter().for_each(|(reason, n)| count(reason, n));
        self.name(&mut refused, picked);
        let candidates = u32::try_from(state.members.len()).unwrap_or(u32::MAX);
        GroupTry { group: self.group.id, candidates, refused, considered, group_reason }
    }

    fn name(&self, refused: &mut [Refused], picked: Option<AgentId>) {
        let Some(state) = self.desk.group(self.group.id) else { return };
        for id in state.members.iter().take(NAMED_FROM_MAX).filter(|id| Some(**id) != picked) {
            let Some(agent) = self.desk.agents.get(id.index()) else { continue };
            let seat = agent.seat_in(self.group.id).and_then(|seat| seat.refused());
            let reason = seat
                .or_else(|| refused_for(agent, *id, self.ask, self.gave_back))
                .unwrap_or(Reason::RankedLower);
            if let Some(refused) = refused.iter_mut().find(|refused| refused.reason == reason)
                && refused.agents.len() < NAMED_MAX
            {
                refused.agents.push(*id);
            }
        }
    }
}

impl Desk {
    /// Why one agent cannot take a conversation of a group right now; `None`: they can.
    pub(crate) fn refused_agent(
        &self,
        id: AgentId,
        group: GroupId,
        ask: &Ask,
        gave_back: &[AgentId],
    ) -> Option<Reason> {
        let Some(agent) = self.agents.get(id.index()) else { return Some(Reason::Inactive) };
        let Some(seat) = agent.seat_in(group) else { return Some(Reason::NotInGroup) };
        seat.refused().or_else(|| refused_for(agent, id, ask, gave_back))
    }
}
