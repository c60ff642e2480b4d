//! What the calls of a rule cost, tallied while a run goes on.

use super::report::{CostStretch, RuleCost, RuleFailures};
use crate::rules::{Hook, RuleCall};
use crate::trace::RuleFailureKind;

/// Buckets to a doubling of the cost; costs below it have a bucket each.
const BUCKETS: u64 = 8;

/// The kinds of failure, in the order in which they are told.
const KINDS: [RuleFailureKind; 5] = [
    RuleFailureKind::Error,
    RuleFailureKind::Budget,
    RuleFailureKind::Depth,
    RuleFailureKind::Size,
    RuleFailureKind::BadAnswer,
];

/// The calls of one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct CostTally {
    calls: u64,
    failed: [u64; KINDS.len()],
    sum: u64,
    cost_max: u64,
    memory_bytes_max: u64,
    /// Calls by [`bucket`] of their cost; as long as the dearest call needs.
    buckets: Vec<u64>,
    checksum: u64,
}

impl CostTally {
    pub(super) fn add(&mut self, call: &RuleCall) {
        let failed = call.failed.and_then(|kind| KINDS.iter().position(|known| *known == kind));
        if let Some(count) = failed.and_then(|kind| self.failed.get_mut(kind)) {
            *count += 1;
        }
        let at = bucket(call.cost);
        if at >= self.buckets.len() {
            self.buckets.resize(at + 1, 0);
        }
        if let Some(count) = self.buckets.get_mut(at) {
            *count += 1;
        }
        self.calls += 1;
        self.sum = self.sum.saturating_add(call.cost);
        self.cost_max = self.cost_max.max(call.cost);
        self.memory_bytes_max = self.memory_bytes_max.max(call.memory_bytes);
        let hook = match call.hook {
            Hook::Route => 1,
            Hook::OnMessage => 2,
            Hook::OnWait => 3,
            Hook::Rank => 4,
        };
        let failed = failed.map_or(0, |kind| kind as u64 + 1);
        for part in [hook << 8 | failed, call.cost, call.memory_bytes] {
            self.checksum = mixed(self.checksum, part);
        }
    }

    pub(super) fn told(&self) -> RuleCost {
        let failed = KINDS.iter().zip(self.failed).filter(|(_, count)| *count > 0);
        let calls = self.buckets.iter().enumerate().skip_while(|(_, calls)| **calls == 0);
        RuleCost {
            calls: self.calls,
            failed: failed.map(|(kind, count)| RuleFailures { kind: *kind, count }).collect(),
            cost_mean: if self.calls == 0 { 0.0 } else { self.sum as f64 / self.calls as f64 },
            cost_p50: self.quantile(0.5),
            cost_p99: self.quantile(0.99),
            cost_max: self.cost_max,
            memory_bytes_max: self.memory_bytes_max,
            spread: calls.map(|(at, calls)| CostStretch { cost_max: last(at), calls: *calls }).collect(),
            checksum: format!("{:016x}", self.checksum),
        }
    }

    /// The most that a call in the bucket of the nearest rank costs; 0 of nothing.
    fn quantile(&self, share: f64) -> u64 {
        let rank = ((share * self.calls as f64).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = |calls: &u64| {
            seen += calls;
            seen >= rank
        };
        self.buckets.iter().position(reached).map_or(0, |at| last(at).min(self.cost_max))
    }
}

/// Buckets are linear within a doubling.
fn bucket(cost: u64) -> usize {
    if cost < BUCKETS {
        return cost as usize;
    }
    let doubling = u64::from(cost.ilog2() - BUCKETS.ilog2());
    (doubling * BUCKETS + (cost >> doubling)) as usize
}

/// The largest cost in a bucket.
fn last(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < BUCKETS {
        return bucket;
    }
    let doubling = bucket / BUCKETS - 1;
    let next = bucket % BUCKETS + BUCKETS + 1;
    u64::try_from((u128::from(next) << doubling) - 1).unwrap_or(u64::MAX)
}

/// One step of a checksum in which the order counts: the finalizer of MurmurHash3 (64 bits).
fn mixed(sum: u64, part: u64) -> u64 {
    let mut mixed = sum.rotate_left(27) ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RuleId;

    fn call(cost: u64, failed: Option<RuleFailureKind>) -> RuleCall {
        RuleCall { rule: RuleId(0), hook: Hook::Route, cost, memory_bytes: 65_536, failed }
    }

    fn told(calls: &[RuleCall]) -> RuleCost {
        let mut tally = CostTally::default();
        calls.iter().for_each(|call| tally.add(call));
        tally.told()
    }

    #[test]
    fn every_cost_is_in_the_bucket_that_ends_nearest_above_it() {
        let costs = (0..5_000).chain((12..64).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + 1]));
        for cost in costs.chain([u64::MAX]) {
            let at = bucket(cost);
            assert!(cost <= last(at), "{cost} is above its bucket");
            assert!(at == 0 || cost > last(at - 1), "{cost} belongs lower");
            assert!(last(at) - cost <= cost / BUCKETS, "{cost} is told as {}", last(at));
        }
    }

    #[test]
    fn calls_are_told_by_cost_and_by_failure() {
        let calls = [
            call(1_000, None),
            call(3_000, Some(RuleFailureKind::Budget)),
            call(1_010, None),
            call(990, Some(RuleFailureKind::Budget)),
        ];
        let told = told(&calls);
        assert_eq!((told.calls, told.cost_mean, told.cost_max), (4, 1_500.0, 3_000));
        assert_eq!((told.cost_p50, told.cost_p99, told.memory_bytes_max), (1_023, 3_000, 65_536));
        assert_eq!(told.failed, [RuleFailures { kind: RuleFailureKind::Budget, count: 2 }]);
        let first = CostStretch { cost_max: 1_023, calls: 3 };
        assert_eq!((told.spread.first(), told.spread.iter().map(|one| one.calls).sum()), (Some(&first), 4));
    }

    #[test]
    fn the_checksum_sees_order_cost_and_failure() {
        let [a, b] = [call(7, None), call(8, None)];
        let sums = [
            told(&[a, b]),
            told(&[b, a]),
            told(&[a, a]),
            told(&[a, call(8, Some(RuleFailureKind::Size))]),
            told(&[a, RuleCall { hook: Hook::Rank, ..b }]),
            told(&[a, RuleCall { memory_bytes: 0, ..b }]),
        ];
        let distinct: std::collections::BTreeSet<_> = sums.iter().map(|told| &told.checksum).collect();
        assert_eq!(distinct.len(), sums.len());
        assert_eq!(told(&[a, b]), told(&[a, b]));
    }
}
