//! Scenarios: the traffic and the staffing of one simulated stretch of time, every name resolved.

use super::dispersion::Dispersion;
use super::random::Length;
use crate::id::{AgentId, ChannelId, GroupId, SkillId};
use crate::time::Timestamp;

/// Conversations of a run where the scenario does not say.
pub const CONVERSATIONS_MAX_DEFAULT: u64 = 2_000_000;
/// The most conversations a scenario may ask for.
pub const CONVERSATIONS_MAX: u64 = 1_000_000_000;
/// Events for each conversation that is allowed; a run with more is caught in a circle and stops.
pub(super) const EVENTS_PER_CONVERSATION_MAX: u64 = 1_000;
/// The longest scenario: a leap year.
pub const LENGTH_MS_MAX: i64 = 366 * 24 * 3_600_000;
/// Intents of one scenario.
pub const INTENTS_MAX: usize = 200;
/// Phrases of one intent.
pub const PHRASES_MAX: usize = 2_000;
/// Surges, breaks or incidents of one scenario.
pub const LIST_MAX: usize = 200;
/// Intervals of one scenario's recorded counts: a year of five minutes, on a few channels.
pub const RECORDED_MAX: usize = 500_000;
/// How long after its end a run goes on so that conversations under way can end.
pub const DRAIN_MS_MAX: i64 = 24 * 3_600_000;

/// One stretch of synthetic time. What it says about hours of the day and dates is already spelled out in
/// instants, so that running it needs no calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The name people read.
    pub name: String,
    /// When it begins.
    pub start: Timestamp,
    /// For how long conversations arrive.
    pub length_ms: i64,
    /// The first part, which is simulated but not counted in any figure.
    pub warm_up_ms: i64,
    /// Arrivals end with this many conversations, if not before.
    pub conversations_max: u64,
    /// How often conversations arrive, for each channel that has any, in order of channel id.
    pub arrivals: Vec<Arrivals>,
    /// How far rates vary around those; `None`: not at all.
    pub dispersion: Option<Dispersion>,
    /// Counts that are repeated exactly, for each channel that has any, in order of channel id. Such a channel has no
    /// rates.
    pub recorded: Vec<Recorded>,
    /// What the visitors want; at least one.
    pub intents: Vec<Intent>,
    /// The shares of VIP levels 0, 1, 2 …; they add up to 1.
    pub vip: Vec<f64>,
    /// The share of conversations that come from a customer who was here before in this run. Above zero, every
    /// visitor is signed in; at zero, all are anonymous.
    pub returning: f64,
    /// How long a visitor waits before leaving; `None`: for ever.
    pub patience: Option<Length>,
    /// Someone who leaves within this time is a short abandon and left out of the service level.
    pub short_abandon_ms: i64,
    /// How handle times differ between agents.
    pub handle_factors: HandleFactors,
    /// How long until an agent who was given a conversation says something; `None`: agents' words are not simulated.
    pub reply: Option<Length>,
    /// How a conversation with a bot goes.
    pub bot: BotStay,
    /// How long leaving a message or filling in a ticket takes.
    pub form: Length,
    /// Breaks, each day spelled out, in order of time.
    pub breaks: Vec<Break>,
    /// When agents drop out, in order of time.
    pub drops: Vec<AgentsOut>,
    /// When agents are online and do not answer, in order of time. Somebody given to one of them waits on, and leaves when
    /// patience ends, counted from then; whoever still is there when the agent is back is served.
    pub silences: Vec<AgentsOut>,
    /// The width of one point of the charts.
    pub series_ms: i64,
}

/// A channel's arrivals: a Poisson process whose rate is constant in pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrivals {
    /// The channel.
    pub channel: ChannelId,
    /// The rates, in order of time, the first from 0.
    pub rates: Vec<Rate>,
}

/// A rate from an instant until the next one.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Rate {
    /// From when, counted from the scenario's start.
    pub from_ms: i64,
    /// Conversations an hour.
    pub per_hour: f64,
}

/// A channel whose arrivals were counted: in each interval exactly as many come, evenly at random within it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The channel.
    pub channel: ChannelId,
    /// The intervals, in order of time, none over another.
    pub intervals: Vec<RecordedInterval>,
}

/// How many came in an interval.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct RecordedInterval {
    /// From when, counted from the scenario's start.
    pub from_ms: i64,
    /// For how long.
    pub length_ms: i64,
    /// How many came.
    pub count: u32,
}

/// What a visitor wants, and how that sounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its name.
    pub name: String,
    /// Its share of conversations; all shares add up to 1.
    pub share: f64,
    /// The group that is right for it. Routing elsewhere counts as misrouted.
    pub group: Option<GroupId>,
    /// Skills that make an agent quicker at it, see [`HandleFactors`].
    pub skills: Vec<SkillId>,
    /// How long an agent is busy with it.
    pub handle: Length,
    /// The opening words, one of which is said; empty: none are said.
    pub phrases: Vec<String>,
    /// The business entry the customer chose.
    pub entry: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// What the site says about the customer.
    pub attributes: Vec<(String, String)>,
    /// What may be said later.
    pub follow_up: Option<FollowUp>,
}

/// Something said later in a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    /// The share of conversations in which it is said.
    pub share: f64,
    /// How long after the opening.
    pub after: Length,
    /// The words, one of which is said; at least one.
    pub phrases: Vec<String>,
}

/// What multiplies a drawn handle time. Factors that apply are multiplied with each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HandleFactors {
    /// For an agent who has the skill, on intents that list it.
    pub skills: Vec<(SkillId, f64)>,
    /// For this agent.
    pub agents: Vec<(AgentId, f64)>,
}

/// How a conversation with a bot goes.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct BotStay {
    /// How long it takes.
    pub length: Length,
    /// The share that ends there; the others ask for people. Nobody asks twice.
    pub contained: f64,
}

/// A break.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Break {
    /// When.
    pub at: Timestamp,
    /// How long.
    pub length_ms: i64,
    /// The first of the agents, in the order of their lots, as a share of all: 0 to 1.
    pub from_share: f64,
    /// How many of them, as a share of all.
    pub share: f64,
}

/// Agents who are out of service all at once, and are back later.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct AgentsOut {
    /// When.
    pub at: Timestamp,
    /// For how long.
    pub length_ms: i64,
    /// Of which group, with the departments below it; `None`: of the whole tenant.
    pub group: Option<GroupId>,
    /// How many of them.
    pub share: f64,
}

impl Scenario {
    /// When arrivals end.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.start.plus_ms(self.length_ms)
    }

    /// When figures begin to be counted.
    #[must_use]
    pub fn counted_from(&self) -> Timestamp {
        self.start.plus_ms(self.warm_up_ms)
    }

    /// The width of a chart's points for a run of this length: a round one that gives at most 300 of them, or a
    /// 300th of the length where no round one does.
    #[must_use]
    pub fn series_ms_for(length_ms: i64) -> i64 {
        const MINUTE: i64 = 60_000;
        [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880]
            .into_iter()
            .map(|minutes| minutes * MINUTE)
            .find(|width| length_ms / width <= 300)
            .unwrap_or(length_ms / 300)
    }
}
