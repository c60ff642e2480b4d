//! From a tenant folder to a ruleset, with everything that is wrong with it. Takes a while: not for an async worker.

use std::sync::Arc;

use pointsman_engine::diagnostic::{Code, Diagnostic, Severity};
use pointsman_engine::model::Directory;
use pointsman_engine::rules::{self as engine, Modules, Ruleset, TestOutcome, run_tests};
use pointsman_engine::simulation::read_scenario;
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
pub fn compile(folder: &TenantFolder, base: Option<&Directory>, modules: &dyn Modules) -> Compiled {
    let engine::Compiled { ruleset, source, diagnostics } = Ruleset::compile(folder, base, modules);
    Compiled { ruleset: ruleset.map(Arc::new), source, diagnostics }
}

/// Compiles a folder as a candidate that runs beside the live ruleset; `None` where it does not compile.
#[must_use]
pub fn compile_candidate(
    folder: &TenantFolder,
    base: Option<&Directory>,
    modules: &dyn Modules,
) -> Option<Arc<Ruleset>> {
    let compiled = Ruleset::compile(folder, base, modules);
    compiled.ruleset.map(|ruleset| Arc::new(ruleset.as_candidate()))
}

/// A folder compiled, its rule tests run, its scenarios read.
#[derive(Debug)]
pub struct Checked {
    /// What became of it; its diagnostics hold everything found. A ruleset may be there although a rule test fails or a
    /// scenario cannot run: it is not to be published then.
    pub compiled: Compiled,
    /// How each rule test went; none is run while the folder does not compile.
    pub tests: Vec<TestOutcome>,
}

impl Checked {
    /// Whether anything but a rule test keeps it from being published.
    #[must_use]
    pub fn blocks(&self) -> bool {
        let blocks = |diagnostic: &Diagnostic| {
            diagnostic.severity == Severity::Error && diagnostic.code != Code::TestFailed
        };
        self.compiled.ruleset.is_none() || self.compiled.diagnostics.iter().any(blocks)
    }

    /// Rule tests that hold, and that do not.
    #[must_use]
    pub fn tests_passed_and_failed(&self) -> (usize, usize) {
        let passed = self.tests.iter().filter(|test| test.passed()).count();
        (passed, self.tests.len() - passed)
    }
}

/// Does to a folder what must hold before it is published.
#[must_use]
pub fn check(folder: &TenantFolder, base: Option<&Directory>, modules: &dyn Modules) -> Checked {
    let mut compiled = compile(folder, base, modules);
    let mut tests = Vec::new();
    if let Some(source) = &compiled.source {
        if let Some(ruleset) = &compiled.ruleset {
            tests = run_tests(ruleset, &source.tests);
            compiled.diagnostics.extend(tests.iter().filter_map(TestOutcome::diagnostic));
        }
        for (slug, text) in &source.scenarios {
            compiled.diagnostics.extend(read_scenario(slug, text, &source.directory).1);
        }
    }
    Checked { compiled, tests }
}
