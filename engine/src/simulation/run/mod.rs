//! A run: a virtual clock that goes from one thing that happens to the next and hands each to the desk.

mod follow;
mod inject;
mod replay;
pub(super) mod source;
mod synthetic;

use std::ops::Deref;
use std::sync::Arc;

use super::Observer;
use super::check::{Checker, Thoroughness};
use super::digest::Digest;
use super::floor::Floor;
use super::injection::{Injected, Injection};
use super::kpi::Ledger;
use super::recorded::{Recorded, Supposed};
use super::report::{Ended, Progress, Report};
use super::scenario::{DRAIN_MS_MAX, EVENTS_PER_CONVERSATION_MAX, Scenario};
use super::traffic::Arrival;
use crate::desk::{Batch, Command, CommandBody, Desk, EventRecord};
use crate::id::AgentId;
use crate::recording::Recording;
use crate::rules::{Revision, Ruleset};
use crate::time::Timestamp;
pub use replay::ReplayError;
use replay::{can_replay, described};
use source::{Given, Next, Source};

/// Ticks at one instant without any event after which the desk counts as stalled.
const EMPTY_TICKS_MAX: u32 = 1_000;

/// A simulation under way, or a recording that is told or replayed. It can be run piece by piece, so that a worker can show progress and listen in between;
/// the pieces do not change what comes out.
#[derive(Clone, Debug)]
pub struct Simulation<R> {
    /// The one that is live.
    ruleset: R,
    pub(super) run: Run,
    /// In order of time.
    injections: Vec<Injection<R>>,
    injected: usize,
    /// The rulesets that go live while a recording is told.
    told: Vec<R>,
}

impl<R: Deref<Target = Ruleset> + Clone> Simulation<R> {
    /// A simulation of `scenario` under `ruleset`, about to begin. The scenario must have been read against this
    /// ruleset's directory.
    #[must_use]
    pub fn new(ruleset: R, scenario: &Scenario, seed: u64) -> Simulation<R> {
        let run = Run::new(&ruleset, scenario, seed);
        Simulation { ruleset, run, injections: Vec::new(), injected: 0, told: Vec::new() }
    }

    /// A recording about to be told: what happened, and no rule is asked. `rulesets` are the recording's, each compiled as
    /// the successor of the one before it; they give the names.
    ///
    /// # Errors
    /// There is no ruleset.
    pub fn tell(recording: &Arc<Recording>, rulesets: &[R]) -> Result<Simulation<R>, ReplayError> {
        let first = rulesets.first().ok_or(ReplayError::NoRuleset)?.clone();
        let source = Recorded::told(Arc::clone(recording));
        let run = Run::recorded(source, recording, &first);
        Ok(Simulation { ruleset: first, run, injections: Vec::new(), injected: 0, told: rulesets.to_vec() })
    }

    /// A recording about to be decided again under `ruleset`, which was compiled as the successor of the recording's. The
    /// seed is the luck of what has to be supposed: see [`Supposed`].
    ///
    /// # Errors
    /// The ruleset lacks something that the recording's conversations need.
    pub fn replay(recording: &Arc<Recording>, ruleset: R, seed: u64) -> Result<Simulation<R>, ReplayError> {
        can_replay(recording, &ruleset)?;
        let source = Recorded::replayed(Arc::clone(recording), ruleset.revision(), seed);
        let run = Run { seed, ..Run::recorded(source, recording, &ruleset) };
        Ok(Simulation { ruleset, run, injections: Vec::new(), injected: 0, told: Vec::new() })
    }

    /// What a replay had to suppose so far; `None`: this is none.
    #[must_use]
    pub fn supposed(&self) -> Option<&Supposed> {
        match &self.run.source {
            Source::Recorded(recorded) => Some(recorded.supposed()),
            Source::Synthetic(_) => None,
        }
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
        if self.run.now.is_some() || self.run.ended != Ended::Running {
            return;
        }
        let start = self.run.scenario.start;
        if self.run.source.begins_with_publishing(self.ruleset.revision()) {
            self.run.carry_out(&self.ruleset, start, CommandBody::Publish, observer);
        }
        self.run.now = Some(start);
    }

    fn step(&mut self, observer: &mut dyn Observer) {
        match self.run.upcoming(self.injection_at()) {
            Some((at, next)) if !self.is_complete(at) => match next {
                Next::Injection => self.carry_out_injection(observer),
                _ => {
                    self.follow_told(at);
                    self.run.step(&self.ruleset, at, next, observer);
                }
            },
            _ => self.run.end_by_itself(),
        }
    }

    /// Takes the names of the ruleset that goes live now in a recording that is told.
    fn follow_told(&mut self, at: Timestamp) {
        let Some(revision) = self.run.source.goes_live_next() else { return };
        if let Some(next) = self.told.iter().find(|ruleset| ruleset.revision() == revision)
            && revision != self.ruleset.revision()
        {
            self.run.fit(&self.ruleset, next, at);
            self.ruleset = next.clone();
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
    pub(super) scenario: Arc<Scenario>,
    pub(super) seed: u64,
    /// That the run began with.
    revision: Revision,
    pub(super) desk: Desk,
    batch: Batch,
    pub(super) source: Source,
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

impl Run {
    fn new(ruleset: &Ruleset, scenario: &Scenario, seed: u64) -> Run {
        let directory = ruleset.directory();
        let scenario = Arc::new(scenario.clone());
        let source = Source::synthetic(&scenario, directory, seed);
        Run::from(source, scenario, ruleset, seed)
    }

    /// A run whose commands come from anywhere.
    fn from(source: Source, scenario: Arc<Scenario>, ruleset: &Ruleset, seed: u64) -> Run {
        let directory = ruleset.directory();
        Run {
            seed,
            revision: ruleset.revision(),
            desk: Desk::new(),
            batch: Batch::default(),
            source,
            floor: Floor::new(directory, (scenario.counted_from(), scenario.end())),
            ledger: Ledger::new(&scenario, directory, ruleset.rules().len()),
            scenario,
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

    /// A run whose commands are a recording's.
    fn recorded(source: Recorded, recording: &Recording, ruleset: &Ruleset) -> Run {
        let scenario = Arc::new(described(recording));
        let source = Source::Recorded(Box::new(source));
        let mut run = Run::from(source, scenario, ruleset, 0);
        run.desk = recording.desk().clone();
        run.last = (run.desk.seq(), Timestamp(i64::MIN));
        run.begin_with_desk(ruleset.directory());
        run
    }

    /// What happens next, and when. An injection is no part of the run itself.
    fn upcoming(&self, injection: Option<Timestamp>) -> Option<(Timestamp, Next)> {
        let deadline = self.desk.next_deadline().filter(|due| self.source.heeds_deadline(*due));
        let own = [(deadline, Next::Tick), (injection, Next::Injection)];
        own.into_iter().filter_map(|(at, what)| Some((at?, what))).chain(self.source.peek()).min()
    }

    fn step(&mut self, ruleset: &Ruleset, at: Timestamp, next: Next, observer: &mut dyn Observer) {
        if next == Next::Tick {
            return self.tick(ruleset, at, observer);
        }
        if let Some(Given { body, arrival, known }) = self.source.take(next, &mut self.floor) {
            if let Some(arrival) = &arrival {
                observer.opens(arrival);
            }
            self.arriving = arrival;
            self.carry_out_known(ruleset, at, body, known, observer);
        }
        if self.events > EVENTS_PER_CONVERSATION_MAX * (self.conversations + 1_000_000) {
            self.end(Ended::EventLimit);
        }
    }

    fn end_by_itself(&mut self) {
        let cut = self.source.is_cut();
        self.end(if cut { Ended::ConversationLimit } else { Ended::Complete });
    }

    /// Whether nothing is left to see once no more conversations come and the next thing happens at `next_at`.
    fn is_complete(&self, next_at: Timestamp) -> bool {
        let end = self.scenario.end();
        if matches!(self.source, Source::Recorded(_)) {
            return next_at > end;
        }
        if self.source.brings_more() {
            return false;
        }
        let is_quiet = self.floor.under_way_count() == 0;
        (is_quiet && (next_at > end || self.source.is_cut())) || next_at > end.plus_ms(DRAIN_MS_MAX)
    }

    fn tick(&mut self, ruleset: &Ruleset, at: Timestamp, observer: &mut dyn Observer) {
        let before = self.events;
        self.carry_out(ruleset, at, CommandBody::Tick, observer);
        self.empty_ticks = if self.events == before { self.empty_ticks + 1 } else { 0 };
        if self.empty_ticks > EMPTY_TICKS_MAX {
            self.end(Ended::Stalled);
        }
    }

    fn tell_presence(
        &mut self,
        ruleset: &Ruleset,
        agent: AgentId,
        at: Timestamp,
        observer: &mut dyn Observer,
    ) {
        if let Some(body) = self.source.presence(agent, &self.floor) {
            self.carry_out(ruleset, at, body, observer);
        }
    }

    /// Hands one command to the desk and follows what happens.
    fn carry_out(
        &mut self,
        ruleset: &Ruleset,
        at: Timestamp,
        body: CommandBody,
        observer: &mut dyn Observer,
    ) {
        self.carry_out_known(ruleset, at, body, None, observer);
    }

    /// Follows what a command leads to: what is known of it, or else what the desk decides.
    fn carry_out_known(
        &mut self,
        ruleset: &Ruleset,
        at: Timestamp,
        body: CommandBody,
        known: Option<Vec<EventRecord>>,
        observer: &mut dyn Observer,
    ) {
        let directory = ruleset.directory();
        let at = self.now.map_or(at, |now| at.max(now));
        self.now = Some(at);
        self.ledger.advance(at, &self.floor);
        let command = Command { at, body };
        let mut batch = std::mem::take(&mut self.batch);
        batch.clear();
        let outcome = match known {
            Some(events) => {
                batch.events = events;
                Ok(())
            }
            None => self.desk.handle(ruleset, &command, observer.trace_level(), &mut batch),
        };
        self.source.carried_out(&batch.events, outcome.is_ok());
        if let Err(refusal) = outcome
            && matches!(self.source, Source::Synthetic(_))
        {
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
