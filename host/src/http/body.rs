//! Bodies, queries and paths as handlers are given them. What does not fit is a problem that says where.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::problem::{BodyPlace, Problem};

/// A JSON body, with the bytes it was read from.
#[derive(Debug)]
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) bytes: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "The body is not JSON",
                "send the body with `Content-Type: application/json`",
            ));
        }
        let read = tokio::time::timeout(BODY_WITHIN, Bytes::from_request(request, state)).await;
        let bytes = read.map_err(|_| too_slow())?.map_err(|rejection| not_read(&rejection))?;
        let value = parse(&bytes)?;
        Ok(Body { value, bytes })
    }
}

/// How long a body may take to come.
const BODY_WITHIN: std::time::Duration = std::time::Duration::from_secs(60);

fn too_slow() -> Problem {
    let detail = format!("the body did not come within {} s", BODY_WITHIN.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The request took too long to come", detail)
}

fn not_read(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large("the body is longer than this request allows");
    }
    Problem::bad_request("the body broke off: send all of it")
}

/// Reads JSON, to the last byte.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        let place = BodyPlace { field: String::from("."), line, column };
        return Err(
            Problem::bad_request(format!("the body is not UTF-8: byte {}", before.len() + 1)).at(place)
        );
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        not_parsed(error.inner(), field)
    })?;
    json.end().map_err(|error| not_parsed(&error, String::from(".")))?;
    Ok(value)
}

fn not_parsed(error: &serde_json::Error, field: String) -> Problem {
    let place = BodyPlace { field, line: error.line(), column: error.column() };
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    let problem = match error.classify() {
        serde_json::error::Category::Data => Problem::unprocessable(format!("`{}`: {what}", place.field)),
        _ => Problem::bad_request(format!("the body is not well-formed JSON: {what}")),
    };
    problem.at(place)
}

/// The parameters behind the `?`.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Params(query.0)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(Problem::bad_request(format!("the query does not fit: {}", error.body_text())))
            }
            Err(_) => Err(Problem::bad_request("the query cannot be read")),
        }
    }
}

/// The parameters in the path.
#[derive(Debug)]
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => Ok(InPath(path.0)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                Err(Problem::not_found(format!("there is nothing at this path: {}", error.body_text())))
            }
            Err(_) => Err(Problem::not_found("there is nothing at this path")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        inner: Inner,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        level: u8,
    }

    fn refused(body: &[u8]) -> (u16, BodyPlace) {
        let problem = parse::<Outer>(body).unwrap_err();
        (problem.status, *problem.at.unwrap())
    }

    #[test]
    fn a_bad_body_is_told_where_it_is_bad() {
        let place = |field: &str, line, column| BodyPlace { field: field.to_owned(), line, column };
        assert_eq!(refused(b"{\n  \"inner\": {\"level\": 300}\n}"), (422, place("inner.level", 2, 24)));
        assert_eq!(refused(b"{\"inner\": {\"levle\": 3}}"), (422, place("inner.levle", 1, 18)));
        assert_eq!(refused(b"{\"inner\": {\"level\": 3}").0, 400);
        assert_eq!(refused(b"{\"inner\": {\"level\": 3}} x").0, 400);
        assert_eq!(refused(b"{\n\"\xff\"}"), (400, place(".", 2, 2)));
    }
}
