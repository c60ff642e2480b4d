//! A tenant folder as read: every name resolved, nothing compiled yet.

use std::collections::BTreeMap;

use crate::diagnostic::Span;
use crate::id::{AgentId, ChannelId, GroupId};
use crate::model::{Directory, FallbackStep, Presence, SkillLevel};
use crate::rules::{Hook, RuleSource};
use crate::time::Timestamp;

/// What a tenant folder says.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantSource {
    /// Settings, groups, agents and the rest.
    pub directory: Directory,
    /// The rules in order of evaluation.
    pub rules: Vec<RuleSource>,
    /// The rule tests, by file and then as written.
    pub tests: Vec<RuleTest>,
    /// The scenarios, by name: the text of `scenarios/NAME.toml`, read by [`crate::simulation`].
    pub scenarios: BTreeMap<String, String>,
}

/// A rule test: given a conversation, expect where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTest {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Where its table begins.
    pub span: Span,
    /// The hook that is run.
    pub hook: Hook,
    /// How long it has waited, for `on_wait`.
    pub waited_ms: i64,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: String,
    /// The channel.
    pub channel: ChannelId,
    /// The entry.
    pub entry: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The VIP level.
    pub vip: u8,
    /// A returning customer?
    pub returning: bool,
    /// What the site says about the customer.
    pub attributes: BTreeMap<String, String>,
    /// Tags so far.
    pub tags: Vec<String>,
    /// The desk around it; `None`: nobody is there, and rules alone are asked.
    pub desk: Option<TestDesk>,
    /// What must come out.
    pub expect: Expectation,
}

/// The desk of a rule test. Who is not named is offline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestDesk {
    /// Who is there, in the order in which they came online.
    pub agents: Vec<TestAgent>,
    /// Groups where something is to be said about.
    pub groups: Vec<TestGroup>,
    /// Who served the customer last, and how long ago in milliseconds.
    pub served_by: Option<(AgentId, i64)>,
}

/// An agent at the desk of a rule test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestAgent {
    /// Who.
    pub agent: AgentId,
    /// Presence.
    pub presence: Presence,
    /// The accepting switch.
    pub accepting: bool,
    /// Conversations in hand, by group.
    pub in_hand: Vec<(GroupId, u32)>,
    /// Time without work.
    pub idle_ms: i64,
    /// Average first response.
    pub response_ms: Option<i64>,
    /// Average handle time.
    pub handle_ms: Option<i64>,
    /// Average satisfaction, 0 to 100.
    pub satisfaction: Option<u8>,
}

/// A group at the desk of a rule test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestGroup {
    /// Which.
    pub group: GroupId,
    /// Conversations waiting.
    pub waiting: u32,
    /// How long the first of them has waited.
    pub longest_wait_ms: i64,
    /// The mean time between assignments while conversations wait.
    pub pace_ms: Option<i64>,
    /// Behind whom round robin goes on.
    pub turn: Option<AgentId>,
}

/// What must come out of a rule test. Absent means: no matter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// The target group.
    pub group: Option<GroupId>,
    /// The agent it is directed to.
    pub agent: Option<AgentId>,
    /// The priority.
    pub priority: Option<u8>,
    /// The lowest tier.
    pub tier: Option<u8>,
    /// Tags that must be there.
    pub tags: Vec<String>,
    /// Tags that must not.
    pub no_tags: Vec<String>,
    /// Risks that must be there.
    pub risks: Vec<String>,
    /// Skills that must be asked for.
    pub skills: Vec<SkillLevel>,
    /// Bot, ticket or leave-message as the target.
    pub away: Option<FallbackStep>,
    /// A reply that must be among the replies.
    pub reply: Option<String>,
    /// A rule (by slug) that must have given effects.
    pub rule: Option<String>,
    /// A rule (by slug) that must not.
    pub not_rule: Option<String>,
    /// Where the conversation ends when nobody is there to take it.
    pub fallback: Option<FallbackStep>,
    /// Who gets it, on the desk of the test.
    pub assigned: Option<AgentId>,
    /// The group it waits for, on the desk of the test.
    pub waits_for: Option<GroupId>,
    /// Where it falls back to, on the desk of the test.
    pub fell_back: Option<FallbackStep>,
}
