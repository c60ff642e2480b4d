//! The core of Pointsman: rules, placement and simulation of customer-service conversations.
//!
//! One deterministic library, native in the host and WebAssembly in the browser: no I/O, no clock, no threads, no
//! randomness but a seed. The same ruleset on the same commands gives the same events, byte for byte.

pub mod analysis;
pub mod arithmetic;
pub mod blame;
pub mod desk;
pub mod diagnostic;
pub mod explain;
pub mod id;
pub mod limits;
pub mod model;
mod placement;
pub mod recording;
pub mod rules;
pub mod simulation;
pub mod tenant;
pub mod text;
pub mod time;
pub mod trace;

/// The engine's version, shown with every result.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
