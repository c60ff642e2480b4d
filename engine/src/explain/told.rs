//! Traces told: the same facts as in [`crate::trace`], with the names that people know.

use serde::Serialize;

use crate::desk::AssignedBy;
use crate::model::Strategy;
use crate::rules::{RuleKind, Trigger};
use crate::time::Timestamp;
use crate::trace::{MatchedText, Reason, RuleFailure};

/// A thing of the tenant: its name in files and the name people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Named {
    /// The name in files.
    pub slug: String,
    /// The name people read.
    pub name: String,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "told once and then written out")]
pub enum StepTold {
    /// Rules said where to.
    Rules(RulesTold),
    /// The desk chose an agent, or said why there is none.
    Placement(PlacementTold),
}

/// What the rules said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RulesTold {
    /// When.
    pub at: Timestamp,
    /// Why rules ran.
    pub trigger: Trigger,
    /// The rules in order of evaluation.
    pub rules: Vec<RuleTold>,
    /// The answer, with defaults applied. `None`: the rules left everything as it was.
    pub plan: Option<PlanTold>,
}

/// What one rule did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleTold {
    /// Which: its slug and name.
    pub rule: Named,
    /// The number in front of its file's name.
    pub order: u32,
    /// Its file.
    pub file: String,
    /// What it is written in.
    pub kind: RuleKind,
    /// What happened.
    pub outcome: OutcomeTold,
    /// The words that matched, at their place in what the visitor typed.
    pub matched: Vec<MatchedText>,
    /// Effects in the order in which the rule gave them.
    pub effects: Vec<EffectTold>,
    /// Operations used by a script, fuel by a module; 0 for a keyword rule.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost: u64,
    /// The most linear memory that a module had; 0 for the others.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub memory_bytes: u64,
    /// What the rule printed.
    pub log: Vec<String>,
}

/// How the evaluation of one rule ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OutcomeTold {
    /// It ran and gave effects.
    Matched,
    /// It ran and gave none.
    NoEffect,
    /// Its guard said no.
    GuardFailed {
        /// The condition, such as `channel` or `keywords.any`.
        condition: String,
    },
    /// An earlier rule stopped the evaluation.
    Stopped {
        /// Which.
        by: Named,
    },
    /// It keeps failing and is switched off for a while.
    BreakerOpen,
    /// It failed and was skipped.
    Failed {
        /// How.
        failure: RuleFailure,
    },
}

/// An effect and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EffectTold {
    /// What it is.
    pub effect: EffectName,
    /// What it was given, for people; `None` where the effect takes nothing.
    pub value: Option<String>,
    /// The earlier rule that had already set it.
    pub overridden_by: Option<Named>,
}

/// What an effect is, as scripts call it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EffectName {
    /// To a group.
    ToGroup,
    /// To one agent.
    ToAgent,
    /// To an agent if eligible right now.
    PreferAgent,
    /// Only to agents with a skill.
    RequireSkill,
    /// Priority.
    Priority,
    /// Tier.
    Tier,
    /// A tag.
    Tag,
    /// A risk.
    FlagRisk,
    /// To a bot.
    ToBot,
    /// A ticket.
    OfferTicket,
    /// Leave a message.
    OfferLeaveMessage,
    /// The longest wait.
    WaitMax,
    /// A reply.
    Reply,
    /// No later rule.
    Stop,
}

impl std::fmt::Display for EffectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            EffectName::ToGroup => "to_group",
            EffectName::ToAgent => "to_agent",
            EffectName::PreferAgent => "prefer_agent",
            EffectName::RequireSkill => "require_skill",
            EffectName::Priority => "priority",
            EffectName::Tier => "tier",
            EffectName::Tag => "tag",
            EffectName::FlagRisk => "flag_risk",
            EffectName::ToBot => "to_bot",
            EffectName::OfferTicket => "offer_ticket",
            EffectName::OfferLeaveMessage => "offer_leave_message",
            EffectName::WaitMax => "wait_max",
            EffectName::Reply => "reply",
            EffectName::Stop => "stop",
        })
    }
}

/// The rules' answers put together.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanTold {
    /// Where to.
    pub target: TargetTold,
    /// Who said so.
    pub source: SourceTold,
    /// An agent to take if eligible right now.
    pub prefer: Option<Named>,
    /// Skills asked for.
    pub skills: Vec<SkillTold>,
    /// 0 to 9.
    pub priority: u8,
    /// The lowest tier that may take it.
    pub tier: Option<u8>,
    /// Tags.
    pub tags: Vec<String>,
    /// Risks.
    pub risks: Vec<String>,
    /// The longest wait.
    #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
    pub wait_ms_max: Option<i64>,
    /// What is said to the visitor.
    pub replies: Vec<String>,
}

/// Where the rules send a conversation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TargetTold {
    /// A group.
    Group {
        /// Which.
        group: Named,
    },
    /// One agent.
    Agent {
        /// Who.
        agent: Named,
        /// Where it waits and goes on.
        group: Named,
    },
    /// A bot, a message or a ticket.
    Away {
        /// Which.
        to: FallbackTold,
    },
}

/// What decided the target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SourceTold {
    /// A rule.
    Rule {
        /// Which.
        rule: Named,
    },
    /// The business entry the customer chose.
    Entry,
    /// The channel's own group.
    Channel,
    /// The tenant's default group.
    Default,
    /// Nothing names a group: the tenant's fallback.
    Fallback,
}

/// A step of a fallback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FallbackTold {
    /// Another group.
    Group {
        /// Which.
        group: Named,
    },
    /// A bot.
    Bot {
        /// Its name.
        name: String,
    },
    /// 留言.
    LeaveMessage,
    /// 工单.
    Ticket,
}

/// A skill asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SkillTold {
    /// Which.
    pub skill: Named,
    /// 1 to 5.
    pub level: u8,
}

/// How placement went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlacementTold {
    /// When.
    pub at: Timestamp,
    /// The groups asked, in order.
    pub tries: Vec<TryTold>,
    /// How it ended.
    pub outcome: PlacementOutcomeTold,
}

/// One group asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TryTold {
    /// The group.
    pub group: Named,
    /// How it chooses.
    pub strategy: Strategy,
    /// Its members.
    pub candidates: u32,
    /// Members refused, by reason.
    pub refused: Vec<RefusedTold>,
    /// Eligible members who were looked at, best first, at most 8.
    pub considered: Vec<ConsideredTold>,
    /// Why the group as a whole could not take it.
    pub group_reason: Option<Reason>,
}

/// Members refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RefusedTold {
    /// Why.
    pub reason: Reason,
    /// The reason's fixed number.
    pub code: u8,
    /// How many.
    pub count: u32,
    /// The first few.
    pub agents: Vec<Named>,
}

/// An eligible member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ConsideredTold {
    /// Who.
    pub agent: Named,
    /// The agent's tier.
    pub tier: u8,
    /// The strategy's key, smallest first.
    #[cfg_attr(feature = "typescript", ts(type = "[number, number, number]"))]
    pub key: [i64; 3],
}

/// How placement ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PlacementOutcomeTold {
    /// An agent has it.
    Assigned {
        /// Who.
        agent: Named,
        /// In which group.
        group: Named,
        /// Why this one.
        why: AssignedBy,
    },
    /// It waits.
    Queued {
        /// For whom.
        group: Named,
        /// Conversations ahead, plus one.
        position: u32,
        /// Estimate; `None` while nothing is known.
        #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
        expected_wait_ms: Option<i64>,
    },
    /// A fallback has it.
    FellBack {
        /// Which.
        to: FallbackTold,
        /// Why.
        reason: Reason,
    },
    /// It stays where it was.
    Unchanged,
}
