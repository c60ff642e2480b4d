//! Every hostile module of `examples/modules` is refused or contained: its own answer is lost and nothing else. The next
//! rule has its turn, the memory comes back, and the same sandbox runs good rules as before.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails loudly, and says what it saw"
)]

#[path = "hostile/tenant.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod tenant;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Instant;

use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::trace::{RuleOutcome, RuleTrace};
use tenant::{built, decide, ruleset, status_kb};

/// Calls of each module after those that warm up.
const CALLS: usize = 20;
const WARM_UP: usize = 3;
/// What may be left of those calls: what the allocator keeps by chance, far below what one of them had.
const LEFT_KB_MAX: u64 = 2 << 10;

/// One test after the other: they watch the memory of the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// Refused when uploaded, with these words.
const REFUSED: &[(&str, &str)] = &[
    ("huge-memory", "memory"),
    ("huge-table", "table"),
    ("shared-memory", "threads"),
    ("unknown-import", "`env.fopen`"),
    ("wasi-import", "WASI"),
    ("wasi-component", "`wasi:clocks/wall-clock@0.2.0`"),
    ("no-hook", "the module has no hook"),
    ("empty-component", "it exports nothing"),
    ("other-world", "`run`"),
    ("other-version", "version 2.0.0"),
    ("wrong-type", "not as the contract has it"),
    ("endless-start", "cannot start: it used up"),
    ("start-trap", "cannot start: it trapped"),
];

/// Taken, and what comes of a call: a failure with these words.
const FAILS: &[(&str, &str)] = &[
    ("endless-loop", "used up its 5000000 units of fuel, in `route`"),
    ("endless-allocation", "used up its 5000000 units of fuel"),
    ("endless-release", "used up its 5000000 units of fuel"),
    ("log-flood", "used up its 5000000 units of fuel"),
    ("lookup-flood", "realloc return: beyond end of memory"),
    ("deep-recursion", "too deep, in `descend`"),
    ("deep-recursion-indirect", "too deep, in `descend`"),
    ("memory-bomb", "was refused more than 16 MiB of memory"),
    ("table-bomb", "was refused tables of more than 10000 elements"),
    ("trap", "division by zero, in `divide` called by `inner` called by `outer` called by `route`"),
    ("huge-string", "was refused more than 16 MiB of memory"),
    ("huge-list", "moved more than 512 KiB out at once"),
    ("string-out-of-memory", "string pointer/length out of bounds of memory"),
    ("answer-out-of-memory", "pointer out of bounds of memory"),
    ("bad-allocation", "realloc return: beyond end of memory"),
    ("invalid-utf8", "utf-8"),
    ("invalid-effect", "discriminant"),
    ("unknown-group", "unknown group"),
    ("priority-out-of-range", "must be between 0 and 9"),
];

/// Taken, and harmless: the tag of the answer, if any.
const HARMLESS: &[(&str, &str)] = &[
    ("empty-list", ""),
    ("huge-log-line", ""),
    ("counting-global", "1"),
    ("counting-memory", "1"),
    ("nan-payload", "7ff8000000000000"),
];

fn wasm(name: &str) -> Vec<u8> {
    built(&format!("hostile/{name}.wasm"))
}

/// How the call ended, and the tag that it gave.
fn told(trace: &RuleTrace) -> (String, String) {
    let tag = trace.effects.iter().find_map(|effect| match &effect.effect {
        pointsman_engine::rules::Effect::Tag(tag) => Some(tag.clone()),
        _ => None,
    });
    let outcome = match &trace.outcome {
        RuleOutcome::Failed(failure) => failure.message.clone(),
        other => format!("{other:?}"),
    };
    (outcome, tag.unwrap_or_default())
}

/// The same sandbox runs a good rule.
fn good_one_runs(good: &Ruleset, after: &str) {
    let (trace, _) = decide(good);
    assert_eq!(told(&trace), ("Matched".to_owned(), "calls-1".to_owned()), "a good rule after `{after}`");
}

#[test]
fn every_hostile_module_is_refused_or_contained() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let sandbox = Sandbox::new().expect("a sandbox");
    let good = ruleset(&built("counter.wasm"), None, &sandbox).expect("a good rule");
    good_one_runs(&good, "nothing");
    let listed: BTreeSet<String> =
        [REFUSED, FAILS, HARMLESS].concat().iter().map(|(name, _)| format!("{name}.wasm")).collect();
    let folder = pointsman_tests::repository().join("examples/modules/built/hostile");
    let there = std::fs::read_dir(folder)
        .expect("the modules")
        .map(|entry| entry.expect("a module").file_name().into_string().expect("a name"));
    assert_eq!(there.collect::<BTreeSet<_>>(), listed, "every hostile module is in one list");

    let mut wrong = Vec::new();
    println!("{:<24} {:>9} {:>9} {:>9}  refused, or what comes of a call", "module", "µs", "fuel", "left kB");
    for (name, words) in REFUSED {
        let wasm = wasm(name);
        drop(sandbox.compile(&wasm));
        let before_kb = status_kb("VmRSS");
        let begun = Instant::now();
        let Err(problem) = sandbox.compile(&wasm) else {
            wrong.push(format!("{name}: taken"));
            continue;
        };
        let took = begun.elapsed();
        let left_kb = status_kb("VmRSS").saturating_sub(before_kb);
        println!("{name:<24} {:>9} {:>9} {left_kb:>9}  refused: {}", took.as_micros(), "", problem.message);
        if !problem.message.contains(words) || left_kb > LEFT_KB_MAX || problem.message.is_empty() {
            wrong.push(format!("{name}: {} ({left_kb} kB left)", problem.message));
        }
        good_one_runs(&good, name);
    }
    for ((name, words), fails) in
        FAILS.iter().map(|case| (case, true)).chain(HARMLESS.iter().map(|case| (case, false)))
    {
        let rules = match ruleset(&wasm(name), None, &sandbox) {
            Ok(rules) => rules,
            Err(told) => {
                wrong.push(format!("{name}: {told}"));
                continue;
            }
        };
        (0..WARM_UP).for_each(|_| drop(decide(&rules)));
        let before_kb = status_kb("VmRSS");
        let begun = Instant::now();
        let traces: Vec<(RuleTrace, bool)> = (0..CALLS).map(|_| decide(&rules)).collect();
        let took = begun.elapsed() / CALLS as u32;
        let (first, next) = traces[0].clone();
        let same = traces.iter().all(|(trace, _)| *trace == first);
        drop(traces);
        let left_kb = status_kb("VmRSS").saturating_sub(before_kb);
        let (outcome, tag) = told(&first);
        println!("{name:<24} {:>9} {:>9} {left_kb:>9}  {outcome} {tag}", took.as_micros(), first.cost);
        let is_expected = match fails {
            true => matches!(first.outcome, RuleOutcome::Failed(_)) && outcome.contains(words),
            false => !matches!(first.outcome, RuleOutcome::Failed(_)) && tag == *words,
        };
        if !is_expected || !same || !next || left_kb > LEFT_KB_MAX {
            wrong.push(format!(
                "{name}: {outcome} {tag}; {left_kb} kB left, the same each time: {same}, next: {next}"
            ));
        }
        good_one_runs(&good, name);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_module_of_100_megabytes_is_refused_before_it_is_read() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let sandbox = Sandbox::new().expect("a sandbox");
    let good = ruleset(&built("counter.wasm"), None, &sandbox).expect("a good rule");
    let (before_kb, most_before_kb) = (status_kb("VmRSS"), status_kb("VmHWM"));
    let wasm = {
        // A good module, and behind it a section of its own that nothing looks into.
        let mut wasm = built("counter.wasm");
        let length: usize = 100 << 20;
        wasm.push(0);
        let mut rest = length;
        while rest > 0x7f {
            wasm.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        wasm.push(rest as u8);
        wasm.extend([1, b'x']);
        wasm.resize(wasm.len() + length - 2, 0);
        wasm
    };
    let begun = Instant::now();
    let problem = sandbox.compile(&wasm).expect_err("too large");
    println!("{} bytes: {} ({:.1?})", wasm.len(), problem.message, begun.elapsed());
    assert!(problem.message.contains("at most 4194304 are allowed"), "{}", problem.message);
    assert!(status_kb("VmHWM") - most_before_kb < (wasm.len() as u64 >> 10) + LEFT_KB_MAX, "it was copied");
    drop(wasm);
    assert!(status_kb("VmRSS").saturating_sub(before_kb) < LEFT_KB_MAX);
    good_one_runs(&good, "100 MB");
}
