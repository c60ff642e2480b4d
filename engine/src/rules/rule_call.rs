//! What a call of a script or module cost.

use super::Hook;
use crate::id::RuleId;
use crate::trace::RuleFailureKind;

/// One call of a script or module: kept whatever the trace level, since the cost of a rule is of interest on every day.
/// It is no part of the state and reaches no event.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct RuleCall {
    /// The rule.
    pub rule: RuleId,
    /// The hook called. A script is called for every agent to be ranked, a module once for all of them.
    pub hook: Hook,
    /// Operations of a script, fuel of a module.
    pub cost: u64,
    /// The most linear memory that a module had; 0 for a script.
    pub memory_bytes: u64,
    /// How it failed; `None`: it gave an answer that stands.
    pub failed: Option<RuleFailureKind>,
}
