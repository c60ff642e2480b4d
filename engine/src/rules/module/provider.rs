//! Where the modules of a tenant folder come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{ArtefactError, Module, ModuleHash, Sandbox, module_hash};
use crate::diagnostic::Code;

/// Why the bytes of a `.wasm` file are no module that can run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModuleProblem {
    /// The kind of finding.
    pub code: Code,
    /// One lower-case line: what is wrong.
    pub message: String,
    /// What to do, a sentence.
    pub help: Option<String>,
}

impl ModuleProblem {
    pub(super) fn new(code: Code, message: impl Into<String>) -> ModuleProblem {
        ModuleProblem { code, message: one_line(&message.into()), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> ModuleProblem {
        self.help = Some(help.into());
        self
    }
}

/// A text with names from outside in it, on one line and without what a terminal could take for a command.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(": ").replace(|c: char| c.is_control(), "\u{fffd}")
}

/// Turns the bytes of a `.wasm` file into a module that runs.
pub trait Modules {
    /// The module.
    ///
    /// # Errors
    /// What is wrong with it.
    fn module(&self, wasm: &[u8]) -> Result<Arc<Module>, ModuleProblem>;
}

/// For tenant folders without modules.
#[derive(Copy, Clone, Debug, Default)]
pub struct NoModules;

impl Modules for NoModules {
    fn module(&self, _: &[u8]) -> Result<Arc<Module>, ModuleProblem> {
        Err(ModuleProblem::new(Code::ModuleNotCompiled, "modules cannot run here"))
    }
}

/// Modules that a host has compiled, for the browser, where no compiler runs.
#[derive(Debug)]
pub struct Precompiled {
    sandbox: Sandbox,
    modules: BTreeMap<[u8; 32], Arc<Module>>,
}

impl Precompiled {
    /// No modules yet.
    #[must_use]
    pub fn new(sandbox: Sandbox) -> Precompiled {
        Precompiled { sandbox, modules: BTreeMap::new() }
    }

    /// Adds the host's artefact of a module.
    ///
    /// # Errors
    /// It was made by another version of the engine, or is no artefact.
    pub fn add(&mut self, artefact: &[u8]) -> Result<Arc<Module>, ArtefactError> {
        let module = Arc::new(self.sandbox.load(artefact)?);
        let hash = ModuleHash::from_hex(&module.info().hash).map_err(|_| ArtefactError::Malformed)?;
        self.modules.insert(*hash.as_bytes(), Arc::clone(&module));
        Ok(module)
    }

    /// Whether the module with these bytes is there.
    #[must_use]
    pub fn has(&self, wasm: &[u8]) -> bool {
        self.modules.contains_key(module_hash(wasm).as_bytes())
    }
}

impl Modules for Precompiled {
    fn module(&self, wasm: &[u8]) -> Result<Arc<Module>, ModuleProblem> {
        let module = self.modules.get(module_hash(wasm).as_bytes());
        module.cloned().ok_or_else(|| {
            ModuleProblem::new(Code::ModuleNotCompiled, "this module is not compiled yet")
                .help("The host compiles it; sign in, so that it can be sent there.")
        })
    }
}
