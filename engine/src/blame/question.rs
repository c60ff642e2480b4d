//! What is asked: how one visit goes, or a figure of a scenario.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::BlameError;
use crate::explain::{Explanation, FallbackTold, PlacementOutcomeTold, StepTold, TargetTold, Visit, explain};
use crate::rules::{Modules, Ruleset};
use crate::simulation::{Report, Unobserved, read_scenario, simulate};
use crate::tenant::{TenantFolder, TenantSource};

/// A question to two folders that answer it differently.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// How does this visit go?
    Visit {
        /// The visit.
        visit: Visit,
        /// What of it is asked about; `None`: the first thing that differs.
        aspect: Option<Aspect>,
    },
    /// How good is this figure, on average over the seeds?
    Kpi {
        /// The scenario's slug; the bad folder's own text is run under both.
        scenario: String,
        /// The figure.
        measure: Measure,
        /// The seeds; at least one.
        seeds: Vec<u64>,
    },
}

macro_rules! words {
    ($(#[$of:meta])* $name:ident: $($(#[$doc:meta])* $item:ident = $text:literal,)*) => {
        $(#[$of])*
        #[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$doc])* $item,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[$name] = &[$($name::$item,)*];

            /// Its name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$item => $text,)* }
            }

            /// The one of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|item| item.as_str() == name)
            }
        }
    };
}

words! {
    /// Something about how a visit goes, in the order in which differences matter.
    Aspect:
    /// The group that is asked for, or the bot, message or ticket.
    Target = "target",
    /// How it ends: with an agent of which group, waiting for which, or with which fallback.
    End = "end",
    /// Who has it.
    Agent = "agent",
    /// The priority.
    Priority = "priority",
    /// The lowest tier.
    Tier = "tier",
    /// The skills asked for.
    Skills = "skills",
    /// The tags.
    Tags = "tags",
    /// The risks.
    Risks = "risks",
    /// What is said to the visitor.
    Replies = "replies",
}

words! {
    /// A figure of a scenario; see [`Kpi`](crate::simulation::Kpi).
    Measure:
    /// Connected in time: more is better.
    ServiceLevel = "service-level",
    /// The wait of nine in ten: less is better.
    WaitP90 = "wait-p90",
    /// The mean wait: less is better.
    WaitMean = "wait-mean",
    /// Left while waiting: less is better.
    Abandonment = "abandonment",
    /// Ended with a fallback: less is better.
    FallbackShare = "fallback-share",
    /// Routed elsewhere than their intent says: less is better.
    Misrouted = "misrouted",
    /// How evenly agents share the work: more is better.
    Fairness = "fairness",
}

impl Measure {
    /// Whether more of it is better.
    #[must_use]
    pub fn more_is_better(self) -> bool {
        matches!(self, Measure::ServiceLevel | Measure::Fairness)
    }

    fn of(self, report: &Report) -> f64 {
        let (kpi, all) = (&report.kpi, &report.kpi.all);
        match self {
            Measure::ServiceLevel => all.service_level,
            Measure::WaitP90 => all.wait.ms_p90 as f64,
            Measure::WaitMean => all.wait.ms_mean,
            Measure::Abandonment => all.abandonment,
            Measure::FallbackShare => all.fallback_share,
            Measure::Misrouted => kpi.misrouted,
            Measure::Fairness => kpi.fairness,
        }
    }

    /// A figure in its unit.
    #[must_use]
    pub fn told(self, value: f64) -> String {
        match self {
            Measure::WaitP90 | Measure::WaitMean => format!("{:.1} s", value / 1_000.0),
            Measure::Fairness => format!("{value:.3}"),
            _ => format!("{:.1} %", value * 100.0),
        }
    }
}

/// What a folder answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Visit(BTreeMap<Aspect, String>),
    Kpi(f64),
}

/// A compiled folder.
pub(super) fn compile(
    folder: &TenantFolder,
    modules: &dyn Modules,
) -> Result<(Ruleset, TenantSource), Vec<crate::diagnostic::Diagnostic>> {
    let (ruleset, source, _) = crate::analysis::compiled(folder, modules)?;
    Ok((ruleset, source))
}

/// What a compiled folder answers.
pub(super) fn answer(
    question: &Question,
    ruleset: &Ruleset,
    source: &TenantSource,
    scenario_text: Option<&str>,
) -> Result<Answer, BlameError> {
    match question {
        Question::Visit { visit, .. } => Ok(Answer::Visit(aspects(&explain(ruleset, visit)?))),
        Question::Kpi { scenario: slug, measure, seeds } => {
            let text = scenario_text.or_else(|| source.scenarios.get(slug).map(String::as_str));
            let text = text.ok_or_else(|| BlameError::NoScenario(slug.clone()))?;
            let (scenario, found) = read_scenario(slug, text, ruleset.directory());
            let scenario = scenario.ok_or(BlameError::ScenarioCannotRun(found))?;
            let values =
                seeds.iter().map(|seed| measure.of(&simulate(ruleset, &scenario, *seed, &mut Unobserved)));
            let total: f64 = values.sum();
            Ok(Answer::Kpi(total / seeds.len().max(1) as f64))
        }
    }
}

fn aspects(told: &Explanation) -> BTreeMap<Aspect, String> {
    let mut aspects = BTreeMap::new();
    for step in &told.steps {
        match step {
            StepTold::Rules(rules) => {
                let Some(plan) = &rules.plan else { continue };
                let skills =
                    plan.skills.iter().map(|asked| format!("{} ≥ {}", asked.skill.slug, asked.level));
                let skills: Vec<String> = skills.collect();
                let mut tags = plan.tags.clone();
                tags.sort_unstable();
                aspects.insert(Aspect::Target, target(&plan.target));
                aspects.insert(Aspect::Priority, plan.priority.to_string());
                aspects.insert(Aspect::Tier, plan.tier.map_or("any".to_owned(), |tier| tier.to_string()));
                aspects.insert(Aspect::Skills, listed(&skills));
                aspects.insert(Aspect::Tags, listed(&tags));
                aspects.insert(Aspect::Risks, listed(&plan.risks));
                aspects.insert(Aspect::Replies, listed(&plan.replies));
            }
            StepTold::Placement(placement) => {
                let (end, agent) = match &placement.outcome {
                    PlacementOutcomeTold::Assigned { agent, group, .. } => {
                        (format!("an agent of the group {}", group.slug), agent.slug.clone())
                    }
                    PlacementOutcomeTold::Queued { group, .. } => {
                        (format!("waiting for the group {}", group.slug), "nobody".to_owned())
                    }
                    PlacementOutcomeTold::FellBack { to, .. } => (fallback(to), "nobody".to_owned()),
                    PlacementOutcomeTold::Unchanged => continue,
                };
                aspects.insert(Aspect::End, end);
                aspects.insert(Aspect::Agent, agent);
            }
        }
    }
    aspects
}

fn listed(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

fn target(target: &TargetTold) -> String {
    match target {
        TargetTold::Group { group } => format!("the group {}", group.slug),
        TargetTold::Agent { agent, .. } => format!("the agent {}", agent.slug),
        TargetTold::Away { to } => fallback(to),
    }
}

fn fallback(to: &FallbackTold) -> String {
    match to {
        FallbackTold::Group { group } => format!("the group {}", group.slug),
        FallbackTold::Bot { name } => format!("the bot {name}"),
        FallbackTold::LeaveMessage => "leaving a message".to_owned(),
        FallbackTold::Ticket => "a ticket".to_owned(),
    }
}
