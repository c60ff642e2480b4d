//! Why not this agent: where every agent of the tenant stood at one decision.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::Serialize;

use super::super::tell::Teller;
use super::super::told::Named;
use super::{DecisionId, groups_of, is_named};
use crate::desk::{AssignedBy, CapOf, Read, Rulesets, Standing};
use crate::model::{Presence, Strategy};
use crate::rules::Ruleset;
use crate::simulation::Followed;
use crate::time::Timestamp;
use crate::trace::{PlacementOutcome, Reason, TraceStep};

/// Agents told of one decision; all are counted, and a search finds the others.
pub const WHY_ROWS_MAX: usize = 400;

/// Where every agent stood.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Why {
    /// When.
    pub at: Timestamp,
    /// The groups that were asked, in order.
    pub groups: Vec<Named>,
    /// How the first of them chooses.
    pub strategy: Option<Strategy>,
    /// Who got it.
    pub picked: Option<Named>,
    /// Why that one.
    pub by: Option<AssignedBy>,
    /// Agents of the tenant who fit the search.
    pub agents: u32,
    /// Of these, those who could have taken it.
    pub eligible: u32,
    /// Those who could not, by their first reason, in order of its number.
    pub reasons: Vec<ReasonCount>,
    /// Who got it, then the eligible in the strategy's order, then the others by reason and name in files.
    pub standings: Vec<StandingTold>,
}

/// How many agents could not take it for one reason.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReasonCount {
    /// The reason.
    pub reason: Reason,
    /// Its fixed number.
    pub code: u8,
    /// How many.
    pub count: u32,
}

/// Where one agent stood.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StandingTold {
    /// Who.
    pub agent: Named,
    /// For which of the groups asked.
    pub group: Named,
    /// Whether this agent got it.
    pub picked: bool,
    /// The first condition that says no; `None`: could have taken it.
    pub reason: Option<Reason>,
    /// Its fixed number.
    pub code: Option<u8>,
    /// The value on which it failed.
    pub read: Option<ReadTold>,
    /// The place in the strategy's order, from 1, of one who could have taken it.
    pub place: Option<u32>,
    /// The score by the ruleset's `rank`.
    pub score: Option<f64>,
    /// Presence.
    pub presence: Presence,
    /// The tier.
    pub tier: u8,
    /// The priority in the group; `None`: not in it.
    pub priority: Option<u16>,
    /// Conversations in hand.
    pub open: u32,
    /// The most at once, by whichever cap is the least.
    pub capacity: u32,
    /// Time without an assignment or an end of one.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub idle_ms: i64,
}

/// The value on which a condition failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ReadTold {
    /// Conversations in hand, and how many may be.
    Load {
        /// In hand.
        open: u32,
        /// The cap.
        most: u32,
        /// Whose cap it is.
        cap_of: CapOf,
    },
    /// The same of one channel.
    ChannelLoad {
        /// Which.
        channel: Named,
        /// In hand.
        open: u32,
        /// The cap.
        most: u32,
    },
    /// The same of the whole group.
    GroupLoad {
        /// In its agents' hands.
        open: u32,
        /// The cap.
        most: u32,
    },
    /// A skill.
    Skill {
        /// Which.
        skill: Named,
        /// The agent's level; 0: does not have it.
        has: u8,
        /// The level asked for.
        asked: u8,
    },
    /// The tier.
    Tier {
        /// The agent's.
        has: u8,
        /// The lowest that is asked.
        from: u8,
        /// The highest that is asked.
        to: u8,
    },
    /// Hours or a shift that are closed.
    Hours {
        /// Which.
        hours: Named,
        /// When they open; `None`: never again.
        opens_at: Option<Timestamp>,
    },
    /// A channel that the agent has no right to.
    Channel {
        /// Which.
        channel: Named,
    },
    /// The only agent who is asked.
    Only {
        /// Who.
        agent: Named,
    },
}

impl<R: Deref<Target = Ruleset>> Followed<R> {
    /// Where every agent of the tenant stood at a decision on placement, or those whose name has `search` in it. `None`:
    /// there is no such decision.
    #[must_use]
    pub fn why(&self, id: DecisionId, search: &str) -> Option<Why> {
        let (moment, trace) = self.decision(id)?;
        let TraceStep::Placement(placement) = &trace.step else { return None };
        let desk = moment.desk_at(trace);
        let groups = groups_of(&desk, self.conversation, trace);
        let teller = Teller::new(&moment.ruleset);
        let rulesets = Rulesets::live(&moment.ruleset);
        let picked = match &placement.outcome {
            PlacementOutcome::Assigned { agent, why, .. } => Some((*agent, *why)),
            _ => None,
        };
        let is_picked = |standing: &Standing| picked.is_some_and(|(agent, _)| agent == standing.agent);
        let mut standings = desk.standings(rulesets, trace.at, self.conversation, &groups);
        standings.retain(|standing| is_named(&teller.agent(standing.agent), search));
        standings.sort_by_key(|standing| {
            let reason = standing.refused.map(|(reason, _)| reason);
            (!is_picked(standing), reason, standing.place, standing.agent)
        });
        let mut reasons: BTreeMap<Reason, u32> = BTreeMap::new();
        for (reason, _) in standings.iter().filter_map(|standing| standing.refused) {
            *reasons.entry(reason).or_default() += 1;
        }
        let first = groups.first().and_then(|group| desk.directory().group(*group));
        Some(Why {
            at: trace.at,
            strategy: first.map(|group| group.strategy),
            groups: groups.iter().map(|group| teller.group(*group)).collect(),
            picked: picked.map(|(agent, _)| teller.agent(agent)),
            by: picked.map(|(_, by)| by),
            agents: standings.len() as u32,
            eligible: standings.iter().filter(|standing| standing.refused.is_none()).count() as u32,
            reasons: reasons
                .into_iter()
                .map(|(reason, count)| ReasonCount { reason, code: reason.code(), count })
                .collect(),
            standings: standings
                .iter()
                .take(WHY_ROWS_MAX)
                .map(|standing| {
                    let agent = desk.agent(standing.agent);
                    StandingTold {
                        agent: teller.agent(standing.agent),
                        group: teller.group(standing.group),
                        picked: is_picked(standing),
                        reason: standing.refused.map(|(reason, _)| reason),
                        code: standing.refused.map(|(reason, _)| reason.code()),
                        read: standing.refused.and_then(|(_, read)| read_told(read, teller)),
                        place: standing.place,
                        score: standing.score.map(|score| score as f64 / 1000.0),
                        presence: agent.as_ref().map(|agent| agent.presence).unwrap_or_default(),
                        tier: agent.as_ref().map_or(0, |agent| agent.agent.tier),
                        priority: standing.priority,
                        open: standing.open,
                        capacity: standing.capacity,
                        idle_ms: standing.idle_ms,
                    }
                })
                .collect(),
        })
    }
}

fn read_told(read: Read, teller: Teller<'_>) -> Option<ReadTold> {
    Some(match read {
        Read::Nothing => return None,
        Read::Load { open, most, cap_of } => ReadTold::Load { open, most, cap_of },
        Read::ChannelLoad { channel, open, most } => {
            ReadTold::ChannelLoad { channel: teller.channel(channel), open, most }
        }
        Read::GroupLoad { open, most } => ReadTold::GroupLoad { open, most },
        Read::Skill { skill, has, asked } => ReadTold::Skill {
            skill: teller.skill(&crate::model::SkillLevel { skill, level: asked }).skill,
            has,
            asked,
        },
        Read::Tier { has, from, to } => ReadTold::Tier { has, from, to },
        Read::Hours { hours, opens_at } => ReadTold::Hours { hours: teller.hours(hours), opens_at },
        Read::Channel(channel) => ReadTold::Channel { channel: teller.channel(channel) },
        Read::Only(agent) => ReadTold::Only { agent: teller.agent(agent) },
    })
}
