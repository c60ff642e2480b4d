//! From a trace in numbers to one with names.

use super::told::{
    ConsideredTold, EffectName, EffectTold, FallbackTold, Named, OutcomeTold, PlacementOutcomeTold,
    PlacementTold, PlanTold, RefusedTold, RuleTold, RulesTold, SkillTold, SourceTold, StepTold, TargetTold,
    TryTold,
};
use crate::id::{AgentId, ChannelId, GroupId, HoursId, RuleId};
use crate::model::{Directory, FallbackStep, SkillLevel};
use crate::rules::{Effect, Plan, PlanSource, RuleKind, Ruleset, Target};
use crate::time::Timestamp;
use crate::trace::{
    EffectTrace, GroupTry, PlacementOutcome, PlacementTrace, RuleOutcome, RuleTrace, RulesTrace, Trace,
    TraceStep,
};

/// Tells one decision that was made under `ruleset`.
#[must_use]
pub fn tell(trace: &Trace, ruleset: &Ruleset) -> StepTold {
    let teller = Teller::new(ruleset);
    match &trace.step {
        TraceStep::Rules(rules) => StepTold::Rules(teller.rules(trace.at, rules)),
        TraceStep::Placement(placement) => StepTold::Placement(teller.placement(trace.at, placement)),
    }
}

/// Knows the names. What a ruleset does not name is told by its number.
#[derive(Copy, Clone, Debug)]
pub(super) struct Teller<'a> {
    pub(super) ruleset: &'a Ruleset,
    pub(super) directory: &'a Directory,
}

impl<'a> Teller<'a> {
    pub(super) fn new(ruleset: &'a Ruleset) -> Teller<'a> {
        Teller { ruleset, directory: ruleset.directory() }
    }

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
            memory_bytes: trace.memory_bytes,
            log: trace.log.clone(),
        }
    }

    fn effect_trace(&self, trace: &EffectTrace) -> EffectTold {
        let (effect, value) = self.effect(&trace.effect);
        EffectTold { effect, value, overridden_by: trace.overridden_by.map(|rule| self.rule(rule)) }
    }

    fn effect(&self, effect: &Effect) -> (EffectName, Option<String>) {
        match effect {
            Effect::ToGroup(group) => (EffectName::ToGroup, Some(self.group(*group).name)),
            Effect::ToAgent(agent) => (EffectName::ToAgent, Some(self.agent(*agent).name)),
            Effect::PreferAgent(agent) => (EffectName::PreferAgent, Some(self.agent(*agent).name)),
            Effect::RequireSkill(asked) => {
                let SkillTold { skill, level } = self.skill(asked);
                (EffectName::RequireSkill, Some(format!("{} ≥ {level}", skill.name)))
            }
            Effect::Priority(priority) => (EffectName::Priority, Some(priority.to_string())),
            Effect::Tier(tier) => (EffectName::Tier, Some(tier.to_string())),
            Effect::Tag(tag) => (EffectName::Tag, Some(tag.clone())),
            Effect::FlagRisk(risk) => (EffectName::FlagRisk, Some(risk.clone())),
            Effect::ToBot(name) => (EffectName::ToBot, Some(name.clone())),
            Effect::OfferTicket => (EffectName::OfferTicket, None),
            Effect::OfferLeaveMessage => (EffectName::OfferLeaveMessage, None),
            Effect::WaitMax(ms) => (EffectName::WaitMax, Some(format!("{} s", ms / 1000))),
            Effect::Reply(text) => (EffectName::Reply, Some(text.clone())),
            Effect::Stop => (EffectName::Stop, None),
        }
    }

    pub(super) fn plan(&self, plan: &Plan) -> PlanTold {
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

    pub(super) fn fallback(&self, step: &FallbackStep) -> FallbackTold {
        match step {
            FallbackStep::Group(group) => FallbackTold::Group { group: self.group(*group) },
            FallbackStep::Bot(name) => FallbackTold::Bot { name: name.clone() },
            FallbackStep::LeaveMessage => FallbackTold::LeaveMessage,
            FallbackStep::Ticket => FallbackTold::Ticket,
        }
    }

    pub(super) fn rule(&self, id: RuleId) -> Named {
        named(self.ruleset.rule(id).map(|rule| (&rule.slug, &rule.name)), id)
    }

    pub(super) fn group(&self, id: GroupId) -> Named {
        named(self.directory.group(id).map(|group| (&group.slug, &group.name)), id)
    }

    pub(super) fn agent(&self, id: AgentId) -> Named {
        named(self.directory.agent(id).map(|agent| (&agent.slug, &agent.name)), id)
    }

    pub(super) fn channel(&self, id: ChannelId) -> Named {
        named(self.directory.channel(id).map(|channel| (&channel.slug, &channel.name)), id)
    }

    pub(super) fn hours(&self, id: HoursId) -> Named {
        named(self.directory.hours(id).map(|hours| (&hours.slug, &hours.slug)), id)
    }

    pub(super) fn skill(&self, asked: &SkillLevel) -> SkillTold {
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
