//! A tenant as a folder of files: how it is read, checked and compiled.

mod folder;

pub use folder::TenantFolder;
