//! The floor at one instant, as plain data: what the events so far say, and nothing else.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::Serialize;

use super::super::Simulation;
use super::super::check::cap;
use super::super::floor::{Away, Place};
use super::super::report::Ended;
use super::super::traffic::Arrival;
use super::moves::{Move, MoveLog};
use super::plan::Homes;
use crate::id::{AgentId, ChannelId, ConversationId, GroupId, RuleId};
use crate::model::Presence;
use crate::rules::Ruleset;
use crate::time::Timestamp;

/// Groups in one view.
pub const LANES_MAX: usize = 24;
/// Waiting conversations told of one lane; all are counted.
const WAITING_MAX: usize = 80;
/// Agents told of one lane; all are counted.
const AGENTS_MAX: usize = 200;
/// Conversations told of one agent; all are counted.
const IN_HAND_MAX: usize = 64;

/// The floor at one instant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FloorView {
    /// The instant: everything up to and at it has happened.
    pub at: Timestamp,
    /// When the next thing happens, be it an event or not; `None` once the run is over.
    pub next_at: Option<Timestamp>,
    /// Whether, and why, the run has ended.
    pub ended: Ended,
    /// The revision that is live, in hexadecimal digits.
    pub revision: String,
    /// The whole tenant in numbers.
    pub counters: Counters,
    /// How busy the channels are.
    pub channels: Vec<ChannelGate>,
    /// The groups that were asked for.
    pub lanes: Vec<Lane>,
    /// What has moved since the last look, in order; the first few hundred.
    pub moves: Vec<Move>,
    /// Moves beyond them.
    pub moves_left_out: u32,
}

/// The whole tenant in numbers. The last six count from the run's beginning, the warm-up included.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Counters {
    /// Conversations waiting for any group.
    pub waiting: u32,
    /// Since when the one waits that waits the longest.
    pub longest_since: Option<Timestamp>,
    /// Conversations in agents' hands.
    pub in_hand: u32,
    /// With a bot.
    pub bot: u32,
    /// Leaving a message.
    pub message: u32,
    /// Filling in a ticket.
    pub ticket: u32,
    /// Agents online.
    pub online: u32,
    /// Events.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub events: u64,
    /// Conversations that began.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub opened: u64,
    /// Conversations that an agent was given.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub connected: u64,
    /// Visitors who gave up waiting without having been connected, as the report counts them.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub abandoned: u64,
    /// Conversations that ended with a bot, a message or a ticket because nobody could take them.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub fell_back: u64,
    /// Failures of rules.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub rule_failures: u64,
}

/// A channel.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChannelGate {
    /// Which.
    pub channel: ChannelId,
    /// Conversations an hour that the scenario and its surges bring at this instant.
    pub per_hour: f64,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Lane {
    /// Which.
    pub group: GroupId,
    /// Whether its hours are open.
    pub open: bool,
    /// Conversations waiting.
    pub waiting: u32,
    /// Conversations in the hands of agents, here or elsewhere, for this group.
    pub in_hand: u32,
    /// The waiting, those who came first before the others; the first of them.
    pub queue: Vec<Waiting>,
    /// The agents who sit here and are present, sent away, or still busy; the first of them.
    pub agents: Vec<AgentSeat>,
    /// Those beyond them.
    pub agents_left_out: u32,
    /// Agents who sit here and are offline without work.
    pub offline: u32,
}

/// A waiting conversation.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Waiting {
    /// Which.
    pub conversation: ConversationId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// Since when the visitor waits for people.
    pub since: Timestamp,
    /// The VIP level.
    pub vip: u8,
    /// What the visitor wants: a place in [`super::FloorPlan::intents`].
    pub intent: u16,
    /// The first of the rules that led it here; `None`: a default did.
    pub rule: Option<RuleId>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AgentSeat {
    /// Who.
    pub agent: AgentId,
    /// Presence.
    pub presence: Presence,
    /// Sent away by an injection.
    pub sent: bool,
    /// Online, and answering nobody who is given to them.
    pub silent: bool,
    /// The most conversations at once.
    pub capacity: u32,
    /// Conversations in hand.
    pub open: u32,
    /// The first of them, the oldest before the others.
    pub in_hand: Vec<InHand>,
}

/// A conversation in an agent's hands.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InHand {
    /// Which.
    pub conversation: ConversationId,
    /// The channel it came by.
    pub channel: ChannelId,
    /// For which group.
    pub group: GroupId,
    /// Since when.
    pub since: Timestamp,
    /// The VIP level.
    pub vip: u8,
    /// What the visitor wants: a place in [`super::FloorPlan::intents`].
    pub intent: u16,
    /// The first of the rules that led it here; `None`: a default did.
    pub rule: Option<RuleId>,
}

/// Looks at the floor, and takes what has moved since the last look.
pub(super) fn view<R: Deref<Target = Ruleset> + Clone>(
    simulation: &mut Simulation<R>,
    at: Timestamp,
    groups: &[GroupId],
    homes: &Homes,
) -> FloorView {
    let taken = simulation.run.floor.moves.as_mut().map(MoveLog::take).unwrap_or_default();
    let next_at = simulation.next_at();
    let (run, ruleset) = (&simulation.run, simulation.ruleset());
    let directory = ruleset.directory();
    let mut counters = Counters {
        waiting: run.floor.waiting,
        in_hand: run.floor.in_hand,
        online: run.floor.online,
        events: run.events,
        opened: run.conversations,
        ..run.ledger.totals
    };
    let mut lanes = Vec::new();
    for group in groups.iter().take(LANES_MAX).filter_map(|id| directory.group(*id)) {
        if lanes.iter().all(|lane: &Lane| lane.group != group.id) {
            let now = run.floor.groups.get(group.id.index()).copied().unwrap_or_default();
            lanes.push(Lane {
                group: group.id,
                open: group.hours.is_none_or(|id| run.floor.hours_open.get(id.index()) == Some(&true)),
                waiting: now.waiting,
                in_hand: now.in_hand,
                queue: Vec::new(),
                agents: Vec::new(),
                agents_left_out: 0,
                offline: 0,
            });
        }
    }
    // Where each agent who is shown sits: lane and place.
    let mut seats = BTreeMap::new();
    for (lane_at, lane) in lanes.iter_mut().enumerate() {
        for agent in homes.of(lane.group).iter().filter_map(|id| directory.agent(*id)) {
            let Some(now) = run.floor.agents.get(agent.id.index()) else {
                continue;
            };
            let sent = run.source.is_sent(agent.id);
            if now.presence == Presence::Offline && now.open == 0 && !sent {
                lane.offline += 1;
            } else if lane.agents.len() >= AGENTS_MAX {
                lane.agents_left_out += 1;
            } else {
                seats.insert(agent.id, (lane_at, lane.agents.len()));
                lane.agents.push(AgentSeat {
                    agent: agent.id,
                    presence: now.presence,
                    sent,
                    silent: now.presence == Presence::Online && run.source.is_silent(agent.id, at),
                    capacity: cap(agent, directory),
                    open: now.open,
                    in_hand: Vec::new(),
                });
            }
        }
    }
    for (conversation, live) in run.floor.under_way() {
        let Arrival { channel, vip, intent, .. } = live.arrival;
        let rule = live.rule;
        match live.place {
            Place::Waiting(group) => {
                let since = live.waiting_since;
                counters.longest_since = Some(counters.longest_since.map_or(since, |first| first.min(since)));
                if let Some(lane) = lanes.iter_mut().find(|lane| lane.group == group)
                    && lane.queue.len() < WAITING_MAX
                {
                    lane.queue.push(Waiting { conversation, channel, since, vip, intent, rule });
                }
            }
            Place::With(agent, group) => {
                let seat = seats.get(&agent).and_then(|&(lane, seat): &(usize, usize)| {
                    lanes.get_mut(lane).and_then(|lane| lane.agents.get_mut(seat))
                });
                if let Some(seat) = seat
                    && seat.in_hand.len() < IN_HAND_MAX
                {
                    let since = live.assigned_at;
                    seat.in_hand.push(InHand { conversation, channel, group, since, vip, intent, rule });
                }
            }
            Place::Away(Away::Bot) => counters.bot += 1,
            Place::Away(Away::Message) => counters.message += 1,
            Place::Away(Away::Ticket) => counters.ticket += 1,
            Place::Nowhere | Place::Ended => {}
        }
    }
    let channels = directory.channels.iter().filter(|channel| channel.active);
    FloorView {
        at,
        next_at,
        ended: run.ended,
        revision: ruleset.revision().to_string(),
        counters,
        channels: channels
            .map(|channel| ChannelGate { channel: channel.id, per_hour: run.source.per_hour(channel.id, at) })
            .collect(),
        lanes,
        moves: taken.moves,
        moves_left_out: taken.left_out,
    }
}
