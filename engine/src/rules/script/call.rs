//! One call of a hook: what travels with it, what it costs, and how it fails.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{
    Caches, Dynamic, EvalAltResult, EvalContext, ImmutableString, NativeCallContext, Position, Scope,
};

use super::Script;
use super::engine::runner;
use crate::limits;
use crate::rules::Hook;
use crate::rules::log::Log;
use crate::rules::names::Names;
use crate::rules::reading::{CallRead, Calls};
use crate::trace::{RuleFailure, RuleFailureKind};

/// What a native function may fail with.
pub(super) type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// What was called, with what, and what came of it: see [`CallRead`].
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) what: String,
    pub(super) arguments: Option<Vec<String>>,
    pub(super) answer: Option<String>,
}

/// Rhai's notes on which function each call means, kept from call to call: finding them anew takes longer than running
/// a small script. They bear on speed alone.
#[derive(Debug, Default)]
pub(super) struct CallCaches(Mutex<Vec<Caches>>);

/// Notes kept for one script: one for each thread that may run it at the same time.
const CACHES_KEPT_MAX: usize = 8;

impl CallCaches {
    fn take(&self) -> Caches {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, caches: Caches) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < CACHES_KEPT_MAX {
            kept.push(caches);
        }
    }
}

/// What travels with a call, for the functions that the script calls.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) names: Arc<Names>,
    constants: Arc<BTreeMap<ImmutableString, Dynamic>>,
    /// Work of native functions that Rhai's own count does not see.
    work: AtomicU64,
    log: Mutex<Log>,
    /// What is called, where that is asked for.
    calls: Option<Mutex<Calls>>,
}

impl Call {
    pub(super) fn new(
        names: Arc<Names>,
        constants: Arc<BTreeMap<ImmutableString, Dynamic>>,
        noting: bool,
    ) -> Arc<Call> {
        let calls = noting.then(Mutex::default);
        Arc::new(Call { names, constants, work: AtomicU64::new(0), log: Mutex::default(), calls })
    }

    /// Keeps a note of a call, where that is asked for. It costs the script nothing and changes nothing.
    pub(super) fn note(context: &NativeCallContext<'_>, note: impl FnOnce() -> Noted) {
        let call = context.tag().and_then(|tag| tag.read_lock::<Arc<Call>>());
        let Some(calls) = call.as_ref().and_then(|call| call.calls.as_ref()) else { return };
        let position = context.call_position();
        calls.lock().unwrap_or_else(PoisonError::into_inner).add(|| {
            let Noted { what, arguments, answer } = note();
            CallRead {
                line: position.line().unwrap_or(0) as u32,
                column: position.position().unwrap_or(0) as u32,
                what,
                arguments,
                answer,
            }
        });
    }

    fn take_calls(&self) -> Calls {
        let calls = self.calls.as_ref();
        calls.map_or_else(Calls::default, |calls| {
            std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }

    /// The call that a native function belongs to.
    ///
    /// # Errors
    /// None of ours: every call carries one.
    pub(super) fn of(context: &NativeCallContext<'_>) -> Fallible<Arc<Call>> {
        context
            .tag()
            .and_then(|tag| tag.read_lock::<Arc<Call>>())
            .map(|call| Arc::clone(&call))
            .ok_or_else(|| "the function is called outside of a rule".into())
    }

    /// Adds work in proportion to `bytes` that a native function walks through.
    ///
    /// # Errors
    /// The budget is used up.
    pub(super) fn charge(&self, bytes: usize) -> Fallible<()> {
        let units = bytes as u64 / limits::SCRIPT_BYTES_PER_OPERATION;
        let before = self.work.fetch_add(units, Ordering::Relaxed);
        if before.saturating_add(units) > limits::SCRIPT_OPERATIONS_MAX {
            return Err(EvalAltResult::ErrorTooManyOperations(Position::NONE).into());
        }
        Ok(())
    }

    /// Keeps a line for the trace.
    pub(super) fn print(&self, line: &str) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).print(line);
    }

    fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner)).into_lines()
    }
}

/// Asked by Rhai for every variable that a script reads. Functions see the constants of their file. And what Rhai's
/// own limits miss is caught here: it does not count the work of copying a value, and not every way of growing one.
///
/// # Errors
/// The value is over the limits, or the budget is used up.
pub(super) fn variable(
    name: &str,
    _index: usize,
    context: EvalContext<'_, '_, '_, '_, '_, '_>,
) -> Fallible<Option<Dynamic>> {
    let Some(call) = context.tag().read_lock::<Arc<Call>>() else { return Ok(None) };
    let Some(value) = context.scope().get(name) else { return Ok(call.constants.get(name).cloned()) };
    if value.is_array() || value.is_map() || value.is_string() {
        let size = Size::of(value)?;
        // Items cost a quarter of an operation to copy, entries of a map about one; a text is shared.
        call.charge(size.items * 16 + size.entries * 64)?;
    }
    Ok(None)
}

/// How large a value is, all that it holds counted.
#[derive(Debug, Default)]
struct Size {
    items: usize,
    entries: usize,
    bytes: usize,
}

impl Size {
    fn of(value: &Dynamic) -> Fallible<Size> {
        let mut size = Size::default();
        size.add(value)?;
        Ok(size)
    }

    /// Stops at the first limit, so the cost and the depth are bounded by the limits.
    fn add(&mut self, value: &Dynamic) -> Fallible<()> {
        let too_large =
            |what: &str| Err(EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into());
        if let Ok(list) = value.as_array_ref() {
            self.items += list.len();
            if self.items > limits::SCRIPT_ARRAY_LENGTH_MAX {
                return too_large("length of array");
            }
            list.iter().try_for_each(|item| self.add(item))
        } else if let Ok(map) = value.as_map_ref() {
            self.entries += map.len();
            if self.entries > limits::SCRIPT_MAP_SIZE_MAX {
                return too_large("size of object map");
            }
            map.values().try_for_each(|item| self.add(item))
        } else if let Ok(text) = value.as_immutable_string_ref() {
            self.bytes += text.len();
            if self.bytes > limits::SCRIPT_STRING_BYTES_MAX {
                return too_large("length of string");
            }
            Ok(())
        } else {
            Ok(())
        }
    }
}

/// How a call went.
#[derive(Debug)]
pub(super) struct Called {
    /// What the hook returned.
    pub(super) result: Result<Dynamic, RuleFailure>,
    /// Operations, by the script and by what it called.
    pub(super) cost: u64,
    /// What it printed.
    pub(super) log: Vec<String>,
    /// What it called, where that was asked for.
    pub(super) calls: Calls,
}

/// Calls a hook. `noting`: with a note of everything that it calls.
pub(super) fn call(
    script: &Script,
    hook: Hook,
    names: &Arc<Names>,
    args: &mut [Dynamic],
    noting: bool,
) -> Called {
    let engine = runner();
    let call = Call::new(Arc::clone(names), Arc::clone(&script.constants), noting);
    let mut global = engine.new_global_runtime_state();
    global.lib.push(script.ast.shared_lib().clone());
    global.tag = Dynamic::from(Arc::clone(&call));
    let mut caches = script.caches.take();
    let mut scope = Scope::new();
    let mut args: Vec<&mut Dynamic> = args.iter_mut().collect();
    let result = EvalContext::new(engine, &mut global, &mut caches, &mut scope, None).call_fn_raw(
        hook.function(),
        false,
        false,
        &mut args,
    );
    if result.is_ok() {
        script.caches.give_back(caches);
    }
    let work = call.work.load(Ordering::Relaxed);
    Called {
        result: result.map_err(|error| failure(*error)),
        cost: global.num_operations.saturating_add(work),
        log: call.take_log(),
        calls: call.take_calls(),
    }
}

/// An answer that names something that does not exist or is out of range.
#[derive(Clone, Debug)]
struct BadAnswer(String);

/// The error of a native function that is given something that does not exist or is out of range.
pub(super) fn bad_answer(message: impl Into<String>) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(Dynamic::from(BadAnswer(message.into())), Position::NONE).into()
}

/// What a Rhai error means for the rule.
pub(super) fn failure(mut error: EvalAltResult) -> RuleFailure {
    // The innermost error is the cause, and its position is where to look.
    while let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
        error = *inner;
    }
    let position = error.take_position();
    let (kind, message) = match &error {
        EvalAltResult::ErrorTooManyOperations(_) => {
            (RuleFailureKind::Budget, format!("used up its {} operations", limits::SCRIPT_OPERATIONS_MAX))
        }
        EvalAltResult::ErrorStackOverflow(_) => (
            RuleFailureKind::Depth,
            format!("functions call each other more than {} deep", limits::SCRIPT_CALL_LEVELS_MAX),
        ),
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            (RuleFailureKind::Size, format!("{} is over the limit", what.to_lowercase()))
        }
        EvalAltResult::ErrorTooManyVariables(_) => {
            (RuleFailureKind::Size, format!("more than {} variables", limits::SCRIPT_VARIABLES_MAX))
        }
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<BadAnswer>() {
            Some(bad) => (RuleFailureKind::BadAnswer, bad.0.clone()),
            None => (RuleFailureKind::Error, format!("raised: {value}")),
        },
        other => (RuleFailureKind::Error, lower_first(&other.to_string())),
    };
    let mut message = message.replace('\n', " ");
    message.truncate(message.floor_char_boundary(limits::FAILURE_MESSAGE_BYTES_MAX));
    RuleFailure {
        kind,
        message,
        line: position.line().unwrap_or(0) as u32,
        column: position.position().unwrap_or(0) as u32,
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
