//! Groups 客服组 and their queues 排队.

use axum::extract::State;

use super::Shared;
use super::auth::Principal;
use crate::problem::Problem;
use crate::view::group::{Group, Queue, groups, queues};

/// The groups of the live revision, in numbers.
#[utoipa::path(get, path = "/v1/groups", tag = "groups", responses((status = 200, body = Vec<Group>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
) -> Result<axum::Json<Vec<Group>>, Problem> {
    let groups = app.tenants.read(principal.tenant, |context| Ok(groups(context.desk, context.directory()?)));
    groups.await.map(axum::Json)
}

/// Who waits where.
#[utoipa::path(get, path = "/v1/queues", tag = "groups", responses((status = 200, body = Vec<Queue>)))]
pub(crate) async fn list_queues(
    State(app): Shared,
    principal: Principal,
) -> Result<axum::Json<Vec<Queue>>, Problem> {
    let queues = app.tenants.read(principal.tenant, |context| Ok(queues(context.desk, context.directory()?)));
    queues.await.map(axum::Json)
}
