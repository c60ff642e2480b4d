//! Nothing survives from one call to the next.

use super::*;
use crate::rules::Effect;

/// Calls the guest again and again; each call is to answer the same.
#[track_caller]
fn always_one(wasm: &[u8]) {
    for sandbox in [native(), interpreting()] {
        let ruleset = ruleset(vec![module(wasm, ModuleLimits::default())], sandbox);
        let costs: Vec<u64> = (0..50)
            .map(|_| {
                let (verdict, _) = opened("x").decide(&ruleset, TraceLevel::Full);
                assert_eq!(verdict.rules[0].effects[0].effect, Effect::Priority(1));
                verdict.rules[0].cost
            })
            .collect();
        assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
    }
}

#[test]
fn a_guest_that_counts_its_calls_in_a_global_always_answers_one() {
    always_one(&guests::route(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1))) (call $priority (global.get $calls))",
        "(global $calls (mut i32) (i32.const 0))",
    ));
}

#[test]
fn a_guest_that_counts_its_calls_in_memory_always_answers_one() {
    // In the first page, and in one that it has to grow first.
    always_one(&guests::route(
        "(i32.store (i32.const 4000) (i32.add (i32.load (i32.const 4000)) (i32.const 1)))
         (drop (memory.grow (i32.const 40)))
         (i32.store (i32.const 2600000) (i32.add (i32.load (i32.const 2600000)) (i32.load (i32.const 4000))))
         (call $priority (i32.add (i32.load (i32.const 2600000)) (i32.sub (memory.size) (i32.const 41))))",
        "",
    ));
}

#[test]
fn a_guest_that_counts_its_calls_in_a_table_always_answers_one() {
    always_one(&guests::route(
        "(table.set $seen (table.grow $seen (ref.null func) (i32.const 1)) (ref.func $cabi_realloc))
         (call $priority (table.size $seen))",
        "(table $seen 0 100 funcref) (elem declare func $cabi_realloc)",
    ));
}

#[test]
fn what_a_start_function_does_is_done_anew_for_each_call() {
    always_one(&guests::route(
        "(call $priority (global.get $starts))",
        "(global $starts (mut i32) (i32.const 0))
         (func $start (global.set $starts (i32.add (global.get $starts) (i32.const 1))))
         (start $start)",
    ));
}

#[test]
fn a_call_that_traps_leaves_nothing_behind() {
    // Traps on its first call, if a first call left something for the second.
    let wasm = guests::route(
        "(if (i32.load (i32.const 4000)) (then (return (call $priority (i32.const 9)))))
         (i32.store (i32.const 4000) (i32.const 1)) unreachable",
        "",
    );
    for _ in 0..3 {
        assert!(failed(&run(&wasm)).message.contains("gave up"));
    }
}
