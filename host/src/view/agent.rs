//! An agent 客服 as people see one.

use std::collections::BTreeMap;

use pointsman_engine::desk::{AgentView, Desk};
use pointsman_engine::id::AgentId;
use pointsman_engine::model::Directory;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An agent, as configured and as they are right now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Agent {
    /// The agent's name in files and in this interface.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// `agent`, `supervisor`, `admin`, `viewer`, `ticket-only` or `bot-only`.
    #[schema(value_type = String)]
    pub role: Value,
    /// The right to receive conversations 接待权限.
    pub receives: bool,
    /// `offline`, `online`, `busy` or `away`.
    #[schema(value_type = String)]
    pub presence: Value,
    /// The accepting switch 接待开关.
    pub accepting: bool,
    /// The most conversations at once 接待上限.
    pub capacity: u32,
    /// The conversations in hand.
    pub conversations: Vec<u64>,
    /// Tier 层级.
    pub tier: u8,
    /// Channels the agent may receive from; empty means all.
    pub channels: Vec<String>,
    /// Skills and their levels, 1 to 5.
    pub skills: BTreeMap<String, u8>,
    /// Groups and the priority in each, 1 to 100.
    pub groups: BTreeMap<String, u16>,
    /// For each group the agent can be reached through, departments included: why nothing can be given there now.
    /// `null` means something can.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub refused: BTreeMap<String, Value>,
    /// The shift.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
}

/// The agent with this id, if the live revision has them.
#[must_use]
pub fn agent(desk: &Desk, directory: &Directory, id: AgentId) -> Option<Agent> {
    let view = desk.agent(id)?;
    let active = directory.agent(id).is_some_and(|agent| agent.active);
    active.then(|| of_view(directory, &view))
}

fn of_view(directory: &Directory, view: &AgentView<'_>) -> Agent {
    let agent = view.agent;
    let group_slug = |id| directory.group(id).map(|group| group.slug.clone());
    Agent {
        slug: agent.slug.clone(),
        name: agent.name.clone(),
        role: json(&agent.role),
        receives: agent.receives,
        presence: json(&view.presence),
        accepting: view.accepting,
        capacity: agent.capacity,
        conversations: view.conversations.iter().map(|id| id.0).collect(),
        tier: agent.tier,
        channels: agent
            .channels
            .iter()
            .filter_map(|id| directory.channel(*id).map(|channel| channel.slug.clone()))
            .collect(),
        skills: agent
            .skills
            .iter()
            .filter_map(|skill| Some((directory.skill(skill.skill)?.slug.clone(), skill.level)))
            .collect(),
        groups: agent
            .groups
            .iter()
            .filter_map(|seat| Some((group_slug(seat.group)?, seat.priority)))
            .collect(),
        refused: view
            .seats
            .iter()
            .filter_map(|(group, reason)| Some((group_slug(*group)?, json(reason))))
            .collect(),
        shift: agent.shift.and_then(|id| directory.hours(id)).map(|hours| hours.slug.clone()),
    }
}

pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
