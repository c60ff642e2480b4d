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

/// Memories from the heap, every access to them checked: for the interpreter, which has neither signals nor virtual
/// memory where it runs, and natively what is fastest for small ones.
pub(super) fn heap() -> Config {
    let mut config = base();
    config
        .signals_based_traps(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_init_cow(false);
    config
}

/// For compiling what an interpreter runs. `target` is `pulley32` in the browser.
///
/// # Errors
/// The target is not known.
#[cfg(not(target_family = "wasm"))]
pub(super) fn compiling_for(target: &str) -> wasmtime::Result<Config> {
    let mut config = compiled();
    config.target(target)?;
    Ok(config)
}

/// For running natively, memories from the heap.
#[cfg(not(target_family = "wasm"))]
pub(super) fn compiled() -> Config {
    let mut config = heap();
    config.cranelift_nan_canonicalization(true);
    config
}

/// For running natively, memories from a pool of address space. They are made clean again without being given back or
/// written to as a whole, so that it does not matter how large they are.
#[cfg(not(target_family = "wasm"))]
pub(super) fn pooled() -> Config {
    let at_once = limits::MODULE_CALLS_AT_ONCE_MAX;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(at_once)
        .total_core_instances(at_once * limits::MODULE_CORE_MODULES_MAX as u32)
        .total_memories(at_once * limits::MODULE_MEMORIES_MAX)
        .total_tables(at_once * limits::MODULE_TABLES_MAX)
        .max_core_instances_per_component(limits::MODULE_CORE_MODULES_MAX as u32)
        .max_memories_per_component(limits::MODULE_MEMORIES_MAX)
        .max_tables_per_component(limits::MODULE_TABLES_MAX)
        .max_tables_per_module(limits::MODULE_TABLES_MAX)
        .max_memory_size(limits::MODULE_MEMORY_BYTES_MAX)
        .table_elements(limits::MODULE_TABLE_ELEMENTS_MAX)
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(limits::MODULE_TABLE_ELEMENTS_MAX * size_of::<usize>())
        .pagemap_scan(Enabled::Auto);
    let mut config = base();
    config.cranelift_nan_canonicalization(true).allocation_strategy(pool);
    config
}
