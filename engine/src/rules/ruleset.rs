//! The ruleset 规则集: every rule of a revision, compiled once, immutable.

use super::{Facts, Hook, Revision, Verdict};
use crate::id::{AgentId, GroupId, RuleId};
use crate::model::Directory;
use crate::trace::{RuleFailure, TraceLevel};

/// A compiled revision: the directory and the rules.
#[derive(Debug)]
pub struct Ruleset {
    revision: Revision,
    directory: Directory,
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// What people need to find it.
    pub info: RuleInfo,
}

/// What people need to find a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id.
    pub id: RuleId,
    /// The number in front of its file's name: the order of evaluation.
    pub order: u32,
    /// Its name for people.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What it is written in.
    pub kind: RuleKind,
    /// The hooks it subscribes to.
    pub hooks: Vec<Hook>,
}

/// What a rule is written in.
#[derive(Copy, Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// TOML.
    Keyword,
    /// Rhai.
    Script,
}

impl Ruleset {
    /// A ruleset without any rule: the directory's entries, channels and defaults decide.
    #[must_use]
    pub fn without_rules(directory: Directory) -> Ruleset {
        Ruleset { revision: Revision([0; 32]), directory, rules: Vec::new() }
    }

    /// The name of the revision.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// The tenant's configuration in this revision.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The rules, in order of evaluation.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &RuleInfo> {
        self.rules.iter().map(|rule| &rule.info)
    }

    /// Whether any rule subscribes to the hook. Where none does, the desk does not even look at the text.
    #[must_use]
    pub fn has(&self, hook: Hook) -> bool {
        self.rules.iter().any(|rule| rule.info.hooks.contains(&hook))
    }

    /// Runs every rule that subscribes to the trigger's hook, in order. Rules for which `is_switched_off` holds
    /// (their breaker is open) are passed over. Never fails: a rule that does is part of the verdict.
    pub fn evaluate(
        &self,
        facts: &Facts<'_>,
        is_switched_off: &dyn Fn(RuleId) -> bool,
        level: TraceLevel,
    ) -> Verdict {
        let _ = (facts, is_switched_off, level);
        Verdict::default()
    }

    /// The score of an eligible agent by the first `rank` hook that gives one; higher is better. `None`: no rule ranks.
    pub fn rank(
        &self,
        facts: &Facts<'_>,
        group: GroupId,
        agent: AgentId,
        is_switched_off: &dyn Fn(RuleId) -> bool,
    ) -> Result<Option<i64>, (RuleId, RuleFailure)> {
        let _ = (facts, group, agent, is_switched_off);
        Ok(None)
    }
}
