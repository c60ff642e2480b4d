//! What was answered to a create, so that asking again with the same key answers the same.

use sqlx::Row;

use super::{Store, TenantId, Transaction, insert_rows};

/// An answer that is kept.
#[derive(Clone, Debug)]
pub struct IdempotencyRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The key that the client chose.
    pub key: String,
    /// The hash of method, path and body: the same key with another request is refused.
    pub fingerprint: String,
    /// The status answered.
    pub status: u16,
    /// The body answered.
    pub body: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
}

impl Store {
    /// What was answered to the request with this key.
    ///
    /// # Errors
    /// The store failed.
    pub async fn answered(&self, tenant: TenantId, key: &str) -> Result<Option<IdempotencyRow>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT fingerprint, status, body, at FROM idempotency WHERE tenant = $1 AND key = $2",
        )
        .bind(tenant.0)
        .bind(key.to_owned())
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| {
            Ok(IdempotencyRow {
                tenant,
                key: key.to_owned(),
                fingerprint: row.try_get(0)?,
                status: row.try_get(1)?,
                body: row.try_get(2)?,
                at: row.try_get(3)?,
            })
        })
        .transpose()
    }

    /// Forgets answers older than `before`, at most `limit` of them. Returns how many.
    ///
    /// # Errors
    /// The store failed.
    pub async fn forget_answers(&self, before: i64, limit: i64) -> Result<u64, sqlx::Error> {
        let mut writer = self.writer().await;
        let mut transaction = writer.begin().await?;
        let done = sqlx::query(
            "DELETE FROM idempotency WHERE (tenant, key) IN (SELECT tenant, key FROM idempotency WHERE at < $1 LIMIT $2)",
        )
        .bind(before)
        .bind(limit)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}

/// Keeps answers. A key that is taken fails.
pub(crate) async fn add_answers(
    transaction: &mut Transaction<'_>,
    rows: Vec<IdempotencyRow>,
) -> Result<(), sqlx::Error> {
    insert_rows!(
        transaction,
        rows,
        6,
        "INSERT INTO idempotency (tenant, key, fingerprint, status, body, at)",
        "",
        |bind, row| {
            bind.push_bind(row.tenant.0)
                .push_bind(row.key)
                .push_bind(row.fingerprint)
                .push_bind(i32::from(row.status))
                .push_bind(row.body)
                .push_bind(row.at);
        }
    );
    Ok(())
}
