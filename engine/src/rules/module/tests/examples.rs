//! The modules that the SDK built, once, and the hostile ones.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::diagnostic::Code;
use crate::rules::{Effect, Trigger};
use crate::trace::RuleFailureKind as Kind;

fn built(folder: &str) -> BTreeMap<String, Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/modules/built").join(folder);
    let files = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|ending| ending == "wasm"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect()
}

/// The module with each of its hooks but `rank`, on a few words.
fn all_runs(wasm: &[u8]) -> Vec<RuleTrace> {
    let module_of = |sandbox: &Sandbox| {
        let mut rule = module(wasm, ModuleLimits::default());
        rule.wait_after_ms = vec![60_000];
        ruleset(vec![rule], sandbox)
    };
    let (here, there) = (module_of(native()), module_of(interpreting()));
    let mut traces = Vec::new();
    for trigger in [Trigger::Opened, Trigger::Message, Trigger::Waited(60_000)] {
        for text in ["我要退款", "my card was stolen, refund 5000 now!!!", "", &"投诉 urgent ".repeat(2_000)]
        {
            let situation = Situation { trigger, vip: 3, ..opened(text) };
            let (here, _) = situation.decide(&here, TraceLevel::Full);
            let (there, _) = situation.decide(&there, TraceLevel::Full);
            assert_eq!(here.rules, there.rules);
            traces.extend(here.rules);
        }
    }
    traces
}

#[test]
fn what_was_built_once_goes_on_running() {
    let built = built("");
    assert!(built.len() >= 7, "{:?}", built.keys());
    for (name, wasm) in built {
        if name == "rank-by-skill" {
            assert_eq!(native().compile(&wasm).unwrap().info().hooks, [Hook::Rank]);
            continue;
        }
        let traces = all_runs(&wasm);
        let ran = |trace: &RuleTrace| trace.cost > 1_000 && trace.memory_bytes >= 65_536;
        assert!(!traces.is_empty() && traces.iter().all(ran), "{name}: {traces:?}");
        match &*name {
            // Some of their groups and skills are not in this tenant.
            "vip-value" | "language-router" => {}
            "office-hours" => assert!(traces.iter().all(|trace| trace.outcome == RuleOutcome::NoEffect)),
            "fraud-score" => assert!(traces.iter().any(|trace| trace.outcome == RuleOutcome::NoEffect)),
            "counter" => {
                let once = [Effect::Tag("calls-1".to_owned()), Effect::Tag("heard-1".to_owned())];
                for trace in &traces {
                    assert_eq!(
                        trace.effects.iter().map(|traced| &traced.effect).collect::<Vec<_>>(),
                        once.each_ref()
                    );
                }
            }
            _ => assert!(
                traces.iter().any(|trace| trace.outcome == RuleOutcome::Matched),
                "{name}: {traces:?}"
            ),
        }
    }
}

/// What becomes of a hostile module.
enum Fate {
    /// Refused when it is uploaded, with these words.
    Refused(Code, &'static str),
    /// The rule fails, with these words.
    Fails(Kind, &'static str),
    /// It does no harm, and puts on this tag.
    Tags(&'static str),
    /// It does no harm, and does nothing.
    Nothing,
}

use Fate::{Fails, Nothing, Refused, Tags};

fn fates() -> BTreeMap<&'static str, Fate> {
    BTreeMap::from([
        (
            "answer-out-of-memory",
            Fails(Kind::BadAnswer, "does not keep to the contract: pointer out of bounds of memory"),
        ),
        (
            "bad-allocation",
            Fails(Kind::BadAnswer, "does not keep to the contract: realloc return: beyond end of memory"),
        ),
        ("counting-global", Tags("1")),
        ("counting-memory", Tags("1")),
        ("deep-recursion", Fails(Kind::Depth, "functions call each other too deep, in `descend`")),
        ("deep-recursion-indirect", Fails(Kind::Depth, "functions call each other too deep, in `descend`")),
        ("empty-component", Refused(Code::BadHook, "the module has no hook: it exports nothing")),
        ("empty-list", Nothing),
        ("endless-allocation", Fails(Kind::Budget, "used up its 5000000 units of fuel, in `allocate`")),
        ("endless-loop", Fails(Kind::Budget, "used up its 5000000 units of fuel, in `route`")),
        ("endless-release", Fails(Kind::Budget, "used up its 5000000 units of fuel, in `release`")),
        (
            "endless-start",
            Refused(
                Code::BadModule,
                "the module cannot start: it used up its 1000000 units of fuel, in `spin`",
            ),
        ),
        ("huge-list", Fails(Kind::Size, "moved more than 512 KiB out at once")),
        ("huge-log-line", Nothing),
        (
            "huge-memory",
            Refused(
                Code::ModuleLimit,
                "the module starts with 4096 MiB of memory, the rule's limit is 64 MiB",
            ),
        ),
        ("huge-string", Fails(Kind::Size, "was refused more than 16 MiB of memory, and then ")),
        ("huge-table", Refused(Code::ModuleLimit, "100000000 elements of tables, at most 10000 are allowed")),
        (
            "invalid-effect",
            Fails(Kind::BadAnswer, "does not keep to the contract: unexpected discriminant: 99"),
        ),
        (
            "invalid-utf8",
            Fails(
                Kind::BadAnswer,
                "does not keep to the contract: invalid utf-8 sequence of 1 bytes from index 1",
            ),
        ),
        ("log-flood", Fails(Kind::Budget, "used up its 5000000 units of fuel, in `route`")),
        (
            "lookup-flood",
            Fails(
                Kind::BadAnswer,
                "does not keep to the contract: realloc return: beyond end of memory, in `route`",
            ),
        ),
        ("memory-bomb", Fails(Kind::Size, "was refused more than 16 MiB of memory, and then ")),
        ("nan-payload", Tags("7ff8000000000000")),
        ("no-hook", Refused(Code::BadHook, "the module has no hook: it exports `cabi_realloc`")),
        (
            "other-version",
            Refused(
                Code::BadModule,
                "the module was built against version 2.0.0 of the contract; here it is 1.0.0",
            ),
        ),
        ("other-world", Refused(Code::BadHook, "the module has no hook: it exports `run`")),
        ("priority-out-of-range", Fails(Kind::BadAnswer, "the priority is 200, it must be between 0 and 9")),
        (
            "shared-memory",
            Refused(
                Code::BadModule,
                "the module uses a part of WebAssembly that rules do not have, at byte 32: ",
            ),
        ),
        ("start-trap", Refused(Code::BadModule, "the module cannot start: it trapped: gave up ")),
        (
            "string-out-of-memory",
            Fails(
                Kind::BadAnswer,
                "does not keep to the contract: string pointer/length out of bounds of memory",
            ),
        ),
        ("table-bomb", Fails(Kind::Size, "was refused tables of more than 10000 elements, and then ")),
        (
            "trap",
            Fails(
                Kind::Error,
                "trapped: division by zero, in `divide` called by `inner` called by `outer` called by `route`",
            ),
        ),
        ("unknown-group", Fails(Kind::BadAnswer, "unknown group `no-such-group`")),
        (
            "unknown-import",
            Refused(Code::ModuleImport, "the module asks for what rules are not given: `env.fopen`"),
        ),
        (
            "wasi-component",
            Refused(
                Code::ModuleImport,
                "the module asks for WASI, which rules are not given: `wasi:clocks/wall-clock@0.2.0`",
            ),
        ),
        (
            "wasi-import",
            Refused(
                Code::ModuleImport,
                "the module asks for WASI, which rules are not given: `wasi_snapshot_preview1.clock_time_get`",
            ),
        ),
        ("wrong-type", Refused(Code::BadHook, "the hook `route` is not as the contract has it: ")),
    ])
}

#[test]
fn hostile_modules_are_refused_or_contained() {
    let (hostile, fates) = (built("hostile"), fates());
    assert!(hostile.keys().eq(fates.keys()), "{:?}", hostile.keys());
    for ((name, wasm), fate) in hostile.iter().zip(fates.values()) {
        match (native().compile(wasm), fate) {
            (Err(problem), Refused(code, words)) => {
                assert_eq!(problem.code, *code, "{name}: {problem}");
                assert!(problem.message.starts_with(words), "{name}: {problem}");
            }
            (Ok(_), Fails(kind, words)) => {
                let trace = run(wasm);
                let failure = failed(&trace);
                assert_eq!(failure.kind, *kind, "{name}: {failure:?}");
                assert!(failure.message.starts_with(words), "{name}: {failure:?}");
                assert!(trace.memory_bytes <= ModuleLimits::default().memory_bytes);
            }
            (Ok(_), Tags(tag)) => {
                let effects: Vec<Effect> =
                    run(wasm).effects.into_iter().map(|traced| traced.effect).collect();
                assert_eq!(effects, [Effect::Tag((*tag).to_owned())], "{name}");
            }
            (Ok(_), Nothing) => assert_eq!(run(wasm).outcome, RuleOutcome::NoEffect, "{name}"),
            (Ok(_), Refused(..)) => panic!("{name} was accepted"),
            (Err(problem), _) => panic!("{name}: {problem}"),
        }
    }
}
