//! (f) One call of `route` of the same rule, `examples/modules/vip-value`: as a Rust function, as a script, as a module in
//! our sandbox, on wasmtime alone, as an extism plugin, and in our sandbox in V8. All of them must give the same answer
//! before any time is taken.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench")]

mod bare;
mod extism;
mod native;
mod ours;
#[path = "../support/mod.rs"]
mod support;
mod v8;

use std::hint::black_box;
use std::time::Instant;

use bare::{Bare, Keep};
use ours::Prepared;
use pointsman_engine::rules::NoModules;
use pointsman_engine::rules::module::Sandbox;
use support::{Ratios, wanted};

/// What every form of the rule is given.
const TEXT: &str = "你好,我上周买的那双跑鞋到现在还没有发货,订单号 20260302-88231,客服说三天内处理,今天已经是第五天了。\
                    麻烦帮我查一下物流,如果还没有出库,我想改成退款,退到原来的支付账户。谢谢!";
const VIP: u8 = 2;
const SPENT: &str = "20000";
const LAST_AGENT: &str = "wang-fang";

/// What every form of the rule answers.
const PRIORITY: u8 = 6;
const TAG: &str = "金卡";
const GROUP: &str = "vip";

fn module(name: &str) -> Vec<u8> {
    std::fs::read(pointsman_tests::repository().join("examples/modules/built").join(name)).unwrap()
}

/// Rounds in which everyone has a turn, and calls in a turn.
const ROUNDS: usize = 600;
const CALLS: u32 = 50;

fn main() {
    if !wanted("module") {
        return;
    }
    let times = measure();
    let ns = |name: &str| times.iter().find(|(known, _)| *known == name).map_or(f64::NAN, |(_, ns)| *ns);
    let (sandbox, reused) = (ns("sandbox"), ns("bare_reused"));
    let bare = times.iter().filter(|(name, _)| name.starts_with("bare_fresh"));
    let (bare, bare_ns) = bare.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    let mut ratios = Ratios::new("module");
    ratios.at_most(&format!("sandbox, of {bare}, the best of wasmtime alone"), sandbox / bare_ns, 1.3, "×");
    ratios.at_most("sandbox, of the script", sandbox / ns("script"), 4.0, "×");
    ratios.told("sandbox, of the Rust function", sandbox / ns("native"));
    ratios.told("sandbox, of wasmtime alone, reused", sandbox / reused);
    extism::compare(&mut ratios, sandbox, reused);
    v8::compare(&mut ratios);
    ratios.finish();
}

/// What a call takes, in nanoseconds. On a machine that does other things as well, only the quick rounds tell, so it is the
/// tenth percentile; and everyone has a turn in every round, so that nobody has the quiet minutes alone.
fn measure() -> Vec<(&'static str, f64)> {
    let modules = Sandbox::new().unwrap();
    let script = ours::ruleset("rhai", &ours::script(), &NoModules);
    let sandboxed = ours::ruleset("wasm", &module("vip-value.wasm"), &modules);
    let facts = Prepared::new(&script);
    // What the SDK builds now never frees, since no instance is used twice; this one, of the first SDK, does.
    let (fresh, reusable) = (module("vip-value.wasm"), module("first/vip-value.wasm"));
    let [all, little, nothing] = [Keep::All, Keep::Little, Keep::Nothing].map(|keep| Bare::new(&fresh, keep));
    let reused = Bare::new(&reusable, Keep::All);
    let (mut native, mut instance) = (native::Call::new(), reused.instance());

    assert_eq!(native::answer(), ours::expected());
    for (name, answer) in [
        ("the script", facts.answer(&script)),
        ("the sandbox", facts.answer(&sandboxed)),
        ("wasmtime alone", all.answer()),
        ("wasmtime alone, reused", reused.answer()),
    ] {
        assert_eq!(answer, ours::expected(), "{name}");
    }

    let mut turns: Vec<(&str, Box<dyn FnMut() + '_>)> = vec![
        ("native", Box::new(|| drop(black_box(native.route())))),
        ("script", Box::new(|| drop(black_box(facts.decide(&script))))),
        ("sandbox", Box::new(|| drop(black_box(facts.decide(&sandboxed))))),
        ("bare_fresh", Box::new(|| drop(black_box(all.call())))),
        ("bare_fresh_little", Box::new(|| drop(black_box(little.call())))),
        ("bare_fresh_nothing", Box::new(|| drop(black_box(nothing.call())))),
        ("bare_reused", Box::new(|| drop(black_box(instance.call())))),
    ];
    let mut took = vec![Vec::with_capacity(ROUNDS); turns.len()];
    for _ in 0..ROUNDS {
        for ((_, turn), took) in turns.iter_mut().zip(&mut took) {
            let begun = Instant::now();
            (0..CALLS).for_each(|_| turn());
            took.push(begun.elapsed().as_nanos() as f64 / f64::from(CALLS));
        }
    }
    let names = turns.iter().map(|(name, _)| *name);
    let times = names.zip(took).map(|(name, mut took)| {
        took.sort_by(f64::total_cmp);
        let (quick, median) = (took[ROUNDS / 10], took[ROUNDS / 2]);
        println!("module/{name}: {:.2} µs, the median {:.2} µs", quick / 1e3, median / 1e3);
        (name, quick)
    });
    times.collect()
}
