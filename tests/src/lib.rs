//! What crosses crates: tests and benches that need more than one of them, and the little they share.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use pointsman_engine::tenant::TenantFolder;

/// The repository's root.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")).to_owned()
}

/// The tenant folder `examples/NAME`.
///
/// # Errors
/// As [`tenant_folder`].
pub fn example(name: &str) -> io::Result<TenantFolder> {
    tenant_folder(repository().join("examples").join(name))
}

/// Every file of a tenant folder on disk, read into memory as the engine wants it.
///
/// # Errors
/// The folder or a file in it cannot be read; the message names which.
pub fn tenant_folder(path: impl AsRef<Path>) -> io::Result<TenantFolder> {
    let root = path.as_ref();
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| named(&folder, &error))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = std::fs::read(&path).map_err(|error| named(&path, &error))?;
            let parts = path.strip_prefix(root).unwrap_or(&path).iter().map(|part| part.to_string_lossy());
            files.insert(parts.collect::<Vec<_>>().join("/"), content);
        }
    }
    Ok(TenantFolder { files })
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
