//! From rules as written to the compiled ruleset.

use std::sync::Arc;

use super::guard::CompiledGuard;
use super::keywords::KeywordBuilder;
use super::module::{Module, ModuleLimits};
use super::names::Names;
use super::ruleset::Scenes;
use super::ruleset::{Body, HookSet, Rule};
use super::scene::Uses;
use super::script::Script;
use super::{Hook, Modules, Revision, RuleBody, RuleInfo, RuleKind, RuleSource, Ruleset};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::id::RuleId;
use crate::limits;
use crate::model::Directory;
use crate::tenant::{self, TenantFolder, TenantSource};

/// A tenant folder, read and compiled.
#[derive(Debug)]
pub struct Compiled {
    /// The ruleset; `None` when any finding is an error.
    pub ruleset: Option<Ruleset>,
    /// What was read; `None` when so little is right that there is nothing to go by.
    pub source: Option<TenantSource>,
    /// Everything found, by file and place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Ruleset {
    /// Reads and compiles a tenant folder. `base` is the directory of the revision before: what it names keeps its
    /// ids. `modules` gives the modules of `.wasm` files; [`NoModules`](super::NoModules) where there are none.
    #[must_use]
    pub fn compile(folder: &TenantFolder, base: Option<&Directory>, modules: &dyn Modules) -> Compiled {
        let (source, mut diagnostics) = tenant::read(folder, base);
        let ruleset = source.as_ref().and_then(|source| {
            let (ruleset, found) = Ruleset::from_source(source, tenant::revision(folder), modules);
            // What the reader has said about a place already is not said twice.
            let same =
                |a: &Diagnostic, b: &Diagnostic| (&a.file, a.span, a.code) == (&b.file, b.span, b.code);
            let news = |new: &Diagnostic| !diagnostics.iter().any(|known| same(known, new));
            let found: Vec<_> = found.into_iter().filter(news).collect();
            diagnostics.extend(found);
            ruleset
        });
        diagnostics.sort_by(|a, b| (&a.file, a.span, a.code).cmp(&(&b.file, b.span, b.code)));
        let sound = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
        Compiled { ruleset: ruleset.filter(|_| sound), source, diagnostics }
    }

    /// Compiles what was read. The ruleset is there unless some finding is an error.
    #[must_use]
    pub fn from_source(
        source: &TenantSource,
        revision: Revision,
        modules: &dyn Modules,
    ) -> (Option<Ruleset>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut builder = KeywordBuilder::default();
        let mut rules = Vec::with_capacity(source.rules.len());
        if source.rules.len() > limits::RULES_MAX {
            let message = format!("{} rules, at most {} are allowed", source.rules.len(), limits::RULES_MAX);
            diagnostics.push(Diagnostic::new(Code::TooLarge, "rules", None, message));
            return (None, diagnostics);
        }
        let sandboxed = |rule: &RuleSource| !matches!(rule.body, RuleBody::Effects(_));
        let names = source.rules.iter().any(sandboxed).then(|| Arc::new(Names::new(&source.directory)));
        for (at, rule) in source.rules.iter().enumerate() {
            let id = RuleId(u16::try_from(at).unwrap_or(u16::MAX));
            rules.extend(compile_rule(id, rule, &mut builder, names.as_ref(), modules, &mut diagnostics));
        }
        let keywords = match builder.build() {
            Ok(keywords) => keywords,
            Err(error) => {
                let message = format!("the keywords do not fit into one automaton: {error}");
                diagnostics.push(Diagnostic::new(Code::TooLarge, "rules", None, message));
                return (None, diagnostics);
            }
        };
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return (None, diagnostics);
        }
        let mut directory = source.directory.clone();
        let mut thresholds: Vec<i64> =
            rules.iter().flat_map(|rule: &Rule| rule.wait_after_ms.iter().copied()).collect();
        thresholds.sort_unstable();
        thresholds.dedup();
        directory.wait_thresholds_ms = thresholds;
        let hooks = rules.iter().flat_map(|rule| rule.info.hooks.iter().copied()).collect();
        let scenes = names.map(|names| {
            let mut uses = Uses::default();
            for rule in &rules {
                match &rule.body {
                    Body::Effects(_) => {}
                    Body::Script(script) => uses.merge(script.uses.clone()),
                    Body::Module { module, .. } => uses.merge(module.uses().clone()),
                }
            }
            Scenes::new(names, uses)
        });
        (Some(Ruleset { revision, directory, first_rule: 0, rules, keywords, hooks, scenes }), diagnostics)
    }
}

fn compile_rule(
    id: RuleId,
    source: &RuleSource,
    builder: &mut KeywordBuilder,
    names: Option<&Arc<Names>>,
    modules: &dyn Modules,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Rule> {
    let guard = CompiledGuard::new(&source.when, builder);
    let (body, kind, hooks) = match &source.body {
        RuleBody::Effects(effects) => {
            for (effect, span) in effects {
                if let Some(problem) = effect.problem() {
                    diagnostics.push(Diagnostic::new(Code::BadValue, &source.file, Some(*span), problem));
                }
            }
            let effects = effects.iter().map(|(effect, _)| effect.clone()).collect();
            let hooks = if source.hooks.is_empty() { vec![Hook::Route] } else { source.hooks.clone() };
            (Body::Effects(effects), RuleKind::Keyword, hooks)
        }
        RuleBody::Script { file, source: text } => {
            let script = Script::compile(file, text, names?, diagnostics)?;
            let hooks = script_hooks(source, file, &script, diagnostics);
            (Body::Script(script), RuleKind::Script, hooks)
        }
        RuleBody::Module { file, wasm, limits } => {
            let module = load_module(file, wasm, *limits, modules, diagnostics)?;
            let hooks = module_hooks(source, file, &module, diagnostics);
            (Body::Module { module, limits: *limits }, RuleKind::Module, hooks)
        }
    };
    let module = match &body {
        Body::Module { module, limits } => Some((Arc::clone(module.info()), *limits)),
        Body::Effects(_) | Body::Script(_) => None,
    };
    let wait_after_ms = if hooks.contains(&Hook::OnWait) { source.wait_after_ms.clone() } else { Vec::new() };
    let info = RuleInfo {
        id,
        order: source.order,
        slug: source.slug.clone(),
        name: source.name.clone(),
        file: source.file.clone(),
        kind,
        hooks,
        module,
    };
    let hooks: HookSet = info.hooks.iter().copied().collect();
    Some(Rule { info, hooks, wait_after_ms, guard, body })
}

/// The hooks that a script's rule subscribes to: those that its sidecar names, or else those it defines.
fn script_hooks(
    source: &RuleSource,
    file: &str,
    script: &Script,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Hook> {
    let missing = |hook: Hook| {
        let message = format!("the script does not define `{}`, which `hooks` names", hook.function());
        (message, "Define the function in the script, or take the hook out of `hooks`.")
    };
    hooks_of(source, file, script.hooks(), missing, diagnostics)
}

/// The hooks that a module's rule subscribes to: those that its sidecar names, or else those it exports.
fn module_hooks(
    source: &RuleSource,
    file: &str,
    module: &Module,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Hook> {
    let missing = |hook: Hook| {
        let message = format!("the module does not export `{}`, which `hooks` names", hook.function());
        (message, "Export the hook from the module, or take it out of `hooks`.")
    };
    hooks_of(source, file, module.info().hooks.clone(), missing, diagnostics)
}

fn hooks_of(
    source: &RuleSource,
    file: &str,
    defined: Vec<Hook>,
    missing: impl Fn(Hook) -> (String, &'static str),
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Hook> {
    for hook in source.hooks.iter().filter(|hook| !defined.contains(hook)) {
        let (message, help) = missing(*hook);
        diagnostics.push(Diagnostic::new(Code::BadHook, &source.file, None, message).help(help));
    }
    let hooks = if source.hooks.is_empty() { defined } else { source.hooks.clone() };
    if hooks.contains(&Hook::OnWait) && source.wait_after_ms.is_empty() {
        let message = "`on_wait` never runs, since no waiting time is given";
        let help = "Put `wait_after = [\"60s\"]` into the `.toml` file of the same name.";
        diagnostics.push(Diagnostic::new(Code::BadHook, file, None, message).help(help));
    }
    hooks
}

fn load_module(
    file: &str,
    wasm: &[u8],
    limits: ModuleLimits,
    modules: &dyn Modules,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Module>> {
    match modules.module(wasm).and_then(|module| module.fits(limits).map(|()| module)) {
        Ok(module) => Some(module),
        Err(problem) => {
            let finding = Diagnostic::new(problem.code, file, None, problem.message);
            diagnostics.push(Diagnostic { help: problem.help, ..finding });
            None
        }
    }
}
