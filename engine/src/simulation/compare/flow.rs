//! How conversations flow: by which channel, by which rule, to which group, to what end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::decided_by::DecidedBy;
use super::names::Names;
use super::outcome::{End, Outcome};
use crate::id::GroupId;
use crate::model::FallbackStep;
use crate::rules::Target;

/// Conversations that went the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Flow {
    /// Their channel's slug.
    pub channel: String,
    /// What decided where they were sent.
    pub by: DecidedBy,
    /// The group they were sent to; `None`: to no group.
    pub group: Option<String>,
    /// How that ended.
    pub end: FlowEnd,
    /// How many; a mean where several runs were put together.
    pub conversations: f64,
}

/// How conversations ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum FlowEnd {
    /// An agent of the group they were sent to.
    Served,
    /// An agent of another group, by a fallback or an overflow.
    ServedElsewhere,
    /// The visitor left.
    Abandoned,
    /// A bot.
    Bot,
    /// A message form.
    LeaveMessage,
    /// A ticket.
    Ticket,
    /// Not yet.
    Underway,
}

type Key = (String, DecidedBy, Option<String>, FlowEnd);

/// The flows of one run, the largest first.
pub(super) fn flows<'o>(outcomes: impl Iterator<Item = &'o Outcome>, names: Names<'_>) -> Vec<Flow> {
    let directory = names.directory();
    let group = |id: GroupId| directory.group(id).map(|group| group.slug.clone());
    let mut counts: BTreeMap<Key, f64> = BTreeMap::new();
    for outcome in outcomes {
        let channel = directory.channel(outcome.arrival.channel).map(|channel| channel.slug.clone());
        let sent = outcome.plan().and_then(|planned| match planned.plan.target {
            Target::Group(group) | Target::Agent { group, .. } => Some(group),
            Target::Bot(_) | Target::LeaveMessage | Target::Ticket => None,
        });
        let end = match &outcome.end {
            End::Served(_, by) if Some(*by) == sent => FlowEnd::Served,
            End::Served(..) => FlowEnd::ServedElsewhere,
            End::Abandoned(_) => FlowEnd::Abandoned,
            End::FellBack(FallbackStep::Bot(_)) => FlowEnd::Bot,
            End::FellBack(FallbackStep::LeaveMessage) => FlowEnd::LeaveMessage,
            End::FellBack(FallbackStep::Ticket) => FlowEnd::Ticket,
            End::FellBack(FallbackStep::Group(_)) | End::Underway(_) => FlowEnd::Underway,
        };
        let key =
            (channel.unwrap_or_default(), DecidedBy::of(outcome.plan(), names), sent.and_then(group), end);
        *counts.entry(key).or_default() += 1.0;
    }
    sorted(counts)
}

/// The mean of several runs' flows.
pub(super) fn mean_flows(runs: &[&[Flow]]) -> Vec<Flow> {
    let mut counts: BTreeMap<Key, f64> = BTreeMap::new();
    for flow in runs.iter().copied().flatten() {
        let key = (flow.channel.clone(), flow.by.clone(), flow.group.clone(), flow.end);
        *counts.entry(key).or_default() += flow.conversations / runs.len() as f64;
    }
    sorted(counts)
}

fn sorted(counts: BTreeMap<Key, f64>) -> Vec<Flow> {
    let flow = |((channel, by, group, end), conversations)| Flow { channel, by, group, end, conversations };
    let mut flows: Vec<Flow> = counts.into_iter().map(flow).collect();
    flows.sort_by(|a, b| b.conversations.total_cmp(&a.conversations));
    flows
}
