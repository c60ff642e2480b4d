//! Changes to a desk: the smallest that lifts one refusal, and how it is told.

use serde::Serialize;

use super::super::tell::Teller;
use super::super::told::Named;
use crate::desk::{Assumed, CapOf, Desk, Read, Standing};
use crate::id::{AgentId, GroupId};
use crate::limits::TIER_MAX;
use crate::model::{Agent, Directory, Group, Membership, Presence, SkillLevel};
use crate::trace::Reason;

/// The priority in a group that one who joins is given: that of everybody whose file says nothing.
const PRIORITY_DEFAULT: u16 = 50;
/// The highest priority in a group.
const PRIORITY_MAX: u16 = 100;
/// The highest level of a skill.
const SKILL_LEVEL_MAX: u8 = 5;

/// A change that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ChangeTold {
    /// An agent's cap is higher.
    Capacity {
        /// Whose.
        agent: Named,
        /// Was.
        from: u32,
        /// Would be.
        to: u32,
    },
    /// The cap that a group sets for each agent is higher.
    GroupAgentCapacity {
        /// The group.
        group: Named,
        /// Was.
        from: u32,
        /// Would be.
        to: u32,
    },
    /// The cap that the tenant sets for each agent is higher.
    TenantAgentCapacity {
        /// Was.
        from: u32,
        /// Would be.
        to: u32,
    },
    /// The cap of a whole group is higher.
    GroupCapacity {
        /// The group.
        group: Named,
        /// Was.
        from: u32,
        /// Would be.
        to: u32,
    },
    /// An agent's cap for one channel is higher.
    ChannelCapacity {
        /// Whose.
        agent: Named,
        /// The channel.
        channel: Named,
        /// Was.
        from: u32,
        /// Would be.
        to: u32,
    },
    /// An agent has a skill, at this level.
    Skill {
        /// Who.
        agent: Named,
        /// The skill.
        skill: Named,
        /// Was; 0: did not have it.
        from: u8,
        /// Would be.
        to: u8,
    },
    /// An agent is online.
    Online {
        /// Who.
        agent: Named,
        /// Was.
        was: Presence,
    },
    /// An agent's accepting switch is on.
    Accepting {
        /// Who.
        agent: Named,
    },
    /// An agent has the right to receive.
    Receives {
        /// Who.
        agent: Named,
    },
    /// An agent has the right to a channel.
    ChannelRight {
        /// Who.
        agent: Named,
        /// The channel.
        channel: Named,
    },
    /// An agent is in a group.
    InGroup {
        /// Who.
        agent: Named,
        /// The group.
        group: Named,
    },
    /// An agent is on shift.
    OnShift {
        /// Who.
        agent: Named,
        /// The shift.
        shift: Named,
    },
    /// An agent is of another tier.
    Tier {
        /// Who.
        agent: Named,
        /// Was.
        from: u8,
        /// Would be.
        to: u8,
    },
    /// A group asks agents up to this tier from the beginning.
    TierOpen {
        /// The group.
        group: Named,
        /// Would be.
        to: u8,
    },
    /// An agent's priority in a group is higher.
    Priority {
        /// Who.
        agent: Named,
        /// The group.
        group: Named,
        /// Was.
        from: u16,
        /// Would be.
        to: u16,
    },
    /// A group's hours are open.
    HoursOpen {
        /// The hours.
        hours: Named,
    },
    /// Somebody else accepts nothing.
    WithoutAgent {
        /// Who.
        agent: Named,
    },
    /// A rule is not there.
    WithoutRule {
        /// Which.
        rule: Named,
    },
    /// Automatic assignment is on.
    Automatic,
    /// More conversations may wait for a group.
    QueueLength {
        /// The group.
        group: Named,
        /// Was.
        from: u32,
        /// Would be.
        to: u32,
    },
    /// Conversations wait for a group even while nobody is on duty there.
    WaitsUnstaffed {
        /// The group.
        group: Named,
    },
}

/// A change, as the desk takes it and as it is told.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) assumed: Assumed,
    pub(super) told: ChangeTold,
}

/// Builds changes to a desk, which has all changes made so far.
#[derive(Copy, Clone)]
pub(super) struct Changer<'a> {
    pub(super) desk: &'a Desk,
    pub(super) teller: Teller<'a>,
}

impl Changer<'_> {
    fn agent(
        &self,
        id: AgentId,
        change: impl FnOnce(&mut Agent),
        told: impl FnOnce(Named) -> ChangeTold,
    ) -> Option<Change> {
        let mut agent = self.desk.agent(id)?.agent.clone();
        change(&mut agent);
        Some(Change { assumed: Assumed::Agent(Box::new(agent)), told: told(self.teller.agent(id)) })
    }

    fn configured(&self, told: ChangeTold, change: impl FnOnce(&mut Directory)) -> Change {
        let mut directory = Box::new(self.desk.directory().clone());
        change(&mut directory);
        Change { assumed: Assumed::Configured(directory), told }
    }

    fn of_group(&self, id: GroupId, told: ChangeTold, change: impl FnOnce(&mut Group)) -> Change {
        self.configured(told, |directory| {
            if let Some(group) = directory.groups.get_mut(id.index()) {
                change(group);
            }
        })
    }

    /// The smallest change that lifts the refusal of an agent. `None`: there is none, or none that an admin could make.
    pub(super) fn lift(&self, standing: &Standing) -> Option<Change> {
        let (reason, read) = standing.refused?;
        let (id, group, teller) = (standing.agent, standing.group, self.teller);
        let named = teller.agent(id);
        match (reason, read) {
            (Reason::NotInGroup, _) => self.agent(
                id,
                |agent| {
                    agent.groups.push(Membership { group, priority: PRIORITY_DEFAULT });
                    agent.groups.sort_by_key(|membership| membership.group);
                },
                |agent| ChangeTold::InGroup { agent, group: teller.group(group) },
            ),
            (Reason::NoReceiveRight, _) => {
                self.agent(id, |agent| agent.receives = true, |agent| ChangeTold::Receives { agent })
            }
            (Reason::Offline | Reason::Away | Reason::Busy, _) => {
                let was = self.desk.agent(id)?.presence;
                Some(Change { assumed: Assumed::Online(id), told: ChangeTold::Online { agent: named, was } })
            }
            (Reason::NotAccepting, _) => Some(Change {
                assumed: Assumed::Accepting(id, true),
                told: ChangeTold::Accepting { agent: named },
            }),
            (Reason::OffShift, Read::Hours { hours, .. }) => self.agent(
                id,
                |agent| agent.shift = None,
                |agent| ChangeTold::OnShift { agent, shift: teller.hours(hours) },
            ),
            (Reason::OutsideHours, Read::Hours { hours, .. }) => Some(Change {
                assumed: Assumed::Open(hours),
                told: ChangeTold::HoursOpen { hours: teller.hours(hours) },
            }),
            (Reason::AtCapacity, Read::Load { open, most, cap_of }) => {
                self.more_room(id, group, most, open + 1, cap_of)
            }
            (Reason::GroupFull, Read::GroupLoad { open, most }) => {
                let told = ChangeTold::GroupCapacity { group: teller.group(group), from: most, to: open + 1 };
                Some(self.of_group(group, told, |group| group.capacity = Some(open + 1)))
            }
            (Reason::NoChannelRight, Read::Channel(channel)) => self.agent(
                id,
                |agent| agent.channels.push(channel),
                |agent| ChangeTold::ChannelRight { agent, channel: teller.channel(channel) },
            ),
            (Reason::AtChannelCapacity, Read::ChannelLoad { channel, open, most }) => self.agent(
                id,
                |agent| {
                    agent.channel_capacity.retain(|(known, _)| *known != channel);
                    agent.channel_capacity.push((channel, open + 1));
                    agent.channel_capacity.sort_unstable();
                },
                |agent| ChangeTold::ChannelCapacity {
                    agent,
                    channel: teller.channel(channel),
                    from: most,
                    to: open + 1,
                },
            ),
            (Reason::MissingSkill, Read::Skill { skill, has, asked }) => {
                self.skill(id, SkillLevel { skill, level: asked }, has)
            }
            (Reason::WrongTier, Read::Tier { has, from, .. }) if has < from => self.agent(
                id,
                |agent| agent.tier = from,
                |agent| ChangeTold::Tier { agent, from: has, to: from },
            ),
            (Reason::WrongTier, Read::Tier { has, .. }) => {
                let to = has.min(u8::try_from(TIER_MAX).unwrap_or(u8::MAX));
                let told = ChangeTold::TierOpen { group: teller.group(group), to };
                Some(self.of_group(group, told, |group| group.tier_max = Some(to)))
            }
            (Reason::ManualOnly, _) => Some(self.configured(ChangeTold::Automatic, |directory| {
                directory.settings.automatic = true;
            })),
            _ => None,
        }
    }

    /// More room for an agent, by whichever cap is the least.
    pub(super) fn more_room(
        &self,
        id: AgentId,
        group: GroupId,
        from: u32,
        to: u32,
        cap_of: CapOf,
    ) -> Option<Change> {
        match cap_of {
            CapOf::Agent => {
                let from = self.desk.agent(id)?.agent.capacity;
                self.agent(id, |agent| agent.capacity = to, |agent| ChangeTold::Capacity { agent, from, to })
            }
            CapOf::Group => {
                let told = ChangeTold::GroupAgentCapacity { group: self.teller.group(group), from, to };
                Some(self.of_group(group, told, |group| group.agent_capacity = Some(to)))
            }
            CapOf::Tenant => {
                let told = ChangeTold::TenantAgentCapacity { from, to };
                Some(self.configured(told, |directory| directory.settings.agent_capacity_max = Some(to)))
            }
        }
    }

    fn skill(&self, id: AgentId, asked: SkillLevel, from: u8) -> Option<Change> {
        let skill = self.teller.skill(&asked).skill;
        self.agent(
            id,
            |agent| {
                agent.skills.retain(|known| known.skill != asked.skill);
                agent.skills.push(asked);
                agent.skills.sort();
            },
            |agent| ChangeTold::Skill { agent, skill, from, to: asked.level },
        )
    }

    /// Changes after which an eligible agent may come before the others: each on its own.
    pub(super) fn rank_higher(&self, standing: &Standing, asked: Option<SkillLevel>) -> Vec<Change> {
        let (id, group, teller) = (standing.agent, standing.group, self.teller);
        let mut changes = Vec::new();
        if let Some(from) = standing.priority.filter(|priority| *priority < PRIORITY_MAX) {
            changes.extend(self.agent(
                id,
                |agent| {
                    let places = agent.groups.iter_mut().filter(|place| place.group == group);
                    places.for_each(|place| place.priority = PRIORITY_MAX);
                },
                |agent| ChangeTold::Priority { agent, group: teller.group(group), from, to: PRIORITY_MAX },
            ));
        }
        if let Some(asked) = asked {
            let has = self.desk.agent(id).map_or(0, |agent| agent.agent.skill_level(asked.skill));
            if has < SKILL_LEVEL_MAX {
                changes.extend(self.skill(id, SkillLevel { level: SKILL_LEVEL_MAX, ..asked }, has));
            }
        }
        if let Some(from) = self.desk.agent(id).map(|agent| agent.agent.capacity) {
            let to = from.saturating_mul(2);
            changes.extend(self.agent(
                id,
                |agent| agent.capacity = to,
                |agent| ChangeTold::Capacity { agent, from, to },
            ));
        }
        changes
    }

    /// An agent accepts nothing.
    pub(super) fn without_agent(&self, id: AgentId) -> Change {
        Change {
            assumed: Assumed::Accepting(id, false),
            told: ChangeTold::WithoutAgent { agent: self.teller.agent(id) },
        }
    }

    /// Changes to a group after which a conversation that fell back may wait there: each on its own.
    pub(super) fn may_wait(&self, id: GroupId) -> Vec<Change> {
        let Some(group) = self.desk.directory().group(id) else { return Vec::new() };
        let waiting = self.desk.group_facts(id).map_or(0, |facts| facts.waiting);
        let named = self.teller.group(id);
        let mut changes = Vec::new();
        if let Some(from) = group.queue_length_max.filter(|most| waiting >= *most) {
            let told = ChangeTold::QueueLength { group: named.clone(), from, to: waiting + 1 };
            changes.push(self.of_group(id, told, |group| group.queue_length_max = Some(waiting + 1)));
        }
        if !group.wait_unstaffed {
            let told = ChangeTold::WaitsUnstaffed { group: named };
            changes.push(self.of_group(id, told, |group| group.wait_unstaffed = true));
        }
        changes
    }
}
