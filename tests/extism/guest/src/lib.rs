//! The rule `examples/modules/vip-value`, line by line, as an extism plugin: everything it may look at comes with the call
//! as JSON, and so does its answer.

use extism_pdk::{FnResult, Json, plugin_fn};
use serde::{Deserialize, Serialize};

const DESK_VALUE: i64 = 40;
const DESK_WAIT_MS: u64 = 60_999;

/// What a call is given. The fields are those of the contract, and what the rule would ask the desk for.
#[derive(Deserialize)]
#[allow(dead_code, reason = "a rule is given more than it reads")]
pub struct Asked<'a> {
    id: u64,
    #[serde(borrow)]
    text: std::borrow::Cow<'a, str>,
    channel: &'a str,
    entry: Option<&'a str>,
    language: Option<&'a str>,
    tags: Vec<String>,
    risks: Vec<String>,
    priority: u8,
    group: Option<&'a str>,
    agent: Option<&'a str>,
    waited_ms: u64,
    messages: u32,
    returns: u32,
    customer: Customer<'a>,
    spent_12m: Option<&'a str>,
    vip_desk: Group,
}

/// The customer.
#[derive(Deserialize)]
#[allow(dead_code, reason = "a rule is given more than it reads")]
pub struct Customer<'a> {
    vip: u8,
    returning: bool,
    conversations: u32,
    last_agent: Option<&'a str>,
}

/// A group in numbers.
#[derive(Deserialize)]
#[allow(dead_code, reason = "a rule is given more than it reads")]
pub struct Group {
    waiting: u32,
    open: u32,
    online: u32,
    available: u32,
    longest_wait_ms: u64,
    expected_wait_ms: u64,
    in_hours: bool,
}

/// What a call answers.
#[derive(Serialize)]
pub struct Answer {
    effects: Vec<Effect>,
    log: Vec<String>,
}

/// An effect.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// To this group.
    ToGroup(&'static str),
    /// To this agent if possible.
    PreferAgent(String),
    /// 0 to 9.
    Priority(u8),
    /// A tag.
    Tag(&'static str),
}

/// The rule, from bytes to bytes, so that texts are borrowed.
#[plugin_fn]
pub fn route(asked: Vec<u8>) -> FnResult<Json<Answer>> {
    let asked: Asked<'_> = serde_json::from_slice(&asked)?;
    let points = match asked.spent_12m {
        None => 0,
        Some(spent) => (spent.trim().parse::<i64>()? / 500).min(40),
    };
    let value = i64::from(asked.customer.vip.min(3)) * 20 + points;
    let rank = match value {
        80.. => 6,
        DESK_VALUE.. => 5,
        _ => 4,
    };
    let level = match asked.customer.vip {
        3.. => "黑卡",
        2 => "金卡",
        _ => "银卡",
    };
    let mut effects = vec![Effect::Priority(rank), Effect::Tag(level)];
    if let Some(agent) = asked.customer.last_agent {
        effects.push(Effect::PreferAgent(agent.to_owned()));
    }
    let vip = asked.vip_desk;
    let is_quick = vip.available > 0 || vip.expected_wait_ms <= DESK_WAIT_MS;
    if value >= DESK_VALUE && vip.in_hours && is_quick {
        effects.push(Effect::ToGroup("vip"));
    }
    Ok(Json(Answer { effects, log: vec![format!("客户价值 {value}")] }))
}
