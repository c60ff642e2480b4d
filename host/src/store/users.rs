//! People who sign in.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, TenantId, Transaction};
use crate::role::Role;

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub struct UserRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The name to sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The agent they are, by slug.
    pub agent: Option<String>,
    /// The hash of their password.
    pub password_hash: String,
    /// When they were added, in milliseconds since the Unix epoch.
    pub created_at: i64,
}

pub(super) fn role_of(row: &SqliteRow) -> Result<Role, sqlx::Error> {
    let name: String = row.try_get("role")?;
    Role::named(&name).ok_or_else(|| sqlx::Error::Decode(format!("no role `{name}`").into()))
}

fn read(tenant: TenantId, row: &SqliteRow) -> Result<UserRow, sqlx::Error> {
    Ok(UserRow {
        tenant,
        name: row.try_get("name")?,
        role: role_of(row)?,
        agent: row.try_get("agent")?,
        password_hash: row.try_get("password_hash")?,
        created_at: row.try_get("created_at")?,
    })
}

impl Store {
    /// The user with this name.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user(&self, tenant: TenantId, name: &str) -> Result<Option<UserRow>, sqlx::Error> {
        sqlx::query(
            "SELECT name, role, agent, password_hash, created_at FROM users WHERE tenant = $1 AND name = $2",
        )
        .bind(tenant.0)
        .bind(name.to_owned())
        .fetch_optional(self.readers())
        .await?
        .map(|row| read(tenant, &row))
        .transpose()
    }

    /// Users by name: at most `limit` behind `after`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn users(
        &self,
        tenant: TenantId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<UserRow>, sqlx::Error> {
        sqlx::query(
            "SELECT name, role, agent, password_hash, created_at FROM users \
             WHERE tenant = $1 AND name > $2 ORDER BY name LIMIT $3",
        )
        .bind(tenant.0)
        .bind(after.to_owned())
        .bind(limit)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(|row| read(tenant, row))
        .collect()
    }

    /// Adds a user. Returns false where the name is taken.
    ///
    /// # Errors
    /// The store failed.
    pub async fn add_user(
        &self,
        transaction: &mut Transaction<'_>,
        row: &UserRow,
    ) -> Result<bool, sqlx::Error> {
        let done = sqlx::query(
            "INSERT INTO users (tenant, name, role, agent, password_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, name) DO NOTHING",
        )
        .bind(row.tenant.0)
        .bind(row.name.clone())
        .bind(row.role.as_str())
        .bind(row.agent.clone())
        .bind(row.password_hash.clone())
        .bind(row.created_at)
        .execute(&mut **transaction)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Removes a user and ends their sessions. Returns false where there is no such user.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_user(
        &self,
        transaction: &mut Transaction<'_>,
        tenant: TenantId,
        name: &str,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query("DELETE FROM sessions WHERE tenant = $1 AND name = $2")
            .bind(tenant.0)
            .bind(name.to_owned())
            .execute(&mut **transaction)
            .await?;
        let done = sqlx::query("DELETE FROM users WHERE tenant = $1 AND name = $2")
            .bind(tenant.0)
            .bind(name.to_owned())
            .execute(&mut **transaction)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
