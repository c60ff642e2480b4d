//! API tokens. Only their hashes are kept.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::users::role_of;
use super::{Store, TenantId, Transaction};
use crate::role::Role;

/// An API token.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Names it in lists; no secret.
    pub id: String,
    /// The tenant it speaks for.
    pub tenant: TenantId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The agent it acts as, by slug.
    pub agent: Option<String>,
    /// The hash of the token.
    pub hash: String,
    /// Who made it.
    pub created_by: String,
    /// When, in milliseconds since the Unix epoch.
    pub created_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str =
    "SELECT id, tenant, name, role, agent, hash, created_by, created_at, revoked_at FROM tokens";

fn read(row: &SqliteRow) -> Result<TokenRow, sqlx::Error> {
    Ok(TokenRow {
        id: row.try_get("id")?,
        tenant: TenantId(row.try_get("tenant")?),
        name: row.try_get("name")?,
        role: role_of(row)?,
        agent: row.try_get("agent")?,
        hash: row.try_get("hash")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

impl Store {
    /// The token with this hash, unless it was revoked.
    ///
    /// # Errors
    /// The store failed.
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRow>, sqlx::Error> {
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE hash = $1 AND revoked_at IS NULL"));
        sqlx::query(sql)
            .bind(hash.to_owned())
            .fetch_optional(self.readers())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// A tenant's tokens, revoked ones included, newest last: at most `limit` behind `after`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tokens(
        &self,
        tenant: TenantId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<TokenRow>, sqlx::Error> {
        let sql =
            sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3"));
        let rows = sqlx::query(sql)
            .bind(tenant.0)
            .bind(after.to_owned())
            .bind(limit)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(read).collect()
    }

    /// Adds a token.
    ///
    /// # Errors
    /// The store failed.
    pub async fn add_token(
        &self,
        transaction: &mut Transaction<'_>,
        row: &TokenRow,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO tokens (id, tenant, name, role, agent, hash, created_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.id.clone())
        .bind(row.tenant.0)
        .bind(row.name.clone())
        .bind(row.role.as_str())
        .bind(row.agent.clone())
        .bind(row.hash.clone())
        .bind(row.created_by.clone())
        .bind(row.created_at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    /// Revokes a token. Returns its hash, or `None` where there is no such token in force.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_token(
        &self,
        transaction: &mut Transaction<'_>,
        tenant: TenantId,
        id: &str,
        at: i64,
    ) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar(
            "UPDATE tokens SET revoked_at = $1 WHERE tenant = $2 AND id = $3 AND revoked_at IS NULL RETURNING hash",
        )
        .bind(at)
        .bind(tenant.0)
        .bind(id.to_owned())
        .fetch_optional(&mut **transaction)
        .await
    }
}
