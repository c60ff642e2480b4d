//! The event stream: everything that happens at a tenant's desk, numbered without gaps, so that it can be taken up again
//! where it broke off.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use pointsman_engine::desk::EventRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::broadcast::error::RecvError;
use utoipa::{IntoParams, ToSchema};

use super::auth::{Principal, origin_is_host};
use super::body::Params;
use super::connections::until;
use super::page::limit;
use super::{App, Shared};
use crate::problem::Problem;
use crate::store::TenantId;
use crate::view::names::{Names, RuleSlugs};

/// Journal rows read at a time.
const ROWS_AT_ONCE: i64 = 200;
/// How often a silent stream shows that it lives.
const PING_EVERY: Duration = Duration::from_secs(20);
/// How long a client may take to accept one message.
const SEND_WITHIN: Duration = Duration::from_secs(10);

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Events after this sequence number. A stream that is not told begins now, a page with the first event.
    after: Option<u64>,
    /// Commands on the page, 1 to 200; 50 where it is not said. Their events stay together.
    limit: Option<u16>,
}

/// Some of the events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Events {
    /// Events in order: `seq`, `at`, and `event`, as the core writes it, with slugs in the place of ids.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
    /// Send this as `after` to go on.
    next: u64,
}

/// What happened: as a page, or, where the connection is upgraded to a WebSocket, as a stream of one JSON text a event.
///
/// A stream that broke off is taken up with `?after=` and the last `seq` that was seen: nothing is missing and nothing
/// comes twice.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(EventsQuery),
    responses((status = 200, body = Events), (status = 101, description = "The stream")))]
pub(crate) async fn events(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<EventsQuery>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let tenant = principal.tenant;
    if !headers.contains_key(header::UPGRADE) {
        return page(&app, tenant, &query).await.map(|events| axum::Json(events).into_response());
    }
    // A browser sends its cookie with a WebSocket that another site opens, so the site must be this one.
    if let Some(origin) = headers.get(header::ORIGIN) {
        let text = |value: &axum::http::HeaderValue| value.to_str().map(str::to_owned).unwrap_or_default();
        let host = headers.get(header::HOST).map(text);
        if !origin_is_host(&text(origin), host.as_deref()) {
            return Err(Problem::forbidden("the stream is asked for by another site"));
        }
    }
    let upgrade = upgrade.map_err(|_| Problem::bad_request("this is no WebSocket handshake"))?;
    Ok(upgrade
        .max_message_size(1024)
        .on_upgrade(move |socket| async move {
            let mut socket = socket;
            let reason = match stream(&app, tenant, query.after, &mut socket).await {
                Ok(()) => String::from("bye"),
                Err(problem) => problem.detail,
            };
            let close = CloseFrame { code: axum::extract::ws::close_code::AWAY, reason: reason.into() };
            // The other side may be gone.
            drop(socket.send(Message::Close(Some(close))).await);
        })
        .into_response())
}

async fn page(app: &App, tenant: TenantId, query: &EventsQuery) -> Result<Events, Problem> {
    let limit = limit(query.limit)?;
    let after = query.after.unwrap_or(0);
    let names = names_over_time(app, tenant).await?;
    let events = read(app, tenant, after, limit as i64).await?;
    let next = events.last().map_or(after, |record| record.seq);
    Ok(Events { items: events.iter().map(|record| names.event(record)).collect(), next })
}

/// Sends what the journal has after `after`, then what is committed from now on. Ends with the client.
async fn stream(
    app: &App,
    tenant: TenantId,
    after: Option<u64>,
    socket: &mut WebSocket,
) -> Result<(), Problem> {
    // Listen first: nothing that is committed while the journal is read can be missed.
    let mut feed = app.tenants.feeds().listen(tenant);
    let mut last = match after {
        Some(after) => after,
        None => app.tenants.read(tenant, |context| Ok(context.desk.seq())).await?,
    };
    loop {
        let names = names_over_time(app, tenant).await?;
        if !catch_up(app, tenant, &names, &mut last, socket).await? {
            return Ok(());
        }
        let mut ping = tokio::time::interval(PING_EVERY);
        let mut stopping = app.stopping();
        loop {
            tokio::select! {
                message = socket.recv() => match message {
                    None | Some(Err(_) | Ok(Message::Close(_))) => return Ok(()),
                    Some(Ok(_)) => {}
                },
                () = until(&mut stopping) => {
                    return Err(Problem::unavailable("the server is stopping"));
                }
                _ = ping.tick() => {
                    if !send(socket, Message::Ping(axum::body::Bytes::new())).await {
                        return Ok(());
                    }
                }
                committed = feed.recv() => match committed {
                    Ok(committed) => {
                        let first = committed.events.first().map_or(0, |record| record.seq);
                        if first > last + 1 {
                            // Something was missed, while nobody listened in between: the journal has it.
                            break;
                        }
                        let names = Names::of(Arc::clone(&committed.ruleset))
                            .beside(committed.canary.as_deref());
                        for record in committed.events.iter().filter(|record| record.seq > last) {
                            if !send(socket, Message::Text(names.event(record).to_string().into())).await {
                                return Ok(());
                            }
                        }
                        last = committed.events.last().map_or(last, |record| last.max(record.seq));
                    }
                    // Too slow, or the last listener but this one made the feed go: read the journal.
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => {
                        feed = app.tenants.feeds().listen(tenant);
                        break;
                    }
                },
            }
        }
    }
}

async fn catch_up(
    app: &App,
    tenant: TenantId,
    names: &Names,
    last: &mut u64,
    socket: &mut WebSocket,
) -> Result<bool, Problem> {
    loop {
        let events = read(app, tenant, *last, ROWS_AT_ONCE).await?;
        if events.is_empty() {
            return Ok(true);
        }
        for record in &events {
            if !send(socket, Message::Text(names.event(record).to_string().into())).await {
                return Ok(false);
            }
            *last = record.seq;
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(SEND_WITHIN, socket.send(message)).await, Ok(Ok(())))
}

async fn read(app: &App, tenant: TenantId, after: u64, rows: i64) -> Result<Vec<EventRecord>, Problem> {
    let Ok(from) = i64::try_from(after) else { return Ok(Vec::new()) };
    let mut events = Vec::new();
    for row in app.store.journal_after(tenant, from, rows).await? {
        let more: Vec<EventRecord> = serde_json::from_str(&row.events).map_err(|error| {
            tracing::error!(%error, first_seq = row.first_seq, "events cannot be read");
            Problem::fault()
        })?;
        events.extend(more.into_iter().filter(|record| record.seq > after));
    }
    Ok(events)
}

/// The names of everything that was ever decided at a tenant.
pub(crate) async fn names_over_time(app: &App, tenant: TenantId) -> Result<Names, Problem> {
    let ruleset = app.tenants.ruleset(tenant).await?;
    let rules = app.store.rules_over_time(tenant).await?;
    let canaries = app.store.canary_rules_over_time(tenant).await?;
    Ok(Names::over_time(ruleset, over_time(rules)).with_canaries(over_time(canaries)))
}

fn over_time(rules: Vec<(i64, Vec<String>)>) -> Vec<(u64, RuleSlugs)> {
    rules.into_iter().map(|(from, slugs)| (u64::try_from(from).unwrap_or(0), Arc::new(slugs))).collect()
}
