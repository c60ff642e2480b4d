//! Tenants as actors. Each active tenant has one task that owns its desk; an idle one is a row in the store and nothing
//! in memory, and comes back with the next command.

mod actor;
mod ask;
mod candidate;
mod candidate_steps;
mod feed;
mod recent;
mod records;
mod recovery;
mod slow_lane;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::time::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

pub(crate) use actor::other_request;
pub use ask::{
    Ask, AtStage, Audit, CandidateAsk, CandidateStep, CommandAsk, Context, Decide, IdempotencyKey,
    PublishAsk, Render, RenderPublished, Reply, ReplySender,
};
pub use candidate::{Differences, Example, InDiffering, Running, ToldPlan};
pub(crate) use candidate_steps::stale_stage;
pub use feed::{Committed, Feeds};
pub use recovery::RecoveryError;

use crate::clock;
use crate::journal::Journal;
use crate::observe::metrics::Metrics;
use crate::problem::Problem;
use crate::store::{Store, TenantId};
use actor::Actor;
pub(crate) use slow_lane::STACK_BYTES;
use slow_lane::SlowLane;

/// Commands that may wait for one tenant. Whoever comes with more is asked to come again.
const MAILBOX_MAX: usize = 1_024;

/// How the actors behave.
#[derive(Copy, Clone, Debug)]
pub struct Options {
    /// How long nobody may ask before a tenant leaves memory.
    pub idle_after: Duration,
    /// After how many events a desk is snapshotted, so that coming back has a bound.
    pub snapshot_events: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { idle_after: Duration::from_secs(300), snapshot_events: 50_000 }
    }
}

/// Every tenant of this host.
#[derive(Clone, Debug)]
pub struct Tenants {
    shared: Arc<Shared>,
}

/// The tenants cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] sqlx::Error),
    /// The system has no more threads.
    #[error("cannot start the threads of the slow lane: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

#[derive(Debug)]
struct Shared {
    store: Store,
    journal: Journal,
    sandbox: Arc<Sandbox>,
    metrics: Arc<Metrics>,
    feeds: Feeds,
    slow_lane: SlowLane,
    options: Options,
    actors: Mutex<Actors>,
    sleeping: Mutex<BTreeSet<(i64, TenantId)>>,
    sleeper_added: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Actors {
    slots: HashMap<TenantId, Slot>,
    next_incarnation: u64,
    stopping: bool,
}

#[derive(Debug)]
struct Slot {
    incarnation: u64,
    mailbox: mpsc::Sender<Ask>,
    task: JoinHandle<()>,
}

impl Tenants {
    /// The tenants of a store. Those that want to be woken are woken in time.
    ///
    /// # Errors
    /// The store failed, or the system has no more threads.
    pub async fn start(
        store: Store,
        journal: Journal,
        sandbox: Arc<Sandbox>,
        metrics: Arc<Metrics>,
        options: Options,
    ) -> Result<Tenants, StartError> {
        let slow_lane = SlowLane::start()?;
        let sleeping = store.wake_list().await?.into_iter().collect();
        let shared = Arc::new(Shared {
            store,
            journal,
            sandbox,
            metrics,
            feeds: Feeds::default(),
            slow_lane,
            options,
            actors: Mutex::default(),
            sleeping: Mutex::new(sleeping),
            sleeper_added: Arc::default(),
        });
        tokio::spawn(wake_sleepers(Arc::downgrade(&shared)));
        Ok(Tenants { shared })
    }

    /// Where modules run, of all tenants.
    #[must_use]
    pub fn sandbox(&self) -> &Arc<Sandbox> {
        &self.shared.sandbox
    }

    /// The live feed of what tenants commit.
    #[must_use]
    pub fn feeds(&self) -> &Feeds {
        &self.shared.feeds
    }

    /// Hands something to a tenant's actor, which is brought back first where it is idle.
    ///
    /// # Errors
    /// The host is stopping, or too much waits for this tenant already.
    pub fn ask(&self, tenant: TenantId, ask: Ask) -> Result<(), Problem> {
        self.shared.ask(tenant, ask)
    }

    /// Carries out a command and answers once it is durable.
    ///
    /// # Errors
    /// What the tenant answers, or that it could not be asked.
    pub async fn command(
        &self,
        tenant: TenantId,
        ask: impl FnOnce(ReplySender) -> Ask,
    ) -> Result<Reply, Problem> {
        let (sender, receiver) = oneshot::channel();
        self.ask(tenant, ask(sender))?;
        receiver
            .await
            .unwrap_or_else(|_| Err(Problem::unavailable("the command was not carried out: send it again")))
    }

    /// Reads from a tenant's desk. What is read is durable by the time it is returned.
    ///
    /// # Errors
    /// What `read` answers, or that the tenant could not be asked.
    pub async fn read<T: Send + 'static>(
        &self,
        tenant: TenantId,
        read: impl FnOnce(&Context<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (sender, receiver) = oneshot::channel();
        self.ask(
            tenant,
            Ask::Read(Box::new(move |context| {
                let answer = read(context);
                Box::new(move |committed| {
                    let answer = match committed {
                        Ok(()) => answer,
                        Err(_) => Err(Problem::unavailable("the tenant is being brought back: ask again")),
                    };
                    // Whoever asked may have gone.
                    drop(sender.send(answer));
                })
            })),
        )?;
        receiver
            .await
            .unwrap_or_else(|_| Err(Problem::unavailable("the tenant is being brought back: ask again")))
    }

    /// The live ruleset of a tenant.
    ///
    /// # Errors
    /// Nothing is live yet, or the tenant could not be asked.
    pub async fn ruleset(&self, tenant: TenantId) -> Result<Arc<Ruleset>, Problem> {
        self.read(tenant, |context| context.ruleset().cloned()).await
    }

    /// The tenants in memory, at most `limit`, in order of their number.
    #[must_use]
    pub fn active(&self, limit: usize) -> Vec<TenantId> {
        let actors = self.shared.lock_actors();
        let mut active: Vec<TenantId> = actors.slots.keys().copied().collect();
        active.sort_unstable();
        active.truncate(limit);
        active
    }

    /// Stops taking anything in, lets every actor finish what it has, snapshot its desk and go.
    pub async fn stop(&self) {
        let slots = {
            let mut actors = self.shared.lock_actors();
            actors.stopping = true;
            std::mem::take(&mut actors.slots)
        };
        let tasks: Vec<_> = slots.into_values().map(|slot| slot.task).collect();
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a tenant's task failed");
            }
        }
        self.shared.journal.flush().await;
    }
}

impl Shared {
    fn lock_actors(&self) -> std::sync::MutexGuard<'_, Actors> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(self: &Arc<Self>, tenant: TenantId, mut ask: Ask) -> Result<(), Problem> {
        let mut actors = self.lock_actors();
        if actors.stopping {
            return Err(Problem::unavailable("the server is stopping"));
        }
        if let Some(slot) = actors.slots.get(&tenant) {
            match slot.mailbox.try_send(ask) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::TrySendError::Full(_)) => {
                    return Err(Problem::too_many("too many requests wait for this tenant", 1));
                }
                Err(mpsc::error::TrySendError::Closed(back)) => ask = back,
            }
        }
        // Nobody there, or on the way out: the next incarnation begins when the last one is gone.
        let previous = actors.slots.remove(&tenant).map(|slot| slot.task);
        let (mailbox, receiver) = mpsc::channel(MAILBOX_MAX);
        let incarnation = actors.next_incarnation;
        actors.next_incarnation += 1;
        // A fresh mailbox has room for one.
        drop(mailbox.try_send(ask));
        let task = tokio::spawn(live(Arc::clone(self), tenant, incarnation, receiver, previous));
        actors.slots.insert(tenant, Slot { incarnation, mailbox, task });
        drop(actors);
        self.lock_sleeping().retain(|(_, sleeper)| *sleeper != tenant);
        Ok(())
    }

    fn lock_sleeping(&self) -> std::sync::MutexGuard<'_, BTreeSet<(i64, TenantId)>> {
        self.sleeping.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One incarnation of a tenant's actor, from folding its desk to leaving memory.
async fn live(
    shared: Arc<Shared>,
    tenant: TenantId,
    incarnation: u64,
    mailbox: mpsc::Receiver<Ask>,
    previous: Option<JoinHandle<()>>,
) {
    if let Some(previous) = previous
        && let Err(error) = previous.await
    {
        tracing::error!(%error, tenant = tenant.0, "the tenant's task failed: its desk is folded anew");
    }
    // What the last incarnation decided is durable or has failed before its successor reads the journal.
    shared.journal.flush().await;
    shared.metrics.active_tenants.inc();
    let _leaving = Leaving { shared: Arc::clone(&shared), tenant, incarnation };
    match Actor::recover(&shared, tenant).await {
        Ok(actor) => {
            if let Some(wake_at) = actor.run(mailbox).await {
                shared.lock_sleeping().insert((wake_at, tenant));
                shared.sleeper_added.notify_one();
            }
        }
        Err(error) => {
            // Dropping the mailbox answers everybody in it with "unavailable".
            tracing::error!(%error, tenant = tenant.0, "the tenant cannot be brought back");
        }
    }
}

/// Takes the slot out when the actor goes, in whatever way it goes.
struct Leaving {
    shared: Arc<Shared>,
    tenant: TenantId,
    incarnation: u64,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.shared.metrics.active_tenants.dec();
        let mut actors = self.shared.lock_actors();
        if actors.slots.get(&self.tenant).is_some_and(|slot| slot.incarnation == self.incarnation) {
            actors.slots.remove(&self.tenant);
        }
    }
}

/// Wakes sleeping tenants when their time has come.
async fn wake_sleepers(shared: std::sync::Weak<Shared>) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        let first = strong.lock_sleeping().first().copied();
        let Timestamp(now) = clock::now();
        if let Some((at, tenant)) = first
            && at <= now
        {
            strong.lock_sleeping().remove(&(at, tenant));
            if let Err(problem) = strong.ask(tenant, Ask::Wake) {
                tracing::warn!(
                    tenant = tenant.0,
                    problem = problem.detail,
                    "a sleeping tenant could not be woken"
                );
            }
            continue;
        }
        // Looks again now and then, so that it ends soon after everything else has gone.
        let pause = first.map_or(1_000, |(at, _)| at.saturating_sub(now)).clamp(1, 1_000);
        let pause = Duration::from_millis(u64::try_from(pause).unwrap_or(1_000));
        let added = Arc::clone(&strong.sleeper_added);
        drop(strong);
        // Either way it looks again.
        let _ = tokio::time::timeout(pause, added.notified()).await;
    }
}
