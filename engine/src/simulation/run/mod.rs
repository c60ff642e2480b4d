//! A run: a virtual clock that goes from one thing that happens to the next and hands each to the desk.

mod follow;
mod inject;

use std::ops::Deref;

use super::Observer;
use super::calendar::{Calendar, Due, Entry};
use super::check::{Checker, Thoroughness};
use super::digest::Digest;
use super::floor::{Floor, Place};
use super::injection::{Injected, Injection};
use super::kpi::Ledger;
use super::random::{Length, Stream};
use super::report::{Ended, Progress, Report};
use super::scenario::{DRAIN_MS_MAX, EVENTS_PER_CONVERSATION_MAX, Scenario};
use super::staff::Staff;
use super::traffic::{Arrival, Traffic};
use crate::desk::{Author, Batch, CloseReason, Command, CommandBody, Desk, Identity, Open};
use crate::id::{AgentId, ConversationId};
use crate::rules::{Revision, Ruleset};
use crate::time::Timestamp;

/// Ticks at one instant without any event after which the desk counts as stalled.
const EMPTY_TICKS_MAX: u32 = 1_000;

/// What an agent says as a first reply; no rule looks at agents' words.
const REPLY: &str = "…";

/// Purposes of a conversation's own luck.
mod luck {
    pub(super) const BOT: u64 = 1;
    pub(super) const FORM: u64 = 2;
    pub(super) const REPLY: u64 = 3;
    pub(super) const FOLLOW_UP: u64 = 4;
}

/// A simulation under way. It can be run piece by piece, so that a worker can show progress and listen in between;
/// the pieces do not change what comes out.
#[derive(Clone, Debug)]
pub struct Simulation<R> {
    /// The one that is live.
    ruleset: R,
    pub(super) run: Run,
    /// In order of time.
    injections: Vec<Injection<R>>,
    injected: usize,
}

impl<R: Deref<Target = Ruleset> + Clone> Simulation<R> {
    /// A simulation of `scenario` under `ruleset`, about to begin. The scenario must have been read against this
    /// ruleset's directory.
    #[must_use]
    pub fn new(ruleset: R, scenario: &Scenario, seed: u64) -> Simulation<R> {
        let run = Run::new(&ruleset, scenario, seed);
        Simulation { ruleset, run, injections: Vec::new(), injected: 0 }
    }

    /// Looks harder: compares waiting conversations and idle agents after every command. Slow.
    #[must_use]
    pub fn checked(mut self, thoroughness: Thoroughness) -> Simulation<R> {
        self.run.checker = Checker::new(self.ruleset.directory(), thoroughness);
        self
    }

    /// Runs until at least `events` more events have happened or the run has ended.
    pub fn run_for(&mut self, events: u64, observer: &mut dyn Observer) -> Progress {
        self.begin(observer);
        let until = self.run.events.saturating_add(events);
        while self.run.ended == Ended::Running && self.run.events < until {
            self.step(observer);
        }
        self.run.progress()
    }

    /// Runs until everything up to and at `until` has happened, or at least `events` more events have, or the run has
    /// ended. Gives whether the first or the last is the case.
    pub(super) fn run_until(&mut self, until: Timestamp, events: u64, observer: &mut dyn Observer) -> bool {
        self.begin(observer);
        let most = self.run.events.saturating_add(events);
        while self.run.ended == Ended::Running {
            if !self.is_due(until) {
                return true;
            }
            if self.run.events >= most {
                return false;
            }
            self.step(observer);
        }
        true
    }

    /// When the next thing happens; `None` before the beginning and after the end.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        let is_running = self.run.now.is_some() && self.run.ended == Ended::Running;
        self.run.upcoming(self.injection_at()).map(|(at, _)| at).filter(|_| is_running)
    }

    /// Whether something is left to do until then: something happens, or the run is seen to be over.
    fn is_due(&self, until: Timestamp) -> bool {
        match self.run.upcoming(self.injection_at()) {
            Some((at, _)) => at <= until || (until >= self.run.scenario.end() && self.is_complete(at)),
            None => true,
        }
    }

    fn begin(&mut self, observer: &mut dyn Observer) {
        if self.run.now.is_none() && self.run.ended == Ended::Running {
            self.run.carry_out(&self.ruleset, self.run.scenario.start, CommandBody::Publish, observer);
        }
    }

    fn step(&mut self, observer: &mut dyn Observer) {
        match self.run.upcoming(self.injection_at()) {
            Some((at, next)) if !self.is_complete(at) => match next {
                Next::Injection => self.carry_out_injection(observer),
                _ => self.run.step(&self.ruleset, at, next, observer),
            },
            _ => self.run.end_by_itself(),
        }
    }

    fn is_complete(&self, next_at: Timestamp) -> bool {
        self.injection_at().is_none() && self.run.is_complete(next_at)
    }

    /// The ruleset that is live.
    pub(super) fn ruleset(&self) -> &Ruleset {
        &self.ruleset
    }

    /// The same, as it was handed over.
    pub(super) fn live(&self) -> &R {
        &self.ruleset
    }

    /// Ends the run where it is.
    pub fn cancel(&mut self) {
        self.run.end(Ended::Cancelled);
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.run.progress()
    }

    /// What came out so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let directory = self.ruleset.directory();
        let injections = self.injections.iter().map(|injection| injection.told(directory)).collect();
        self.run.report(&self.ruleset, injections)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    /// That the run began with.
    revision: Revision,
    pub(super) desk: Desk,
    batch: Batch,
    pub(super) traffic: Traffic,
    pub(super) staff: Staff,
    calendar: Calendar,
    pub(super) floor: Floor,
    pub(super) ledger: Ledger,
    checker: Checker,
    digest: Digest,
    /// The instant of the last command; `None` before the first.
    pub(super) now: Option<Timestamp>,
    /// The conversation that is about to open.
    arriving: Option<Arrival>,
    /// Agents whose presence may have to change after this command.
    leaving: Vec<AgentId>,
    pub(super) conversations: u64,
    pub(super) events: u64,
    last: (u64, Timestamp),
    empty_ticks: u32,
    pub(super) ended: Ended,
}

/// What happens next. What happens at one instant happens in this order.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Tick,
    Calendar,
    Staff,
    Arrival,
    Injection,
}

impl Run {
    fn new(ruleset: &Ruleset, scenario: &Scenario, seed: u64) -> Run {
        let directory = ruleset.directory();
        Run {
            scenario: scenario.clone(),
            seed,
            revision: ruleset.revision(),
            desk: Desk::new(),
            batch: Batch::default(),
            traffic: Traffic::new(scenario, directory, seed),
            staff: Staff::new(scenario, directory, seed),
            calendar: Calendar::default(),
            floor: Floor::new(directory, (scenario.counted_from(), scenario.end())),
            ledger: Ledger::new(scenario, directory, ruleset.rules().len()),
            checker: Checker::new(directory, Thoroughness::default()),
            digest: Digest::default(),
            now: None,
            arriving: None,
            leaving: Vec::new(),
            conversations: 0,
            events: 0,
            last: (0, Timestamp(i64::MIN)),
            empty_ticks: 0,
            ended: Ended::Running,
        }
    }

    /// What happens next, and when. An injection is no part of the run itself.
    fn upcoming(&self, injection: Option<Timestamp>) -> Option<(Timestamp, Next)> {
        let all = [
            (self.desk.next_deadline(), Next::Tick),
            (self.calendar.peek(), Next::Calendar),
            (self.staff.peek(), Next::Staff),
            (self.traffic.peek(), Next::Arrival),
            (injection, Next::Injection),
        ];
        all.into_iter().filter_map(|(at, what)| Some((at?, what))).min()
    }

    fn step(&mut self, ruleset: &Ruleset, at: Timestamp, next: Next, observer: &mut dyn Observer) {
        match next {
            Next::Tick => return self.tick(ruleset, at, observer),
            Next::Calendar => self.calendar_entry(ruleset, observer),
            Next::Staff => {
                if let Some(agent) = self.staff.step() {
                    self.tell_presence(ruleset, agent, at, observer);
                }
            }
            Next::Arrival => self.arrival(ruleset, observer),
            Next::Injection => {}
        }
        if self.events > EVENTS_PER_CONVERSATION_MAX * (self.conversations + 1_000_000) {
            self.end(Ended::EventLimit);
        }
    }

    fn end_by_itself(&mut self) {
        let cut = self.traffic.is_cut();
        self.end(if cut { Ended::ConversationLimit } else { Ended::Complete });
    }

    /// Whether nothing is left to see once no more conversations come and the next thing happens at `next_at`.
    fn is_complete(&self, next_at: Timestamp) -> bool {
        if self.traffic.peek().is_some() {
            return false;
        }
        let end = self.scenario.end();
        let is_quiet = self.floor.under_way_count() == 0;
        (is_quiet && (next_at > end || self.traffic.is_cut())) || next_at > end.plus_ms(DRAIN_MS_MAX)
    }

    fn tick(&mut self, ruleset: &Ruleset, at: Timestamp, observer: &mut dyn Observer) {
        let before = self.events;
        self.carry_out(ruleset, at, CommandBody::Tick, observer);
        self.empty_ticks = if self.events == before { self.empty_ticks + 1 } else { 0 };
        if self.empty_ticks > EMPTY_TICKS_MAX {
            self.end(Ended::Stalled);
        }
    }

    fn arrival(&mut self, ruleset: &Ruleset, observer: &mut dyn Observer) {
        let Some(arrival) = self.traffic.next() else {
            return;
        };
        let open = opening(&arrival, &self.scenario);
        self.arriving = Some(arrival);
        self.carry_out(ruleset, arrival.at, CommandBody::Open(open), observer);
    }

    fn tell_presence(
        &mut self,
        ruleset: &Ruleset,
        agent: AgentId,
        at: Timestamp,
        observer: &mut dyn Observer,
    ) {
        let in_hand = self.floor.agents.get(agent.index()).map_or(0, |now| now.open);
        if let Some(presence) = self.staff.tell(agent, in_hand) {
            self.carry_out(ruleset, at, CommandBody::SetPresence { agent, presence }, observer);
        }
    }

    fn calendar_entry(&mut self, ruleset: &Ruleset, observer: &mut dyn Observer) {
        let Some(Entry { at, due, conversation, turn }) = self.calendar.pop() else {
            return;
        };
        let Some(live) = self.floor.get(conversation) else {
            return;
        };
        let is_its_turn = live.turn == turn;
        let close = |reason| CommandBody::Close { conversation, reason, satisfaction: None };
        let body = match due {
            Due::HandleEnd if is_its_turn => close(CloseReason::Resolved),
            Due::PatienceEnd if is_its_turn => close(CloseReason::Abandoned),
            Due::FormEnd if is_its_turn => close(CloseReason::HandedOver),
            Due::BotEnd if is_its_turn => {
                let contained =
                    Stream::of_luck(live.arrival.luck, luck::BOT).unit() <= self.scenario.bot.contained;
                if contained || live.left_bot {
                    close(CloseReason::HandedOver)
                } else {
                    live.left_bot = true;
                    live.waiting_since = at;
                    let intent = self.scenario.intents.get(usize::from(live.arrival.intent));
                    CommandBody::LeaveBot { conversation, entry: intent.and_then(|i| i.entry.clone()) }
                }
            }
            Due::Reply if is_its_turn => {
                live.replied = true;
                CommandBody::Message { conversation, from: Author::Agent, text: REPLY.to_owned() }
            }
            Due::FollowUp => {
                let Some(text) = self.follow_up(conversation) else {
                    return;
                };
                CommandBody::Message { conversation, from: Author::Visitor, text }
            }
            _ => return,
        };
        self.carry_out(ruleset, at, body, observer);
    }

    /// Hands one command to the desk and follows what happens.
    fn carry_out(
        &mut self,
        ruleset: &Ruleset,
        at: Timestamp,
        body: CommandBody,
        observer: &mut dyn Observer,
    ) {
        let directory = ruleset.directory();
        self.now = Some(at);
        self.ledger.advance(at, &self.floor);
        let command = Command { at, body };
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        if let Err(refusal) = self.desk.handle(ruleset, &command, observer.trace_level(), &mut batch) {
            let words = || format!("{at}: {:?} was refused: {refusal}", command.body);
            self.checker.find(|found| &mut found.refused, words);
        }
        for record in &batch.events {
            self.follow(record, directory);
        }
        batch.calls.iter().for_each(|call| self.ledger.rule_called(call));
        self.checker.settled(&self.floor, directory, at);
        observer.batch(&command, &batch);
        self.batch = batch;
        while let Some(agent) = self.leaving.pop() {
            self.tell_presence(ruleset, agent, at, observer);
        }
    }

    /// When, after the opening, the visitor says something more, and the stream that chooses what.
    fn plan_follow_up(&self, arrival: &Arrival) -> Option<(i64, Stream)> {
        let intent = self.scenario.intents.get(usize::from(arrival.intent))?;
        let follow_up = intent.follow_up.as_ref()?;
        let mut stream = Stream::of_luck(arrival.luck, luck::FOLLOW_UP);
        let is_said = stream.unit() <= follow_up.share;
        let after: &Length = &follow_up.after;
        is_said.then(|| (after.draw_ms(&mut stream), stream))
    }

    fn follow_up(&mut self, id: ConversationId) -> Option<String> {
        let arrival = self.floor.get(id).filter(|live| !matches!(live.place, Place::Away(_)))?.arrival;
        let (_, mut stream) = self.plan_follow_up(&arrival)?;
        let phrases = &self.scenario.intents.get(usize::from(arrival.intent))?.follow_up.as_ref()?.phrases;
        phrases.get(stream.below(phrases.len())).cloned()
    }

    fn end(&mut self, ended: Ended) {
        if self.ended != Ended::Running {
            return;
        }
        self.ended = ended;
        let end = self.scenario.end();
        let now = self.now.unwrap_or(self.scenario.start);
        let until = if ended == Ended::Complete { now.max(end) } else { now };
        self.now = Some(until);
        self.ledger.advance(until, &self.floor);
        for at in 0..self.floor.agents.len() {
            self.floor.count_time(AgentId(at as u32), until);
        }
        for (_, live) in self.floor.under_way() {
            self.ledger.enter(live, None, None, until);
        }
    }

    fn progress(&self) -> Progress {
        let at = self.now.unwrap_or(self.scenario.start);
        let by_time = at.since_ms(self.scenario.start) as f64 / self.scenario.length_ms.max(1) as f64;
        let by_count = self.conversations as f64 / self.scenario.conversations_max.max(1) as f64;
        let is_done = self.ended != Ended::Running;
        Progress {
            conversations: self.conversations,
            events: self.events,
            at,
            share: if is_done { 1.0 } else { by_time.max(by_count).min(1.0) },
            ended: self.ended,
        }
    }

    fn report(&self, ruleset: &Ruleset, injections: Vec<Injected>) -> Report {
        Report {
            scenario: self.scenario.name.clone(),
            seed: self.seed,
            revision: self.revision.to_string(),
            engine: crate::VERSION.to_owned(),
            conversations: self.conversations,
            events: self.events,
            digest: self.digest.hex(),
            ended: self.ended,
            ended_at: self.now.unwrap_or(self.scenario.start),
            kpi: self.ledger.kpi(&self.scenario, ruleset.directory(), &self.floor),
            rules: self.ledger.rule_hits(ruleset.rules()),
            checks: self.checker.found.clone(),
            injections,
        }
    }
}

/// The command with which a conversation begins.
fn opening(arrival: &Arrival, scenario: &Scenario) -> Open {
    let mut open = Open { channel: Some(arrival.channel), ..Open::default() };
    if let Some(customer) = arrival.customer {
        open.identity = Identity { login: Some(format!("customer-{customer}")), ..Identity::default() };
    }
    if scenario.vip.len() > 1 {
        open.vip = Some(arrival.vip);
    }
    if let Some(intent) = scenario.intents.get(usize::from(arrival.intent)) {
        open.entry.clone_from(&intent.entry);
        open.language.clone_from(&intent.language);
        open.text = intent.phrases.get(usize::from(arrival.phrase)).cloned();
        open.attributes.extend(intent.attributes.iter().cloned());
    }
    open
}
