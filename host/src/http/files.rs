//! The files of a tenant folder in JSON: texts as they are, modules by the hash of what was uploaded.

use std::collections::BTreeMap;

use pointsman_engine::limits;
use pointsman_engine::rules::module::module_hash;
use pointsman_engine::tenant::TenantFolder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use crate::folder::is_module;
use crate::problem::Problem;
use crate::store::TenantId;

/// Files by path, such as `rules/20-refund.toml`.
pub(crate) type Files = BTreeMap<String, FileContent>;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "a text, or for a module {\"module\": HASH} with the hash that POST /v1/modules gave"
)]
pub(crate) enum FileContent {
    /// A text.
    Text(String),
    /// A module that was uploaded before.
    Module(ModuleName),
}

/// Names an uploaded module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModuleName {
    /// BLAKE3 of the bytes that were uploaded, in 64 hexadecimal digits.
    module: String,
}

/// The folder with these files.
///
/// # Errors
/// A path or a size that cannot be, or a module that this tenant has not uploaded.
pub(crate) async fn folder_of(app: &App, tenant: TenantId, files: Files) -> Result<TenantFolder, Problem> {
    if files.len() > limits::FILES_MAX {
        return Err(Problem::too_large(format!("at most {} files", limits::FILES_MAX)));
    }
    let mut folder = TenantFolder::default();
    let mut bytes = 0;
    for (path, content) in files {
        let parts_are_plain = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        if !parts_are_plain || path.len() > limits::LABEL_BYTES_MAX || path.contains(['\\', '\0']) {
            return Err(Problem::unprocessable(format!("`{path}` is no path inside a tenant folder")));
        }
        let content = match content {
            FileContent::Text(_) if is_module(&path) => {
                return Err(Problem::unprocessable(format!(
                    "`{path}` is a module: upload it to /v1/modules, then give {{\"module\": HASH}} for it"
                )));
            }
            FileContent::Text(text) => text.into_bytes(),
            FileContent::Module(_) if !is_module(&path) => {
                return Err(Problem::unprocessable(format!(
                    "`{path}` is a text, since its name does not end in .wasm"
                )));
            }
            FileContent::Module(ModuleName { module }) => {
                app.store.module_bytes(tenant, &module).await?.ok_or_else(|| {
                    Problem::unprocessable(format!(
                        "`{path}`: there is no module `{module}`: upload it to /v1/modules"
                    ))
                })?
            }
        };
        if !is_module(&path) && content.len() > limits::FILE_BYTES_MAX {
            let most = limits::FILE_BYTES_MAX >> 10;
            return Err(Problem::too_large(format!("`{path}` is longer than {most} KiB")));
        }
        bytes += content.len();
        if bytes > limits::FOLDER_BYTES_MAX {
            return Err(Problem::too_large(format!("at most {} MiB", limits::FOLDER_BYTES_MAX >> 20)));
        }
        folder.files.insert(path, content);
    }
    Ok(folder)
}

/// The files of a folder.
pub(crate) fn files_of(folder: TenantFolder) -> Files {
    let content = |path: &str, bytes: Vec<u8>| {
        if is_module(path) {
            FileContent::Module(ModuleName { module: module_hash(&bytes).to_string() })
        } else {
            FileContent::Text(String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    folder.files.into_iter().map(|(path, bytes)| (path.clone(), content(&path, bytes))).collect()
}
