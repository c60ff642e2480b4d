//! Problems: what went wrong with a request, as problem details (RFC 9457). Says what, where and what to do; never
//! anything of the inside.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pointsman_engine::desk::Refusal;
use pointsman_engine::diagnostic::Diagnostic;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A failed request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem, stable: a name behind `urn:pointsman:problem:`.
    #[serde(rename = "type", serialize_with = "urn")]
    #[schema(value_type = String)]
    pub code: &'static str,
    /// The status code again.
    pub status: u16,
    /// The kind in a few words.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// What is wrong with this request and what to do about it.
    pub detail: String,
    /// Where in the body, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Box<BodyPlace>>,
    /// The findings on a tenant's files, where those are what is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub diagnostics: Vec<Diagnostic>,
    /// After how many seconds it is worth trying again; also in the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// A place in a request's JSON body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BodyPlace {
    /// The field, such as `identity.login`; `.` for the body as a whole.
    pub field: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

fn urn<S: serde::Serializer>(code: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("urn:pointsman:problem:{code}"))
}

impl Problem {
    /// A problem of a kind with its title.
    #[must_use]
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        Problem {
            code,
            status: status.as_u16(),
            title,
            detail: detail.into(),
            at: None,
            diagnostics: Vec::new(),
            retry_after_s: None,
        }
    }

    /// 400: the request itself is not well-formed.
    #[must_use]
    pub fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", "The request is not well-formed", detail)
    }

    /// 401: nobody is signed in.
    #[must_use]
    pub fn unauthorised() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "not-signed-in",
            "Not signed in",
            "send `Authorization: Bearer pm_…` with an API token, or sign in with POST /v1/session",
        )
    }

    /// 403: signed in, but not allowed.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "not-allowed", "Not allowed", detail)
    }

    /// 404: no such thing.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Not found", detail)
    }

    /// 409: the thing is not in the state the request needs.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, code, "In conflict with the present state", detail)
    }

    /// 413: larger than a limit.
    #[must_use]
    pub fn too_large(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
    }

    /// 422: well-formed, but it makes no sense.
    #[must_use]
    pub fn unprocessable(detail: impl Into<String>) -> Problem {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "The request cannot be carried out as it is",
            detail,
        )
    }

    /// 429: asked too often.
    #[must_use]
    pub fn too_many(detail: impl Into<String>, retry_after_s: u32) -> Problem {
        let mut problem =
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail);
        problem.retry_after_s = Some(retry_after_s);
        problem
    }

    /// 503: not now. Nothing is known to have changed; a create with an idempotency key may safely be sent again.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Problem {
        let mut problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available at the moment",
            detail,
        );
        problem.retry_after_s = Some(1);
        problem
    }

    /// 500: a fault of ours. The cause is logged, not told.
    #[must_use]
    pub fn fault() -> Problem {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "fault",
            "A fault in the server",
            "this is not the request's fault; the header `x-request-id` names it in the server's log",
        )
    }

    /// With the place in the body.
    #[must_use]
    pub fn at(mut self, place: BodyPlace) -> Problem {
        self.at = Some(Box::new(place));
        self
    }

    /// With the findings on a tenant's files.
    #[must_use]
    pub fn diagnostics(mut self, diagnostics: Vec<Diagnostic>) -> Problem {
        self.diagnostics = diagnostics;
        self
    }

    /// The body as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| String::from("{}"))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let detail = refusal.to_string();
        match refusal {
            Refusal::NothingPublished => Problem::conflict("nothing-published", detail),
            Refusal::NoSuchConversation(_) | Refusal::NoSuchAgent(_) => Problem::not_found(detail),
            Refusal::WrongPlace { .. } => Problem::conflict("wrong-place", detail),
            Refusal::NotEligible { .. } => Problem::conflict("not-eligible", detail),
            Refusal::NoCandidate | Refusal::CanaryRuns => Problem::conflict("stale-stage", detail),
            Refusal::GuardBreached(_) => Problem::conflict("guard-breached", detail),
            Refusal::OtherDirectory(_) => {
                let mut problem = Problem::unprocessable(detail);
                problem.code = "changes-more-than-rules";
                problem
            }
            Refusal::OverLimit { .. } => Problem::too_large(detail),
            _ => Problem::unprocessable(detail),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Problem {
        tracing::error!(%error, "the store failed");
        Problem::fault()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, PROBLEM_JSON)], self.to_json()).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
