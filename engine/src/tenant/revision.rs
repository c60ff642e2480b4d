//! The name of a folder's rules by their content.

use super::TenantFolder;
use super::folder::FileKind;
use crate::rules::Revision;

/// The revision that a folder makes: BLAKE3 over every file that bears on routing (`tenant.toml`, `groups.toml`,
/// `agents.toml`, `keywords.toml`, `rules/`), in order of path. Of each file: the length of the path in 8 bytes, little
/// end first, the path, the length of the content likewise, the content. Tests, scenarios and documents leave it as it is.
#[must_use]
pub fn revision(folder: &TenantFolder) -> Revision {
    let mut hasher = blake3::Hasher::new();
    for (path, content) in folder.files.iter().filter(|(path, _)| bears_on_routing(path)) {
        for part in [path.as_bytes(), content] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Revision(*hasher.finalize().as_bytes())
}

fn bears_on_routing(path: &str) -> bool {
    match FileKind::of(path) {
        FileKind::Settings
        | FileKind::Groups
        | FileKind::Agents
        | FileKind::KeywordTables
        | FileKind::Rule
        | FileKind::Script
        | FileKind::Module => true,
        FileKind::Unknown => path.starts_with("rules/"),
        FileKind::RuleTests | FileKind::Scenario | FileKind::Document => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Revision {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        revision(&TenantFolder { files })
    }

    #[test]
    fn only_what_bears_on_routing_counts() {
        let plain = of(&[("tenant.toml", "a"), ("rules/10-a.toml", "b")]);
        let beside =
            [("tenant.toml", "a"), ("rules/10-a.toml", "b"), ("tests/a.toml", "c"), ("README.md", "d")];
        assert_eq!(plain, of(&beside));
        assert_ne!(plain, of(&[("tenant.toml", "a"), ("rules/10-a.toml", "c")]));
        assert_ne!(plain, of(&[("tenant.toml", "a"), ("rules/11-a.toml", "b")]));
        let module = |wasm| of(&[("tenant.toml", "a"), ("rules/10-a.wasm", wasm)]);
        assert_ne!(module("a"), module("b"));
        assert_ne!(of(&[("tenant.toml", "ab")]), of(&[("tenant.toml", "a"), ("keywords.toml", "b")]));
    }
}
