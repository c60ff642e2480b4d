mod browser;
mod depth;
mod examples;
mod failures;
mod guests;
mod mutated;
mod purity;
mod rank;
mod sidecar;
mod upload;

use std::sync::{Arc, OnceLock};

use super::{Modules, Sandbox};
use crate::diagnostic::Diagnostic;
use crate::rules::fixture::{opened, rule, source};
use crate::rules::{Guard, Hook, ModuleLimits, Revision, RuleBody, RuleSource, Ruleset, Situation};
use crate::trace::{RuleFailure, RuleOutcome, RuleTrace, TraceLevel};

/// Compiled code, instances from a pool.
fn native() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new().unwrap())
}

/// What the browser has, but for the word size.
fn interpreting() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::interpreting().unwrap())
}

fn module(wasm: &[u8], limits: ModuleLimits) -> RuleSource {
    let file = "rules/10-rule.wasm".to_owned();
    let body = RuleBody::Module { file: file.clone(), wasm: Arc::from(wasm), limits };
    RuleSource { file, ..rule("10-rule", &[], Guard::default(), body) }
}

fn compile(rules: Vec<RuleSource>, modules: &dyn Modules) -> (Option<Ruleset>, Vec<Diagnostic>) {
    Ruleset::from_source(&source(rules), Revision([7; 32]), modules)
}

fn ruleset(rules: Vec<RuleSource>, modules: &dyn Modules) -> Ruleset {
    let (ruleset, diagnostics) = compile(rules, modules);
    ruleset.unwrap_or_else(|| panic!("{}", diagnostics.iter().map(|d| format!("{d}\n")).collect::<String>()))
}

/// What the module does with a situation, the same in both homes.
#[track_caller]
fn run_in(wasm: &[u8], limits: ModuleLimits, situation: &Situation) -> RuleTrace {
    let traced = |sandbox: &Sandbox| {
        let ruleset = ruleset(vec![module(wasm, limits)], sandbox);
        situation.decide(&ruleset, TraceLevel::Full).0.rules.remove(0)
    };
    let trace = traced(native());
    assert_eq!(trace, traced(interpreting()), "the two homes differ");
    trace
}

#[track_caller]
fn run(wasm: &[u8]) -> RuleTrace {
    run_in(wasm, ModuleLimits::default(), &opened("我要退款"))
}

#[track_caller]
fn failed(trace: &RuleTrace) -> &RuleFailure {
    match &trace.outcome {
        RuleOutcome::Failed(failure) => failure,
        other => panic!("{other:?}, effects {:?}", trace.effects),
    }
}

/// The hooks of the contract, as they are spelled in a core module.
fn export(hook: Hook) -> &'static str {
    match hook {
        Hook::Route => "pointsman:rule/route@1.0.0#route",
        Hook::OnMessage => "pointsman:rule/on-message@1.0.0#on-message",
        Hook::OnWait => "pointsman:rule/on-wait@1.0.0#on-wait",
        Hook::Rank => "pointsman:rule/rank@1.0.0#rank",
    }
}
