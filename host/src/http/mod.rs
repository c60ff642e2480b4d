//! The HTTP interface: `/v1/…` with JSON, problems as RFC 9457, an event stream, and the web app.

mod agents;
mod api_page;
mod app_files;
mod audit;
mod auth;
mod body;
mod candidates;
mod connections;
mod conversations;
mod differences;
mod events;
mod files;
mod groups;
mod idempotency;
mod layers;
mod modules;
mod operations;
mod page;
mod recordings;
mod routes;
mod rulesets;
mod session;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use crate::observe::metrics::Metrics;
use crate::store::Store;
use crate::tenants::Tenants;
pub use app_files::AppFiles;
pub use auth::Principal;
pub use connections::serve;
pub use idempotency::KEPT_MS as IDEMPOTENCY_KEPT_MS;
pub use routes::{openapi, router};

/// Password checks at once: each takes a processor for tens of milliseconds and 19 MiB.
const PASSWORD_CHECKS_MAX: usize = 4;
/// Rulesets compiled at once for people who check and publish.
const COMPILES_MAX: usize = 4;
/// Recordings exported at once: each reads a journal from its beginning.
const EXPORTS_MAX: usize = 2;

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether the session cookie is only sent over TLS: on, where TLS ends in front of this server.
    pub secure_cookie: bool,
    /// The token that `/metrics` asks for. Without one, only this machine is answered.
    pub metrics_token: Option<String>,
    /// The web app.
    pub app_files: AppFiles,
}

impl Default for Options {
    fn default() -> Options {
        Options { secure_cookie: false, metrics_token: None, app_files: app_files::no_files }
    }
}

/// What every handler has at hand.
#[derive(Debug)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) tenants: Tenants,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) options: Options,
    pub(crate) known: auth::Known,
    pub(crate) past: rulesets::Past,
    pub(crate) attempts: session::Attempts,
    pub(crate) password_checks: Semaphore,
    pub(crate) compiles: Semaphore,
    pub(crate) exports: Arc<Semaphore>,
    stopping: watch::Sender<bool>,
}

/// The application as handlers are given it.
pub(crate) type Shared = axum::extract::State<Arc<App>>;

impl App {
    /// An application that is ready.
    #[must_use]
    pub fn new(store: Store, tenants: Tenants, metrics: Arc<Metrics>, options: Options) -> Arc<App> {
        Arc::new(App {
            store,
            tenants,
            metrics,
            options,
            known: auth::Known::default(),
            past: rulesets::Past::default(),
            attempts: session::Attempts::default(),
            password_checks: Semaphore::new(PASSWORD_CHECKS_MAX),
            compiles: Semaphore::new(COMPILES_MAX),
            exports: Arc::new(Semaphore::new(EXPORTS_MAX)),
            stopping: watch::Sender::new(false),
        })
    }

    /// From now on `/readyz` says no, streams end, and no connection is accepted any more.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Tells when the server begins to stop.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Whether new work is welcome.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !*self.stopping.borrow()
    }
}
