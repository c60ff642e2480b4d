//! What there is to know about a module without running it.

use serde::{Deserialize, Serialize};

use super::provider::ModuleProblem;
use crate::diagnostic::Code;
use crate::limits;
use crate::rules::Hook;

/// The name of a module by its content: BLAKE3 of the bytes that were uploaded.
pub type ModuleHash = blake3::Hash;

/// The name of the module with these bytes.
#[must_use]
pub fn module_hash(wasm: &[u8]) -> ModuleHash {
    blake3::hash(wasm)
}

/// A version of the contract.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContractVersion {
    /// A module of another major version cannot run.
    pub major: u32,
    /// A module of the same or an earlier minor version can.
    pub minor: u32,
    /// Makes no difference.
    pub patch: u32,
}

impl std::fmt::Display for ContractVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl ContractVersion {
    /// Whether a host with this version has everything that a module built against `other` may ask for.
    #[must_use]
    pub fn covers(self, other: ContractVersion) -> bool {
        self.major == other.major && other.minor <= self.minor
    }

    /// Reads `1.0.0`.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn parse(text: &str) -> Option<ContractVersion> {
        let mut parts = text.split('.').map(|part| part.parse().ok());
        let version = ContractVersion { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }
}

/// What there is to know about a module without running it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleInfo {
    /// BLAKE3 of the bytes that were uploaded, in hexadecimal digits.
    pub hash: String,
    /// Bytes that were uploaded.
    pub bytes: u64,
    /// The hooks it exports.
    pub hooks: Vec<Hook>,
    /// The version of the contract it was built against.
    pub contract: ContractVersion,
    /// The functions it imports, such as `lookup.contains`.
    pub imports: Vec<String>,
    /// Linear memory that it has from the start.
    pub memory_bytes_min: u64,
}

/// What one call of a module may use.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleLimits {
    /// Fuel.
    pub fuel: u64,
    /// Linear memory.
    pub memory_bytes: u64,
}

impl Default for ModuleLimits {
    fn default() -> ModuleLimits {
        ModuleLimits {
            fuel: limits::MODULE_FUEL_DEFAULT,
            memory_bytes: limits::MODULE_MEMORY_BYTES_DEFAULT as u64,
        }
    }
}

impl ModuleInfo {
    /// # Errors
    /// The module cannot even start within `limits`.
    pub(super) fn fits(&self, limits: ModuleLimits) -> Result<(), ModuleProblem> {
        if self.memory_bytes_min <= limits.memory_bytes {
            return Ok(());
        }
        let message = format!(
            "the module starts with {} of memory, the rule's limit is {}",
            mebibytes(self.memory_bytes_min),
            mebibytes(limits.memory_bytes)
        );
        let help = format!(
            "Build it with a smaller stack or smaller tables, or raise `limits.memory` in the `.toml` file of the same \
             name, up to {}.",
            mebibytes(limits::MODULE_MEMORY_BYTES_MAX as u64)
        );
        Err(ModuleProblem::new(Code::ModuleLimit, message).help(help))
    }
}

/// `16 MiB`, `1.1 MiB`.
pub(super) fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    match tenths % 10 {
        0 => format!("{} MiB", tenths / 10),
        rest => format!("{}.{rest} MiB", tenths / 10),
    }
}
