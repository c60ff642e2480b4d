//! The guards of a canary: what each metric reads, whether it holds, and when time alone would breach it.

use serde::{Deserialize, Serialize};

use super::{Canary, CanaryEnd, Rulesets};
use crate::desk::agent::AgentState;
use crate::desk::decide::Out;
use crate::desk::event::Event;
use crate::desk::state::{Batch, Desk};
use crate::id::ConversationId;
use crate::limits::{COMPARED_CONVERSATIONS_MIN, UNANSWERED_AFTER_MS};
use crate::model::Presence;
use crate::time::Timestamp;
use crate::trace::TraceLevel;

/// When a canary is taken back. Each metric is a guard where it is given.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct CanaryGuards {
    /// So many conversations wait, at the whole desk (R134).
    pub waiting: Option<u32>,
    /// A conversation has waited so long, at the whole desk (R135).
    pub longest_wait_ms: Option<i64>,
    /// Fewer agents than this are online (R136).
    pub online_min: Option<u32>,
    /// So many of the canary's conversations have been with an agent for a minute without an answer (R137).
    pub unanswered: Option<u32>,
    /// Of a hundred of the canary's conversations so many more end in a form or a ticket than of the others.
    pub fallback_points: Option<u8>,
    /// Of a hundred of the canary's conversations so many more are abandoned than of the others.
    pub abandoned_points: Option<u8>,
    /// So many failures of the candidate's rules.
    pub failures: Option<u32>,
}

/// What a guard looks at; see [`CanaryGuards`].
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum GuardMetric {
    /// Conversations that wait.
    Waiting,
    /// The longest wait, in milliseconds.
    LongestWait,
    /// Agents online.
    Online,
    /// Conversations without an answer.
    Unanswered,
    /// Points between the shares that fell back.
    Fallback,
    /// Points between the shares that were abandoned.
    Abandoned,
    /// Failures of rules.
    Failures,
}

/// A guard that does not hold.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Breach {
    /// Which.
    pub metric: GuardMetric,
    /// What was read.
    pub reading: i64,
    /// What it may not reach (`online`: not fall below).
    pub limit: i64,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Breach { metric, reading, limit } = self;
        match metric {
            GuardMetric::Waiting => write!(f, "{reading} conversations wait, the guard is {limit}"),
            GuardMetric::LongestWait => {
                write!(f, "the longest wait is {reading} ms, the guard is {limit} ms")
            }
            GuardMetric::Online => write!(f, "{reading} agents are online, the guard is {limit}"),
            GuardMetric::Unanswered => {
                write!(f, "{reading} conversations have no answer, the guard is {limit}")
            }
            GuardMetric::Fallback => {
                write!(f, "{reading} points more fell back than of the others, the guard is {limit}")
            }
            GuardMetric::Abandoned => {
                write!(f, "{reading} points more were abandoned than of the others, the guard is {limit}")
            }
            GuardMetric::Failures => write!(f, "{reading} failures of its rules, the guard is {limit}"),
        }
    }
}

impl Canary {
    fn unanswered_longer(&self, at: Timestamp) -> u32 {
        let late = |(since, _): &&(Timestamp, ConversationId)| at.since_ms(*since) >= UNANSWERED_AFTER_MS;
        u32::try_from(self.unanswered.iter().take_while(late).count()).unwrap_or(u32::MAX)
    }
}

/// By how many points of a hundred the first share is above the second, rounded down. Nothing is a share of nothing.
fn points_above(part: u32, whole: u32, other_part: u32, other_whole: u32) -> i64 {
    let share = |part: u32, whole: u32| (i128::from(part), i128::from(whole.max(1)));
    let ((part, whole), (other_part, other_whole)) = (share(part, whole), share(other_part, other_whole));
    let points = (100 * (part * other_whole - other_part * whole)).div_euclid(whole * other_whole);
    i64::try_from(points).unwrap_or(i64::MAX)
}

impl Desk {
    /// Conversations that wait, and the longest wait, at the whole desk.
    fn waiting(&self) -> (u32, Option<Timestamp>) {
        let waiting = self.groups.iter().map(|group| group.queue.len()).fold(0, u32::saturating_add);
        let oldest =
            self.groups.iter().filter_map(|group| group.queue.oldest()).map(|(since, _)| since).min();
        (waiting, oldest)
    }

    pub(super) fn reading(&self, canary: &Canary, metric: GuardMetric, at: Timestamp) -> i64 {
        let Canary { chosen, others, .. } = canary;
        match metric {
            GuardMetric::Waiting => self.waiting().0.into(),
            GuardMetric::LongestWait => self.waiting().1.map_or(0, |since| at.since_ms(since)),
            GuardMetric::Online => {
                let online = |agent: &&AgentState| agent.spec.active && agent.presence != Presence::Offline;
                i64::try_from(self.agents.iter().filter(online).count()).unwrap_or(i64::MAX)
            }
            GuardMetric::Unanswered => canary.unanswered_longer(at).into(),
            GuardMetric::Fallback => {
                points_above(chosen.fell_back, chosen.opened, others.fell_back, others.opened)
            }
            GuardMetric::Abandoned => {
                points_above(chosen.abandoned, chosen.opened, others.abandoned, others.opened)
            }
            GuardMetric::Failures => chosen.failures.into(),
        }
    }

    /// The first guard that does not hold.
    pub(super) fn breach(&self, canary: &Canary, at: Timestamp) -> Option<Breach> {
        let guards = &canary.guards;
        let compared = canary.chosen.opened >= COMPARED_CONVERSATIONS_MIN;
        let points = |points: Option<u8>| points.filter(|_| compared).map(i64::from);
        let limits = [
            (GuardMetric::Waiting, guards.waiting.map(i64::from)),
            (GuardMetric::LongestWait, guards.longest_wait_ms),
            (GuardMetric::Online, guards.online_min.map(i64::from)),
            (GuardMetric::Unanswered, guards.unanswered.map(i64::from)),
            (GuardMetric::Fallback, points(guards.fallback_points)),
            (GuardMetric::Abandoned, points(guards.abandoned_points)),
            (GuardMetric::Failures, guards.failures.map(i64::from)),
        ];
        limits.into_iter().find_map(|(metric, limit)| {
            let limit = limit?;
            let reading = self.reading(canary, metric, at);
            let holds = match metric {
                GuardMetric::Online => reading >= limit,
                // Nobody waits: no limit is reached, however low.
                GuardMetric::LongestWait => reading < limit || self.waiting().1.is_none(),
                _ => reading < limit,
            };
            (!holds).then_some(Breach { metric, reading, limit })
        })
    }

    /// When time alone would breach a guard.
    pub(in crate::desk) fn guard_due(&self) -> Option<Timestamp> {
        let canary = self.canary.as_ref()?;
        let wait = canary.guards.longest_wait_ms.and_then(|ms| Some(self.waiting().1?.plus_ms(ms)));
        let unanswered = canary.guards.unanswered.and_then(|count| {
            let place = usize::try_from(count.saturating_sub(1)).ok()?;
            canary.unanswered.iter().nth(place).map(|(since, _)| since.plus_ms(UNANSWERED_AFTER_MS))
        });
        wait.into_iter().chain(unanswered).min()
    }

    /// Ends a canary whose guard does not hold. What it leads to is decided before anything else.
    pub(in crate::desk) fn guard(
        &mut self,
        rulesets: Rulesets<'_>,
        at: Timestamp,
        level: TraceLevel,
        batch: &mut Batch,
    ) {
        let Some(canary) = &self.canary else { return };
        let Some(breach) = self.breach(canary, at) else { return };
        let revision = canary.revision;
        let from = batch.events.len();
        let pending = std::mem::take(&mut batch.steps);
        let end = CanaryEnd::Breached(breach);
        Out::new(self, rulesets, at, level, batch).emit(Event::CanaryEnded { revision, end });
        self.fold_from(from, batch);
        batch.steps.extend(pending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_compare_shares_not_counts() {
        assert_eq!(points_above(5, 10, 100, 1_000), 40);
        assert_eq!(points_above(1, 10, 1, 10), 0);
        assert_eq!(points_above(3, 10, 0, 0), 30);
        assert_eq!(points_above(0, 10, 10, 20), -50);
    }
}
