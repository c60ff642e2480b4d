//! A tenant as a folder of files: how it is read and checked.

mod agents;
mod check;
pub(crate) mod coverage;
mod duration;
mod effects;
mod fallback;
mod findings;
mod folder;
mod groups;
mod guard;
mod hours;
pub(crate) mod implies;
mod keywords;
mod lines;
mod module_limits;
mod names;
mod read;
pub(crate) mod reader;
mod revision;
mod rule_tests;
mod rules;
mod settings;
mod skills;
mod source;
mod test_desk;
#[cfg(test)]
mod tests;

pub(crate) use findings::Findings;
pub use folder::TenantFolder;
pub use read::read;
pub use revision::revision;
pub(crate) use rule_tests::{in_zone, read_at};
pub use source::{Expectation, RuleTest, TenantSource, TestAgent, TestDesk, TestGroup};
