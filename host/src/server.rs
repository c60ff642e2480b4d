//! The server as a whole: the store, the journal, the tenants and the HTTP interface, started and stopped together.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pointsman_engine::rules::module::{Sandbox, SandboxError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock;
use crate::http::{self, App};
use crate::journal::Journal;
use crate::observe::metrics::Metrics;
use crate::store::{OpenError, Store};
use crate::tenants::{self, Tenants};

/// How long open requests may still take once the server is told to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often what is kept for a time only is swept.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// Rows swept in one transaction, so that nobody waits long for it.
const SWEEP_ROWS: i64 = 5_000;

/// How the server runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How tenants behave.
    pub tenants: tenants::Options,
    /// How the interface behaves.
    pub http: http::Options,
}

/// The server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The tenants cannot be served.
    #[error(transparent)]
    Tenants(#[from] tenants::StartError),
    /// Modules cannot run on this machine.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The address cannot be used.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// The application.
    pub app: Arc<App>,
    /// Where it listens.
    pub address: SocketAddr,
    serving: JoinHandle<()>,
    writing: JoinHandle<()>,
}

impl Server {
    /// Starts: opens the store, wakes who wants to be woken, listens.
    ///
    /// # Errors
    /// The store does not open, or the address is taken.
    pub async fn start(options: Options) -> Result<Server, StartError> {
        let store = Store::open(&options.data).await?;
        let metrics = Arc::new(Metrics::default());
        let (journal, writing) = Journal::start(store.clone(), Arc::clone(&metrics));
        let sandbox = Arc::new(Sandbox::new()?);
        let tenants =
            Tenants::start(store.clone(), journal, sandbox, Arc::clone(&metrics), options.tenants).await?;
        let listen = |error| StartError::Listen(options.listen, error);
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let app = App::new(store, tenants, metrics, options.http);
        let serving = tokio::spawn(http::serve(listener, http::router(Arc::clone(&app)), app.stopping()));
        tokio::spawn(sweep(Arc::clone(&app)));
        Ok(Server { app, address, serving, writing })
    }

    /// Stops: takes no more in, answers what is open, lets every tenant finish and snapshot, waits for the disk.
    /// Open requests have ten seconds. What was answered is durable whatever happens.
    pub async fn stop(self) {
        let Server { app, serving, writing, .. } = self;
        app.stop();
        let aborted = serving.abort_handle();
        if tokio::time::timeout(STOP_WITHIN, serving).await.is_err() {
            tracing::warn!("some requests were still open and are broken off");
            aborted.abort();
        }
        app.tenants.stop().await;
        // Handlers that were broken off may still hold the application: the journal ends when the last is gone.
        drop(app);
        if tokio::time::timeout(STOP_WITHIN, writing).await.is_err() {
            tracing::warn!("the journal is still held; everything that was handed in is durable");
        }
    }
}

/// Forgets what is kept for a time only.
async fn sweep(app: Arc<App>) {
    let mut stopping = app.stopping();
    let mut every = tokio::time::interval(SWEEP_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopping.changed() => return,
            _ = every.tick() => {}
        }
        let before = clock::now().0 - http::IDEMPOTENCY_KEPT_MS;
        loop {
            match app.store.forget_answers(before, SWEEP_ROWS).await {
                Ok(rows) if i64::try_from(rows).is_ok_and(|rows| rows >= SWEEP_ROWS) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(%error, "old answers are not forgotten");
                    break;
                }
            }
        }
    }
}
