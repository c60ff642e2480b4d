//! A module as the host has compiled it for the browser: what is known about it, and its code.

use std::sync::Arc;

use wasmtime::component::Component;

use super::call::{CallState, Module};
use super::contract::{HOOKS, interface};
use super::sandbox::Home;
use super::{ModuleInfo, Sandbox};

/// What an artefact begins with. The number grows with the form.
const MAGIC: &[u8] = b"pointsman artefact 1\n";

/// Why an artefact cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArtefactError {
    /// It is none.
    #[error("this is no compiled module")]
    Malformed,
    /// Another version of the engine made it.
    #[error("this module was compiled for another version: {0}")]
    OtherVersion(String),
}

/// Puts an artefact together.
#[cfg(not(target_family = "wasm"))]
pub(super) fn write(info: &ModuleInfo, code: &[u8]) -> Result<Vec<u8>, postcard::Error> {
    let mut artefact = postcard::to_extend(info, MAGIC.to_vec())?;
    artefact.extend_from_slice(code);
    Ok(artefact)
}

impl Sandbox {
    /// Loads what `artefact` made, for this sandbox's kind of machine.
    ///
    /// An artefact holds code that is run as it is. It must come from our own host, of the same version: never from a
    /// tenant.
    ///
    /// # Errors
    /// It is no artefact, or another version made it.
    pub fn load(&self, artefact: &[u8]) -> Result<Module, ArtefactError> {
        let parts = artefact.strip_prefix(MAGIC).ok_or(ArtefactError::Malformed)?;
        let (info, code) = postcard::take_from_bytes(parts).map_err(|_| ArtefactError::Malformed)?;
        let other = |error: wasmtime::Error| ArtefactError::OtherVersion(error.root_cause().to_string());
        #[expect(unsafe_code, reason = "compiled code cannot be checked, only trusted")]
        // SAFETY: the code was made by `precompile_component` of the same wasmtime, which checks its own version and
        // settings; that it comes from our host and was not changed is what the function asks of its caller.
        let component = unsafe { Component::deserialize(&self.home().engine, code) }.map_err(other)?;
        self.home().link(&component, Arc::new(info)).map_err(other)
    }
}

impl Home {
    /// Makes a component ready to run.
    ///
    /// # Errors
    /// It imports or exports something with another type than the contract's.
    pub(super) fn link(&self, component: &Component, info: Arc<ModuleInfo>) -> wasmtime::Result<Module> {
        let instance = self.linker.instantiate_pre(component)?;
        let mut hooks = Vec::new();
        for (hook, name) in HOOKS {
            let exported = component.get_export_index(None, interface(name).as_str());
            let function = exported.and_then(|exported| component.get_export_index(Some(&exported), name));
            hooks.extend(function.map(|function| (hook, function)));
        }
        Ok(Module::new(info, instance, hooks))
    }
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Module>();
    shared::<Sandbox>();
    shared::<CallState>();
};
