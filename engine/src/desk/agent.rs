//! An agent at the desk: presence, load, seats in groups.

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::model::{Agent, Group, Presence, Strategy};
use crate::placement::eligibility::{capacity_in, refused_in};
use crate::placement::pool::Facet;
use crate::placement::strategy::{Key, key};
use crate::time::Timestamp;
use crate::trace::Reason;

use super::frame::Frame;
use super::group::GroupState;

/// One agent's live state.
#[derive(Clone, Debug)]
pub(crate) struct AgentState {
    /// The agent as configured, with live changes.
    pub spec: Agent,
    pub presence: Presence,
    /// The accepting switch; on until it is switched off.
    pub accepting: bool,
    /// The place in the order in which agents came online; 0: never did.
    pub online_seq: u64,
    pub open: u32,
    /// By channel id.
    pub open_by_channel: Vec<u32>,
    /// The last assignment, end of a conversation, or coming online.
    pub last_work_at: Timestamp,
    /// When an agent who went offline loses their conversations.
    pub offline_due: Option<Timestamp>,
    pub stats: AgentStats,
    /// In hand, ascending.
    pub conversations: Vec<ConversationId>,
    pub seats: Vec<Seat>,
}

/// Averages that follow the agent's work; each new value counts an eighth.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AgentStats {
    response_ms: Option<i64>,
    handle_ms: Option<i64>,
    /// In hundredths of a point, so that the average does not stick.
    satisfaction: Option<i64>,
}

fn follow(average: &mut Option<i64>, value: i64) {
    *average = Some(average.map_or(value, |average| average + (value - average) / 8));
}

impl AgentStats {
    pub(crate) fn note_response(&mut self, ms: i64) {
        follow(&mut self.response_ms, ms);
    }

    pub(crate) fn note_handle(&mut self, ms: i64) {
        follow(&mut self.handle_ms, ms);
    }

    pub(crate) fn note_satisfaction(&mut self, points: u8) {
        follow(&mut self.satisfaction, i64::from(points.min(100)) * 100);
    }

    pub(crate) fn response_ms(&self) -> Option<i64> {
        self.response_ms
    }

    pub(crate) fn handle_ms(&self) -> Option<i64> {
        self.handle_ms
    }

    /// 0 to 100.
    pub(crate) fn satisfaction(&self) -> Option<i64> {
        self.satisfaction.map(|hundredths| hundredths / 100)
    }
}

/// An agent's place in one group.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub group: GroupId,
    pub priority: u16,
    /// Credit of weighted round robin; relative to the weight class while the agent is in the pool.
    credit: i64,
    state: SeatState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum SeatState {
    /// Not counted anywhere (only while the agent is being changed).
    Out,
    Refused(Reason),
    Available {
        key: Key,
        /// The channels the agent is listed under, a bit each.
        channels: u64,
    },
}

impl Seat {
    /// Why nothing can be given to the agent here; `None`: available.
    pub(crate) fn refused(&self) -> Option<Reason> {
        match self.state {
            SeatState::Available { .. } => None,
            SeatState::Refused(reason) => Some(reason),
            SeatState::Out => Some(Reason::Inactive),
        }
    }
}

impl AgentState {
    pub(crate) fn new(spec: Agent) -> AgentState {
        AgentState {
            spec,
            presence: Presence::Offline,
            accepting: true,
            online_seq: 0,
            open: 0,
            open_by_channel: Vec::new(),
            last_work_at: Timestamp::default(),
            offline_due: None,
            stats: AgentStats::default(),
            conversations: Vec::new(),
            seats: Vec::new(),
        }
    }

    pub(crate) fn open_on(&self, channel: ChannelId) -> u32 {
        self.open_by_channel.get(channel.index()).copied().unwrap_or(0)
    }

    pub(crate) fn take_up(&mut self, conversation: ConversationId, channel: ChannelId, at: Timestamp) {
        self.open += 1;
        if self.open_by_channel.len() <= channel.index() {
            self.open_by_channel.resize(channel.index() + 1, 0);
        }
        self.open_by_channel[channel.index()] += 1;
        self.last_work_at = at;
        if let Err(place) = self.conversations.binary_search(&conversation) {
            self.conversations.insert(place, conversation);
        }
    }

    pub(crate) fn put_down(&mut self, conversation: ConversationId, channel: ChannelId, at: Timestamp) {
        self.open = self.open.saturating_sub(1);
        if let Some(open) = self.open_by_channel.get_mut(channel.index()) {
            *open = open.saturating_sub(1);
        }
        self.last_work_at = at;
        if let Ok(place) = self.conversations.binary_search(&conversation) {
            self.conversations.remove(place);
        }
    }

    /// Holds nothing; used before the load is counted anew.
    pub(crate) fn forget_load(&mut self) {
        self.open = 0;
        self.open_by_channel.clear();
        self.conversations.clear();
    }

    pub(crate) fn seat_in(&self, group: GroupId) -> Option<&Seat> {
        self.seats.binary_search_by_key(&group, |seat| seat.group).ok().map(|at| &self.seats[at])
    }

    /// The credits of weighted round robin that are not zero, by group.
    pub(crate) fn credits(&self, groups: &[GroupState]) -> Vec<(GroupId, i64)> {
        self.seats
            .iter()
            .map(|seat| {
                let shared = match (&seat.state, groups.get(seat.group.index())) {
                    (SeatState::Available { .. }, Some(group)) => {
                        group.pool.weight_credit(self.spec.tier, seat.priority)
                    }
                    _ => 0,
                };
                (seat.group, seat.credit + shared)
            })
            .filter(|(_, credit)| *credit != 0)
            .collect()
    }

    /// Takes all seats the agent's memberships give: in each group, and in each department above it.
    pub(crate) fn sit_down(
        &mut self,
        id: AgentId,
        groups: &mut [GroupState],
        frame: &Frame,
        credits: &[(GroupId, i64)],
    ) {
        let mut seats: Vec<Seat> = Vec::new();
        for membership in &self.spec.groups {
            for group in frame.directory.group_and_above(membership.group) {
                if seats.iter().any(|seat| seat.group == group) {
                    continue;
                }
                let credit = credits.iter().find(|(of, _)| *of == group).map_or(0, |(_, credit)| *credit);
                seats.push(Seat { group, priority: membership.priority, credit, state: SeatState::Out });
            }
        }
        seats.sort_by_key(|seat| seat.group);
        self.seats = seats;
        for seat in &self.seats {
            if let Some(group) = groups.get_mut(seat.group.index()) {
                group.members.insert(id);
            }
        }
        self.refresh(id, groups, frame);
    }

    /// Leaves all seats; the credits to take along.
    pub(crate) fn stand_up(
        &mut self,
        id: AgentId,
        groups: &mut [GroupState],
        frame: &Frame,
    ) -> Vec<(GroupId, i64)> {
        let credits = self.credits(groups);
        let mut seats = std::mem::take(&mut self.seats);
        for seat in &mut seats {
            if let (Some(state), Some(group)) =
                (groups.get_mut(seat.group.index()), frame.directory.group(seat.group))
            {
                self.leave_seat(id, seat, state, group.strategy, frame);
                state.members.remove(&id);
            }
        }
        credits
    }

    /// Brings every seat up to date with the agent's state.
    pub(crate) fn refresh(&mut self, id: AgentId, groups: &mut [GroupState], frame: &Frame) {
        let mut seats = std::mem::take(&mut self.seats);
        for seat in &mut seats {
            let (Some(state), Some(group)) =
                (groups.get_mut(seat.group.index()), frame.directory.group(seat.group))
            else {
                continue;
            };
            let strategy = group.strategy;
            let next = match refused_in(self, group, frame) {
                Some(reason) => SeatState::Refused(reason),
                None => {
                    let key = self.key_in(seat, group, frame);
                    SeatState::Available { key, channels: self.open_channels(frame) }
                }
            };
            if next == seat.state {
                continue;
            }
            self.leave_seat(id, seat, state, strategy, frame);
            match &next {
                SeatState::Refused(reason) => state.refused[reason.seat_index()] += 1,
                SeatState::Available { channels, .. } => {
                    if strategy == Strategy::WeightedRoundRobin {
                        seat.credit -= state.pool.join_weight(self.spec.tier, seat.priority);
                    }
                    let key = self.key_in(seat, group, frame);
                    state.pool.insert(self.spec.tier, key, id);
                    for (facet, level) in self.facets(seat.group, *channels, frame) {
                        let key = Self::facet_key(strategy, key, level);
                        state.pool.insert_facet(self.spec.tier, facet, key, id);
                    }
                    seat.state = SeatState::Available { key, channels: *channels };
                    continue;
                }
                SeatState::Out => {}
            }
            seat.state = next;
        }
        self.seats = seats;
    }

    /// Takes the agent out of the group's counts and lists.
    fn leave_seat(
        &self,
        id: AgentId,
        seat: &mut Seat,
        state: &mut GroupState,
        strategy: Strategy,
        frame: &Frame,
    ) {
        match std::mem::replace(&mut seat.state, SeatState::Out) {
            SeatState::Out => {}
            SeatState::Refused(reason) => state.refused[reason.seat_index()] -= 1,
            SeatState::Available { key, channels } => {
                state.pool.remove(self.spec.tier, key, id);
                for (facet, level) in self.facets(seat.group, channels, frame) {
                    let key = Self::facet_key(strategy, key, level);
                    state.pool.remove_facet(self.spec.tier, facet, key, id);
                }
                if strategy == Strategy::WeightedRoundRobin {
                    seat.credit += state.pool.leave_weight(self.spec.tier, seat.priority);
                }
            }
        }
    }

    /// Pays for having been picked by weighted round robin in `group`, and lets everybody there earn.
    pub(crate) fn pay_turn(&mut self, id: AgentId, group: GroupId, groups: &mut [GroupState], frame: &Frame) {
        let Ok(at) = self.seats.binary_search_by_key(&group, |seat| seat.group) else { return };
        let Some(state) = groups.get_mut(group.index()) else { return };
        let mut seat = self.seats[at].clone();
        if let SeatState::Available { channels, .. } = seat.state {
            let earned = state.pool.earn(self.spec.tier);
            self.leave_seat(id, &mut seat, state, Strategy::WeightedRoundRobin, frame);
            seat.credit -= earned;
            seat.credit -= state.pool.join_weight(self.spec.tier, seat.priority);
            let key = [i64::from(seat.priority), -seat.credit, self.last_work_at.0];
            state.pool.insert(self.spec.tier, key, id);
            for (facet, _) in self.facets(group, channels, frame) {
                state.pool.insert_facet(self.spec.tier, facet, key, id);
            }
            seat.state = SeatState::Available { key, channels };
            self.seats[at] = seat;
        }
    }

    fn key_in(&self, seat: &Seat, group: &Group, frame: &Frame) -> Key {
        let capacity = capacity_in(self, group, frame);
        key(group.strategy, self, capacity, seat.priority, seat.credit, &frame.directory.settings.load_index)
    }

    /// In a skill's list, best skill sorts by the level in it; every other strategy sorts each list alike.
    fn facet_key(strategy: Strategy, key: Key, level: u8) -> Key {
        match strategy {
            Strategy::BestSkill => [-i64::from(level), key[1], key[2]],
            _ => key,
        }
    }

    /// What the agent is listed under besides the list of all.
    fn facets(
        &self,
        group: GroupId,
        channels: u64,
        frame: &Frame,
    ) -> impl Iterator<Item = (Facet, u8)> + use<'_> {
        let listed = frame.lists_facets(group);
        let skills = if listed { self.spec.skills.as_slice() } else { &[] };
        let skills = skills.iter().map(|skill| (Facet::Skill(skill.skill), skill.level));
        let channels = (0..if listed { 64u16 } else { 0 })
            .filter(move |bit| channels >> bit & 1 == 1)
            .map(|bit| (Facet::Channel(ChannelId(bit)), 0));
        skills.chain(channels)
    }

    /// The channels the agent has right and room for, a bit each; none where the tenant restricts no channel.
    fn open_channels(&self, frame: &Frame) -> u64 {
        if !frame.restricts_channels {
            return 0;
        }
        let may = |channel: ChannelId| {
            self.spec.may_receive_from(channel)
                && self.spec.channel_capacity(channel).is_none_or(|most| self.open_on(channel) < most)
        };
        (0..frame.directory.channels.len().min(64) as u16)
            .filter(|bit| may(ChannelId(*bit)))
            .fold(0, |bits, bit| bits | 1 << bit)
    }
}
