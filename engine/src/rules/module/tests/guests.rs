//! Guests, written by hand against the contract's binary form.

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve};

use super::export;
use crate::rules::Hook;

/// The contract's text.
pub(super) fn contract() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules-sdk/wit");
    let (package, _) = resolve.push_dir(path).unwrap();
    (resolve, package)
}

/// A core module that says it is of this world of the contract, as the SDK builds it.
pub(super) fn of_world(world: &str, wat: &str) -> Vec<u8> {
    let (resolve, package) = contract();
    embedded(&resolve, package, world, wat)
}

/// As [`of_world`], of another contract.
pub(super) fn embedded(resolve: &Resolve, package: PackageId, world: &str, wat: &str) -> Vec<u8> {
    let mut wasm = wat::parse_str(wat).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut wasm, resolve, world, StringEncoding::UTF8).unwrap();
    wasm
}

/// What every guest has: a memory, and the function that makes room in it. Answers are written at 0 (the result) and
/// from 16 on (the effects, 24 bytes each).
const FRAME: &str = r#"
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 8192))
    (func $cabi_realloc (export "cabi_realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $at) (local.get $size)))
        (local.get $at))
    ;; ok, with so many effects
    (func $answer (param $count i32) (result i32)
        (i32.store8 (i32.const 0) (i32.const 0))
        (i32.store (i32.const 4) (i32.const 16))
        (i32.store (i32.const 8) (local.get $count))
        (i32.const 0))
    (func $priority (param $value i32) (result i32)
        (i32.store8 (i32.const 16) (i32.const 4))
        (i32.store8 (i32.const 24) (local.get $value))
        (call $answer (i32.const 1)))
    ;; an effect with a text
    (func $text (param $effect i32) (param $at i32) (param $length i32) (result i32)
        (i32.store8 (i32.const 16) (local.get $effect))
        (i32.store (i32.const 24) (local.get $at))
        (i32.store (i32.const 28) (local.get $length))
        (call $answer (i32.const 1)))
"#;

/// Numbers of effects.
pub(super) const TO_GROUP: u32 = 0;
/// See [`TO_GROUP`].
pub(super) const TAG: u32 = 6;

/// A guest with the hook `route` alone. `body` is the hook, which has `$answer`, `$priority` and `$text` to answer with;
/// `more` is whatever else the module has.
pub(super) fn route(body: &str, more: &str) -> Vec<u8> {
    let hook = export(Hook::Route);
    let wat = format!(
        r#"(module {FRAME} {more} (func $route (export "{hook}") (param $asked i32) (result i32) {body}))"#
    );
    of_world("route-rule", &wat)
}

/// A guest with the hook `rank` alone. It is handed a list of candidates, 64 bytes each.
pub(super) fn rank(body: &str) -> Vec<u8> {
    let hook = export(Hook::Rank);
    let wat =
        format!(r#"(module {FRAME} (func $rank (export "{hook}") (param $asked i32) (result i32) {body}))"#);
    of_world("rank-rule", &wat)
}

/// With imports in front.
pub(super) fn route_with_imports(imports: &str, body: &str) -> Vec<u8> {
    let hook = export(Hook::Route);
    let wat = format!(
        r#"(module {imports} {FRAME} (func $route (export "{hook}") (param $asked i32) (result i32) {body}))"#
    );
    of_world("route-rule", &wat)
}
