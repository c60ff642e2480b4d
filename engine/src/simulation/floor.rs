//! The floor: where every conversation and every agent is, as the desk's events tell it.
//!
//! The simulator keeps its own view and never looks into the desk, so that what it reports and checks is what a
//! reader of the journal would find.

use std::collections::{BTreeMap, VecDeque};

use super::traffic::Arrival;
use super::watch::MoveLog;
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::model::{Directory, Presence, SkillLevel};
use crate::time::Timestamp;

/// Where a conversation is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: between two events of one batch, never between two batches.
    Nowhere,
    /// Waiting for this group.
    Waiting(GroupId),
    /// With this agent, of this group.
    With(AgentId, GroupId),
    /// With a bot, a message form or a ticket.
    Away(Away),
    /// Ended.
    Ended,
}

/// What has a conversation that no agent has.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Away {
    Bot,
    Message,
    Ticket,
}

/// A conversation under way.
#[derive(Clone, Debug)]
pub(super) struct Live {
    /// How it came.
    pub(super) arrival: Arrival,
    /// Where it is.
    pub(super) place: Place,
    /// Counts its moves; what was planned for an earlier turn is void.
    pub(super) turn: u8,
    /// Whether it had to wait.
    pub(super) queued: bool,
    /// Whether it came from a bot before.
    pub(super) left_bot: bool,
    /// Whether a rule asked for the fallback it is in.
    pub(super) away_by_rule: bool,
    /// Whether the agent it is with said something already, or never will.
    pub(super) replied: bool,
    /// The group it was last routed to.
    pub(super) group: Option<GroupId>,
    /// The first of the rules that led it there.
    pub(super) rule: Option<RuleId>,
    /// Since when people are asked for.
    pub(super) waiting_since: Timestamp,
    /// How long that took when it was first given to an agent.
    pub(super) wait_ms: Option<i64>,
    /// Since when its agent has it.
    pub(super) assigned_at: Timestamp,
    /// Until when it waits for one agent alone, if it does.
    pub(super) reserved_until: Option<Timestamp>,
    /// What the plan asks of agents; `None` for nothing.
    pub(super) ask: Option<Box<Ask>>,
}

impl Live {
    fn new(arrival: Arrival) -> Live {
        Live {
            arrival,
            place: Place::Nowhere,
            turn: 0,
            queued: false,
            left_bot: false,
            away_by_rule: false,
            replied: false,
            group: None,
            rule: None,
            waiting_since: arrival.at,
            wait_ms: None,
            assigned_at: arrival.at,
            reserved_until: None,
            ask: None,
        }
    }
}

/// What a plan asks of agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    /// Skills.
    pub(super) skills: Vec<SkillLevel>,
    /// The lowest tier.
    pub(super) tier: Option<u8>,
}

/// An agent.
#[derive(Clone, Debug, Default)]
pub(super) struct AgentNow {
    /// Presence.
    pub(super) presence: Presence,
    /// Conversations in hand.
    pub(super) open: u32,
    /// Whether the accepting switch is on.
    pub(super) accepting: bool,
    /// Until when the times below are counted.
    pub(super) counted_until: Timestamp,
    /// Time online or with conversations in hand.
    pub(super) present_ms: i64,
    /// Time with at least one conversation in hand.
    pub(super) busy_ms: i64,
    /// The same, each conversation counted.
    pub(super) load_ms: i64,
    /// Conversations given.
    pub(super) assigned: u64,
    /// Conversations ended, and the time they took.
    pub(super) handled: u64,
    pub(super) handle_ms: i64,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    /// The number of the first conversation in `live`.
    first: u64,
    /// Conversations in order of number: every one under way, and some that ended behind one that did not.
    live: VecDeque<Live>,
    /// Conversations from before the run began.
    earlier: BTreeMap<ConversationId, Live>,
    pub(super) agents: Vec<AgentNow>,
    /// Waiting and in hand, by group.
    pub(super) groups: Vec<GroupNow>,
    /// Whether each plan of hours is open.
    pub(super) hours_open: Vec<bool>,
    pub(super) waiting: u32,
    pub(super) waiting_max: u32,
    pub(super) in_hand: u32,
    pub(super) away: u32,
    pub(super) nowhere: u32,
    pub(super) online: u32,
    /// What moved, while somebody watches.
    pub(super) moves: Option<MoveLog>,
    /// Agent times are counted within these instants.
    counted: (Timestamp, Timestamp),
}

/// A group's conversations.
#[derive(Copy, Clone, Debug, Default)]
pub(super) struct GroupNow {
    pub(super) waiting: u32,
    pub(super) waiting_max: u32,
    pub(super) in_hand: u32,
}

impl Floor {
    /// An empty floor whose agents' times are counted from the first to the second instant.
    pub(super) fn new(directory: &Directory, counted: (Timestamp, Timestamp)) -> Floor {
        let agent = AgentNow { counted_until: counted.0, accepting: true, ..AgentNow::default() };
        Floor {
            first: 1,
            live: VecDeque::new(),
            earlier: BTreeMap::new(),
            agents: vec![agent; directory.agents.len()],
            groups: vec![GroupNow::default(); directory.groups.len()],
            hours_open: vec![false; directory.hours.len()],
            waiting: 0,
            waiting_max: 0,
            in_hand: 0,
            away: 0,
            nowhere: 0,
            online: 0,
            moves: None,
            counted,
        }
    }

    /// Follows a revision that goes live: what it adds has room, and what was counted stays.
    pub(super) fn fit(&mut self, directory: &Directory, now: Timestamp) {
        let agent =
            AgentNow { counted_until: now.max(self.counted.0), accepting: true, ..AgentNow::default() };
        self.agents.resize(directory.agents.len().max(self.agents.len()), agent);
        self.groups.resize(directory.groups.len().max(self.groups.len()), GroupNow::default());
        self.hours_open.resize(directory.hours.len().max(self.hours_open.len()), false);
    }

    /// Adds a conversation. `false`: its number is not the next one.
    pub(super) fn open(&mut self, id: ConversationId, arrival: Arrival) -> bool {
        let is_next = id.0 == self.first + self.live.len() as u64;
        if is_next {
            self.nowhere += 1;
            self.live.push_back(Live::new(arrival));
        }
        is_next
    }

    /// Puts conversations where they are when a run begins with a desk that serves already. The next one to begin is
    /// numbered `first`.
    pub(super) fn begin_with(
        &mut self,
        first: ConversationId,
        earlier: impl Iterator<Item = (ConversationId, Arrival, Place, Timestamp)>,
    ) {
        self.first = first.0;
        for (id, arrival, place, since) in earlier {
            self.nowhere += 1;
            self.earlier.insert(id, Live::new(arrival));
            self.move_to(id, place, since);
            if let Some(live) = self.get(id) {
                live.waiting_since = since;
                live.assigned_at = since;
                live.queued = matches!(place, Place::Waiting(_));
            }
        }
    }

    /// A conversation that has not ended.
    pub(super) fn get(&mut self, id: ConversationId) -> Option<&mut Live> {
        let live = match id.0.checked_sub(self.first) {
            Some(at) => self.live.get_mut(usize::try_from(at).ok()?),
            None => self.earlier.get_mut(&id),
        };
        live.filter(|live| live.place != Place::Ended)
    }

    /// Every conversation that has not ended.
    pub(super) fn under_way(&self) -> impl Iterator<Item = (ConversationId, &Live)> {
        let earlier = self.earlier.iter().map(|(id, live)| (*id, live));
        let own = (self.first..).map(ConversationId).zip(&self.live);
        earlier.chain(own).filter(|(_, live)| live.place != Place::Ended)
    }

    /// How many conversations have not ended.
    pub(super) fn under_way_count(&self) -> u32 {
        self.waiting + self.in_hand + self.away + self.nowhere
    }

    /// Moves a conversation; gives where it was, or `None` when there is none under way.
    pub(super) fn move_to(&mut self, id: ConversationId, to: Place, now: Timestamp) -> Option<Place> {
        let live = self.get(id)?;
        let from = live.place;
        live.place = to;
        // A move from one queue to another does not begin the wait anew.
        if !matches!((from, to), (Place::Waiting(_), Place::Waiting(_))) {
            live.turn = live.turn.wrapping_add(1);
        }
        let (arrival, rule) = (live.arrival, live.rule);
        if let Some(moves) = &mut self.moves {
            moves.add(id, (from, to), now, &arrival, rule);
        }
        self.count(from, now, false);
        self.count(to, now, true);
        if to == Place::Ended {
            while self.live.front().is_some_and(|live| live.place == Place::Ended) {
                self.live.pop_front();
                self.first += 1;
            }
        }
        Some(from)
    }

    fn count(&mut self, place: Place, now: Timestamp, enters: bool) {
        let step = |number: &mut u32| {
            *number = if enters { *number + 1 } else { number.saturating_sub(1) };
        };
        match place {
            Place::Nowhere => step(&mut self.nowhere),
            Place::Away(_) => step(&mut self.away),
            Place::Ended => {}
            Place::Waiting(group) => {
                step(&mut self.waiting);
                self.waiting_max = self.waiting_max.max(self.waiting);
                if let Some(group) = self.groups.get_mut(group.index()) {
                    step(&mut group.waiting);
                    group.waiting_max = group.waiting_max.max(group.waiting);
                }
            }
            Place::With(agent, group) => {
                step(&mut self.in_hand);
                if let Some(group) = self.groups.get_mut(group.index()) {
                    step(&mut group.in_hand);
                }
                self.count_time(agent, now);
                if let Some(agent) = self.agents.get_mut(agent.index()) {
                    step(&mut agent.open);
                    agent.assigned += u64::from(enters);
                }
            }
        }
    }

    /// Notes an agent's presence.
    pub(super) fn set_presence(&mut self, agent: AgentId, presence: Presence, now: Timestamp) {
        self.count_time(agent, now);
        let Some(agent) = self.agents.get_mut(agent.index()) else {
            return;
        };
        self.online -= u32::from(agent.presence == Presence::Online);
        self.online += u32::from(presence == Presence::Online);
        agent.presence = presence;
    }

    /// Counts an agent's time until now.
    pub(super) fn count_time(&mut self, agent: AgentId, now: Timestamp) {
        let now = now.min(self.counted.1);
        let Some(agent) = self.agents.get_mut(agent.index()) else {
            return;
        };
        if now <= agent.counted_until {
            return;
        }
        let ms = now.since_ms(agent.counted_until);
        agent.counted_until = now;
        agent.load_ms += ms * i64::from(agent.open);
        if agent.open > 0 {
            agent.busy_ms += ms;
        }
        if agent.open > 0 || agent.presence == Presence::Online {
            agent.present_ms += ms;
        }
    }
}
