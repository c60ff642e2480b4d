//! The rulesets of a recording, compiled so that every number in it means what it meant.

use super::{RecordedRuleset, Recording};
use crate::desk::Event;
use crate::diagnostic::Diagnostic;
use crate::rules::{Compiled, Modules, Revision, Ruleset};
use crate::tenant::TenantFolder;

/// The rulesets that decided in a recording.
#[derive(Clone, Debug)]
pub struct RecordedRulesets<R> {
    /// Those that were live, in order, each compiled as the successor of the one before.
    pub live: Vec<R>,
    /// Those that ran as canaries, as candidates: [`Ruleset::as_candidate`].
    pub canaries: Vec<R>,
}

impl<R> RecordedRulesets<R> {
    /// The same, each wrapped.
    pub fn map<S>(self, wrap: impl Fn(R) -> S) -> RecordedRulesets<S> {
        let RecordedRulesets { live, canaries } = self;
        let wrapped = |all: Vec<R>| all.into_iter().map(&wrap).collect();
        RecordedRulesets { live: wrapped(live), canaries: wrapped(canaries) }
    }
}

/// A ruleset of a recording does not compile, with this engine and these modules.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the recording's ruleset {revision} does not compile: {}", .diagnostics.first().map_or("", |found| &found.message))]
pub struct NotCompiled {
    /// Which.
    pub revision: Revision,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Recording {
    /// Compiles its rulesets.
    ///
    /// # Errors
    /// One of them does not compile: a module is missing, say.
    pub fn compile(&self, modules: &dyn Modules) -> Result<RecordedRulesets<Ruleset>, NotCompiled> {
        let (canaries, mut live) = (self.canaries(), self.published());
        live.extend(self.desk.revision());
        let mut rulesets = RecordedRulesets { live: Vec::<Ruleset>::new(), canaries: Vec::new() };
        let base = self.desk.revision().map(|_| self.desk.directory());
        for RecordedRuleset { revision, folder } in &self.rulesets {
            let compile = |before: Option<&Ruleset>| {
                let before = before.map(Ruleset::directory).or(base);
                let Compiled { ruleset, diagnostics, .. } = Ruleset::compile(folder, before, modules);
                ruleset.ok_or(NotCompiled { revision: *revision, diagnostics })
            };
            if canaries.contains(revision) {
                rulesets.canaries.push(compile(rulesets.live.last())?.as_candidate());
            }
            if live.contains(revision) {
                let ruleset = compile(rulesets.live.last())?;
                rulesets.live.push(ruleset);
            }
        }
        Ok(rulesets)
    }

    /// Compiles a folder as the successor of the recording's last ruleset.
    pub fn compile_candidate(
        &self,
        folder: &TenantFolder,
        rulesets: &RecordedRulesets<impl std::ops::Deref<Target = Ruleset>>,
        modules: &dyn Modules,
    ) -> Compiled {
        let last = rulesets.live.last().map(|ruleset| ruleset.directory());
        Ruleset::compile(folder, last.or(Some(self.desk.directory())), modules)
    }

    /// The folder of the ruleset that was live last.
    #[must_use]
    pub fn live_folder(&self) -> Option<&TenantFolder> {
        let published = self.published();
        let last = published.last().copied().or(self.desk.revision())?;
        self.rulesets.iter().find(|ruleset| ruleset.revision == last).map(|ruleset| &ruleset.folder)
    }

    /// The revisions that went live in it, in order.
    #[must_use]
    pub fn published(&self) -> Vec<Revision> {
        self.publishing(|event| match event {
            Event::Published { revision, .. } => Some(*revision),
            _ => None,
        })
    }

    /// The revisions that ran as canaries in it.
    fn canaries(&self) -> Vec<Revision> {
        let mut canaries = self.publishing(|event| match event {
            Event::CanaryStarted { revision, .. } => Some(*revision),
            _ => None,
        });
        canaries.extend(self.desk.canary().map(|canary| canary.revision));
        canaries
    }

    fn publishing(&self, what: impl Fn(&Event) -> Option<Revision>) -> Vec<Revision> {
        let rows = self.rows.iter().filter(|row| row.role == super::Role::Publishing);
        let events = rows.filter_map(|row| row.unpack()).flat_map(|(_, events)| events);
        events.filter_map(|record| what(&record.event)).collect()
    }
}
