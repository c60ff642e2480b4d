//! The trace 分配日志: everything that led to a decision, told in the order in which it happened (R108 to R112).

use serde::{Deserialize, Serialize};

use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::rules::{Effect, Plan, Trigger};
use crate::time::Timestamp;

/// How much of a decision is kept.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum TraceLevel {
    /// Nothing.
    #[default]
    Off,
    /// The rules that did something, and the pick.
    Summary,
    /// Every rule, and a reason for every candidate refused.
    Full,
}

/// One decision on one conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The conversation.
    pub conversation: ConversationId,
    /// When.
    pub at: Timestamp,
    /// The sequence number of the first event the decision produced.
    pub seq: u64,
    /// What was decided.
    pub step: TraceStep,
}

/// The two kinds of decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceStep {
    /// Rules said where to.
    Rules(RulesTrace),
    /// The desk chose an agent, or said why there is none.
    Placement(PlacementTrace),
}

/// What the rules said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesTrace {
    /// Why rules ran.
    pub trigger: Trigger,
    /// The ruleset's revision.
    pub revision: crate::rules::Revision,
    /// The rules in order of evaluation.
    pub rules: Vec<RuleTrace>,
    /// The answer, with defaults applied. `None`: the rules left everything as it was.
    pub plan: Option<Plan>,
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    /// Which.
    pub rule: RuleId,
    /// What happened.
    pub outcome: RuleOutcome,
    /// The words that matched, at their place in what the visitor typed.
    pub matched: Vec<MatchedText>,
    /// Effects in the order in which the rule gave them.
    pub effects: Vec<EffectTrace>,
    /// Operations used by a script, fuel by a module; 0 for a keyword rule.
    pub cost: u64,
    /// The most linear memory that a module had during the call; 0 for the others.
    #[serde(default)]
    pub memory_bytes: u64,
    /// What the rule printed.
    pub log: Vec<String>,
}

/// How the evaluation of one rule ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleOutcome {
    /// It ran and gave effects.
    Matched,
    /// It ran and gave none.
    NoEffect,
    /// Its guard said no; the name of the condition that failed, such as `channel` or `keywords.any`.
    GuardFailed(String),
    /// An earlier rule stopped the evaluation.
    Stopped {
        /// Which.
        by: RuleId,
    },
    /// It keeps failing and is switched off for a while.
    BreakerOpen,
    /// It failed and was skipped.
    Failed(RuleFailure),
}

/// Why a rule was skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleFailure {
    /// The kind, stable.
    pub kind: RuleFailureKind,
    /// One line for people.
    pub message: String,
    /// Line in the rule's source, from 1; 0 where unknown.
    pub line: u32,
    /// Column in characters, from 1; 0 where unknown.
    pub column: u32,
}

/// Kinds of rule failure.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum RuleFailureKind {
    /// The script or module raised an error.
    Error,
    /// Out of operations or fuel.
    Budget,
    /// Too deep.
    Depth,
    /// A value grew too large.
    Size,
    /// The answer names something that does not exist or is out of range.
    BadAnswer,
}

/// A keyword found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MatchedText {
    /// The keyword as the rule writes it.
    pub keyword: String,
    /// What the visitor typed there.
    pub text: String,
    /// Byte offset in the original text.
    pub start: u32,
    /// Byte offset just behind it.
    pub end: u32,
}

/// An effect and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectTrace {
    /// What the rule asked for.
    pub effect: Effect,
    /// The earlier rule that had already set it.
    pub overridden_by: Option<RuleId>,
}

/// How placement went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementTrace {
    /// Where each try went, in order: the group asked for, then overflow and fallback groups.
    pub tries: Vec<GroupTry>,
    /// How it ended.
    pub outcome: PlacementOutcome,
}

/// One group asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupTry {
    /// The group.
    pub group: GroupId,
    /// The group's members, the candidates.
    pub candidates: u32,
    /// Members refused, by reason, in order of the reason's number.
    pub refused: Vec<Refused>,
    /// Members who were eligible and looked at, best first, at most 8, with their place value.
    pub considered: Vec<Considered>,
    /// Why the group as a whole could not take it.
    pub group_reason: Option<Reason>,
}

/// Members refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: u32,
    /// The first few, in order of id.
    pub agents: Vec<AgentId>,
}

/// An eligible agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Who.
    pub agent: AgentId,
    /// The strategy's key, smallest first; what each number means depends on the strategy.
    pub key: [i64; 3],
}

/// How placement ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlacementOutcome {
    /// An agent has it.
    Assigned {
        /// Who.
        agent: AgentId,
        /// In which group.
        group: GroupId,
        /// Why this one.
        why: crate::desk::AssignedBy,
    },
    /// It waits.
    Queued {
        /// Where.
        group: GroupId,
        /// Conversations ahead, plus one.
        position: u32,
        /// Estimate; `None` while nothing is known.
        expected_wait_ms: Option<i64>,
    },
    /// A fallback has it.
    FellBack {
        /// Which.
        to: crate::model::FallbackStep,
        /// Why.
        reason: Reason,
    },
    /// It stays where it was.
    Unchanged,
}

/// Why an agent or a group was not chosen (R109, R110). The numbers are fixed and never reused; the order is the
/// order of precedence: the first that holds is the one reported.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Reason {
    /// 不在该组.
    NotInGroup = 10,
    /// No longer in the published revision.
    Inactive = 11,
    /// 权限不足: no right to receive.
    NoReceiveRight = 12,
    /// 客服不在线.
    Offline = 13,
    /// 离开.
    Away = 14,
    /// 忙碌.
    Busy = 15,
    /// 不可接待: online, with the receiving switch off.
    NotAccepting = 16,
    /// 未排班: not on shift.
    OffShift = 17,
    /// 仅工作时间接待: the group's hours are closed.
    OutsideHours = 18,
    /// 达到接待上限.
    AtCapacity = 19,
    /// 该组接待上限已满.
    GroupFull = 20,
    /// 权限不足: no right to receive from this channel.
    NoChannelRight = 30,
    /// The agent's cap for this channel is reached.
    AtChannelCapacity = 31,
    /// A skill that was asked for is missing or too low.
    MissingSkill = 32,
    /// The tier is not asked (yet).
    WrongTier = 33,
    /// The conversation is directed to somebody else.
    NotDirectedAgent = 34,
    /// The agent gave this conversation back.
    GaveBack = 35,
    /// Eligible, but the strategy put another first.
    RankedLower = 40,
    /// 无可用客服: nobody in the group is eligible.
    NobodyAvailable = 50,
    /// 排队上限: the queue is full.
    QueueFull = 51,
    /// 排队超时: waited too long.
    WaitedTooLong = 52,
    /// Automatic assignment is switched off.
    ManualOnly = 53,
    /// No group is named by any rule, entry, channel or default.
    NoTarget = 54,
    /// The target group is not in the published revision.
    GroupInactive = 55,
    /// The rules asked for it.
    AskedByRule = 56,
}

impl Reason {
    /// The fixed number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}
