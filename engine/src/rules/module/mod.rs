//! Modules: an admin's own logic as WebAssembly, in a sandbox that is the same natively and in the browser, down to
//! the unit of fuel.
//!
//! A module is a component of the world that `rules-sdk/wit` describes. It can ask for nothing else: no clock, no
//! randomness, no files. Natively it is compiled when it is read; in the browser, where no compiler runs, the host's
//! [`artefact`](Sandbox::artefact) of the same bytes is interpreted. Every call has an instance of its own, so nothing
//! survives from one call to the next.

mod answer;
mod artefact;
#[cfg(not(target_family = "wasm"))]
mod cache;
mod call;
mod candidates;
mod config;
mod contract;
mod failure;
mod imports;
mod info;
mod limiter;
mod provider;
mod sandbox;
#[cfg(test)]
mod tests;
#[cfg(target_family = "wasm")]
mod tls;
#[cfg(not(target_family = "wasm"))]
mod upload;

pub use artefact::ArtefactError;
pub use call::Module;
pub use contract::CONTRACT_VERSION;
pub use info::{ContractVersion, ModuleHash, ModuleInfo, ModuleLimits, module_hash};
pub use provider::{ModuleProblem, Modules, NoModules, Precompiled};
pub use sandbox::{Sandbox, SandboxError};
