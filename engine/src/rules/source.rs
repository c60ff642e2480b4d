//! A rule as written: read from its files, names resolved to ids, not yet compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Effect, Hook, ModuleLimits};
use crate::diagnostic::Span;
use crate::id::{ChannelId, GroupId, HoursId};

/// One rule as written.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSource {
    /// The number in front of the file's name: the order of evaluation. Ties break by file name.
    pub order: u32,
    /// The file's name without ending, such as `20-refund`: how tests and traces name the rule.
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// The file that carries the rule: its `.toml`, or its `.rhai` or `.wasm` where there is no sidecar.
    pub file: String,
    /// The hooks it subscribes to; empty for a script or a module means: those it has.
    pub hooks: Vec<Hook>,
    /// Waiting times at which `on_wait` runs, ascending.
    pub wait_after_ms: Vec<i64>,
    /// When it may run at all.
    pub when: Guard,
    /// What it does.
    pub body: RuleBody,
}

/// What a rule does once its guard holds.
#[derive(Clone, Debug, PartialEq)]
pub enum RuleBody {
    /// Gives these effects.
    Effects(Vec<(Effect, Span)>),
    /// Asks this script.
    Script {
        /// The `.rhai` file.
        file: String,
        /// Its text.
        source: String,
    },
    /// Asks this module.
    Module {
        /// The `.wasm` file.
        file: String,
        /// Its content.
        wasm: Arc<[u8]>,
        /// What one call may use.
        limits: ModuleLimits,
    },
}

/// The declarative guard: every condition given must hold. Empty lists are conditions not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guard {
    /// One of these channels.
    pub channels: Vec<ChannelId>,
    /// One of these entries.
    pub entries: Vec<String>,
    /// One of these languages, lower case; `zh` also holds for `zh-tw`.
    pub languages: Vec<String>,
    /// At least this VIP level.
    pub vip_min: Option<u8>,
    /// At most this VIP level.
    pub vip_max: Option<u8>,
    /// A returning customer, or a new one.
    pub returning: Option<bool>,
    /// At least one of these tags.
    pub tags_any: Vec<String>,
    /// All of these tags.
    pub tags_all: Vec<String>,
    /// None of these tags.
    pub tags_none: Vec<String>,
    /// These hours are open.
    pub hours_open: Option<HoursId>,
    /// These hours are closed.
    pub hours_closed: Option<HoursId>,
    /// Each attribute equals one of its values.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The conversation is in, or waits for, one of these groups.
    pub groups: Vec<GroupId>,
    /// What the visitor says.
    pub keywords: Option<KeywordCondition>,
}

/// A condition on the words. Tables (`@name`) are already spelled out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeywordCondition {
    /// The weights of those found must reach `weight_min`.
    pub any: Vec<Keyword>,
    /// Every one must be found.
    pub all: Vec<Keyword>,
    /// None may be found.
    pub none: Vec<Keyword>,
    /// How a keyword is found.
    pub matching: Matching,
    /// Whether separators inside the visitor's words are skipped: `退-款` is 退款.
    pub skip_separators: bool,
    /// The least total weight of the distinct `any` keywords found.
    pub weight_min: u32,
}

/// A keyword as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    /// The words.
    pub text: String,
    /// What finding it is worth.
    pub weight: u32,
    /// Where it is written (in the rule, or in `keywords.toml` when it comes from a table).
    pub file: String,
    /// Where in that file.
    pub span: Span,
}

/// How a keyword is found.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Matching {
    /// Anywhere.
    #[default]
    Substring,
    /// Only as a whole word.
    Word,
}
