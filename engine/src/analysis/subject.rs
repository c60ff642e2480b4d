//! What is analysed: a compiled ruleset with the files it comes from.

use super::calendar::Calendar;
use super::finding::{Concern, ConcernKind};
use super::places::Places;
use super::visits::VisitMaker;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Directory;
use crate::rules::{Compiled, Hook, Modules, RuleSource, Ruleset};
use crate::tenant::{TenantFolder, TenantSource, revision};

/// A ruleset, its rules as written, and where everything is written.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) ruleset: Ruleset,
    pub(super) source: TenantSource,
    /// The rules as written, each with the hooks that it really has.
    pub(super) rules: Vec<RuleSource>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) places: Places,
    pub(super) calendar: Calendar,
}

impl Subject {
    /// Reads and compiles the folder as [`compiled`] does.
    ///
    /// # Errors
    /// As [`compiled`].
    pub(super) fn new(folder: &TenantFolder, modules: &dyn Modules) -> Result<Subject, Vec<Diagnostic>> {
        let (ruleset, source, diagnostics) = compiled(folder, modules)?;
        let with_hooks = source.rules.iter().zip(ruleset.rules()).map(|(rule, info)| {
            let hooks = info.hooks.clone();
            RuleSource { hooks, ..rule.clone() }
        });
        let rules = with_hooks.collect();
        let calendar = Calendar::new(&source.directory);
        Ok(Subject { rules, places: Places::new(folder), calendar, ruleset, source, diagnostics })
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.source.directory
    }

    pub(super) fn visits(&self) -> VisitMaker<'_> {
        VisitMaker { directory: &self.source.directory, calendar: &self.calendar }
    }

    /// The rules that run when a conversation opens, with their positions.
    pub(super) fn on_route(&self) -> impl Iterator<Item = (usize, &RuleSource)> {
        self.rules.iter().enumerate().filter(|(_, rule)| rule.hooks.contains(&Hook::Route))
    }

    pub(super) fn tenant(&self) -> Concern {
        Concern {
            what: ConcernKind::Tenant,
            slug: "tenant".to_owned(),
            name: self.directory().settings.name.clone(),
            file: "tenant.toml".to_owned(),
            span: None,
        }
    }
}

/// Reads and compiles a folder, a tenant without a complete fallback or with groups in a circle included: what is wrong
/// with such a one can be shown on it.
///
/// # Errors
/// Everything found, where more than that is wrong.
pub(crate) fn compiled(
    folder: &TenantFolder,
    modules: &dyn Modules,
) -> Result<(Ruleset, TenantSource, Vec<Diagnostic>), Vec<Diagnostic>> {
    let Compiled { ruleset, source, diagnostics } = Ruleset::compile(folder, None, modules);
    let is_shown = |finding: &Diagnostic| matches!(finding.code, Code::NoFallback | Code::Cycle);
    let blocks = |finding: &Diagnostic| finding.severity == Severity::Error && !is_shown(finding);
    let Some(source) = source.filter(|_| !diagnostics.iter().any(blocks)) else {
        return Err(diagnostics);
    };
    let ruleset = ruleset.or_else(|| Ruleset::from_source(&source, revision(folder), modules).0);
    match ruleset {
        Some(ruleset) => Ok((ruleset, source, diagnostics)),
        None => Err(diagnostics),
    }
}
