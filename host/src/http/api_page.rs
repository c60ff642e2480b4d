//! The OpenAPI document, and a page to browse it. Everything is in the binary: it works without the internet.

use axum::Router;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";
/// Where the page is.
const PAGE: &str = "/docs/api";

/// The OpenAPI document of this interface.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", security(()), responses((status = 200, body = Object)))]
pub(crate) async fn document() -> axum::Json<utoipa::openapi::OpenApi> {
    axum::Json(super::openapi())
}

/// The page.
pub(crate) fn page<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page =
        SwaggerUi::new(PAGE).config(Config::new([DOCUMENT]).try_it_out_enabled(true).validator_url("none"));
    Router::from(page)
}
