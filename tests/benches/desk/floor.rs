//! A desk at work: agents online, visitors who come and go.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use pointsman_engine::desk::{Batch, CloseReason, Command, CommandBody, Desk, Event, Identity, Open};
use pointsman_engine::id::{AgentId, ChannelId, ConversationId};
use pointsman_engine::model::Presence;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;

use crate::words::Words;

/// Visitors who come before as many of them leave.
const WAVE: u64 = 256;
const CUSTOMERS: usize = 10_000;

/// A desk with every agent online.
pub(crate) struct Floor {
    ruleset: Ruleset,
    desk: Desk,
    batch: Batch,
    at: Timestamp,
    opens: Vec<Open>,
    opened: usize,
    /// Conversations with agents or at the message form, the oldest first.
    held: VecDeque<ConversationId>,
}

impl Floor {
    /// Publishes the ruleset and brings every agent online.
    pub(crate) fn new(ruleset: Ruleset) -> Floor {
        let mut words = Words::default();
        let keywords = words.keywords(10_000);
        let messages = words.messages(1_000, &keywords);
        let open = |(at, text): (usize, &String)| Open {
            channel: Some(ChannelId((at % 2) as u16)),
            identity: Identity { login: Some(format!("visitor-{at}")), ..Identity::default() },
            vip: Some(2),
            language: Some("zh".to_owned()),
            attributes: [("plan".to_owned(), ["pro", "enterprise"][at % 2].to_owned())].into(),
            text: Some(text.clone()),
            ..Open::default()
        };
        let agents = ruleset.directory().agents.len();
        let mut floor = Floor {
            ruleset,
            desk: Desk::new(),
            batch: Batch::default(),
            at: Timestamp(1_772_416_800_000),
            opens: messages.iter().cycle().take(CUSTOMERS).enumerate().map(open).collect(),
            opened: 0,
            held: VecDeque::new(),
        };
        floor.command(CommandBody::Publish);
        for agent in (0..agents).map(|number| AgentId(number as u32)) {
            floor.command(CommandBody::SetPresence { agent, presence: Presence::Online });
        }
        floor
    }

    fn command(&mut self, body: CommandBody) {
        self.at.0 += 1;
        let command = Command { at: self.at, body };
        self.batch.clear();
        self.desk.handle(&self.ruleset, &command, TraceLevel::Off, &mut self.batch).unwrap();
        self.note();
    }

    /// Keeps in mind who can be closed.
    fn note(&mut self) {
        for record in &self.batch.events {
            match record.event {
                Event::Assigned { conversation, .. } | Event::FellBack { conversation, .. } => {
                    self.held.push_back(conversation);
                }
                _ => {}
            }
        }
    }

    fn next_open(&mut self) -> Command {
        let open = self.opens[self.opened % self.opens.len()].clone();
        self.opened += 1;
        self.at.0 += 1;
        Command { at: self.at, body: CommandBody::Open(open) }
    }

    /// The next visitor comes.
    pub(crate) fn open(&mut self) {
        let command = self.next_open();
        self.command(command.body);
    }

    /// The conversation held longest ends.
    pub(crate) fn close(&mut self) {
        let conversation = self.held.pop_front().unwrap();
        self.command(CommandBody::Close { conversation, reason: CloseReason::Resolved, satisfaction: None });
    }

    /// Conversations that nobody holds.
    pub(crate) fn waiting(&self) -> usize {
        self.desk.conversations_len() - self.held.len()
    }

    /// Conversations that somebody holds.
    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }

    /// The time that the full decision on `visitors` new conversations takes; those who leave are not in it.
    pub(crate) fn time_of_opening(&mut self, visitors: u64, level: TraceLevel) -> Duration {
        let mut took = Duration::ZERO;
        let mut left = visitors;
        while left > 0 {
            let wave = left.min(WAVE);
            left -= wave;
            let commands: Vec<Command> = (0..wave).map(|_| self.next_open()).collect();
            for command in &commands {
                self.batch.clear();
                let begin = Instant::now();
                self.desk.handle(&self.ruleset, command, level, &mut self.batch).unwrap();
                took += begin.elapsed();
                self.note();
            }
            assert!(self.held.len() as u64 >= wave, "somebody takes every visitor");
            for _ in 0..wave {
                self.close();
            }
        }
        took
    }

    /// The time in which as many visitors come and as many others leave, in turns.
    pub(crate) fn time_of_turns(&mut self, turns: u64) -> Duration {
        let mut took = Duration::ZERO;
        for _ in 0..turns {
            let open = self.next_open();
            let conversation = self.held.pop_front().unwrap();
            self.at.0 += 1;
            let body = CommandBody::Close { conversation, reason: CloseReason::Resolved, satisfaction: None };
            let close = Command { at: self.at, body };
            self.batch.clear();
            let begin = Instant::now();
            self.desk.handle(&self.ruleset, &open, TraceLevel::Off, &mut self.batch).unwrap();
            self.desk.handle(&self.ruleset, &close, TraceLevel::Off, &mut self.batch).unwrap();
            took += begin.elapsed();
            self.note();
        }
        took
    }
}
