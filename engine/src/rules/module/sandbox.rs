//! The sandbox: one wasmtime engine with what modules may import.

#[cfg(not(target_family = "wasm"))]
use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime::{Config, Engine};

#[cfg(not(target_family = "wasm"))]
use super::cache::Cache;
use super::call::CallState;
#[cfg(not(target_family = "wasm"))]
use super::{Module, ModuleProblem, Modules, module_hash, upload};
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
#[derive(Debug)]
pub struct Sandbox {
    /// For modules with a small memory; in the browser for all.
    small: Home,
    /// For modules with a large one; where the machine does not give the address space for a pool, there is none.
    #[cfg(not(target_family = "wasm"))]
    large: Option<Home>,
    #[cfg(not(target_family = "wasm"))]
    cache: Cache,
}

/// A wasmtime engine with what modules may import.
pub(super) struct Home {
    pub(super) engine: Engine,
    pub(super) linker: Linker<CallState>,
}

impl std::fmt::Debug for Home {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Home").finish_non_exhaustive()
    }
}

impl Home {
    fn new(config: &Config) -> Result<Home, SandboxError> {
        let engine = Engine::new(config).map_err(SandboxError::new)?;
        let linker = imports::linker(&engine).map_err(SandboxError::new)?;
        Ok(Home { engine, linker })
    }
}

impl Sandbox {
    fn with(config: &Config) -> Result<Sandbox, SandboxError> {
        Ok(Sandbox {
            small: Home::new(config)?,
            #[cfg(not(target_family = "wasm"))]
            large: None,
            #[cfg(not(target_family = "wasm"))]
            cache: Cache::default(),
        })
    }

    /// Where artefacts are loaded.
    pub(super) fn home(&self) -> &Home {
        &self.small
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
        Sandbox::with(&config::heap())
    }
}

/// Memory that a module starts with up to which a fresh one from the heap is quicker than a clean one from the pool:
/// measured at 5.8 against 7.1 µs a call for 128 KiB.
#[cfg(not(target_family = "wasm"))]
const SMALL_BYTES_MAX: u64 = 256 * 1024;

/// Natively: modules are compiled from what was uploaded.
#[cfg(not(target_family = "wasm"))]
impl Sandbox {
    /// A sandbox that compiles.
    ///
    /// # Errors
    /// The machine is not one that modules can be compiled for.
    pub fn new() -> Result<Sandbox, SandboxError> {
        Ok(Sandbox { large: Home::new(&config::pooled()).ok(), ..Sandbox::on_demand()? })
    }

    /// A sandbox that compiles, and sets no address space aside: for a program that runs a few calls. Slower for modules
    /// with a large memory.
    ///
    /// # Errors
    /// As [`Sandbox::new`].
    pub fn on_demand() -> Result<Sandbox, SandboxError> {
        Sandbox::with(&config::compiled())
    }

    /// A sandbox that interprets as the browser does, on this machine's word size: to compare.
    ///
    /// # Errors
    /// wasmtime does not accept its settings.
    pub fn interpreting() -> Result<Sandbox, SandboxError> {
        let target = if cfg!(target_pointer_width = "64") { "pulley64" } else { "pulley32" };
        Sandbox::with(&config::compiling_for(target).map_err(SandboxError::new)?)
    }

    /// A sandbox with another stack than modules have.
    #[cfg(test)]
    pub(super) fn with_stack(bytes: usize, interpreting: bool) -> Result<Sandbox, SandboxError> {
        let config = if interpreting { config::compiling_for("pulley64") } else { Ok(config::compiled()) };
        let mut config = config.map_err(SandboxError::new)?;
        config.max_wasm_stack(bytes);
        Sandbox::with(&config)
    }

    /// Where a module runs that starts with so much memory.
    pub(super) fn home_for(&self, memory_bytes: u64) -> &Home {
        self.large.as_ref().filter(|_| memory_bytes > SMALL_BYTES_MAX).unwrap_or(&self.small)
    }

    /// Compiles a module: a component, or a core module built with the SDK. The same bytes are compiled once, as long
    /// as they are in use.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(&self, wasm: &[u8]) -> Result<Arc<Module>, ModuleProblem> {
        self.cache.get(module_hash(wasm), || {
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
