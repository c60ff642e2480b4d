//! Modules as the page lists them.

use pointsman_engine::limits;
use pointsman_engine::rules::{Hook, ModuleInfo, ModuleLimits};
use serde::Serialize;

/// What there is to know about a module without running it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModuleLine {
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub hash: String,
    /// How many bytes it has.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes: u64,
    /// The hooks it exports.
    pub hooks: Vec<Hook>,
    /// The version of the contract it was built against, as in `1.0.0`.
    pub contract: String,
    /// The functions it imports, such as `lookup.contains`.
    pub imports: Vec<String>,
    /// Linear memory that it has from the start.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub memory_bytes_min: u64,
}

impl From<&ModuleInfo> for ModuleLine {
    fn from(info: &ModuleInfo) -> ModuleLine {
        ModuleLine {
            hash: info.hash.clone(),
            bytes: info.bytes,
            hooks: info.hooks.clone(),
            contract: info.contract.to_string(),
            imports: info.imports.clone(),
            memory_bytes_min: info.memory_bytes_min,
        }
    }
}

/// A `.wasm` file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModuleFile {
    /// Its path.
    pub file: String,
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub hash: String,
    /// How many bytes it has.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes: u64,
    /// The module; `None` until its artefact is there.
    pub module: Option<ModuleLine>,
    /// What one call may use; `None` while the files beside it cannot be read.
    pub limits: Option<ModuleBudget>,
}

/// What one call of a module may use.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModuleBudget {
    /// Fuel.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub fuel: u64,
    /// Linear memory.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub memory_bytes: u64,
}

impl From<ModuleLimits> for ModuleBudget {
    fn from(limits: ModuleLimits) -> ModuleBudget {
        ModuleBudget { fuel: limits.fuel, memory_bytes: limits.memory_bytes }
    }
}

/// The limits that hold for every module.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModuleBounds {
    /// Bytes of a `.wasm` file.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub bytes_max: u64,
    /// What one call may use where its rule does not say.
    pub default: ModuleBudget,
    /// The most that a rule may ask for.
    pub most: ModuleBudget,
}

impl ModuleBounds {
    pub(crate) fn new() -> ModuleBounds {
        ModuleBounds {
            bytes_max: limits::MODULE_BYTES_MAX as u64,
            default: ModuleLimits::default().into(),
            most: ModuleBudget {
                fuel: limits::MODULE_FUEL_MAX,
                memory_bytes: limits::MODULE_MEMORY_BYTES_MAX as u64,
            },
        }
    }
}
