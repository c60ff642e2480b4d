//! The desk: one tenant's live state, decided by commands and changed by events.

mod command;
mod event;
mod refusal;
mod state;

pub use command::{AgentChange, Author, CloseReason, Command, CommandBody, Identity, Open};
pub use event::{AssignedBy, EVENT_VERSION, Event, EventRecord, UnassignedReason, Widened};
pub use refusal::Refusal;
pub use state::{Batch, Desk, SnapshotError};
