//! Rules for Pointsman in Rust: a rule looks at a conversation, its customer and the desk, and answers with effects.
//!
//! ```
//! use pointsman_rules::prelude::*;
//!
//! pub struct Vip;
//!
//! #[rule]
//! impl Vip {
//!     fn route(_conversation: &Conversation, customer: &Customer, desk: &Desk) -> Result<Effects, Unknown> {
//!         let vip = desk.group("vip")?;
//!         if customer.vip >= 2 && vip.in_hours && vip.available > 0 {
//!             return Ok(to_group("vip").priority(6));
//!         }
//!         Ok(priority(4))
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! Names and meanings are those of scripts. There is no clock, no randomness and no I/O, and nothing is kept from one call
//! to the next: a rule does the same in the simulator and in production. Floating point is the sandbox's, the same on
//! every machine; for `exp`, `ln` and the like use the crate `libm`, not `std`.
//!
//! A panic is a failure of the rule: its message and place go into the trace and the conversation goes on with the next
//! rule.

#[cfg(any(test, all(target_arch = "wasm32", feature = "allocator")))]
mod allocator;
mod answer;
mod bindings;
mod desk;
mod effects;
mod questions;
#[cfg(not(target_arch = "wasm32"))]
pub mod test;

pub use answer::{Answer, Score};
pub use bindings::imports::pointsman::rule::lookup::{GroupState as Group, LocalTime};
pub use bindings::imports::pointsman::rule::types::{
    Candidate, Conversation, Customer, Effect, Message, Skill,
};
pub use desk::{Desk, Unknown, print};
pub use effects::{
    Effects, flag_risk, offer_leave_message, offer_ticket, prefer_agent, priority, reply, require_skill,
    stop, tag, tier, to_agent, to_bot, to_group, wait_limit,
};

/// Makes the functions of an `impl` block the hooks of this module. All are optional, at least one must be there, and the
/// module has exactly those that are:
///
/// ```
/// # use pointsman_rules::prelude::*;
/// pub struct Night;
///
/// #[rule]
/// impl Night {
///     /// A conversation opens or must be placed again.
///     fn route(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Effects {
///         # let _ = (conversation, customer, desk);
///         to_bot("night")
///     }
///
///     /// A later message of the visitor.
///     fn on_message(c: &Conversation, message: &Message, customer: &Customer, desk: &Desk) -> Effects {
///         # let _ = (c, customer, desk);
///         if message.contains("投诉") { flag_risk("投诉") } else { Effects::none() }
///     }
///
///     /// The conversation has waited as long as one of the rule's `wait_after` times.
///     fn on_wait(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Option<Effects> {
///         # let _ = (customer, desk);
///         (conversation.waited_ms > 180_000).then(offer_leave_message)
///     }
///
///     /// Scores one agent who could take the conversation, in groups with the strategy `rank`; the highest is chosen.
///     fn rank(agent: &Candidate, conversation: &Conversation, customer: &Customer, desk: &Desk) -> f64 {
///         # let _ = (conversation, customer, desk);
///         f64::from(agent.capacity) - f64::from(agent.open)
///     }
/// }
/// # fn main() {}
/// ```
///
/// What a hook answers is an [`Answer`], what `rank` answers a [`Score`]: `Option` and `Result` are welcome, and an `Err` is a
/// failure of the rule, told in the trace.
///
/// A name that is no hook, or a wrong signature, is a compile error at its place:
///
/// ```compile_fail,E0308
/// # use pointsman_rules::prelude::*;
/// # pub struct Wrong;
/// #[rule]
/// impl Wrong {
///     fn route(customer: &Customer, conversation: &Conversation, desk: &Desk) -> Effects {
///         # let _ = (conversation, customer, desk);
///         stop()
///     }
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail,E0277
/// # use pointsman_rules::prelude::*;
/// # pub struct Wrong;
/// #[rule]
/// impl Wrong {
///     fn route(conversation: &Conversation, customer: &Customer, desk: &Desk) -> &'static str {
///         # let _ = (conversation, customer, desk);
///         "vip"
///     }
/// }
/// # fn main() {}
/// ```
pub use pointsman_rules_macros::rule;

/// Everything that a rule needs, for `use pointsman_rules::prelude::*`.
pub mod prelude {
    pub use crate::{
        Candidate, Conversation, Customer, Desk, Effect, Effects, Group, LocalTime, Message, Skill, Unknown,
        flag_risk, offer_leave_message, offer_ticket, prefer_agent, print, priority, reply, require_skill,
        rule, stop, tag, tier, to_agent, to_bot, to_group, wait_limit,
    };
}

#[doc(hidden)]
#[path = "glue.rs"]
pub mod __glue;
