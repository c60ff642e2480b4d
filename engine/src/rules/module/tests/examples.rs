//! The modules that the SDK built, once, and the hostile ones.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::diagnostic::Code;
use crate::rules::Trigger;
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
        assert!(!traces.is_empty(), "{name}");
        for trace in &traces {
            eprintln!(
                "{name}: {:?} {} {} {:?}",
                trace.outcome, trace.cost, trace.memory_bytes, trace.effects
            );
        }
    }
}

#[test]
fn hostile_modules_are_refused_or_contained() {
    for (name, wasm) in built("hostile") {
        match native().compile(&wasm) {
            Err(problem) => eprintln!("{name}: refused {} {problem}", problem.code.as_str()),
            Ok(_) => {
                let trace = run(&wasm);
                eprintln!(
                    "{name}: {:?} {} {} {:?}",
                    trace.outcome,
                    trace.cost,
                    trace.memory_bytes,
                    trace.log.len()
                );
            }
        }
    }
    let _ = (Code::BadModule, Kind::Error);
}
