//! The files of a tenant, by path. Whoever has a disk, an archive or an editor fills it; the core reads no file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::Findings;
use super::lines::Lines;
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{FILE_BYTES_MAX, FILES_MAX, FOLDER_BYTES_MAX};

/// A tenant folder in memory: path relative to the folder (`rules/20-refund.toml`, always with `/`) → content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantFolder {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What a file of a tenant folder is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// `tenant.toml`.
    Settings,
    /// `groups.toml`.
    Groups,
    /// `agents.toml`.
    Agents,
    /// `keywords.toml`.
    KeywordTables,
    /// `rules/NN-name.toml`.
    Rule,
    /// `rules/NN-name.rhai`.
    Script,
    /// `rules/NN-name.wasm`.
    Module,
    /// `tests/*.toml`.
    RuleTests,
    /// `scenarios/NAME.toml`.
    Scenario,
    /// For people: any `.md`.
    Document,
    /// No place in a tenant folder.
    Unknown,
}

impl FileKind {
    /// What the file at `path` is for.
    pub(crate) fn of(path: &str) -> FileKind {
        if path.ends_with(".md") {
            return FileKind::Document;
        }
        match path.split_once('/') {
            None => match path {
                "tenant.toml" => FileKind::Settings,
                "groups.toml" => FileKind::Groups,
                "agents.toml" => FileKind::Agents,
                "keywords.toml" => FileKind::KeywordTables,
                _ => FileKind::Unknown,
            },
            Some((_, name)) if name.contains('/') => FileKind::Unknown,
            Some(("rules", name)) if name.ends_with(".toml") => FileKind::Rule,
            Some(("rules", name)) if name.ends_with(".rhai") => FileKind::Script,
            Some(("rules", name)) if name.ends_with(".wasm") => FileKind::Module,
            Some(("tests", name)) if name.ends_with(".toml") => FileKind::RuleTests,
            Some(("scenarios", name)) if name.ends_with(".toml") => FileKind::Scenario,
            Some(_) => FileKind::Unknown,
        }
    }
}

impl TenantFolder {
    /// The files with something to read, as text, by path. Files over a limit, not in UTF-8 or out of place are
    /// reported and left out.
    pub(crate) fn texts(&self, findings: &Findings) -> BTreeMap<&str, (FileKind, &str)> {
        if self.files.len() > FILES_MAX {
            let message = format!("the folder has {} files, at most {FILES_MAX}", self.files.len());
            findings.push(Diagnostic::new(Code::TooLarge, "", None, message));
            return BTreeMap::new();
        }
        let bytes: usize = self.files.values().map(Vec::len).sum();
        if bytes > FOLDER_BYTES_MAX {
            let message = format!("the folder has {bytes} bytes, at most {FOLDER_BYTES_MAX}");
            findings.push(Diagnostic::new(Code::TooLarge, "", None, message));
            return BTreeMap::new();
        }
        self.files
            .iter()
            .filter_map(|(path, content)| {
                let kind = FileKind::of(path);
                match kind {
                    FileKind::Document | FileKind::Module => None,
                    FileKind::Unknown => {
                        findings.push(out_of_place(path));
                        None
                    }
                    _ => Some((path.as_str(), (kind, text(path, content, findings)?))),
                }
            })
            .collect()
    }
}

impl TenantFolder {
    /// The modules, by path, as they are: what is wrong with one is said by whoever compiles it.
    pub(crate) fn modules(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let is_module = |path: &str| FileKind::of(path) == FileKind::Module;
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
            .filter(move |(path, _)| is_module(path))
    }
}

fn text<'t>(path: &str, content: &'t [u8], findings: &Findings) -> Option<&'t str> {
    if content.len() > FILE_BYTES_MAX {
        let message = format!("the file has {} bytes, at most {FILE_BYTES_MAX}", content.len());
        findings.push(Diagnostic::new(Code::TooLarge, path, None, message));
        return None;
    }
    let error = match std::str::from_utf8(content) {
        Ok(text) => return Some(text),
        Err(error) => error,
    };
    let good = content.get(..error.valid_up_to()).unwrap_or_default();
    // What is good is UTF-8, so nothing is replaced.
    let good = String::from_utf8_lossy(good);
    let span = Lines::new(&good).span(good.len()..good.len());
    let byte = content.get(good.len()).copied().unwrap_or_default();
    let message = format!("byte {} (0x{byte:02x}) is not UTF-8", good.len());
    findings.push(
        Diagnostic::new(Code::NotUtf8, path, Some(span), message)
            .help("save the file as UTF-8; editors often call the other encoding GBK or ANSI"),
    );
    None
}

fn out_of_place(path: &str) -> Diagnostic {
    let finding = Diagnostic::new(Code::UnknownFile, path, None, "this file has no place in a tenant folder");
    let finding = finding.help(
        "a tenant folder has tenant.toml, groups.toml, agents.toml, keywords.toml, rules/NN-name.toml, \
         rules/NN-name.rhai, rules/NN-name.wasm, tests/*.toml and scenarios/*.toml",
    );
    finding.suggest(path, ["tenant.toml", "groups.toml", "agents.toml", "keywords.toml"])
}
