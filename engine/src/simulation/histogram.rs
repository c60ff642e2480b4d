//! A histogram of times that takes constant room and gives quantiles within half a percent.

/// Below this, every millisecond has a bucket of its own; above, each doubling is cut into half as many.
const EXACT: u64 = 512;
const HALF: u64 = EXACT / 2;

/// How often each length of time was seen. Buckets are linear within a doubling: a time below 512 ms is kept exactly,
/// a longer one with an error of at most 1/512 (0.2 %), since a bucket's middle stands for all of it. Mean and maximum
/// are exact.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    /// Grows to the longest time seen; a week needs 6,000 buckets.
    counts: Vec<u32>,
    count: u64,
    sum_ms: u64,
    ms_max: u64,
}

impl Histogram {
    pub(super) fn add(&mut self, ms: i64) {
        let ms = ms.max(0) as u64;
        let at = bucket(ms);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(at) {
            *count = count.saturating_add(1);
        }
        self.count += 1;
        self.sum_ms = self.sum_ms.saturating_add(ms);
        self.ms_max = self.ms_max.max(ms);
    }

    /// Adds every time that `other` has.
    pub(super) fn merge(&mut self, other: &Histogram) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.count += other.count;
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
        self.ms_max = self.ms_max.max(other.ms_max);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn ms_max(&self) -> u64 {
        self.ms_max
    }

    /// How many were at most each of `edges_ms`, which ascend, and more than the one before; last, how many were longer.
    /// A time is told as the middle of its bucket.
    pub(super) fn between(&self, edges_ms: &[u64]) -> Vec<u64> {
        let mut counts = vec![0; edges_ms.len() + 1];
        for (at, count) in self.counts.iter().enumerate() {
            let stretch = edges_ms.partition_point(|edge| *edge < middle(at as u64));
            if let Some(sum) = counts.get_mut(stretch) {
                *sum += u64::from(*count);
            }
        }
        counts
    }

    /// The mean; 0 of nothing.
    pub(super) fn ms_mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum_ms as f64 / self.count as f64 }
    }

    /// The time that `share` of all do not exceed (the smallest such time, nearest rank); 0 of nothing.
    pub(super) fn quantile_ms(&self, share: f64) -> u64 {
        let rank = ((share * self.count as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += u64::from(*count);
            if seen >= rank {
                return middle(at as u64).min(self.ms_max);
            }
        }
        self.ms_max
    }
}

fn bucket(ms: u64) -> usize {
    if ms < EXACT {
        return ms as usize;
    }
    // The doubling the time lies in, counted from the first that is not exact.
    let doubling = u64::from(ms.ilog2() - EXACT.ilog2());
    let within = (ms >> (doubling + 1)) - HALF;
    (EXACT + doubling * HALF + within) as usize
}

fn middle(bucket: u64) -> u64 {
    if bucket < EXACT {
        return bucket;
    }
    let (doubling, within) = ((bucket - EXACT) / HALF, (bucket - EXACT) % HALF);
    let width = 1 << (doubling + 1);
    (HALF + within) * width + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_near_the_middle_of_its_bucket() {
        let mut last = 0;
        let mut ms = 0u64;
        while ms < 40 * 24 * 3_600_000 {
            let at = bucket(ms);
            assert!(at == last || at == last + 1 || ms > 1_000, "buckets are gapless");
            last = at;
            let error = middle(at as u64).abs_diff(ms) as f64;
            assert!(error <= ms as f64 / 512.0, "{ms} ms is told as {}", middle(at as u64));
            ms += 1 + ms / 1_000;
        }
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let mut histogram = Histogram::default();
        let mut times: Vec<u64> = (0..10_007u64).map(|n| n * n % 300_007).collect();
        times.iter().for_each(|ms| histogram.add(*ms as i64));
        times.sort_unstable();
        for share in [0.01, 0.5, 0.9, 0.99, 1.0] {
            let exact = times[(share * times.len() as f64).ceil() as usize - 1] as f64;
            let told = histogram.quantile_ms(share) as f64;
            assert!((told - exact).abs() <= exact * 0.005, "{share}: {told}, not {exact}");
        }
        assert_eq!(histogram.ms_mean(), times.iter().sum::<u64>() as f64 / times.len() as f64);
        assert_eq!(Histogram::default().quantile_ms(0.5), 0);
    }

    #[test]
    fn every_time_is_in_one_stretch() {
        let mut histogram = Histogram::default();
        [0, 0, 400, 10_000, 10_100, 70_000].into_iter().for_each(|ms| histogram.add(ms));
        assert_eq!(histogram.between(&[0, 10_040, 60_000]), [2, 2, 1, 1]);
    }
}
