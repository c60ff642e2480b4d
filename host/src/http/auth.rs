//! Who asks, and whether they may. One mechanism: every route is in one table with the role it needs, and the guard
//! made from that role stands in front of its handler.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, Method, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::clock;
use crate::problem::Problem;
use crate::role::Role;
use crate::secret::{TOKEN_PREFIX, fingerprint};
use crate::store::TenantId;

/// The session cookie's name.
pub(crate) const COOKIE: &str = "pointsman_session";

/// Who may use a route.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in with this role or one above it.
    AtLeast(Role),
}

/// Somebody who is signed in. The tenant comes from here and from nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Whose data they see.
    pub tenant: TenantId,
    /// How they are named in the journal and the audit log: `user:NAME` or `token:NAME`.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The agent they are, by slug.
    pub agent: Option<String>,
}

impl Principal {
    /// Whether they may act for the agent: supervisors for anybody, agents for themselves.
    pub(crate) fn may_act_for(&self, agent: &str) -> Result<(), Problem> {
        if self.role >= Role::Supervisor || self.agent.as_deref() == Some(agent) {
            return Ok(());
        }
        Err(Problem::forbidden(match &self.agent {
            Some(own) => format!("an agent acts only for themselves, and you are `{own}`"),
            None => String::from("this sign-in belongs to no agent: that takes a supervisor"),
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Principal>().cloned().ok_or_else(Problem::unauthorised)
    }
}

/// What the guard in front of one route knows.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) app: Arc<App>,
    pub(crate) access: Access,
}

/// Lets a request through, with its [`Principal`], or answers 401 or 403.
pub(crate) async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let by_token = headers.contains_key(header::AUTHORIZATION);
    if !by_token && let Err(problem) = same_origin(request.method(), headers) {
        return problem.into_response();
    }
    if let Access::AtLeast(role) = guard.access {
        match sign_in_of(&guard.app, headers).await {
            Ok(principal) if principal.role >= role => {
                request.extensions_mut().insert(principal);
            }
            Ok(principal) => {
                let detail = format!("this takes the role `{role}`, and you have `{}`", principal.role);
                return Problem::forbidden(detail).into_response();
            }
            Err(problem) => return problem.into_response(),
        }
    }
    next.run(request).await
}

/// Finds out who sent a request.
pub(crate) async fn sign_in_of(app: &App, headers: &HeaderMap) -> Result<Principal, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
        let token = token.map(str::trim).filter(|token| token.starts_with(TOKEN_PREFIX));
        let hash = fingerprint(token.ok_or_else(Problem::unauthorised)?);
        if let Some(principal) = app.known.get(&hash) {
            return Ok(principal);
        }
        let row = app.store.token(&hash).await?.ok_or_else(Problem::unauthorised)?;
        let principal = Principal {
            tenant: row.tenant,
            name: format!("token:{}", row.name),
            role: row.role,
            agent: row.agent,
        };
        app.known.keep(hash, principal.clone());
        return Ok(principal);
    }
    let hash = fingerprint(session_key(headers).ok_or_else(Problem::unauthorised)?);
    if let Some(principal) = app.known.get(&hash) {
        return Ok(principal);
    }
    let row = app.store.session(&hash, clock::now().0).await?.ok_or_else(Problem::unauthorised)?;
    let principal = Principal {
        tenant: row.tenant,
        name: format!("user:{}", row.name),
        role: row.role,
        agent: row.agent,
    };
    app.known.keep(hash, principal.clone());
    Ok(principal)
}

/// The session key in the cookie.
pub(crate) fn session_key(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// Refuses a write that a browser sends on behalf of another site. Without either header it is no browser that sends.
fn same_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let is_same = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin_is_host(origin, text("host")),
        (None, None) => true,
    };
    if is_same { Ok(()) } else { Err(Problem::forbidden("the request comes from another site")) }
}

/// Whether an `Origin` names the host that is asked.
pub(crate) fn origin_is_host(origin: &str, host: Option<&str>) -> bool {
    origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host)
}

/// How long a sign-in that was looked up counts without another look.
const KNOWN_FOR: Duration = Duration::from_secs(10);
/// Sign-ins remembered.
const KNOWN_MAX: usize = 20_000;

/// Sign-ins looked up a moment ago, by the hash of their key. Whatever ends one on this host forgets it here at once.
#[derive(Debug, Default)]
pub(crate) struct Known {
    principals: RwLock<HashMap<String, (Principal, Instant)>>,
}

impl Known {
    fn get(&self, hash: &str) -> Option<Principal> {
        let principals = self.principals.read().unwrap_or_else(PoisonError::into_inner);
        principals
            .get(hash)
            .filter(|(_, at)| at.elapsed() < KNOWN_FOR)
            .map(|(principal, _)| principal.clone())
    }

    fn keep(&self, hash: String, principal: Principal) {
        let mut principals = self.principals.write().unwrap_or_else(PoisonError::into_inner);
        if principals.len() >= KNOWN_MAX {
            principals.retain(|_, (_, at)| at.elapsed() < KNOWN_FOR);
        }
        if principals.len() < KNOWN_MAX {
            principals.insert(hash, (principal, Instant::now()));
        }
    }

    /// Forgets one key.
    pub(crate) fn forget(&self, hash: &str) {
        self.principals.write().unwrap_or_else(PoisonError::into_inner).remove(hash);
    }

    /// Forgets every sign-in of a name.
    pub(crate) fn forget_name(&self, tenant: TenantId, name: &str) {
        let mut principals = self.principals.write().unwrap_or_else(PoisonError::into_inner);
        principals.retain(|_, (principal, _)| principal.tenant != tenant || principal.name != name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn writes_from_another_site_are_refused() {
        let refused = |list: &[_]| same_origin(&Method::POST, &headers(list)).is_err();
        assert!(refused(&[("sec-fetch-site", "cross-site")]));
        assert!(refused(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "http://desk.test"),
            ("host", "desk.test")
        ]));
        assert!(refused(&[("origin", "http://evil.test"), ("host", "desk.test")]));
        assert!(refused(&[("origin", "null"), ("host", "desk.test")]));
        assert!(!refused(&[("origin", "http://desk.test:8080"), ("host", "desk.test:8080")]));
        assert!(!refused(&[("sec-fetch-site", "same-origin")]));
        assert!(!refused(&[]), "no browser");
        assert!(same_origin(&Method::GET, &headers(&[("sec-fetch-site", "cross-site")])).is_ok());
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let map = headers(&[("cookie", "a=b; pointsman_session=k3y; c=d")]);
        assert_eq!(session_key(&map), Some("k3y"));
        assert_eq!(session_key(&headers(&[("cookie", "xpointsman_session=k3y")])), None);
    }
}
