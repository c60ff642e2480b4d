//! M/M/c in `nexosim`, in two ways: as its documents show how to build things, a source that sends conversations to a
//! desk; and as fast as it can be had, one model that schedules everything for itself. One thread, since there is
//! nothing to do in parallel.

use std::collections::VecDeque;
use std::time::Duration;

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSinkReader, Output, SinkState, event_slot};
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use pointsman_engine::simulation::erlang::Erlang;
use serde::{Deserialize, Serialize};

use crate::bare::Luck;

/// Luck that is not saved with a simulation: these are run in one go.
#[derive(Default, Serialize, Deserialize)]
struct Unsaved {
    #[serde(skip)]
    luck: Option<Luck>,
}

impl Unsaved {
    fn gap(&mut self) -> Duration {
        ms(self.luck.as_mut().unwrap().gap_ms())
    }

    fn handle(&mut self) -> Duration {
        ms(self.luck.as_mut().unwrap().handle_ms())
    }
}

fn ms(ms: i64) -> Duration {
    Duration::from_millis(ms.unsigned_abs())
}

/// Conversations come.
#[derive(Serialize, Deserialize)]
struct Source {
    out: Output<Duration>,
    luck: Unsaved,
    left: u64,
}

#[Model]
impl Source {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        cx.schedule_event(self.luck.gap(), schedulable!(Self::arrive), ()).unwrap();
    }

    #[nexosim(schedulable)]
    async fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.left -= 1;
        let handle = self.luck.handle();
        if self.left > 0 {
            cx.schedule_event(self.luck.gap(), schedulable!(Self::arrive), ()).unwrap();
        }
        self.out.send(handle).await;
    }
}

/// Agents serve them, first come, first served.
#[derive(Serialize, Deserialize)]
struct Desk {
    done: Output<f64>,
    waiting: VecDeque<(MonotonicTime, Duration)>,
    free: u32,
    left: u64,
    conversations: u64,
    waited: Duration,
}

#[Model]
impl Desk {
    fn open(&mut self, handle: Duration, cx: &Context<Self>) {
        if self.free > 0 {
            self.free -= 1;
            cx.schedule_event(handle, schedulable!(Self::close), ()).unwrap();
        } else {
            self.waiting.push_back((cx.time(), handle));
        }
    }

    #[nexosim(schedulable)]
    async fn close(&mut self, _: (), cx: &Context<Self>) {
        match self.waiting.pop_front() {
            Some((since, handle)) => {
                self.waited += cx.time().duration_since(since);
                cx.schedule_event(handle, schedulable!(Self::close), ()).unwrap();
            }
            None => self.free += 1,
        }
        self.left -= 1;
        if self.left == 0 {
            self.done.send(self.waited.as_secs_f64() * 1_000.0 / self.conversations as f64).await;
        }
    }
}

impl Desk {
    fn new(model: &Erlang, conversations: u64) -> Desk {
        Desk {
            done: Output::default(),
            waiting: VecDeque::new(),
            free: model.agents,
            left: conversations,
            conversations,
            waited: Duration::ZERO,
        }
    }
}

/// Both in one.
#[derive(Serialize, Deserialize)]
struct Whole {
    luck: Unsaved,
    to_come: u64,
    desk: Desk,
}

#[Model]
impl Whole {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        cx.schedule_event(self.luck.gap(), schedulable!(Self::arrive), ()).unwrap();
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        self.to_come -= 1;
        let handle = self.luck.handle();
        let desk = &mut self.desk;
        if desk.free > 0 {
            desk.free -= 1;
            cx.schedule_event(handle, schedulable!(Self::close), ()).unwrap();
        } else {
            desk.waiting.push_back((cx.time(), handle));
        }
        if self.to_come > 0 {
            cx.schedule_event(self.luck.gap(), schedulable!(Self::arrive), ()).unwrap();
        }
    }

    #[nexosim(schedulable)]
    async fn close(&mut self, _: (), cx: &Context<Self>) {
        let desk = &mut self.desk;
        match desk.waiting.pop_front() {
            Some((since, handle)) => {
                desk.waited += cx.time().duration_since(since);
                cx.schedule_event(handle, schedulable!(Self::close), ()).unwrap();
            }
            None => desk.free += 1,
        }
        desk.left -= 1;
        if desk.left == 0 {
            desk.done.send(desk.waited.as_secs_f64() * 1_000.0 / desk.conversations as f64).await;
        }
    }
}

/// The mean wait, by a source and a desk.
pub(crate) fn mean_wait_ms_of_two(model: &Erlang, conversations: u64, seed: u64) -> f64 {
    let luck = Unsaved { luck: Some(Luck::new(model, seed)) };
    let mut source = Source { out: Output::default(), luck, left: conversations };
    let mut desk = Desk::new(model, conversations);
    let (source_mailbox, desk_mailbox) = (Mailbox::new(), Mailbox::new());
    source.out.connect(Desk::open, &desk_mailbox);
    let (sink, mut done) = event_slot(SinkState::Enabled);
    desk.done.connect_sink(sink);
    let simulation = SimInit::with_num_threads(1)
        .add_model(source, source_mailbox, "source")
        .add_model(desk, desk_mailbox, "desk")
        .init(MonotonicTime::EPOCH)
        .unwrap();
    run(simulation, &mut done)
}

/// The mean wait, by one model.
pub(crate) fn mean_wait_ms_of_one(model: &Erlang, conversations: u64, seed: u64) -> f64 {
    let luck = Unsaved { luck: Some(Luck::new(model, seed)) };
    let mut whole = Whole { luck, to_come: conversations, desk: Desk::new(model, conversations) };
    let (sink, mut done) = event_slot(SinkState::Enabled);
    whole.desk.done.connect_sink(sink);
    let simulation = SimInit::with_num_threads(1)
        .add_model(whole, Mailbox::new(), "whole")
        .init(MonotonicTime::EPOCH)
        .unwrap();
    run(simulation, &mut done)
}

fn run(mut simulation: Simulation, done: &mut impl EventSinkReader<f64>) -> f64 {
    simulation.run().unwrap();
    done.try_read().unwrap()
}
