//! Traces told: the same facts as in [`crate::trace`], with the names that people know.

use serde::Serialize;

use crate::desk::AssignedBy;
use crate::id::{AgentId, GroupId, RuleId};
use crate::model::{Directory, FallbackStep, SkillLevel, Strategy};
use crate::rules::{Effect, Plan, PlanSource, RuleKind, Ruleset, Target, Trigger};
use crate::time::Timestamp;
use crate::trace::{
    EffectTrace, GroupTry, MatchedText, PlacementOutcome, PlacementTrace, Reason, RuleFailure, RuleOutcome,
    RuleTrace, RulesTrace, Trace, TraceStep,
};

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
    /// Operations used by a script; 0 for a keyword rule.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub cost: u64,
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
    /// What it is, as scripts call it: `to_group`, `priority` …
    pub effect: &'static str,
    /// What it was given, for people; `None` where the effect takes nothing.
    pub value: Option<String>,
    /// The earlier rule that had already set it.
    pub overridden_by: Option<Named>,
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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

/// Tells one decision that was made under `ruleset`.
#[must_use]
pub fn tell(trace: &Trace, ruleset: &Ruleset) -> StepTold {
    let teller = Teller { ruleset, directory: ruleset.directory() };
    match &trace.step {
        TraceStep::Rules(rules) => StepTold::Rules(teller.rules(trace.at, rules)),
        TraceStep::Placement(placement) => StepTold::Placement(teller.placement(trace.at, placement)),
    }
}

/// Knows the names. What a ruleset does not name is told by its number.
struct Teller<'a> {
    ruleset: &'a Ruleset,
    directory: &'a Directory,
}

impl Teller<'_> {
    fn rules(&self, at: Timestamp, trace: &RulesTrace) -> RulesTold {
        RulesTold {
            at,
            trigger: trace.trigger,
            rules: trace.rules.iter().map(|rule| self.rule_trace(rule)).collect(),
            plan: trace.plan.as_ref().map(|plan| self.plan(plan)),
        }
    }

    fn rule_trace(&self, trace: &RuleTrace) -> RuleTold {
        let info = self.ruleset.rule(trace.rule);
        RuleTold {
            rule: self.rule(trace.rule),
            order: info.map_or(0, |info| info.order),
            file: info.map(|info| info.file.clone()).unwrap_or_default(),
            kind: info.map_or(RuleKind::Keyword, |info| info.kind),
            outcome: match &trace.outcome {
                RuleOutcome::Matched => OutcomeTold::Matched,
                RuleOutcome::NoEffect => OutcomeTold::NoEffect,
                RuleOutcome::GuardFailed(condition) => {
                    OutcomeTold::GuardFailed { condition: condition.clone() }
                }
                RuleOutcome::Stopped { by } => OutcomeTold::Stopped { by: self.rule(*by) },
                RuleOutcome::BreakerOpen => OutcomeTold::BreakerOpen,
                RuleOutcome::Failed(failure) => OutcomeTold::Failed { failure: failure.clone() },
            },
            matched: trace.matched.clone(),
            effects: trace.effects.iter().map(|effect| self.effect_trace(effect)).collect(),
            cost: trace.cost,
            log: trace.log.clone(),
        }
    }

    fn effect_trace(&self, trace: &EffectTrace) -> EffectTold {
        let (effect, value) = self.effect(&trace.effect);
        EffectTold { effect, value, overridden_by: trace.overridden_by.map(|rule| self.rule(rule)) }
    }

    fn effect(&self, effect: &Effect) -> (&'static str, Option<String>) {
        match effect {
            Effect::ToGroup(group) => ("to_group", Some(self.group(*group).name)),
            Effect::ToAgent(agent) => ("to_agent", Some(self.agent(*agent).name)),
            Effect::PreferAgent(agent) => ("prefer_agent", Some(self.agent(*agent).name)),
            Effect::RequireSkill(asked) => {
                let SkillTold { skill, level } = self.skill(asked);
                ("require_skill", Some(format!("{} ≥ {level}", skill.name)))
            }
            Effect::Priority(priority) => ("priority", Some(priority.to_string())),
            Effect::Tier(tier) => ("tier", Some(tier.to_string())),
            Effect::Tag(tag) => ("tag", Some(tag.clone())),
            Effect::FlagRisk(risk) => ("flag_risk", Some(risk.clone())),
            Effect::ToBot(name) => ("to_bot", Some(name.clone())),
            Effect::OfferTicket => ("offer_ticket", None),
            Effect::OfferLeaveMessage => ("offer_leave_message", None),
            Effect::WaitMax(ms) => ("wait_max", Some(format!("{} s", ms / 1000))),
            Effect::Reply(text) => ("reply", Some(text.clone())),
            Effect::Stop => ("stop", None),
        }
    }

    fn plan(&self, plan: &Plan) -> PlanTold {
        PlanTold {
            target: match &plan.target {
                Target::Group(group) => TargetTold::Group { group: self.group(*group) },
                Target::Agent { agent, group } => {
                    TargetTold::Agent { agent: self.agent(*agent), group: self.group(*group) }
                }
                Target::Bot(name) => TargetTold::Away { to: FallbackTold::Bot { name: name.clone() } },
                Target::LeaveMessage => TargetTold::Away { to: FallbackTold::LeaveMessage },
                Target::Ticket => TargetTold::Away { to: FallbackTold::Ticket },
            },
            source: match plan.source {
                PlanSource::Rule(rule) => SourceTold::Rule { rule: self.rule(rule) },
                PlanSource::Entry => SourceTold::Entry,
                PlanSource::Channel => SourceTold::Channel,
                PlanSource::Default => SourceTold::Default,
                PlanSource::Fallback => SourceTold::Fallback,
            },
            prefer: plan.prefer.map(|agent| self.agent(agent)),
            skills: plan.skills.iter().map(|asked| self.skill(asked)).collect(),
            priority: plan.priority,
            tier: plan.tier,
            tags: plan.tags.clone(),
            risks: plan.risks.clone(),
            wait_ms_max: plan.wait_ms_max,
            replies: plan.replies.clone(),
        }
    }

    fn placement(&self, at: Timestamp, trace: &PlacementTrace) -> PlacementTold {
        PlacementTold {
            at,
            tries: trace.tries.iter().map(|asked| self.group_try(asked)).collect(),
            outcome: match &trace.outcome {
                PlacementOutcome::Assigned { agent, group, why } => PlacementOutcomeTold::Assigned {
                    agent: self.agent(*agent),
                    group: self.group(*group),
                    why: *why,
                },
                PlacementOutcome::Queued { group, position, expected_wait_ms } => {
                    PlacementOutcomeTold::Queued {
                        group: self.group(*group),
                        position: *position,
                        expected_wait_ms: *expected_wait_ms,
                    }
                }
                PlacementOutcome::FellBack { to, reason } => {
                    PlacementOutcomeTold::FellBack { to: self.fallback(to), reason: *reason }
                }
                PlacementOutcome::Unchanged => PlacementOutcomeTold::Unchanged,
            },
        }
    }

    fn group_try(&self, asked: &GroupTry) -> TryTold {
        let refused = asked.refused.iter().map(|refused| RefusedTold {
            reason: refused.reason,
            code: refused.reason.code(),
            count: refused.count,
            agents: refused.agents.iter().map(|agent| self.agent(*agent)).collect(),
        });
        let considered = asked.considered.iter().map(|considered| ConsideredTold {
            agent: self.agent(considered.agent),
            tier: self.directory.agent(considered.agent).map_or(0, |agent| agent.tier),
            key: considered.key,
        });
        TryTold {
            group: self.group(asked.group),
            strategy: self.directory.group(asked.group).map(|group| group.strategy).unwrap_or_default(),
            candidates: asked.candidates,
            refused: refused.collect(),
            considered: considered.collect(),
            group_reason: asked.group_reason,
        }
    }

    fn fallback(&self, step: &FallbackStep) -> FallbackTold {
        match step {
            FallbackStep::Group(group) => FallbackTold::Group { group: self.group(*group) },
            FallbackStep::Bot(name) => FallbackTold::Bot { name: name.clone() },
            FallbackStep::LeaveMessage => FallbackTold::LeaveMessage,
            FallbackStep::Ticket => FallbackTold::Ticket,
        }
    }

    fn rule(&self, id: RuleId) -> Named {
        named(self.ruleset.rule(id).map(|rule| (&rule.slug, &rule.name)), id)
    }

    fn group(&self, id: GroupId) -> Named {
        named(self.directory.group(id).map(|group| (&group.slug, &group.name)), id)
    }

    fn agent(&self, id: AgentId) -> Named {
        named(self.directory.agent(id).map(|agent| (&agent.slug, &agent.name)), id)
    }

    fn skill(&self, asked: &SkillLevel) -> SkillTold {
        let skill = self.directory.skill(asked.skill).map(|skill| (&skill.slug, &skill.name));
        SkillTold { skill: named(skill, asked.skill), level: asked.level }
    }
}

fn named(found: Option<(&String, &String)>, id: impl std::fmt::Display) -> Named {
    match found {
        Some((slug, name)) => Named { slug: slug.clone(), name: name.clone() },
        None => Named { slug: id.to_string(), name: id.to_string() },
    }
}
