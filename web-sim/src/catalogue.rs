//! What a tenant has, for the page's menus, lists and completion.

use pointsman_engine::explain::Named;
use pointsman_engine::model::Strategy;
use pointsman_engine::rules::{Hook, RuleKind, Ruleset};
use pointsman_engine::tenant::TenantSource;
use serde::Serialize;

use crate::{ModuleBudget, ModuleLine};

/// The names of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Catalogue {
    /// The tenant's name for people.
    pub name: String,
    /// The tenant's time zone.
    pub zone: String,
    /// Channels, in order of id.
    pub channels: Vec<Named>,
    /// Business entries.
    pub entries: Vec<String>,
    /// Groups, in order of id.
    pub groups: Vec<GroupLine>,
    /// Agents, in order of id.
    pub agents: Vec<Named>,
    /// Skills without the languages.
    pub skills: Vec<Named>,
    /// Languages that some agent speaks.
    pub languages: Vec<String>,
    /// Slugs of business hours and shifts.
    pub hours: Vec<String>,
    /// Rules in order of evaluation; empty while the folder has errors.
    pub rules: Vec<RuleLine>,
    /// Scenarios, by slug.
    pub scenarios: Vec<ScenarioLine>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct GroupLine {
    /// The name in files.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// How it chooses.
    pub strategy: Strategy,
    /// Agents who belong to it itself, not to a group below it.
    pub members: u32,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RuleLine {
    /// The number in front of its file's name.
    pub order: u32,
    /// Its file's name without ending.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What it is written in.
    pub kind: RuleKind,
    /// The hooks it subscribes to.
    pub hooks: Vec<Hook>,
    /// The module that it asks.
    pub module: Option<ModuleLine>,
    /// What one call of that module may use.
    pub limits: Option<ModuleBudget>,
}

/// One scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ScenarioLine {
    /// The name of its file.
    pub slug: String,
    /// The name people read; the slug while the scenario has errors.
    pub name: String,
}

impl Catalogue {
    pub(crate) fn new(
        source: &TenantSource,
        ruleset: Option<&Ruleset>,
        scenarios: Vec<ScenarioLine>,
    ) -> Catalogue {
        let directory = &source.directory;
        let groups = directory.groups.iter().filter(|group| group.active).map(|group| GroupLine {
            slug: group.slug.clone(),
            name: group.name.clone(),
            strategy: group.strategy,
            members: directory
                .agents
                .iter()
                .filter(|agent| agent.active && agent.groups.iter().any(|member| member.group == group.id))
                .count() as u32,
        });
        let rules = ruleset.into_iter().flat_map(Ruleset::rules).map(|rule| RuleLine {
            order: rule.order,
            slug: rule.slug.clone(),
            name: rule.name.clone(),
            file: rule.file.clone(),
            kind: rule.kind,
            hooks: rule.hooks.clone(),
            module: rule.module.as_ref().map(|(info, _)| info.as_ref().into()),
            limits: rule.module.as_ref().map(|(_, limits)| (*limits).into()),
        });
        let named = |slug: &String, name: &String| Named { slug: slug.clone(), name: name.clone() };
        let is_language = |slug: &str| slug.starts_with(LANGUAGE);
        Catalogue {
            name: directory.settings.name.clone(),
            zone: directory.settings.zone.clone(),
            channels: directory
                .channels
                .iter()
                .filter(|channel| channel.active)
                .map(|channel| named(&channel.slug, &channel.name))
                .collect(),
            entries: directory.entries.keys().cloned().collect(),
            groups: groups.collect(),
            agents: directory
                .agents
                .iter()
                .filter(|agent| agent.active)
                .map(|agent| named(&agent.slug, &agent.name))
                .collect(),
            skills: directory
                .skills
                .iter()
                .filter(|skill| !is_language(&skill.slug))
                .map(|skill| named(&skill.slug, &skill.name))
                .collect(),
            languages: directory
                .skills
                .iter()
                .filter_map(|skill| skill.slug.strip_prefix(LANGUAGE))
                .map(str::to_owned)
                .collect(),
            hours: directory.hours.iter().map(|hours| hours.slug.clone()).collect(),
            rules: rules.collect(),
            scenarios,
        }
    }
}

/// What the slug of a language begins with.
const LANGUAGE: &str = "language:";
