//! Traffic: who comes when, wanting what. It depends on the scenario and the seed alone, never on what the ruleset
//! does, so every ruleset meets the same conversations.

use super::random::Stream;
use super::scenario::{Arrivals, Intent, Rate, Recorded, RecordedInterval, Scenario};
use crate::id::ChannelId;
use crate::model::Directory;
use crate::time::Timestamp;

const HOUR_MS: f64 = 3_600_000.0;

/// New customers of surges are numbered from here on, so that the others keep their numbers.
const SURGE_CUSTOMERS: u64 = 1 << 32;

/// A conversation that is about to begin, with everything about it that is not for the ruleset to decide.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Arrival {
    /// When.
    pub at: Timestamp,
    /// By which channel.
    pub channel: ChannelId,
    /// What is wanted: an index into [`Scenario::intents`].
    pub intent: u16,
    /// The opening words: an index into the intent's phrases.
    pub phrase: u16,
    /// Who it is: customers are numbered from 0; `None`: anonymous.
    pub customer: Option<u64>,
    /// The VIP level.
    pub vip: u8,
    /// The handle time, before the agent's factors.
    pub handle_ms: i64,
    /// How long the visitor waits; `None`: for ever.
    pub patience_ms: Option<i64>,
    /// Luck of the conversation's own, for what is needed rarely.
    pub luck: u64,
}

/// More conversations than the scenario brings.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(super) struct Surge {
    pub(super) channel: ChannelId,
    pub(super) from: Timestamp,
    pub(super) length_ms: i64,
    pub(super) per_hour: f64,
}

/// Every arrival of a run, in order of time.
#[derive(Clone, Debug)]
pub struct Traffic {
    scenario: Scenario,
    channels: Vec<ChannelTraffic>,
    /// When the next arrival is, and by which channel.
    next: Option<(i64, usize)>,
    left: u64,
    /// VIP levels of the customers seen so far.
    customers: Vec<u8>,
    shares: Vec<f64>,
    vip_shares: Vec<f64>,
    /// New customers that surges brought.
    surge_customers: u64,
}

/// One channel's process and its streams.
#[derive(Clone, Debug)]
struct ChannelTraffic {
    channel: ChannelId,
    /// When it began, of a surge.
    surge_from: Option<Timestamp>,
    clock: Clock,
    next_ms: Option<i64>,
    gaps: Stream,
    intents: Stream,
    phrases: Stream,
    vip: Stream,
    customers: Stream,
    handle: Stream,
    patience: Stream,
    luck: Stream,
}

impl Traffic {
    /// The traffic of `scenario` under `seed`.
    #[must_use]
    pub fn new(scenario: &Scenario, directory: &Directory, seed: u64) -> Traffic {
        let slug = |channel| directory.channel(channel).map_or("", |channel| &*channel.slug);
        let by_rates = scenario.arrivals.iter().map(|Arrivals { channel, rates }| {
            let clock = match &scenario.dispersion {
                None => PoissonClock::new(rates, scenario.length_ms),
                Some(dispersion) => {
                    let rates = dispersion.applied(rates, scenario.length_ms, seed);
                    PoissonClock::new(&rates, scenario.length_ms)
                }
            };
            ChannelTraffic::new(*channel, Clock::Poisson(clock), seed, slug(*channel))
        });
        let by_counts = scenario.recorded.iter().map(|recorded| {
            let clock = Clock::Counted(CountedClock::new(recorded));
            ChannelTraffic::new(recorded.channel, clock, seed, slug(recorded.channel))
        });
        let mut traffic = Traffic {
            channels: by_rates.chain(by_counts).collect(),
            next: None,
            left: scenario.conversations_max,
            customers: Vec::new(),
            shares: cumulative(scenario.intents.iter().map(|intent| intent.share)),
            vip_shares: cumulative(scenario.vip.iter().copied()),
            surge_customers: 0,
            scenario: scenario.clone(),
        };
        for channel in &mut traffic.channels {
            channel.step();
        }
        traffic.choose_next();
        traffic
    }

    /// Brings more conversations by one channel. Its streams are named by its beginning, so that it is the same surge
    /// whatever else is done to the run.
    pub(super) fn add_surge(&mut self, surge: &Surge, directory: &Directory, seed: u64) {
        let slug = directory.channel(surge.channel).map_or("", |channel| &channel.slug);
        let from_ms = surge.from.since_ms(self.scenario.start);
        let rates = vec![Rate { from_ms: 0, per_hour: 0.0 }, Rate { from_ms, per_hour: surge.per_hour }];
        let end_ms = from_ms.saturating_add(surge.length_ms).min(self.scenario.length_ms);
        let alike =
            |other: &&ChannelTraffic| other.channel == surge.channel && other.surge_from == Some(surge.from);
        let number = self.channels.iter().filter(alike).count();
        let name = format!("surge {from_ms} {number} {slug}");
        let clock = Clock::Poisson(PoissonClock::new(&rates, end_ms));
        let mut channel = ChannelTraffic::new(surge.channel, clock, seed, &name);
        channel.surge_from = Some(surge.from);
        channel.step();
        self.channels.push(channel);
        self.choose_next();
    }

    /// Conversations an hour that the scenario and its surges bring by a channel at an instant.
    pub(super) fn per_hour(&self, channel: ChannelId, at: Timestamp) -> f64 {
        let ms = at.since_ms(self.scenario.start) as f64;
        let of_channel = self.channels.iter().filter(|traffic| traffic.channel == channel);
        of_channel.map(|traffic| traffic.clock.per_ms(ms) * HOUR_MS).sum()
    }

    /// When the next conversation begins; `None` once no more come.
    #[must_use]
    pub fn peek(&self) -> Option<Timestamp> {
        self.next.map(|(ms, _)| self.scenario.start.plus_ms(ms))
    }

    /// Whether the limit on conversations ended the arrivals.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.left == 0 && self.channels.iter().any(|channel| channel.next_ms.is_some())
    }

    /// What the visitors want.
    #[must_use]
    pub fn intents(&self) -> &[Intent] {
        &self.scenario.intents
    }

    fn choose_next(&mut self) {
        let mut next = None;
        for (at, channel) in self.channels.iter().enumerate() {
            if let Some(ms) = channel.next_ms
                && next.is_none_or(|(earliest, _)| ms < earliest)
            {
                next = Some((ms, at));
            }
        }
        self.next = next.filter(|_| self.left > 0);
    }
}

impl Iterator for Traffic {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let (ms, at) = self.next?;
        let channel = self.channels.get_mut(at)?;
        let intent = pick(&self.shares, &mut channel.intents);
        let described = self.scenario.intents.get(intent)?;
        let mut vip = match self.vip_shares.len() {
            0 | 1 => 0,
            _ => pick(&self.vip_shares, &mut channel.vip) as u8,
        };
        let customer = (self.scenario.returning > 0.0).then(|| {
            let (luck, which) = (channel.customers.unit(), channel.customers.below(self.customers.len()));
            match self.customers.get(which) {
                Some(known) if luck <= self.scenario.returning => {
                    vip = *known;
                    which as u64
                }
                _ if channel.surge_from.is_some() => {
                    self.surge_customers += 1;
                    SURGE_CUSTOMERS + self.surge_customers
                }
                _ => {
                    self.customers.push(vip);
                    self.customers.len() as u64 - 1
                }
            }
        });
        let arrival = Arrival {
            at: self.scenario.start.plus_ms(ms),
            channel: channel.channel,
            intent: intent as u16,
            phrase: match described.phrases.len() {
                0 | 1 => 0,
                many => channel.phrases.below(many) as u16,
            },
            customer,
            vip,
            handle_ms: described.handle.draw_ms(&mut channel.handle),
            patience_ms: self.scenario.patience.map(|patience| patience.draw_ms(&mut channel.patience)),
            luck: channel.luck.bits(),
        };
        channel.step();
        self.left -= 1;
        self.choose_next();
        Some(arrival)
    }
}

impl ChannelTraffic {
    fn new(channel: ChannelId, clock: Clock, seed: u64, slug: &str) -> ChannelTraffic {
        let stream = |purpose| Stream::new(seed, purpose, slug);
        ChannelTraffic {
            channel,
            surge_from: None,
            clock,
            next_ms: None,
            gaps: stream("arrivals"),
            intents: stream("intents"),
            phrases: stream("phrases"),
            vip: stream("vip"),
            customers: stream("customers"),
            handle: stream("handle"),
            patience: stream("patience"),
            luck: stream("luck"),
        }
    }

    fn step(&mut self) {
        self.next_ms = self.clock.step(self.gaps.exponential());
    }
}

/// What turns unit-rate exponential gaps into arrivals: one gap an arrival.
#[derive(Clone, Debug)]
enum Clock {
    Poisson(PoissonClock),
    Counted(CountedClock),
}

impl Clock {
    /// The rate for one millisecond at an instant.
    fn per_ms(&self, ms: f64) -> f64 {
        match self {
            Clock::Poisson(clock) => clock.per_ms(ms),
            Clock::Counted(clock) => clock.per_ms(ms),
        }
    }

    fn step(&mut self, gap: f64) -> Option<i64> {
        match self {
            Clock::Poisson(clock) => clock.step(gap),
            Clock::Counted(clock) => clock.step(gap),
        }
    }
}

/// Arrivals that were counted: as many in each interval as its count says, evenly at random within it and in order. Of k
/// that are still to come in what is left of an interval, the first comes after the share 1 − e^(−gap/k) of it, which
/// is how the least of k uniform draws lies.
#[derive(Clone, Debug)]
struct CountedClock {
    intervals: Vec<RecordedInterval>,
    at: usize,
    /// How many of the running interval have come, and when the last did.
    come: u32,
    now_ms: f64,
}

impl CountedClock {
    fn new(recorded: &Recorded) -> CountedClock {
        CountedClock { intervals: recorded.intervals.clone(), at: 0, come: 0, now_ms: 0.0 }
    }

    fn per_ms(&self, ms: f64) -> f64 {
        let at = self.intervals.partition_point(|interval| interval.from_ms as f64 <= ms);
        let interval = at.checked_sub(1).and_then(|at| self.intervals.get(at));
        interval
            .filter(|interval| ms < (interval.from_ms + interval.length_ms) as f64)
            .map_or(0.0, |interval| f64::from(interval.count) / interval.length_ms as f64)
    }

    fn step(&mut self, gap: f64) -> Option<i64> {
        loop {
            let interval = self.intervals.get(self.at)?;
            if self.come >= interval.count {
                self.at += 1;
                self.come = 0;
                continue;
            }
            let end_ms = (interval.from_ms + interval.length_ms) as f64;
            let now_ms = self.now_ms.max(interval.from_ms as f64);
            let left = f64::from(interval.count - self.come);
            self.come += 1;
            self.now_ms = now_ms - (end_ms - now_ms) * libm::expm1(-gap / left);
            // The last millisecond of the interval at the latest: its end belongs to the next one.
            return Some((self.now_ms as i64).min(interval.from_ms + interval.length_ms - 1));
        }
    }
}

/// Turns unit-rate exponential gaps into arrivals of a process whose rate is constant in pieces: time is stretched
/// so that each piece holds as much of the unit process as its rate says. One draw an arrival, none refused.
#[derive(Clone, Debug)]
struct PoissonClock {
    /// The end of each piece and its rate for one millisecond.
    pieces: Vec<(f64, f64)>,
    piece: usize,
    now_ms: f64,
}

impl PoissonClock {
    fn new(rates: &[Rate], length_ms: i64) -> PoissonClock {
        let ends = rates.iter().skip(1).map(|rate| rate.from_ms).chain([length_ms]);
        let pieces = rates
            .iter()
            .zip(ends)
            .map(|(rate, end_ms)| (end_ms.min(length_ms) as f64, rate.per_hour / HOUR_MS))
            .collect();
        PoissonClock { pieces, piece: 0, now_ms: 0.0 }
    }

    /// The rate for one millisecond at an instant.
    fn per_ms(&self, ms: f64) -> f64 {
        self.pieces.iter().find(|(end_ms, _)| ms < *end_ms).map_or(0.0, |(_, per_ms)| *per_ms)
    }

    fn step(&mut self, mut gap: f64) -> Option<i64> {
        loop {
            let &(end_ms, per_ms) = self.pieces.get(self.piece)?;
            let held = (end_ms - self.now_ms) * per_ms;
            if gap < held {
                self.now_ms += gap / per_ms;
                return Some(self.now_ms as i64);
            }
            gap -= held.max(0.0);
            self.now_ms = self.now_ms.max(end_ms);
            self.piece += 1;
        }
    }
}

fn cumulative(shares: impl Iterator<Item = f64>) -> Vec<f64> {
    shares
        .scan(0.0, |sum, share| {
            *sum += share;
            Some(*sum)
        })
        .collect()
}

/// An index by its share. One draw where there is a choice, none where there is not.
fn pick(cumulative: &[f64], stream: &mut Stream) -> usize {
    match cumulative.len() {
        0 | 1 => 0,
        many => {
            let luck = stream.unit();
            cumulative.partition_point(|sum| *sum < luck).min(many - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Channel;
    use crate::simulation::erlang::Erlang;
    use crate::simulation::{DispersedDay, Dispersion, FollowUp};

    const HOUR: i64 = 3_600_000;

    fn world(arrivals: Vec<Arrivals>) -> (Scenario, Directory) {
        let erlang = Erlang {
            arrivals_per_hour: 1.0,
            handle_ms_mean: 60_000.0,
            agents: 1,
            patience_ms_mean: Some(90_000.0),
        };
        let mut directory = erlang.directory();
        let app = Channel { id: ChannelId(1), slug: "app".to_owned(), ..directory.channels[0].clone() };
        directory.channels.push(app);
        let scenario = Scenario {
            length_ms: 4 * HOUR,
            conversations_max: 1_000_000,
            vip: vec![0.9, 0.07, 0.03],
            arrivals,
            ..erlang.scenario(1, 0)
        };
        (scenario, directory)
    }

    fn arrivals(channel: u16, rates: &[(i64, f64)]) -> Arrivals {
        let rates = rates.iter().map(|&(from_ms, per_hour)| Rate { from_ms, per_hour }).collect();
        Arrivals { channel: ChannelId(channel), rates }
    }

    #[test]
    fn each_stretch_has_its_rate_and_a_closed_one_nobody() {
        let rates = [(0, 40_000.0), (HOUR, 0.0), (2 * HOUR, 10_000.0), (2 * HOUR + HOUR / 2, 90_000.0)];
        let (scenario, directory) = world(vec![arrivals(0, &rates)]);
        let mut counts = [0i64; 4];
        let mut last = 0;
        for arrival in Traffic::new(&scenario, &directory, 3) {
            let ms = arrival.at.since_ms(scenario.start);
            assert!(ms >= last && ms < scenario.length_ms);
            last = ms;
            counts[rates.iter().rposition(|(from, _)| ms >= *from).unwrap()] += 1;
        }
        // Within four deviations of the Poisson means.
        for (count, mean) in counts.into_iter().zip([40_000i64, 0, 5_000, 135_000]) {
            assert!((count - mean).pow(2) <= 16 * mean, "{count} instead of {mean}");
        }
    }

    /// A Poisson count of mean μ whose rate is multiplied by a gamma factor of variation c has variance μ + c² μ²; two
    /// factors add c₁² + c₂² + c₁² c₂².
    #[test]
    fn counts_vary_over_the_seeds_as_theory_says() {
        const SEEDS: u64 = 3_000;
        let day = |from_ms, to_ms, date: &str| DispersedDay { date: date.to_owned(), from_ms, to_ms };
        for (of_day, of_stretch) in [(0.0, 0.0), (0.2, 0.0), (0.0, 0.15), (0.2, 0.15)] {
            let (mut scenario, directory) = world(vec![arrivals(0, &[(0, 300.0)])]);
            scenario.dispersion = Some(Dispersion {
                day: of_day,
                stretch: of_stretch,
                stretch_ms: HOUR,
                stretch_correlation: 0.0,
                days: vec![day(0, 2 * HOUR, "2026-11-11"), day(2 * HOUR, 26 * HOUR, "2026-11-12")],
            });
            let mut counts: Vec<[f64; 4]> = Vec::new();
            for seed in 0..SEEDS {
                let mut hours = [0.0; 4];
                for arrival in Traffic::new(&scenario, &directory, seed) {
                    hours[(arrival.at.since_ms(scenario.start) / HOUR) as usize] += 1.0;
                }
                counts.push(hours);
            }
            let covariance = |a: usize, b: usize| {
                let product = counts.iter().map(|hours| (hours[a] - 300.0) * (hours[b] - 300.0));
                product.sum::<f64>() / SEEDS as f64
            };
            let (day_squared, stretch_squared) = (of_day * of_day, of_stretch * of_stretch);
            let wanted = 1.0 + 300.0 * (day_squared + stretch_squared + day_squared * stretch_squared);
            let index = covariance(1, 1) / 300.0;
            assert!((index / wanted - 1.0).abs() < 0.12, "{of_day} {of_stretch}: {index}, not {wanted}");
            // Hours of one day share the day's factor; those of two share nothing.
            let error = 5.0 * covariance(1, 1) / (SEEDS as f64).sqrt();
            let shared = 300.0 * 300.0 * day_squared;
            assert!((covariance(0, 1) - shared).abs() < error, "{of_day} {of_stretch}");
            assert!(covariance(1, 2).abs() < error, "{of_day} {of_stretch}");
        }
    }

    #[test]
    fn recorded_counts_come_exactly_and_evenly() {
        let (mut scenario, directory) = world(vec![arrivals(1, &[(0, 50.0)])]);
        let interval = |from_ms, length_ms, count| RecordedInterval { from_ms, length_ms, count };
        let counts = [interval(0, HOUR, 20_000), interval(HOUR, 1, 3), interval(2 * HOUR, HOUR, 1)];
        scenario.recorded = vec![Recorded { channel: ChannelId(0), intervals: counts.to_vec() }];
        for seed in [1, 2] {
            let all =
                Traffic::new(&scenario, &directory, seed).filter(|arrival| arrival.channel == ChannelId(0));
            let ms: Vec<i64> = all.map(|arrival| arrival.at.since_ms(scenario.start)).collect();
            assert!(ms.is_sorted());
            for RecordedInterval { from_ms, length_ms, count } in counts {
                let within = ms.iter().filter(|ms| (from_ms..from_ms + length_ms).contains(*ms)).count();
                assert_eq!(within, count as usize);
            }
            // Kolmogorov and Smirnov, as for the exponential draws.
            let distance = ms.iter().take(20_000).enumerate().fold(0.0, |most: f64, (at, ms)| {
                most.max((*ms as f64 / HOUR as f64 - at as f64 / 20_000.0).abs())
            });
            assert!(distance * 20_000f64.sqrt() < 1.95, "seed {seed}: distance {distance}");
        }
        let traffic = Traffic::new(&scenario, &directory, 1);
        assert_eq!(traffic.per_hour(ChannelId(0), scenario.start.plus_ms(HOUR / 2)), 20_000.0);
        assert_eq!(traffic.per_hour(ChannelId(0), scenario.start.plus_ms(2 * HOUR - 1)), 0.0);
    }

    #[test]
    fn one_channel_changing_changes_nothing_in_another() {
        let of_app = |website: f64| {
            let (scenario, directory) =
                world(vec![arrivals(0, &[(0, website)]), arrivals(1, &[(0, 2_000.0)])]);
            let traffic = Traffic::new(&scenario, &directory, 9);
            traffic.filter(|arrival| arrival.channel == ChannelId(1)).collect::<Vec<_>>()
        };
        assert!(of_app(0.0).len() > 7_000);
        assert_eq!(of_app(0.0), of_app(3_000.0));
    }

    #[test]
    fn a_surge_brings_its_own_and_changes_nobody_else() {
        let (mut scenario, directory) =
            world(vec![arrivals(0, &[(0, 2_000.0)]), arrivals(1, &[(0, 1_000.0)])]);
        scenario.returning = 0.3;
        let calm: Vec<Arrival> = Traffic::new(&scenario, &directory, 9).collect();
        let mut surging = Traffic::new(&scenario, &directory, 9);
        let from = scenario.start.plus_ms(HOUR);
        let mut all: Vec<Arrival> = Vec::new();
        while surging.peek().is_some_and(|at| at <= from) {
            all.extend(surging.next());
        }
        let surge = Surge { channel: ChannelId(0), from, length_ms: HOUR, per_hour: 4_000.0 };
        surging.add_surge(&surge, &directory, 9);
        assert_eq!(surging.per_hour(ChannelId(0), from.plus_ms(HOUR / 2)).round(), 6_000.0);
        assert_eq!(surging.per_hour(ChannelId(0), from.plus_ms(HOUR)).round(), 2_000.0);
        all.extend(surging);
        assert!(all.is_sorted_by_key(|arrival| arrival.at));
        let mut calm_ones = calm.iter().peekable();
        let extra: Vec<&Arrival> =
            all.iter().filter(|arrival| calm_ones.next_if_eq(arrival).is_none()).collect();
        assert_eq!(calm_ones.count(), 0, "whoever comes anyway comes as before");
        assert!((3_700..4_300).contains(&extra.len()), "{} instead of about 4000", extra.len());
        let within = |arrival: &&Arrival| (from..from.plus_ms(HOUR)).contains(&arrival.at);
        assert!(extra.iter().all(|arrival| arrival.channel == ChannelId(0) && within(arrival)));
    }

    #[test]
    fn shares_and_returning_customers_come_out_as_asked() {
        let (mut scenario, directory) = world(vec![arrivals(0, &[(0, 50_000.0)])]);
        scenario.returning = 0.3;
        let mut refund = scenario.intents[0].clone();
        refund.share = 0.25;
        refund.phrases = vec!["我要退款".to_owned(), "退货".to_owned()];
        refund.follow_up = Some(FollowUp { share: 1.0, after: refund.handle, phrases: vec!["?".to_owned()] });
        scenario.intents[0].share = 0.75;
        scenario.intents.push(refund);
        let all: Vec<Arrival> = Traffic::new(&scenario, &directory, 5).collect();
        let share = |test: &dyn Fn(&Arrival) -> bool| {
            all.iter().filter(|arrival| test(arrival)).count() as f64 / all.len() as f64
        };
        let near = |measured: f64, wanted: f64| (measured - wanted).abs() < 0.01;
        assert!(near(share(&|arrival| arrival.intent == 1), 0.25));
        assert!(near(share(&|arrival| arrival.intent == 1 && arrival.phrase == 1), 0.125));
        let mut vip_of = std::collections::BTreeMap::new();
        let mut returned = 0;
        for arrival in &all {
            let customer = arrival.customer.unwrap();
            returned += usize::from(vip_of.contains_key(&customer));
            assert_eq!(
                *vip_of.entry(customer).or_insert(arrival.vip),
                arrival.vip,
                "a customer keeps their level"
            );
        }
        assert!(near(returned as f64 / all.len() as f64, 0.3));
        let level_one = vip_of.values().filter(|vip| **vip == 1).count() as f64 / vip_of.len() as f64;
        assert!(near(level_one, 0.07));
        let patience = all.iter().filter_map(|arrival| arrival.patience_ms).sum::<i64>() as f64;
        assert!((patience / all.len() as f64 - 90_000.0).abs() < 900.0);
    }
}
