//! Conversations 会话.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pointsman_engine::desk::{
    Author as Speaker, CloseReason as Reason, CommandBody, Event, EventRecord, Identity as Known, Open,
    PlaceView,
};
use pointsman_engine::explain::{StepTold, tell};
use pointsman_engine::id::ConversationId;
use pointsman_engine::trace::{Trace, TraceStep};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::events::names_over_time;
use super::idempotency::Key;
use super::page::{Page, limit};
use super::{App, Shared};
use crate::problem::Problem;
use crate::role::Role;
use crate::store::{ConversationFilter, Place};
use crate::tenants::{Ask, Audit, CommandAsk, Context, Reply};
use crate::view::conversation::{Conversation, Outcome, Summary, outcome, summary};
use crate::view::instant;

/// Journal rows folded to show one conversation.
const ROWS_MAX: i64 = 1_000;

/// A conversation as it begins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRequest {
    /// The channel it comes by; the tenant's first where it is not said.
    channel: Option<String>,
    /// The business entry the customer chose.
    entry: Option<String>,
    /// Who the customer is.
    #[serde(default)]
    identity: Identity,
    /// The VIP level, where the site says so; else what was known before.
    vip: Option<u8>,
    /// What the site says about the customer.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// BCP 47 language, such as `zh`.
    language: Option<String>,
    /// The first words, if there are any yet.
    text: Option<String>,
}

/// How a customer may be recognised.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The login name or user id of the tenant's own site.
    login: Option<String>,
    /// A browser cookie.
    cookie: Option<String>,
    /// The network address.
    ip: Option<String>,
}

/// Opens a conversation: rules say where to, and it is placed at once.
///
/// Answered once it is durable. With an `Idempotency-Key`, sending it again opens no second one.
#[utoipa::path(post, path = "/v1/conversations", tag = "conversations", request_body = OpenRequest,
    params(("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Outcome, headers(("location" = String)))))]
pub(crate) async fn open(
    State(app): Shared,
    principal: Principal,
    key: Key,
    body: Body<OpenRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(answered) => return answered.map(created),
    };
    let request = body.value;
    let command = |reply| {
        Ask::Command(Box::new(CommandAsk {
            principal: principal.name,
            decide: Box::new(move |context| {
                let channel = match &request.channel {
                    None => None,
                    Some(slug) => {
                        let channel =
                            context.directory()?.channel_named(slug).filter(|channel| channel.active);
                        Some(channel.ok_or_else(|| unknown("channel", slug))?.id)
                    }
                };
                let Identity { login, cookie, ip } = request.identity;
                Ok(CommandBody::Open(Open {
                    channel,
                    entry: request.entry,
                    identity: Known { login, cookie, ip },
                    vip: request.vip,
                    attributes: request.attributes,
                    language: request.language.map(|language| language.to_lowercase()),
                    text: request.text,
                }))
            }),
            render: Box::new(|context, batch| {
                let opened = batch.events.iter().find_map(|record| match &record.event {
                    Event::ConversationOpened { conversation, .. } => Some(*conversation),
                    _ => None,
                });
                answer(StatusCode::CREATED, context, opened.unwrap_or(ConversationId(0)), batch)
            }),
            idempotency,
            audit: None,
            reply,
        }))
    };
    app.tenants.command(principal.tenant, command).await.map(created)
}

fn created(reply: Reply) -> Response {
    let id = serde_json::from_str::<Value>(&reply.body)
        .ok()
        .and_then(|body| body.get("id").and_then(Value::as_u64));
    let mut response = json(reply);
    let location = id.and_then(|id| HeaderValue::try_from(format!("/v1/conversations/{id}")).ok());
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A reply as it is sent.
pub(crate) fn json(reply: Reply) -> Response {
    let kind = if reply.status.is_success() { "application/json" } else { crate::problem::PROBLEM_JSON };
    (reply.status, [(header::CONTENT_TYPE, kind)], reply.body).into_response()
}

fn answer(
    status: StatusCode,
    context: &Context<'_>,
    id: ConversationId,
    batch: &pointsman_engine::desk::Batch,
) -> Reply {
    match context.directory() {
        Ok(directory) => Reply::json(status, &outcome(context.desk, directory, id, batch)),
        Err(_) => Reply { status: StatusCode::INTERNAL_SERVER_ERROR, body: Problem::fault().to_json() },
    }
}

pub(crate) fn unknown(what: &str, slug: &str) -> Problem {
    Problem::unprocessable(format!("{what} `{slug}` is not in the live revision"))
}

/// Which conversations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// In this place.
    place: Option<Place>,
    /// In this group.
    group: Option<String>,
    /// With this agent.
    agent: Option<String>,
    /// By this channel.
    channel: Option<String>,
    /// `next` of the page before.
    cursor: Option<i64>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Lists conversations, newest first.
#[utoipa::path(get, path = "/v1/conversations", tag = "conversations", params(ListQuery),
    responses((status = 200, body = Page<Summary>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ListQuery>,
) -> Result<axum::Json<Page<Summary>>, Problem> {
    let limit = limit(query.limit)?;
    let ruleset = app.tenants.ruleset(principal.tenant).await?;
    let directory = ruleset.directory();
    let find = |slug: &Option<String>, what, found: &dyn Fn(&str) -> Option<u32>| match slug {
        None => Ok(None),
        Some(slug) => found(slug).map(Some).ok_or_else(|| unknown(what, slug)),
    };
    let small = |id: Option<u32>| id.and_then(|id| u16::try_from(id).ok());
    let filter = ConversationFilter {
        place: query.place,
        group: small(find(&query.group, "group", &|slug| Some(directory.group_named(slug)?.id.0.into()))?),
        agent: find(&query.agent, "agent", &|slug| Some(directory.agent_named(slug)?.id.0))?,
        channel: small(find(&query.channel, "channel", &|slug| {
            Some(directory.channel_named(slug)?.id.0.into())
        })?),
        before: query.cursor,
    };
    let rows = app.store.conversations(principal.tenant, &filter, limit as i64 + 1).await?;
    let items = rows.iter().map(|row| summary(directory, row)).collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &Summary| item.id.to_string())))
}

/// Everything about one conversation: where it is, what was said, what happened and why.
#[utoipa::path(get, path = "/v1/conversations/{id}", tag = "conversations", params(("id" = u64, Path)),
    responses((status = 200, body = Conversation)))]
pub(crate) async fn get(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<u64>,
) -> Result<axum::Json<Conversation>, Problem> {
    conversation(&app, &principal, id).await.map(axum::Json)
}

async fn conversation(app: &App, principal: &Principal, id: u64) -> Result<Conversation, Problem> {
    let missing = || Problem::not_found(format!("there is no conversation {id}"));
    let number = i64::try_from(id).map_err(|_| missing())?;
    let names = names_over_time(app, principal.tenant).await?;
    let rows = app.store.journal_of_conversation(principal.tenant, number, ROWS_MAX + 1).await?;
    let truncated = rows.len() as i64 > ROWS_MAX;
    let mut events: Vec<EventRecord> = Vec::new();
    for row in rows.iter().take(ROWS_MAX as usize) {
        let more: Vec<EventRecord> = serde_json::from_str(&row.events).map_err(|error| {
            tracing::error!(%error, first_seq = row.first_seq, "events cannot be read");
            Problem::fault()
        })?;
        events.extend(more);
    }
    let mut conversation = Conversation::fold(id, &events, &names).ok_or_else(missing)?;
    conversation.truncated = truncated;
    app.tenants
        .read(principal.tenant, move |context| {
            conversation.in_line(context.desk);
            Ok(conversation)
        })
        .await
}

/// A decision, told with names: what each rule did, who was refused and why, and the pick.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decision {
    /// The decision's first event.
    seq: u64,
    /// When.
    at: String,
    /// The revision that decided: the one that was live, or a candidate's.
    revision: String,
    /// The decision, of the kind `rules` or `placement`.
    #[schema(value_type = Object)]
    decision: StepTold,
}

/// Which decisions to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TraceQuery {
    /// `next` of the page before.
    cursor: Option<i64>,
    /// Commands on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Why a conversation is where it is: every decision, with the rules that were evaluated and the agents refused.
#[utoipa::path(get, path = "/v1/conversations/{id}/trace", tag = "conversations",
    params(("id" = u64, Path), TraceQuery), responses((status = 200, body = Page<Decision>)))]
pub(crate) async fn trace(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<i64>,
    Params(query): Params<TraceQuery>,
) -> Result<axum::Json<Page<Decision>>, Problem> {
    let limit = limit(query.limit)?;
    let after = query.cursor.unwrap_or(0);
    let rows = app.store.traces_of_conversation(principal.tenant, id, after, limit as i64 + 1).await?;
    if rows.is_empty() && after == 0 {
        return Err(Problem::not_found(format!("there is no decision on a conversation {id}")));
    }
    let next = if rows.len() > limit { rows.get(limit - 1).map(|row| row.seq.to_string()) } else { None };
    let mut items = Vec::new();
    for row in rows.iter().take(limit) {
        let ruleset = super::rulesets::ruleset_at(&app, principal.tenant, row.seq).await?;
        let traces: Vec<Trace> = serde_json::from_str(&row.decisions).map_err(|error| {
            tracing::error!(%error, seq = row.seq, "traces cannot be read");
            Problem::fault()
        })?;
        for trace in &traces {
            let by = match &trace.step {
                TraceStep::Rules(rules) if rules.revision != ruleset.revision() => {
                    super::rulesets::candidate_of(&app, principal.tenant, rules.revision).await?
                }
                _ => None,
            };
            let by = by.as_ref().unwrap_or(&ruleset);
            items.push(Decision {
                seq: trace.seq,
                at: instant(trace.at.0),
                revision: by.revision().to_string(),
                decision: tell(trace, by),
            });
        }
    }
    Ok(axum::Json(Page { items, next }))
}

/// Who speaks.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Author {
    /// 访客.
    Visitor,
    /// 客服.
    Agent,
    /// 机器人.
    Bot,
}

/// Something that is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageRequest {
    /// Who says it.
    from: Author,
    /// What.
    text: String,
}

/// Adds a message. A visitor's may move the conversation on: rules look at it.
#[utoipa::path(post, path = "/v1/conversations/{id}/messages", tag = "conversations",
    request_body = MessageRequest, params(("id" = u64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Outcome)))]
pub(crate) async fn say(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<u64>,
    key: Key,
    body: Body<MessageRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(answered) => return answered.map(json),
    };
    let MessageRequest { from, text } = body.value;
    let own = (from == Author::Agent).then(|| principal.clone());
    let conversation = ConversationId(id);
    let command = |reply| {
        Ask::Command(Box::new(CommandAsk {
            principal: principal.name,
            decide: Box::new(move |context| {
                if let Some(principal) = &own {
                    must_have(context, principal, conversation)?;
                }
                let from = match from {
                    Author::Visitor => Speaker::Visitor,
                    Author::Agent => Speaker::Agent,
                    Author::Bot => Speaker::Bot,
                };
                Ok(CommandBody::Message { conversation, from, text })
            }),
            render: Box::new(move |context, batch| answer(StatusCode::CREATED, context, conversation, batch)),
            idempotency,
            audit: None,
            reply,
        }))
    };
    app.tenants.command(principal.tenant, command).await.map(json)
}

/// Refuses an agent who acts in somebody else's conversation. A sign-in that is no agent's (a site's own token) may.
fn must_have(context: &Context<'_>, principal: &Principal, id: ConversationId) -> Result<(), Problem> {
    if principal.role >= Role::Supervisor {
        return Ok(());
    }
    let Some(own) = &principal.agent else { return Ok(()) };
    let Some(view) = context.desk.conversation(id) else { return Ok(()) };
    let has = match view.place {
        PlaceView::Assigned { agent, .. } => {
            context.directory()?.agent(agent).is_some_and(|agent| agent.slug == *own)
        }
        _ => false,
    };
    if has { Ok(()) } else { Err(Problem::forbidden(format!("conversation {id} is not with you"))) }
}

/// Why it ends.
#[derive(Copy, Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CloseReason {
    /// It was served to its end.
    Resolved,
    /// The visitor left while waiting 放弃.
    Abandoned,
    /// The bot, the message form or the ticket took it over for good.
    HandedOver,
}

/// How a conversation ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseRequest {
    /// Why.
    reason: CloseReason,
    /// The visitor's rating, 0 to 100.
    satisfaction: Option<u8>,
}

/// Ends a conversation. The agent's place is given to the best waiting one at once.
#[utoipa::path(post, path = "/v1/conversations/{id}/close", tag = "conversations",
    request_body = CloseRequest, params(("id" = u64, Path)), responses((status = 200, body = Outcome)))]
pub(crate) async fn close(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<u64>,
    body: Body<CloseRequest>,
) -> Result<Response, Problem> {
    let CloseRequest { reason, satisfaction } = body.value;
    if satisfaction.is_some_and(|rating| rating > 100) {
        return Err(Problem::unprocessable("`satisfaction` is 0 to 100"));
    }
    let detail = serde_json::json!({ "reason": reason });
    let own = principal.clone();
    act(&app, principal, id, "conversation.close", detail, move |context, conversation| {
        must_have(context, &own, conversation)?;
        let reason = match reason {
            CloseReason::Resolved => Reason::Resolved,
            CloseReason::Abandoned => Reason::Abandoned,
            CloseReason::HandedOver => Reason::HandedOver,
        };
        Ok(CommandBody::Close { conversation, reason, satisfaction })
    })
    .await
}

/// Gives a conversation back: it waits again, from its first arrival, and not for this agent.
#[utoipa::path(post, path = "/v1/conversations/{id}/return", tag = "conversations",
    params(("id" = u64, Path)), responses((status = 200, body = Outcome)))]
pub(crate) async fn give_back(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<u64>,
) -> Result<Response, Problem> {
    let own = principal.clone();
    act(&app, principal, id, "conversation.return", Value::Null, move |context, conversation| {
        must_have(context, &own, conversation)?;
        Ok(CommandBody::Return { conversation })
    })
    .await
}

/// Who takes a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakeRequest {
    /// The agent.
    agent: String,
}

/// Takes a waiting conversation by hand. Agents take for themselves, supervisors for anybody.
#[utoipa::path(post, path = "/v1/conversations/{id}/take", tag = "conversations",
    request_body = TakeRequest, params(("id" = u64, Path)), responses((status = 200, body = Outcome)))]
pub(crate) async fn take(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<u64>,
    body: Body<TakeRequest>,
) -> Result<Response, Problem> {
    let slug = body.value.agent;
    principal.may_act_for(&slug)?;
    let detail = serde_json::json!({ "agent": slug });
    act(&app, principal, id, "conversation.take", detail, move |context, conversation| {
        let agent = context.directory()?.agent_named(&slug).ok_or_else(|| unknown("agent", &slug))?.id;
        Ok(CommandBody::Take { conversation, agent })
    })
    .await
}

/// How a conversation leaves its bot.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveBotRequest {
    /// What the customer chose there.
    entry: Option<String>,
}

/// The bot hands the conversation to people: rules run again.
#[utoipa::path(post, path = "/v1/conversations/{id}/leave-bot", tag = "conversations",
    request_body = LeaveBotRequest, params(("id" = u64, Path)), responses((status = 200, body = Outcome)))]
pub(crate) async fn leave_bot(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<u64>,
    body: Body<LeaveBotRequest>,
) -> Result<Response, Problem> {
    let entry = body.value.entry;
    act(&app, principal, id, "conversation.leave-bot", Value::Null, move |_, conversation| {
        Ok(CommandBody::LeaveBot { conversation, entry })
    })
    .await
}

/// Carries out a command on one conversation.
async fn act(
    app: &App,
    principal: Principal,
    id: u64,
    action: &'static str,
    detail: Value,
    decide: impl FnOnce(&Context<'_>, ConversationId) -> Result<CommandBody, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let conversation = ConversationId(id);
    let command = |reply| {
        Ask::Command(Box::new(CommandAsk {
            principal: principal.name,
            decide: Box::new(move |context| decide(context, conversation)),
            render: Box::new(move |context, batch| answer(StatusCode::OK, context, conversation, batch)),
            idempotency: None,
            audit: Some(Audit { action, subject: id.to_string(), detail }),
            reply,
        }))
    };
    app.tenants.command(principal.tenant, command).await.map(json)
}
