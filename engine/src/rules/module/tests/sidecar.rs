//! A module in a tenant folder, with its `.toml` beside it.

use super::guests::{of_world, route};
use super::*;
use crate::diagnostic::Code;
use crate::rules::RuleKind;
use crate::tenant::{self, TenantFolder};

const TENANT: &str = r#"
    name = "小店"
    zone = "Asia/Shanghai"
    default_group = "general"
    fallback = ["leave-message"]
    [[channel]]
    slug = "website"
"#;

fn folder(files: &[(&str, &[u8])]) -> TenantFolder {
    let mut folder = TenantFolder::default();
    let basic: [(&str, &[u8]); 3] = [
        ("tenant.toml", TENANT.as_bytes()),
        ("groups.toml", b"[[group]]\nslug = \"general\"\n"),
        ("agents.toml", b"[[agent]]\nslug = \"a\"\ngroups = [\"general\"]\n"),
    ];
    for (path, content) in basic.iter().chain(files) {
        folder.files.insert((*path).to_owned(), content.to_vec());
    }
    folder
}

fn compiled(files: &[(&str, &[u8])]) -> (Option<Ruleset>, Vec<String>) {
    let compiled = Ruleset::compile(&folder(files), None, native());
    (compiled.ruleset, compiled.diagnostics.iter().map(|found| format!("{found}")).collect())
}

#[test]
fn a_module_alone_or_with_a_sidecar_is_a_rule() {
    let wasm = route("(call $priority (i32.const 1))", "");
    let (rules, findings) = compiled(&[("rules/30-fraud.wasm", &wasm)]);
    assert_eq!(findings, [""; 0]);
    let rules = rules.unwrap();
    let info = rules.rules().next().unwrap();
    assert_eq!((info.slug.as_str(), info.kind, info.order), ("30-fraud", RuleKind::Module, 30));
    assert_eq!(
        (info.file.as_str(), info.hooks.as_slice()),
        ("rules/30-fraud.wasm", [Hook::Route].as_slice())
    );
    let (module, limits) = info.module.as_ref().unwrap();
    assert_eq!(module.hash, blake3::hash(&wasm).to_hex().to_string());
    assert_eq!(*limits, ModuleLimits::default());

    let sidecar = b"name = \"Fraud\"\nlimits = { fuel = 7_000, memory = \"512KiB\" }\n[when]\nvip_min = 2\n";
    let (rules, findings) = compiled(&[("rules/30-fraud.wasm", &wasm), ("rules/30-fraud.toml", sidecar)]);
    assert_eq!(findings, [""; 0]);
    let rules = rules.unwrap();
    let info = rules.rules().next().unwrap();
    assert_eq!((info.name.as_str(), info.file.as_str()), ("Fraud", "rules/30-fraud.toml"));
    assert_eq!(info.module.as_ref().unwrap().1, ModuleLimits { fuel: 7_000, memory_bytes: 524_288 });
}

#[test]
fn a_sidecar_that_does_not_fit_its_module_is_a_finding() {
    let wasm = route("(call $priority (i32.const 1))", "");
    let with =
        |sidecar: &str| compiled(&[("rules/30-a.wasm", &wasm), ("rules/30-a.toml", sidecar.as_bytes())]).1;
    assert_eq!(
        with("hooks = [\"rank\"]"),
        ["rules/30-a.toml: error[R305]: the module does not export `rank`, which `hooks` names"]
    );
    assert_eq!(
        with("limits = { fuel = 60_000_000, memory = \"65MiB\", time = 3 }"),
        [
            "rules/30-a.toml:1:19: error[R103]: `fuel` must be a whole number from 1 to 50000000",
            "rules/30-a.toml:1:40: error[R103]: `memory` must be an amount such as \"16MiB\", from \"64KiB\" to \"64MiB\"",
            "rules/30-a.toml:1:49: error[R102]: unknown field `time`",
        ]
    );
    assert_eq!(
        with("then = { priority = 1 }"),
        [
            "rules/30-a.toml:1:8: error[R103]: `then` has no place beside a module: the module says what the rule does"
        ]
    );
    let two = compiled(&[("rules/30-a.wasm", &wasm), ("rules/30-a.rhai", b"fn route(c, k, d) { }")]).1;
    assert!(
        two[0].starts_with("rules/30-a.wasm: error[R201]: the rule has a module beside its script"),
        "{two:?}"
    );
    let keyword = compiled(&[("rules/30-a.toml", b"limits = { fuel = 1 }\nthen = { priority = 1 }")]).1;
    assert!(keyword[0].contains("`limits` has its place beside a module"), "{keyword:?}");
}

#[test]
fn on_wait_needs_a_waiting_time() {
    let wat = format!(
        r#"(module (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "{}") (param i32) (result i32) (i32.const 0)))"#,
        export(Hook::OnWait)
    );
    let wasm = of_world("on-wait-rule", &wat);
    assert_eq!(
        compiled(&[("rules/30-a.wasm", &wasm)]).1,
        ["rules/30-a.wasm: error[R305]: `on_wait` never runs, since no waiting time is given"]
    );
    let (rules, findings) = compiled(&[
        ("rules/30-a.wasm", &wasm),
        ("rules/30-a.toml", b"hooks = [\"on_wait\"]\nwait_after = [\"60s\"]"),
    ]);
    assert_eq!(findings, [""; 0]);
    assert_eq!(rules.unwrap().directory().wait_thresholds_ms, [60_000]);
}

#[test]
fn a_broken_module_is_a_finding_in_its_file() {
    let (none, findings) = compiled(&[("rules/30-a.wasm", b"MZ")]);
    assert!(none.is_none());
    assert_eq!(findings, ["rules/30-a.wasm: error[R309]: this is no WebAssembly: it begins with 4d 5a"]);
    assert_eq!(Code::BadModule.as_str(), "R309");
}

#[test]
fn the_modules_bytes_are_part_of_the_revision() {
    let one = folder(&[("rules/30-a.wasm", &route("(call $priority (i32.const 1))", ""))]);
    let other = folder(&[("rules/30-a.wasm", &route("(call $priority (i32.const 2))", ""))]);
    assert_ne!(tenant::revision(&one), tenant::revision(&other));
}
