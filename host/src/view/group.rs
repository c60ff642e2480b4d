//! A group 客服组 and its queue 排队 as people see them.

use pointsman_engine::desk::{Desk, PlaceView};
use pointsman_engine::model::{Directory, Group as Configured};
use pointsman_engine::rules::GroupFacts;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::agent::json;
use super::instant;

/// Waiting conversations named in one queue; the numbers count all.
const NAMED_MAX: usize = 50;

/// A group, as configured and in numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Group {
    /// The group's name in files and in this interface.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// The department above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The head and deputy heads.
    pub heads: Vec<String>,
    /// How an agent is chosen.
    #[schema(value_type = String)]
    pub strategy: Value,
    /// Whether the group's hours are open.
    pub in_hours: bool,
    /// Conversations waiting.
    pub waiting: u32,
    /// Conversations with the group's agents.
    pub open: u32,
    /// Agents online. An agent in two groups counts in both.
    pub online: u32,
    /// Agents who could be given a conversation right now.
    pub available: u32,
    /// The longest wait right now, in milliseconds.
    pub longest_wait_ms: i64,
    /// The wait a new conversation can expect, in milliseconds.
    pub expected_wait_ms: i64,
    /// The most conversations the group holds at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// The most conversations that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_length_max: Option<u32>,
    /// The service level's target, in milliseconds.
    pub target_wait_ms: i64,
}

/// The queue of one group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Queue {
    /// The group.
    pub group: String,
    /// Conversations waiting.
    pub waiting: u32,
    /// The longest wait right now, in milliseconds.
    pub longest_wait_ms: i64,
    /// The first in line, at most 50, oldest first.
    pub conversations: Vec<Waiting>,
}

/// A waiting conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Waiting {
    /// Its number.
    pub id: u64,
    /// Since when its visitor waits.
    pub since: String,
    /// Priority, 0 to 9.
    pub priority: u8,
    /// The place in line.
    pub position: u32,
    /// The wait still to expect, in milliseconds; absent while nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_wait_ms: Option<i64>,
}

/// The groups of the live revision.
pub fn groups(desk: &Desk, directory: &Directory) -> Vec<Group> {
    directory.groups.iter().filter(|group| group.active).map(|group| one(desk, directory, group)).collect()
}

/// One group.
#[must_use]
pub fn one(desk: &Desk, directory: &Directory, group: &Configured) -> Group {
    let facts = desk.group_facts(group.id).unwrap_or_default();
    let GroupFacts { waiting, open, online, available, longest_wait_ms, expected_wait_ms, in_hours } = facts;
    Group {
        slug: group.slug.clone(),
        name: group.name.clone(),
        parent: group.parent.and_then(|id| directory.group(id)).map(|group| group.slug.clone()),
        heads: group
            .heads
            .iter()
            .filter_map(|id| directory.agent(*id))
            .map(|agent| agent.slug.clone())
            .collect(),
        strategy: json(&group.strategy),
        in_hours,
        waiting,
        open,
        online,
        available,
        longest_wait_ms,
        expected_wait_ms,
        capacity: group.capacity,
        queue_length_max: group.queue_length_max,
        target_wait_ms: group.target_wait_ms,
    }
}

/// The queues of the live revision's groups.
pub fn queues(desk: &Desk, directory: &Directory) -> Vec<Queue> {
    let groups = directory.groups.iter().filter(|group| group.active);
    groups
        .map(|group| {
            let facts = desk.group_facts(group.id).unwrap_or_default();
            Queue {
                group: group.slug.clone(),
                waiting: facts.waiting,
                longest_wait_ms: facts.longest_wait_ms,
                conversations: desk
                    .queue(group.id)
                    .take(NAMED_MAX)
                    .filter_map(|id| {
                        let view = desk.conversation(id)?;
                        let PlaceView::Queued { since, position, expected_wait_ms, .. } = view.place else {
                            return None;
                        };
                        Some(Waiting {
                            id: id.0,
                            since: instant(since.0),
                            priority: view.priority,
                            position,
                            expected_wait_ms,
                        })
                    })
                    .collect(),
            }
        })
        .collect()
}

/// Conversations waiting in all groups.
#[must_use]
pub fn waiting(desk: &Desk, directory: &Directory) -> u64 {
    directory
        .groups
        .iter()
        .map(|group| desk.group_facts(group.id).map_or(0, |facts| u64::from(facts.waiting)))
        .sum()
}
