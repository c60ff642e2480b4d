//! Rules: what a tenant's admins write, compiled once into an immutable [`Ruleset`].

mod compile;
mod dry_run;
mod effect;
mod evaluate;
mod facts;
pub mod fallback;
#[cfg(test)]
mod fixture;
mod guard;
mod kept_words;
mod keywords;
mod log;
pub mod module;
mod names;
mod needles;
mod rank;
mod reading;
mod revision;
mod rule_call;
mod rule_tests;
mod ruleset;
mod scene;
pub mod script;
mod source;
mod verdict;

pub use compile::Compiled;
pub use dry_run::Situation;
pub use effect::{Effect, Plan, PlanSource, Target};
pub use facts::{AgentFacts, ConversationFacts, CustomerFacts, DeskFacts, Facts, GroupFacts, Hook, Trigger};
pub(crate) use kept_words::KeptWords;
pub use module::{Module, ModuleInfo, ModuleLimits, ModuleProblem, Modules, NoModules};
pub use rank::Ranker;
pub use reading::{CallRead, Calls, ConditionRead, RuleReading};
pub use revision::Revision;
pub use rule_call::RuleCall;
pub use rule_tests::{Mismatch, TestOutcome, run_tests};
pub use ruleset::{RuleInfo, RuleKind, Ruleset};
pub(crate) use script::script_arithmetic;
pub use source::{Guard, Keyword, KeywordCondition, Matching, RuleBody, RuleSource};
pub use verdict::{Answer, Destination, Verdict};
