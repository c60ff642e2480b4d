//! (b) One full decision: a conversation opens on a desk with 10,000 keywords in 20 declarative rules, 5 scripts of
//! which one passes its guard, and 1,000 agents. Where its time goes, what a trace adds, and how it grows from 10 to
//! 100,000 agents and from 0 to 1,000,000 waiting conversations.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a bench")]

mod floor;
#[path = "../support/mod.rs"]
mod support;
mod tenant;
mod words;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use floor::Floor;
use pointsman_engine::id::ChannelId;
use pointsman_engine::rules::{Ruleset, Situation};
use pointsman_engine::text::NormalText;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;
use support::Ratios;
use tenant::Rules;
use words::Words;

const AGENTS: u32 = 1_000;
const AGENTS_GROWN: [u32; 5] = [10, 100, 1_000, 10_000, 100_000];
const WAITING: [usize; 4] = [0, 1_000, 100_000, 1_000_000];
/// Enough for a wave of visitors with the fewest agents.
const CAPACITY: u32 = 100;

fn main() {
    let mut criterion = support::criterion().sample_size(20);
    let mut ratios = Ratios::new("desk");
    decision(&mut criterion);
    parts(&mut criterion);
    by_agents(&mut criterion);
    by_waiting(&mut criterion);
    criterion.final_summary();
    tell(&mut ratios);
    ratios.finish();
}

fn decision(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("desk");
    for (name, level) in [
        ("trace_off", TraceLevel::Off),
        ("trace_summary", TraceLevel::Summary),
        ("trace_full", TraceLevel::Full),
    ] {
        let mut floor = Once::new(|| Floor::new(tenant::ruleset(AGENTS, CAPACITY, Rules::All)));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|visitors| floor.get().time_of_opening(visitors, level));
        });
    }
    group.finish();
}

fn parts(criterion: &mut Criterion) {
    let mut words = Words::default();
    let keywords = words.keywords(10_000);
    let messages = words.messages(256, &keywords);
    let mut group = criterion.benchmark_group("desk_parts");
    group.bench_function("normalise", |bencher| {
        let mut next = messages.iter().cycle();
        bencher.iter(|| NormalText::new(next.next().unwrap()));
    });
    for (name, rules) in [
        ("rules_one_with_every_keyword", Rules::OneWithEveryKeyword),
        ("rules_declarative", Rules::Declarative),
        ("rules_all", Rules::All),
    ] {
        let mut ruleset = Once::new(|| tenant::ruleset(AGENTS, CAPACITY, rules));
        let situations: Vec<Situation> = messages.iter().map(|text| visitor(text)).collect();
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| time_of_evaluating(ruleset.get(), &situations, times));
        });
    }
    for (name, placed) in [("desk_without_placement", false), ("desk_without_rules", true)] {
        let mut floor = Once::new(|| {
            Floor::new(if placed {
                tenant::ruleset(AGENTS, CAPACITY, Rules::None)
            } else {
                tenant::ruleset_without_placement(AGENTS)
            })
        });
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|visitors| floor.get().time_of_opening(visitors, TraceLevel::Off));
        });
    }
    group.finish();
}

/// Made when it is first needed, and then kept: criterion runs a bench's function once a sample, and not at all where a
/// filter leaves the bench out.
struct Once<T, F: FnMut() -> T> {
    make: F,
    made: Option<T>,
}

impl<T, F: FnMut() -> T> Once<T, F> {
    fn new(make: F) -> Once<T, F> {
        Once { make, made: None }
    }

    fn get(&mut self) -> &mut T {
        self.made.get_or_insert_with(&mut self.make)
    }
}

fn visitor(text: &str) -> Situation {
    Situation {
        vip: 2,
        language: Some("zh".to_owned()),
        attributes: [("plan".to_owned(), "pro".to_owned())].into(),
        ..Situation::opened(text, ChannelId(0), Timestamp(1_772_416_800_000))
    }
}

/// The time that as many evaluations take; making the facts is not in it.
fn time_of_evaluating(ruleset: &Ruleset, situations: &[Situation], times: u64) -> Duration {
    let mut took = Duration::ZERO;
    for (situation, _) in situations.iter().cycle().zip(0..times) {
        situation.look(ruleset, |facts| {
            let begin = Instant::now();
            black_box(ruleset.evaluate(facts, &|_| false, TraceLevel::Off));
            took += begin.elapsed();
        });
    }
    took
}

fn by_agents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("desk_by_agents");
    for agents in AGENTS_GROWN {
        let mut floor = Once::new(|| Floor::new(tenant::ruleset(agents, CAPACITY, Rules::All)));
        group.bench_function(BenchmarkId::from_parameter(agents), |bencher| {
            bencher.iter_custom(|visitors| floor.get().time_of_opening(visitors, TraceLevel::Off));
        });
    }
    group.finish();
}

fn by_waiting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("desk_by_waiting");
    for waiting in WAITING {
        let mut floor = Once::new(|| {
            let mut floor = Floor::new(tenant::ruleset(AGENTS, 1, Rules::All));
            // Half the agents stay free while nobody is to wait.
            let held = AGENTS as usize / 2;
            while floor.waiting() < waiting || floor.held() < held {
                floor.open();
            }
            floor
        });
        group.bench_function(BenchmarkId::from_parameter(waiting), |bencher| {
            bencher.iter_custom(|turns| floor.get().time_of_turns(turns));
        });
    }
    group.finish();
}

fn tell(ratios: &mut Ratios) {
    let time = |name: &str| ratios.time_ns(name);
    let part = |name: &str| time(&format!("desk_parts/{name}"));
    let measured = || {
        let [normalise, one, declarative, all, bare, placed] = [
            part("normalise")?,
            part("rules_one_with_every_keyword")?,
            part("rules_declarative")?,
            part("rules_all")?,
            part("desk_without_placement")?,
            part("desk_without_rules")?,
        ];
        Some((
            time("desk/trace_off")?,
            [
                ("normalise the text", normalise),
                ("find 10,000 keywords", one),
                ("guards and effects of 20 rules", declarative - one),
                ("one script of five", all - declarative),
                ("customer, conversation and events", bare),
                ("placement among 1,000 agents", placed - bare),
            ],
        ))
    };
    if let Some((whole, parts)) = measured() {
        for (what, part) in parts {
            ratios.share(what, part, whole);
        }
        let rest = whole - parts.iter().map(|(_, part)| part).sum::<f64>();
        ratios.share("what the parts together do not explain", rest, whole);
    }
    for (what, name) in
        [("a summary trace takes", "desk/trace_summary"), ("a full trace takes", "desk/trace_full")]
    {
        if let (Some(with), Some(without)) = (ratios.time_ns(name), ratios.time_ns("desk/trace_off")) {
            ratios.told(what, with / without);
        }
    }
    ratios.grows("10 to 100,000 agents", "desk_by_agents/100000", "desk_by_agents/10", 2.0);
    ratios.grows("0 to 1,000,000 waiting", "desk_by_waiting/1000000", "desk_by_waiting/0", 2.0);
}
