//! The floor's plan: names, and where everybody sits.

use std::cmp::Reverse;

use serde::Serialize;

use super::super::check::cap;
use super::super::scenario::Scenario;
use crate::id::{AgentId, ChannelId, GroupId, RuleId};
use crate::model::{Agent, Directory};
use crate::rules::{Revision, Ruleset};

/// Names and places that stay while the revision does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FloorPlan {
    /// The live revision, in hexadecimal digits.
    pub revision: String,
    /// When the scenario begins.
    pub start: crate::time::Timestamp,
    /// When arrivals end.
    pub end: crate::time::Timestamp,
    /// Active groups.
    pub groups: Vec<PlanGroup>,
    /// Agents who work here.
    pub agents: Vec<PlanAgent>,
    /// Active channels.
    pub channels: Vec<PlanName>,
    /// Rules by position.
    pub rules: Vec<PlanName>,
    /// What visitors want, by place in the scenario.
    pub intents: Vec<String>,
}

/// Something with a number, a slug and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanName {
    /// Its number.
    pub id: u32,
    /// The name in files; of a rule, its file.
    pub slug: String,
    /// The name people read.
    pub name: String,
}

/// A group's place on the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanGroup {
    /// Its number.
    pub id: GroupId,
    /// The name in files.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// The wait that the service level counts by.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub target_wait_ms: i64,
    /// The most conversations that wait here, where there is such a limit.
    pub queue_length_max: Option<u32>,
    /// Agents who sit here.
    pub members: u32,
}

/// An agent's place on the floor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanAgent {
    /// The agent's number.
    pub id: AgentId,
    /// The name in files.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// The group in whose lane the agent sits: the one in which they have the highest priority; of several, the one with
    /// the fewest agents. Everybody sits in one place, whatever number of groups they serve.
    pub home: Option<GroupId>,
    /// The most conversations at once.
    pub capacity: u32,
}

/// Where everybody sits.
#[derive(Clone, Debug)]
pub(super) struct Homes {
    revision: Revision,
    /// By group, in order of id.
    members: Vec<Vec<AgentId>>,
    /// By agent.
    homes: Vec<Option<GroupId>>,
}

impl Homes {
    pub(super) fn new(ruleset: &Ruleset) -> Homes {
        let directory = ruleset.directory();
        let mut sizes = vec![0; directory.groups.len()];
        for place in staff(directory).flat_map(|agent| &agent.groups) {
            if let Some(size) = sizes.get_mut(place.group.index()) {
                *size += 1;
            }
        }
        let mut members = vec![Vec::new(); directory.groups.len()];
        let mut homes = vec![None; directory.agents.len()];
        for agent in staff(directory) {
            let Some(home) = home(agent, directory, &sizes) else {
                continue;
            };
            if let (Some(members), Some(at)) =
                (members.get_mut(home.index()), homes.get_mut(agent.id.index()))
            {
                members.push(agent.id);
                *at = Some(home);
            }
        }
        Homes { revision: ruleset.revision(), members, homes }
    }

    fn home(&self, agent: AgentId) -> Option<GroupId> {
        self.homes.get(agent.index()).copied().flatten()
    }

    pub(super) fn revision(&self) -> Revision {
        self.revision
    }

    pub(super) fn of(&self, group: GroupId) -> &[AgentId] {
        self.members.get(group.index()).map_or(&[], Vec::as_slice)
    }
}

fn staff(directory: &Directory) -> impl Iterator<Item = &Agent> {
    directory.agents.iter().filter(|agent| agent.active && agent.receives)
}

/// `sizes`: how many agents each group has.
fn home(agent: &Agent, directory: &Directory, sizes: &[u32]) -> Option<GroupId> {
    let active = |group| directory.group(group).is_some_and(|group| group.active);
    let places = agent.groups.iter().filter(|place| active(place.group));
    let size = |group: GroupId| sizes.get(group.index()).copied().unwrap_or_default();
    places
        .min_by_key(|place| (Reverse(place.priority), size(place.group), place.group))
        .map(|place| place.group)
}

impl FloorPlan {
    pub(super) fn new(ruleset: &Ruleset, scenario: &Scenario, homes: &Homes) -> FloorPlan {
        let directory = ruleset.directory();
        let groups = directory.groups.iter().filter(|group| group.active);
        let agents = staff(directory);
        let channels = directory.channels.iter().filter(|channel| channel.active);
        let named =
            |id: u32, slug: &str, name: &str| PlanName { id, slug: slug.to_owned(), name: name.to_owned() };
        let channel_id = |ChannelId(id): ChannelId| u32::from(id);
        let rule_id = |RuleId(id): RuleId| u32::from(id);
        FloorPlan {
            revision: ruleset.revision().to_string(),
            start: scenario.start,
            end: scenario.end(),
            groups: groups
                .map(|group| PlanGroup {
                    id: group.id,
                    slug: group.slug.clone(),
                    name: group.name.clone(),
                    target_wait_ms: group.target_wait_ms,
                    queue_length_max: group.queue_length_max,
                    members: homes.of(group.id).len() as u32,
                })
                .collect(),
            agents: agents
                .map(|agent| PlanAgent {
                    id: agent.id,
                    slug: agent.slug.clone(),
                    name: agent.name.clone(),
                    home: homes.home(agent.id),
                    capacity: cap(agent, directory),
                })
                .collect(),
            channels: channels
                .map(|channel| named(channel_id(channel.id), &channel.slug, &channel.name))
                .collect(),
            rules: ruleset.rules().map(|rule| named(rule_id(rule.id), &rule.file, &rule.name)).collect(),
            intents: scenario.intents.iter().map(|intent| intent.name.clone()).collect(),
        }
    }
}
