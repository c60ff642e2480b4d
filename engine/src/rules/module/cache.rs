//! Modules by content, so that what many rulesets have is compiled once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Module, ModuleHash, ModuleProblem};
use crate::limits::MODULES_KEPT_MAX;

/// The modules used last. Rulesets hold on to theirs whether or not they are still in here.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    modules: BTreeMap<[u8; 32], (u64, Arc<Module>)>,
    /// Counts uses, to tell which was longest ago.
    uses: u64,
}

impl Cache {
    /// The module with this hash, made if it is not there. Two that ask at the same time may both make it.
    pub(super) fn get(
        &self,
        hash: ModuleHash,
        make: impl FnOnce() -> Result<Module, ModuleProblem>,
    ) -> Result<Arc<Module>, ModuleProblem> {
        if let Some(module) = self.kept().find(hash) {
            return Ok(module);
        }
        let module = Arc::new(make()?);
        self.kept().keep(hash, &module);
        Ok(module)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, hash: ModuleHash) -> Option<Arc<Module>> {
        self.uses += 1;
        let (used, module) = self.modules.get_mut(hash.as_bytes())?;
        *used = self.uses;
        Some(Arc::clone(module))
    }

    fn keep(&mut self, hash: ModuleHash, module: &Arc<Module>) {
        if self.modules.len() >= MODULES_KEPT_MAX {
            let oldest = self.modules.iter().min_by_key(|(_, (used, _))| *used).map(|(hash, _)| *hash);
            oldest.and_then(|oldest| self.modules.remove(&oldest));
        }
        self.uses += 1;
        self.modules.insert(*hash.as_bytes(), (self.uses, Arc::clone(module)));
    }
}
