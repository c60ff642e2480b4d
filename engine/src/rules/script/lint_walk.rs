//! The lint's way through the syntax tree of one function.

use rhai::{ASTFlags, Expr, FnCallExpr, Position, Stmt};

use super::lint::{Known, Lint, accepts, members};
use super::registry::{ApiItem, ApiKind, ApiType, items};
use crate::diagnostic::Code;

/// Functions that belong to the language itself, with the number of arguments they take. Those that call a function by
/// its name are not among them: a rule has no use for them.
const BUILT_IN: [(&str, usize); 2] = [("type_of", 1), ("is_def_var", 1)];

/// A function under way: the variables in sight, innermost last.
pub(super) struct Walk<'l, 's> {
    lint: &'l mut Lint<'s>,
    variables: Vec<(String, Known)>,
}

impl<'l, 's> Walk<'l, 's> {
    pub(super) fn new(lint: &'l mut Lint<'s>, variables: Vec<(String, Known)>) -> Walk<'l, 's> {
        Walk { lint, variables }
    }

    /// The body of a function, whose last value is its answer.
    pub(super) fn body(&mut self, statements: &[Stmt]) {
        self.block(statements, true);
    }

    /// A block; `used` says whether somebody takes its last value.
    fn block(&mut self, statements: &[Stmt], used: bool) -> Known {
        let depth = self.variables.len();
        let mut last = Some(ApiType::Nothing);
        for (at, statement) in statements.iter().enumerate() {
            last = self.statement(statement, used && at + 1 == statements.len());
        }
        self.variables.truncate(depth);
        last
    }

    fn statement(&mut self, statement: &Stmt, used: bool) -> Known {
        match statement {
            Stmt::Var(definition, _, _) => {
                let known = self.expression(&definition.1);
                self.variables.push((definition.0.name.to_string(), known));
                Some(ApiType::Nothing)
            }
            Stmt::Block(block) => self.block(block.statements(), used),
            Stmt::Expr(expression) => {
                let known = self.expression(expression);
                self.lost(used, known, expression);
                known
            }
            Stmt::FnCall(call, at) => {
                let known = self.call(call, *at);
                if !used && known == Some(ApiType::Effects) {
                    self.effects_lost(*at, call.name.chars().count());
                }
                known
            }
            Stmt::If(flow, _) => {
                self.expression(&flow.expr);
                let then = self.block(flow.body.statements(), used);
                let otherwise = self.block(flow.branch.statements(), used);
                then.filter(|_| then == otherwise)
            }
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0);
                for case in &switch.1.expressions {
                    self.expression(&case.lhs);
                    let known = self.expression(&case.rhs);
                    self.lost(used, known, &case.rhs);
                }
                None
            }
            Stmt::While(flow, _) | Stmt::Do(flow, _, _) => {
                self.expression(&flow.expr);
                self.block(flow.body.statements(), false);
                None
            }
            Stmt::For(part, _) => {
                let (variable, counter, flow) = &**part;
                let listed = self.expression(&flow.expr);
                let depth = self.variables.len();
                if let Some(counter) = counter {
                    self.variables.push((counter.name.to_string(), Some(ApiType::Int)));
                }
                let item = (listed == Some(ApiType::Range)).then_some(ApiType::Int);
                self.variables.push((variable.name.to_string(), item));
                self.block(flow.body.statements(), false);
                self.variables.truncate(depth);
                None
            }
            Stmt::Assignment(assignment) => {
                let known = self.expression(&assignment.1.rhs);
                self.assign(&assignment.1.lhs, known.filter(|_| !assignment.0.is_op_assignment()));
                Some(ApiType::Nothing)
            }
            Stmt::TryCatch(flow, _) => {
                self.block(flow.body.statements(), false);
                let depth = self.variables.len();
                if let Expr::Variable(variable, _, _) = &flow.expr {
                    self.variables.push((variable.1.to_string(), None));
                }
                self.block(flow.branch.statements(), false);
                self.variables.truncate(depth);
                None
            }
            Stmt::Return(value, _, _) | Stmt::BreakLoop(value, _, _) => {
                if let Some(value) = value {
                    self.expression(value);
                }
                None
            }
            _ => None,
        }
    }

    /// Effects that nobody takes: the rule would say less than its author thinks.
    fn lost(&mut self, used: bool, known: Known, expression: &Expr) {
        if used || known != Some(ApiType::Effects) {
            return;
        }
        let (at, length) = match expression {
            Expr::FnCall(call, at) => (*at, call.name.chars().count()),
            // A method on a variable changes the variable.
            Expr::Dot(chain, _, _) => match &chain.lhs {
                Expr::FnCall(call, at) => (*at, call.name.chars().count()),
                _ => return,
            },
            _ => return,
        };
        self.effects_lost(at, length);
    }

    fn effects_lost(&mut self, at: Position, length: usize) {
        let message = "these effects are lost, since nothing returns them";
        let help = "Return them (`return …`), or chain them: `to_group(…).priority(…)`.";
        self.lint.find(Code::LostEffects, at, length, message).help = Some(help.to_owned());
    }

    fn assign(&mut self, target: &Expr, known: Known) {
        if let Expr::Variable(variable, _, _) = target {
            self.expression(target);
            let name = variable.1.as_str();
            if let Some(place) = self.variables.iter_mut().rev().find(|(is, _)| is == name)
                && place.1 != known
            {
                place.1 = None;
            }
        } else if let Expr::Dot(chain, _, _) = target
            && let Some(receiver) = self.expression(&chain.lhs)
            && let Expr::Property(property, at) = &chain.rhs
            && members(receiver, ApiKind::Property).next().is_some()
        {
            let name = property.2.as_str();
            let message = format!("`{name}` can only be read");
            let finding = self.lint.find(Code::UnknownProperty, *at, name.chars().count(), message);
            finding.help = Some("A rule changes things by the effects that it returns.".to_owned());
        } else {
            self.expression(target);
        }
    }

    /// Looks through an expression; gives its type where that is plain.
    pub(super) fn expression(&mut self, expression: &Expr) -> Known {
        match expression {
            Expr::BoolConstant(..) => Some(ApiType::Bool),
            Expr::IntegerConstant(..) => Some(ApiType::Int),
            Expr::FloatConstant(..) => Some(ApiType::Float),
            Expr::StringConstant(..) | Expr::CharConstant(..) => Some(ApiType::Text),
            Expr::Unit(_) => Some(ApiType::Nothing),
            Expr::InterpolatedString(parts, _) => {
                parts.iter().for_each(|part| _ = self.expression(part));
                Some(ApiType::Text)
            }
            Expr::Array(items, _) => {
                items.iter().for_each(|item| _ = self.expression(item));
                Some(ApiType::List)
            }
            Expr::Map(entries, _) => {
                entries.0.iter().for_each(|(_, value)| _ = self.expression(value));
                Some(ApiType::Map)
            }
            Expr::Variable(variable, _, at) => self.variable(&variable.1, *at),
            Expr::ThisPtr(at) => {
                self.lint.find(Code::ScriptLimit, *at, 4, "`this` is not available in rules");
                None
            }
            Expr::Stmt(block) => self.block(block.statements(), true),
            Expr::FnCall(call, at) => self.call(call, *at),
            Expr::MethodCall(call, at) => self.call(call, *at),
            Expr::Dot(chain, _, _) => {
                let receiver = self.expression(&chain.lhs);
                self.chain(receiver, &chain.rhs)
            }
            Expr::Index(chain, flags, _) => {
                self.expression(&chain.lhs);
                self.index(&chain.rhs, *flags)
            }
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                parts.iter().for_each(|part| _ = self.expression(part));
                Some(ApiType::Bool)
            }
            Expr::Coalesce(parts, _) => {
                parts.iter().for_each(|part| _ = self.expression(part));
                None
            }
            _ => None,
        }
    }

    fn variable(&mut self, name: &str, at: Position) -> Known {
        if let Some((_, known)) = self.variables.iter().rev().find(|(is, _)| is == name) {
            return *known;
        }
        if let Some(known) = self.lint.constants.get(name) {
            return *known;
        }
        let in_sight: Vec<String> = self
            .variables
            .iter()
            .map(|(name, _)| name.clone())
            .chain(self.lint.constants.keys().cloned())
            .collect();
        let message = format!("unknown variable `{name}`");
        let finding =
            self.lint.unknown(Code::UnknownVariable, at, name, message, in_sight.iter().map(String::as_str));
        let help = "A function sees its own variables and the constants of its file, nothing else.";
        finding.help = Some(help.to_owned());
        None
    }

    /// What follows a `.`, with what stands before it known or not.
    fn chain(&mut self, receiver: Known, rest: &Expr) -> Known {
        match rest {
            Expr::Property(property, at) => self.property(receiver, &property.2, *at),
            Expr::MethodCall(call, at) | Expr::FnCall(call, at) => self.method(receiver, call, *at),
            Expr::Dot(chain, _, _) => {
                let receiver = self.chain(receiver, &chain.lhs);
                self.chain(receiver, &chain.rhs)
            }
            Expr::Index(chain, flags, _) => {
                self.chain(receiver, &chain.lhs);
                self.index(&chain.rhs, *flags)
            }
            other => self.expression(other),
        }
    }

    /// What follows a `[`: an index, and then perhaps more of the chain.
    fn index(&mut self, rest: &Expr, flags: ASTFlags) -> Known {
        match rest {
            Expr::Dot(chain, next, _) | Expr::Index(chain, next, _) if !flags.contains(ASTFlags::BREAK) => {
                self.expression(&chain.lhs);
                match rest {
                    Expr::Dot(..) => self.chain(None, &chain.rhs),
                    _ => self.index(&chain.rhs, *next),
                }
            }
            other => {
                self.expression(other);
                None
            }
        }
    }

    fn property(&mut self, receiver: Known, name: &str, at: Position) -> Known {
        let receiver = receiver.filter(|receiver| *receiver != ApiType::Map)?;
        if let Some(item) = members(receiver, ApiKind::Property).find(|item| item.name == name) {
            return Some(item.returns);
        }
        let message = format!("{} has no property `{name}`", article(receiver));
        let known = members(receiver, ApiKind::Property).map(|item| item.name);
        let finding = self.lint.unknown(Code::UnknownProperty, at, name, message, known);
        if let Some(method) = members(receiver, ApiKind::Method).find(|item| item.name == name) {
            finding.help = Some(format!("It is a function: write `{}`.", method.signature()));
        } else {
            let known: Vec<_> = members(receiver, ApiKind::Property).map(|item| item.name).collect();
            if !known.is_empty() {
                finding.help = Some(format!("There are: {}.", known.join(", ")));
            }
        }
        None
    }

    fn method(&mut self, receiver: Known, call: &FnCallExpr, at: Position) -> Known {
        let name = call.name.as_str();
        call.args.iter().for_each(|argument| _ = self.expression(argument));
        if BUILT_IN.iter().any(|(is, _)| *is == name) || self.is_own(name) {
            return None;
        }
        let named = || items().filter(move |item| item.kind == ApiKind::Method && item.name == name);
        let fitting: Vec<&ApiItem> = match receiver {
            Some(is) => named().filter(|item| item.receiver.is_some_and(|of| accepts(of, is))).collect(),
            None => named().collect(),
        };
        if fitting.is_empty() {
            let message = match receiver {
                Some(is) => format!("{} has no function `{name}`", article(is)),
                None => format!("unknown function `{name}`"),
            };
            let known: Vec<&str> = items()
                .filter(|item| item.kind == ApiKind::Method)
                .filter(|item| receiver.is_none_or(|is| item.receiver.is_some_and(|of| accepts(of, is))))
                .map(|item| item.name)
                .collect();
            let finding = self.lint.unknown(Code::UnknownFunction, at, name, message, known.iter().copied());
            if let Some(item) =
                receiver.and_then(|is| members(is, ApiKind::Property).find(|item| item.name == name))
            {
                finding.help = Some(format!("It is a property: write `{}` without brackets.", item.name));
            }
            return None;
        }
        self.arguments(name, &fitting, 0, call, at);
        let first = fitting.first()?;
        fitting.iter().all(|item| item.returns == first.returns).then_some(first.returns)
    }

    fn is_own(&self, name: &str) -> bool {
        self.lint.functions.iter().any(|function| function.name == name)
    }

    /// A call of a free function, or an operator.
    fn call(&mut self, call: &FnCallExpr, at: Position) -> Known {
        let name = call.name.as_str();
        let arguments: Vec<Known> = call.args.iter().map(|argument| self.expression(argument)).collect();
        if call.is_operator_call() {
            return self.operator(call, &arguments);
        }
        if let Some((_, takes)) = BUILT_IN.iter().find(|(is, _)| *is == name) {
            if *takes != call.args.len() {
                self.wrong_number(name, at, &takes.to_string(), call.args.len());
            }
            return None;
        }
        if self.is_own(name) {
            return self.own(name, arguments, at);
        }
        // `contains(list, item)`: a method in the other notation, which `in` becomes too.
        let receiver = arguments.first().copied().flatten();
        let fitting: Vec<(&ApiItem, usize)> = items()
            .filter(|item| item.name == name && item.kind != ApiKind::Property)
            .filter(|item| match (item.receiver, receiver) {
                (Some(of), Some(is)) => accepts(of, is),
                _ => true,
            })
            .map(|item| (item, usize::from(item.receiver.is_some())))
            .collect();
        if fitting.is_empty() {
            let message = format!("unknown function `{name}`");
            let own: Vec<String> = self.lint.functions.iter().map(|function| function.name.clone()).collect();
            let known = items()
                .filter(|item| item.kind == ApiKind::Function)
                .map(|item| item.name)
                .chain(own.iter().map(String::as_str));
            let finding = self.lint.unknown(Code::UnknownFunction, at, name, message, known);
            if let Some(item) = items().find(|item| item.name == name) {
                finding.help = Some(format!("It belongs to something: `{}`.", item.signature()));
            }
            return None;
        }
        if name == "contains"
            && let ([listed, item], [_, Some(kind)]) = (&call.args[..], &arguments[..])
            && let (Expr::Array(listed, _), _) = (listed, item)
        {
            listed.iter().for_each(|literal| self.lint.name(Some(*kind), literal));
        }
        let free: Vec<&ApiItem> =
            fitting.iter().filter(|(_, receiver)| *receiver == 0).map(|(item, _)| *item).collect();
        let methods: Vec<&ApiItem> =
            fitting.iter().filter(|(_, receiver)| *receiver == 1).map(|(item, _)| *item).collect();
        let count = call.args.len();
        let takes = |item: &&ApiItem| (item.required..=item.parameters.len()).contains(&count);
        if !free.is_empty() && (methods.is_empty() || free.iter().any(takes)) {
            self.arguments(name, &free, 0, call, at);
            return free.first().map(|item| item.returns);
        }
        self.arguments(name, &methods, 1, call, at);
        let first = methods.first()?;
        methods.iter().all(|item| item.returns == first.returns).then_some(first.returns)
    }

    fn own(&mut self, name: &str, arguments: Vec<Known>, at: Position) -> Known {
        let takes: Vec<usize> = self
            .lint
            .functions
            .iter()
            .filter(|function| function.name == name)
            .map(|function| function.parameters.len())
            .collect();
        if takes.contains(&arguments.len()) {
            let known = self.lint.calls.entry((name.to_owned(), arguments.len()));
            known
                .and_modify(|known| {
                    for (known, given) in known.iter_mut().zip(&arguments) {
                        if known != given {
                            *known = None;
                        }
                    }
                })
                .or_insert(arguments);
        } else {
            let takes: Vec<String> = takes.iter().map(usize::to_string).collect();
            self.wrong_number(name, at, &takes.join(" or "), arguments.len());
        }
        None
    }

    /// Checks the number of arguments, and the literals among them that must be names. `skip` arguments come before
    /// the parameters.
    fn arguments(&mut self, name: &str, fitting: &[&ApiItem], skip: usize, call: &FnCallExpr, at: Position) {
        let count = call.args.len().saturating_sub(skip);
        if !fitting.iter().any(|item| (item.required..=item.parameters.len()).contains(&count)) {
            let takes: std::collections::BTreeSet<String> = fitting
                .iter()
                .map(|item| match (item.required, item.parameters.len()) {
                    (least, most) if least == most => most.to_string(),
                    (least, most) => format!("{least} to {most}"),
                })
                .collect();
            let takes = takes.into_iter().collect::<Vec<_>>().join(" or ");
            let signature = fitting.first().map(|item| item.signature());
            self.wrong_number(name, at, &takes, count);
            if let Some(signature) = signature {
                self.lint.help_last(format!("It is `{signature}`."));
            }
            return;
        }
        for (place, argument) in call.args.iter().skip(skip).enumerate() {
            let kinds: Vec<Known> =
                fitting.iter().map(|item| item.parameters.get(place).map(|p| p.kind)).collect();
            if let Some(first) = kinds.first()
                && kinds.iter().all(|kind| kind == first)
            {
                self.lint.name(*first, argument);
            }
        }
    }

    fn wrong_number(&mut self, name: &str, at: Position, takes: &str, given: usize) {
        let s = if takes == "1" { "" } else { "s" };
        let message = format!("`{name}` takes {takes} argument{s}, here it is given {given}");
        self.lint.find(Code::WrongArguments, at, name.chars().count(), message);
    }

    fn operator(&mut self, call: &FnCallExpr, arguments: &[Known]) -> Known {
        match (call.name.as_str(), &call.args[..], arguments) {
            ("==" | "!=", [left, right], [is_left, is_right]) => {
                self.lint.name(*is_left, right);
                self.lint.name(*is_right, left);
                Some(ApiType::Bool)
            }
            ("<" | "<=" | ">" | ">=" | "!", _, _) => Some(ApiType::Bool),
            (".." | "..=", _, _) => Some(ApiType::Range),
            ("+", _, [Some(left), Some(right)]) if left.is_text() || right.is_text() => Some(ApiType::Text),
            ("+" | "-" | "*" | "/" | "%", _, [Some(ApiType::Int), Some(ApiType::Int)]) => Some(ApiType::Int),
            ("+" | "-" | "*" | "/" | "%", _, [Some(left), Some(right)])
                if accepts(ApiType::Number, *left) && accepts(ApiType::Number, *right) =>
            {
                Some(ApiType::Float)
            }
            ("-" | "+", _, [one]) => *one,
            _ => None,
        }
    }
}

/// The type as a sentence begins with it.
fn article(kind: ApiType) -> String {
    match kind {
        ApiType::Nothing => "`()`".to_owned(),
        ApiType::Conversation => "`conversation`".to_owned(),
        ApiType::Message => "`message`".to_owned(),
        ApiType::Customer => "`customer`".to_owned(),
        ApiType::Desk => "`desk`".to_owned(),
        ApiType::Agent => "`agent`".to_owned(),
        ApiType::Int => "an int".to_owned(),
        ApiType::Effects => "the effects".to_owned(),
        other => format!("a {}", other.name()),
    }
}
