//! What the expansion of `rule` refers to. Not for authors: it may change with any version.

pub use std::vec::Vec;

pub use crate::bindings::{on_message, on_wait, rank, route};
use crate::{Answer, Desk, Effect, Score};
pub use crate::{Candidate, Conversation, Customer, Message};

/// A hook's answer as the contract has it.
pub type Answered = Result<Vec<Effect>, String>;
/// The answer of `rank` as the contract has it.
pub type Scores = Result<Vec<Option<f64>>, String>;

/// Begins a call.
#[must_use]
pub fn enter() -> Desk {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| crate::print(panic)));
    Desk::new()
}

/// What a hook said, as the contract has it.
pub fn answer(said: impl Answer) -> Answered {
    said.into_effects().map(Into::into)
}

/// What `rank` said of one agent, as the contract has it.
pub fn score(said: impl Score) -> Result<Option<f64>, String> {
    said.into_score()
}
