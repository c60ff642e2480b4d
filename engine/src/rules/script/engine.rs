//! The sandbox: a Rhai engine with nothing in it but what the registry puts there.
//!
//! It starts from nothing ([`Engine::new_raw`]) instead of taking things away from Rhai's packages: those contain a
//! clock, `sleep`, the platform's own float functions (whose last bit differs between machines), and functions that
//! call back into the script, whose operations Rhai does not count.

use std::sync::OnceLock;

use rhai::{Engine, OptimizationLevel};

use super::call::variable;
use super::registry;
use crate::limits;

/// Words of the language that a rule has no use for: code from text, other files, and a power that goes through the
/// platform's own `powf` (the registry has `pow`).
const SWITCHED_OFF: [&str; 4] = ["eval", "import", "export", "**"];

/// The engine that runs scripts. The same for every ruleset, since all that differs travels with the call.
pub(super) fn runner() -> &'static Engine {
    static RUNNER: OnceLock<Engine> = OnceLock::new();
    RUNNER.get_or_init(|| build(OptimizationLevel::Simple))
}

/// The engine that parses scripts for the lint: exactly as written.
pub(super) fn parser() -> &'static Engine {
    static PARSER: OnceLock<Engine> = OnceLock::new();
    PARSER.get_or_init(|| build(OptimizationLevel::None))
}

fn build(level: OptimizationLevel) -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(level);
    engine.set_max_operations(limits::SCRIPT_OPERATIONS_MAX);
    engine.set_max_call_levels(limits::SCRIPT_CALL_LEVELS_MAX);
    engine.set_max_expr_depths(limits::SCRIPT_DEPTH_MAX, limits::SCRIPT_DEPTH_MAX);
    engine.set_max_string_size(limits::SCRIPT_STRING_BYTES_MAX);
    engine.set_max_array_size(limits::SCRIPT_ARRAY_LENGTH_MAX);
    engine.set_max_map_size(limits::SCRIPT_MAP_SIZE_MAX);
    engine.set_max_variables(limits::SCRIPT_VARIABLES_MAX);
    engine.set_max_functions(limits::SCRIPT_FUNCTIONS_MAX);
    engine.set_max_strings_interned(0);
    engine.set_fast_operators(true);
    engine.set_allow_anonymous_fn(false);
    for symbol in SWITCHED_OFF {
        engine.disable_symbol(symbol);
    }
    #[expect(deprecated, reason = "Rhai marks this interface as not final; the version is pinned")]
    engine.on_var(variable);
    engine.register_iterator::<rhai::Array>();
    engine.register_iterator::<std::ops::Range<i64>>();
    engine.register_iterator::<std::ops::RangeInclusive<i64>>();
    registry::register(&mut engine);
    engine
}
