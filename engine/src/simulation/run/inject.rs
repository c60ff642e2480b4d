//! Carrying injections out.

use std::ops::Deref;

use super::super::Observer;
use super::super::injection::{INJECTIONS_MAX, Injection, InjectionBody, InjectionError, succeeds};
use super::super::report::Ended;
use super::super::traffic::Surge;
use super::{Run, Simulation};
use crate::desk::CommandBody;
use crate::id::AgentId;
use crate::model::Presence;
use crate::rules::Ruleset;
use crate::time::Timestamp;

impl<R: Deref<Target = Ruleset> + Clone> Simulation<R> {
    /// Plans an injection. It comes after everything that happens at its instant, and after those planned for the same
    /// instant before.
    ///
    /// # Errors
    /// The run has ended or is past the instant, or what is asked makes no sense there.
    pub fn inject(&mut self, injection: Injection<R>) -> Result<(), InjectionError> {
        if self.run.ended != Ended::Running {
            return Err(InjectionError::Ended);
        }
        if self.injections.len() >= INJECTIONS_MAX {
            return Err(InjectionError::TooMany);
        }
        if let Some(now) = self.run.now.filter(|now| injection.at < *now) {
            return Err(InjectionError::Passed { at: injection.at, earliest: now });
        }
        let at = self.injections.partition_point(|other| other.at <= injection.at);
        let (before, after) = self.injections.split_at(at);
        let swapped = before.iter().rev().find_map(Injection::swap);
        injection.check(&self.run.scenario, swapped.unwrap_or(&self.ruleset).directory())?;
        if let (Some(swap), Some(later)) = (injection.swap(), after.iter().find_map(Injection::swap)) {
            succeeds(swap.directory(), later.directory())?;
        }
        self.injections.insert(at, injection);
        Ok(())
    }

    /// Everything planned and done, in order of time.
    #[must_use]
    pub fn injections(&self) -> &[Injection<R>] {
        &self.injections
    }

    /// Plans these instead of what was planned; what was done already must be among them.
    pub(in crate::simulation) fn replan(&mut self, injections: &[Injection<R>]) {
        self.injections = injections.to_vec();
    }

    pub(super) fn injection_at(&self) -> Option<Timestamp> {
        self.injections.get(self.injected).map(|injection| injection.at)
    }

    pub(super) fn carry_out_injection(&mut self, observer: &mut dyn Observer) {
        let Some(Injection { at, body }) = self.injections.get(self.injected).cloned() else {
            return;
        };
        self.injected += 1;
        match body {
            InjectionBody::AgentLeaves { agent } => {
                self.run.source.send(agent, true);
                self.run.tell_presence(&self.ruleset, agent, at, observer);
            }
            InjectionBody::AgentReturns { agent } => {
                self.run.source.send(agent, false);
                self.run.tell_presence(&self.ruleset, agent, at, observer);
            }
            InjectionBody::Surge { channel, per_hour, length_ms } => {
                let surge = Surge { channel, from: at, length_ms, per_hour };
                self.run.source.add_surge(&surge, self.ruleset.directory(), self.run.seed);
            }
            InjectionBody::Swap { ruleset } => {
                self.run.swap(&self.ruleset, &ruleset, at, observer);
                self.ruleset = ruleset;
            }
        }
    }
}

impl Run {
    /// Has room for what another ruleset names.
    pub(super) fn fit(&mut self, before: &Ruleset, after: &Ruleset, at: Timestamp) {
        let directory = after.directory();
        self.floor.fit(directory, at);
        self.ledger.swap(&self.scenario, directory, before.rules(), after.rules());
        self.checker.swap(directory);
    }

    fn swap(&mut self, before: &Ruleset, after: &Ruleset, at: Timestamp, observer: &mut dyn Observer) {
        let directory = after.directory();
        // Who is not in the new revision goes while the old one still knows them.
        for agent in directory.agents.iter().filter(|agent| !agent.active) {
            if self.floor.agents.get(agent.id.index()).is_some_and(|now| now.presence != Presence::Offline) {
                let body = CommandBody::SetPresence { agent: agent.id, presence: Presence::Offline };
                self.carry_out(before, at, body, observer);
            }
        }
        self.source.swapped(directory, at);
        self.fit(before, after, at);
        self.carry_out(after, at, CommandBody::Publish, observer);
        for agent in directory.agents.iter().filter(|agent| agent.active) {
            self.tell_presence(after, AgentId(agent.id.0), at, observer);
        }
    }
}
