//! From the bytes that somebody uploaded to a module that runs, or to a clear word about what is wrong with them.
//!
//! Nothing here trusts the bytes: they are measured, read and validated before anything is compiled, and what is
//! compiled is not what was uploaded but a copy in which every function counts how deep it is.

mod component;
mod depth;
mod form;
mod read;
mod sections;
mod world;

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::{Module, ModuleInfo, ModuleProblem, Sandbox, artefact, config, module_hash};
use crate::diagnostic::Code;
use crate::limits;

/// A component that is ready to be compiled.
pub(super) struct Prepared {
    /// Its bytes, functions counting their depth.
    component: Vec<u8>,
    /// What is known about it so far.
    info: ModuleInfo,
}

/// Reads, checks and rewrites what was uploaded.
///
/// # Errors
/// What is wrong with it.
pub(super) fn prepare(wasm: &[u8]) -> Result<Prepared, ModuleProblem> {
    let uploaded = wasm;
    let form = form::of(wasm)?;
    let made;
    let wasm = match form {
        form::Form::Component => wasm,
        form::Form::Core => {
            made = component::of_core(wasm)?;
            &made
        }
    };
    let component = read::component(wasm)?;
    let world = world::of(&component)?;
    let info = ModuleInfo {
        hash: module_hash(uploaded).to_string(),
        bytes: uploaded.len() as u64,
        hooks: world.hooks,
        contract: world.contract,
        imports: Vec::new(),
        memory_bytes_min: component.memory_bytes_min(),
    };
    if info.memory_bytes_min > limits::MODULE_MEMORY_BYTES_MAX as u64 {
        info.fits(super::ModuleLimits {
            memory_bytes: limits::MODULE_MEMORY_BYTES_MAX as u64,
            ..Default::default()
        })?;
    }
    Ok(Prepared { component: depth::counted(wasm, &component), info })
}

/// Compiles it for this machine.
///
/// # Errors
/// It does not fit the contract's types, or is beyond the compiler.
pub(super) fn compile(sandbox: &Sandbox, prepared: Prepared) -> Result<Module, ModuleProblem> {
    let Prepared { component, mut info } = prepared;
    let home = sandbox.home_for(info.memory_bytes_min);
    let compiled = Component::from_binary(&home.engine, &component).map_err(not_compiled)?;
    info.imports = world::functions(&home.engine, &compiled);
    world::check_types(&home.engine, &compiled, &info)?;
    let module = home.link(&compiled, Arc::new(info)).map_err(|error| world::wrong_type(&error))?;
    match module.try_start() {
        Ok(()) => Ok(module),
        Err(failure) => {
            let message = format!("the module cannot start: it {}", failure.message);
            let help = "No start function, or one that does little: everything begins anew with each call.";
            Err(ModuleProblem::new(Code::BadModule, message).help(help))
        }
    }
}

/// Compiles it for another target.
///
/// # Errors
/// As [`prepare`] and [`compile`].
pub(super) fn artefact(wasm: &[u8], info: &ModuleInfo, target: &str) -> Result<Vec<u8>, ModuleProblem> {
    let prepared = prepare(wasm)?;
    let engine = config::compiling_for(target).and_then(|config| Engine::new(&config));
    let code = engine.and_then(|engine| engine.precompile_component(&prepared.component));
    artefact::write(info, &code.map_err(not_compiled)?)
        .map_err(|error| ModuleProblem::new(Code::BadModule, error.to_string()))
}

/// The depth that each core module of a component has.
#[cfg(test)]
pub(super) fn depth_of(wasm: &[u8]) -> Result<usize, ModuleProblem> {
    read::component(wasm).map(|component| depth::of_each(&component))
}

fn not_compiled(error: wasmtime::Error) -> ModuleProblem {
    let message = format!("the module cannot be compiled: {}", error.root_cause());
    ModuleProblem::new(Code::BadModule, message)
}
