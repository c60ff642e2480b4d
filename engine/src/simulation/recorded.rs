//! A recording's commands: what people did, done again.
//!
//! *Told*, a recording is what happened: its events are followed, and no rule is asked. *Replayed*, the desk decides anew
//! under a ruleset. What does not depend on the desk happens at its instant again: visitors come and say something, agents
//! come and go. What people do with a conversation that they have follows where the desk brings it: an agent is done as
//! long after taking it as in the recording, a visitor who left after a minute of waiting leaves after a minute.
//!
//! As long as what follows is what followed, the replay is *in step*: commands, ticks among them, come in the order and at
//! the instants of the recording, so the ruleset that made it makes it again, to the byte. Out of step, the desk's deadlines
//! are carried out when they are due. What no recording can know is supposed, and counted: see [`Supposed`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::floor::{Floor, Live};
use super::random::Stream;
use super::run::source::Given;
use super::traffic::Arrival;
use crate::desk::{Author, CloseReason, CommandBody, Event, EventRecord};
use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::model::{FallbackStep, Presence};
use crate::recording::{Act, Recording, Role, STAGE_KINDS, StageKind};
use crate::rules::Revision;
use crate::time::Timestamp;

/// What stands behind every recorded command of an instant.
const SUPPOSED_ROW: u32 = u32::MAX;
/// A tick that is later than this after a deadline is none for it.
const TICK_LATE_MS_MAX: i64 = 1_000;
/// Half of the stretch over which arrivals are counted to tell their rate.
const RATE_HALF_MS: i64 = 15 * 60_000;
const HOUR_MS: f64 = 3_600_000.0;

/// What a replay had to suppose, since no recording can know it. All counts are 0 where it was in step to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Supposed {
    /// When it fell out of step; `None`: never.
    pub out_of_step_at: Option<Timestamp>,
    /// Visitors who waited longer than in the recording and are supposed to have left: patience beyond what was seen is
    /// drawn from an exponential distribution with the recording's mean.
    pub left: u32,
    /// Conversations that an agent was given who did not have it in the recording: it takes as long as it took.
    pub other_agent: u32,
    /// Conversations that an agent was given and that no agent had in the recording: as long as somebody else's in that
    /// group, drawn by lot.
    pub handle_drawn: u32,
    /// Stays with a bot or in a form that were not in the recording: as long as others', drawn by lot.
    pub away_drawn: u32,
    /// Conversations that an agent gave back in the recording, and that another agent had in the replay: kept.
    pub not_given_back: u32,
    /// Messages of visitors to a conversation that had ended by then: left out.
    pub said_too_late: u32,
    /// Other commands that made no sense any more, such as taking a conversation by hand that does not wait: left out.
    pub senseless: u32,
    /// Rulesets that went live in the recording: left out, since the replayed one stays.
    pub not_published: u32,
}

/// Something due.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Timestamp,
    /// [`SUPPOSED_ROW`]: it is supposed.
    row: u32,
    conversation: ConversationId,
    /// The conversation's turn it belongs to; void once the conversation has moved on.
    turn: u8,
    what: What,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// What the row says.
    Recorded,
    Leave,
    Done,
    LeaveBot,
    HandOver,
}

/// The commands of a recording.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    recording: Arc<Recording>,
    seed: u64,
    /// Whether what happened is told.
    is_told: bool,
    next_row: usize,
    calendar: BinaryHeap<Reverse<Due>>,
    /// How often each conversation has come into each kind of stage.
    entered: Vec<[u8; STAGE_KINDS]>,
    entered_earlier: BTreeMap<ConversationId, [u8; STAGE_KINDS]>,
    /// The row that comes next as long as the replay is in step; `None` once it is not.
    in_step: Option<u32>,
    /// The row that is being carried out.
    carrying: Option<u32>,
    /// Whether a ruleset went live in the replay.
    is_published: bool,
    /// Whether it is the one that was live when the recording began.
    is_own: bool,
    /// Agents sent away by injections.
    sent: BTreeSet<AgentId>,
    /// What the recording says of agents' presence by now.
    presence: BTreeMap<AgentId, Presence>,
    supposed: Supposed,
}

impl Recorded {
    pub(super) fn told(recording: Arc<Recording>) -> Recorded {
        Recorded { is_told: true, next_row: 0, ..Recorded::replayed(recording, Revision([0; 32]), 0) }
    }

    /// `revision`: that of the ruleset under which it is replayed.
    pub(super) fn replayed(recording: Arc<Recording>, revision: Revision, seed: u64) -> Recorded {
        let own = recording.desk().revision().or_else(|| recording.published().first().copied());
        let mut recorded = Recorded {
            seed,
            is_told: false,
            next_row: 0,
            calendar: BinaryHeap::new(),
            entered: vec![[0; STAGE_KINDS]; recording.conversations_len()],
            entered_earlier: BTreeMap::new(),
            in_step: Some(0),
            carrying: None,
            is_published: recording.desk().revision().is_some(),
            is_own: own == Some(revision),
            sent: BTreeSet::new(),
            presence: recording.desk().agents().map(|view| (view.agent.id, view.presence)).collect(),
            supposed: Supposed::default(),
            recording,
        };
        recorded.skip();
        recorded
    }

    /// What had to be supposed so far.
    pub(super) fn supposed(&self) -> &Supposed {
        &self.supposed
    }

    /// Whether a deadline of the desk is carried out when it is due. In step the recording's own ticks do that, which came
    /// as late as they came; but a ruleset that is not the recording's has deadlines that no recorded tick is for.
    pub(super) fn heeds_deadline(&self, due: Timestamp) -> bool {
        let is_alone = || self.peek().is_none_or(|next| next.since_ms(due) > TICK_LATE_MS_MAX);
        !self.is_in_step() || (!self.is_told && !self.is_own && is_alone())
    }

    /// Whether all that followed is what followed in the recording.
    fn is_in_step(&self) -> bool {
        self.is_told || self.in_step.is_some()
    }

    fn fall_out(&mut self, at: Timestamp) {
        if self.in_step.take().is_some() {
            self.supposed.out_of_step_at = Some(at);
            self.skip();
        }
    }

    /// Passes over the rows that do not come by themselves.
    fn skip(&mut self) {
        let is_in_step = self.is_in_step();
        let comes = |role: Role| match role {
            Role::Given | Role::Publishing => true,
            Role::Clock => is_in_step,
            Role::Follows => false,
        };
        while !self.is_told && self.recording.rows().get(self.next_row).is_some_and(|row| !comes(row.role)) {
            self.next_row += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<Timestamp> {
        let row = self.recording.rows().get(self.next_row).map(|row| row.at);
        let due = self.calendar.peek().map(|Reverse(due)| due.at);
        row.into_iter().chain(due).min()
    }

    /// Whether a replay under a ruleset of this revision begins with its going live: where another one is.
    pub(super) fn begins_with_publishing(&self, revision: Revision) -> bool {
        !self.is_told && self.recording.desk().revision().is_some_and(|live| live != revision)
    }

    /// The ruleset that goes live with the row that comes next, where the recording is told.
    pub(super) fn goes_live_next(&self) -> Option<Revision> {
        let row = self.recording.rows().get(self.next_row)?;
        if !self.is_told || row.role != Role::Publishing {
            return None;
        }
        row.unpack()?.1.iter().find_map(|record| match &record.event {
            Event::Published { revision, .. } => Some(*revision),
            _ => None,
        })
    }

    pub(super) fn take(&mut self, floor: &mut Floor) -> Option<Given> {
        let row = self.recording.rows().get(self.next_row).map(|row| (row.at, self.next_row as u32));
        let due = self.calendar.peek().map(|Reverse(due)| (due.at, due.row));
        match (row, due) {
            (Some(row), due) if due.is_none_or(|due| row < due) => {
                self.next_row += 1;
                let given = self.row(row.1, floor);
                self.skip();
                given
            }
            (_, Some(_)) => {
                let Reverse(due) = self.calendar.pop()?;
                self.due(due, floor)
            }
            _ => None,
        }
    }

    /// Begins to carry a row out.
    fn carry(&mut self, row: u32, at: Timestamp) {
        self.carrying = Some(row);
        match &mut self.in_step {
            Some(next) if *next == row => *next += 1,
            _ => self.fall_out(at),
        }
    }

    fn row(&mut self, number: u32, floor: &mut Floor) -> Option<Given> {
        let row = self.recording.row(number)?;
        let (at, role) = (row.at, row.role);
        let (body, events) = row.unpack()?;
        let arrival = match &body {
            CommandBody::Open(_) => events.iter().find_map(|record| match &record.event {
                Event::ConversationOpened { channel, vip, .. } => Some(arrival(at, *channel, *vip)),
                _ => None,
            }),
            _ => None,
        };
        hand_over(&body, at, floor);
        if self.is_told {
            return Some(Given { body, arrival, known: Some(events) });
        }
        match &body {
            CommandBody::Publish if !self.is_published => self.is_published = true,
            _ if role == Role::Publishing => {
                self.supposed.not_published += 1;
                self.fall_out(at);
                return None;
            }
            CommandBody::SetPresence { agent, presence } => {
                self.presence.insert(*agent, *presence);
                if self.sent.contains(agent) {
                    self.fall_out(at);
                    return None;
                }
            }
            CommandBody::Message { conversation, from: Author::Visitor, .. }
                if floor.get(*conversation).is_none() =>
            {
                self.supposed.said_too_late += 1;
                self.fall_out(at);
                return None;
            }
            _ => {}
        }
        self.carry(number, at);
        Some(Given { arrival, ..Given::command(body) })
    }

    fn due(&mut self, due: Due, floor: &mut Floor) -> Option<Given> {
        let Due { at, row, conversation, turn, what } = due;
        if floor.get(conversation).is_none_or(|live| live.turn != turn) {
            return None;
        }
        if what == What::Recorded {
            let recorded = self.recording.row(row)?;
            let (is_its_instant, body) = (recorded.at == at, recorded.unpack()?.0);
            // What follows at another instant than in the recording is out of step, whatever comes of it.
            if is_its_instant {
                self.carry(row, at);
            } else {
                self.carrying = Some(row);
                self.fall_out(at);
            }
            hand_over(&body, at, floor);
            return Some(Given::command(body));
        }
        self.carrying = None;
        self.fall_out(at);
        let close = |reason| CommandBody::Close { conversation, reason, satisfaction: None };
        Some(Given::command(match what {
            What::Leave => {
                self.supposed.left += 1;
                close(CloseReason::Abandoned)
            }
            What::LeaveBot => {
                let body = CommandBody::LeaveBot { conversation, entry: None };
                hand_over(&body, at, floor);
                body
            }
            What::HandOver => close(CloseReason::HandedOver),
            What::Done | What::Recorded => close(CloseReason::Resolved),
        }))
    }

    /// A command was carried out; `was_accepted`: the desk did not refuse it.
    pub(super) fn carried_out(&mut self, events: &[EventRecord], was_accepted: bool) {
        let Some(row) = self.carrying.take() else {
            // What was not in the recording: a deadline, or the going live of another ruleset at the very beginning.
            if let Some(first) = events.first().filter(|_| self.in_step.is_some_and(|next| next > 0)) {
                self.fall_out(first.at);
            }
            return;
        };
        if was_accepted && self.in_step.is_none() {
            return;
        }
        let known = self.recording.row(row).and_then(|row| row.unpack());
        let Some((_, known)) = known else { return };
        if !was_accepted && !known.is_empty() {
            self.supposed.senseless += 1;
        }
        if self.in_step.is_some() && !shapes(events).eq(shapes(&known)) {
            let at = events.iter().chain(&known).next().map_or(Timestamp(0), |record| record.at);
            self.fall_out(at);
        }
    }

    pub(super) fn waits(&mut self, id: ConversationId, live: &Live, at: Timestamp) {
        self.enter(StageKind::Waiting, id, live, at, None);
    }

    pub(super) fn assigned(&mut self, id: ConversationId, live: &Live, agent: AgentId, at: Timestamp) {
        self.enter(StageKind::With, id, live, at, Some(agent));
    }

    pub(super) fn fell_back(&mut self, id: ConversationId, live: &Live, to: &FallbackStep, at: Timestamp) {
        let kind = if matches!(to, FallbackStep::Bot(_)) { StageKind::Bot } else { StageKind::Form };
        self.enter(kind, id, live, at, None);
    }

    /// A conversation comes into a stage, or is in it when the recording begins: what was done in it follows.
    pub(super) fn enter(
        &mut self,
        kind: StageKind,
        id: ConversationId,
        live: &Live,
        at: Timestamp,
        agent: Option<AgentId>,
    ) {
        if self.is_told {
            return;
        }
        let nth = self.count(kind, id);
        let recording = Arc::clone(&self.recording);
        let Some(course) = recording.courses().get(id) else { return };
        let stage = course.stage(kind, nth);
        let is_other_agent = stage.is_some_and(|stage| stage.agent != agent);
        self.supposed.other_agent += u32::from(is_other_agent);
        let turn = live.turn;
        let mut is_ended = false;
        for action in course.actions(kind, nth) {
            match action.act {
                Act::Return if is_other_agent => {
                    self.supposed.not_given_back += 1;
                    continue;
                }
                Act::Close(_) | Act::LeaveBot | Act::Return => is_ended = true,
                Act::Take(_) | Act::Say => {}
            }
            let at = at.plus_ms(action.offset_ms);
            let what = What::Recorded;
            self.calendar.push(Reverse(Due { at, row: action.row, conversation: id, turn, what }));
        }
        if is_ended {
            return;
        }
        let lasted_ms = stage.map(|stage| stage.lasted_ms);
        let handle_ms = course.handle_ms();
        if let Some((ms, what)) = self.suppose(kind, id, (lasted_ms, handle_ms), live.group, nth) {
            let at = at.plus_ms(ms);
            self.calendar.push(Reverse(Due { at, row: SUPPOSED_ROW, conversation: id, turn, what }));
        }
    }

    /// How a stage ends of whose end nothing is known, and after how long. What lasted in the recording, at least, lasts
    /// in the replay.
    fn suppose(
        &mut self,
        kind: StageKind,
        id: ConversationId,
        (lasted_ms, handle_ms): (Option<i64>, Option<i64>),
        group: Option<GroupId>,
        nth: u8,
    ) -> Option<(i64, What)> {
        let purpose = format!("replay {kind:?} {nth}");
        let mut stream = Stream::new(self.seed, &purpose, &id.to_string());
        let samples = self.recording.courses().samples();
        let least_ms = lasted_ms.map_or(1, |ms| ms + 1);
        Some(match kind {
            StageKind::Waiting => {
                let more_ms = samples.patience_ms_mean()? * stream.exponential();
                (least_ms + more_ms as i64, What::Leave)
            }
            StageKind::With => {
                let ms = match handle_ms {
                    Some(ms) => ms,
                    None => {
                        self.supposed.handle_drawn += u32::from(lasted_ms.is_none());
                        lasted_ms.unwrap_or(0) + samples.handle_ms(group.unwrap_or(GroupId(0)), &mut stream)
                    }
                };
                (ms.max(least_ms), What::Done)
            }
            StageKind::Bot => {
                self.supposed.away_drawn += u32::from(lasted_ms.is_none());
                let (ms, leaves) = samples.bot(&mut stream);
                (least_ms + ms, if leaves { What::LeaveBot } else { What::HandOver })
            }
            StageKind::Form => {
                let ms = samples.form_ms(&mut stream).filter(|_| lasted_ms.is_none())?;
                self.supposed.away_drawn += 1;
                (ms, What::HandOver)
            }
        })
    }

    fn count(&mut self, kind: StageKind, id: ConversationId) -> u8 {
        let at = id.0.checked_sub(self.recording.courses().first());
        let counts = match at {
            Some(at) => usize::try_from(at).ok().and_then(|at| self.entered.get_mut(at)),
            None => Some(self.entered_earlier.entry(id).or_default()),
        };
        let Some(count) = counts.and_then(|counts| counts.get_mut(kind as usize)) else { return u8::MAX };
        let nth = *count;
        *count = count.saturating_add(1);
        nth
    }

    /// What the desk has to be told of an agent who was sent away or came back.
    pub(super) fn presence(&mut self, agent: AgentId, floor: &Floor) -> Option<CommandBody> {
        let recorded = self.presence.get(&agent).copied().unwrap_or_default();
        let wanted = if self.sent.contains(&agent) { Presence::Offline } else { recorded };
        let now = floor.agents.get(agent.index()).map(|now| now.presence);
        (now != Some(wanted)).then_some(CommandBody::SetPresence { agent, presence: wanted })
    }

    pub(super) fn send(&mut self, agent: AgentId, away: bool) {
        match away {
            true => self.sent.insert(agent),
            false => self.sent.remove(&agent),
        };
    }

    pub(super) fn is_sent(&self, agent: AgentId) -> bool {
        self.sent.contains(&agent)
    }

    pub(super) fn per_hour(&self, channel: ChannelId, at: Timestamp) -> f64 {
        let arrivals = self.recording.courses().arrivals(channel);
        let before = |at: Timestamp| arrivals.partition_point(|arrival| *arrival < at);
        let many = before(at.plus_ms(RATE_HALF_MS)) - before(at.plus_ms(-RATE_HALF_MS));
        many as f64 * HOUR_MS / (2 * RATE_HALF_MS) as f64
    }
}

/// A visitor waits for people from when the bot hands the conversation to them.
fn hand_over(body: &CommandBody, at: Timestamp, floor: &mut Floor) {
    if let CommandBody::LeaveBot { conversation, .. } = body
        && let Some(live) = floor.get(*conversation)
    {
        live.left_bot = true;
        live.waiting_since = at;
    }
}

/// A recorded conversation as it comes.
pub(super) fn arrival(at: Timestamp, channel: ChannelId, vip: u8) -> Arrival {
    Arrival {
        at,
        channel,
        intent: 0,
        phrase: 0,
        customer: None,
        vip,
        handle_ms: 0,
        patience_ms: None,
        luck: 0,
    }
}

/// What events say about where conversations and agents are, and nothing about why: numbers of rules differ between
/// rulesets that decide alike.
fn shapes(events: &[EventRecord]) -> impl Iterator<Item = (Timestamp, Shape<'_>)> {
    events.iter().filter_map(|record| Some((record.at, shape(&record.event)?)))
}

#[derive(PartialEq, Eq)]
enum Shape<'a> {
    Opened(ConversationId),
    Queued(ConversationId, GroupId, Option<AgentId>),
    Assigned(ConversationId, AgentId, GroupId),
    Unassigned(ConversationId, AgentId),
    FellBack(ConversationId, &'a FallbackStep),
    Closed(ConversationId, CloseReason),
    Presence(AgentId, Presence),
}

fn shape(event: &Event) -> Option<Shape<'_>> {
    Some(match event {
        Event::ConversationOpened { conversation, .. } => Shape::Opened(*conversation),
        Event::Queued { conversation, group, directed, .. } => {
            Shape::Queued(*conversation, *group, directed.map(|directed| directed.agent))
        }
        Event::Assigned { conversation, agent, group, .. } => Shape::Assigned(*conversation, *agent, *group),
        Event::Unassigned { conversation, agent, .. } => Shape::Unassigned(*conversation, *agent),
        Event::FellBack { conversation, to, .. } => Shape::FellBack(*conversation, to),
        Event::Closed { conversation, reason, .. } => Shape::Closed(*conversation, *reason),
        Event::PresenceChanged { agent, presence } => Shape::Presence(*agent, *presence),
        _ => return None,
    })
}
