//! The desk: one tenant's live state, decided by commands and changed by events.
//!
//! - [`Desk::handle`] carries a command out: `decide` looks at the desk, runs rules and picks, and changes nothing;
//!   `evolve` folds each event in; what an event makes possible is decided as the next step, until the desk is quiet
//! - all events of one command form a [`Batch`], journaled together or not at all
//! - time is the command's timestamp; a deadline that passes is a [`CommandBody::Tick`]

pub(crate) mod agent;
mod breaker;
mod canary;
mod command;
mod conversation;
mod customers;
mod decide;
mod event;
mod fold;
pub(crate) mod frame;
mod group;
mod handle;
mod hours;
mod place;
mod refusal;
mod route;
mod shadow;
mod snapshot;
mod staged;
mod standing;
pub(crate) mod state;
mod step;
#[cfg(test)]
mod tests;
mod trial;
mod view;

pub use canary::{Breach, CanaryEnd, CanaryGuards, CanaryView, GuardMetric, Rulesets, Tally, is_candidates};
pub use command::{AgentChange, Author, CloseReason, Command, CommandBody, Identity, Open};
pub use event::{AssignedBy, Directed, EVENT_VERSION, Event, EventRecord, UnassignedReason, Widened};
pub use hours::HoursState;
pub use refusal::Refusal;
pub use shadow::{Decided, Shadow, ShadowDecision};
pub use snapshot::SnapshotError;
pub use standing::CapOf;
pub(crate) use standing::{Read, Standing};
pub use state::{Batch, Desk};
pub(crate) use trial::Assumed;
pub use view::{AgentView, ConversationView, PlaceView};
