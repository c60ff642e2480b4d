//! Injections: what somebody does to a run while it is under way, to see what comes of it.
//!
//! A list of injections is part of what a run is made from, as its scenario and its seed are: the same list gives the
//! same events. Each has an instant and comes after everything else that happens then.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::scenario::{DRAIN_MS_MAX, LENGTH_MS_MAX, Scenario};
use crate::id::{AgentId, ChannelId};
use crate::model::Directory;
use crate::rules::Ruleset;
use crate::time::Timestamp;

/// Injections of one run.
pub const INJECTIONS_MAX: usize = 100;
/// The most conversations an hour that a surge may bring.
pub const SURGE_PER_HOUR_MAX: f64 = 1_000_000.0;

/// Something done to a run at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Injection<R> {
    /// When.
    pub at: Timestamp,
    /// What.
    pub body: InjectionBody<R>,
}

/// What is done to a run.
#[derive(Clone, Debug, PartialEq)]
pub enum InjectionBody<R> {
    /// An agent goes offline, with work in hand or without, and stays so.
    AgentLeaves {
        /// Who.
        agent: AgentId,
    },
    /// An agent who was sent away is back, as shift and breaks allow.
    AgentReturns {
        /// Who.
        agent: AgentId,
    },
    /// More conversations than the scenario brings, for a while. They are drawn from streams of their own: who comes
    /// anyway comes as before.
    Surge {
        /// By which channel.
        channel: ChannelId,
        /// How many more an hour; above 0.
        per_hour: f64,
        /// For how long; never beyond the scenario's end.
        length_ms: i64,
    },
    /// Another ruleset goes live. Its directory must name whatever the one before it names, by the same ids.
    Swap {
        /// Which.
        ruleset: R,
    },
}

/// An injection as the report tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Injected {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: InjectedWhat,
}

/// What was done, with the names that files use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum InjectedWhat {
    /// An agent was sent offline.
    AgentLeaves {
        /// The agent's slug.
        agent: String,
    },
    /// An agent came back.
    AgentReturns {
        /// The agent's slug.
        agent: String,
    },
    /// More conversations came.
    Surge {
        /// The channel's slug.
        channel: String,
        /// How many more an hour.
        per_hour: f64,
        /// For how long.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        length_ms: i64,
    },
    /// Another ruleset went live.
    Swap {
        /// Its revision, in hexadecimal digits.
        revision: String,
    },
}

/// Why something cannot be injected. Nothing has changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InjectionError {
    /// The run has ended.
    #[error("the run has ended: go back to an earlier instant first")]
    Ended,
    /// The instant is before the run's beginning, or has passed.
    #[error("{at} is before {earliest}: go back to an earlier instant first")]
    Passed {
        /// The instant asked for.
        at: Timestamp,
        /// The earliest that is possible.
        earliest: Timestamp,
    },
    /// The instant is after anything that can happen.
    #[error("{at} is after {latest}, when any run is over")]
    TooLate {
        /// The instant asked for.
        at: Timestamp,
        /// The latest that is possible.
        latest: Timestamp,
    },
    /// No such agent works here.
    #[error("agent {0} does not work here")]
    NoSuchAgent(AgentId),
    /// No such channel.
    #[error("channel {0} does not exist")]
    NoSuchChannel(ChannelId),
    /// A surge that is none, or too large.
    #[error(
        "a surge brings more than 0 and at most {SURGE_PER_HOUR_MAX} conversations an hour, for 1 ms to 366 days"
    )]
    SurgeOutOfRange,
    /// The other ruleset has other ids.
    #[error(
        "the ruleset was not compiled as the successor of the one that is live: `{0}` has another number"
    )]
    ForeignRuleset(String),
    /// Enough is enough.
    #[error("a run takes at most {INJECTIONS_MAX} injections")]
    TooMany,
}

impl<R: Deref<Target = Ruleset>> Injection<R> {
    /// The ruleset that goes live, of a swap.
    pub(super) fn swap(&self) -> Option<&R> {
        match &self.body {
            InjectionBody::Swap { ruleset } => Some(ruleset),
            _ => None,
        }
    }

    /// Looks whether this can be done to a run of `scenario` under `directory`, the one that is live then.
    pub(super) fn check(&self, scenario: &Scenario, directory: &Directory) -> Result<(), InjectionError> {
        if self.at < scenario.start {
            return Err(InjectionError::Passed { at: self.at, earliest: scenario.start });
        }
        let latest = scenario.end().plus_ms(DRAIN_MS_MAX);
        if self.at > latest {
            return Err(InjectionError::TooLate { at: self.at, latest });
        }
        match &self.body {
            InjectionBody::AgentLeaves { agent } | InjectionBody::AgentReturns { agent } => {
                let works = directory.agent(*agent).is_some_and(|agent| agent.active && agent.receives);
                works.then_some(()).ok_or(InjectionError::NoSuchAgent(*agent))
            }
            InjectionBody::Surge { channel, per_hour, length_ms } => {
                if directory.channel(*channel).is_none_or(|channel| !channel.active) {
                    return Err(InjectionError::NoSuchChannel(*channel));
                }
                let is_sound = *per_hour > 0.0
                    && *per_hour <= SURGE_PER_HOUR_MAX
                    && (1..=LENGTH_MS_MAX).contains(length_ms);
                is_sound.then_some(()).ok_or(InjectionError::SurgeOutOfRange)
            }
            InjectionBody::Swap { ruleset } => succeeds(directory, ruleset.directory()),
        }
    }

    /// For the report.
    pub(super) fn told(&self, directory: &Directory) -> Injected {
        let agent = |id| directory.agent(id).map_or_else(String::new, |agent| agent.slug.clone());
        let what = match &self.body {
            InjectionBody::AgentLeaves { agent: id } => InjectedWhat::AgentLeaves { agent: agent(*id) },
            InjectionBody::AgentReturns { agent: id } => InjectedWhat::AgentReturns { agent: agent(*id) },
            InjectionBody::Surge { channel, per_hour, length_ms } => InjectedWhat::Surge {
                channel: directory.channel(*channel).map_or_else(String::new, |channel| channel.slug.clone()),
                per_hour: *per_hour,
                length_ms: *length_ms,
            },
            InjectionBody::Swap { ruleset } => {
                InjectedWhat::Swap { revision: ruleset.revision().to_string() }
            }
        };
        Injected { at: self.at, what }
    }
}

/// Whether whatever `before` names has the same id in `after`.
pub(super) fn succeeds(before: &Directory, after: &Directory) -> Result<(), InjectionError> {
    fn kept<'d>(
        mut before: impl Iterator<Item = &'d str>,
        mut after: impl Iterator<Item = &'d str>,
    ) -> Result<(), InjectionError> {
        let other = before.find(|slug| after.next() != Some(slug));
        other.map_or(Ok(()), |slug| Err(InjectionError::ForeignRuleset(slug.to_owned())))
    }
    fn slug(slug: &String) -> &str {
        slug
    }
    kept(before.agents.iter().map(|one| slug(&one.slug)), after.agents.iter().map(|one| slug(&one.slug)))?;
    kept(before.groups.iter().map(|one| slug(&one.slug)), after.groups.iter().map(|one| slug(&one.slug)))?;
    kept(
        before.channels.iter().map(|one| slug(&one.slug)),
        after.channels.iter().map(|one| slug(&one.slug)),
    )?;
    kept(before.skills.iter().map(|one| slug(&one.slug)), after.skills.iter().map(|one| slug(&one.slug)))?;
    kept(before.hours.iter().map(|one| slug(&one.slug)), after.hours.iter().map(|one| slug(&one.slug)))
}
