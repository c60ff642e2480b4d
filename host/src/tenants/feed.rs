//! The live feed: what tenants commit, as it becomes durable, for whoever listens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pointsman_engine::desk::EventRecord;
use pointsman_engine::rules::Ruleset;
use tokio::sync::broadcast;

use crate::store::TenantId;

/// Batches kept for a listener who is slow. One who falls further behind reads the journal instead.
const BACKLOG_MAX: usize = 256;

/// The events of one command, durable.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The events.
    pub events: Arc<Vec<EventRecord>>,
    /// The ruleset that was live afterwards: the way from ids to slugs.
    pub ruleset: Arc<Ruleset>,
    /// The candidate that decided beside it.
    pub canary: Option<Arc<Ruleset>>,
}

/// The feeds of all tenants.
#[derive(Clone, Debug, Default)]
pub struct Feeds {
    feeds: Arc<Mutex<HashMap<TenantId, broadcast::Sender<Committed>>>>,
}

impl Feeds {
    /// Listens to a tenant from now on.
    #[must_use]
    pub fn listen(&self, tenant: TenantId) -> broadcast::Receiver<Committed> {
        self.lock().entry(tenant).or_insert_with(|| broadcast::channel(BACKLOG_MAX).0).subscribe()
    }

    /// Whether anybody listens to the tenant.
    #[must_use]
    pub fn has_listeners(&self, tenant: TenantId) -> bool {
        self.lock().get(&tenant).is_some_and(|feed| feed.receiver_count() > 0)
    }

    /// Tells whoever listens.
    pub(super) fn publish(&self, tenant: TenantId, committed: Committed) {
        let mut feeds = self.lock();
        if let Some(feed) = feeds.get(&tenant)
            && feed.send(committed).is_err()
        {
            feeds.remove(&tenant);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, broadcast::Sender<Committed>>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
