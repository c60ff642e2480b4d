//! The plainest call centre there is: one group, agents who serve one conversation at a time, everything exponential.
//! Erlang's formulas say exactly what comes out, so simulation and desk can be held against them.

use std::collections::BTreeMap;

use super::random::{Length, Shape};
use super::scenario::{
    Arrivals, BotStay, CONVERSATIONS_MAX, HandleFactors, Intent, LENGTH_MS_MAX, Rate, Scenario,
};
use crate::id::{AgentId, ChannelId, GroupId};
use crate::model::{
    Agent, Channel, Directory, Fallback, FallbackStep, Group, Membership, Role, Settings, Strategy,
};
use crate::rules::Ruleset;
use crate::time::Timestamp;

const HOUR_MS: f64 = 3_600_000.0;

/// M/M/c, or with patience M/M/c+M.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Erlang {
    /// λ: conversations an hour.
    pub arrivals_per_hour: f64,
    /// 1/μ: the mean handle time.
    pub handle_ms_mean: f64,
    /// c.
    pub agents: u32,
    /// 1/θ: the mean patience; `None`: nobody ever leaves.
    pub patience_ms_mean: Option<f64>,
}

impl Erlang {
    /// λ ÷ (c μ): above 1, only patience keeps the queue from growing for ever.
    #[must_use]
    pub fn load(&self) -> f64 {
        self.arrivals_per_hour * self.handle_ms_mean / HOUR_MS / f64::from(self.agents)
    }

    /// The tenant: longest idle first, capacity 1, no rules. The same as `examples/erlang`.
    #[must_use]
    pub fn ruleset(&self) -> Ruleset {
        Ruleset::without_rules(self.directory())
    }

    /// The tenant's directory.
    #[must_use]
    pub fn directory(&self) -> Directory {
        let group = GroupId(0);
        let agents = (0..self.agents).map(|number| {
            let slug = format!("agent-{:03}", number + 1);
            Agent {
                id: AgentId(number),
                name: slug.clone(),
                slug,
                role: Role::Agent,
                receives: true,
                channels: Vec::new(),
                tier: 1,
                groups: vec![Membership { group, priority: 50 }],
                skills: Vec::new(),
                capacity: 1,
                channel_capacity: Vec::new(),
                shift: None,
                active: true,
            }
        });
        Directory {
            settings: settings(group),
            channels: vec![Channel {
                id: ChannelId(0),
                slug: "line".to_owned(),
                name: "line".to_owned(),
                group: Some(group),
                active: true,
            }],
            entries: BTreeMap::new(),
            groups: vec![only_group(group)],
            agents: agents.collect(),
            skills: Vec::new(),
            hours: Vec::new(),
            wait_thresholds_ms: Vec::new(),
        }
    }

    /// Traffic of exactly this many conversations, of which those that arrive in the first `warm_up_ms` are not
    /// counted in any figure.
    #[must_use]
    pub fn scenario(&self, conversations: u64, warm_up_ms: i64) -> Scenario {
        let conversations = conversations.min(CONVERSATIONS_MAX);
        // The count ends it; the length is for the charts, and a little more than that takes.
        let expected_ms = conversations as f64 / self.arrivals_per_hour * HOUR_MS;
        let length_ms = (expected_ms * 1.1) as i64 + 100 * HOUR_MS as i64;
        Scenario {
            name: "erlang".to_owned(),
            start: Timestamp(1_767_225_600_000),
            length_ms,
            warm_up_ms,
            conversations_max: conversations,
            arrivals: vec![Arrivals {
                channel: ChannelId(0),
                rates: vec![Rate { from_ms: 0, per_hour: self.arrivals_per_hour }],
            }],
            dispersion: None,
            recorded: Vec::new(),
            intents: vec![Intent {
                name: "anything".to_owned(),
                share: 1.0,
                group: None,
                skills: Vec::new(),
                handle: Length::exponential(self.handle_ms_mean),
                phrases: Vec::new(),
                entry: None,
                language: None,
                attributes: Vec::new(),
                follow_up: None,
            }],
            vip: vec![1.0],
            returning: 0.0,
            patience: self.patience_ms_mean.map(Length::exponential),
            short_abandon_ms: 0,
            handle_factors: HandleFactors::default(),
            reply: None,
            bot: BotStay { length: Length { mean_ms: 90_000.0, shape: Shape::Constant }, contained: 1.0 },
            form: Length { mean_ms: 60_000.0, shape: Shape::Constant },
            breaks: Vec::new(),
            drops: Vec::new(),
            silences: Vec::new(),
            series_ms: Scenario::series_ms_for(length_ms.min(LENGTH_MS_MAX)).max(length_ms / 300),
        }
    }
}

fn settings(group: GroupId) -> Settings {
    let fallback = Fallback { steps: vec![FallbackStep::LeaveMessage] };
    Settings { default_group: Some(group), fallback, ..Settings::bare("Erlang", "UTC") }
}

fn only_group(id: GroupId) -> Group {
    Group {
        id,
        slug: "everyone".to_owned(),
        name: "everyone".to_owned(),
        parent: None,
        heads: Vec::new(),
        strategy: Strategy::LongestIdle,
        hours: None,
        capacity: None,
        agent_capacity: None,
        queue_length_max: None,
        wait_ms_max: None,
        wait_unstaffed: false,
        widening: Vec::new(),
        tier_max: None,
        fallback: Fallback::default(),
        closed: Fallback::default(),
        reply_timeout_ms: None,
        target_wait_ms: 20_000,
        active: true,
    }
}
