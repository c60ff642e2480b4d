//! A failure is an outcome: the kind, the words, and the same in both homes.

use super::guests::{TAG, TO_GROUP, route, route_with_imports};
use super::*;
use crate::limits;
use crate::rules::Effect;
use crate::rules::fixture::AFTER_SALES;
use crate::trace::RuleFailureKind as Kind;

#[track_caller]
fn check(wasm: &[u8], kind: Kind, message: &str) -> RuleTrace {
    let trace = run(wasm);
    let failure = failed(&trace);
    assert_eq!((failure.kind, failure.message.as_str()), (kind, message));
    trace
}

#[test]
fn an_answer_is_an_answer() {
    let wasm = route(
        &format!("(call $text (i32.const {TO_GROUP}) (i32.const 100) (i32.const 11))"),
        r#"(data (i32.const 100) "after-sales")"#,
    );
    let trace = run(&wasm);
    assert_eq!(trace.outcome, RuleOutcome::Matched);
    assert_eq!(trace.effects[0].effect, Effect::ToGroup(AFTER_SALES));
    assert!(trace.cost > 0 && trace.cost < 1_000, "{}", trace.cost);
    assert_eq!(trace.memory_bytes, 65_536);
    assert_eq!(run(&route("(call $answer (i32.const 0))", "")).outcome, RuleOutcome::NoEffect);
}

#[test]
fn a_trap_names_the_functions() {
    check(
        &route(
            "(call $score (i32.const 0))",
            "(func $score (param i32) (result i32) (call $divide (local.get 0)))
            (func $divide (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))",
        ),
        Kind::Error,
        "trapped: division by zero, in `divide` called by `score` called by `route`",
    );
    let mangled = "_ZN11fraud_score5score17h0123456789abcdefE";
    check(
        &route(
            &format!("(call ${mangled}) (i32.const 0)"),
            &format!(
                "(func ${mangled} (call $_ZN4core9panicking5panic17h0123456789abcdefE))
                (func $_ZN4core9panicking5panic17h0123456789abcdefE unreachable)"
            ),
        ),
        Kind::Error,
        "trapped: gave up (a panic, or an `unreachable` instruction), in `fraud_score::score` called by `route`",
    );
    check(
        &route("(i32.load (i32.const 70000))", ""),
        Kind::Error,
        "trapped: memory out of bounds, in `route`",
    );
    check(
        &route("(call_indirect $nothing (result i32) (i32.const 1))", "(table $nothing 2 funcref)"),
        Kind::Error,
        "trapped: call of a function that is not there, in `route`",
    );
}

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    let wasm = route("(loop $again (br $again)) unreachable", "");
    let trace = check(&wasm, Kind::Budget, "used up its 5000000 units of fuel, in `route`");
    assert_eq!(trace.cost, limits::MODULE_FUEL_DEFAULT);
    let little = ModuleLimits { fuel: 10_000, ..ModuleLimits::default() };
    let trace = run_in(&wasm, little, &opened("x"));
    assert_eq!((failed(&trace).kind, trace.cost), (Kind::Budget, 10_000));
}

#[test]
fn instructions_that_do_more_cost_more() {
    // Each of these would be minutes of work at one unit of fuel an instruction.
    for body in [
        "(drop (memory.grow (i32.const 200)))
         (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 13000000)) (br $again)) unreachable",
        "(loop $again (memory.copy (i32.const 0) (i32.const 1) (i32.const 60000)) (br $again)) unreachable",
        "(loop $again (drop (memory.grow (i32.const 60000))) (br $again)) unreachable",
    ] {
        let started = std::time::Instant::now();
        assert_eq!(failed(&run(&route(body, ""))).kind, Kind::Budget);
        assert!(started.elapsed().as_millis() < 5_000);
    }
}

#[test]
fn work_on_the_hosts_side_costs_fuel() {
    let contains =
        r#"(import "pointsman:rule/lookup@1.0.0" "contains" (func $contains (param i32 i32) (result i32)))"#;
    let body = "(loop $again (drop (call $contains (i32.const 100) (i32.const 3))) (br $again)) unreachable";
    let wasm = route_with_imports(contains, body);
    let trace = run_in(&wasm, ModuleLimits::default(), &opened(&"长".repeat(10_000)));
    assert_eq!(failed(&trace).message, "used up its 5000000 units of fuel, in `route`");
}

#[test]
fn memory_over_the_limit_is_refused_and_a_trap_behind_it_says_so() {
    let bomb = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))";
    let trace = check(
        &route(&format!("{bomb} unreachable"), ""),
        Kind::Size,
        "was refused more than 16 MiB of memory, and then trapped: gave up (a panic, or an `unreachable` instruction), \
         in `route`",
    );
    assert_eq!(trace.memory_bytes, 65_536 * (1 + 15 * 16));
    // Who can do without goes on.
    let trace = run(&route(&format!("{bomb} (call $priority (i32.const 2))"), ""));
    assert_eq!(trace.outcome, RuleOutcome::Matched);
    let more = ModuleLimits { memory_bytes: 64 << 20, ..ModuleLimits::default() };
    let trace = run_in(&route(&format!("{bomb} (call $priority (i32.const 2))"), ""), more, &opened("x"));
    assert_eq!(trace.memory_bytes, 65_536 * (1 + 63 * 16));
}

#[test]
fn tables_over_the_limit_are_refused() {
    check(
        &route(
            "(loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1)))) unreachable",
            "(table $t 1 funcref)",
        ),
        Kind::Size,
        "was refused tables of more than 10000 elements, and then trapped: gave up (a panic, or an `unreachable` \
         instruction), in `route`",
    );
}

#[test]
fn a_bad_answer_names_the_value() {
    let text = |effect: u32, text: &str| {
        route(
            &format!("(call $text (i32.const {effect}) (i32.const 100) (i32.const {}))", text.len()),
            &format!(r#"(data (i32.const 100) "{text}")"#),
        )
    };
    check(
        &text(TO_GROUP, "after-sale"),
        Kind::BadAnswer,
        "unknown group `after-sale`, did you mean `after-sales`?",
    );
    check(&text(1, "zhang"), Kind::BadAnswer, "unknown agent `zhang`");
    check(&text(3, "refunt"), Kind::BadAnswer, "unknown skill `refunt`, did you mean `refund`?");
    check(&text(TAG, ""), Kind::BadAnswer, "the tag is empty");
    check(&text(TAG, &"x".repeat(300)), Kind::BadAnswer, "the tag has 300 bytes, at most 256 are allowed");
    check(
        &route("(call $priority (i32.const 10))", ""),
        Kind::BadAnswer,
        "the priority is 10, it must be between 0 and 9",
    );
    check(&route("(call $answer (i32.const 65))", ""), Kind::BadAnswer, "more than 64 effects");
}

#[test]
fn an_answer_that_breaks_the_encoding_is_a_bad_answer() {
    check(
        &route(
            "(call $text (i32.const 6) (i32.const 100) (i32.const 2))",
            r#"(data (i32.const 100) "\ff\fe")"#,
        ),
        Kind::BadAnswer,
        "does not keep to the contract: invalid utf-8 sequence of 1 bytes from index 0",
    );
    let failure = |body: &str| failed(&run(&route(body, ""))).clone();
    assert_eq!(failure("(i32.const 999999)").kind, Kind::BadAnswer);
    assert_eq!(
        failure("(i32.store8 (i32.const 16) (i32.const 77)) (call $answer (i32.const 1))").kind,
        Kind::BadAnswer
    );
    assert_eq!(failure("(call $text (i32.const 6) (i32.const 65530) (i32.const 100))").kind, Kind::BadAnswer);
}

#[test]
fn a_huge_answer_is_not_copied() {
    let failure = |body: &str| failed(&run(&route(body, ""))).clone();
    let text = failure(
        "(drop (memory.grow (i32.const 100))) (call $text (i32.const 6) (i32.const 100) (i32.const 6000000))",
    );
    assert_eq!((text.kind, text.message.as_str()), (Kind::Size, "moved more than 512 KiB out at once"));
    let list = failure("(drop (memory.grow (i32.const 200))) (call $answer (i32.const 500000))");
    assert_eq!((list.kind, list.message.as_str()), (Kind::Size, "moved more than 512 KiB out at once"));
}

#[test]
fn the_modules_own_word_is_told() {
    let wasm = route(
        "(i32.store8 (i32.const 0) (i32.const 1)) (i32.store (i32.const 4) (i32.const 100))
         (i32.store (i32.const 8) (i32.const 9)) (i32.const 0)",
        r#"(data (i32.const 100) "no table\n")"#,
    );
    check(&wasm, Kind::Error, "raised: no table ");
}

#[test]
fn what_is_printed_is_in_the_trace_and_bounded() {
    let print = r#"(import "pointsman:rule/log@1.0.0" "print" (func $print (param i32 i32)))"#;
    let wasm = route_with_imports(
        print,
        "(i32.store (i32.const 100) (i32.const 0x6968))
         (loop $again
            (call $print (i32.const 100) (i32.const 2))
            (i32.store (i32.const 4000) (i32.add (i32.load (i32.const 4000)) (i32.const 1)))
            (br_if $again (i32.lt_u (i32.load (i32.const 4000)) (i32.const 1000))))
         (call $answer (i32.const 0))",
    );
    let trace = run(&wasm);
    assert_eq!(trace.log.len(), limits::LOG_LINES_MAX + 1);
    assert_eq!((trace.log[0].as_str(), trace.log.last().unwrap().as_str()), ("hi", "… more was printed"));
}
