//! Comparison: two rulesets on the same traffic with the same luck, so that every difference is the rulesets' doing.
//!
//! One seed makes a [`Pair`]: the same conversations, each under what is live and under the candidate. Some pairs make a
//! [`Comparison`], whose differences have intervals: luck that both sides share cancels out of them.
//!
//! ```text
//! seed ──► PairRun ─┬─ live ───────► Outcomes ─┐
//!                   └─ candidate ──► Outcomes ─┴─► Pair ──┐
//!                                                  Pair ──┼─► Comparison
//!                                                  Pair ──┘
//! ```

mod asked;
mod changes;
mod decided_by;
mod difference;
mod flow;
mod interval;
mod measure;
mod moved;
mod names;
mod outcome;
mod pair;
mod plan_told;
mod side;

pub use asked::AskedAnew;
pub use changes::Changes;
pub use decided_by::DecidedBy;
pub use difference::{Comparison, Difference, Verdict};
pub use flow::{Flow, FlowEnd};
pub use interval::{Interval, PAIRS_MAX, mean_interval};
pub(crate) use measure::measured;
pub use measure::{Direction, Measure, MeasureValue};
pub use moved::{Cause, Destination, EXAMPLES_MAX, Moved, MovedConversation, MovedSide, WAYS_MAX, Way};
pub use outcome::{Decider, End, Outcome, Outcomes, Planned};
pub use pair::{COMPARED_MAX, Pair, PairRun, PairSide};
