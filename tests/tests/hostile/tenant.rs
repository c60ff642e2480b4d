//! A small tenant whose first rule is a module, and what its memory costs this process.

use std::collections::BTreeMap;

use pointsman_engine::id::ChannelId;
use pointsman_engine::rules::{Modules, Ruleset, Situation};
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::{RuleTrace, TraceLevel};

/// The tenant but for the module: a rule stands behind it, which every conversation reaches whatever the module does.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        "tenant.toml",
        "name = \"Hostile\"\nzone = \"UTC\"\ndefault_group = \"general\"\nfallback = [\"leave-message\"]\n\
         channel = [{ slug = \"website\", name = \"Website\" }]\n",
    ),
    (
        "groups.toml",
        "[[group]]\nslug = \"general\"\nname = \"General\"\n\n[[group]]\nslug = \"after-sales\"\nname = \"After sales\"\n",
    ),
    (
        "agents.toml",
        "[[agent]]\nslug = \"wang-fang\"\nname = \"王芳\"\ngroups = [\"general\", \"after-sales\"]\n",
    ),
    ("rules/20-next.toml", "name = \"Next\"\n\n[then]\ngroup = \"after-sales\"\n"),
];

/// The ruleset of a tenant whose first rule is this module; else everything that is found wrong, a line each.
///
/// # Errors
/// The module is refused.
pub(crate) fn ruleset(wasm: &[u8], fuel: Option<u64>, modules: &dyn Modules) -> Result<Ruleset, String> {
    let limits = fuel.map_or(String::new(), |fuel| format!("\n[limits]\nfuel = {fuel}\n"));
    let mut files: BTreeMap<String, Vec<u8>> =
        FILES.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    files.insert("rules/10-module.wasm".to_owned(), wasm.to_vec());
    files.insert("rules/10-module.toml".to_owned(), format!("name = \"Module\"\n{limits}").into_bytes());
    let compiled = Ruleset::compile(&TenantFolder { files }, None, modules);
    let told = || compiled.diagnostics.iter().map(|found| format!("{found}\n")).collect::<String>();
    compiled.ruleset.ok_or_else(told)
}

/// A conversation that opens.
pub(crate) fn opened() -> Situation {
    Situation::opened("我的订单 12345 什么时候退款?", ChannelId(0), Timestamp(1_772_409_600_000))
}

/// What the module did with a conversation, and whether the next rule had its turn.
pub(crate) fn decide(ruleset: &Ruleset) -> (RuleTrace, bool) {
    let (verdict, _) = opened().decide(ruleset, TraceLevel::Full);
    let next = verdict.rules.len() > 1;
    (verdict.rules.into_iter().next().expect("the module's rule"), next)
}

/// A line of `/proc/self/status` in kilobytes: `VmRSS`, or `VmHWM` for the most so far.
pub(crate) fn status_kb(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process tells of itself");
    let line =
        status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':')).expect("the field");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

/// A module of `examples/modules/built`.
pub(crate) fn built(name: &str) -> Vec<u8> {
    let path = pointsman_tests::repository().join("examples/modules/built").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
