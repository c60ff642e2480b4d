//! A tenant folder on disk.

use std::fs;
use std::path::{Path, PathBuf};

use pointsman_engine::limits;
use pointsman_engine::tenant::TenantFolder;

/// A folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is no such folder.
    #[error("there is no folder `{0}`: give the path of a tenant folder, such as examples/shop")]
    Missing(PathBuf),
    /// Something in it cannot be read.
    #[error("cannot read `{0}`: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// Too much in it.
    #[error("`{0}` holds more than {1}: is it a tenant folder?")]
    TooLarge(PathBuf, String),
}

/// How deep folders may lie in one another.
const DEPTH_MAX: usize = 4;

/// Whether the file at this path is a module: bytes, not a text.
pub(crate) fn is_module(path: &str) -> bool {
    path.ends_with(".wasm")
}

/// Reads every file of a tenant folder but hidden ones.
///
/// # Errors
/// It is no folder, cannot be read, or is over the limits of the core.
pub fn read_folder(root: &Path) -> Result<TenantFolder, FolderError> {
    if !root.is_dir() {
        return Err(FolderError::Missing(root.to_owned()));
    }
    let mut folder = TenantFolder::default();
    let mut bytes = 0;
    read_into(&mut folder, &mut bytes, root, root, 0)?;
    Ok(folder)
}

fn read_into(
    folder: &mut TenantFolder,
    bytes: &mut usize,
    root: &Path,
    directory: &Path,
    depth: usize,
) -> Result<(), FolderError> {
    let unreadable = |error| FolderError::Unreadable(directory.to_owned(), error);
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            // The sources of modules are the author's; what the tenant has of them is the built module.
            if depth < DEPTH_MAX && !path.ends_with("rules/src") {
                read_into(folder, bytes, root, &path, depth + 1)?;
            }
            continue;
        }
        let content = fs::read(&path).map_err(|error| FolderError::Unreadable(path.clone(), error))?;
        *bytes += content.len();
        if folder.files.len() >= limits::FILES_MAX {
            return Err(FolderError::TooLarge(root.to_owned(), format!("{} files", limits::FILES_MAX)));
        }
        if *bytes > limits::FOLDER_BYTES_MAX {
            return Err(FolderError::TooLarge(
                root.to_owned(),
                format!("{} MiB", limits::FOLDER_BYTES_MAX >> 20),
            ));
        }
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        folder.files.insert(parts.join("/"), content);
    }
    Ok(())
}
