//! Eligibility: an allow-list. Whoever is not known to be free to take a conversation is not eligible (P7).

use super::ask::Ask;
use crate::desk::agent::AgentState;
use crate::desk::frame::Frame;
use crate::id::AgentId;
use crate::model::{Group, Presence};
use crate::trace::Reason;

/// Why an agent in a seat of `group` could be given no conversation at all right now; the first reason in order of
/// precedence. `None`: available.
pub(crate) fn refused_in(agent: &AgentState, group: &Group, frame: &Frame) -> Option<Reason> {
    if !agent.spec.active || !group.active {
        return Some(Reason::Inactive);
    }
    if !agent.spec.receives {
        return Some(Reason::NoReceiveRight);
    }
    match agent.presence {
        Presence::Online => {}
        Presence::Offline => return Some(Reason::Offline),
        Presence::Away => return Some(Reason::Away),
        Presence::Busy => return Some(Reason::Busy),
    }
    if !agent.accepting {
        return Some(Reason::NotAccepting);
    }
    if !frame.is_open(agent.spec.shift) {
        return Some(Reason::OffShift);
    }
    if !frame.is_open(group.hours) {
        return Some(Reason::OutsideHours);
    }
    if agent.open >= capacity_in(agent, group, frame) {
        return Some(Reason::AtCapacity);
    }
    None
}

/// An agent's cap when a conversation of `group` is to be given: the least of the agent's, the group's and the
/// tenant's (P9).
pub(crate) fn capacity_in(agent: &AgentState, group: &Group, frame: &Frame) -> u32 {
    let of_group = group.agent_capacity.unwrap_or(u32::MAX);
    let of_tenant = frame.directory.settings.agent_capacity_max.unwrap_or(u32::MAX);
    agent.spec.capacity.min(of_group).min(of_tenant)
}

/// Why an agent who is otherwise available cannot take a conversation with this ask; `gave_back` are those who had
/// it and gave it back.
pub(crate) fn refused_for(
    agent: &AgentState,
    id: AgentId,
    ask: &Ask,
    gave_back: &[AgentId],
) -> Option<Reason> {
    if !agent.spec.may_receive_from(ask.channel) {
        return Some(Reason::NoChannelRight);
    }
    if agent.spec.channel_capacity(ask.channel).is_some_and(|most| agent.open_on(ask.channel) >= most) {
        return Some(Reason::AtChannelCapacity);
    }
    if ask.skills.iter().any(|asked| agent.spec.skill_level(asked.skill) < asked.level.max(1)) {
        return Some(Reason::MissingSkill);
    }
    if !(ask.tier_from..=ask.tier_to).contains(&agent.spec.tier) {
        return Some(Reason::WrongTier);
    }
    if ask.only.is_some_and(|only| only != id) {
        return Some(Reason::NotDirectedAgent);
    }
    if gave_back.contains(&id) {
        return Some(Reason::GaveBack);
    }
    None
}

impl Reason {
    /// Whether an agent refused for this reason is on duty all the same, so that waiting for them makes sense.
    pub(crate) fn is_on_duty(self) -> bool {
        matches!(self, Reason::Away | Reason::Busy | Reason::NotAccepting | Reason::AtCapacity)
    }

    /// The reasons of [`refused_in`], dense for counting.
    pub(crate) const IN_SEAT: [Reason; 9] = [
        Reason::Inactive,
        Reason::NoReceiveRight,
        Reason::Offline,
        Reason::Away,
        Reason::Busy,
        Reason::NotAccepting,
        Reason::OffShift,
        Reason::OutsideHours,
        Reason::AtCapacity,
    ];

    /// The place in [`Reason::IN_SEAT`].
    pub(crate) fn seat_index(self) -> usize {
        usize::from(self.code().saturating_sub(Reason::Inactive.code())).min(Self::IN_SEAT.len() - 1)
    }
}
