//! Injections as the page plans them: by the names of files, rulesets by their place in the chain.

use std::rc::Rc;

use pointsman_engine::model::Directory;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::{Injection, InjectionBody};
use pointsman_engine::time::Timestamp;
use serde::Deserialize;

use crate::Refused;

/// Something to do to a run at an instant.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Planned {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: PlannedWhat,
}

/// What is done to a run.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PlannedWhat {
    /// An agent goes offline and stays so.
    AgentLeaves {
        /// The agent's slug.
        agent: String,
    },
    /// An agent who was sent away comes back.
    AgentReturns {
        /// The agent's slug.
        agent: String,
    },
    /// More conversations come for a while.
    Surge {
        /// The channel's slug.
        channel: String,
        /// How many more an hour.
        per_hour: f64,
        /// For how long.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        length_ms: i64,
    },
    /// Another ruleset goes live.
    Swap {
        /// Its place in the chain of rulesets; 0 is the one that the run begins with.
        ruleset: u32,
    },
}

impl Planned {
    /// As the engine wants it.
    pub(crate) fn resolve(&self, chain: &[Rc<Ruleset>]) -> Result<Injection<Rc<Ruleset>>, Refused> {
        Ok(Injection { at: self.at, body: self.what.resolve(chain)? })
    }
}

impl PlannedWhat {
    /// As the engine wants it. Names are looked up in the last ruleset of the chain, which knows all of them.
    pub(crate) fn resolve(&self, chain: &[Rc<Ruleset>]) -> Result<InjectionBody<Rc<Ruleset>>, Refused> {
        let directory: Option<&Directory> = chain.last().map(|ruleset| ruleset.directory());
        let agent = |slug: &str| {
            let agent = directory.and_then(|directory| directory.agent_named(slug));
            agent.map(|agent| agent.id).ok_or_else(|| unknown("agent", slug))
        };
        Ok(match self {
            PlannedWhat::AgentLeaves { agent: slug } => InjectionBody::AgentLeaves { agent: agent(slug)? },
            PlannedWhat::AgentReturns { agent: slug } => InjectionBody::AgentReturns { agent: agent(slug)? },
            PlannedWhat::Surge { channel, per_hour, length_ms } => {
                let found = directory.and_then(|directory| directory.channel_named(channel));
                let found = found.ok_or_else(|| unknown("channel", channel))?;
                InjectionBody::Surge { channel: found.id, per_hour: *per_hour, length_ms: *length_ms }
            }
            PlannedWhat::Swap { ruleset } => {
                let found =
                    chain.get(*ruleset as usize).ok_or_else(|| unknown("ruleset", &ruleset.to_string()))?;
                InjectionBody::Swap { ruleset: Rc::clone(found) }
            }
        })
    }
}

fn unknown(what: &str, name: &str) -> Refused {
    Refused::CannotInject { message: format!("there is no {what} `{name}`") }
}
