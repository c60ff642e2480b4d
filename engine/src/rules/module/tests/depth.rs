//! How deep functions may call each other is the same in both homes, whatever their frames.

use std::fmt::Write as _;

use super::guests::route;
use super::*;
use crate::limits;
use crate::trace::RuleFailureKind as Kind;

/// A function that calls itself `$n` times, with `values` values that live across the call.
fn recursion(values: usize, ty: &str) -> String {
    let mut wat = format!("(func $deep (param $n i32) (result {ty})");
    (0..values).for_each(|at| write!(wat, " (local $v{at} {ty})").unwrap());
    let seed = match ty {
        "i32" => "(local.get $n)".to_owned(),
        "i64" => "(i64.extend_i32_u (local.get $n))".to_owned(),
        "f64" => "(f64.convert_i32_u (local.get $n))".to_owned(),
        _ => "(i32x4.splat (local.get $n))".to_owned(),
    };
    let (add, one) = match ty {
        "v128" => ("i32x4.add", "(i32x4.splat (i32.const 3))".to_owned()),
        ty => (&*format!("{ty}.add").leak(), format!("({ty}.const 3)")),
    };
    let mut last = seed.clone();
    for at in 0..values {
        write!(wat, " (local.set $v{at} ({add} {last} {one}))").unwrap();
        last = format!("(local.get $v{at})");
    }
    write!(wat, " (if (i32.eqz (local.get $n)) (then (return {seed})))").unwrap();
    write!(wat, " (call $deep (i32.sub (local.get $n) (i32.const 1)))").unwrap();
    (0..values).for_each(|at| write!(wat, " (local.get $v{at}) {add}").unwrap());
    wat.push(')');
    wat
}

fn guest(values: usize, ty: &str, depth: usize) -> Vec<u8> {
    route(
        &format!("(drop (call $deep (i32.const {depth}))) (call $answer (i32.const 0))"),
        &recursion(values, ty),
    )
}

#[test]
fn recursion_ends_at_the_same_depth_whatever_the_frames() {
    for (values, ty) in [
        (0, "i32"),
        (1, "i64"),
        (7, "f64"),
        (40, "i32"),
        (40, "f64"),
        (40, "v128"),
        (300, "i64"),
        (2_000, "v128"),
    ] {
        // `run` compares the two homes, fuel and words included.
        let endless = run(&guest(values, ty, 1_000_000));
        let failure = failed(&endless);
        assert_eq!(failure.kind, Kind::Depth, "{values} {ty}: {failure:?}");
        let message = "functions call each other too deep, in `deep`";
        assert!(failure.message.starts_with(message), "{failure:?}");
    }
}

#[test]
fn a_recursion_within_the_depth_runs() {
    for (values, ty) in [(0, "i32"), (10, "i64"), (40, "f64")] {
        let trace = run(&guest(values, ty, 100));
        assert_eq!(trace.outcome, RuleOutcome::NoEffect, "{values} {ty}");
    }
}

#[test]
fn every_way_out_of_a_function_gives_its_depth_back() {
    // Calls functions with every kind of exit far more often than would fit into the depth at once.
    let often = limits::MODULE_DEPTH_BYTES / 100;
    let functions = "
        (func $leave (param $n i32) (result i32) (call $nothing) (return (local.get $n)))
        (func $leave_inside (param $n i32) (result i32)
            (call $nothing)
            (block $a (loop $b (if (local.get $n) (then (return (i32.const 7))) (else (br $a)))))
            (i32.const 8))
        (func $branch (param $n i32) (result i32) (call $nothing) (br 0 (local.get $n)))
        (func $branch_if (param $n i32) (result i32)
            (call $nothing) (block (br_if 1 (i32.const 1) (local.get $n)) drop) (i32.const 0))
        (func $branch_table (param $n i32) (result i32)
            (call $nothing)
            (block $a (result i32) (br_table $a 1 (i32.const 3) (local.get $n))))
        (func $several (param $n i32) (result i32 i64)
            (call $nothing)
            (if (local.get $n) (then (return (i32.const 1) (i64.const 2))))
            (i32.const 3) (i64.const 4))
        (func $dead (param $n i32) (result i32) (call $nothing) (return (i32.const 1)) (unreachable))
        (func $nothing (call $leaf)) (func $leaf)";
    let calls =
        ["leave", "leave_inside", "branch", "branch_if", "branch_table", "several", "dead"].map(|name| {
            let rest = if name == "several" { "drop" } else { "" };
            format!("(call ${name} (i32.and (local.get $i) (i32.const 1))) {rest} drop")
        });
    let wasm = route(
        &format!(
            "(local $i i32) (loop $again {}
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $i) (i32.const {often}))))
             (call $priority (i32.const 3))",
            calls.join(" ")
        ),
        functions,
    );
    assert_eq!(run(&wasm).outcome, RuleOutcome::Matched);
}

#[test]
fn the_count_is_never_less_than_the_stack_that_is_used() {
    // With no more stack than the count allows, the count still ends first: in frames of registers, of spilled values,
    // of wide values, of many arguments.
    let tight = [
        Sandbox::with_stack(limits::MODULE_DEPTH_BYTES, false),
        Sandbox::with_stack(limits::MODULE_DEPTH_BYTES, true),
    ];
    let many_arguments = format!(
        "(func $deep (param $n i32) (result i32) (call $wide (local.get $n) {}))
         (func $wide (param i32 {}) (result i32)
            (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (local.get 90)))",
        "(i64.const 1)".repeat(89) + "(i32.const 2)",
        "i64 ".repeat(89) + "i32"
    );
    let guests: Vec<Vec<u8>> =
        [(0, "i32"), (3, "f64"), (20, "i64"), (60, "v128"), (400, "f64"), (3_000, "i64")]
            .iter()
            .map(|(values, ty)| guest(*values, ty, 1_000_000))
            .chain([route("(drop (call $deep (i32.const 0))) (call $answer (i32.const 0))", &many_arguments)])
            .collect();
    for sandbox in &tight {
        let sandbox = sandbox.as_ref().unwrap();
        for wasm in &guests {
            let ruleset = ruleset(vec![module(wasm, ModuleLimits::default())], sandbox);
            let trace = opened("x").decide(&ruleset, TraceLevel::Full).0.rules.remove(0);
            let failure = failed(&trace);
            assert!(failure.message.starts_with("functions call each other too deep"), "{failure:?}");
        }
    }
}

#[test]
fn core_modules_that_call_one_another_share_the_depth() {
    // Two core modules in turn, through a table: neither alone goes deep.
    let component = |modules: usize| {
        let mut wat = String::from("(component (core module $table (table (export \"t\") 9 funcref))");
        wat += "(core instance $table (instantiate $table))";
        for at in 0..modules {
            let next = (at + 1) % modules;
            write!(
                wat,
                "(core module $m{at}
                    (import \"t\" \"t\" (table 9 funcref))
                    (elem (i32.const {at}) func $go)
                    (func $go (export \"go\") (param i32) (result i32)
                        (call_indirect (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)) (i32.const {next}))))
                 (core instance $i{at} (instantiate $m{at} (with \"t\" (instance $table))))"
            )
            .unwrap();
        }
        wat += ")";
        wat
    };
    for modules in [1, 2, 5] {
        let wasm = wat::parse_str(component(modules)).unwrap();
        let depth = super::super::upload::depth_of(&wasm).unwrap();
        assert_eq!(depth, limits::MODULE_DEPTH_BYTES / modules, "{modules}");
    }
}
