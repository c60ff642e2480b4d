//! What decided where a conversation was sent, by names that two rulesets share.

use serde::{Deserialize, Serialize};

use super::names::Names;
use super::outcome::Planned;
use crate::rules::PlanSource;

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
        let rule = |rule| names.rule(planned?.by, rule);
        match planned.map(|planned| planned.plan.source) {
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
