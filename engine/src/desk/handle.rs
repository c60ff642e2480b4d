//! Carrying a command out: decide, fold, and decide again what that makes possible, until the desk is quiet.

use super::canary::Rulesets;
use super::command::Command;
use super::decide::Out;
use super::refusal::Refusal;
use super::state::{Batch, Desk};
use super::step::Step;
use crate::limits::STEPS_PER_COMMAND_MAX;
use crate::rules::Ruleset;
use crate::time::Timestamp;
use crate::trace::TraceLevel;

impl Desk {
    /// Carries out a command to its last consequence: appends all its events to `batch` and folds them in.
    /// Deadlines that passed before the command's instant are carried out first. A published revision is the
    /// `ruleset` handed along with [`super::CommandBody::Publish`]; with any other command it must be the live one.
    ///
    /// # Errors
    /// A refusal changes nothing but for deadlines that had passed: their events are in `batch` and stay.
    pub fn handle(
        &mut self,
        ruleset: &Ruleset,
        command: &Command,
        level: TraceLevel,
        batch: &mut Batch,
    ) -> Result<(), Refusal> {
        self.handle_by(Rulesets::live(ruleset), command, level, batch)
    }

    /// [`Desk::handle`] with a candidate beside the live ruleset: as a canary, which decides about some conversations,
    /// or as a shadow, which decides about none.
    ///
    /// # Errors
    /// As [`Desk::handle`].
    pub fn handle_by(
        &mut self,
        rulesets: Rulesets<'_>,
        command: &Command,
        level: TraceLevel,
        batch: &mut Batch,
    ) -> Result<(), Refusal> {
        let at = self.now.max(command.at);
        let mut steps_left = STEPS_PER_COMMAND_MAX;
        self.run_deadlines(rulesets, at, level, batch, &mut steps_left);
        let from = batch.events.len();
        let result = Out::new(self, rulesets, at, level, batch).command(&command.body);
        if result.is_err() {
            batch.events.truncate(from);
            batch.steps.clear();
            return result;
        }
        self.fold_from(from, batch);
        self.guard(rulesets, at, level, batch);
        self.settle(rulesets, at, level, batch, &mut steps_left);
        // The command may have brought deadlines nearer: a revision with a shorter wait, say.
        self.run_deadlines(rulesets, at, level, batch, &mut steps_left);
        Ok(())
    }

    fn run_deadlines(
        &mut self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        level: TraceLevel,
        batch: &mut Batch,
        steps_left: &mut usize,
    ) {
        while let Some((due, deadline)) = self.deadlines.first().copied()
            && due <= at
            && *steps_left > 0
        {
            let from = batch.events.len();
            Out::new(self, rulesets, at, level, batch).due(deadline);
            self.fold_from(from, batch);
            self.guard(rulesets, at, level, batch);
            if batch.events.len() == from {
                // Nothing to tell: the deadline has no meaning any more.
                self.deadlines.remove(&(due, deadline));
            }
            self.settle(rulesets, at, level, batch, steps_left);
        }
    }

    pub(super) fn settle(
        &mut self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        level: TraceLevel,
        batch: &mut Batch,
        steps_left: &mut usize,
    ) {
        while let Some(step) = batch.steps.pop_front() {
            *steps_left = steps_left.saturating_sub(1);
            if *steps_left == 0 {
                batch.steps.clear();
                return;
            }
            let from = batch.events.len();
            Out::new(self, rulesets, at, level, batch).step(step);
            let did_something = batch.events.len() > from;
            self.fold_from(from, batch);
            self.guard(rulesets, at, level, batch);
            // These take one conversation at a time, so that every pick sees the one before.
            if did_something && matches!(step, Step::Offer(_) | Step::Sweep(_) | Step::CloseGroup(_)) {
                batch.steps.push_front(step);
            }
        }
    }

    pub(super) fn fold_from(&mut self, from: usize, batch: &mut Batch) {
        let Batch { events, steps, .. } = batch;
        for record in events.iter().skip(from) {
            self.fold(record, &mut |step| steps.push_back(step));
        }
    }
}
