//! The sandbox: one wasmtime engine with what modules may import.

#[cfg(not(target_family = "wasm"))]
use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime::{Config, Engine};

#[cfg(not(target_family = "wasm"))]
use super::cache::Cache;
use super::call::CallState;
#[cfg(not(target_family = "wasm"))]
use super::{Module, ModuleProblem, Modules, upload};
use super::{config, imports};

/// Why there is no sandbox on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox for modules cannot be set up: {0}")]
pub struct SandboxError(String);

impl SandboxError {
    fn new(error: wasmtime::Error) -> SandboxError {
        SandboxError(format!("{error:#}"))
    }
}

/// Where modules run. A host has one for all its tenants, a worker in the browser has one.
pub struct Sandbox {
    pub(super) engine: Engine,
    pub(super) linker: Linker<CallState>,
    #[cfg(not(target_family = "wasm"))]
    cache: Cache,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

impl Sandbox {
    fn with(config: &Config) -> Result<Sandbox, SandboxError> {
        let engine = Engine::new(config).map_err(SandboxError::new)?;
        let linker = imports::linker(&engine).map_err(SandboxError::new)?;
        Ok(Sandbox {
            engine,
            linker,
            #[cfg(not(target_family = "wasm"))]
            cache: Cache::default(),
        })
    }
}

/// In the browser: modules are interpreted, as the host's artefacts.
#[cfg(target_family = "wasm")]
impl Sandbox {
    /// A sandbox that interprets.
    ///
    /// # Errors
    /// wasmtime does not accept its settings.
    pub fn new() -> Result<Sandbox, SandboxError> {
        Sandbox::with(&config::interpreted())
    }
}

/// Natively: modules are compiled from what was uploaded.
#[cfg(not(target_family = "wasm"))]
impl Sandbox {
    /// A sandbox that compiles, with instances from a pool; where the machine does not give the address space for one,
    /// on demand.
    ///
    /// # Errors
    /// The machine is not one that modules can be compiled for.
    pub fn new() -> Result<Sandbox, SandboxError> {
        Sandbox::with(&config::pooled()).or_else(|_| Sandbox::on_demand())
    }

    /// A sandbox that compiles, with every instance made anew: slower, and with no address space set aside.
    ///
    /// # Errors
    /// As [`Sandbox::new`].
    pub fn on_demand() -> Result<Sandbox, SandboxError> {
        Sandbox::with(&config::native())
    }

    /// A sandbox that interprets as the browser does, on this machine's word size: to compare.
    ///
    /// # Errors
    /// wasmtime does not accept its settings.
    pub fn interpreting() -> Result<Sandbox, SandboxError> {
        let target = if cfg!(target_pointer_width = "64") { "pulley64" } else { "pulley32" };
        Sandbox::with(&config::compiling_for(target).map_err(SandboxError::new)?)
    }

    /// Compiles a module: a component, or a core module built with the SDK. The same bytes are compiled once, as long
    /// as they are in use.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(&self, wasm: &[u8]) -> Result<Arc<Module>, ModuleProblem> {
        self.cache.get(blake3::hash(wasm), || {
            let prepared = upload::prepare(wasm)?;
            upload::compile(self, prepared)
        })
    }

    /// The artefact of a module for the browser. It depends on nothing but the bytes and the engine's version, and is
    /// only ever made here: see [`Sandbox::load`].
    ///
    /// # Errors
    /// What is wrong with the module.
    pub fn artefact(&self, wasm: &[u8]) -> Result<Vec<u8>, ModuleProblem> {
        let info = Arc::clone(self.compile(wasm)?.info());
        upload::artefact(wasm, &info, "pulley32")
    }
}

#[cfg(not(target_family = "wasm"))]
impl Modules for Sandbox {
    fn module(&self, wasm: &[u8]) -> Result<Arc<Module>, ModuleProblem> {
        self.compile(wasm)
    }
}
