//! API tokens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::conversations::json;
use super::idempotency::Key;
use super::page::{Page, limit};
use super::users::{check_agent, check_name};
use crate::clock;
use crate::problem::Problem;
use crate::role::Role;
use crate::secret::{fingerprint, new_token};
use crate::store::{AuditRow, IdempotencyRow, TokenRow};
use crate::tenants::Reply;
use crate::view::instant;

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// What it is for.
    name: String,
    /// What it may do.
    role: Role,
    /// The agent it acts as.
    agent: Option<String>,
}

/// A token. Its secret is told once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Names it here; no secret.
    id: String,
    /// What it is for.
    name: String,
    /// What it may do.
    role: Role,
    /// The agent it acts as.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// Who made it.
    created_by: String,
    /// When.
    created_at: String,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    /// The secret: `Authorization: Bearer pm_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

fn view(row: TokenRow, token: Option<String>) -> Token {
    Token {
        id: row.id,
        name: row.name,
        role: row.role,
        agent: row.agent,
        created_by: row.created_by,
        created_at: instant(row.created_at),
        revoked_at: row.revoked_at.map(instant),
        token,
    }
}

/// Makes a token. Sent again with the same `Idempotency-Key`, it answers the token's id without the secret.
#[utoipa::path(post, path = "/v1/tokens", tag = "access", request_body = TokenRequest,
    params(("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Token)))]
pub(crate) async fn create(
    State(app): Shared,
    principal: Principal,
    key: Key,
    body: Body<TokenRequest>,
) -> Result<Response, Problem> {
    let TokenRequest { name, role, agent } = body.value;
    check_name(&name)?;
    check_agent(&app, &principal, agent.as_deref()).await?;
    // Whoever writes is alone: a second request with this key waits here, and then finds the first one's answer.
    let mut writer = app.store.writer().await;
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(answered) => return answered.map(json),
    };
    let secret = new_token().map_err(|error| {
        tracing::error!(%error, "no token");
        Problem::fault()
    })?;
    let at = clock::now().0;
    let hash = fingerprint(&secret);
    let id = format!("{at:012x}{}", hash.get(..8).unwrap_or_default());
    let row = TokenRow {
        id: id.clone(),
        tenant: principal.tenant,
        name,
        role,
        agent,
        hash,
        created_by: principal.name.clone(),
        created_at: at,
        revoked_at: None,
    };
    let mut transaction = writer.begin().await?;
    app.store.add_token(&mut transaction, &row).await?;
    let detail = serde_json::json!({ "name": row.name, "role": row.role, "agent": row.agent });
    let audit = AuditRow::new(principal.tenant, at, &principal.name, "token.create", id, &detail);
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    if let Some(key) = idempotency {
        // Secrets are never kept, so the answer that is kept goes without.
        let kept = Reply::json(StatusCode::CREATED, &view(row.clone(), None));
        let answer = IdempotencyRow {
            tenant: principal.tenant,
            key: key.key,
            fingerprint: key.fingerprint,
            status: kept.status.as_u16(),
            body: kept.body,
            at,
        };
        crate::store::add_answers(&mut transaction, vec![answer]).await?;
    }
    transaction.commit().await?;
    Ok(json(Reply::json(StatusCode::CREATED, &view(row, Some(secret)))))
}

/// Which tokens to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Lists tokens, oldest first, revoked ones included.
#[utoipa::path(get, path = "/v1/tokens", tag = "access", params(ListQuery),
    responses((status = 200, body = Page<Token>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ListQuery>,
) -> Result<axum::Json<Page<Token>>, Problem> {
    let limit = limit(query.limit)?;
    let after = query.cursor.unwrap_or_default();
    let rows = app.store.tokens(principal.tenant, &after, limit as i64 + 1).await?;
    let items = rows.into_iter().map(|row| view(row, None)).collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &Token| item.id.clone())))
}

/// Revokes a token, at once.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "access", params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn revoke(
    State(app): Shared,
    principal: Principal,
    InPath(id): InPath<String>,
) -> Result<StatusCode, Problem> {
    let at = clock::now().0;
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    let hash = app.store.revoke_token(&mut transaction, principal.tenant, &id, at).await?;
    let hash = hash.ok_or_else(|| Problem::not_found(format!("there is no token `{id}` in force")))?;
    let audit =
        AuditRow::new(principal.tenant, at, &principal.name, "token.revoke", id, &serde_json::json!({}));
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    transaction.commit().await?;
    app.known.forget(&hash);
    Ok(StatusCode::NO_CONTENT)
}
