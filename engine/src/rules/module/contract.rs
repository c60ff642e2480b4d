//! The contract of `rules-sdk/wit` as types. That they are the same is checked whenever a module is compiled, and by a
//! test that builds a module from the contract's text.

use wasmtime::component::{ComponentType, Lift, Lower};

use super::ContractVersion;
use crate::rules::Hook;

/// The version of the contract that this engine speaks.
pub const CONTRACT_VERSION: ContractVersion = ContractVersion { major: 1, minor: 0, patch: 0 };

/// The package of the contract.
pub(super) const PACKAGE: &str = "pointsman:rule";

/// The name of an interface as components spell it.
pub(super) fn interface(name: &str) -> String {
    format!("{PACKAGE}/{name}@{CONTRACT_VERSION}")
}

/// The hooks, each with its interface, whose only function has the same name.
pub(super) const HOOKS: [(Hook, &str); 4] = [
    (Hook::Route, "route"),
    (Hook::OnMessage, "on-message"),
    (Hook::OnWait, "on-wait"),
    (Hook::Rank, "rank"),
];

/// What a hook answers: its answer, or the module's own word for what is wrong.
pub(super) type Answer<T> = (Result<T, String>,);

/// What `route`, `on-message` and `on-wait` answer.
pub(super) type Effects = Vec<Effect>;

/// What `rank` answers.
pub(super) type Scores = Vec<Option<f64>>;

/// The parameters of `route` and `on-wait`.
pub(super) type Routed<'a> = (Conversation<'a>, Customer<'a>);

/// The parameters of `on-message`.
pub(super) type Messaged<'a> = (Conversation<'a>, Message<'a>, Customer<'a>);

/// The parameters of `rank`.
pub(super) type Ranked<'a> = (&'a [Candidate<'a>], Conversation<'a>, Customer<'a>);

/// `types.conversation`.
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Conversation<'a> {
    pub(super) id: u64,
    pub(super) text: &'a str,
    pub(super) channel: &'a str,
    pub(super) entry: Option<&'a str>,
    pub(super) language: Option<&'a str>,
    pub(super) tags: &'a [String],
    pub(super) risks: &'a [String],
    pub(super) priority: u8,
    pub(super) group: Option<&'a str>,
    pub(super) agent: Option<&'a str>,
    #[component(name = "waited-ms")]
    pub(super) waited_ms: u64,
    pub(super) messages: u32,
    pub(super) returns: u32,
}

/// `types.message`.
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Message<'a> {
    pub(super) text: &'a str,
    #[component(name = "original-text")]
    pub(super) original_text: &'a str,
}

/// `types.customer`.
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Customer<'a> {
    pub(super) vip: u8,
    pub(super) returning: bool,
    pub(super) conversations: u32,
    #[component(name = "last-agent")]
    pub(super) last_agent: Option<&'a str>,
}

/// `types.candidate`.
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Candidate<'a> {
    pub(super) name: &'a str,
    pub(super) open: u32,
    pub(super) capacity: u32,
    pub(super) tier: u8,
    pub(super) priority: u16,
    #[component(name = "idle-ms")]
    pub(super) idle_ms: u64,
    #[component(name = "response-ms")]
    pub(super) response_ms: u64,
    #[component(name = "handle-ms")]
    pub(super) handle_ms: u64,
    pub(super) satisfaction: u8,
    pub(super) skills: Vec<Skill<'a>>,
}

/// `types.skill` of a candidate.
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct Skill<'a> {
    pub(super) name: &'a str,
    pub(super) level: u8,
}

/// `types.skill` that an effect asks for.
#[derive(Clone, Debug, ComponentType, Lift)]
#[component(record)]
pub(super) struct AskedSkill {
    pub(super) name: String,
    pub(super) level: u8,
}

/// `types.effect`. What an answer may move is counted in the size of its items here, which must not depend on the
/// machine: hence the alignment.
#[derive(Clone, Debug, ComponentType, Lift)]
#[component(variant)]
#[repr(align(64))]
pub(super) enum Effect {
    #[component(name = "to-group")]
    ToGroup(String),
    #[component(name = "to-agent")]
    ToAgent(String),
    #[component(name = "prefer-agent")]
    PreferAgent(String),
    #[component(name = "require-skill")]
    RequireSkill(AskedSkill),
    #[component(name = "priority")]
    Priority(u8),
    #[component(name = "tier")]
    Tier(u8),
    #[component(name = "tag")]
    Tag(String),
    #[component(name = "flag-risk")]
    FlagRisk(String),
    #[component(name = "to-bot")]
    ToBot(String),
    #[component(name = "offer-ticket")]
    OfferTicket,
    #[component(name = "offer-leave-message")]
    OfferLeaveMessage,
    #[component(name = "wait-limit-ms")]
    WaitLimitMs(u64),
    #[component(name = "reply")]
    Reply(String),
    #[component(name = "stop")]
    Stop,
}

const _: () = assert!(size_of::<Effect>() == 64 && size_of::<Option<f64>>() == 16);

/// `lookup.group-state`.
#[derive(Copy, Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct GroupState {
    pub(super) waiting: u32,
    pub(super) open: u32,
    pub(super) online: u32,
    pub(super) available: u32,
    #[component(name = "longest-wait-ms")]
    pub(super) longest_wait_ms: u64,
    #[component(name = "expected-wait-ms")]
    pub(super) expected_wait_ms: u64,
    #[component(name = "in-hours")]
    pub(super) in_hours: bool,
}

/// `lookup.local-time`.
#[derive(Copy, Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(super) struct LocalTime {
    pub(super) year: i16,
    pub(super) month: u8,
    pub(super) day: u8,
    pub(super) weekday: u8,
    pub(super) hour: u8,
    pub(super) minute: u8,
}
