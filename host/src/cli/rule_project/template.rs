//! What a new rule project is made of: the templates and the SDK, which are in the program.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum;
use rust_embed::RustEmbed;

/// What a rule is written in.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Language {
    /// Rust, with the crate `pointsman-rules`
    #[default]
    Rust,
    /// C, with clang
    C,
}

impl Language {
    pub(super) fn name(self) -> &'static str {
        match self {
            Language::Rust => "Rust",
            Language::C => "C",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::C => "c",
        }
    }
}

/// The parts of `rules-sdk` that a project needs.
#[derive(RustEmbed)]
#[folder = "../rules-sdk"]
#[include = "templates/*"]
#[include = "Cargo.toml"]
#[include = "src/*"]
#[include = "macros/Cargo.toml"]
#[include = "macros/src/*"]
#[include = "c/*"]
struct Sdk;

/// Where a project keeps its copy of the SDK.
const COPY: &str = ".pointsman/sdk";

/// Writes a project into `folder`, which is there and empty. Returns the files that are the author's.
pub(super) fn write(folder: &Path, name: &str, language: Language) -> anyhow::Result<Vec<String>> {
    let templates = format!("templates/{}/", language.folder());
    let mut files = Vec::new();
    for path in Sdk::iter() {
        let Some(file) = Sdk::get(&path) else { continue };
        let (place, content) = if let Some(inside) = path.strip_prefix(&templates) {
            let inside = inside.strip_suffix(".in").unwrap_or(inside).replace("NAME", name);
            let text = String::from_utf8_lossy(&file.data)
                .replace("{{name}}", name)
                .replace("{{Name}}", &type_name(name))
                .replace("{{sdk}}", COPY);
            files.push(inside.clone());
            (inside, text.into_bytes())
        } else if belongs(&path, language) {
            (format!("{COPY}/{path}"), file.data.into_owned())
        } else {
            continue;
        };
        let place = folder.join(place);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
        }
        fs::write(&place, content).with_context(|| format!("cannot write `{}`", place.display()))?;
    }
    files.sort();
    Ok(files)
}

/// Whether the language needs this file of the SDK.
fn belongs(path: &str, language: Language) -> bool {
    match language {
        Language::Rust => !path.starts_with("templates/") && !path.starts_with("c/"),
        Language::C => path.starts_with("c/"),
    }
}

/// `refund-first` as a Rust type: `RefundFirst`.
fn type_name(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}
