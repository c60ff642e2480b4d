//! What decided where a conversation was sent, by names that two rulesets share.

use serde::{Deserialize, Serialize};

use super::names::Names;
use super::outcome::Planned;
use crate::id::RuleId;
use crate::rules::{PlanSource, RuleInfo};

/// What decided where a conversation was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum DecidedBy {
    /// The rule with this slug.
    Rule(String),
    /// The business entry the customer chose.
    Entry,
    /// The channel's own group.
    Channel,
    /// The tenant's default group.
    Default,
    /// The tenant's fallback.
    Fallback,
    /// Nothing: it was never routed.
    Nothing,
}

impl DecidedBy {
    pub(super) fn of(planned: Option<&Planned>, names: Names<'_>) -> DecidedBy {
        let source = planned.map(|planned| planned.plan.source);
        DecidedBy::source(source, |rule| names.rule(planned?.by, rule))
    }

    /// By what a plan says of itself; `rule` finds the rule with an id.
    pub(super) fn source<'r>(
        source: Option<PlanSource>,
        rule: impl Fn(RuleId) -> Option<&'r RuleInfo>,
    ) -> DecidedBy {
        match source {
            Some(PlanSource::Rule(id)) => {
                rule(id).map_or(DecidedBy::Nothing, |rule| DecidedBy::Rule(rule.slug.clone()))
            }
            Some(PlanSource::Entry) => DecidedBy::Entry,
            Some(PlanSource::Channel) => DecidedBy::Channel,
            Some(PlanSource::Default) => DecidedBy::Default,
            Some(PlanSource::Fallback) => DecidedBy::Fallback,
            None => DecidedBy::Nothing,
        }
    }
}
