//! `[limits]` in the sidecar of a module: what one call may use.

use super::reader::Item;
use crate::limits::{MODULE_FUEL_MAX, MODULE_MEMORY_BYTES_MAX};
use crate::rules::ModuleLimits;

const FIELDS: &[&str] = &["fuel", "memory"];
/// One page of WebAssembly: with less no module starts.
const MEMORY_BYTES_MIN: u64 = 64 * 1024;

/// Reads the limits; what is not said, or cannot be read, is the default.
pub(crate) fn read_module_limits(item: Item<'_>) -> ModuleLimits {
    let default = ModuleLimits::default();
    let Some(table) = item.table(FIELDS) else { return default };
    let most = i64::try_from(MODULE_FUEL_MAX).unwrap_or(i64::MAX);
    ModuleLimits {
        fuel: table.integer("fuel", 1..=most).unwrap_or(default.fuel),
        memory_bytes: table.get("memory").and_then(|item| memory(item)).unwrap_or(default.memory_bytes),
    }
}

fn memory(item: Item<'_>) -> Option<u64> {
    let text = item.text()?.text;
    let bytes =
        bytes(text).filter(|bytes| (MEMORY_BYTES_MIN..=MODULE_MEMORY_BYTES_MAX as u64).contains(bytes));
    if bytes.is_none() {
        let most = MODULE_MEMORY_BYTES_MAX >> 20;
        item.bad(format!("must be an amount such as \"16MiB\", from \"64KiB\" to \"{most}MiB\""));
    }
    bytes
}

fn bytes(text: &str) -> Option<u64> {
    let units = [("KiB", 1_u64 << 10), ("MiB", 1 << 20)];
    let (number, unit) = units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    let number = number.trim_end();
    number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| number.parse::<u64>().ok()?.checked_mul(*unit))?
}
