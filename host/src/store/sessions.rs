//! Sessions of people who signed in. Only the hashes of their keys are kept.

use sqlx::Row;

use super::users::role_of;
use super::{Store, TenantId, Transaction};
use crate::role::Role;

/// A session in force, with what its user may do now.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The user.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The agent they are, by slug.
    pub agent: Option<String>,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires_at: i64,
}

impl Store {
    /// The session with this hash, unless it has ended at `now`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session(&self, hash: &str, now: i64) -> Result<Option<SessionRow>, sqlx::Error> {
        sqlx::query(
            "SELECT s.tenant, s.name, u.role, u.agent, s.expires_at FROM sessions s \
             JOIN users u ON u.tenant = s.tenant AND u.name = s.name WHERE s.hash = $1 AND s.expires_at > $2",
        )
        .bind(hash.to_owned())
        .bind(now)
        .fetch_optional(self.readers())
        .await?
        .map(|row| {
            Ok(SessionRow {
                tenant: TenantId(row.try_get("tenant")?),
                name: row.try_get("name")?,
                role: role_of(&row)?,
                agent: row.try_get("agent")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .transpose()
    }

    /// Adds a session, and forgets those that have ended.
    ///
    /// # Errors
    /// The store failed.
    pub async fn add_session(
        &self,
        transaction: &mut Transaction<'_>,
        hash: &str,
        tenant: TenantId,
        name: &str,
        created_at: i64,
        expires_at: i64,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1")
            .bind(created_at)
            .execute(&mut **transaction)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (hash, tenant, name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(hash.to_owned())
        .bind(tenant.0)
        .bind(name.to_owned())
        .bind(created_at)
        .bind(expires_at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_session(
        &self,
        transaction: &mut Transaction<'_>,
        hash: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM sessions WHERE hash = $1")
            .bind(hash.to_owned())
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}
