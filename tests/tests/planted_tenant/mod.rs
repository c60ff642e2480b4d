//! The tenants under `tests/data/planted`: one base, and folders that lay files and edits over it.

use std::path::PathBuf;

use pointsman_engine::tenant::TenantFolder;
use pointsman_tests::{repository, tenant_folder};
use serde::Deserialize;

/// A piece of a file that is replaced; it must be there once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    file: String,
    find: String,
    replace: String,
}

/// `tests/data/planted`.
pub(crate) fn root() -> PathBuf {
    repository().join("tests/data/planted")
}

/// The base.
pub(crate) fn base() -> TenantFolder {
    tenant_folder(root().join("base")).unwrap()
}

/// The folder with the edits made.
#[track_caller]
pub(crate) fn edited(mut folder: TenantFolder, edits: &[Edit]) -> TenantFolder {
    for Edit { file, find, replace } in edits {
        let text = String::from_utf8(folder.files.remove(file).unwrap()).unwrap();
        assert_eq!(text.matches(find.as_str()).count(), 1, "`{find}` in {file}");
        folder.files.insert(file.clone(), text.replace(find, replace).into_bytes());
    }
    folder
}
