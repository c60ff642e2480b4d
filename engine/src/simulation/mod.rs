//! Simulation: a ruleset on synthetic traffic, in virtual time, through the desk that serves in production.
//!
//! A [`Scenario`] says who comes, what they want and who is there to serve them; a seed is all the luck there is. The
//! same ruleset, scenario and seed give the same events, byte for byte, on every platform: [`Report::digest`].
//!
//! ```text
//! Traffic ──arrivals──┐
//! Staff ───presence───┤  earliest   ┌──────┐ events  ┌─ Floor     where everything is
//! Calendar ─ends──────┼──first────► │ Desk │ ──────► ├─ Ledger    the figures
//! Desk's deadlines ───┘             └──────┘         ├─ Checker   what must always hold
//!                                                    ├─ Digest
//!                                                    └─ Calendar  what the event will lead to
//! ```

mod calendar;
mod canonical;
mod check;
mod clock;
pub mod compare;
mod cost;
mod digest;
mod dispersion;
mod edit;
pub mod erlang;
pub mod fit;
mod floor;
mod histogram;
mod injection;
mod kpi;
mod life;
pub mod random;
mod rates;
mod read;
mod recorded;
mod report;
mod run;
mod scenario;
mod series;
mod staff;
pub mod staffing;
mod traffic;
mod watch;

use std::ops::ControlFlow;

pub use check::Thoroughness;
pub use digest::{Digest, write_json_line};
pub use dispersion::{
    DISPERSION_CORRELATION_MAX, DISPERSION_CV_MAX, DISPERSION_STRETCH_MS_DEFAULT, DISPERSION_STRETCH_MS_MIN,
    DispersedDay, Dispersion,
};
pub use edit::{Edit, EditError, EditStep, edit_scenario};
pub use injection::{
    INJECTIONS_MAX, Injected, InjectedWhat, Injection, InjectionBody, InjectionError, SURGE_PER_HOUR_MAX,
};
pub(crate) use life::Moment as LifeMoment;
pub use life::{Followed, Following, Followup, MOMENTS_MAX};
pub use read::read_scenario;
pub use recorded::Supposed;
pub use report::{
    AgentKpi, ChannelKpi, Checks, CostStretch, Ended, Figures, GroupKpi, IntentKpi, Kpi, Landed, Progress,
    Report, RuleCost, RuleFailures, RuleHits, Times, WaitStretch,
};
pub use run::{ReplayError, Simulation};
pub use scenario::{
    AgentsOut, Arrivals, BotStay, Break, CONVERSATIONS_MAX, CONVERSATIONS_MAX_DEFAULT, DRAIN_MS_MAX,
    FollowUp, HandleFactors, INTENTS_MAX, Intent, LENGTH_MS_MAX, LIST_MAX, PHRASES_MAX, RECORDED_MAX, Rate,
    Recorded, RecordedInterval, Scenario,
};
pub use series::Series;
pub use traffic::{Arrival, Traffic};
pub use watch::{
    AgentSeat, ChannelGate, Counters, FloorPlan, FloorView, Found, InHand, LANES_MAX, Lane, Moment, Move,
    PlanAgent, PlanGroup, PlanName, Sought, Spot, Waiting, Watch,
};

use crate::desk::{Batch, Command};
use crate::rules::Ruleset;
use crate::trace::TraceLevel;

/// Events between two calls of [`Observer::progress`].
const PROGRESS_EVENTS: u64 = 100_000;

/// Somebody who watches a run. Nothing an observer does changes what comes out, but for ending it.
pub trait Observer {
    /// A conversation is about to begin; the batch comes next.
    fn opens(&mut self, arrival: &Arrival) {
        let _ = arrival;
    }

    /// A command was carried out, with these events and traces. A refused command may have events too: those of
    /// deadlines that had passed.
    fn batch(&mut self, command: &Command, batch: &Batch) {
        let _ = (command, batch);
    }

    /// How far the run is, every now and then. `Break` cancels it.
    fn progress(&mut self, progress: &Progress) -> ControlFlow<()> {
        let _ = progress;
        ControlFlow::Continue(())
    }

    /// How much of each decision is to be explained.
    fn trace_level(&self) -> TraceLevel {
        TraceLevel::Off
    }
}

/// Nobody watches.
#[derive(Copy, Clone, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

/// Runs `scenario` under `ruleset` to its end, or until the observer cancels. The scenario must have been read against
/// the ruleset's directory.
#[must_use]
pub fn simulate(ruleset: &Ruleset, scenario: &Scenario, seed: u64, observer: &mut dyn Observer) -> Report {
    let mut simulation = Simulation::new(ruleset, scenario, seed);
    loop {
        let progress = simulation.run_for(PROGRESS_EVENTS, observer);
        let go_on = observer.progress(&progress);
        if progress.ended != Ended::Running {
            break;
        }
        if go_on.is_break() {
            simulation.cancel();
        }
    }
    simulation.report()
}
