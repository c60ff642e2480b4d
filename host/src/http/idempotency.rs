//! Idempotency keys: a create that is sent again with the same key answers what it answered, and changes nothing.

use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::App;
use crate::problem::Problem;
use crate::store::TenantId;
use crate::tenants::{IdempotencyKey, Reply, other_request};

/// The longest key.
const KEY_BYTES_MAX: usize = 128;
/// How long an answer is kept, in milliseconds.
pub const KEPT_MS: i64 = 24 * 3_600 * 1_000;

/// The key of a request, if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    key: Option<String>,
    request: String,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Key { key: key_of(&parts.headers)?, request: format!("{} {}", parts.method, parts.uri.path()) })
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= KEY_BYTES_MAX => Ok(Some(key.to_owned())),
        _ => Err(Problem::bad_request(format!(
            "`Idempotency-Key` holds 1 to {KEY_BYTES_MAX} printable ASCII characters"
        ))),
    }
}

impl Key {
    /// The key with the hash of its request; `Err` holds what was answered to the same request before.
    pub(crate) async fn check(
        self,
        app: &App,
        tenant: TenantId,
        body: &[u8],
    ) -> Result<Option<IdempotencyKey>, Result<Reply, Problem>> {
        let Some(key) = self.key else { return Ok(None) };
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.request.as_bytes()).update(b"\n").update(body);
        let fingerprint = hasher.finalize().to_hex().to_string();
        let known = app.store.answered(tenant, &key).await.map_err(|error| Err(error.into()))?;
        match known {
            None => Ok(Some(IdempotencyKey { key, fingerprint })),
            Some(row) if row.fingerprint == fingerprint => Err(Ok(Reply {
                status: axum::http::StatusCode::from_u16(row.status).unwrap_or_default(),
                body: row.body,
            })),
            Some(_) => Err(Err(other_request())),
        }
    }
}
