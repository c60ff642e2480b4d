//! The web app: its files are in the program, which gives them to the server.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::EmbeddedFile;

use super::Shared;
use crate::problem::Problem;

/// Finds a file of the web app by its path.
pub type AppFiles = fn(&str) -> Option<EmbeddedFile>;

/// What a server has that was given no web app.
pub(super) fn no_files(_path: &str) -> Option<EmbeddedFile> {
    None
}

/// Shown in the place of the web app where the binary was built without it.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pointsman</title>\
    <body style=\"font-family:system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem;line-height:1.6\">\
    <h1>Pointsman is running</h1><p>This binary was built without the web app. <code>cargo xtask run</code> builds \
    both. The interface works all the same: <a href=\"/docs/api\">browse it</a>.</p>\
    <h2>Pointsman 正在运行</h2><p>此程序构建时未包含网页应用；<code>cargo xtask run</code> 会一并构建。\
    接口可正常使用：<a href=\"/docs/api\">查看接口文档</a>。</p></body></html>";

/// Answers everything that is no route: a file of the app, the app itself for the paths it shows, or 404.
pub(crate) async fn serve(app: Shared, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let find = app.options.app_files;
    let path = uri.path().trim_start_matches('/');
    if path == "v1" || path.starts_with("v1/") {
        return Problem::not_found(format!("there is nothing at `{}`: see /docs/api", uri.path()))
            .into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Problem::not_found(format!("nothing takes this at `{}`: see /docs/api", uri.path()))
            .into_response();
    }
    if let Some(file) = find(path) {
        return answer(path, &file, &headers);
    }
    let is_page = path.rsplit('/').next().is_none_or(|last| !last.contains('.'));
    match (is_page, find("index.html")) {
        (true, Some(index)) => answer("index.html", &index, &headers),
        (true, None) if path.is_empty() => Html(NOT_BUILT).into_response(),
        _ => Problem::not_found(format!("there is nothing at `{}`", uri.path())).into_response(),
    }
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", blake3::Hash::from_bytes(file.metadata.sha256_hash()).to_hex());
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = kind.type_() == "text" || kind.essence_str() == "application/javascript";
    let kind = if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    // Files under assets/ carry the hash of their content in their name, so they never change.
    let caching =
        if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let mut response = if known.is_some_and(|known| known.split(',').any(|known| known.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        file.data.clone().into_response()
    };
    let answer = response.headers_mut();
    for (name, value) in
        [(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, caching.to_owned())]
    {
        if let Ok(value) = HeaderValue::try_from(value) {
            answer.insert(name, value);
        }
    }
    response
}
