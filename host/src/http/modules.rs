//! Modules: rules as WebAssembly, uploaded, checked, and compiled for the browser.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pointsman_engine::limits;
use pointsman_engine::rules::ModuleInfo;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{InPath, Params};
use super::page::{Page, limit};
use super::rulesets::on_a_thread;
use super::{App, Shared};
use crate::clock;
use crate::problem::Problem;
use crate::store::{AuditRow, ModuleRow, add_audit, add_module};
use crate::view::instant;

/// A module.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModuleView {
    /// Its name by content: BLAKE3 of the bytes that were uploaded.
    module: String,
    /// Bytes that were uploaded.
    bytes: u64,
    /// The hooks it exports.
    hooks: Vec<&'static str>,
    /// The version of the contract it was built against.
    contract: String,
    /// The functions it asks for.
    imports: Vec<String>,
    /// Linear memory that it has from the start, in bytes.
    memory_bytes_min: u64,
    /// Fuel of one call, where its rule sets no other.
    fuel: u64,
    /// Linear memory of one call, where its rule sets no other, in bytes.
    memory_bytes: u64,
    /// Who uploaded it.
    author: String,
    /// When.
    at: String,
}

fn view(row: ModuleRow) -> ModuleView {
    let ModuleInfo { hash, bytes, hooks, contract, imports, memory_bytes_min } = row.info;
    ModuleView {
        module: hash,
        bytes,
        hooks: hooks.iter().map(|hook| hook.function()).collect(),
        contract: contract.to_string(),
        imports,
        memory_bytes_min,
        fuel: limits::MODULE_FUEL_DEFAULT,
        memory_bytes: limits::MODULE_MEMORY_BYTES_DEFAULT as u64,
        author: row.uploaded_by,
        at: instant(row.uploaded_at),
    }
}

/// Uploads a module: a component, or a core module built with the SDK. It is checked and compiled, and refused with the
/// reason if it could not run. The same module uploaded again is the same module.
#[utoipa::path(post, path = "/v1/modules", tag = "rulesets",
    request_body(content = Vec<u8>, content_type = "application/wasm"),
    responses((status = 201, body = ModuleView), (status = 200, body = ModuleView, description = "It was there already")))]
pub(crate) async fn upload(
    State(app): Shared,
    principal: Principal,
    wasm: Bytes,
) -> Result<Response, Problem> {
    if wasm.is_empty() {
        return Err(Problem::bad_request("the body is empty: send the bytes of the module"));
    }
    let (sandbox, bytes) = (Arc::clone(app.tenants.sandbox()), wasm.clone());
    let compiled = on_a_thread(&app, move || sandbox.compile(&bytes)).await?;
    let info = match compiled {
        Ok(module) => module.info().as_ref().clone(),
        Err(problem) => {
            let help = problem.help.map(|help| format!(". {help}")).unwrap_or_default();
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "module-refused",
                "The module cannot be a rule",
                format!("{}{help}", problem.message),
            ));
        }
    };
    let at = clock::now().0;
    let row = ModuleRow { info, uploaded_by: principal.name.clone(), uploaded_at: at };
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    let is_new = add_module(&mut transaction, principal.tenant, &row, &wasm).await?;
    if is_new {
        let detail = serde_json::json!({ "module": row.info.hash, "bytes": row.info.bytes });
        let audit =
            AuditRow::new(principal.tenant, at, &principal.name, "module.upload", &row.info.hash, &detail);
        add_audit(&mut transaction, vec![audit]).await?;
    }
    transaction.commit().await?;
    drop(writer);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    // One that was there keeps who uploaded it, and when.
    let row = match is_new {
        true => row,
        false => app.store.module(principal.tenant, &row.info.hash).await?.unwrap_or(row),
    };
    Ok((status, axum::Json(view(row))).into_response())
}

/// Which modules to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModulesQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// The modules that were uploaded, in order of their hash.
#[utoipa::path(get, path = "/v1/modules", tag = "rulesets", params(ModulesQuery),
    responses((status = 200, body = Page<ModuleView>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ModulesQuery>,
) -> Result<axum::Json<Page<ModuleView>>, Problem> {
    let limit = limit(query.limit)?;
    let after = query.cursor.unwrap_or_default();
    let rows = app.store.modules(principal.tenant, &after, limit as i64 + 1).await?;
    let items = rows.into_iter().map(view).collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &ModuleView| item.module.clone())))
}

/// One module.
#[utoipa::path(get, path = "/v1/modules/{module}", tag = "rulesets", params(("module" = String, Path)),
    responses((status = 200, body = ModuleView)))]
pub(crate) async fn get(
    State(app): Shared,
    principal: Principal,
    InPath(module): InPath<String>,
) -> Result<axum::Json<ModuleView>, Problem> {
    let row = app.store.module(principal.tenant, &module).await?.ok_or_else(|| missing(&module))?;
    Ok(axum::Json(view(row)))
}

/// The bytes of a module as they were uploaded.
#[utoipa::path(get, path = "/v1/modules/{module}/bytes", tag = "rulesets", params(("module" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/wasm")))]
pub(crate) async fn bytes(
    State(app): Shared,
    principal: Principal,
    InPath(module): InPath<String>,
) -> Result<Response, Problem> {
    let wasm = wasm(&app, &principal, &module).await?;
    Ok(([(header::CONTENT_TYPE, "application/wasm")], wasm).into_response())
}

/// The module compiled for the browser. Made by this host for its own version of the engine, which its page runs.
#[utoipa::path(get, path = "/v1/modules/{module}/artefact", tag = "rulesets", params(("module" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The one you have is the one")))]
pub(crate) async fn artefact(
    State(app): Shared,
    principal: Principal,
    headers: HeaderMap,
    InPath(module): InPath<String>,
) -> Result<Response, Problem> {
    let wasm = wasm(&app, &principal, &module).await?;
    let tag = format!("\"{module}-{}\"", pointsman_engine::VERSION);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let sandbox = Arc::clone(app.tenants.sandbox());
    let compiled = on_a_thread(&app, move || sandbox.artefact(&wasm)).await?;
    let artefact = compiled.map_err(|problem| {
        Problem::unprocessable(format!("the module does not compile with this version: {}", problem.message))
    })?;
    let tag = HeaderValue::from_str(&tag).map_err(|_| Problem::fault())?;
    let media = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, media), (header::ETAG, tag)], artefact).into_response())
}

async fn wasm(app: &App, principal: &Principal, module: &str) -> Result<Vec<u8>, Problem> {
    app.store.module_bytes(principal.tenant, module).await?.ok_or_else(|| missing(module))
}

fn missing(module: &str) -> Problem {
    Problem::not_found(format!("there is no module `{module}`: POST /v1/modules uploads one"))
}
