//! What is wrong with a script, seen without running it: names that do not exist, calls that cannot work, effects that
//! get lost. It knows a value's type where that is plain (what a hook is handed, what the registry says comes out), and
//! says nothing where it is not.

use std::collections::BTreeMap;

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::lint_walk::Walk;
use super::position::span;
use super::registry::{ApiItem, ApiKind, ApiType, HOOKS, items};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::limits;
use crate::rules::names::Names;

/// What is known of a value: its type, or nothing.
pub(super) type Known = Option<ApiType>;

/// Arguments by a function's name and number of parameters.
type Arguments = BTreeMap<(String, usize), Vec<Known>>;

/// A function of the script.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    start: Position,
    end: Position,
    body: Vec<Stmt>,
}

/// A lint under way.
pub(super) struct Lint<'s> {
    file: &'s str,
    source: &'s str,
    pub(super) names: &'s Names,
    pub(super) functions: Vec<Function>,
    /// The constants of the file.
    pub(super) constants: BTreeMap<String, Known>,
    /// What the script's own functions are called with, as far as the last round saw.
    called_with: Arguments,
    /// The same, as this round sees it.
    pub(super) calls: Arguments,
    /// Findings, unless types are still being gathered.
    findings: Vec<Diagnostic>,
}

/// Everything that is wrong with a script that parses.
pub(super) fn lint(file: &str, source: &str, ast: &AST, names: &Names) -> Vec<Diagnostic> {
    let (statements, functions) = parts(ast);
    let mut lint = Lint {
        file,
        source,
        names,
        functions,
        constants: BTreeMap::new(),
        called_with: Arguments::new(),
        calls: Arguments::new(),
        findings: Vec::new(),
    };
    lint.hooks();
    lint.top_level(&statements);
    let before = std::mem::take(&mut lint.findings);
    // What a helper is handed is known once its callers are. Each round reaches one call further.
    let functions = std::mem::take(&mut lint.functions);
    lint.functions = functions.iter().map(Function::signature).collect();
    for _ in 0..4 {
        lint.findings.clear();
        for function in &functions {
            lint.function(function);
        }
        let calls = std::mem::take(&mut lint.calls);
        if std::mem::replace(&mut lint.called_with, calls.clone()) == calls {
            break;
        }
    }
    lint.findings.extend(before);
    lint.findings.sort_by_key(|finding| (finding.span, finding.code));
    lint.findings.dedup();
    lint.findings.truncate(limits::SCRIPT_FINDINGS_MAX);
    lint.findings
}

/// The statements outside of functions, and the functions in order of the text.
fn parts(ast: &AST) -> (Vec<Stmt>, Vec<Function>) {
    let mut functions: Vec<Function> = ast
        .iter_fn_def()
        .map(|function| Function {
            name: function.name.to_string(),
            parameters: function.params.iter().map(ToString::to_string).collect(),
            start: function.body.start_position(),
            end: function.body.end_position(),
            body: Vec::new(),
        })
        .collect();
    functions.sort_by_key(|function| function.start);
    let mut statements = Vec::new();
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            let at = statement.position();
            let of = functions.iter_mut().find(|function| function.start <= at && at <= function.end);
            of.map_or(&mut statements, |function| &mut function.body).push((*statement).clone());
        }
        true
    });
    (statements, functions)
}

impl Function {
    fn signature(&self) -> Function {
        Function {
            name: self.name.clone(),
            parameters: self.parameters.clone(),
            start: self.start,
            end: self.end,
            body: Vec::new(),
        }
    }
}

impl Lint<'_> {
    /// Adds a finding at `length` characters from a position.
    pub(super) fn find(
        &mut self,
        code: Code,
        at: Position,
        length: usize,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let at = span(self.source, at, length);
        self.findings.push(Diagnostic::new(code, self.file, at, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Adds what to do to the finding added last.
    pub(super) fn help_last(&mut self, help: String) {
        if let Some(last) = self.findings.last_mut() {
            last.help = Some(help);
        }
    }

    /// A literal where a name of some kind is expected.
    pub(super) fn name(&mut self, kind: Known, literal: &Expr) {
        let Expr::StringConstant(slug, at) = literal else { return };
        let (slugs, code, file) = match kind {
            Some(ApiType::GroupName) => (&self.names.groups, Code::UnknownGroup, "groups.toml"),
            Some(ApiType::AgentName) => (&self.names.agents, Code::UnknownAgent, "agents.toml"),
            Some(ApiType::SkillName) => (&self.names.skills, Code::UnknownSkill, "tenant.toml"),
            Some(ApiType::ChannelName) => (&self.names.channels, Code::UnknownChannel, "tenant.toml"),
            Some(ApiType::HoursName) => (&self.names.hours, Code::UnknownHours, "tenant.toml"),
            _ => return,
        };
        if slugs.find(slug).is_some() {
            return;
        }
        let message = format!("unknown {} `{slug}`", slugs.what);
        let meant =
            slugs.nearest(slug, limits::SUGGEST_AMONG_MAX, |_| Ok::<(), std::convert::Infallible>(()));
        let meant = meant.ok().flatten().map(str::to_owned);
        let finding = self.find(code, *at, slug.chars().count() + 2, message);
        finding.did_you_mean = meant;
        finding.help = Some(format!("Define it in {file}, or use the name of one that is there."));
    }

    /// Adds a finding about a word, with the word that was probably meant.
    pub(super) fn unknown<'k>(
        &mut self,
        code: Code,
        at: Position,
        word: &str,
        message: String,
        known: impl IntoIterator<Item = &'k str>,
    ) -> &mut Diagnostic {
        let meant = nearest(word, known).map(str::to_owned);
        let finding = self.find(code, at, word.chars().count(), message);
        finding.did_you_mean = meant;
        finding
    }

    fn hooks(&mut self) {
        let mut any = false;
        let mut findings = Vec::new();
        for function in &self.functions {
            let Some(hook) = HOOKS.iter().find(|hook| hook.function == function.name) else { continue };
            any = true;
            let expected: Vec<&str> = hook.parameters.iter().map(|parameter| parameter.name).collect();
            let swapped = function
                .parameters
                .iter()
                .zip(&expected)
                .find(|(given, wanted)| given != wanted && expected.contains(&given.as_str()));
            let message = if function.parameters.len() != expected.len() {
                format!(
                    "the hook `{}` takes {} parameters, here it has {}",
                    hook.function,
                    expected.len(),
                    function.parameters.len()
                )
            } else if let Some((given, wanted)) = swapped {
                format!("`{given}` stands where `{}` is handed the {wanted}", hook.function)
            } else {
                continue;
            };
            let help = format!("Write `fn {}({})`.", hook.function, expected.join(", "));
            findings.push((self.definition(function), message, help, function.name.chars().count()));
        }
        for (at, message, help, length) in findings {
            let at = at.unwrap_or(Position::new(1, 1));
            self.find(Code::BadHook, at, length, message).help = Some(help);
        }
        if !any {
            let hooks = || HOOKS.iter().map(|hook| hook.function);
            let near = self
                .functions
                .iter()
                .find_map(|function| Some((function, nearest(&function.name, hooks())?.to_owned())));
            let (at, length, meant) = match near {
                Some((function, meant)) => {
                    (self.definition(function), function.name.chars().count(), Some(meant))
                }
                None => (None, 1, None),
            };
            let hooks = hooks().collect::<Vec<_>>().join("`, `");
            let message = "the script defines no hook, so it never runs";
            let finding = self.find(Code::BadHook, at.unwrap_or(Position::new(1, 1)), length, message);
            finding.help = Some(format!("Define one of `{hooks}`."));
            finding.did_you_mean = meant;
        }
    }

    /// Where a function's name is written: the last `fn name` before its body.
    fn definition(&self, function: &Function) -> Option<Position> {
        let body = span(self.source, function.start, 1)?.start_byte as usize;
        let before = self.source.get(..body)?;
        let at = before.rmatch_indices(function.name.as_str()).find_map(|(at, _)| {
            let keyword = before.get(..at)?.trim_end();
            (keyword.ends_with("fn") && keyword.len() < at).then_some(at)
        })?;
        let place = crate::diagnostic::Span::of(self.source, at..at);
        Some(Position::new(u16::try_from(place.line).ok()?, u16::try_from(place.column).ok()?))
    }

    fn top_level(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Noop(_) => {}
                Stmt::Var(definition, flags, _) if flags.contains(rhai::ASTFlags::CONSTANT) => {
                    let known = Walk::new(self, Vec::new()).expression(&definition.1);
                    self.constants.insert(definition.0.name.to_string(), known);
                }
                other => {
                    let message = "only functions and constants may stand outside of functions";
                    let help = "Move it into a hook, or write `const NAME = …;`.";
                    self.find(Code::ScriptLimit, other.position(), 1, message).help = Some(help.to_owned());
                }
            }
        }
    }

    fn function(&mut self, function: &Function) {
        let hook = HOOKS.iter().find(|hook| {
            hook.function == function.name && hook.parameters.len() == function.parameters.len()
        });
        let called_with = self.called_with.get(&(function.name.clone(), function.parameters.len()));
        let variables = function.parameters.iter().enumerate().map(|(at, name)| {
            let known = match hook {
                Some(hook) => hook.parameters.get(at).map(|parameter| parameter.kind),
                None => called_with.and_then(|with| with.get(at).copied().flatten()),
            };
            (name.clone(), known)
        });
        let variables = variables.collect();
        Walk::new(self, variables).body(&function.body);
    }
}

/// The registry's entries that `receiver.name` may mean, where the receiver is known.
pub(super) fn members(receiver: ApiType, kind: ApiKind) -> impl Iterator<Item = &'static ApiItem> {
    items().filter(move |item| item.kind == kind && item.receiver.is_some_and(|of| accepts(of, receiver)))
}

/// Whether something for values of type `of` takes a value of type `is`.
pub(super) fn accepts(of: ApiType, is: ApiType) -> bool {
    of == is
        || of == ApiType::Any
        || (of.is_text() && is.is_text())
        || (of == ApiType::Number && matches!(is, ApiType::Int | ApiType::Float | ApiType::Number))
}
