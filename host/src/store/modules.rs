//! Modules that tenants have uploaded.

use pointsman_engine::rules::ModuleInfo;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::contents::put_content;
use super::{Store, TenantId, Transaction};

/// An uploaded module.
#[derive(Clone, Debug)]
pub struct ModuleRow {
    /// What there is to know about it; its hash is its name.
    pub info: ModuleInfo,
    /// Who uploaded it.
    pub uploaded_by: String,
    /// When, in milliseconds since the Unix epoch.
    pub uploaded_at: i64,
}

fn read(row: &SqliteRow) -> Result<ModuleRow, sqlx::Error> {
    let info: String = row.try_get("info")?;
    Ok(ModuleRow {
        info: serde_json::from_str(&info).map_err(|error| sqlx::Error::Decode(error.into()))?,
        uploaded_by: row.try_get("uploaded_by")?,
        uploaded_at: row.try_get("uploaded_at")?,
    })
}

impl Store {
    /// A module of the tenant.
    ///
    /// # Errors
    /// The store failed.
    pub async fn module(&self, tenant: TenantId, hash: &str) -> Result<Option<ModuleRow>, sqlx::Error> {
        sqlx::query("SELECT info, uploaded_by, uploaded_at FROM modules WHERE tenant = $1 AND hash = $2")
            .bind(tenant.0)
            .bind(hash.to_owned())
            .fetch_optional(self.readers())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// The bytes of a module of the tenant, as they were uploaded.
    ///
    /// # Errors
    /// The store failed.
    pub async fn module_bytes(&self, tenant: TenantId, hash: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
        sqlx::query(
            "SELECT c.bytes FROM modules m JOIN contents c ON c.hash = m.hash WHERE m.tenant = $1 AND m.hash = $2",
        )
        .bind(tenant.0)
        .bind(hash.to_owned())
        .fetch_optional(self.readers())
        .await?
        .map(|row| row.try_get(0))
        .transpose()
    }

    /// The tenant's modules with a hash behind `after`, in order of their hash.
    ///
    /// # Errors
    /// The store failed.
    pub async fn modules(
        &self,
        tenant: TenantId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ModuleRow>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT info, uploaded_by, uploaded_at FROM modules WHERE tenant = $1 AND hash > $2 ORDER BY hash LIMIT $3",
        )
        .bind(tenant.0)
        .bind(after.to_owned())
        .bind(limit)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(read).collect()
    }
}

/// Keeps a module. `false`: the tenant has it already, and nothing changes.
pub(crate) async fn add_module(
    transaction: &mut Transaction<'_>,
    tenant: TenantId,
    row: &ModuleRow,
    wasm: &[u8],
) -> Result<bool, sqlx::Error> {
    put_content(transaction, &row.info.hash, wasm).await?;
    let info = serde_json::to_string(&row.info).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let done = sqlx::query(
        "INSERT INTO modules (tenant, hash, info, uploaded_by, uploaded_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant, hash) DO NOTHING",
    )
    .bind(tenant.0)
    .bind(row.info.hash.clone())
    .bind(info)
    .bind(row.uploaded_by.clone())
    .bind(row.uploaded_at)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}
