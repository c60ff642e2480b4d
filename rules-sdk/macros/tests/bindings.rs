//! The bindings of the SDK, for Rust and for C, are those that wit-bindgen makes of the contract. With `BLESS` set, they
//! are written. The test is in this crate because it must run even where they do not compile.

#![allow(clippy::expect_used, reason = "a test")]

use std::path::{Path, PathBuf};

use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator};
use wit_bindgen_rust::WithOption;

const HOOKS: [&str; 4] = ["route", "on-message", "on-wait", "rank"];

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn generate(world: &str, mut generator: Box<dyn WorldGenerator>) -> Vec<(String, Vec<u8>)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(here("wit")).expect("the contract");
    let world = resolve.select_world(&[package], Some(world)).expect("the world");
    let mut files = Files::default();
    generator.generate(&mut resolve, world, &mut files).expect("bindings");
    files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect()
}

fn assert_current(path: &str, bytes: &[u8]) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(here(path), bytes).expect("a writable folder");
    }
    let kept = std::fs::read(here(path)).unwrap_or_default();
    assert!(kept == bytes, "{path} is not what the contract gives; run again with BLESS=1");
}

/// The options of all worlds. The formatter is part of wit-bindgen: no other changes its output.
fn rust() -> wit_bindgen_rust::Opts {
    wit_bindgen_rust::Opts {
        format: true,
        pub_export_macro: true,
        disable_custom_section_link_helpers: true,
        ..Default::default()
    }
}

/// Wit-bindgen also puts each world without its exports into every module that links the crate. The type of the hook's
/// world says all of that again, so it is left out.
fn without_imports_section(files: Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let (_, source) = files.into_iter().find(|(name, _)| name.ends_with(".rs")).expect("a source file");
    let source = String::from_utf8(source).expect("UTF-8");
    let section = source.find(":encoded world\"").expect("the section");
    let start = source[..section].rfind("#[cfg(target_arch = \"wasm32\")]").expect("its attribute");
    source[..start].trim_end_matches(|c: char| c.is_whitespace()).trim_end_matches("#[rustfmt::skip]").into()
}

#[test]
fn rust_imports() {
    let mut options = rust();
    options.generate_unused_types = true;
    options.additional_derive_attributes = vec!["PartialEq".into()];
    let records =
        ["types@1.0.0/conversation", "types@1.0.0/message", "types@1.0.0/customer", "types@1.0.0/candidate"];
    options.additional_type_attributes = records
        .into_iter()
        .chain(["lookup@1.0.0/group-state"])
        .map(|record| (format!("pointsman:rule/{record}"), "#[derive(Default)]".to_owned()))
        .collect();
    let source = without_imports_section(generate("imports", Box::new(options.build())));
    assert_current("src/bindings/imports.rs", &source);
}

#[test]
fn rust_hooks() {
    for hook in HOOKS {
        let mut options = rust();
        let shared = |interface: &str| {
            let path = format!("crate::bindings::imports::pointsman::rule::{interface}");
            (format!("pointsman:rule/{interface}@1.0.0"), WithOption::Path(path))
        };
        options.with = ["types", "lookup", "log"].map(shared).into();
        let source = without_imports_section(generate(&format!("{hook}-rule"), Box::new(options.build())));
        assert_current(&format!("src/bindings/{}.rs", hook.replace('-', "_")), &source);
    }
}

/// One source with all four hooks, each behind `HOOK_…`: wit-bindgen's own source needs all hooks of its world to be there.
/// So a module has the hooks whose names it is compiled with, and whose component types, an object each, it is linked with.
#[test]
fn c() {
    let short_names = wit_bindgen_c::Opts { rename_world: Some("rule".into()), ..Default::default() };
    for (name, bytes) in generate("rule", short_names.build()) {
        match name.as_str() {
            "rule.c" => assert_current("c/bindings/rule.c", &with_optional_hooks(bytes)),
            "rule.h" => assert_current("c/bindings/rule.h", &bytes),
            _ => {}
        }
    }
    for hook in HOOKS {
        let files = generate(&format!("{hook}-rule"), wit_bindgen_c::Opts::default().build());
        let (_, object) = files.into_iter().find(|(name, _)| name.ends_with(".o")).expect("an object");
        assert_current(&format!("c/bindings/{}.o", hook.replace('-', "_")), &object);
    }
}

/// Puts each export of a hook behind `HOOK_…`, and leaves out what links the type of the world with all hooks.
fn with_optional_hooks(source: Vec<u8>) -> Vec<u8> {
    let source = String::from_utf8(source).expect("UTF-8");
    let end = source.find("// Ensure that the *_component_type.o object is linked in").expect("the end");
    let mut optional = String::new();
    let mut is_inside = false;
    for line in source[..end].trim_end().lines() {
        let hook = HOOKS.iter().find(|hook| {
            line.contains("__export_name__") && line.contains(&format!("pointsman:rule/{hook}@"))
        });
        if let Some(hook) = hook {
            optional.push_str(&format!("#ifdef HOOK_{}\n", hook.replace('-', "_").to_uppercase()));
            is_inside = true;
        }
        optional.push_str(line);
        optional.push('\n');
        if is_inside && line == "}" {
            optional.push_str("#endif\n");
            is_inside = false;
        }
    }
    optional.into()
}
