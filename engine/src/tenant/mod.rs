//! A tenant as a folder of files: how it is read, checked and compiled.

mod folder;
mod source;

pub use folder::TenantFolder;
pub use source::{Expectation, RuleTest, TenantSource};
