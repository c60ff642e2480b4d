//! Snapshots of desks, so that coming back need not fold the whole journal.

use sqlx::Row;

use super::{Store, TenantId, Transaction};

/// A desk as bytes.
#[derive(Clone, Debug)]
pub struct SnapshotRow {
    /// The last event it contains.
    pub seq: i64,
    /// When it was taken, in milliseconds since the Unix epoch.
    pub at: i64,
    /// The desk.
    pub bytes: Vec<u8>,
}

impl Store {
    /// The latest snapshot of a tenant's desk.
    ///
    /// # Errors
    /// The store failed.
    pub async fn snapshot(&self, tenant: TenantId) -> Result<Option<SnapshotRow>, sqlx::Error> {
        let row = sqlx::query("SELECT seq, at, bytes FROM snapshots WHERE tenant = $1")
            .bind(tenant.0)
            .fetch_optional(self.readers())
            .await?;
        row.map(|row| Ok(SnapshotRow { seq: row.try_get(0)?, at: row.try_get(1)?, bytes: row.try_get(2)? }))
            .transpose()
    }
}

/// Keeps a snapshot in the place of the tenant's last one.
pub(crate) async fn set_snapshot(
    transaction: &mut Transaction<'_>,
    tenant: TenantId,
    row: SnapshotRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO snapshots (tenant, seq, at, bytes) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant) DO UPDATE SET seq = excluded.seq, at = excluded.at, bytes = excluded.bytes",
    )
    .bind(tenant.0)
    .bind(row.seq)
    .bind(row.at)
    .bind(row.bytes)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
