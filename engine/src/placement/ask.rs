//! The ask: what a conversation asks of an agent.

use crate::id::{AgentId, ChannelId, GroupId};
use crate::model::{Group, Relax, SkillLevel};
use crate::rules::{Plan, Target};

/// What a conversation asks of an agent right now. Conversations with equal asks wait in one list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ask {
    /// The channel the agent must have the right and the room for.
    pub channel: ChannelId,
    /// The lowest tier.
    pub tier_from: u8,
    /// The highest tier.
    pub tier_to: u8,
    /// Only this agent.
    pub only: Option<AgentId>,
    /// Skills, in the order in which they were asked for.
    pub skills: Vec<SkillLevel>,
}

/// An ask and the groups it is put to: the group the conversation waits for, then overflow groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub ask: Ask,
    pub group: GroupId,
    pub overflow: Vec<GroupId>,
}

impl Plan {
    /// The group the plan's target names.
    pub(crate) fn target_group(&self) -> Option<GroupId> {
        match self.target {
            Target::Group(group) | Target::Agent { group, .. } => Some(group),
            _ => None,
        }
    }
}

impl Asked {
    /// What a conversation with this plan asks of `group` after `steps` of the group's widening. A group that is
    /// only a fallback is not asked for the skills and tier that the target group could not offer: there, anybody
    /// is better than nobody.
    pub(crate) fn of(
        plan: &Plan,
        group: &Group,
        channel: ChannelId,
        steps: usize,
        only: Option<AgentId>,
    ) -> Asked {
        let is_target = plan.target_group() == Some(group.id);
        let tier_from = if is_target { plan.tier.unwrap_or(0) } else { 0 };
        let mut asked = Asked {
            ask: Ask {
                channel,
                tier_from,
                tier_to: group.tier_max.unwrap_or(u8::MAX).max(tier_from),
                only,
                skills: if is_target { plan.skills.clone() } else { Vec::new() },
            },
            group: group.id,
            overflow: Vec::new(),
        };
        for step in group.widening.iter().take(steps) {
            match step.relax {
                Relax::DropLastSkill => drop(asked.ask.skills.pop()),
                Relax::DropSkills => asked.ask.skills.clear(),
                Relax::OpenTier(tier) => asked.ask.tier_to = asked.ask.tier_to.max(tier),
                Relax::Overflow(other) if asked.groups().any(|known| known == other) => {}
                Relax::Overflow(other) => asked.overflow.push(other),
            }
        }
        asked
    }

    /// Every group that is asked, the one the conversation waits for first.
    pub(crate) fn groups(&self) -> impl Iterator<Item = GroupId> + '_ {
        std::iter::once(self.group).chain(self.overflow.iter().copied())
    }
}
