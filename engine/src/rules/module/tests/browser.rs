//! Artefacts: what the host makes for the browser, and what the browser does with them.

use super::guests::route;
use super::*;
use crate::diagnostic::Code;
use crate::rules::Effect;
use crate::rules::module::{ArtefactError, Precompiled, upload};

fn artefact(wasm: &[u8]) -> Vec<u8> {
    let info = Arc::clone(native().compile(wasm).unwrap().info());
    upload::artefact(wasm, &info, "pulley64").unwrap()
}

#[test]
fn a_module_runs_once_its_artefact_is_there() {
    let wasm = route("(call $priority (i32.const 7))", "");
    let mut modules = Precompiled::new(Sandbox::interpreting().unwrap());
    let (none, findings) = compile(vec![module(&wasm, ModuleLimits::default())], &modules);
    assert!(none.is_none() && !modules.has(&wasm));
    assert_eq!(findings[0].code, Code::ModuleNotCompiled);
    let added = modules.add(&artefact(&wasm)).unwrap();
    assert_eq!(added.info(), native().compile(&wasm).unwrap().info());
    assert!(modules.has(&wasm) && !modules.has(b"other"));
    let here = ruleset(vec![module(&wasm, ModuleLimits::default())], &modules);
    let there = ruleset(vec![module(&wasm, ModuleLimits::default())], native());
    let (here, _) = opened("x").decide(&here, TraceLevel::Full);
    let (there, _) = opened("x").decide(&there, TraceLevel::Full);
    assert_eq!(here, there);
    assert_eq!(here.rules[0].effects[0].effect, Effect::Priority(7));
}

#[test]
fn an_artefact_is_the_same_each_time_it_is_made() {
    let wasm = route("(call $priority (i32.const 8))", "");
    assert_eq!(native().artefact(&wasm), Sandbox::new().unwrap().artefact(&wasm));
}

#[test]
fn what_is_no_artefact_of_this_machine_is_refused() {
    let wasm = route("(call $priority (i32.const 1))", "");
    let mut modules = Precompiled::new(Sandbox::interpreting().unwrap());
    for bytes in [b"".as_slice(), b"\0asm", &wasm, b"pointsman artefact 1\n", b"pointsman artefact 2\nx"] {
        assert!(matches!(modules.add(bytes), Err(ArtefactError::Malformed | ArtefactError::OtherVersion(_))));
    }
    // Made for the browser, which has another word size than this machine.
    let other = modules.add(&native().artefact(&wasm).unwrap()).unwrap_err();
    assert!(matches!(other, ArtefactError::OtherVersion(_)), "{other}");
    let whole = artefact(&wasm);
    assert!(modules.add(&whole[..whole.len() / 2]).is_err());
}
