//! Settings of the whole tenant.

use serde::{Deserialize, Serialize};

use super::Fallback;
use crate::id::GroupId;

/// What holds for the whole tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The tenant's name for people.
    pub name: String,
    /// The tenant's own time zone, IANA name.
    pub zone: String,
    /// The master switch 启用多客服分配 (R18). Off: conversations wait until an agent takes them by hand.
    pub automatic: bool,
    /// How a returning customer is recognised, strongest first (R43).
    pub recognise_by: Vec<IdentityKind>,
    /// Whether and how a returning customer goes to the agent who served last (R8, R44).
    pub stick: Option<Stick>,
    /// How much waiting one point of priority is worth, so that nobody starves.
    pub ageing_ms: i64,
    /// A cap over every agent's own (P9); `None`: no such cap.
    pub agent_capacity_max: Option<u32>,
    /// How long a conversation directed to an agent waits for just that agent.
    pub directed_wait_ms: i64,
    /// After an agent went offline, how long their conversations stay before they go back to the queue;
    /// `None`: they stay.
    pub offline_grace_ms: Option<i64>,
    /// Where a conversation goes that no rule, entry or channel sends anywhere.
    pub default_group: Option<GroupId>,
    /// The last resort 兜底 (R65, R66).
    pub fallback: Fallback,
    /// Weights of the load index.
    pub load_index: LoadIndex,
}

/// What identifies a customer.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum IdentityKind {
    /// The login name or user id of the tenant's own site.
    Login,
    /// A browser cookie.
    Cookie,
    /// The network address: the weakest, many people may share one.
    Ip,
}

/// Previous agent first.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stick {
    /// How long after the last conversation the customer is still led back.
    pub for_ms: i64,
    /// How long the conversation waits for that agent who is online but has no room; then it goes on (P4).
    pub wait_ms: i64,
}

/// Weights and references of the load index 接待负载指数 (R14), see [`crate::placement`].
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadIndex {
    /// Weight of the share of capacity in use.
    pub utilisation_weight: u32,
    /// Weight of the average first response time.
    pub response_weight: u32,
    /// Weight of the average handle time.
    pub handle_weight: u32,
    /// Weight of dissatisfaction.
    pub satisfaction_weight: u32,
    /// The first response time that counts as ordinary.
    pub response_reference_ms: i64,
    /// The handle time that counts as ordinary.
    pub handle_reference_ms: i64,
}

impl Default for LoadIndex {
    fn default() -> Self {
        LoadIndex {
            utilisation_weight: 50,
            response_weight: 20,
            handle_weight: 20,
            satisfaction_weight: 10,
            response_reference_ms: 30_000,
            handle_reference_ms: 600_000,
        }
    }
}

impl Settings {
    /// Settings with nothing but a name and a zone: recognise by login and cookie, a priority point worth a minute,
    /// directed conversations wait 30 s, no default group, no fallback.
    #[must_use]
    pub fn bare(name: &str, zone: &str) -> Settings {
        Settings {
            name: name.to_owned(),
            zone: zone.to_owned(),
            automatic: true,
            recognise_by: vec![IdentityKind::Login, IdentityKind::Cookie],
            stick: None,
            ageing_ms: 60_000,
            agent_capacity_max: None,
            directed_wait_ms: 30_000,
            offline_grace_ms: None,
            default_group: None,
            fallback: Fallback::default(),
            load_index: LoadIndex::default(),
        }
    }
}
