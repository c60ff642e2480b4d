//! What is uploaded is a rule, or is refused with the reason.

use wit_component::dummy_module;
use wit_parser::ManglingAndAbi;

use super::guests::{contract, embedded, of_world, route};
use super::*;
use crate::diagnostic::Code;
use crate::limits;
use crate::rules::{ModuleProblem, NoModules};

#[track_caller]
fn refused(wasm: &[u8]) -> ModuleProblem {
    native().compile(wasm).map(|module| format!("{module:?}")).unwrap_err()
}

#[track_caller]
fn check(wasm: &[u8], code: Code, message: &str) {
    let problem = refused(wasm);
    assert_eq!((problem.code, problem.message.as_str()), (code, message));
}

#[test]
fn a_module_built_from_the_contracts_text_has_every_hook_and_import() {
    let (resolve, package) = contract();
    let world = resolve.select_world(&[package], Some("rule")).unwrap();
    let mut wasm = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(&mut wasm, &resolve, world, wit_component::StringEncoding::UTF8)
        .unwrap();
    let module = native().compile(&wasm).unwrap();
    let info = module.info();
    assert_eq!(info.hooks, [Hook::Route, Hook::OnMessage, Hook::OnWait, Hook::Rank]);
    assert_eq!(info.contract.to_string(), "1.0.0");
    assert_eq!(info.bytes, wasm.len() as u64);
    assert_eq!(info.hash, blake3::hash(&wasm).to_hex().to_string());
    let functions = [
        "log.print",
        "lookup.attribute",
        "lookup.contains",
        "lookup.contains-any",
        "lookup.group",
        "lookup.is-open",
        "lookup.now",
        "lookup.original-text",
    ];
    assert_eq!(info.imports, functions);
}

#[test]
fn a_file_that_is_no_module_is_refused_with_the_reason() {
    let bad = |wasm: &[u8], message: &str| check(wasm, Code::BadModule, message);
    bad(b"", "the file ends after 0 bytes, before it has begun");
    bad(b"\0asm\x01", "the file ends after 5 bytes, before it has begun");
    bad(b"MZ\x90\0\x03\0\0\0", "this is no WebAssembly: it begins with 4d 5a 90 00");
    bad(b"{}", "this is no WebAssembly: it begins with 7b 7d");
    bad(
        b"\x7fELF\x02\x01\x01\0\0\0",
        "this is compiled code, not a module: it is never accepted from outside",
    );
    bad(b"\0asm\x02\0\0\0", "this is WebAssembly of another version (2)");
    bad(b"\0asm\x0c\0\x01\0", "this is a component of another version (12.0)");
    bad(b"(module)", "this is WebAssembly as text");
    check(b"\0asm\x01\0\0\0", Code::BadHook, "the module has no hook: it exports nothing");
    let artefact = native().artefact(&route("(call $answer (i32.const 0))", "")).unwrap();
    bad(&artefact, "this is an artefact for the browser, not a module");
    let whole = route("(call $answer (i32.const 0))", "");
    for cut in [9, 40, whole.len() / 2, whole.len() - 1] {
        let problem = refused(&whole[..cut]);
        assert_eq!(problem.code, Code::BadModule);
        assert!(problem.message.starts_with("the file ends too early, at byte "), "{cut}: {problem}");
        assert!(problem.message.contains(&format!(" of {cut}")), "{cut}: {problem}");
    }
    let large = vec![0; limits::MODULE_BYTES_MAX + 1];
    check(&large, Code::ModuleLimit, "the module has 4194305 bytes, at most 4194304 are allowed");
}

#[test]
fn a_module_that_asks_for_more_is_refused_with_the_names() {
    let wasi = wat::parse_str(
        r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32))))"#,
    );
    check(
        &wasi.unwrap(),
        Code::ModuleImport,
        "the module asks for WASI, which rules are not given: `wasi_snapshot_preview1.fd_write`, \
         `wasi_snapshot_preview1.clock_time_get`",
    );
    let component = wat::parse_str(
        r#"(component (import "wasi:clocks/wall-clock@0.2.0" (instance)) (import "acme:secrets/vault" (instance)))"#,
    );
    check(
        &component.unwrap(),
        Code::ModuleImport,
        "the module asks for WASI, which rules are not given: `wasi:clocks/wall-clock@0.2.0`, `acme:secrets/vault`",
    );
    let other = wat::parse_str(r#"(module (import "env" "now" (func)))"#).unwrap();
    check(&other, Code::ModuleImport, "the module asks for what rules are not given: `env.now`");
}

#[test]
fn a_component_without_a_hook_is_refused_with_what_it_exports() {
    check(
        &wat::parse_str("(component)").unwrap(),
        Code::BadHook,
        "the module has no hook: it exports nothing",
    );
    let other = |name: &str| {
        wat::parse_str(format!(r#"(component (instance $i) (export "{name}" (instance $i)))"#)).unwrap()
    };
    check(
        &other("acme:plugin/run@1.0.0"),
        Code::BadHook,
        "the module has no hook: it exports `acme:plugin/run@1.0.0`",
    );
    check(
        &other("pointsman:rule/routes@1.0.0"),
        Code::BadHook,
        "the module has no hook: it exports `pointsman:rule/routes@1.0.0`, did you mean `pointsman:rule/route@1.0.0`?",
    );
}

#[test]
fn a_hook_with_another_type_is_refused() {
    let component = wat::parse_str(
        r#"(component
            (core module $m (func (export "route") (result i32) (i32.const 1)))
            (core instance $i (instantiate $m))
            (func $route (result u32) (canon lift (core func $i "route")))
            (instance $hook (export "route" (func $route)))
            (export "pointsman:rule/route@1.0.0" (instance $hook)))"#,
    );
    let problem = refused(&component.unwrap());
    assert_eq!(problem.code, Code::BadHook);
    assert!(problem.message.starts_with("the hook `route` is not as the contract has it: "), "{problem}");
    let empty =
        wat::parse_str(r#"(component (instance $i) (export "pointsman:rule/route@1.0.0" (instance $i)))"#);
    check(
        &empty.unwrap(),
        Code::BadHook,
        "the hook `route` is not as the contract has it: the interface does not export the function",
    );
}

#[test]
fn a_newer_contract_is_refused_and_a_newer_patch_is_not() {
    let of_version = |version: &str| {
        let (mut resolve, package) = contract();
        let interfaces: Vec<_> = resolve.packages[package].interfaces.values().copied().collect();
        assert!(!interfaces.is_empty());
        resolve.packages[package].name.version = Some(version.parse().unwrap());
        let hook = export(Hook::Route).replace("1.0.0", version);
        let wat = format!(
            r#"(module (memory (export "memory") 1)
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
                (func (export "{hook}") (param i32) (result i32) (i32.const 0)))"#
        );
        embedded(&resolve, package, "route-rule", &wat)
    };
    check(
        &of_version("1.1.0"),
        Code::BadModule,
        "the module was built against version 1.1.0 of the contract; here it is 1.0.0",
    );
    check(
        &of_version("2.0.0"),
        Code::BadModule,
        "the module was built against version 2.0.0 of the contract; here it is 1.0.0",
    );
    let patched = native().compile(&of_version("1.0.7")).unwrap();
    assert_eq!(patched.info().contract.to_string(), "1.0.7");
    assert_eq!(run(&of_version("1.0.7")).outcome, RuleOutcome::NoEffect);
}

#[test]
fn parts_of_webassembly_that_rules_do_not_have_are_refused() {
    for (what, wat) in [
        ("threads", "(module (memory 1 1 shared))"),
        ("memory64", "(module (memory i64 1))"),
        ("several memories", "(module (memory 1) (memory 1))"),
        ("exceptions", "(module (tag (param i32)))"),
        ("tail calls", "(module (func return_call 0))"),
        ("garbage collection", "(module (type (struct)))"),
        ("references to the outside", "(module (table 1 externref))"),
    ] {
        let problem = refused(&wat::parse_str(wat).unwrap());
        assert_eq!(problem.code, Code::BadModule, "{what}");
        assert!(problem.message.contains(", at byte "), "{what}: {problem}");
    }
}

#[test]
fn limits_are_kept_before_anything_is_compiled() {
    let functions = format!("(module {})", "(func)".repeat(limits::MODULE_FUNCTIONS_MAX + 1));
    check(
        &wat::parse_str(functions).unwrap(),
        Code::ModuleLimit,
        "20001 functions, at most 20000 are allowed",
    );
    let long = format!("(module (func {}))", "nop ".repeat(limits::MODULE_FUNCTION_BYTES_MAX));
    let problem = refused(&wat::parse_str(long).unwrap());
    assert_eq!(problem.code, Code::ModuleLimit);
    assert!(problem.message.starts_with("a function of 262146 bytes at byte "), "{problem}");
    let memory = route("(call $answer (i32.const 0))", "").len();
    assert!(memory < limits::MODULE_BYTES_MAX);
    let modules = format!("(component {})", "(core module)".repeat(limits::MODULE_CORE_MODULES_MAX + 1));
    check(&wat::parse_str(modules).unwrap(), Code::ModuleLimit, "9 core modules, at most 8 are allowed");
    let twice =
        "(component (core module $m) (core instance (instantiate $m)) (core instance (instantiate $m)))";
    check(
        &wat::parse_str(twice).unwrap(),
        Code::BadModule,
        "the component makes more than one instance of a core module",
    );
    let composed = "(component (component (core module)))";
    check(
        &wat::parse_str(composed).unwrap(),
        Code::BadModule,
        "the component is composed of components with code of their own",
    );
}

#[test]
fn a_start_that_traps_or_takes_long_is_refused() {
    check(
        &route("(call $answer (i32.const 0))", "(func $begin unreachable) (start $begin)"),
        Code::BadModule,
        "the module cannot start: it trapped: gave up (a panic, or an `unreachable` instruction), in `begin`",
    );
    check(
        &route("(call $answer (i32.const 0))", "(func $begin (loop $again (br $again))) (start $begin)"),
        Code::BadModule,
        "the module cannot start: it used up its 1000000 units of fuel, in `begin`",
    );
}

#[test]
fn a_module_that_starts_with_more_memory_than_its_rule_may_have_is_refused() {
    let wat = format!(
        r#"(module (memory (export "memory") 400)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "{}") (param i32) (result i32) (i32.const 0)))"#,
        export(Hook::Route)
    );
    let wasm = of_world("route-rule", &wat);
    let (none, findings) = compile(vec![module(&wasm, ModuleLimits::default())], native());
    assert!(none.is_none());
    assert_eq!(findings[0].code, Code::ModuleLimit);
    assert_eq!(findings[0].message, "the module starts with 25 MiB of memory, the rule's limit is 16 MiB");
    let more = ModuleLimits { memory_bytes: 32 << 20, ..ModuleLimits::default() };
    assert_eq!(run_in(&wasm, more, &opened("x")).memory_bytes, 400 * 65_536);
}

#[test]
fn the_same_bytes_are_compiled_once() {
    let wasm = route("(call $priority (i32.const 1))", "");
    let first = native().compile(&wasm).unwrap();
    assert!(Arc::ptr_eq(&first, &native().compile(&wasm).unwrap()));
}

#[test]
fn without_modules_a_module_rule_is_a_finding() {
    let (none, findings) = compile(vec![module(b"\0asm", ModuleLimits::default())], &NoModules);
    assert!(none.is_none());
    assert_eq!(
        (findings[0].code, findings[0].file.as_str()),
        (Code::ModuleNotCompiled, "rules/10-rule.wasm")
    );
}
