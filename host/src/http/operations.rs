//! For operators: is it alive, is it ready, what does it count?

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::{App, Shared};
use crate::problem::Problem;
use crate::secret::fingerprint;
use crate::view::group::waiting;

/// Tenants whose queues are told one by one, so that their number does not make the answer endless.
const TENANTS_MAX: usize = 100;

/// Alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()), responses((status = 200, body = String)))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready for work: the store answers and the server is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()), responses((status = 200, body = String)))]
pub(crate) async fn readyz(State(app): Shared) -> Result<&'static str, Problem> {
    if !app.is_ready() {
        return Err(Problem::unavailable("the server is stopping"));
    }
    app.store.ping().await.map_err(|error| {
        tracing::error!(%error, "the store does not answer");
        Problem::unavailable("the store does not answer")
    })?;
    Ok("ready\n")
}

/// Counters and times in the text format of Prometheus. Told to this machine, or to whoever has the metrics token.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()), responses((status = 200, body = String)))]
pub(crate) async fn metrics(
    State(app): Shared,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    may_see(&app, peer.map(|peer| peer.0.0), &headers)?;
    let mut queues = Vec::new();
    for tenant in app.tenants.active(TENANTS_MAX) {
        let read = app.tenants.read(tenant, |context| Ok(waiting(context.desk, context.directory()?)));
        // A tenant that is coming or going is simply not told.
        if let (Ok(waiting), Ok(Some(row))) = (read.await, app.store.tenant(tenant).await) {
            queues.push((row.slug, waiting));
        }
    }
    let text = app.metrics.render(&queues).map_err(|_| Problem::fault())?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

fn may_see(app: &App, peer: Option<SocketAddr>, headers: &HeaderMap) -> Result<(), Problem> {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let allowed = match (&app.options.metrics_token, bearer) {
        // Equal hashes: how much of a guess was right shows in nothing.
        (Some(token), Some(bearer)) => fingerprint(token) == fingerprint(bearer),
        (Some(_), None) => false,
        (None, _) => {
            let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
            !forwarded && peer.is_some_and(|peer| peer.ip().is_loopback())
        }
    };
    if allowed {
        Ok(())
    } else {
        Err(Problem::forbidden("metrics are told to this machine or with the metrics token"))
    }
}
