//! The store: everything the host keeps, in SQLite (WAL, synchronous=FULL).
//!
//! One connection writes, for the journal and for everything else alike, and whoever holds it is in a transaction of
//! their own; many read. The statements are portable, so that PostgreSQL can take SQLite's place.

mod audit;
mod candidates;
mod contents;
mod conversations;
mod idempotency;
mod journal;
mod migrations;
mod modules;
mod revisions;
mod sessions;
mod snapshots;
mod tenants;
mod tokens;
mod users;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub(crate) use audit::add_audit;
pub use audit::{AuditEntry, AuditRow};
pub(crate) use candidates::change_candidate;
pub use candidates::{CandidateChange, CandidateRow, Stage};
pub use contents::Manifest;
pub use conversations::{ConversationFilter, ConversationRow, Place};
pub(crate) use conversations::{add_conversation_rows, put_conversations};
pub use idempotency::IdempotencyRow;
pub(crate) use idempotency::add_answers;
pub use journal::{JournalRow, TraceRow};
pub(crate) use journal::{add_journal, add_traces};
pub use modules::ModuleRow;
pub(crate) use modules::add_module;
pub use revisions::RevisionRow;
pub(crate) use revisions::add_revision;
pub use sessions::SessionRow;
pub use snapshots::SnapshotRow;
pub(crate) use snapshots::set_snapshot;
pub use tenants::{Draft, TenantId, TenantRow};
pub(crate) use tenants::{set_live, set_wake_at};
pub use tokens::TokenRow;
pub use users::UserRow;

/// The open store of one data directory.
#[derive(Clone, Debug)]
pub struct Store {
    readers: SqlitePool,
    writer: Arc<Mutex<SqliteConnection>>,
    // Held for as long as the store is open: a second host on the same directory is refused at once.
    _lock: Arc<File>,
}

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be used.
    #[error("cannot use the data directory `{0}`: {1}")]
    Directory(PathBuf, std::io::Error),
    /// Another process has it.
    #[error("another pointsman already uses the data directory `{0}`: stop it, or give another --data")]
    InUse(PathBuf),
    /// The database does not open.
    #[error("cannot open the database in `{0}`: {1}")]
    Database(PathBuf, sqlx::Error),
    /// The database is of another version.
    #[error("cannot bring the database in `{0}` up to date: {1}")]
    Migrate(PathBuf, sqlx::migrate::MigrateError),
}

const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS_MAX: u32 = 8;
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(100);
/// Pages in the write-ahead log after which it is copied into the database: 64 MiB, so that copying is rare.
const WAL_PAGES_MAX: u32 = 16_384;

impl Store {
    /// Opens the store of a data directory, creating what is missing.
    ///
    /// # Errors
    /// The directory cannot be used, another process uses it, or the database does not open.
    pub async fn open(directory: &Path) -> Result<Store, OpenError> {
        let at = |error| OpenError::Directory(directory.to_owned(), error);
        std::fs::create_dir_all(directory).map_err(at)?;
        let lock = File::create(directory.join("pointsman.lock")).map_err(at)?;
        let mut attempts = 0;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                // A process that was killed a moment ago may still be going.
                Err(TryLockError::WouldBlock) if attempts < LOCK_ATTEMPTS => {
                    attempts += 1;
                    tokio::time::sleep(LOCK_PAUSE).await;
                }
                Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(directory.to_owned())),
                Err(TryLockError::Error(error)) => return Err(at(error)),
            }
        }
        let database = |error| OpenError::Database(directory.to_owned(), error);
        let options = SqliteConnectOptions::new()
            .filename(directory.join("pointsman.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("wal_autocheckpoint", WAL_PAGES_MAX.to_string())
            .disable_statement_logging();
        let mut writer = options.connect().await.map_err(database)?;
        migrations::migrator()
            .run(&mut writer)
            .await
            .map_err(|error| OpenError::Migrate(directory.to_owned(), error))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .connect_lazy_with(options.create_if_missing(false).read_only(true));
        Ok(Store { readers, writer: Arc::new(Mutex::new(writer)), _lock: Arc::new(lock) })
    }

    /// The connections that read. What they see is committed.
    #[must_use]
    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// The connection that writes, once nobody before us needs it.
    pub async fn writer(&self) -> Writer {
        Writer { connection: Arc::clone(&self.writer).lock_owned().await }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.readers).await.map(|_| ())
    }
}

/// The one connection that writes.
#[derive(Debug)]
pub struct Writer {
    connection: OwnedMutexGuard<SqliteConnection>,
}

/// A transaction of the writer. Dropped without [`sqlx::Transaction::commit`], it changes nothing.
pub type Transaction<'a> = sqlx::Transaction<'a, sqlx::Sqlite>;

impl Writer {
    /// Begins a transaction that holds the write lock from the start.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn begin(&mut self) -> Result<Transaction<'_>, sqlx::Error> {
        self.connection.begin_with("BEGIN IMMEDIATE").await
    }
}

/// How many values one statement may bind; both databases allow at least this many.
const BINDS_MAX: usize = 32_000;

/// Inserts rows with one statement, or as few as the database's limit on bound values allows.
macro_rules! insert_rows {
    ($transaction:expr, $rows:expr, $columns:literal, $head:literal, $tail:literal, |$bind:ident, $row:ident| $body:block) => {{
        let mut rows = $rows.into_iter().peekable();
        while rows.peek().is_some() {
            let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new($head);
            query.push(" ");
            query
                .push_values(rows.by_ref().take(crate::store::BINDS_MAX / $columns), |mut $bind, $row| $body);
            query.push($tail);
            query.build().persistent(false).execute(&mut **$transaction).await?;
        }
    }};
}
use insert_rows;
