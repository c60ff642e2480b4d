//! Bringing a tenant back: the snapshot, then every event behind it, folded. Rules are compiled, never run.

use std::sync::Arc;

use pointsman_engine::desk::{Desk, EVENT_VERSION, EventRecord};
use pointsman_engine::model::Directory;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;

use super::candidate::Running;
use super::records::signed;
use crate::compile::{compile, compile_candidate};
use crate::store::{Store, TenantId};

/// Journal rows read at a time.
const ROWS_AT_ONCE: i64 = 1_000;

/// Why a tenant cannot be brought back. It is refused then: nothing is made up.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] sqlx::Error),
    /// No such tenant.
    #[error("there is no such tenant")]
    NoTenant,
    /// The journal holds events that this version does not know.
    #[error("the events from {0} on are of version {1}, which this version cannot read")]
    EventVersion(i64, u16),
    /// The journal holds something that is no event.
    #[error("the events from {0} on cannot be read: {1}")]
    Events(i64, serde_json::Error),
    /// An event is missing.
    #[error("event {expected} is missing: the next one is {found}")]
    Gap {
        /// The sequence number that should come.
        expected: u64,
        /// The one that does.
        found: u64,
    },
    /// The live revision is not in the store.
    #[error("the live revision {0} is not in the store")]
    NoRevision(i64),
    /// The live revision does not compile any more.
    #[error("the live revision {0} does not compile with this version")]
    NotCompiled(i64),
}

/// A tenant as it was when its last commit was made.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) desk: Desk,
    pub(super) live: Option<(i64, Arc<Ruleset>)>,
    pub(super) candidate: Option<Running>,
    pub(super) last_at: i64,
}

pub(super) async fn recover(
    store: &Store,
    sandbox: &Arc<Sandbox>,
    tenant: TenantId,
) -> Result<Recovered, RecoveryError> {
    let row = store.tenant(tenant).await?.ok_or(RecoveryError::NoTenant)?;
    let (mut desk, mut last_at) = match store.snapshot(tenant).await? {
        Some(snapshot) => match Desk::restore(&snapshot.bytes) {
            Ok(desk) if signed(desk.seq()) == snapshot.seq => (desk, snapshot.at),
            // Of another version of the engine: the journal has everything.
            _ => (Desk::new(), 0),
        },
        None => (Desk::new(), 0),
    };
    loop {
        let rows = store.journal_after(tenant, signed(desk.seq()), ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if row.event_version > EVENT_VERSION {
                return Err(RecoveryError::EventVersion(row.first_seq, row.event_version));
            }
            let events: Vec<EventRecord> = serde_json::from_str(&row.events)
                .map_err(|error| RecoveryError::Events(row.first_seq, error))?;
            for record in &events {
                let expected = desk.seq() + 1;
                if record.seq < expected {
                    continue;
                }
                if record.seq > expected {
                    return Err(RecoveryError::Gap { expected, found: record.seq });
                }
                desk.evolve(record);
            }
            last_at = last_at.max(row.at);
        }
    }
    let live = match row.live {
        Some(number) => Some((
            number,
            compile_live(store, sandbox, tenant, number, desk.revision().map(|_| desk.directory().clone()))
                .await?,
        )),
        None => None,
    };
    let base = desk.revision().map(|_| desk.directory().clone());
    let candidate = running(store, sandbox, tenant, base).await?;
    Ok(Recovered { desk, live, candidate, last_at })
}

/// The candidate that meets live traffic. One that does not compile any more stays where it is, and the live rules
/// decide in its place, until somebody takes it back.
async fn running(
    store: &Store,
    sandbox: &Arc<Sandbox>,
    tenant: TenantId,
    base: Option<Directory>,
) -> Result<Option<Running>, RecoveryError> {
    let Some(row) = store.last_candidate(tenant).await?.filter(|row| row.stage.is_running()) else {
        return Ok(None);
    };
    let folder = store.folder(&row.files).await?;
    let sandbox = Arc::clone(sandbox);
    let compiled =
        tokio::task::spawn_blocking(move || compile_candidate(&folder, base.as_ref(), sandbox.as_ref()));
    let ruleset = compiled.await.ok().flatten();
    if ruleset.is_none() {
        tracing::error!(tenant = tenant.0, candidate = row.number, "the candidate does not compile any more");
    }
    Ok(Some(Running::new(&row, row.stage, ruleset)))
}

/// Compiles the live revision against the directory on the desk, so that every id means what it meant.
async fn compile_live(
    store: &Store,
    sandbox: &Arc<Sandbox>,
    tenant: TenantId,
    number: i64,
    base: Option<Directory>,
) -> Result<Arc<Ruleset>, RecoveryError> {
    let revision = store.revision(tenant, number).await?.ok_or(RecoveryError::NoRevision(number))?;
    let folder = store.folder(&revision.files).await?;
    let sandbox = Arc::clone(sandbox);
    let compiled = tokio::task::spawn_blocking(move || compile(&folder, base.as_ref(), sandbox.as_ref()))
        .await
        .map_err(|_| RecoveryError::NotCompiled(number))?;
    compiled.ruleset.ok_or(RecoveryError::NotCompiled(number))
}
