//! The modules of a folder, and the sandbox they run in: set up when the first one comes, since most folders have none.

use pointsman_engine::rules::module::{Modules, NoModules, Precompiled, Sandbox, SandboxError, module_hash};
use pointsman_engine::rules::{RuleBody, RuleSource};
use pointsman_engine::tenant::TenantFolder;

use crate::{ModuleFile, Refused};

/// What modules of a folder are called.
const ENDING: &str = ".wasm";

/// The modules that are compiled, in a sandbox that is set up when it is needed first.
#[derive(Debug, Default)]
pub(crate) struct LazyModules(Option<Result<Precompiled, SandboxError>>);

impl LazyModules {
    /// The modules, to add one.
    pub(crate) fn open(&mut self) -> Result<&mut Precompiled, Refused> {
        let opened = self.0.get_or_insert_with(|| sandbox().map(Precompiled::new));
        opened.as_mut().map_err(|error| Refused::NoSandbox { message: error.to_string() })
    }

    /// The modules, to compile these folders with.
    pub(crate) fn provider<const N: usize>(&mut self, folders: [&TenantFolder; N]) -> &dyn Modules {
        let mut paths = folders.iter().flat_map(|folder| folder.files.keys());
        let has_module = paths.any(|path| path.ends_with(ENDING));
        match has_module.then(|| self.open()) {
            Some(Ok(modules)) => modules,
            _ => &NoModules,
        }
    }
}

#[cfg(target_family = "wasm")]
fn sandbox() -> Result<Sandbox, SandboxError> {
    Sandbox::new()
}

/// Natively, where only tests are, the sandbox that comes nearest to the browser's.
#[cfg(not(target_family = "wasm"))]
fn sandbox() -> Result<Sandbox, SandboxError> {
    Sandbox::interpreting()
}

/// The `.wasm` files of the folder, by path, with what is known about each.
pub(crate) fn module_files(
    folder: &TenantFolder,
    rules: &[RuleSource],
    modules: &dyn Modules,
) -> Vec<ModuleFile> {
    let limits = |path: &str| {
        rules.iter().find_map(|rule| match &rule.body {
            RuleBody::Module { file, limits, .. } if file == path => Some((*limits).into()),
            _ => None,
        })
    };
    let files = folder.files.iter().filter(|(path, _)| path.ends_with(ENDING));
    files
        .map(|(path, wasm)| ModuleFile {
            file: path.clone(),
            hash: module_hash(wasm).to_string(),
            bytes: wasm.len() as u64,
            module: modules.module(wasm).ok().map(|module| module.info().as_ref().into()),
            limits: limits(path),
        })
        .collect()
}
