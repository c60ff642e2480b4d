//! From the journal to a recording.
//!
//! The desk as it was when the period began is folded from the tenant's first event, since the one snapshot that is kept is
//! later than that. Nothing but the journal is asked, so whatever the tenant does meanwhile has no part in it.

use std::io::{self, Write as _};
use std::sync::Arc;

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use pointsman_engine::desk::{Command, Desk, EventRecord};
use pointsman_engine::recording::{
    Mask, RECORDING_ROWS_MAX, RecordedRuleset, RecordingAbout, RecordingWriter, WriteError,
};
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::rules::{Revision, Ruleset};
use pointsman_engine::time::Timestamp;
use tokio::sync::mpsc;

use crate::compile::compile;
use crate::store::{Manifest, Store, TenantId};

/// Journal rows read at a time.
const ROWS_AT_ONCE: i64 = 1_000;

/// Which period, and how.
#[derive(Clone, Debug)]
pub struct Period {
    /// Whose.
    pub tenant: TenantId,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether what people said and who they are is made unrecognisable.
    pub is_masked: bool,
    /// Words that a mask leaves, beside those that the rules look for.
    pub words: Vec<String>,
    /// Attributes whose values a mask leaves.
    pub attributes: Vec<String>,
}

/// Why a period cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] sqlx::Error),
    /// No such tenant.
    #[error("there is no such tenant")]
    NoTenant,
    /// Too long a period.
    #[error(
        "{found} commands were carried out in that period, a recording has at most {RECORDING_ROWS_MAX}: choose a shorter one"
    )]
    TooLarge {
        /// How many.
        found: i64,
    },
    /// The journal cannot be read.
    #[error("the events from {0} on cannot be read: {1}")]
    Events(i64, serde_json::Error),
    /// A ruleset that decided is not kept.
    #[error("the ruleset {0} that decided then is not in the store")]
    NoRuleset(Revision),
    /// A line cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// It cannot be compressed, or there is no randomness for its mask.
    #[error("the recording cannot be written: {0}")]
    Io(#[from] io::Error),
    /// Whoever asked is gone.
    #[error("whoever asked is gone")]
    Gone,
}

/// Looks whether a period can be exported, before anything is sent. Gives how many commands it has.
///
/// # Errors
/// See [`ExportError`].
pub async fn find_period(store: &Store, period: &Period) -> Result<i64, ExportError> {
    let found = store.journal_len(period.tenant, period.from.0, period.until.0).await?;
    if found > RECORDING_ROWS_MAX as i64 {
        return Err(ExportError::TooLarge { found });
    }
    Ok(found)
}

/// Hands on the recording of a period, compressed, piece by piece. A recording that breaks off lacks its end, and is refused by
/// whoever reads it.
///
/// # Errors
/// See [`ExportError`].
pub async fn export(
    store: &Store,
    sandbox: &Arc<Sandbox>,
    period: &Period,
    pieces: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), ExportError> {
    let tenant = store.tenant(period.tenant).await?.ok_or(ExportError::NoTenant)?;
    let (mask, zone) = mask_and_zone(store, sandbox, period).await?;
    let about = RecordingAbout::new(&tenant.slug, &zone, period.from, period.until, period.is_masked);
    let mut writer = RecordingWriter::new(about, mask, Desk::new());
    let mut output = GzEncoder::new(Vec::new(), Compression::fast());
    let mut lines = Vec::new();
    let mut seq = 0;
    'journal: loop {
        let rows = store.journal_after(period.tenant, seq, ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let broken = |error| ExportError::Events(row.first_seq, error);
            let command: Command = serde_json::from_str(&row.command).map_err(broken)?;
            let events: Vec<EventRecord> = serde_json::from_str(&row.events).map_err(broken)?;
            seq = row.last_seq;
            if command.at > period.until {
                break 'journal;
            }
            for revision in writer.wanted(command.at, &events) {
                writer.ruleset(&ruleset(store, period.tenant, revision).await?, &mut lines)?;
            }
            writer.command(command, events, &mut lines)?;
        }
        output.write_all(&lines)?;
        lines.clear();
        hand_on(std::mem::take(output.get_mut()), pieces).await?;
    }
    writer.finish(&mut lines)?;
    output.write_all(&lines)?;
    hand_on(output.finish()?, pieces).await
}

async fn hand_on(piece: Vec<u8>, pieces: &mpsc::Sender<io::Result<Bytes>>) -> Result<(), ExportError> {
    if piece.is_empty() {
        return Ok(());
    }
    pieces.send(Ok(piece.into())).await.map_err(|_| ExportError::Gone)
}

async fn ruleset(
    store: &Store,
    tenant: TenantId,
    revision: Revision,
) -> Result<RecordedRuleset, ExportError> {
    let name = revision.to_string();
    let published = store.revision_named(tenant, &name).await?.map(|row| row.files);
    let files = match published {
        Some(files) => Some(files),
        None => store.candidate_of_revision(tenant, &name).await?.map(|row| row.files),
    };
    let files = files.ok_or(ExportError::NoRuleset(revision))?;
    Ok(RecordedRuleset { revision, folder: store.folder(&files).await? })
}

/// What is asked of rulesets: the mask, which leaves the words of all that may have decided in the period, and the time
/// zone by the one that was live last.
async fn mask_and_zone(
    store: &Store,
    sandbox: &Arc<Sandbox>,
    period: &Period,
) -> Result<(Option<Mask>, String), ExportError> {
    let Period { tenant, from, until, .. } = *period;
    let from = if period.is_masked { from } else { until };
    let mut rulesets = Vec::new();
    for files in store.revisions_within(tenant, from.0, until.0).await? {
        rulesets.extend(compiled(store, sandbox, &files).await?);
    }
    let zone =
        rulesets.last().map_or_else(|| String::from("UTC"), |last| last.directory().settings.zone.clone());
    if !period.is_masked {
        return Ok((None, zone));
    }
    for files in store.canaries_until(tenant, until.0).await? {
        rulesets.extend(compiled(store, sandbox, &files).await?);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    let mask = Mask::new(key, &rulesets, &period.words, period.attributes.iter().cloned());
    Ok((Some(mask), zone))
}

/// `None`: it does not compile any more, and has no words.
async fn compiled(
    store: &Store,
    sandbox: &Arc<Sandbox>,
    files: &Manifest,
) -> Result<Option<Arc<Ruleset>>, ExportError> {
    let folder = store.folder(files).await?;
    let sandbox = Arc::clone(sandbox);
    let compiled = tokio::task::spawn_blocking(move || compile(&folder, None, sandbox.as_ref())).await;
    Ok(compiled.ok().and_then(|compiled| compiled.ruleset))
}
