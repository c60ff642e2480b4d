//! The interface in one process: the real router, store and actors, without a network.

mod access;
mod candidates;
mod conversations;
mod events;
mod modules;
mod problems;
mod rulesets;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use pointsman_engine::tenant::TenantFolder;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{App, Options, router};
use pointsman_engine::rules::module::Sandbox;

use crate::clock;
use crate::journal::Journal;
use crate::observe::metrics::Metrics;
use crate::role::Role;
use crate::secret::{fingerprint, new_token};
use crate::store::{Store, TokenRow};
use crate::tenant_setup::{SignIn, set_up};
use crate::tenants::{self, Tenants};

pub(super) const TENANT: &str = r#"
name = "小店"
zone = "Asia/Shanghai"
default_group = "general"
fallback = ["leave-message"]
skills = ["refund"]
[[channel]]
slug = "website"
[[channel]]
slug = "app"
[entries]
"售后" = "after-sales"
"#;

pub(super) const GROUPS: &str = r#"
[[group]]
slug = "general"
when_unstaffed = "wait"
[[group]]
slug = "after-sales"
name = "售后服务"
when_unstaffed = "wait"
"#;

pub(super) const AGENTS: &str = r#"
[[agent]]
slug = "wang-fang"
name = "王芳"
groups = ["general", "after-sales"]
capacity = 1
[[agent]]
slug = "li-lei"
groups = ["general"]
capacity = 2
"#;

pub(super) const REFUND: &str = r#"
name = "退款转售后"
[when.keywords]
any = ["退款"]
[then]
group = "after-sales"
priority = 5
tags = ["退款"]
reply = "正在为您转接售后"
"#;

/// A small tenant that compiles.
pub(super) fn folder() -> TenantFolder {
    let files = [
        ("tenant.toml", TENANT),
        ("groups.toml", GROUPS),
        ("agents.toml", AGENTS),
        ("rules/20-refund.toml", REFUND),
    ];
    TenantFolder {
        files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
    }
}

/// A host with one tenant, `shop`, and a token for each role.
pub(super) struct Host {
    pub(super) app: Arc<App>,
    pub(super) router: Router,
    pub(super) sign_ins: Vec<SignIn>,
    tokens: Vec<(Role, String)>,
    directory: tempfile::TempDir,
}

/// One sandbox for all hosts of the tests: each takes address space.
fn sandbox() -> Arc<Sandbox> {
    static SANDBOX: std::sync::OnceLock<Arc<Sandbox>> = std::sync::OnceLock::new();
    Arc::clone(SANDBOX.get_or_init(|| Arc::new(Sandbox::new().unwrap())))
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Host {
    pub(super) async fn start() -> Host {
        Host::start_in(tempfile::tempdir().unwrap(), tenants::Options::default()).await
    }

    async fn start_in(directory: tempfile::TempDir, options: tenants::Options) -> Host {
        let store = Store::open(directory.path()).await.unwrap();
        let metrics = Arc::new(Metrics::default());
        let (journal, _) = Journal::start(store.clone(), Arc::clone(&metrics));
        let tenants =
            Tenants::start(store.clone(), journal, sandbox(), Arc::clone(&metrics), options).await.unwrap();
        let app = App::new(store, tenants, metrics, Options::default());
        let sign_ins = set_up(&app, "shop", folder()).await.unwrap().unwrap_or_default();
        let mut host =
            Host { router: router(Arc::clone(&app)), app, sign_ins, tokens: Vec::new(), directory };
        for role in Role::ALL {
            let agent = (role == Role::Agent).then(|| String::from("wang-fang"));
            let token = host.token("shop", role, agent).await;
            host.tokens.push((role, token));
        }
        host
    }

    /// The same store, opened by another host: as after a restart.
    pub(super) async fn restart(self) -> Host {
        let Host { app, router, directory, .. } = self;
        app.tenants.stop().await;
        drop((app, router));
        // The last clones of the store go with the tasks that are ending.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Host::start_in(directory, tenants::Options::default()).await
    }

    /// A new token of a tenant.
    pub(super) async fn token(&self, tenant: &str, role: Role, agent: Option<String>) -> String {
        let tenant = self.app.store.tenant_named(tenant).await.unwrap().unwrap().id;
        let token = new_token().unwrap();
        let row = TokenRow {
            id: fingerprint(&token),
            tenant,
            name: role.to_string(),
            role,
            agent,
            hash: fingerprint(&token),
            created_by: String::from("test"),
            created_at: clock::now().0,
            revoked_at: None,
        };
        let mut writer = self.app.store.writer().await;
        let mut transaction = writer.begin().await.unwrap();
        self.app.store.add_token(&mut transaction, &row).await.unwrap();
        transaction.commit().await.unwrap();
        token
    }

    pub(super) fn token_of(&self, role: Role) -> &str {
        self.tokens.iter().find(|(known, _)| *known == role).map(|(_, token)| token.as_str()).unwrap()
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends a request with the token of a role, and JSON as its body.
    pub(super) async fn call(&self, role: Role, method: &str, path: &str, body: &str) -> Answer {
        self.call_with(self.token_of(role), method, path, body, &[]).await
    }

    pub(super) async fn call_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        request = request.header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(super) async fn online(&self, agent: &str) {
        let path = format!("/v1/agents/{agent}/presence");
        let answer = self.call(Role::Supervisor, "PUT", &path, r#"{"presence":"online"}"#).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    pub(super) async fn open(&self, text: &str) -> Value {
        let body = serde_json::json!({ "text": text }).to_string();
        let answer = self.call(Role::Agent, "POST", "/v1/conversations", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body
    }
}

impl Answer {
    /// The answer, which must be a problem of this kind.
    pub(super) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers.get(header::CONTENT_TYPE).unwrap(), "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status.as_u16(), "{self:?}");
        let kind = self.body["type"].as_str().unwrap();
        assert!(!self.body["detail"].as_str().unwrap().is_empty());
        (self.status.as_u16(), kind.rsplit(':').next().unwrap())
    }
}
