//! Signing in and out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{COOKIE, Principal, session_key};
use super::body::Body;
use super::{App, Shared};
use crate::clock;
use crate::problem::Problem;
use crate::role::Role;
use crate::secret::{PASSWORD_BYTES_MAX, fingerprint, random_key, verify_password};
use crate::store::AuditRow;

/// How long a session lasts: a working day.
const SESSION_S: i64 = 12 * 3_600;

/// A sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInRequest {
    /// The tenant's slug.
    tenant: String,
    /// The user's name.
    name: String,
    /// Their password.
    password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// `user:NAME` or `token:NAME`.
    name: String,
    /// What they may do.
    role: Role,
    /// The agent they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// The tenant's slug.
    tenant: String,
    /// The tenant's name for people.
    tenant_name: String,
}

/// Signs in: answers with a cookie.
#[utoipa::path(post, path = "/v1/session", tag = "session", request_body = SignInRequest, security(()),
    responses((status = 200, body = Session)))]
pub(crate) async fn sign_in(State(app): Shared, body: Body<SignInRequest>) -> Result<Response, Problem> {
    let SignInRequest { tenant, name, password } = body.value;
    if password.len() > PASSWORD_BYTES_MAX || tenant.len() > 256 || name.len() > 256 {
        return Err(wrong());
    }
    let who = format!("{tenant}/{name}");
    app.attempts.may_try(&who)?;
    let row = app.store.tenant_named(&tenant).await?;
    let user = match &row {
        Some(row) => app.store.user(row.id, &name).await?,
        None => None,
    };
    let kept = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = {
        let _turn = app
            .password_checks
            .acquire()
            .await
            .map_err(|_| Problem::unavailable("the server is stopping"))?;
        tokio::task::spawn_blocking(move || verify_password(&password, kept.as_deref()))
            .await
            .unwrap_or(false)
    };
    let (Some(tenant), Some(user), true) = (row, user, is_right) else {
        app.attempts.failed(&who);
        return Err(wrong());
    };
    app.attempts.succeeded(&who);
    let key = random_key().map_err(|error| {
        tracing::error!(%error, "no session key");
        Problem::fault()
    })?;
    let at = clock::now().0;
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    let ends = at + SESSION_S * 1_000;
    app.store.add_session(&mut transaction, &fingerprint(&key), tenant.id, &user.name, at, ends).await?;
    let by = format!("user:{}", user.name);
    let audit = AuditRow::new(tenant.id, at, &by, "session.sign-in", &user.name, &serde_json::json!({}));
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    transaction.commit().await?;
    let session = Session {
        name: by,
        role: user.role,
        agent: user.agent,
        tenant: tenant.slug,
        tenant_name: tenant.name,
    };
    let mut response = axum::Json(session).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&app, &key, SESSION_S)?);
    Ok(response)
}

fn wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "wrong-sign-in",
        "Not signed in",
        "tenant, name and password do not belong together",
    )
}

fn cookie(app: &App, key: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if app.options.secure_cookie { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={key}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::try_from(cookie).map_err(|_| Problem::fault())
}

/// Who is signed in.
#[utoipa::path(get, path = "/v1/session", tag = "session", responses((status = 200, body = Session)))]
pub(crate) async fn who(State(app): Shared, principal: Principal) -> Result<axum::Json<Session>, Problem> {
    let tenant = app.store.tenant(principal.tenant).await?.ok_or_else(Problem::unauthorised)?;
    Ok(axum::Json(Session {
        name: principal.name,
        role: principal.role,
        agent: principal.agent,
        tenant: tenant.slug,
        tenant_name: tenant.name,
    }))
}

/// Signs out.
#[utoipa::path(delete, path = "/v1/session", tag = "session", responses((status = 204)))]
pub(crate) async fn sign_out(
    State(app): Shared,
    principal: Principal,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(key) = session_key(&headers) else {
        return Err(Problem::unprocessable("a token is revoked, not signed out: DELETE /v1/tokens/{id}"));
    };
    let hash = fingerprint(key);
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    app.store.remove_session(&mut transaction, &hash).await?;
    let at = clock::now().0;
    let audit =
        AuditRow::new(principal.tenant, at, &principal.name, "session.sign-out", "", &serde_json::json!({}));
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    transaction.commit().await?;
    app.known.forget(&hash);
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&app, "", 0)?);
    Ok(response)
}

/// Wrong passwords for one name before it has to wait.
const FAILURES_MAX: u32 = 10;
/// How long it has to wait.
const WAIT: Duration = Duration::from_secs(60);
/// Names remembered.
const NAMES_MAX: usize = 10_000;

/// Wrong passwords lately, by name.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    failures: Mutex<HashMap<String, (u32, Instant)>>,
}

impl Attempts {
    fn may_try(&self, who: &str) -> Result<(), Problem> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match failures.get(who) {
            Some((failed, last)) if *failed >= FAILURES_MAX && last.elapsed() < WAIT => {
                let seconds = u32::try_from((WAIT - last.elapsed()).as_secs()).unwrap_or(60) + 1;
                Err(Problem::too_many("too many wrong passwords for this name", seconds))
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, who: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= NAMES_MAX {
            failures.retain(|_, (_, last)| last.elapsed() < WAIT);
        }
        if failures.len() < NAMES_MAX {
            let entry = failures.entry(who.to_owned()).or_insert((0, Instant::now()));
            if entry.1.elapsed() >= WAIT {
                entry.0 = 0;
            }
            *entry = (entry.0 + 1, Instant::now());
        }
    }

    fn succeeded(&self, who: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}
