//! What one call holds: memory and tables.

use wasmtime::{ResourceLimiter, Result};

use crate::limits;

/// Lets memories and tables grow up to their limits, and knows how large they are.
#[derive(Debug)]
pub(super) struct Limiter {
    memory_bytes_max: usize,
    memory_bytes: usize,
    table_elements: usize,
    /// Whether some growth was refused.
    pub(super) refused_memory: bool,
    /// See [`Limiter::refused_memory`].
    pub(super) refused_table: bool,
}

impl Limiter {
    pub(super) fn new(memory_bytes_max: u64) -> Limiter {
        Limiter {
            memory_bytes_max: usize::try_from(memory_bytes_max).unwrap_or(usize::MAX),
            memory_bytes: 0,
            table_elements: 0,
            refused_memory: false,
            refused_table: false,
        }
    }

    /// Linear memory, all memories together. It never shrinks, so at the end of a call this is the most it had.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.memory_bytes as u64
    }
}

/// The new total where it is within `most`.
fn grown(total: usize, current: usize, desired: usize, most: usize) -> Option<usize> {
    total.checked_add(desired.saturating_sub(current)).filter(|total| *total <= most)
}

/// Whether the module's own maximum allows it. What that rules out is not the limiter's doing.
fn is_within(maximum: Option<usize>, desired: usize) -> bool {
    maximum.is_none_or(|maximum| desired <= maximum)
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let total = grown(self.memory_bytes, current, desired, self.memory_bytes_max);
        self.refused_memory |= total.is_none();
        let total = total.filter(|_| is_within(maximum, desired));
        self.memory_bytes = total.unwrap_or(self.memory_bytes);
        Ok(total.is_some())
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let total = grown(self.table_elements, current, desired, limits::MODULE_TABLE_ELEMENTS_MAX);
        self.refused_table |= total.is_none();
        let total = total.filter(|_| is_within(maximum, desired));
        self.table_elements = total.unwrap_or(self.table_elements);
        Ok(total.is_some())
    }

    fn instances(&self) -> usize {
        limits::MODULE_CORE_MODULES_MAX
    }

    fn tables(&self) -> usize {
        limits::MODULE_TABLES_MAX as usize
    }

    fn memories(&self) -> usize {
        limits::MODULE_MEMORIES_MAX as usize
    }
}
