//! The audit log.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::auth::Principal;
use super::body::Params;
use super::page::{Page, limit};
use crate::problem::Problem;
use crate::view::instant;

/// A change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Change {
    /// Orders the log.
    id: String,
    /// When.
    at: String,
    /// Who.
    principal: String,
    /// What was done, such as `ruleset.publish`.
    action: String,
    /// To what.
    subject: String,
    /// What else there is to know.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

/// Which changes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Who changed what, newest first. Conversations are told in full by the event stream.
#[utoipa::path(get, path = "/v1/audit", tag = "access", params(ListQuery),
    responses((status = 200, body = Page<Change>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ListQuery>,
) -> Result<axum::Json<Page<Change>>, Problem> {
    let limit = limit(query.limit)?;
    let rows = app.store.audit(principal.tenant, query.cursor.as_deref(), limit as i64 + 1).await?;
    let items = rows
        .into_iter()
        .map(|row| Change {
            id: row.id,
            at: instant(row.at),
            principal: row.principal,
            action: row.action,
            subject: row.subject,
            detail: row.detail,
        })
        .collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &Change| item.id.clone())))
}
