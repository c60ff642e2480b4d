//! `agents.toml`: the agents 客服.

use std::collections::BTreeMap;

use super::names::{AllNames, Defined, define_all};
use super::reader::{Document, Item, Table, Word, shown};
use super::skills::{language_levels, skill_levels};
use crate::diagnostic::Code;
use crate::id::{AgentId, ChannelId};
use crate::limits::{AGENTS_MAX, CAPACITY_MAX, TIER_MAX};
use crate::model::{Agent, Membership, Role};

const FIELDS: &[&str] = &[
    "slug",
    "name",
    "role",
    "receives",
    "channels",
    "tier",
    "groups",
    "skills",
    "languages",
    "capacity",
    "channel_capacity",
    "shift",
];
const ROLES: [(&str, Role); 6] = [
    ("agent", Role::Agent),
    ("supervisor", Role::Supervisor),
    ("admin", Role::Admin),
    ("viewer", Role::Viewer),
    ("ticket-only", Role::TicketOnly),
    ("bot-only", Role::BotOnly),
];
const DEFAULT_TIER: u8 = 1;
const DEFAULT_CAPACITY: u32 = 5;
const DEFAULT_GROUP_PRIORITY: u16 = 50;
const DEFAULT_SKILL_LEVEL: u8 = 3;

/// `agents.toml` with its names given ids.
#[derive(Debug)]
pub(crate) struct AgentsFile<'d> {
    agents: Vec<Defined<'d, AgentId>>,
}

impl<'d> AgentsFile<'d> {
    /// Gives the agents their names.
    pub(crate) fn define(document: &'d Document<'d>, names: &mut AllNames<'d>) -> AgentsFile<'d> {
        let tables = document.root(&["agent"]).tables("agent", FIELDS);
        AgentsFile { agents: define_all(tables, &mut names.agents, AGENTS_MAX) }
    }

    /// Reads the agents, now that every file's names are known. The languages they speak become names here.
    pub(crate) fn read(self, names: &mut AllNames<'d>) -> Vec<Agent> {
        self.agents.into_iter().filter_map(|defined| read_agent(defined, names)).collect()
    }
}

fn read_agent<'d>(defined: Defined<'d, AgentId>, names: &mut AllNames<'d>) -> Option<Agent> {
    let Defined { named, table } = defined;
    let name = table.name_or(named.map_or("", |(_, slug)| slug.text));
    let role = table.get("role").and_then(|item| item.choice(&ROLES)).unwrap_or_default();
    let mut skills =
        table.get("skills").map(|item| skill_levels(item, DEFAULT_SKILL_LEVEL, names)).unwrap_or_default();
    if let Some(item) = table.get("languages") {
        skills.extend(language_levels(item, DEFAULT_SKILL_LEVEL, names));
    }
    skills.sort();
    skills.dedup_by_key(|skill| skill.skill);
    let mut channels: Vec<_> =
        table.labels("channels").into_iter().filter_map(|word| names.channels.resolve(word)).collect();
    channels.sort();
    let (id, slug) = named.unzip();
    let agent = Agent {
        id: id.unwrap_or(AgentId(0)),
        slug: slug.map_or("", |slug| slug.text).to_owned(),
        name,
        role,
        receives: read_receives(table, role),
        channels,
        tier: table.integer("tier", 1..=TIER_MAX).unwrap_or(DEFAULT_TIER),
        groups: table.get("groups").map(|item| memberships(item, names)).unwrap_or_default(),
        skills,
        capacity: table.integer("capacity", 0..=CAPACITY_MAX).unwrap_or(DEFAULT_CAPACITY),
        channel_capacity: channel_capacity(table, names),
        shift: table.get("shift").and_then(|item| item.text()).and_then(|word| names.hours.resolve(word)),
        active: true,
    };
    id.map(|_| agent)
}

fn read_receives(table: Table<'_>, role: Role) -> bool {
    let Some(item) = table.get("receives") else {
        return role.receives_by_default();
    };
    let receives = item.boolean().unwrap_or(role.receives_by_default());
    if receives && !role.receives_by_default() {
        item.bad("cannot be true: this role never receives conversations");
    }
    receives && role.receives_by_default()
}

fn memberships<'d>(item: Item<'d>, names: &AllNames<'d>) -> Vec<Membership> {
    let mut memberships = BTreeMap::new();
    for item in item.list().into_iter().flatten() {
        let Some((word, priority)) = membership(item) else {
            continue;
        };
        let Some(group) = names.groups.resolve(word) else {
            continue;
        };
        if memberships.insert(group, Membership { group, priority }).is_some() {
            word.place.report(Code::DuplicateName, format!("`{}` is there twice", shown(word.text)));
        }
    }
    memberships.into_values().collect()
}

fn membership(item: Item<'_>) -> Option<(Word<'_>, u16)> {
    if item.is_string() {
        return Some((item.text()?, DEFAULT_GROUP_PRIORITY));
    }
    let table = item.table(&["group", "priority"])?;
    let priority = table.integer("priority", 1..=100).unwrap_or(DEFAULT_GROUP_PRIORITY);
    Some((table.must("group")?.text()?, priority))
}

fn channel_capacity<'d>(table: Table<'d>, names: &AllNames<'d>) -> Vec<(ChannelId, u32)> {
    let entries = table.get("channel_capacity").and_then(|item| item.map()).unwrap_or_default();
    let mut list: Vec<_> = entries
        .into_iter()
        .filter_map(|(channel, item)| {
            let capacity = item.integer(0..=CAPACITY_MAX);
            Some((names.channels.resolve(channel)?, capacity?))
        })
        .collect();
    list.sort();
    list
}
