//! A run: a virtual clock that goes from one thing that happens to the next and hands each to the desk.

use std::ops::Deref;

use super::Observer;
use super::calendar::{Calendar, Due, Entry};
use super::check::{Checker, Thoroughness};
use super::digest::Digest;
use super::floor::{Ask, Floor, Place};
use super::kpi::Ledger;
use super::random::{Length, Stream, whole_ms};
use super::report::{Ended, Progress, Report};
use super::scenario::{DRAIN_MS_MAX, EVENTS_PER_CONVERSATION_MAX, Scenario};
use super::staff::Staff;
use super::traffic::{Arrival, Traffic};
use crate::desk::{
    Author, Batch, CloseReason, Command, CommandBody, Desk, Directed, Event, EventRecord, Identity, Open,
};
use crate::id::{AgentId, ConversationId, GroupId};
use crate::model::{Directory, FallbackStep};
use crate::rules::{Plan, Ruleset, Target};
use crate::time::Timestamp;
use crate::trace::Reason;

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
#[derive(Debug)]
pub struct Simulation<R> {
    ruleset: R,
    run: Run,
}

impl<R: Deref<Target = Ruleset>> Simulation<R> {
    /// A simulation of `scenario` under `ruleset`, about to begin. The scenario must have been read against this
    /// ruleset's directory.
    #[must_use]
    pub fn new(ruleset: R, scenario: &Scenario, seed: u64) -> Simulation<R> {
        let run = Run::new(&ruleset, scenario, seed);
        Simulation { ruleset, run }
    }

    /// Looks harder: compares waiting conversations and idle agents after every command. Slow.
    #[must_use]
    pub fn checked(mut self, thoroughness: Thoroughness) -> Simulation<R> {
        self.run.checker = Checker::new(self.ruleset.directory(), thoroughness);
        self
    }

    /// Runs until at least `events` more events have happened or the run has ended.
    pub fn run_for(&mut self, events: u64, observer: &mut dyn Observer) -> Progress {
        self.run.run_for(&self.ruleset, events, observer);
        self.run.progress()
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
        self.run.report(&self.ruleset)
    }
}

#[derive(Debug)]
struct Run {
    scenario: Scenario,
    seed: u64,
    desk: Desk,
    batch: Batch,
    traffic: Traffic,
    staff: Staff,
    calendar: Calendar,
    floor: Floor,
    ledger: Ledger,
    checker: Checker,
    digest: Digest,
    /// The instant of the last command; `None` before the first.
    now: Option<Timestamp>,
    /// The conversation that is about to open.
    arriving: Option<Arrival>,
    /// Agents whose presence may have to change after this command.
    leaving: Vec<AgentId>,
    conversations: u64,
    events: u64,
    last: (u64, Timestamp),
    empty_ticks: u32,
    ended: Ended,
}

/// What happens next.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Calendar,
    Staff,
    Arrival,
}

impl Run {
    fn new(ruleset: &Ruleset, scenario: &Scenario, seed: u64) -> Run {
        let directory = ruleset.directory();
        Run {
            scenario: scenario.clone(),
            seed,
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

    fn run_for(&mut self, ruleset: &Ruleset, events: u64, observer: &mut dyn Observer) {
        let until = self.events.saturating_add(events);
        if self.now.is_none() && self.ended == Ended::Running {
            self.carry_out(ruleset, self.scenario.start, CommandBody::Publish, observer);
        }
        while self.ended == Ended::Running && self.events < until {
            self.step(ruleset, observer);
        }
    }

    fn step(&mut self, ruleset: &Ruleset, observer: &mut dyn Observer) {
        let arrival = self.traffic.peek();
        let next = [
            (self.calendar.peek(), Next::Calendar),
            (self.staff.peek(), Next::Staff),
            (arrival, Next::Arrival),
        ];
        let next = next.into_iter().filter_map(|(at, what)| Some((at?, what))).min();
        let tick = self.desk.next_deadline().filter(|at| next.is_none_or(|(next_at, _)| *at <= next_at));
        let is_complete = |at| arrival.is_none() && self.is_complete(at);
        let Some(at) = tick.or(next.map(|(at, _)| at)).filter(|at| !is_complete(*at)) else {
            let cut = self.traffic.is_cut();
            return self.end(if cut { Ended::ConversationLimit } else { Ended::Complete });
        };
        if tick.is_some() {
            return self.tick(ruleset, at, observer);
        }
        match next {
            Some((_, Next::Calendar)) => self.calendar_entry(ruleset, observer),
            Some((_, Next::Staff)) => {
                if let Some(agent) = self.staff.step() {
                    self.tell_presence(ruleset, agent, at, observer);
                }
            }
            Some((_, Next::Arrival)) => self.arrival(ruleset, observer),
            None => {}
        }
        if self.events > EVENTS_PER_CONVERSATION_MAX * (self.conversations + 1_000_000) {
            self.end(Ended::EventLimit);
        }
    }

    /// Whether nothing is left to see once no more conversations come and the next thing happens at `next_at`.
    fn is_complete(&self, next_at: Timestamp) -> bool {
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
        self.checker.settled(&self.floor, directory, at);
        observer.batch(&command, &batch);
        self.batch = batch;
        while let Some(agent) = self.leaving.pop() {
            self.tell_presence(ruleset, agent, at, observer);
        }
    }

    /// Takes note of one event, and of what it will lead to.
    fn follow(&mut self, record: &EventRecord, directory: &Directory) {
        let at = record.at;
        self.events += 1;
        if record.seq != self.last.0 + 1 || at < self.last.1 || self.digest.add(record).is_err() {
            let last = self.last.0;
            let words = || format!("{at}: event {} comes behind event {last}", record.seq);
            self.checker.find(|found| &mut found.out_of_order, words);
        }
        self.last = (record.seq, at);
        match &record.event {
            Event::Published { hours, .. } => {
                self.floor.hours_open = hours.iter().map(|state| state.open).collect();
            }
            Event::HoursTurned { hours, state } => {
                if let Some(now) = self.floor.hours_open.get_mut(hours.index()) {
                    *now = state.open;
                }
            }
            Event::PresenceChanged { agent, presence } => self.floor.set_presence(*agent, *presence, at),
            Event::AcceptingChanged { agent, accepting } => {
                if let Some(agent) = self.floor.agents.get_mut(agent.index()) {
                    agent.accepting = *accepting;
                }
            }
            Event::ConversationOpened { conversation, .. } => self.opened(*conversation, at),
            Event::Routed { conversation, rules, plan, .. } => {
                self.ledger.rules_hit(rules);
                self.routed(*conversation, plan);
            }
            Event::Queued { conversation, group, directed, .. } => {
                self.queued(*conversation, *group, *directed, at);
            }
            Event::Assigned { conversation, agent, group, .. } => {
                self.assigned(*conversation, *agent, *group, at, directory);
            }
            Event::Unassigned { conversation, agent, .. } => {
                let from = self.floor.move_to(*conversation, Place::Nowhere, at);
                if !matches!(from, Some(Place::With(with, _)) if with == *agent) {
                    self.checker.misplaced(*conversation, from, "taken from an agent", at);
                }
                self.may_leave(*agent);
            }
            Event::FellBack { conversation, to, reason } => self.fell_back(*conversation, to, *reason, at),
            Event::Closed { conversation, reason, .. } => self.closed(*conversation, *reason, at),
            Event::RuleFailed { rule, .. } => self.ledger.rule_failed(*rule),
            _ => {}
        }
    }

    fn opened(&mut self, id: ConversationId, at: Timestamp) {
        let Some(arrival) = self.arriving.take() else {
            return self.checker.misplaced(id, None, "opened", at);
        };
        if !self.floor.open(id, arrival) {
            return self.checker.misplaced(id, None, "opened", at);
        }
        self.conversations += 1;
        self.ledger.recorder.stretch.opened += 1;
        let Some((after, _)) = self.plan_follow_up(&arrival) else {
            return;
        };
        let entry = Entry { at: at.plus_ms(after), due: Due::FollowUp, conversation: id, turn: 0 };
        self.calendar.push(entry);
    }

    fn routed(&mut self, id: ConversationId, plan: &Plan) {
        let Some(live) = self.floor.get(id) else {
            return;
        };
        let group = match plan.target {
            Target::Group(group) | Target::Agent { group, .. } => Some(group),
            Target::Bot(_) | Target::LeaveMessage | Target::Ticket => None,
        };
        if live.wait_ms.is_none() && group.is_some() {
            live.group = group;
        }
        let asks = !plan.skills.is_empty() || plan.tier.is_some();
        live.ask = asks.then(|| Box::new(Ask { skills: plan.skills.clone(), tier: plan.tier }));
    }

    fn queued(&mut self, id: ConversationId, group: GroupId, directed: Option<Directed>, at: Timestamp) {
        let from = self.floor.move_to(id, Place::Waiting(group), at);
        let stretch = &mut self.ledger.recorder.stretch;
        stretch.waiting_max = stretch.waiting_max.max(self.floor.waiting);
        match (from, self.floor.get(id)) {
            (Some(Place::Waiting(_)), _) => {}
            (Some(Place::Nowhere | Place::Away), Some(live)) => {
                live.queued = true;
                live.reserved_until = directed.map(|directed| directed.until);
                if let Some(ms) = live.arrival.patience_ms {
                    let turn = live.turn;
                    self.calendar.push(Entry {
                        at: at.plus_ms(ms),
                        due: Due::PatienceEnd,
                        conversation: id,
                        turn,
                    });
                }
            }
            (from, _) => self.checker.misplaced(id, from, "queued", at),
        }
    }

    fn assigned(
        &mut self,
        id: ConversationId,
        agent: AgentId,
        group: GroupId,
        at: Timestamp,
        directory: &Directory,
    ) {
        let from = self.floor.move_to(id, Place::With(agent, group), at);
        let Some(live) = self.floor.get(id).filter(|_| !matches!(from, Some(Place::With(..)))) else {
            return self.checker.misplaced(id, from, "assigned", at);
        };
        live.assigned_at = at;
        let wait_ms = at.since_ms(live.waiting_since);
        if live.wait_ms.is_none() {
            live.wait_ms = Some(wait_ms);
            self.ledger.recorder.stretch.connected += 1;
            self.ledger.recorder.stretch.wait_ms += wait_ms;
        }
        let turn = live.turn;
        let Arrival { intent, handle_ms, luck, .. } = live.arrival;
        let replied = live.replied;
        let handle_ms = self.handle_ms(handle_ms, agent, intent, directory);
        let entry = |due, ms| Entry { at: at.plus_ms(ms), due, conversation: id, turn };
        self.calendar.push(entry(Due::HandleEnd, handle_ms));
        if let Some(reply) = self.scenario.reply.filter(|_| !replied) {
            let ms = reply.draw_ms(&mut Stream::of_luck(luck, luck::REPLY));
            self.calendar.push(entry(Due::Reply, ms));
        }
        self.checker.assigned(agent, &self.floor, directory, at);
    }

    fn fell_back(&mut self, id: ConversationId, to: &FallbackStep, reason: Reason, at: Timestamp) {
        let from = self.floor.move_to(id, Place::Away, at);
        let Some(live) = self.floor.get(id).filter(|_| !matches!(from, Some(Place::With(..)))) else {
            return self.checker.misplaced(id, from, "sent to a fallback", at);
        };
        live.away_by_rule = reason == Reason::AskedByRule;
        let (due, ms) = match to {
            FallbackStep::Bot(_) => {
                let mut stream = Stream::of_luck(live.arrival.luck, luck::BOT);
                // The first draw says whether the bot contains it.
                stream.unit();
                (Due::BotEnd, self.scenario.bot.length.draw_ms(&mut stream))
            }
            _ => {
                let mut stream = Stream::of_luck(live.arrival.luck, luck::FORM);
                (Due::FormEnd, self.scenario.form.draw_ms(&mut stream))
            }
        };
        let turn = live.turn;
        self.calendar.push(Entry { at: at.plus_ms(ms), due, conversation: id, turn });
    }

    fn closed(&mut self, id: ConversationId, reason: CloseReason, at: Timestamp) {
        let Some(live) = self.floor.get(id) else {
            return self.checker.misplaced(id, None, "closed", at);
        };
        let with = match live.place {
            Place::With(agent, _) => Some((agent, at.since_ms(live.assigned_at))),
            _ => None,
        };
        self.ledger.enter(live, Some(reason), with.map(|(_, ms)| ms), at);
        self.floor.move_to(id, Place::Ended, at);
        if let Some((agent, ms)) = with {
            if let Some(now) = self.floor.agents.get_mut(agent.index()) {
                now.handled += 1;
                now.handle_ms += ms;
            }
            self.may_leave(agent);
        }
    }

    fn may_leave(&mut self, agent: AgentId) {
        let is_free = self.floor.agents.get(agent.index()).is_some_and(|now| now.open == 0);
        if is_free && self.staff.is_leaving(agent) {
            self.leaving.push(agent);
        }
    }

    fn handle_ms(&self, drawn_ms: i64, agent: AgentId, intent: u16, directory: &Directory) -> i64 {
        let factors = &self.scenario.handle_factors;
        if factors.skills.is_empty() && factors.agents.is_empty() {
            return drawn_ms;
        }
        let intent = self.scenario.intents.get(usize::from(intent));
        let has = |skill| directory.agent(agent).is_some_and(|agent| agent.skill_level(skill) > 0);
        let of_skills = factors
            .skills
            .iter()
            .filter(|(skill, _)| intent.is_some_and(|intent| intent.skills.contains(skill)) && has(*skill));
        let of_agent = factors.agents.iter().filter(|(who, _)| *who == agent);
        let factor: f64 =
            of_skills.map(|(_, factor)| factor).chain(of_agent.map(|(_, factor)| factor)).product();
        whole_ms(drawn_ms as f64 * factor)
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
        let arrival = self.floor.get(id).filter(|live| live.place != Place::Away)?.arrival;
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

    fn report(&self, ruleset: &Ruleset) -> Report {
        let rules = ruleset.rules().map(|rule| (rule.id, rule.name.clone(), rule.file.clone()));
        Report {
            scenario: self.scenario.name.clone(),
            seed: self.seed,
            revision: ruleset.revision().to_string(),
            engine: crate::VERSION.to_owned(),
            conversations: self.conversations,
            events: self.events,
            digest: self.digest.hex(),
            ended: self.ended,
            ended_at: self.now.unwrap_or(self.scenario.start),
            kpi: self.ledger.kpi(&self.scenario, ruleset.directory(), &self.floor),
            rules: self.ledger.rule_hits(rules),
            checks: self.checker.found.clone(),
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
