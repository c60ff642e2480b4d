//! How wasmtime is set up: what decides and counts is the same everywhere, what is only fast is not.

use wasmtime::{Config, OperatorCost};
#[cfg(not(target_family = "wasm"))]
use wasmtime::{Enabled, PoolingAllocationConfig};

use crate::limits;

/// Fuel for an instruction that calls out of the compiled code, beside what it moves.
const CALL_OUT: u8 = 20;

/// What bears on what a module does and on what it costs.
fn base() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(costs())
        .relaxed_simd_deterministic(true)
        .max_wasm_stack(limits::MODULE_STACK_BYTES)
        .concurrency_support(false);
    config
}

/// One unit an instruction, and more for those that do more. A page that a memory grows by has to be cleared.
fn costs() -> OperatorCost {
    let mut costs = OperatorCost::new();
    for cost in [
        &mut costs.MemoryGrow,
        &mut costs.MemoryCopy,
        &mut costs.MemoryFill,
        &mut costs.MemoryInit,
        &mut costs.TableGrow,
        &mut costs.TableCopy,
        &mut costs.TableFill,
        &mut costs.TableInit,
    ] {
        *cost = CALL_OUT;
    }
    costs.variable.memory_grow_per_page = u8::MAX;
    costs
}

/// For the interpreter, which has neither signals nor virtual memory where it runs.
pub(super) fn interpreted() -> Config {
    let mut config = base();
    config
        .signals_based_traps(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_init_cow(false);
    config
}

/// For compiling what the interpreter of the browser runs. `target` is `pulley32` there.
///
/// # Errors
/// The target is not known.
#[cfg(not(target_family = "wasm"))]
pub(super) fn compiling_for(target: &str) -> wasmtime::Result<Config> {
    let mut config = interpreted();
    config.target(target)?.cranelift_nan_canonicalization(true);
    Ok(config)
}

/// For running natively, instances on demand.
#[cfg(not(target_family = "wasm"))]
pub(super) fn native() -> Config {
    let mut config = base();
    config.cranelift_nan_canonicalization(true);
    config
}

/// For running natively, instances from a pool. Their memory is made clean again without being given back, which is
/// what takes long.
#[cfg(not(target_family = "wasm"))]
pub(super) fn pooled() -> Config {
    let memories = limits::MODULE_CALLS_AT_ONCE_MAX * limits::MODULE_MEMORIES_MAX;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits::MODULE_CALLS_AT_ONCE_MAX)
        .total_core_instances(limits::MODULE_CALLS_AT_ONCE_MAX * limits::MODULE_CORE_MODULES_MAX as u32)
        .total_memories(memories)
        .total_tables(limits::MODULE_CALLS_AT_ONCE_MAX * limits::MODULE_TABLES_MAX)
        .max_core_instances_per_component(limits::MODULE_CORE_MODULES_MAX as u32)
        .max_memories_per_component(limits::MODULE_MEMORIES_MAX)
        .max_tables_per_component(limits::MODULE_TABLES_MAX)
        .max_memory_size(limits::MODULE_MEMORY_BYTES_MAX)
        .table_elements(limits::MODULE_TABLE_ELEMENTS_MAX)
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(limits::MODULE_TABLE_ELEMENTS_MAX * size_of::<usize>())
        .pagemap_scan(Enabled::Auto);
    let mut config = native();
    config.allocation_strategy(pool);
    config
}
