//! The pool: a group's available agents, by tier and by what they can do, each list in the strategy's order.
//!
//! Weighted round robin is the smooth one that nginx uses: at every pick each available agent earns its weight, the
//! one with the most credit is picked and pays what all earned together. Agents of one weight earn alike, so the
//! credit is kept once a weight class and an agent's own credit relative to it: a pick costs one look at each
//! weight's first agent instead of one at every agent.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::strategy::Key;
use crate::id::{AgentId, ChannelId, SkillId};
use crate::model::Strategy;

/// What an agent can do, by which available agents are listed once more.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Facet {
    Skill(SkillId),
    Channel(ChannelId),
}

type Entry = (Key, AgentId);
type List = BTreeSet<Entry>;

/// The available agents of one group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    tiers: BTreeMap<u8, Tier>,
    len: u32,
}

#[derive(Clone, Debug, Default)]
struct Tier {
    all: List,
    by_facet: BTreeMap<Facet, List>,
    weights: BTreeMap<i64, WeightClass>,
}

#[derive(Clone, Debug, Default)]
struct WeightClass {
    /// What every member has earned since the class was first used.
    credit: i64,
    members: i64,
}

impl Pool {
    /// How many agents are available.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// How many available agents of these tiers are listed under `facet`.
    pub(crate) fn len_with(&self, tiers: std::ops::RangeInclusive<u8>, facet: Option<Facet>) -> usize {
        self.tiers
            .range(tiers)
            .map(|(_, tier)| match facet {
                None => tier.all.len(),
                Some(facet) => tier.by_facet.get(&facet).map_or(0, List::len),
            })
            .sum()
    }

    pub(crate) fn insert(&mut self, tier: u8, key: Key, agent: AgentId) {
        self.tiers.entry(tier).or_default().all.insert((key, agent));
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, tier: u8, key: Key, agent: AgentId) {
        if let Some(tier) = self.tiers.get_mut(&tier)
            && tier.all.remove(&(key, agent))
        {
            self.len -= 1;
        }
    }

    pub(crate) fn insert_facet(&mut self, tier: u8, facet: Facet, key: Key, agent: AgentId) {
        self.tiers.entry(tier).or_default().by_facet.entry(facet).or_default().insert((key, agent));
    }

    pub(crate) fn remove_facet(&mut self, tier: u8, facet: Facet, key: Key, agent: AgentId) {
        if let Some(list) = self.tiers.get_mut(&tier).and_then(|tier| tier.by_facet.get_mut(&facet)) {
            list.remove(&(key, agent));
        }
    }

    /// An agent of this weight joins: returns the class's credit, to which the agent's own is kept relative.
    pub(crate) fn join_weight(&mut self, tier: u8, weight: u16) -> i64 {
        let class = self.tiers.entry(tier).or_default().weights.entry(i64::from(weight)).or_default();
        class.members += 1;
        class.credit
    }

    /// An agent of this weight leaves: returns the class's credit.
    pub(crate) fn leave_weight(&mut self, tier: u8, weight: u16) -> i64 {
        let class = self.tiers.entry(tier).or_default().weights.entry(i64::from(weight)).or_default();
        class.members -= 1;
        class.credit
    }

    /// The class's credit.
    pub(crate) fn weight_credit(&self, tier: u8, weight: u16) -> i64 {
        self.tiers
            .get(&tier)
            .and_then(|tier| tier.weights.get(&i64::from(weight)))
            .map_or(0, |class| class.credit)
    }

    /// One pick of weighted round robin was made in this tier: every available agent has earned its weight. Returns
    /// what all earned together, for the picked one to pay.
    pub(crate) fn earn(&mut self, tier: u8) -> i64 {
        let Some(tier) = self.tiers.get_mut(&tier) else { return 0 };
        tier.weights
            .iter_mut()
            .map(|(weight, class)| {
                class.credit += weight;
                weight * class.members
            })
            .sum()
    }

    /// Walks the available agents of these tiers, lowest tier first, within a tier in the strategy's order, until
    /// `visit` returns false. `facets` are what all of them must be able to do; of the lists that fit, the shortest
    /// is walked, so `visit` must still check the rest. `turn` is where round robin begins.
    pub(crate) fn walk(
        &self,
        strategy: Strategy,
        tiers: std::ops::RangeInclusive<u8>,
        facets: &[Facet],
        turn: i64,
        mut visit: impl FnMut(AgentId, Key) -> bool,
    ) {
        for tier in self.tiers.range(tiers).map(|(_, tier)| tier) {
            let Some(list) = tier.shortest(strategy, facets) else { continue };
            let go_on = match strategy {
                Strategy::RoundRobin => {
                    let start = ([turn, i64::MAX, i64::MAX], AgentId(u32::MAX));
                    let rest = list.range((Bound::Excluded(start), Bound::Unbounded));
                    rest.chain(list.range(..=start)).all(|(key, agent)| visit(*agent, *key))
                }
                Strategy::WeightedRoundRobin => tier.walk_by_credit(&mut visit),
                _ => list.iter().all(|(key, agent)| visit(*agent, *key)),
            };
            if !go_on {
                return;
            }
        }
    }
}

impl Tier {
    /// The shortest list that holds everybody who can do all of `facets`. `None`: there is nobody.
    fn shortest(&self, strategy: Strategy, facets: &[Facet]) -> Option<&List> {
        // Best skill sorts by the level in the first skill, and only that skill's list is in this order.
        if strategy == Strategy::BestSkill
            && let Some(first @ Facet::Skill(_)) = facets.first()
        {
            return self.by_facet.get(first);
        }
        let mut shortest = &self.all;
        for facet in facets {
            let list = self.by_facet.get(facet)?;
            if list.len() < shortest.len() {
                shortest = list;
            }
        }
        (!shortest.is_empty()).then_some(shortest)
    }

    /// Most credit first; among equals the longest idle, then the smallest id.
    fn walk_by_credit(&self, visit: &mut impl FnMut(AgentId, Key) -> bool) -> bool {
        let mut classes: Vec<_> = self
            .weights
            .iter()
            .filter(|(_, class)| class.members > 0)
            .map(|(weight, class)| {
                let from = ([*weight, i64::MIN, i64::MIN], AgentId(0));
                let to = ([*weight, i64::MAX, i64::MAX], AgentId(u32::MAX));
                (class.credit + weight, self.all.range(from..=to).peekable())
            })
            .collect();
        loop {
            let best = classes
                .iter_mut()
                .filter_map(|(credit, agents)| {
                    let &&([_, own, idle], agent) = agents.peek()?;
                    Some(([own - *credit, idle, 0], agent, agents))
                })
                .min_by_key(|(key, agent, _)| (*key, *agent));
            let Some((key, agent, agents)) = best else { return true };
            agents.next();
            if !visit(agent, key) {
                return false;
            }
        }
    }
}
