//! Watching a run: a playhead that goes on, stops, jumps back, and a look at the floor where it stands.
//!
//! Everything up to and at the playhead has happened and nothing after it. Going back takes a copy that was kept on the
//! way and runs on from there, so that it is the same run, to the byte, however it was wandered through.

mod moment;
mod moves;
mod plan;
mod view;

use std::ops::Deref;

use serde::Serialize;

pub use moment::{Found, Moment};
pub(super) use moves::MoveLog;
pub use moves::{Move, Spot};
pub use plan::{FloorPlan, PlanAgent, PlanGroup, PlanName};
pub use view::{AgentSeat, ChannelGate, Counters, FloorView, InHand, LANES_MAX, Lane, Waiting};

use self::moment::Seeker;
use self::plan::Homes;
use super::injection::{Injection, InjectionBody, InjectionError};
use super::life::Following;
use super::report::{Ended, Report};
use super::scenario::{DRAIN_MS_MAX, Scenario};
use super::{Simulation, Unobserved};
use crate::id::{ConversationId, GroupId};
use crate::rules::Ruleset;
use crate::time::Timestamp;

/// Copies kept for going back, the beginning included.
const COPIES_MAX: i64 = 20;
/// Customers remembered in all copies together: a copy grows with them.
const COPIED_CUSTOMERS_MAX: usize = 150_000;

/// A run that is watched.
#[derive(Debug)]
pub struct Watch<R> {
    simulation: Simulation<R>,
    /// The playhead.
    at: Timestamp,
    /// Copies by their playhead; the first is the run before it began.
    copies: Vec<(Timestamp, Simulation<R>)>,
    /// How far copies are apart.
    every_ms: i64,
    homes: Homes,
}

/// What came of a search.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Sought {
    /// The playhead stands where it happens.
    Found(Found),
    /// Not so far; search on.
    NotYet,
    /// The run is over.
    Never,
}

impl<R: Deref<Target = Ruleset> + Clone> Watch<R> {
    /// A run about to begin, with what is to be done to it. The scenario must have been read against this ruleset's
    /// directory.
    ///
    /// # Errors
    /// One of the injections makes no sense.
    pub fn new(
        ruleset: R,
        scenario: &Scenario,
        seed: u64,
        injections: Vec<Injection<R>>,
    ) -> Result<Watch<R>, InjectionError> {
        let mut simulation = Simulation::new(ruleset, scenario, seed);
        for injection in injections {
            simulation.inject(injection)?;
        }
        let homes = Homes::new(simulation.ruleset());
        let mut watch = Watch {
            at: scenario.start,
            copies: vec![(scenario.start, simulation.clone())],
            every_ms: (scenario.length_ms / COPIES_MAX).max(1),
            homes,
            simulation,
        };
        watch.begin_looking();
        watch.simulation.run_until(scenario.start, u64::MAX, &mut Unobserved);
        Ok(watch)
    }

    /// The playhead.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether, and why, the run has ended at the playhead.
    #[must_use]
    pub fn ended(&self) -> Ended {
        self.simulation.run.ended
    }

    /// Moves the playhead towards `at`, by at least so many events if it is that far. Gives whether it is there, or at
    /// the run's end. An instant before the playhead is come to from the nearest copy before it.
    pub fn go_to(&mut self, at: Timestamp, events: u64) -> bool {
        if at < self.at {
            self.back_to(at);
        }
        let latest = self.simulation.run.scenario.end().plus_ms(DRAIN_MS_MAX);
        self.advance(at.min(latest), events, None)
    }

    /// Moves the playhead to the next moment of a kind, by at least so many events if it is that far.
    pub fn seek(&mut self, moment: Moment, events: u64) -> Sought {
        let mut seeker = Seeker::new(moment);
        let is_over = self.advance(Timestamp(i64::MAX), events, Some(&mut seeker));
        match seeker.found {
            Some(found) => Sought::Found(found),
            None if is_over => Sought::Never,
            None => Sought::NotYet,
        }
    }

    /// Does something to the run at the playhead.
    ///
    /// # Errors
    /// The run has ended, or what is asked makes no sense.
    pub fn inject(&mut self, body: InjectionBody<R>) -> Result<(), InjectionError> {
        self.simulation.inject(Injection { at: self.at, body })?;
        let playhead = self.at;
        self.copies.retain(|(at, _)| *at <= playhead);
        self.replan();
        self.simulation.run_until(playhead, u64::MAX, &mut Unobserved);
        self.homes = Homes::new(self.simulation.ruleset());
        Ok(())
    }

    /// Takes an injection back, by its place in the list. A playhead behind it goes back before it; send it on from
    /// there. Gives whether there was one.
    pub fn retract(&mut self, index: usize) -> bool {
        let mut injections = self.simulation.injections().to_vec();
        if index >= injections.len() {
            return false;
        }
        let at = injections.remove(index).at;
        let mut place = 0..;
        self.copies.retain(|(copied_at, _)| place.next() == Some(0) || *copied_at < at);
        if at <= self.at {
            self.back_to(self.at);
        }
        self.simulation.replan(&injections);
        self.replan();
        self.simulation.run_until(self.at, u64::MAX, &mut Unobserved);
        self.homes = Homes::new(self.simulation.ruleset());
        true
    }

    /// Everything planned and done, in order of time.
    #[must_use]
    pub fn injections(&self) -> &[Injection<R>] {
        self.simulation.injections()
    }

    /// Names and places that stay while the revision does.
    #[must_use]
    pub fn plan(&self) -> FloorPlan {
        FloorPlan::new(self.simulation.ruleset(), &self.simulation.run.scenario, &self.homes)
    }

    /// The floor at the playhead, as these groups see it, and what has moved since the last look. At most [`LANES_MAX`]
    /// groups are looked at.
    pub fn view(&mut self, groups: &[GroupId]) -> FloorView {
        view::view(&mut self.simulation, self.at, groups, &self.homes)
    }

    /// What the run has come to at the playhead.
    #[must_use]
    pub fn report(&self) -> Report {
        self.simulation.report()
    }

    /// Follows a conversation, by its number, through this run, whatever it has come to. The playhead stays.
    #[must_use]
    pub fn follow(&self, conversation: ConversationId) -> Following<R> {
        // The first copy is the run before it began.
        let before = |copy: &Simulation<R>| copy.run.conversations < conversation.0;
        let copy = self.copies.iter().rev().find(|(_, copy)| before(copy)).or(self.copies.first());
        Following::new(copy.map_or(&self.simulation, |(_, copy)| copy).clone(), conversation)
    }

    fn replan(&mut self) {
        let injections = self.simulation.injections().to_vec();
        self.copies.iter_mut().for_each(|(_, copy)| copy.replan(&injections));
    }

    fn begin_looking(&mut self) {
        self.simulation.run.floor.moves = Some(MoveLog::default());
    }

    /// Takes the last copy at or before `at`.
    fn back_to(&mut self, at: Timestamp) {
        let before = self.copies.partition_point(|(copied_at, _)| *copied_at <= at).max(1);
        let Some((copied_at, copy)) = self.copies.get(before - 1) else {
            return;
        };
        self.at = *copied_at;
        self.simulation = copy.clone();
        self.begin_looking();
        self.simulation.run_until(self.at, u64::MAX, &mut Unobserved);
        self.homes = Homes::new(self.simulation.ruleset());
    }

    fn advance(&mut self, target: Timestamp, events: u64, mut seeker: Option<&mut Seeker>) -> bool {
        let most = self.simulation.run.events.saturating_add(events);
        loop {
            let copy_at = self.next_copy_at();
            let stop = target.min(copy_at);
            let is_there = self.run_until(stop, most, seeker.as_deref_mut());
            let is_found = seeker.as_ref().is_some_and(|seeker| seeker.found.is_some());
            let now = self.simulation.run.now.unwrap_or(self.at);
            if !is_there || is_found {
                // Everything of an instant has happened wherever the playhead stands.
                let is_found = self.end_instant(now, seeker);
                self.at = self.at.max(now);
                self.follow_swaps();
                return is_found;
            }
            let is_over = self.ended() != Ended::Running;
            self.at = if is_over { self.at.max(now) } else { stop.max(self.at) };
            self.follow_swaps();
            if is_over || stop == target {
                return true;
            }
            self.keep_copy();
        }
    }

    fn run_until(&mut self, stop: Timestamp, most: u64, seeker: Option<&mut Seeker>) -> bool {
        let Some(seeker) = seeker else {
            let left = most.saturating_sub(self.simulation.run.events);
            return self.simulation.run_until(stop, left, &mut Unobserved);
        };
        loop {
            seeker.waiting = self.simulation.run.floor.waiting;
            let is_there = self.simulation.run_until(stop, 1, seeker);
            if is_there || seeker.found.is_some() {
                return is_there;
            }
            if self.simulation.run.events >= most {
                return false;
            }
        }
    }

    /// Gives whether the seeker, if there is one, has found what it looks for.
    fn end_instant(&mut self, now: Timestamp, seeker: Option<&mut Seeker>) -> bool {
        let Some(seeker) = seeker else {
            self.simulation.run_until(now, u64::MAX, &mut Unobserved);
            return false;
        };
        seeker.waiting = self.simulation.run.floor.waiting;
        self.simulation.run_until(now, u64::MAX, seeker);
        seeker.found.is_some()
    }

    fn follow_swaps(&mut self) {
        if self.homes.revision() != self.simulation.ruleset().revision() {
            self.homes = Homes::new(self.simulation.ruleset());
        }
    }

    fn next_copy_at(&self) -> Timestamp {
        let last = self.copies.last().map_or(self.at, |(at, _)| *at);
        let apart = self.at.since_ms(last) / self.every_ms + 1;
        last.plus_ms(apart.saturating_mul(self.every_ms))
    }

    fn keep_copy(&mut self) {
        self.copies.push((self.at, self.simulation.clone()));
        let customers = |copies: &[(Timestamp, Simulation<R>)]| -> usize {
            copies.iter().map(|(_, copy)| copy.run.desk.customers_len()).sum()
        };
        while self.copies.len() as i64 > COPIES_MAX
            || (self.copies.len() > 2 && customers(&self.copies) > COPIED_CUSTOMERS_MAX)
        {
            self.every_ms = self.every_ms.saturating_mul(2);
            let mut place = 0..;
            self.copies.retain(|_| place.next().is_some_and(|place: u32| place.is_multiple_of(2)));
        }
    }
}
