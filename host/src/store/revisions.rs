//! Published revisions 版本.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Manifest, Store, TenantId, Transaction};

/// A published revision.
#[derive(Clone, Debug)]
pub struct RevisionRow {
    /// 1, 2, 3 … per tenant, in order of publishing.
    pub number: i64,
    /// The content hash of what bears on routing, as the core names it.
    pub revision: String,
    /// Its files.
    pub files: Manifest,
    /// Who published it.
    pub author: String,
    /// What the author says about it.
    pub note: String,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// The event with which it went live.
    pub first_seq: i64,
    /// The slugs of its rules, by rule id.
    pub rules: Vec<String>,
}

fn read(row: &SqliteRow) -> Result<RevisionRow, sqlx::Error> {
    Ok(RevisionRow {
        number: row.try_get("number")?,
        revision: row.try_get("revision")?,
        files: Manifest::parse(&row.try_get::<String, _>("files")?)?,
        author: row.try_get("author")?,
        note: row.try_get("note")?,
        at: row.try_get("at")?,
        first_seq: row.try_get("first_seq")?,
        rules: serde_json::from_str(row.try_get::<&str, _>("rules")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
    })
}

impl Store {
    /// One revision.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revision(&self, tenant: TenantId, number: i64) -> Result<Option<RevisionRow>, sqlx::Error> {
        sqlx::query(
            "SELECT number, revision, files, author, note, at, first_seq, rules FROM revisions WHERE tenant = $1 AND number = $2",
        )
        .bind(tenant.0)
        .bind(number)
        .fetch_optional(self.readers())
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// The revision that was live when an event happened.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revision_at(&self, tenant: TenantId, seq: i64) -> Result<Option<RevisionRow>, sqlx::Error> {
        sqlx::query(
            "SELECT number, revision, files, author, note, at, first_seq, rules FROM revisions \
             WHERE tenant = $1 AND first_seq <= $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(tenant.0)
        .bind(seq)
        .fetch_optional(self.readers())
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// A revision by its content hash, the latest where it was published several times.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revision_named(
        &self,
        tenant: TenantId,
        revision: &str,
    ) -> Result<Option<RevisionRow>, sqlx::Error> {
        sqlx::query(
            "SELECT number, revision, files, author, note, at, first_seq, rules FROM revisions \
             WHERE tenant = $1 AND revision = $2 ORDER BY number DESC LIMIT 1",
        )
        .bind(tenant.0)
        .bind(revision.to_owned())
        .fetch_optional(self.readers())
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// The files of the revisions that were live in a period: the one that was when it began, and those that went live in
    /// it, in order.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revisions_within(
        &self,
        tenant: TenantId,
        from: i64,
        until: i64,
    ) -> Result<Vec<Manifest>, sqlx::Error> {
        sqlx::query(
            "SELECT files FROM revisions WHERE tenant = $1 AND at <= $3 AND number >= COALESCE(\
             (SELECT MAX(number) FROM revisions WHERE tenant = $1 AND at <= $2), 0) ORDER BY number",
        )
        .bind(tenant.0)
        .bind(from)
        .bind(until)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(|row| Manifest::parse(&row.try_get::<String, _>("files")?))
        .collect()
    }

    /// Revisions, newest first: at most `limit` with a number below `before`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revisions(
        &self,
        tenant: TenantId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<RevisionRow>, sqlx::Error> {
        sqlx::query(
            "SELECT number, revision, files, author, note, at, first_seq, rules FROM revisions \
             WHERE tenant = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
        )
        .bind(tenant.0)
        .bind(before)
        .bind(limit)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read)
        .collect()
    }
}

impl Store {
    /// From which event on which rules were live, ascending: the latest 1,000 revisions.
    ///
    /// # Errors
    /// The store failed.
    pub async fn rules_over_time(&self, tenant: TenantId) -> Result<Vec<(i64, Vec<String>)>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT first_seq, rules FROM revisions WHERE tenant = $1 ORDER BY number DESC LIMIT 1000",
        )
        .bind(tenant.0)
        .fetch_all(self.readers())
        .await?;
        let read = |row: &SqliteRow| {
            let rules = serde_json::from_str(row.try_get::<&str, _>("rules")?);
            Ok((row.try_get("first_seq")?, rules.map_err(|error| sqlx::Error::Decode(error.into()))?))
        };
        rows.iter().rev().map(read).collect()
    }
}

/// Adds a revision. The number must be the next one: the key refuses one that is taken.
pub(crate) async fn add_revision(
    transaction: &mut Transaction<'_>,
    tenant: TenantId,
    row: &RevisionRow,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO revisions (tenant, number, revision, files, author, note, at, first_seq, rules) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant.0)
    .bind(row.number)
    .bind(row.revision.clone())
    .bind(row.files.to_json())
    .bind(row.author.clone())
    .bind(row.note.clone())
    .bind(row.at)
    .bind(row.first_seq)
    .bind(serde_json::to_string(&row.rules).unwrap_or_else(|_| String::from("[]")))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
