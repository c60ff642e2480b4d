//! Explain: what would happen to one conversation, and why, told with names instead of numbers (R24, R111, R118).
//!
//! [`explain`] brings up an empty desk under a ruleset, lets one visitor in and tells every decision. [`tell`] tells
//! the trace of any decision: one shape for the command line, the host's answers and the page.

pub mod life;
mod tell;
mod told;
mod visit;

pub use tell::tell;
pub use told::{
    ConsideredTold, EffectName, EffectTold, FallbackTold, Named, OutcomeTold, PlacementOutcomeTold,
    PlacementTold, PlanTold, RefusedTold, RuleTold, RulesTold, SkillTold, SourceTold, StepTold, TargetTold,
    TryTold,
};
pub use visit::{Explanation, Staffing, Visit, VisitError, explain};
