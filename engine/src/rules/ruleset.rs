//! The ruleset 规则集: every rule of a revision, compiled once, immutable.

use std::sync::Arc;

use super::guard::CompiledGuard;
use super::keywords::KeywordIndex;
use super::module::{Module, ModuleInfo, ModuleLimits};
use super::names::Names;
use super::needles::Needles;
use super::scene::{Scene, Uses};
use super::script::Script;
use super::{Effect, Facts, Hook, Revision, Trigger};
use crate::id::RuleId;
use crate::limits::CANARY_RULES_FROM;
use crate::model::Directory;

/// A compiled revision: the directory and the rules.
#[derive(Debug)]
pub struct Ruleset {
    pub(super) revision: Revision,
    pub(super) directory: Directory,
    /// The id of the first rule.
    pub(super) first_rule: u16,
    pub(super) rules: Vec<Rule>,
    pub(super) keywords: KeywordIndex,
    /// The hooks that any rule subscribes to.
    pub(super) hooks: HookSet,
    /// How the facts are shown to scripts and modules; `None` without any.
    pub(super) scenes: Option<Scenes>,
}

/// How the facts are shown to the scripts and modules of a ruleset.
#[derive(Debug)]
pub(super) struct Scenes {
    /// The tenant's names.
    pub(super) names: Arc<Names>,
    /// What the rules read, all together.
    pub(super) uses: Uses,
    /// The keywords they look for by literals, normalised.
    needles: Arc<Needles>,
}

impl Scenes {
    pub(super) fn new(names: Arc<Names>, uses: Uses) -> Scenes {
        let needles = Arc::new(Needles::new(&uses));
        Scenes { names, uses, needles }
    }

    /// The facts as scripts and modules see them.
    pub(super) fn scene(&self, facts: &Facts<'_>) -> Arc<Scene> {
        Scene::new(facts, &self.names, &self.uses, &self.needles)
    }
}

/// One rule, compiled.
#[derive(Debug)]
pub(super) struct Rule {
    /// What people need to find it.
    pub(super) info: RuleInfo,
    /// The hooks it subscribes to.
    pub(super) hooks: HookSet,
    /// Waiting times at which its `on_wait` runs.
    pub(super) wait_after_ms: Vec<i64>,
    /// When it may run.
    pub(super) guard: CompiledGuard,
    /// What it does.
    pub(super) body: Body,
}

/// What a rule does once its guard holds.
#[derive(Debug)]
pub(super) enum Body {
    /// Gives these effects.
    Effects(Vec<Effect>),
    /// Asks this script.
    Script(Script),
    /// Asks this module.
    Module {
        /// The module; the same bytes are compiled once, whatever number of rules and tenants have them.
        module: Arc<Module>,
        /// What one call may use.
        limits: ModuleLimits,
    },
}

/// A set of hooks.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HookSet(u8);

impl HookSet {
    pub(super) fn insert(&mut self, hook: Hook) {
        self.0 |= 1 << hook as u8;
    }

    pub(super) fn contains(self, hook: Hook) -> bool {
        self.0 & (1 << hook as u8) != 0
    }
}

impl FromIterator<Hook> for HookSet {
    fn from_iter<T: IntoIterator<Item = Hook>>(hooks: T) -> HookSet {
        let mut set = HookSet::default();
        hooks.into_iter().for_each(|hook| set.insert(hook));
        set
    }
}

/// What people need to find a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id.
    pub id: RuleId,
    /// The number in front of its file's name: the order of evaluation.
    pub order: u32,
    /// Its file's name without ending: how rule tests name it.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What it is written in.
    pub kind: RuleKind,
    /// The hooks it subscribes to.
    pub hooks: Vec<Hook>,
    /// The module that the rule asks, and what one call of it may use.
    pub module: Option<(Arc<ModuleInfo>, ModuleLimits)>,
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
    /// WebAssembly.
    Module,
}

impl Ruleset {
    /// A ruleset without any rule: the directory's entries, channels and defaults decide.
    #[must_use]
    pub fn without_rules(directory: Directory) -> Ruleset {
        Ruleset {
            revision: Revision([0; 32]),
            directory,
            first_rule: 0,
            rules: Vec::new(),
            keywords: KeywordIndex::default(),
            hooks: HookSet::default(),
            scenes: None,
        }
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

    /// The ruleset as a candidate that runs beside the live one: the ids of its rules begin at
    /// [`crate::limits::CANARY_RULES_FROM`], so that no event, breaker or trace takes one ruleset's rule for the other's.
    #[must_use]
    pub fn as_candidate(mut self) -> Ruleset {
        self.first_rule = CANARY_RULES_FROM;
        for (rule, id) in self.rules.iter_mut().zip(CANARY_RULES_FROM..) {
            rule.info.id = RuleId(id);
        }
        self
    }

    /// The rules, in order of evaluation; a rule's id is its place here, counted from the first rule's.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &RuleInfo> {
        self.rules.iter().map(|rule| &rule.info)
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&RuleInfo> {
        let place = usize::from(id.0.checked_sub(self.first_rule)?);
        self.rules.get(place).map(|rule| &rule.info)
    }

    /// Whether any rule subscribes to the hook. Where none does, the desk does not even look at the text.
    #[must_use]
    pub fn has(&self, hook: Hook) -> bool {
        self.hooks.contains(hook)
    }

    pub(super) fn keywords(&self) -> &KeywordIndex {
        &self.keywords
    }

    /// The rules that want to run on this trigger, in order. A rule on `on_wait` runs at its own waiting times only.
    pub(super) fn rules_on(&self, trigger: Trigger) -> impl Iterator<Item = &Rule> {
        let hook = trigger.hook();
        self.rules.iter().filter(move |rule| {
            rule.hooks.contains(hook)
                && match trigger {
                    Trigger::Waited(ms) => rule.wait_after_ms.contains(&ms),
                    _ => true,
                }
        })
    }
}
