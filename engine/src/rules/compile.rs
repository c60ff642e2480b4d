//! From rules as written to the compiled ruleset.

use std::sync::Arc;

use super::guard::CompiledGuard;
use super::keywords::KeywordBuilder;
use super::ruleset::{Body, HookSet, Rule, Scripts};
use super::script::{Names, Script, Uses};
use super::{Hook, Revision, RuleBody, RuleInfo, RuleKind, RuleSource, Ruleset};
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
    /// ids.
    #[must_use]
    pub fn compile(folder: &TenantFolder, base: Option<&Directory>) -> Compiled {
        let (source, mut diagnostics) = tenant::read(folder, base);
        let ruleset = source.as_ref().and_then(|source| {
            let (ruleset, found) = Ruleset::from_source(source, tenant::revision(folder));
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
    pub fn from_source(source: &TenantSource, revision: Revision) -> (Option<Ruleset>, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut builder = KeywordBuilder::default();
        let mut rules = Vec::with_capacity(source.rules.len());
        if source.rules.len() > limits::RULES_MAX {
            let message = format!("{} rules, at most {} are allowed", source.rules.len(), limits::RULES_MAX);
            diagnostics.push(Diagnostic::new(Code::TooLarge, "rules", None, message));
            return (None, diagnostics);
        }
        let any_script = source.rules.iter().any(|rule| matches!(rule.body, RuleBody::Script { .. }));
        let names = any_script.then(|| Arc::new(Names::new(&source.directory)));
        for (at, rule) in source.rules.iter().enumerate() {
            let id = RuleId(u16::try_from(at).unwrap_or(u16::MAX));
            rules.extend(compile_rule(id, rule, &mut builder, names.as_ref(), &mut diagnostics));
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
        let scripts = names.map(|names| {
            let mut uses = Uses::default();
            for rule in &rules {
                if let Body::Script(script) = &rule.body {
                    uses.merge(script.uses.clone());
                }
            }
            Scripts::new(names, uses)
        });
        (Some(Ruleset { revision, directory, rules, keywords, hooks, scripts }), diagnostics)
    }
}

fn compile_rule(
    id: RuleId,
    source: &RuleSource,
    builder: &mut KeywordBuilder,
    names: Option<&Arc<Names>>,
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
    let defined = script.hooks();
    let mut bad = |file: &str, message: String, help: &str| {
        diagnostics.push(Diagnostic::new(Code::BadHook, file, None, message).help(help));
    };
    for hook in source.hooks.iter().filter(|hook| !defined.contains(hook)) {
        let message = format!("the script does not define `{}`, which `hooks` names", hook.function());
        bad(&source.file, message, "Define the function in the script, or take the hook out of `hooks`.");
    }
    let hooks = if source.hooks.is_empty() { defined } else { source.hooks.clone() };
    if hooks.contains(&Hook::OnWait) && source.wait_after_ms.is_empty() {
        let message = "`on_wait` never runs, since no waiting time is given".to_owned();
        bad(file, message, "Put `wait_after = [\"60s\"]` into the `.toml` file of the same name.");
    }
    hooks
}
