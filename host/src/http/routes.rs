//! The one table of routes. The router is built from it and from nothing else, so there is no route without a role.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use pointsman_engine::limits;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use super::auth::{Access, COOKIE, Guard, guard};
use super::{
    App, agents, api_page, app_files, audit, candidates, conversations, differences, events, groups, layers,
    modules, operations, recordings, rulesets, session, tokens, users,
};
use crate::problem::Problem;
use crate::role::Role;

/// The longest body where nothing else is said: the longest message, every character escaped.
const BODY_BYTES_MAX: usize = 6 * limits::MESSAGE_BYTES_MAX + 16 * 1024;
/// The longest body that holds the files of a tenant.
const FILES_BYTES_MAX: usize = limits::FOLDER_BYTES_MAX + limits::FOLDER_BYTES_MAX / 4;

/// A route: who may use it, and how long its body may be.
pub(crate) struct Route {
    pub(crate) access: Access,
    body_bytes_max: usize,
    methods: UtoipaMethodRouter<Arc<App>>,
}

#[cfg(test)]
impl Route {
    /// The paths of the route, with their operations.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&String, &utoipa::openapi::PathItem)> {
        self.methods.1.paths.iter()
    }
}

fn public(methods: UtoipaMethodRouter<Arc<App>>) -> Route {
    Route { access: Access::Public, body_bytes_max: BODY_BYTES_MAX, methods }
}

fn at_least(role: Role, methods: UtoipaMethodRouter<Arc<App>>) -> Route {
    Route { access: Access::AtLeast(role), body_bytes_max: BODY_BYTES_MAX, methods }
}

fn with_files(role: Role, methods: UtoipaMethodRouter<Arc<App>>) -> Route {
    Route { access: Access::AtLeast(role), body_bytes_max: FILES_BYTES_MAX, methods }
}

fn with_module(role: Role, methods: UtoipaMethodRouter<Arc<App>>) -> Route {
    Route { access: Access::AtLeast(role), body_bytes_max: limits::MODULE_BYTES_MAX, methods }
}

/// Every route.
pub(crate) fn table() -> Vec<Route> {
    vec![
        public(routes!(operations::healthz)),
        public(routes!(operations::readyz)),
        public(routes!(operations::metrics)),
        public(routes!(api_page::document)),
        public(routes!(session::sign_in)),
        at_least(Role::Viewer, routes!(session::who)),
        at_least(Role::Viewer, routes!(session::sign_out)),
        at_least(Role::Viewer, routes!(conversations::list)),
        at_least(Role::Viewer, routes!(conversations::get)),
        at_least(Role::Viewer, routes!(conversations::trace)),
        at_least(Role::Agent, routes!(conversations::open)),
        at_least(Role::Agent, routes!(conversations::say)),
        at_least(Role::Agent, routes!(conversations::close)),
        at_least(Role::Agent, routes!(conversations::give_back)),
        at_least(Role::Agent, routes!(conversations::take)),
        at_least(Role::Agent, routes!(conversations::leave_bot)),
        at_least(Role::Viewer, routes!(agents::list)),
        at_least(Role::Viewer, routes!(agents::get)),
        at_least(Role::Supervisor, routes!(agents::patch)),
        at_least(Role::Agent, routes!(agents::set_presence)),
        at_least(Role::Agent, routes!(agents::set_accepting)),
        at_least(Role::Viewer, routes!(groups::list)),
        at_least(Role::Viewer, routes!(groups::list_queues)),
        at_least(Role::Viewer, routes!(events::events)),
        with_module(Role::Admin, routes!(modules::upload)),
        at_least(Role::Supervisor, routes!(modules::list)),
        at_least(Role::Supervisor, routes!(modules::get)),
        at_least(Role::Supervisor, routes!(modules::bytes)),
        at_least(Role::Supervisor, routes!(modules::artefact)),
        at_least(Role::Supervisor, routes!(rulesets::live)),
        at_least(Role::Supervisor, routes!(rulesets::history)),
        at_least(Role::Supervisor, routes!(rulesets::in_history)),
        at_least(Role::Supervisor, routes!(rulesets::draft)),
        with_files(Role::Admin, routes!(rulesets::save_draft)),
        with_files(Role::Supervisor, routes!(rulesets::check)),
        at_least(Role::Admin, routes!(rulesets::publish)),
        at_least(Role::Admin, routes!(rulesets::rollback)),
        at_least(Role::Supervisor, routes!(differences::diff)),
        at_least(Role::Admin, routes!(recordings::recording)),
        at_least(Role::Supervisor, routes!(candidates::last)),
        at_least(Role::Supervisor, routes!(candidates::list)),
        at_least(Role::Supervisor, routes!(candidates::get)),
        at_least(Role::Supervisor, routes!(candidates::report)),
        at_least(Role::Admin, routes!(candidates::create)),
        at_least(Role::Admin, routes!(candidates::proving::check)),
        at_least(Role::Admin, routes!(candidates::proving::tests)),
        with_files(Role::Admin, routes!(candidates::proving::attach_report)),
        at_least(Role::Admin, routes!(candidates::serving::shadow)),
        at_least(Role::Admin, routes!(candidates::serving::canary)),
        at_least(Role::Admin, routes!(candidates::serving::live)),
        at_least(Role::Supervisor, routes!(candidates::serving::withdraw)),
        at_least(Role::Admin, routes!(tokens::list)),
        at_least(Role::Admin, routes!(tokens::create)),
        at_least(Role::Admin, routes!(tokens::revoke)),
        at_least(Role::Admin, routes!(users::list)),
        at_least(Role::Admin, routes!(users::create)),
        at_least(Role::Admin, routes!(users::remove)),
        at_least(Role::Admin, routes!(audit::list)),
    ]
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pointsman",
        description = "Routes customer conversations by rules that each tenant writes. The tenant is the one of the \
                       sign-in. Every error is a problem as RFC 9457 describes it, `application/problem+json`."
    ),
    components(schemas(Problem)),
    tags(
        (name = "conversations", description = "Conversations 会话: open, talk, close, and why they are where they are"),
        (name = "agents", description = "Agents 客服: presence, accepting, capacity"),
        (name = "groups", description = "Groups 客服组 and their queues 排队"),
        (name = "rulesets", description = "Rulesets 规则集: draft, check, publish, roll back"),
        (name = "events", description = "What happens, in order, as pages or as a stream"),
        (name = "session", description = "Signing in and out"),
        (name = "access", description = "Users, API tokens, audit log"),
        (name = "operations", description = "For operators")
    )
)]
struct Document;

fn assemble(app: Option<&Arc<App>>) -> (Router<Arc<App>>, utoipa::openapi::OpenApi) {
    let mut router = OpenApiRouter::with_openapi(Document::openapi());
    for Route { access, body_bytes_max, methods: (schemas, mut paths, mut methods) } in table() {
        if let Access::AtLeast(role) = access {
            for item in paths.paths.values_mut() {
                note_role(item, role);
            }
        }
        methods = methods.layer(DefaultBodyLimit::max(body_bytes_max));
        if let Some(app) = app {
            let state = Guard { app: Arc::clone(app), access };
            methods = methods.route_layer(from_fn_with_state(state, guard));
        }
        router = router.routes((schemas, paths, methods));
    }
    let (router, mut document) = router.split_for_parts();
    let components = document.components.get_or_insert_default();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("pm_…").build();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    let cookie = ApiKey::Cookie(ApiKeyValue::new(COOKIE));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    (router, document)
}

/// Says in the document who may use an operation and what else it may answer.
fn note_role(item: &mut utoipa::openapi::PathItem, role: Role) {
    use utoipa::openapi::security::SecurityRequirement;
    for operation in operations_mut(item) {
        let text = operation.description.take().unwrap_or_default();
        operation.description = Some(format!("{text}\n\nTakes the role `{role}`.").trim().to_owned());
        operation.security = Some(vec![
            SecurityRequirement::new("token", std::iter::empty::<String>()),
            SecurityRequirement::new("session", std::iter::empty::<String>()),
        ]);
    }
}

fn operations_mut(
    item: &mut utoipa::openapi::PathItem,
) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .filter_map(Option::as_mut)
}

/// The OpenAPI document of the interface.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    assemble(None).1
}

/// The whole HTTP interface.
pub fn router(app: Arc<App>) -> Router {
    let (router, _) = assemble(Some(&app));
    router
        .merge(api_page::page())
        .fallback(app_files::serve)
        .method_not_allowed_fallback(not_allowed)
        .layer(map_response(no_bare_errors))
        .layer(from_fn_with_state(Arc::clone(&app), layers::outermost))
        .with_state(app)
}

async fn not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Not with this method",
        "the path exists, but not with this method: the header `allow` names those it has",
    )
}

/// An error that some library answers in its own words becomes a problem of ours.
async fn no_bare_errors(response: Response) -> Response {
    use axum::response::IntoResponse as _;
    let status = response.status();
    let is_problem = response
        .headers()
        .get(axum::http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut problem = Problem::bad_request("the request cannot be read");
    problem.status = status.as_u16();
    problem.into_response()
}
