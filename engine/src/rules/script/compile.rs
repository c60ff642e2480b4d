//! From a script's text to a script that runs, or to everything that is wrong with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{AST, CallFnOptions, Dynamic, EvalAltResult, ImmutableString, ParseErrorType, Scope};

use super::call::{Call, CallCaches, failure};
use super::engine::{parser, runner};
use super::position::span;
use super::registry::HOOKS;
use super::{Script, lint};
use crate::diagnostic::{Code, Diagnostic, Severity, Span};
use crate::limits;
use crate::rules::Hook;
use crate::rules::names::Names;
use crate::rules::scene::Uses;

/// A function with a name that no script can write, to hang the constants' evaluation on.
const NOTHING: &str = "nothing_";

impl Script {
    /// Compiles a script. Finds as much as it can at once; a script that does not parse has one finding.
    pub(in crate::rules) fn compile(
        file: &str,
        source: &str,
        names: &Arc<Names>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Script> {
        let mut found = |diagnostic: Diagnostic| diagnostics.push(diagnostic);
        if let Some(diagnostic) = too_large(file, source) {
            found(diagnostic);
            return None;
        }
        // As written, for the lint; what runs is optimised.
        let written = match parser().compile(source) {
            Ok(ast) => ast,
            Err(error) => {
                found(syntax_error(file, source, &error));
                return None;
            }
        };
        let findings = lint::lint(file, source, &written, names);
        let sound = findings.iter().all(|finding| finding.severity != Severity::Error);
        findings.into_iter().for_each(&mut found);
        if !sound {
            return None;
        }
        let mut ast = match runner().compile(source) {
            Ok(ast) => ast,
            Err(error) => {
                found(syntax_error(file, source, &error));
                return None;
            }
        };
        let constants = match constants(&ast, names) {
            Ok(constants) => constants,
            Err(error) => {
                let failure = failure(*error);
                let span = Span::at_line_column(source, failure.line.max(1), failure.column.max(1), 1);
                let message = format!("a constant cannot be computed: {}", failure.message);
                found(Diagnostic::new(Code::ScriptLimit, file, Some(span), message));
                return None;
            }
        };
        ast.clear_statements();
        let uses = Uses::of(&written, names);
        Some(Script { ast, constants: Arc::new(constants), caches: CallCaches::default(), uses })
    }

    /// The hooks that the script defines, in the order of [`HOOKS`].
    pub(in crate::rules) fn hooks(&self) -> Vec<Hook> {
        let defines = |name: &str| self.ast.iter_functions().any(|function| function.name == name);
        HOOKS.iter().filter(|hook| defines(hook.function)).map(|hook| hook.hook).collect()
    }
}

fn too_large(file: &str, source: &str) -> Option<Diagnostic> {
    let most = limits::SCRIPT_LINES_MAX;
    let lines = source.split('\n').count();
    if lines > most {
        let message = format!("the script has {lines} lines, at most {most} are allowed");
        return Some(Diagnostic::new(Code::ScriptLimit, file, None, message));
    }
    let (at, line) = (1..).zip(source.split('\n')).find(|(_, line)| line.chars().count() > most)?;
    let message = format!("line {at} has {} characters, at most {most} are allowed", line.chars().count());
    Some(Diagnostic::new(Code::ScriptLimit, file, Some(Span::at_line_column(source, at, 1, 1)), message))
}

fn syntax_error(file: &str, source: &str, error: &rhai::ParseError) -> Diagnostic {
    let at = span(source, error.position(), 1);
    let (code, help) = match error.err_type() {
        ParseErrorType::ExprTooDeep => (Code::ScriptLimit, "Split it up into variables or functions."),
        ParseErrorType::TooManyFunctions => (Code::ScriptLimit, "Split the script into several rules."),
        ParseErrorType::LiteralTooLarge(..) => (Code::ScriptLimit, "Make it smaller."),
        _ => (Code::ScriptSyntax, "See the reference page for how scripts are written."),
    };
    let message = error.err_type().to_string();
    let message = message.strip_prefix("Syntax error: ").unwrap_or(&message).to_owned();
    let mut chars = message.chars();
    let message = chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect());
    Diagnostic::new(code, file, at, message).help(help)
}

/// The file's constants, computed once.
fn constants(
    ast: &AST,
    names: &Arc<Names>,
) -> Result<BTreeMap<ImmutableString, Dynamic>, Box<EvalAltResult>> {
    if ast.statements().is_empty() {
        return Ok(BTreeMap::new());
    }
    let engine = runner();
    let call = Call::new(Arc::clone(names), Arc::default(), false);
    let with_nothing = ast.merge(&engine.compile(format!("fn {NOTHING}() {{}}"))?);
    let mut scope = Scope::new();
    let options = CallFnOptions::new().eval_ast(true).rewind_scope(false).with_tag(Dynamic::from(call));
    let _: Dynamic = engine.call_fn_with_options(options, &mut scope, &with_nothing, NOTHING, ())?;
    let constants = scope.iter_raw().map(|(name, _, value)| (name.into(), value.clone()));
    Ok(constants.collect())
}
