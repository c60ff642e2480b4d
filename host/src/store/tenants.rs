//! Tenants.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Manifest, Store, Transaction};

/// A tenant's number in the store.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub i64);

/// A tenant.
#[derive(Clone, Debug)]
pub struct TenantRow {
    /// Its number.
    pub id: TenantId,
    /// Its name in sign-ins.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The number of the live revision.
    pub live: Option<i64>,
    /// The draft.
    pub draft: Option<Draft>,
    /// When it wants to be woken, in milliseconds since the Unix epoch.
    pub wake_at: Option<i64>,
}

/// A tenant's draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its files.
    pub files: Manifest,
    /// Who saved it last.
    pub author: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
}

const COLUMNS: &str = "SELECT id, slug, name, live, draft, draft_by, draft_at, wake_at FROM tenants";

fn read(row: &SqliteRow) -> Result<TenantRow, sqlx::Error> {
    let draft = match row.try_get::<Option<String>, _>("draft")? {
        Some(files) => Some(Draft {
            files: Manifest::parse(&files)?,
            author: row.try_get("draft_by")?,
            at: row.try_get("draft_at")?,
        }),
        None => None,
    };
    Ok(TenantRow {
        id: TenantId(row.try_get("id")?),
        slug: row.try_get("slug")?,
        name: row.try_get("name")?,
        live: row.try_get("live")?,
        draft,
        wake_at: row.try_get("wake_at")?,
    })
}

impl Store {
    /// The tenant with this slug.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tenant_named(&self, slug: &str) -> Result<Option<TenantRow>, sqlx::Error> {
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE slug = $1"));
        sqlx::query(sql)
            .bind(slug.to_owned())
            .fetch_optional(self.readers())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// The tenant with this number.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<TenantRow>, sqlx::Error> {
        let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1"));
        sqlx::query(sql).bind(id.0).fetch_optional(self.readers()).await?.as_ref().map(read).transpose()
    }

    /// The tenants that want to be woken, with the instants at which they do.
    ///
    /// # Errors
    /// The store failed.
    pub async fn wake_list(&self) -> Result<Vec<(i64, TenantId)>, sqlx::Error> {
        let rows = sqlx::query("SELECT wake_at, id FROM tenants WHERE wake_at IS NOT NULL")
            .fetch_all(self.readers());
        rows.await?.iter().map(|row| Ok((row.try_get(0)?, TenantId(row.try_get(1)?)))).collect()
    }

    /// Adds a tenant on which nothing was published yet.
    ///
    /// # Errors
    /// The slug is taken, or the store failed.
    pub async fn add_tenant(
        &self,
        transaction: &mut Transaction<'_>,
        slug: &str,
        name: &str,
        at: i64,
    ) -> Result<TenantId, sqlx::Error> {
        let id: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM tenants")
            .fetch_one(&mut **transaction)
            .await?;
        sqlx::query("INSERT INTO tenants (id, slug, name, created_at) VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(slug.to_owned())
            .bind(name.to_owned())
            .bind(at)
            .execute(&mut **transaction)
            .await?;
        Ok(TenantId(id))
    }

    /// Replaces a tenant's draft.
    ///
    /// # Errors
    /// The store failed.
    pub async fn set_draft(
        &self,
        transaction: &mut Transaction<'_>,
        id: TenantId,
        draft: &Draft,
    ) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE tenants SET draft = $1, draft_by = $2, draft_at = $3 WHERE id = $4")
            .bind(draft.files.to_json())
            .bind(draft.author.clone())
            .bind(draft.at)
            .bind(id.0)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

/// Makes a revision the live one.
pub(crate) async fn set_live(
    transaction: &mut Transaction<'_>,
    id: TenantId,
    number: i64,
    name: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE tenants SET live = $1, name = $2 WHERE id = $3")
        .bind(number)
        .bind(name.to_owned())
        .bind(id.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Remembers when a tenant wants to be woken.
pub(crate) async fn set_wake_at(
    transaction: &mut Transaction<'_>,
    id: TenantId,
    wake_at: Option<i64>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE tenants SET wake_at = $1 WHERE id = $2")
        .bind(wake_at)
        .bind(id.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
