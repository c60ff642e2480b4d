//! Strategies: each gives every available agent of a group a key, and the smallest key is considered first.
//!
//! | strategy | key |
//! | --- | --- |
//! | round robin | the order in which the agents came online; the group's turn says where to begin |
//! | least loaded | share of capacity in use, then longest idle |
//! | longest idle | without work before with work, then longest idle |
//! | weighted round robin | weight and credit, see [`super::pool`] |
//! | priority | in-group priority, then share of capacity in use, then longest idle |
//! | best skill | level in the first skill asked for, then as least loaded |
//! | load index | [`load_index`], then longest idle |
//! | rank | as least loaded; the ruleset then scores the first few |

use crate::desk::agent::AgentState;
use crate::model::{LoadIndex, Strategy};

/// Smallest first; what each number means depends on the strategy. Ties break by agent id.
pub(crate) type Key = [i64; 3];

/// The key of an available agent in the list of all. `credit` is that of weighted round robin. (In the list of one
/// skill, best skill puts the level first.)
pub(crate) fn key(
    strategy: Strategy,
    agent: &AgentState,
    capacity: u32,
    priority: u16,
    credit: i64,
    weights: &LoadIndex,
) -> Key {
    let idle = agent.last_work_at.0;
    let load = utilisation(agent.open, capacity);
    match strategy {
        Strategy::RoundRobin => [agent.online_seq.cast_signed(), 0, 0],
        Strategy::LeastLoaded | Strategy::Rank => [load, idle, 0],
        Strategy::LongestIdle => [i64::from(agent.open > 0), idle, 0],
        Strategy::WeightedRoundRobin => [i64::from(priority), -credit, idle],
        Strategy::Priority => [-i64::from(priority), load, idle],
        Strategy::BestSkill => [0, load, idle],
        Strategy::LoadIndex => [load_index(agent, capacity, weights), idle, 0],
    }
}

/// Share of capacity in use, in basis points.
fn utilisation(open: u32, capacity: u32) -> i64 {
    i64::from(open) * 10_000 / i64::from(capacity.max(1))
}

/// The load index 接待负载指数 (R14): 0 is free, fast and well liked; smaller is considered first.
///
/// ```text
/// index = ( utilisation × share of capacity in use
///         + response    × min(average first response ÷ reference, 2) ÷ 2
///         + handle      × min(average handle time    ÷ reference, 2) ÷ 2
///         + satisfaction× (1 − average satisfaction) ) ÷ sum of the four weights
/// ```
///
/// in basis points. An agent without history counts as ordinary: ratio 1, satisfaction one half.
pub(crate) fn load_index(agent: &AgentState, capacity: u32, weights: &LoadIndex) -> i64 {
    let ratio = |average: Option<i64>, reference: i64| {
        average.map_or(5_000, |ms| (ms.max(0).min(2 * reference.max(1)) * 5_000) / reference.max(1))
    };
    let parts = [
        (weights.utilisation_weight, utilisation(agent.open, capacity)),
        (weights.response_weight, ratio(agent.stats.response_ms(), weights.response_reference_ms)),
        (weights.handle_weight, ratio(agent.stats.handle_ms(), weights.handle_reference_ms)),
        (weights.satisfaction_weight, 10_000 - agent.stats.satisfaction().map_or(5_000, |s| s * 100)),
    ];
    let total: i64 = parts.iter().map(|(weight, _)| i64::from(*weight)).sum();
    parts.iter().map(|(weight, part)| i64::from(*weight) * part).sum::<i64>() / total.max(1)
}
