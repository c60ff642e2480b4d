//! What an error of wasmtime means for the rule. The text is the same natively and in the browser.

use wasmtime::{Error, Trap, WasmBacktrace};

use super::ModuleLimits;
use super::contract::PACKAGE;
use super::info::mebibytes;
use super::limiter::Limiter;
use crate::limits;
use crate::trace::{RuleFailure, RuleFailureKind};

/// The name of the function that is called when functions wait for one another too deep. Modules are given it when
/// they are read.
pub(super) const TOO_DEEP: &str = "pointsman: too deep";

/// Functions of the languages' own libraries: where a panic begins, but not where the mistake is.
const LIBRARY: [&str; 12] = [
    "core::",
    "std::",
    "alloc::",
    "<core::",
    "<std::",
    "<alloc::",
    "__rust",
    "rust_",
    "dlmalloc",
    "abort",
    "wit_bindgen",
    "cabi_",
];

/// A module moves more out at once than it may. wasmtime has an error of its own for what it counts.
#[derive(Debug, thiserror::Error)]
#[error("more is moved out at once than may be")]
pub(super) struct TooMuch;

/// A failure with a message within its limit, on one line.
pub(super) fn new(kind: RuleFailureKind, message: &str) -> RuleFailure {
    let mut message = message.replace(['\n', '\r'], " ");
    message.truncate(message.floor_char_boundary(limits::FAILURE_MESSAGE_BYTES_MAX));
    RuleFailure { kind, message, line: 0, column: 0 }
}

/// The module's own word for what is wrong.
pub(super) fn raised(text: &str) -> RuleFailure {
    new(RuleFailureKind::Error, &format!("raised: {text}"))
}

/// What went wrong in a call.
pub(super) fn of(error: &Error, limits: ModuleLimits, limiter: &Limiter) -> RuleFailure {
    let place = Place::of(error);
    let Some(trap) = error.downcast_ref::<Trap>() else {
        return other(error, &place);
    };
    let (kind, what) = match trap {
        Trap::OutOfFuel => {
            let what = format!("used up its {} units of fuel", limits.fuel);
            (RuleFailureKind::Budget, what)
        }
        Trap::UnreachableCodeReached if place.is_too_deep => {
            (RuleFailureKind::Depth, "functions call each other too deep".to_owned())
        }
        Trap::StackOverflow => (RuleFailureKind::Depth, "overflowed the stack of this machine".to_owned()),
        trap if limiter.refused_memory => {
            let what = format!(
                "was refused more than {} of memory, and then trapped: {}",
                mebibytes(limits.memory_bytes),
                describe(trap)
            );
            (RuleFailureKind::Size, what)
        }
        trap if limiter.refused_table => {
            let what = format!(
                "was refused tables of more than {} elements, and then trapped: {}",
                limits::MODULE_TABLE_ELEMENTS_MAX,
                describe(trap)
            );
            (RuleFailureKind::Size, what)
        }
        trap => (RuleFailureKind::Error, format!("trapped: {}", describe(trap))),
    };
    new(kind, &format!("{what}{}", place.text))
}

/// Everything that is no trap: an answer that is too large or breaks the contract's encoding, or no instance.
fn other(error: &Error, place: &Place) -> RuleFailure {
    let root = error.root_cause().to_string();
    // wasmtime does not say by type that an answer is too large.
    if error.is::<TooMuch>() || root.contains("fuel allocated for hostcalls") {
        let most = limits::MODULE_ANSWER_BYTES_MAX >> 10;
        return new(RuleFailureKind::Size, &format!("moved more than {most} KiB out at once{}", place.text));
    }
    let root = root.strip_prefix("wasm trap: ").unwrap_or(&root);
    new(RuleFailureKind::BadAnswer, &format!("does not keep to the contract: {root}{}", place.text))
}

fn describe(trap: &Trap) -> &'static str {
    match trap {
        Trap::UnreachableCodeReached => "gave up (a panic, or an `unreachable` instruction)",
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned => "memory out of bounds",
        Trap::TableOutOfBounds => "table out of bounds",
        Trap::IndirectCallToNull => "call of a function that is not there",
        Trap::BadSignature => "call of a function with another signature",
        Trap::IntegerOverflow => "integer overflow",
        Trap::IntegerDivisionByZero => "division by zero",
        Trap::BadConversionToInteger => "conversion of a number that is no integer",
        Trap::CannotEnterComponent => "entered again while it waits",
        Trap::CannotLeaveComponent => "asked the desk where it must not",
        Trap::InvalidChar => "a character that is none",
        _ => "broke the rules of its encoding",
    }
}

/// Where it happened.
#[derive(Debug, Default)]
struct Place {
    /// ` in `score`, called by `route``; empty where unknown.
    text: String,
    /// Whether it is the function that stands for too deep.
    is_too_deep: bool,
}

impl Place {
    fn of(error: &Error) -> Place {
        let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return Place::default() };
        let names: Vec<String> = trace.frames().iter().filter_map(|frame| name(frame.func_name()?)).collect();
        let is_too_deep = names.first().is_some_and(|name| name == TOO_DEEP);
        let names = names.get(usize::from(is_too_deep)..).unwrap_or_default();
        let own = |name: &&String| !LIBRARY.iter().any(|library| name.starts_with(library));
        let mut chain: Vec<&String> = names.iter().filter(own).collect();
        if chain.is_empty() {
            chain = names.iter().collect();
        }
        chain.dedup();
        chain.truncate(limits::MODULE_CALL_CHAIN_MAX);
        let chain: Vec<String> = chain.iter().map(|name| format!("`{name}`")).collect();
        let text = match chain.is_empty() {
            true => String::new(),
            false => format!(", in {}", chain.join(" called by ")),
        };
        Place { text, is_too_deep }
    }
}

/// Bytes of a function's name that are told.
const NAME_BYTES_MAX: usize = 80;

/// A function's name for people: demangled, without the hash behind it.
fn name(raw: &str) -> Option<String> {
    // An exported hook is `pointsman:rule/route@1.0.0#route` to the tools that name it.
    let raw = raw.strip_prefix(PACKAGE).and_then(|hook| hook.split_once('#')).map_or(raw, |(_, hook)| hook);
    let name = format!("{:#}", rustc_demangle::demangle(raw));
    let name = match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => name,
    };
    let mut name: String = name.chars().filter(|c| !c.is_control() && *c != '`').collect();
    name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
    (!name.is_empty()).then_some(name)
}
