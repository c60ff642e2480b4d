//! The audit log: who changed what, and when.

use sqlx::Row;

use super::{Store, TenantId, Transaction, insert_rows};

/// One change.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// The tenant.
    pub tenant: TenantId,
    /// Orders the log: later changes have greater ids.
    pub id: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// Who.
    pub principal: String,
    /// What was done, such as `ruleset.publish`.
    pub action: &'static str,
    /// To what, such as an agent's slug.
    pub subject: String,
    /// What else there is to know, as a JSON object.
    pub detail: String,
}

/// One change as it was read back.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// Orders the log.
    pub id: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// Who.
    pub principal: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub subject: String,
    /// What else there is to know.
    pub detail: serde_json::Value,
}

impl AuditRow {
    /// A change that happens at `at`.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        at: i64,
        principal: &str,
        action: &'static str,
        subject: impl Into<String>,
        detail: &serde_json::Value,
    ) -> AuditRow {
        use std::sync::atomic::{AtomicU64, Ordering};
        // Tells apart the changes of one millisecond. The instant is in front, so ids of one host never meet.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed) & 0xff_ffff;
        AuditRow {
            tenant,
            id: format!("{at:012x}-{next:06x}"),
            at,
            principal: principal.to_owned(),
            action,
            subject: subject.into(),
            detail: detail.to_string(),
        }
    }
}

impl Store {
    /// The audit log, newest first: at most `limit` entries with an id below `before`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn audit(
        &self,
        tenant: TenantId,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, sqlx::Error> {
        sqlx::query(
            "SELECT id, at, principal, action, subject, detail FROM audit \
             WHERE tenant = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        )
        .bind(tenant.0)
        .bind(before.unwrap_or("~").to_owned())
        .bind(limit)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(|row| {
            Ok(AuditEntry {
                id: row.try_get(0)?,
                at: row.try_get(1)?,
                principal: row.try_get(2)?,
                action: row.try_get(3)?,
                subject: row.try_get(4)?,
                detail: serde_json::from_str(row.try_get::<&str, _>(5)?).unwrap_or_default(),
            })
        })
        .collect()
    }
}

/// Adds to the audit log.
pub(crate) async fn add_audit(
    transaction: &mut Transaction<'_>,
    rows: Vec<AuditRow>,
) -> Result<(), sqlx::Error> {
    insert_rows!(
        transaction,
        rows,
        7,
        "INSERT INTO audit (tenant, id, at, principal, action, subject, detail)",
        "",
        |bind, row| {
            bind.push_bind(row.tenant.0)
                .push_bind(row.id)
                .push_bind(row.at)
                .push_bind(row.principal)
                .push_bind(row.action)
                .push_bind(row.subject)
                .push_bind(row.detail);
        }
    );
    Ok(())
}
