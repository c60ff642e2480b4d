//! The journal: commands and their events, and the traces that explain them.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Store, TenantId, Transaction, insert_rows};

/// One command and everything that followed from it.
#[derive(Clone, Debug)]
pub struct JournalRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The sequence number of the first event.
    pub first_seq: i64,
    /// The sequence number of the last event.
    pub last_seq: i64,
    /// The command's instant, in milliseconds since the Unix epoch.
    pub at: i64,
    /// The version of the event format.
    pub event_version: u16,
    /// Who asked.
    pub principal: String,
    /// The command as JSON.
    pub command: String,
    /// The events as a JSON array.
    pub events: String,
}

/// The decisions of one command on one conversation.
#[derive(Clone, Debug)]
pub struct TraceRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The conversation.
    pub conversation: i64,
    /// The sequence number of the command's first event.
    pub seq: i64,
    /// The traces as a JSON array.
    pub decisions: String,
}

fn read(row: &SqliteRow) -> Result<JournalRow, sqlx::Error> {
    Ok(JournalRow {
        tenant: TenantId(row.try_get("tenant")?),
        first_seq: row.try_get("first_seq")?,
        last_seq: row.try_get("last_seq")?,
        at: row.try_get("at")?,
        event_version: row.try_get("event_version")?,
        principal: row.try_get("principal")?,
        command: row.try_get("command")?,
        events: row.try_get("events")?,
    })
}

impl Store {
    /// The journal rows with events after `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn journal_after(
        &self,
        tenant: TenantId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<JournalRow>, sqlx::Error> {
        // The row that holds `after + 1` begins at or before it; rows are looked up by where they begin.
        sqlx::query(
            "SELECT tenant, first_seq, last_seq, at, event_version, principal, command, events FROM journal \
             WHERE tenant = $1 AND first_seq >= COALESCE((SELECT MAX(first_seq) FROM journal \
             WHERE tenant = $1 AND first_seq <= $2 + 1), 0) AND last_seq > $2 ORDER BY first_seq LIMIT $3",
        )
        .bind(tenant.0)
        .bind(after)
        .bind(limit)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// How many commands were carried out in a period, both ends included.
    ///
    /// # Errors
    /// The store failed.
    pub async fn journal_len(&self, tenant: TenantId, from: i64, until: i64) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM journal WHERE tenant = $1 AND at BETWEEN $2 AND $3")
            .bind(tenant.0)
            .bind(from)
            .bind(until)
            .fetch_one(self.readers())
            .await
    }

    /// The journal rows that touch a conversation, in order, at most `limit`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn journal_of_conversation(
        &self,
        tenant: TenantId,
        conversation: i64,
        limit: i64,
    ) -> Result<Vec<JournalRow>, sqlx::Error> {
        sqlx::query(
            "SELECT tenant, first_seq, last_seq, at, event_version, principal, command, events FROM journal \
             WHERE tenant = $1 AND first_seq IN (\
             SELECT first_seq FROM conversations WHERE tenant = $1 AND conversation = $2 \
             UNION SELECT first_seq FROM conversation_rows WHERE tenant = $1 AND conversation = $2) \
             ORDER BY first_seq LIMIT $3",
        )
        .bind(tenant.0)
        .bind(conversation)
        .bind(limit)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// The traces of a conversation, in order, at most `limit` rows after `after`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn traces_of_conversation(
        &self,
        tenant: TenantId,
        conversation: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<TraceRow>, sqlx::Error> {
        sqlx::query(
            "SELECT seq, decisions FROM traces \
             WHERE tenant = $1 AND conversation = $2 AND seq > $3 ORDER BY seq LIMIT $4",
        )
        .bind(tenant.0)
        .bind(conversation)
        .bind(after)
        .bind(limit)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(|row| Ok(TraceRow { tenant, conversation, seq: row.try_get(0)?, decisions: row.try_get(1)? }))
        .collect()
    }

    /// The sequence number of a tenant's last event.
    ///
    /// # Errors
    /// The store failed.
    pub async fn last_seq(&self, tenant: TenantId) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT last_seq FROM journal WHERE tenant = $1 ORDER BY first_seq DESC LIMIT 1")
            .bind(tenant.0)
            .fetch_optional(self.readers())
            .await
            .map(Option::unwrap_or_default)
    }
}

/// Appends to the journal. A place that is taken fails: two owners of one tenant cannot both append.
pub(crate) async fn add_journal(
    transaction: &mut Transaction<'_>,
    rows: Vec<JournalRow>,
) -> Result<(), sqlx::Error> {
    insert_rows!(
        transaction,
        rows,
        8,
        "INSERT INTO journal (tenant, first_seq, last_seq, at, event_version, principal, command, events)",
        "",
        |bind, row| {
            bind.push_bind(row.tenant.0)
                .push_bind(row.first_seq)
                .push_bind(row.last_seq)
                .push_bind(row.at)
                .push_bind(i32::from(row.event_version))
                .push_bind(row.principal)
                .push_bind(row.command)
                .push_bind(row.events);
        }
    );
    Ok(())
}

/// Adds traces.
pub(crate) async fn add_traces(
    transaction: &mut Transaction<'_>,
    rows: Vec<TraceRow>,
) -> Result<(), sqlx::Error> {
    insert_rows!(
        transaction,
        rows,
        4,
        "INSERT INTO traces (tenant, conversation, seq, decisions)",
        "",
        |bind, row| {
            bind.push_bind(row.tenant.0)
                .push_bind(row.conversation)
                .push_bind(row.seq)
                .push_bind(row.decisions);
        }
    );
    Ok(())
}
