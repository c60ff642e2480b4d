//! What differs between two tenant folders, as far as it routes.

use std::collections::BTreeSet;

use crate::tenant::TenantFolder;

/// What differs between two folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The slugs of the rules whose files were changed, added or removed.
    pub rules: BTreeSet<String>,
    /// Whether anything else that routes differs: groups, agents, settings ….
    pub configuration: bool,
}

impl Changes {
    /// From what is live to the candidate. Rule tests and scenarios route nobody.
    #[must_use]
    pub fn between(live: &TenantFolder, candidate: &TenantFolder) -> Changes {
        let differs = |path: &&String| live.files.get(*path) != candidate.files.get(*path);
        let mut changes = Changes::default();
        for path in live.files.keys().chain(candidate.files.keys()).filter(differs) {
            match path.split_once('/') {
                Some(("rules", file)) => {
                    let slug = file.rsplit_once('.').map_or(file, |(slug, _)| slug);
                    changes.rules.insert(slug.to_owned());
                }
                Some(("tests" | "scenarios", _)) => {}
                _ => changes.configuration = true,
            }
        }
        changes
    }
}
