//! A rule project: the folder in which somebody writes a rule as a wasm module.

mod build;
mod new;
mod template;
mod test;
mod tool;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

pub(super) use build::{Arguments as BuildArguments, run as build};
pub(super) use new::{Arguments as NewArguments, run as new};
pub(super) use template::Language;
pub(super) use test::run as test;
pub(super) use trial::tenant_around;

/// A folder with a rule's source and its sidecar `NAME.toml`.
#[derive(Debug)]
pub(super) struct RuleProject {
    folder: PathBuf,
    name: String,
    language: Language,
}

impl RuleProject {
    /// The project in `folder`; `None` where it holds something else, such as a tenant.
    ///
    /// # Errors
    /// It is a project whose name cannot be told.
    pub(super) fn find(folder: &Path) -> anyhow::Result<Option<RuleProject>> {
        let has = |name: &str| folder.join(name).is_file();
        if has("tenant.toml") {
            return Ok(None);
        }
        let language = if has("Cargo.toml") {
            Language::Rust
        } else if has("Makefile") {
            Language::C
        } else {
            return Ok(None);
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
            let path = entry?.path();
            let is_toml = path.extension().is_some_and(|extension| extension == "toml");
            if let (true, Some(stem)) = (is_toml, path.file_stem().and_then(|stem| stem.to_str()))
                && !matches!(stem, "Cargo" | "rust-toolchain" | "rustfmt" | "clippy" | "deny")
            {
                names.push(stem.to_owned());
            }
        }
        names.sort();
        match names.as_slice() {
            [name] => Ok(Some(RuleProject { folder: folder.to_owned(), name: name.clone(), language })),
            [] => bail!(
                "`{}` looks like a rule project, but the rule's sidecar NAME.toml is missing: it gives the rule its name",
                folder.display()
            ),
            several => bail!(
                "`{}` has {} sidecars ({}.toml): a rule project holds one rule",
                folder.display(),
                several.len(),
                several.join(".toml, ")
            ),
        }
    }

    /// Where the built module is.
    pub(super) fn module(&self) -> PathBuf {
        self.folder.join(&self.name).with_extension("wasm")
    }

    fn sidecar(&self) -> PathBuf {
        self.folder.join(&self.name).with_extension("toml")
    }
}
