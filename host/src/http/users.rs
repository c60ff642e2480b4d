//! People who sign in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pointsman_engine::limits::LABEL_BYTES_MAX;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::conversations::{json, unknown};
use super::idempotency::Key;
use super::page::{Page, limit};
use super::{App, Shared};
use crate::clock;
use crate::problem::Problem;
use crate::role::Role;
use crate::secret::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, hash_password};
use crate::store::{AuditRow, IdempotencyRow, UserRow};
use crate::tenants::Reply;
use crate::view::instant;

/// A user to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserRequest {
    /// The name to sign in with.
    name: String,
    /// What they may do.
    role: Role,
    /// The agent they are.
    agent: Option<String>,
    /// At least 10 characters.
    password: String,
}

/// Somebody who may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// The name to sign in with.
    name: String,
    /// What they may do.
    role: Role,
    /// The agent they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// When they were added.
    created_at: String,
}

fn view(row: UserRow) -> User {
    User { name: row.name, role: row.role, agent: row.agent, created_at: instant(row.created_at) }
}

pub(crate) fn check_name(name: &str) -> Result<(), Problem> {
    if name.trim().is_empty() || name.len() > LABEL_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(Problem::unprocessable(format!(
            "`name` has 1 to {LABEL_BYTES_MAX} bytes and no control characters"
        )));
    }
    Ok(())
}

pub(crate) async fn check_agent(
    app: &App,
    principal: &Principal,
    agent: Option<&str>,
) -> Result<(), Problem> {
    let Some(slug) = agent else { return Ok(()) };
    let ruleset = app.tenants.ruleset(principal.tenant).await?;
    ruleset.directory().agent_named(slug).map(|_| ()).ok_or_else(|| unknown("agent", slug))
}

/// Adds a user.
#[utoipa::path(post, path = "/v1/users", tag = "access", request_body = UserRequest,
    params(("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = User)))]
pub(crate) async fn create(
    State(app): Shared,
    principal: Principal,
    key: Key,
    body: Body<UserRequest>,
) -> Result<Response, Problem> {
    let UserRequest { name, role, agent, password } = body.value;
    check_name(&name)?;
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
        return Err(Problem::unprocessable(format!(
            "`password` has at least {PASSWORD_CHARS_MIN} characters and at most {PASSWORD_BYTES_MAX} bytes"
        )));
    }
    check_agent(&app, &principal, agent.as_deref()).await?;
    let password_hash = {
        let _turn = app
            .password_checks
            .acquire()
            .await
            .map_err(|_| Problem::unavailable("the server is stopping"))?;
        let hashed = tokio::task::spawn_blocking(move || hash_password(&password)).await;
        hashed.ok().and_then(Result::ok).ok_or_else(Problem::fault)?
    };
    // Whoever writes is alone: a second request with this key waits here, and then finds the first one's answer.
    let mut writer = app.store.writer().await;
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(answered) => return answered.map(json),
    };
    let at = clock::now().0;
    let row = UserRow { tenant: principal.tenant, name, role, agent, password_hash, created_at: at };
    let mut transaction = writer.begin().await?;
    if !app.store.add_user(&mut transaction, &row).await? {
        return Err(Problem::conflict("name-taken", format!("there is a user `{}` already", row.name)));
    }
    let detail = serde_json::json!({ "role": row.role, "agent": row.agent });
    let audit = AuditRow::new(principal.tenant, at, &principal.name, "user.create", &row.name, &detail);
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    let reply = Reply::json(StatusCode::CREATED, &view(row));
    if let Some(key) = idempotency {
        let answer = IdempotencyRow {
            tenant: principal.tenant,
            key: key.key,
            fingerprint: key.fingerprint,
            status: reply.status.as_u16(),
            body: reply.body.clone(),
            at,
        };
        crate::store::add_answers(&mut transaction, vec![answer]).await?;
    }
    transaction.commit().await?;
    Ok(json(reply))
}

/// Which users to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Lists users by name.
#[utoipa::path(get, path = "/v1/users", tag = "access", params(ListQuery), responses((status = 200, body = Page<User>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ListQuery>,
) -> Result<axum::Json<Page<User>>, Problem> {
    let limit = limit(query.limit)?;
    let rows = app.store.users(principal.tenant, &query.cursor.unwrap_or_default(), limit as i64 + 1).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &User| item.name.clone())))
}

/// Removes a user and ends their sessions. Nobody removes themselves, so an admin is left.
#[utoipa::path(delete, path = "/v1/users/{name}", tag = "access", params(("name" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn remove(
    State(app): Shared,
    principal: Principal,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    let by = format!("user:{name}");
    if principal.name == by {
        return Err(Problem::conflict("yourself", "nobody removes themselves: let another admin do it"));
    }
    let at = clock::now().0;
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    if !app.store.remove_user(&mut transaction, principal.tenant, &name).await? {
        return Err(Problem::not_found(format!("there is no user `{name}`")));
    }
    let audit =
        AuditRow::new(principal.tenant, at, &principal.name, "user.remove", name, &serde_json::json!({}));
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    transaction.commit().await?;
    app.known.forget_name(principal.tenant, &by);
    Ok(StatusCode::NO_CONTENT)
}
