//! The desk of a rule test: `[test.desk]`, who is there and who waits.

use super::names::AllNames;
use super::reader::{Item, Table};
use super::{TestAgent, TestDesk, TestGroup};
use crate::diagnostic::Code;
use crate::id::GroupId;
use crate::limits::{TEST_DESK_AGENTS_MAX, TEST_DESK_CONVERSATIONS_MAX};
use crate::model::Presence;

const FIELDS: &[&str] = &["agents", "groups", "served_by", "served_ago"];
const AGENT_FIELDS: &[&str] =
    &["agent", "presence", "accepting", "in_hand", "idle", "response", "handle", "satisfaction"];
const GROUP_FIELDS: &[&str] = &["group", "waiting", "longest_wait", "pace", "turn"];
const PRESENCES: [(&str, Presence); 3] =
    [("online", Presence::Online), ("busy", Presence::Busy), ("away", Presence::Away)];

/// Reads `[test.desk]`.
pub(crate) fn read_desk<'d>(item: Item<'d>, names: &AllNames<'d>) -> Option<TestDesk> {
    let table = item.table(FIELDS)?;
    let agents: Vec<TestAgent> = tables(table, "agents", AGENT_FIELDS)
        .into_iter()
        .filter_map(|table| read_agent(table, names))
        .collect();
    let groups: Vec<TestGroup> = tables(table, "groups", GROUP_FIELDS)
        .into_iter()
        .filter_map(|table| read_group(table, names))
        .collect();
    for (at, agent) in agents.iter().enumerate() {
        if agents.iter().take(at).any(|other| other.agent == agent.agent) {
            item.place.report(Code::DuplicateName, "an agent is there twice in `agents`");
        }
    }
    if agents.len() > TEST_DESK_AGENTS_MAX {
        let message = format!("{} agents, at most {TEST_DESK_AGENTS_MAX}", agents.len());
        item.place.report(Code::TooLarge, message);
    }
    let in_hand = agents.iter().flat_map(|agent| &agent.in_hand).map(|(_, count)| u64::from(*count));
    let conversations = in_hand.chain(groups.iter().map(|group| u64::from(group.waiting))).sum::<u64>();
    if conversations > TEST_DESK_CONVERSATIONS_MAX {
        let message = format!("{conversations} conversations, at most {TEST_DESK_CONVERSATIONS_MAX}");
        item.place.report(Code::TooLarge, message);
        return None;
    }
    let served_by = table.get("served_by").and_then(|item| names.agents.resolve(item.text()?));
    if served_by.is_none()
        && let Some(item) = table.get("served_ago")
    {
        item.bad("says how long ago, but `served_by` does not say by whom");
    }
    let served_ago_ms = table.duration_ms("served_ago").unwrap_or(0);
    Some(TestDesk { agents, groups, served_by: served_by.map(|agent| (agent, served_ago_ms)) })
}

/// The tables of a list that may be written inline.
fn tables<'d>(table: Table<'d>, field: &'static str, known: &'static [&'static str]) -> Vec<Table<'d>> {
    let items = table.get(field).and_then(|item| item.list()).into_iter().flatten();
    items.filter_map(|item| item.table(known)).collect()
}

fn read_agent<'d>(table: Table<'d>, names: &AllNames<'d>) -> Option<TestAgent> {
    let agent = table.must("agent").and_then(|item| names.agents.resolve(item.text()?))?;
    let in_hand = table.get("in_hand").and_then(|item| item.map()).unwrap_or_default();
    let in_hand: Vec<(GroupId, u32)> = in_hand
        .into_iter()
        .filter_map(|(group, item)| Some((names.groups.resolve(group)?, item.integer(0..=100_000)?)))
        .collect();
    Some(TestAgent {
        agent,
        presence: table.get("presence").and_then(|item| item.choice(&PRESENCES)).unwrap_or(Presence::Online),
        accepting: table.boolean("accepting").unwrap_or(true),
        in_hand,
        idle_ms: table.duration_ms("idle").unwrap_or(0),
        response_ms: table.duration_ms("response"),
        handle_ms: table.duration_ms("handle"),
        satisfaction: table.integer("satisfaction", 0..=100),
    })
}

fn read_group<'d>(table: Table<'d>, names: &AllNames<'d>) -> Option<TestGroup> {
    let group = table.must("group").and_then(|item| names.groups.resolve(item.text()?))?;
    Some(TestGroup {
        group,
        waiting: table.integer("waiting", 0..=100_000).unwrap_or(0),
        longest_wait_ms: table.duration_ms("longest_wait").unwrap_or(0),
        pace_ms: table.duration_ms("pace"),
        turn: table.get("turn").and_then(|item| names.agents.resolve(item.text()?)),
    })
}
