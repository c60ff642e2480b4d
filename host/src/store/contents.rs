//! File contents by their hash, shared by all drafts and revisions.

use std::collections::BTreeMap;

use pointsman_engine::tenant::TenantFolder;
use sqlx::Row;

use super::{Store, Transaction};

/// Which files a draft or revision has: path → BLAKE3 of the content, in hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest(pub BTreeMap<String, String>);

impl Manifest {
    /// The manifest of a folder.
    #[must_use]
    pub fn of(folder: &TenantFolder) -> Manifest {
        Manifest(folder.files.iter().map(|(path, bytes)| (path.clone(), content_hash(bytes))).collect())
    }

    /// As it is kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_else(|_| String::from("{}"))
    }

    /// A name for exactly these files: equal manifests have equal names.
    #[must_use]
    pub fn name(&self) -> String {
        content_hash(self.to_json().as_bytes())
    }

    pub(super) fn parse(json: &str) -> Result<Manifest, sqlx::Error> {
        serde_json::from_str(json).map(Manifest).map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

fn content_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

impl Store {
    /// The files of a manifest.
    ///
    /// # Errors
    /// The store failed, or a content is missing.
    pub async fn folder(&self, manifest: &Manifest) -> Result<TenantFolder, sqlx::Error> {
        let mut folder = TenantFolder::default();
        for (path, hash) in &manifest.0 {
            let row = sqlx::query("SELECT bytes FROM contents WHERE hash = $1")
                .bind(hash.clone())
                .fetch_one(self.readers())
                .await?;
            folder.files.insert(path.clone(), row.try_get(0)?);
        }
        Ok(folder)
    }

    /// Keeps the contents of a folder that are not kept yet.
    ///
    /// # Errors
    /// The store failed.
    pub async fn add_contents(
        &self,
        transaction: &mut Transaction<'_>,
        folder: &TenantFolder,
    ) -> Result<Manifest, sqlx::Error> {
        let manifest = Manifest::of(folder);
        for (path, bytes) in &folder.files {
            let Some(hash) = manifest.0.get(path) else { continue };
            put_content(transaction, hash, bytes).await?;
        }
        Ok(manifest)
    }
}

/// Keeps one content that is not kept yet.
pub(super) async fn put_content(
    transaction: &mut Transaction<'_>,
    hash: &str,
    bytes: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO contents (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING")
        .bind(hash.to_owned())
        .bind(bytes.to_vec())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
