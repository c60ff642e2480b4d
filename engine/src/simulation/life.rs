//! One conversation followed through a run: every command that touched it, with the desk as it stood before.
//!
//! The run goes on to just before the conversation opens, and a copy of it is kept. It goes on until the conversation is
//! over, and so it is known which commands touch it. From the copy the same is run once more, and at these commands
//! alone decisions are traced and the desk is copied. So it is the same run, and most of it costs what it always costs.

use std::ops::Deref;

use super::report::Ended;
use super::traffic::Arrival;
use super::{Observer, Simulation, Unobserved};
use crate::desk::{Batch, Command, CommandBody, Desk, Event, EventRecord};
use crate::id::{ConversationId, CustomerId};
use crate::rules::Ruleset;
use crate::time::Timestamp;
use crate::trace::{Trace, TraceLevel};

/// Commands kept of one life; each has a copy of the desk. Most conversations are touched by three to eight.
pub const MOMENTS_MAX: usize = 48;

/// A conversation being followed, piece by piece.
#[derive(Debug)]
pub struct Following<R> {
    simulation: Simulation<R>,
    followed: Followed<R>,
    stage: Stage<R>,
    /// How many events had happened before each of the steps that touch the conversation.
    touched: Vec<u64>,
}

#[derive(Debug)]
enum Stage<R> {
    /// On the way to where it opens.
    Before,
    /// On the way to where it ends. The run as it was before it opened.
    Finding(Box<Simulation<R>>),
    /// The second time, with a look at what touches it. Steps looked at so far.
    Looking(usize),
    Done,
}

/// What has become of one conversation in a run.
#[derive(Debug)]
pub struct Followed<R> {
    pub(crate) conversation: ConversationId,
    pub(crate) seed: u64,
    /// How it came; `None`: it never did.
    pub(crate) arrival: Option<Arrival>,
    /// Whose it is, where recognisable.
    pub(crate) customer: Option<CustomerId>,
    /// What the scenario calls what was wanted.
    pub(crate) intent: String,
    pub(crate) moments: Vec<Moment<R>>,
    /// Commands that touched it beyond those.
    pub(crate) left_out: u32,
    /// Conversations of the run up to where it was looked for.
    pub(crate) opened: u64,
}

/// A command that touched the conversation.
#[derive(Debug)]
pub(crate) struct Moment<R> {
    /// What was live when it was carried out; of a swap, what went live.
    pub(crate) ruleset: R,
    /// Before the command.
    pub(crate) desk: Desk,
    pub(crate) command: Command,
    pub(crate) events: Vec<EventRecord>,
    /// Of this conversation alone.
    pub(crate) traces: Vec<Trace>,
}

impl<R> Moment<R> {
    /// The desk as a decision saw it: after every event before it.
    pub(crate) fn desk_at(&self, trace: &Trace) -> Desk {
        let mut desk = self.desk.clone();
        let mut before: Vec<_> = self.events.iter().filter(|record| record.seq < trace.seq).collect();
        // That a rule failed is told before the decision in which it did.
        while before.last().is_some_and(|record| {
            matches!(record.event, Event::RuleFailed { .. } | Event::BreakerOpened { .. })
        }) {
            before.pop();
        }
        before.into_iter().for_each(|record| desk.evolve(record));
        desk.now = desk.now.max(trace.at);
        desk
    }
}

/// How far a conversation has been followed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Followup {
    /// The run is here; go on.
    Underway(Timestamp),
    /// All there is has been seen.
    Done,
}

impl<R: Deref<Target = Ruleset> + Clone> Following<R> {
    /// Follows a conversation, by its number, through a run that has not come to it yet.
    #[must_use]
    pub fn new(simulation: Simulation<R>, conversation: ConversationId) -> Following<R> {
        let followed = Followed {
            conversation,
            seed: simulation.run.seed,
            arrival: None,
            customer: None,
            intent: String::new(),
            moments: Vec::new(),
            left_out: 0,
            opened: 0,
        };
        Following { simulation, followed, stage: Stage::Before, touched: Vec::new() }
    }

    /// Goes on for at least so many events, or to the end.
    pub fn run_for(&mut self, events: u64) -> Followup {
        let most = self.simulation.run.events.saturating_add(events);
        // Coming to where it opened from a copy makes the count smaller: then there is more to do than was asked.
        while self.simulation.run.events < most {
            self.step();
            if matches!(self.stage, Stage::Done) {
                return Followup::Done;
            }
        }
        Followup::Underway(self.simulation.run.now.unwrap_or(self.simulation.run.scenario.start))
    }

    /// What was seen.
    #[must_use]
    pub fn followed(self) -> Followed<R> {
        self.followed
    }

    fn step(&mut self) {
        match &self.stage {
            Stage::Before if self.is_next() => {
                self.stage = Stage::Finding(Box::new(self.simulation.clone()));
            }
            Stage::Before => {
                self.advance(&mut Unobserved);
                if self.simulation.run.ended != Ended::Running {
                    self.stage = Stage::Done;
                }
            }
            Stage::Finding(_) => self.find(),
            Stage::Looking(seen) => self.look(*seen),
            Stage::Done => {}
        }
        self.followed.opened = self.followed.opened.max(self.simulation.run.conversations);
    }

    /// Whether no conversation opens any more before the one that is followed.
    fn is_next(&self) -> bool {
        self.simulation.run.conversations + 1 >= self.followed.conversation.0
    }

    fn find(&mut self) {
        let before = self.simulation.run.events;
        let mut toucher = Toucher { id: self.followed.conversation, ..Toucher::default() };
        self.advance(&mut toucher);
        if toucher.touched {
            self.touched.push(before);
        }
        if toucher.opened {
            self.followed.customer = toucher.customer;
            let run = &mut self.simulation.run;
            self.followed.arrival = run.floor.get(self.followed.conversation).map(|live| live.arrival);
            let intent = self.followed.arrival.map(|arrival| usize::from(arrival.intent));
            let intent = intent.and_then(|intent| run.scenario.intents.get(intent));
            self.followed.intent = intent.map(|intent| intent.name.clone()).unwrap_or_default();
        }
        if !toucher.closed && self.simulation.run.ended == Ended::Running {
            return;
        }
        self.followed.opened = self.simulation.run.conversations;
        let next = if self.touched.is_empty() { Stage::Done } else { Stage::Looking(0) };
        if let Stage::Finding(copy) = std::mem::replace(&mut self.stage, next) {
            self.simulation = *copy;
        }
        let more = self.touched.len().saturating_sub(MOMENTS_MAX);
        self.followed.left_out = u32::try_from(more).unwrap_or(u32::MAX);
        self.touched.truncate(MOMENTS_MAX);
    }

    fn look(&mut self, seen: usize) {
        if self.touched.get(seen).copied() != Some(self.simulation.run.events) {
            return self.advance(&mut Unobserved);
        }
        let mut desk = self.simulation.run.desk.to_look_back(self.followed.customer);
        let mut ruleset = self.simulation.live().clone();
        let mut keeper = Keeper::default();
        self.advance(&mut keeper);
        let id = self.followed.conversation;
        for (command, events, mut traces) in keeper.0 {
            if command.body == CommandBody::Publish {
                ruleset = self.simulation.live().clone();
            }
            let before = desk.clone();
            events.iter().for_each(|record| desk.evolve(record));
            traces.retain(|trace| trace.conversation == id);
            if events.iter().any(|record| record.event.conversation() == Some(id)) || !traces.is_empty() {
                let moment = Moment { ruleset: ruleset.clone(), desk: before, command, events, traces };
                self.followed.moments.push(moment);
            }
        }
        let is_last = seen + 1 == self.touched.len();
        self.stage = if is_last { Stage::Done } else { Stage::Looking(seen + 1) };
    }

    /// One step that has events.
    fn advance(&mut self, observer: &mut dyn Observer) {
        self.simulation.run_until(Timestamp(i64::MAX), 1, observer);
    }
}

/// Watches for a conversation.
#[derive(Debug)]
struct Toucher {
    id: ConversationId,
    touched: bool,
    opened: bool,
    closed: bool,
    customer: Option<CustomerId>,
}

impl Default for Toucher {
    fn default() -> Toucher {
        Toucher { id: ConversationId(0), touched: false, opened: false, closed: false, customer: None }
    }
}

impl Observer for Toucher {
    fn batch(&mut self, _: &Command, batch: &Batch) {
        for record in &batch.events {
            if record.event.conversation() != Some(self.id) {
                continue;
            }
            self.touched = true;
            match &record.event {
                Event::ConversationOpened { customer, .. } => {
                    self.opened = true;
                    self.customer = *customer;
                }
                Event::Closed { .. } => self.closed = true,
                _ => {}
            }
        }
    }
}

/// Keeps what a step does, and why.
#[derive(Debug, Default)]
struct Keeper(Vec<(Command, Vec<EventRecord>, Vec<Trace>)>);

impl Observer for Keeper {
    fn batch(&mut self, command: &Command, batch: &Batch) {
        self.0.push((command.clone(), batch.events.clone(), batch.traces.clone()));
    }

    fn trace_level(&self) -> TraceLevel {
        TraceLevel::Full
    }
}
