//! What is asked: how one visit goes, or a figure of a scenario.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::BlameError;
use crate::explain::{Explanation, FallbackTold, PlacementOutcomeTold, StepTold, TargetTold, Visit, explain};
use crate::rules::{Modules, Ruleset};
use crate::simulation::compare::{Measure, measured};
use crate::simulation::{Unobserved, read_scenario, simulate};
use crate::tenant::{TenantFolder, TenantSource};

/// A question to two folders that answer it differently.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(rename = "BlameQuestion"))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
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
        /// The figure; one of which more is better or worse.
        measure: Measure,
        /// Of the group with this slug; `None`: of all.
        group: Option<String>,
        /// The seeds; at least one.
        #[cfg_attr(feature = "typescript", ts(type = "number[]"))]
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

/// What a folder answers to a question, by names.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answered {
    /// A figure: a share, milliseconds, or a number, as its measure is.
    Figure {
        /// Which.
        measure: Measure,
        /// How much, in the mean over the seeds.
        value: f64,
    },
    /// A group.
    Group {
        /// Its slug.
        group: String,
    },
    /// An agent.
    Agent {
        /// The slug.
        agent: String,
    },
    /// A bot.
    Bot {
        /// Its name.
        name: String,
    },
    /// A message form.
    LeaveMessage,
    /// A ticket.
    Ticket,
    /// An agent of a group has it.
    ServedBy {
        /// The group's slug.
        group: String,
    },
    /// It waits for a group.
    WaitingFor {
        /// The group's slug.
        group: String,
    },
    /// Nobody has it.
    Nobody,
    /// A number; `None`: any.
    Number {
        /// The number.
        value: Option<u8>,
    },
    /// Words, in order: tags, skills with their levels, replies.
    Words {
        /// The words.
        words: Vec<String>,
    },
    /// The visit does not get that far.
    Nothing,
}

impl std::fmt::Display for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Answered::Figure { measure, value } => match measure {
                Measure::WaitP90 | Measure::WaitMean => write!(f, "{:.1} s", value / 1_000.0),
                Measure::Fairness => write!(f, "{value:.3}"),
                Measure::QueueMax | Measure::Conversations => write!(f, "{value:.1}"),
                _ => write!(f, "{:.1} %", value * 100.0),
            },
            Answered::Group { group } => write!(f, "the group {group}"),
            Answered::Agent { agent } => f.write_str(agent),
            Answered::Bot { name } => write!(f, "the bot {name}"),
            Answered::LeaveMessage => f.write_str("leaving a message"),
            Answered::Ticket => f.write_str("a ticket"),
            Answered::ServedBy { group } => write!(f, "an agent of the group {group}"),
            Answered::WaitingFor { group } => write!(f, "waiting for the group {group}"),
            Answered::Nobody => f.write_str("nobody"),
            Answered::Number { value: Some(value) } => value.fmt(f),
            Answered::Number { value: None } => f.write_str("any"),
            Answered::Words { words } if words.is_empty() => f.write_str("none"),
            Answered::Words { words } => f.write_str(&words.join(", ")),
            Answered::Nothing => f.write_str("nothing"),
        }
    }
}

/// How far a blame is.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BlameProgress {
    /// Visits or runs of a scenario that are done.
    pub runs: u32,
    /// How many there will probably be.
    pub runs_likely: u32,
}

/// What a folder answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Visit(BTreeMap<Aspect, Answered>),
    Kpi(f64),
}

/// Asks folders one question, and tells how far it is.
pub(super) struct Asker<'a> {
    pub(super) question: &'a Question,
    pub(super) modules: &'a dyn Modules,
    /// The scenario that every folder runs; `None`: each its own.
    pub(super) scenario_text: Option<&'a str>,
    pub(super) progress: BlameProgress,
    pub(super) watch: &'a mut dyn FnMut(BlameProgress),
}

impl Asker<'_> {
    /// How many runs it takes to ask so many folders.
    pub(super) fn runs(&self, folders: usize) -> u32 {
        let each = match self.question {
            Question::Visit { .. } => 1,
            Question::Kpi { seeds, .. } => seeds.len().max(1),
        };
        u32::try_from(folders.saturating_mul(each)).unwrap_or(u32::MAX)
    }

    /// Asks the folder at `position` of the list of revisions.
    ///
    /// # Errors
    /// The folder does not compile, or the question cannot be asked of it.
    pub(super) fn ask(&mut self, position: usize, folder: &TenantFolder) -> Result<Answer, BlameError> {
        let compiled = crate::analysis::compiled(folder, self.modules);
        let (ruleset, source, _) = compiled.map_err(|found| BlameError::DoesNotCompile(position, found))?;
        self.answer(&ruleset, &source)
    }

    fn answer(&mut self, ruleset: &Ruleset, source: &TenantSource) -> Result<Answer, BlameError> {
        match self.question {
            Question::Visit { visit, .. } => {
                let told = explain(ruleset, visit)?;
                self.ran();
                Ok(Answer::Visit(aspects(&told)))
            }
            Question::Kpi { scenario: slug, measure, group, seeds } => {
                let text = self.scenario_text.or_else(|| source.scenarios.get(slug).map(String::as_str));
                let text = text.ok_or_else(|| BlameError::NoScenario(slug.clone()))?;
                let (scenario, found) = read_scenario(slug, text, ruleset.directory());
                let scenario = scenario.ok_or(BlameError::ScenarioCannotRun(found))?;
                let mut total = 0.0;
                for seed in seeds {
                    let report = simulate(ruleset, &scenario, *seed, &mut Unobserved);
                    let values = measured(&report);
                    let value = values.iter().find(|is| is.measure == *measure && is.group == *group);
                    let missing = || BlameError::NoFigure {
                        measure: *measure,
                        group: group.clone().unwrap_or_default(),
                    };
                    total += value.ok_or_else(missing)?.value;
                    self.ran();
                }
                Ok(Answer::Kpi(total / seeds.len().max(1) as f64))
            }
        }
    }

    fn ran(&mut self) {
        self.progress.runs += 1;
        (self.watch)(self.progress);
    }
}

fn aspects(told: &Explanation) -> BTreeMap<Aspect, Answered> {
    let mut aspects = BTreeMap::new();
    for step in &told.steps {
        match step {
            StepTold::Rules(rules) => {
                let Some(plan) = &rules.plan else { continue };
                let skills =
                    plan.skills.iter().map(|asked| format!("{} ≥ {}", asked.skill.slug, asked.level));
                let mut tags = plan.tags.clone();
                tags.sort_unstable();
                aspects.insert(Aspect::Target, target(&plan.target));
                aspects.insert(Aspect::Priority, Answered::Number { value: Some(plan.priority) });
                aspects.insert(Aspect::Tier, Answered::Number { value: plan.tier });
                aspects.insert(Aspect::Skills, Answered::Words { words: skills.collect() });
                aspects.insert(Aspect::Tags, Answered::Words { words: tags });
                aspects.insert(Aspect::Risks, Answered::Words { words: plan.risks.clone() });
                aspects.insert(Aspect::Replies, Answered::Words { words: plan.replies.clone() });
            }
            StepTold::Placement(placement) => {
                let (end, agent) = match &placement.outcome {
                    PlacementOutcomeTold::Assigned { agent, group, .. } => {
                        let agent = Answered::Agent { agent: agent.slug.clone() };
                        (Answered::ServedBy { group: group.slug.clone() }, agent)
                    }
                    PlacementOutcomeTold::Queued { group, .. } => {
                        (Answered::WaitingFor { group: group.slug.clone() }, Answered::Nobody)
                    }
                    PlacementOutcomeTold::FellBack { to, .. } => (fallback(to), Answered::Nobody),
                    PlacementOutcomeTold::Unchanged => continue,
                };
                aspects.insert(Aspect::End, end);
                aspects.insert(Aspect::Agent, agent);
            }
        }
    }
    aspects
}

fn target(target: &TargetTold) -> Answered {
    match target {
        TargetTold::Group { group } => Answered::Group { group: group.slug.clone() },
        TargetTold::Agent { agent, .. } => Answered::Agent { agent: agent.slug.clone() },
        TargetTold::Away { to } => fallback(to),
    }
}

fn fallback(to: &FallbackTold) -> Answered {
    match to {
        FallbackTold::Group { group } => Answered::Group { group: group.slug.clone() },
        FallbackTold::Bot { name } => Answered::Bot { name: name.clone() },
        FallbackTold::LeaveMessage => Answered::LeaveMessage,
        FallbackTold::Ticket => Answered::Ticket,
    }
}
