//! Recordings: a period of the journal to be decided again elsewhere.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use pointsman_engine::time::Timestamp;
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use super::auth::Principal;
use super::body::Params;
use super::{App, Shared};
use crate::clock;
use crate::problem::Problem;
use crate::recording::{ExportError, Period, export, find_period};
use crate::store::{AuditRow, add_audit};

/// Pieces that may wait for a slow client.
const PIECES_MAX: usize = 16;
/// Words or attributes that a mask may be told to leave.
const KEPT_MAX: usize = 500;

/// Which period, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordingQuery {
    /// From when, in milliseconds since the Unix epoch.
    from: i64,
    /// Until when, in milliseconds since the Unix epoch.
    until: i64,
    /// Whether what people said and who they are is made unrecognisable: `true` where it is not said.
    masked: Option<bool>,
    /// Words that the mask leaves beside those that the rules look for, separated by commas.
    words: Option<String>,
    /// Customer attributes whose values the mask leaves, separated by commas.
    attributes: Option<String>,
}

/// A period of the journal as a file to be replayed: the desk as it was when the period began, every ruleset that decided
/// in it, and every command with what followed. Lines of JSON, compressed with gzip. Each export is audited.
#[utoipa::path(get, path = "/v1/recording", tag = "rulesets", params(RecordingQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/gzip")))]
pub(crate) async fn recording(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<RecordingQuery>,
) -> Result<Response, Problem> {
    if query.from > query.until {
        return Err(Problem::bad_request("`from` is after `until`: the period ends before it begins"));
    }
    let period = Period {
        tenant: principal.tenant,
        from: Timestamp(query.from),
        until: Timestamp(query.until),
        is_masked: query.masked.unwrap_or(true),
        words: list("words", query.words)?,
        attributes: list("attributes", query.attributes)?,
    };
    let commands = match find_period(&app.store, &period).await {
        Ok(0) => return Err(Problem::not_found("nothing happened in that period: choose another")),
        Ok(commands) => commands,
        Err(ExportError::Store(error)) => return Err(error.into()),
        Err(error) => return Err(Problem::unprocessable(error.to_string())),
    };
    let permit = Arc::clone(&app.exports)
        .try_acquire_owned()
        .map_err(|_| Problem::unavailable("other recordings are being exported: try again in a minute"))?;
    audit(&app, &principal, &period, commands).await?;
    let (pieces, mut received) = mpsc::channel::<io::Result<Bytes>>(PIECES_MAX);
    let (exporting, runtime) = (Arc::clone(&app), tokio::runtime::Handle::current());
    tokio::task::spawn_blocking(move || {
        // On a thread of its own: reading a journal keeps a processor busy.
        runtime.block_on(async {
            let sandbox = exporting.tenants.sandbox();
            if let Err(error) = export(&exporting.store, sandbox, &period, &pieces).await {
                tracing::warn!(%error, tenant = period.tenant.0, "a recording broke off");
                // The body ends in an error, so that nobody takes it for whole.
                drop(pieces.send(Err(io::Error::other("the recording broke off"))).await);
            }
        });
        drop(permit);
    });
    let body = Body::from_stream(stream::poll_fn(move |context| received.poll_recv(context)));
    let name = format!("attachment; filename=\"{}-{}.recording.gz\"", query.from, query.until);
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::fault())?;
    let media = HeaderValue::from_static("application/gzip");
    Ok(([(header::CONTENT_TYPE, media), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

fn list(field: &str, text: Option<String>) -> Result<Vec<String>, Problem> {
    let words: Vec<String> = text
        .unwrap_or_default()
        .split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > KEPT_MAX {
        return Err(Problem::bad_request(format!("`{field}` has more than {KEPT_MAX} entries")));
    }
    Ok(words)
}

async fn audit(app: &App, principal: &Principal, period: &Period, commands: i64) -> Result<(), Problem> {
    let detail = serde_json::json!({
        "from": period.from.to_string(),
        "until": period.until.to_string(),
        "masked": period.is_masked,
        "commands": commands,
    });
    let at = clock::now().0;
    let row = AuditRow::new(principal.tenant, at, &principal.name, "recording.export", "", &detail);
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    add_audit(&mut transaction, vec![row]).await?;
    transaction.commit().await?;
    Ok(())
}
