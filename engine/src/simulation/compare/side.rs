//! One side of a comparison: a run, and how each of its conversations went.

use std::ops::Deref;
use std::sync::Arc;

use super::super::Simulation;
use super::super::report::{Ended, Progress, Report};
use super::super::scenario::Scenario;
use super::super::traffic::Arrival;
use super::flow::flows;
use super::measure::measured;
use super::names::Names;
use super::outcome::{Outcome, Outcomes};
use super::pair::PairSide;
use crate::id::ConversationId;
use crate::recording::Recording;
use crate::rules::Ruleset;
use crate::time::Timestamp;

/// Who comes, on both sides.
#[derive(Debug)]
pub(super) enum Visitors {
    Scenario(Box<Scenario>),
    Recording(Arc<Recording>),
}

impl Visitors {
    /// From when on conversations count.
    pub(super) fn counted_from(&self) -> Timestamp {
        match self {
            Visitors::Scenario(scenario) => scenario.counted_from(),
            Visitors::Recording(recording) => recording.about().from,
        }
    }

    /// What a visitor wants, and how they say it.
    pub(super) fn words(&self, conversation: ConversationId, arrival: &Arrival) -> (String, String) {
        match self {
            Visitors::Scenario(scenario) => {
                let intent = scenario.intents.get(usize::from(arrival.intent));
                let phrase = intent.and_then(|intent| intent.phrases.get(usize::from(arrival.phrase)));
                let name = intent.map(|intent| intent.name.clone()).unwrap_or_default();
                (name, phrase.cloned().unwrap_or_default())
            }
            Visitors::Recording(recording) => {
                (String::new(), recording.opening_words(conversation).unwrap_or_default())
            }
        }
    }
}

/// One side, under way.
#[derive(Debug)]
pub(super) struct SideRun<R> {
    /// That decides first.
    first: R,
    /// Others that decide later, and those that run as canaries.
    later: Vec<R>,
    canaries: Vec<R>,
    pub(super) simulation: Simulation<R>,
    pub(super) outcomes: Outcomes,
}

impl<R: Deref<Target = Ruleset> + Clone> SideRun<R> {
    /// A side on which one ruleset decides.
    pub(super) fn new(simulation: Simulation<R>, first: R) -> SideRun<R> {
        let outcomes = Outcomes::new(first.revision());
        SideRun { first, later: Vec::new(), canaries: Vec::new(), simulation, outcomes }
    }

    /// The side with others that may decide.
    pub(super) fn with(self, later: &[R], canaries: &[R]) -> SideRun<R> {
        SideRun { later: later.to_vec(), canaries: canaries.to_vec(), ..self }
    }

    pub(super) fn run_for(&mut self, events: u64) -> Progress {
        self.simulation.run_for(events, &mut self.outcomes)
    }

    /// Does something with the names of this side.
    pub(super) fn with_names<T>(&self, work: impl FnOnce(Names<'_>) -> T) -> T {
        let decided = self.outcomes.deciders().iter().map(|decider| -> &Ruleset {
            let others = if decider.is_canary { &self.canaries } else { &self.later };
            others.iter().find(|other| other.revision() == decider.revision).unwrap_or(&self.first)
        });
        let decided: Vec<&Ruleset> = decided.collect();
        work(Names::new(&self.first, &decided))
    }

    /// The outcomes of conversations that count.
    fn counted(&self, visitors: &Visitors) -> impl Iterator<Item = &Outcome> {
        let from = visitors.counted_from();
        self.outcomes.list().iter().filter(move |outcome| outcome.arrival.at >= from)
    }

    pub(super) fn side(&self, report: &Report, visitors: &Visitors) -> PairSide {
        PairSide {
            revision: report.revision.clone(),
            digest: report.digest.clone(),
            sound: report.checks.hold(),
            complete: matches!(report.ended, Ended::Complete | Ended::ConversationLimit),
            values: measured(report),
            flows: self.with_names(|names| flows(self.counted(visitors), names)),
        }
    }
}
