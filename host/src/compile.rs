//! From a tenant folder to a ruleset, with everything that is wrong with it. Takes a while: not for an async worker.

use std::sync::Arc;

use pointsman_engine::diagnostic::{Diagnostic, Severity};
use pointsman_engine::model::Directory;
use pointsman_engine::rules::{self as engine, Ruleset};
use pointsman_engine::tenant::{TenantFolder, TenantSource};

/// What became of a folder.
#[derive(Debug)]
pub struct Compiled {
    /// The ruleset; absent where some finding is an error.
    pub ruleset: Option<Arc<Ruleset>>,
    /// The folder as read, where it could be read so far.
    pub source: Option<TenantSource>,
    /// Everything found.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Whether some finding blocks publishing.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Reads and compiles a folder. `base` is the directory of the live revision, whose ids are kept.
#[must_use]
pub fn compile(folder: &TenantFolder, base: Option<&Directory>) -> Compiled {
    let engine::Compiled { ruleset, source, diagnostics } = Ruleset::compile(folder, base);
    Compiled { ruleset: ruleset.map(Arc::new), source, diagnostics }
}
