//! The files of a tenant, by path. Whoever has a disk, an archive or an editor fills it; the core reads no file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A tenant folder in memory: path relative to the folder (`rules/20-refund.toml`, always with `/`) → content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantFolder {
    /// The files.
    pub files: BTreeMap<String, Vec<u8>>,
}
