//! The report of a run. Every figure has its one definition here.

use serde::{Deserialize, Serialize};

use super::injection::Injected;
use super::series::Series;
use crate::time::Timestamp;
use crate::trace::RuleFailureKind;

/// What came out of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
    /// The revision of the ruleset that the run began with, in hexadecimal digits.
    pub revision: String,
    /// The engine's version.
    pub engine: String,
    /// Conversations that began, those of the warm-up included.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Events.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub events: u64,
    /// See [`super::Digest`].
    pub digest: String,
    /// Why the run ended.
    pub ended: Ended,
    /// When, in the scenario's time.
    pub ended_at: Timestamp,
    /// The figures.
    pub kpi: Kpi,
    /// What each rule did, in order of evaluation; every rule is there. Rules that a swap took away stand behind.
    pub rules: Vec<RuleHits>,
    /// What must always hold, and whether it did.
    pub checks: Checks,
    /// What was done to the run while it was under way; with the scenario and the seed, all that it was made from.
    pub injections: Vec<Injected>,
}

/// Why a run ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Not yet.
    Running,
    /// Every conversation ended, or a day passed since the last arrival.
    Complete,
    /// As `Complete`, but the limit on conversations ended the arrivals before the scenario's end.
    ConversationLimit,
    /// Too many events for the conversations there were: something goes round in circles.
    EventLimit,
    /// The desk asked again and again for a moment in which then nothing happened.
    Stalled,
    /// The caller cancelled it.
    Cancelled,
}

/// The figures of a run. A share is 0 to 1; a figure of nothing is 0. Conversations that began during the warm-up are
/// left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Kpi {
    /// All conversations.
    pub all: Figures,
    /// Time with at least one conversation in hand ÷ time online or with one in hand, over all agents, until the
    /// scenario's end.
    pub occupancy: f64,
    /// Jain's index of fairness (Σx)² ÷ (n Σx²), where x is an agent's conversations an hour of presence; 1 is
    /// perfectly even, 1/n is all to one. Over the agents who were present.
    pub fairness: f64,
    /// The most that waited at once, the warm-up included.
    pub queue_max: u32,
    /// The share of conversations with a known right group that were routed elsewhere.
    pub misrouted: f64,
    /// How the waits of all connected and abandoned are spread, by length.
    pub waits: Vec<WaitStretch>,
    /// By group to which the conversation was routed last before somebody took it. A conversation that an overflow or
    /// a fallback led elsewhere still counts where it waited.
    pub groups: Vec<GroupKpi>,
    /// By channel.
    pub channels: Vec<ChannelKpi>,
    /// By agent. An agent in two groups is one agent.
    pub agents: Vec<AgentKpi>,
    /// By intent.
    pub intents: Vec<IntentKpi>,
    /// Over time, the warm-up included.
    pub series: Series,
}

/// The figures of some conversations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Figures {
    /// How many began. Each is counted in exactly one of the next five.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Given to an agent.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub connected: u64,
    /// The visitor left while waiting, without having been connected.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub abandoned: u64,
    /// Ended with a bot, message or ticket because nobody could take it.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub fell_back: u64,
    /// Ended with a bot, message or ticket because a rule asked for it.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub diverted: u64,
    /// Never came to an end within the run, and was never connected.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub unfinished: u64,
    /// Service level: connected within the group's target ÷ (connected + abandoned after the short-abandon limit).
    pub service_level: f64,
    /// Abandoned ÷ (connected + abandoned), short abandons included.
    pub abandonment: f64,
    /// Fell back ÷ conversations.
    pub fallback_share: f64,
    /// Had to wait ÷ (connected + abandoned).
    pub waiting_probability: f64,
    /// The wait of all connected and abandoned, from the moment people were asked for until somebody took it or the
    /// visitor left; with the zeros of those who did not wait.
    pub wait: Times,
    /// The wait of the connected alone (average speed of answer).
    pub wait_connected_ms_mean: f64,
    /// Handle time: from the last agent's taking it to the end.
    pub handle: Times,
}

/// Times. Mean and maximum are exact; the quantiles are nearest ranks told within 0.5 %.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Times {
    /// How many.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub count: u64,
    /// The mean.
    pub ms_mean: f64,
    /// The median.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub ms_p50: u64,
    /// Nine in ten are at most this.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub ms_p90: u64,
    /// 99 in 100 are at most this.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub ms_p99: u64,
    /// The longest.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub ms_max: u64,
}

/// The waits between two lengths.
#[derive(Copy, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WaitStretch {
    /// Waits up to this long, and longer than the stretch before; `None`: all longer ones.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub ms_max: Option<u64>,
    /// How many conversations.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupKpi {
    /// Its slug.
    pub group: String,
    /// Its name.
    pub name: String,
    /// Its target, which the service level counts by.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub target_wait_ms: i64,
    /// The most that waited for it at once, the warm-up included.
    pub queue_max: u32,
    /// Its conversations.
    pub figures: Figures,
}

/// One channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChannelKpi {
    /// Its slug.
    pub channel: String,
    /// Its name.
    pub name: String,
    /// Its conversations.
    pub figures: Figures,
}

/// One agent, from the end of the warm-up to the scenario's end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AgentKpi {
    /// The slug.
    pub agent: String,
    /// The name.
    pub name: String,
    /// Conversations given, in the whole run.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Time online or with a conversation in hand.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub present_ms: i64,
    /// Time with a conversation in hand ÷ time present.
    pub occupancy: f64,
    /// Conversations in hand, on average over the time present.
    pub load_mean: f64,
    /// Mean handle time, in the whole run.
    pub handle_ms_mean: f64,
}

/// One intent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct IntentKpi {
    /// Its name.
    pub intent: String,
    /// The group that is right for it.
    pub group: Option<String>,
    /// Conversations with it.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Those that a rule or default sent to another group than the right one or one below it, when somebody took them
    /// or they ended.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub misrouted: u64,
    /// Where they were sent, the most frequent first.
    pub landed: Vec<Landed>,
}

/// Conversations that landed in one group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Landed {
    /// The group's slug; `None`: no group at all.
    pub group: Option<String>,
    /// How many.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
}

/// How often a rule gave effects, how often it failed, and what that cost; the warm-up included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleHits {
    /// Its position in the list.
    pub rule: u16,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Decisions to which it gave effects.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub hits: u64,
    /// Times it failed and was skipped.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub failures: u64,
    /// What its calls cost; `None` for a keyword rule, which costs next to nothing.
    pub cost: Option<RuleCost>,
}

/// What the calls of a script or module cost: operations of a script, fuel of a module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleCost {
    /// Calls of all its hooks. A script is called for every agent to be ranked, a module once for all of them.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub calls: u64,
    /// Calls that failed, by kind; kinds that did not happen are left out.
    pub failed: Vec<RuleFailures>,
    /// The mean cost of a call.
    pub cost_mean: f64,
    /// Half of the calls cost at most this; told up to an eighth too high, as the other quantile.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost_p50: u64,
    /// 99 in 100 calls cost at most this.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost_p99: u64,
    /// The dearest call.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost_max: u64,
    /// The most linear memory that a module had in any call, in bytes; 0 for a script.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub memory_bytes_max: u64,
    /// How the costs are spread, in eight steps to each doubling, from the cheapest call to the dearest.
    pub spread: Vec<CostStretch>,
    /// Stands for the hook, the cost, the memory and the failure of every call in order, in hexadecimal digits: two runs
    /// with the same checksum cost the same call by call.
    pub checksum: String,
}

/// Calls that failed in one way.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleFailures {
    /// How.
    pub kind: RuleFailureKind,
    /// How many.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub count: u64,
}

/// The calls between two costs.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CostStretch {
    /// Costs up to this, and more than the stretch before.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost_max: u64,
    /// How many calls.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub calls: u64,
}

/// What must always hold. All counts are 0 in a sound run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Checks {
    /// Moments after a command at which a conversation was nowhere.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub lost: u64,
    /// Events that put a conversation where it could not go: given while another agent has it, ended twice, unknown.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub misplaced: u64,
    /// Times an agent was given more than their cap.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub over_capacity: u64,
    /// Moments at which an agent who could surely be given a waiting conversation had room for it.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub idle_beside_waiting: u64,
    /// How often the last one was looked for.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub idle_looks: u64,
    /// Events out of order.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub out_of_order: u64,
    /// Commands of the simulator that the desk refused.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub refused: u64,
    /// The first few findings, in words.
    pub first: Vec<String>,
}

impl Checks {
    /// Whether everything held.
    #[must_use]
    pub fn hold(&self) -> bool {
        [
            self.lost,
            self.misplaced,
            self.over_capacity,
            self.idle_beside_waiting,
            self.out_of_order,
            self.refused,
        ] == [0; 6]
    }
}

/// How far a run is.
#[derive(Copy, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Progress {
    /// Conversations that began so far.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Events so far.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub events: u64,
    /// The scenario's time.
    pub at: Timestamp,
    /// How much of the run is done, by its own time or by the limit on conversations: 0 to 1.
    pub share: f64,
    /// Whether, and why, it has ended.
    pub ended: Ended,
}
