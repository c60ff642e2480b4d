//! A recording held against its own rules: every command is carried out again on the desk as it was, and what follows has
//! to be what followed. A candidate may be asked beside them, on the same facts: what it would have decided, decision by
//! decision, before any consequence.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use super::{RecordedRulesets, Recording, Row};
use crate::desk::{Batch, Command, Desk, Event, EventRecord, Rulesets, Shadow, ShadowDecision};
use crate::rules::{Revision, Ruleset};
use crate::simulation::compare::{AskedAnew, Changes};
use crate::time::Timestamp;
use crate::trace::TraceLevel;

/// Differing commands that are told; all are counted.
const DIFFERING_TOLD_MAX: usize = 20;

/// How a recording stands against its own rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Verified {
    /// Commands carried out again.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub commands: u64,
    /// Events that followed in the recording.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub events: u64,
    /// Conversations that began.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Decisions in it: where to, which agent, which queue, which fallback.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub decisions: u64,
    /// Commands after which something else follows now.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub differing: u64,
    /// The first of them.
    pub first: Vec<Differing>,
}

/// A command after which something else follows now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Differing {
    /// When.
    pub at: Timestamp,
    /// The first event that differs, as it was recorded; `None`: there was none.
    pub recorded: Option<String>,
    /// The one that follows now.
    pub now: Option<String>,
}

/// Holds a recording against its own rules, piece by piece.
#[derive(Debug)]
pub struct Verifier<R> {
    recording: Arc<Recording>,
    rulesets: RecordedRulesets<R>,
    live: Option<R>,
    canary: Option<R>,
    candidate: Option<R>,
    /// As the recording says.
    truth: Desk,
    /// On which commands are carried out again: as `truth`, but for what differs.
    desk: Desk,
    batch: Batch,
    next_row: usize,
    verified: Verified,
    asked: u64,
    differences: Vec<ShadowDecision>,
}

impl<R: Deref<Target = Ruleset> + Clone> Verifier<R> {
    /// A verification about to begin. `candidate`: another ruleset to ask beside the recording's, as a candidate
    /// ([`Ruleset::as_candidate`]) of the same directory.
    pub fn new(
        recording: &Arc<Recording>,
        rulesets: &RecordedRulesets<R>,
        candidate: Option<R>,
    ) -> Verifier<R> {
        let desk = recording.desk();
        let rulesets = rulesets.clone();
        let live = desk.revision().and_then(|revision| find(&rulesets.live, revision));
        let canary = desk.canary().and_then(|canary| find(&rulesets.canaries, canary.revision));
        Verifier {
            recording: Arc::clone(recording),
            rulesets,
            live,
            canary,
            candidate,
            truth: desk.clone(),
            desk: desk.clone(),
            batch: Batch::default(),
            next_row: 0,
            verified: Verified { conversations: recording.conversations_len() as u64, ..Verified::default() },
            asked: 0,
            differences: Vec::new(),
        }
    }

    /// Goes on for so many commands, or to the end. Gives how much is done: 0 to 1.
    pub fn run_for(&mut self, commands: usize) -> f64 {
        let recording = Arc::clone(&self.recording);
        let rows = recording.rows();
        let until = rows.len().min(self.next_row.saturating_add(commands));
        for row in rows.get(self.next_row..until).unwrap_or_default() {
            self.row(row);
        }
        self.next_row = until;
        if rows.is_empty() { 1.0 } else { until as f64 / rows.len() as f64 }
    }

    /// What was found so far.
    #[must_use]
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// How often the candidate was asked, and where it would have decided otherwise, in order.
    #[must_use]
    pub fn differences(&self) -> (u64, &[ShadowDecision]) {
        (self.asked, &self.differences)
    }

    /// The candidate's differences put together; `None` without one. `changes`: what differs between the two folders.
    #[must_use]
    pub fn asked(&self, changes: &Changes) -> Option<AskedAnew> {
        let candidate = self.candidate.as_ref()?;
        let live: Vec<&Ruleset> = self.rulesets.live.iter().map(|ruleset| &**ruleset).collect();
        Some(AskedAnew::new(self.asked, &self.differences, (&live, candidate), changes, &self.recording))
    }

    fn row(&mut self, row: &Row) {
        let Some((body, known)) = row.unpack() else { return };
        self.verified.commands += 1;
        self.verified.events += known.len() as u64;
        self.verified.decisions += known.iter().filter(|record| is_decision(&record.event)).count() as u64;
        self.go_live(&known);
        let command = Command { at: row.at, body };
        self.batch.clear();
        if let Some(live) = &self.live {
            let none = BTreeSet::new();
            let shadow = self.candidate.as_ref().map(|ruleset| Shadow { ruleset, switched_off: &none });
            let rulesets = Rulesets { live, canary: self.canary.as_deref(), shadow };
            // A refusal is no difference in itself: what counts is what follows.
            drop(self.desk.handle_by(rulesets, &command, TraceLevel::Off, &mut self.batch));
        }
        known.iter().for_each(|record| self.truth.evolve(record));
        self.asked += self.batch.shadow.len() as u64;
        self.differences.extend(self.batch.shadow.drain(..).filter(ShadowDecision::differs));
        if self.batch.events != known {
            self.note(row.at, &known);
            self.desk = self.truth.clone();
        }
        if known.iter().any(|record| matches!(record.event, Event::CanaryEnded { .. })) {
            self.canary = None;
        }
    }

    /// Takes the rulesets that the recording says decide from now on.
    fn go_live(&mut self, known: &[EventRecord]) {
        for record in known {
            match &record.event {
                Event::Published { revision, .. } => self.live = find(&self.rulesets.live, *revision),
                Event::CanaryStarted { revision, .. } => {
                    self.canary = find(&self.rulesets.canaries, *revision)
                }
                _ => {}
            }
        }
    }

    fn note(&mut self, at: Timestamp, known: &[EventRecord]) {
        self.verified.differing += 1;
        if self.verified.first.len() >= DIFFERING_TOLD_MAX {
            return;
        }
        let now = &self.batch.events;
        let place = (0..).find(|place| known.get(*place) != now.get(*place)).unwrap_or(0);
        let told = |events: &[EventRecord]| {
            events.get(place).and_then(|record| serde_json::to_string(&record.event).ok())
        };
        let differing = Differing { at, recorded: told(known), now: told(now) };
        self.verified.first.push(differing);
    }
}

fn find<R: Deref<Target = Ruleset> + Clone>(rulesets: &[R], revision: Revision) -> Option<R> {
    rulesets.iter().find(|ruleset| ruleset.revision() == revision).cloned()
}

fn is_decision(event: &Event) -> bool {
    matches!(
        event,
        Event::Routed { .. } | Event::Assigned { .. } | Event::Queued { .. } | Event::FellBack { .. }
    )
}
