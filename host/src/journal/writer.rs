//! The task that writes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::entry::{ChangedCandidate, CommitFailed, Done, Entry, Lane, NewLive, Rows};
use crate::observe::metrics::Metrics;
use crate::store::{self, ConversationRow, Place, Store, TenantId};

/// Entries that wait to be written. Whoever hands in more waits.
const PENDING_MAX: usize = 4_096;
/// Entries in one commit.
const COMMIT_ENTRIES_MAX: usize = 1_024;

/// The way to the task that writes.
#[derive(Clone, Debug)]
pub struct Journal {
    entries: mpsc::Sender<Entry>,
    metrics: Arc<Metrics>,
}

impl Journal {
    /// Starts the task. It ends, with everything written, once every clone of the [`Journal`] is dropped.
    #[must_use]
    pub fn start(store: Store, metrics: Arc<Metrics>) -> (Journal, JoinHandle<()>) {
        let (entries, receiver) = mpsc::channel(PENDING_MAX);
        let task = tokio::spawn(write(store, receiver, Arc::clone(&metrics)));
        (Journal { entries, metrics }, task)
    }

    /// Hands an entry in. Entries are made durable in the order in which they are handed in.
    pub async fn submit(&self, entry: Entry) {
        self.metrics.journal_pending.inc();
        if let Err(refused) = self.entries.send(entry).await {
            self.metrics.journal_pending.dec();
            refused.0.lane.break_off();
            (refused.0.done)(Err(CommitFailed));
        }
    }

    /// Returns once everything handed in so far is durable or has failed.
    pub async fn flush(&self) {
        let (done, settled) = tokio::sync::oneshot::channel();
        let entry = Entry {
            lane: Arc::new(Lane::new(0)),
            rows: Rows::default(),
            done: Box::new(move |_| {
                // Nobody waits any more: fine.
                let _ = done.send(());
            }),
        };
        self.submit(entry).await;
        let _ = settled.await;
    }
}

async fn write(store: Store, mut entries: mpsc::Receiver<Entry>, metrics: Arc<Metrics>) {
    let mut pending = Vec::with_capacity(COMMIT_ENTRIES_MAX);
    while entries.recv_many(&mut pending, COMMIT_ENTRIES_MAX).await > 0 {
        metrics.journal_pending.dec_by(i64::try_from(pending.len()).unwrap_or(i64::MAX));
        let mut load = Load::default();
        let mut settled: Vec<(Arc<Lane>, Option<u64>, Done)> = Vec::with_capacity(pending.len());
        for entry in pending.drain(..) {
            if entry.lane.is_broken() {
                (entry.done)(Err(CommitFailed));
                continue;
            }
            let seq = entry.rows.journal.as_ref().and_then(|row| u64::try_from(row.last_seq).ok());
            load.add(entry.rows);
            settled.push((entry.lane, seq, entry.done));
        }
        let begun = Instant::now();
        let entries = settled.len();
        let outcome = if load.is_empty() { Ok(()) } else { load.commit(&store).await };
        match outcome {
            Ok(()) => {
                metrics.commit_seconds.observe(begun.elapsed().as_secs_f64());
                metrics.commit_entries.observe(f64::from(u32::try_from(entries).unwrap_or(u32::MAX)));
                for (lane, seq, done) in settled {
                    if let Some(seq) = seq {
                        lane.commit(seq);
                    }
                    done(Ok(()));
                }
            }
            Err(error) => {
                tracing::error!(%error, entries, "a commit failed: the desks in it are dropped and folded anew");
                metrics.commits_failed.inc();
                for (lane, ..) in &settled {
                    lane.break_off();
                }
                for (_, _, done) in settled {
                    done(Err(CommitFailed));
                }
            }
        }
    }
}

/// The rows of one commit, by table.
#[derive(Debug, Default)]
struct Load {
    journal: Vec<store::JournalRow>,
    traces: Vec<store::TraceRow>,
    conversations: BTreeMap<(TenantId, i64), ConversationRow>,
    conversation_rows: Vec<(TenantId, i64, i64)>,
    answers: Vec<store::IdempotencyRow>,
    audit: Vec<store::AuditRow>,
    live: Vec<NewLive>,
    candidates: Vec<ChangedCandidate>,
    snapshots: Vec<(TenantId, store::SnapshotRow)>,
    wake_at: Vec<(TenantId, Option<i64>)>,
}

impl Load {
    fn add(&mut self, rows: Rows) {
        self.journal.extend(rows.journal);
        self.traces.extend(rows.traces);
        for row in rows.conversations {
            match self.conversations.entry((row.tenant, row.conversation)) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(row);
                }
                std::collections::btree_map::Entry::Occupied(mut earlier) => merge(earlier.get_mut(), row),
            }
        }
        self.conversation_rows.extend(rows.conversation_rows);
        self.answers.extend(rows.answer);
        self.audit.extend(rows.audit);
        self.live.extend(rows.live);
        self.candidates.extend(rows.candidates);
        self.snapshots.extend(rows.snapshot);
        self.wake_at.extend(rows.wake_at);
    }

    fn is_empty(&self) -> bool {
        self.journal.is_empty()
            && self.answers.is_empty()
            && self.audit.is_empty()
            && self.live.is_empty()
            && self.candidates.is_empty()
            && self.snapshots.is_empty()
            && self.wake_at.is_empty()
    }

    async fn commit(self, store: &Store) -> Result<(), sqlx::Error> {
        let mut writer = store.writer().await;
        let mut transaction = writer.begin().await?;
        store::add_journal(&mut transaction, self.journal).await?;
        store::add_traces(&mut transaction, self.traces).await?;
        store::put_conversations(&mut transaction, self.conversations.into_values().collect()).await?;
        store::add_conversation_rows(&mut transaction, self.conversation_rows).await?;
        store::add_answers(&mut transaction, self.answers).await?;
        store::add_audit(&mut transaction, self.audit).await?;
        for live in self.live {
            store::add_revision(&mut transaction, live.tenant, &live.row).await?;
            store::set_live(&mut transaction, live.tenant, live.row.number, &live.name).await?;
        }
        for ChangedCandidate { tenant, number, at, change } in self.candidates {
            store::change_candidate(&mut transaction, tenant, number, at, change, None).await?;
        }
        for (tenant, row) in self.snapshots {
            store::set_snapshot(&mut transaction, tenant, row).await?;
        }
        for (tenant, at) in self.wake_at {
            store::set_wake_at(&mut transaction, tenant, at).await?;
        }
        transaction.commit().await
    }
}

/// Puts a later change of a conversation on top of an earlier one.
fn merge(earlier: &mut ConversationRow, later: ConversationRow) {
    earlier.changed_at = later.changed_at;
    earlier.group = later.group.or(earlier.group);
    if later.place.is_some() {
        if later.place != Some(Place::Closed) {
            earlier.agent = later.agent;
        }
        earlier.place = later.place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ConversationFilter, JournalRow};

    fn row(tenant: i64, first_seq: i64, last_seq: i64) -> Rows {
        let journal = JournalRow {
            tenant: TenantId(tenant),
            first_seq,
            last_seq,
            at: 1,
            event_version: 1,
            principal: String::from("test"),
            command: String::from("{}"),
            events: String::from("[]"),
        };
        Rows { journal: Some(journal), ..Rows::default() }
    }

    struct Fixture {
        store: Store,
        journal: Journal,
        _directory: tempfile::TempDir,
    }

    async fn fixture() -> Fixture {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).await.unwrap();
        let (journal, _) = Journal::start(store.clone(), Arc::new(Metrics::default()));
        Fixture { store, journal, _directory: directory }
    }

    impl Fixture {
        async fn submit(&self, lane: &Arc<Lane>, rows: Rows) -> Result<(), CommitFailed> {
            let (done, answer) = tokio::sync::oneshot::channel();
            let done: Done = Box::new(move |outcome| {
                // The test that waits for it is still there.
                let _ = done.send(outcome);
            });
            self.journal.submit(Entry { lane: Arc::clone(lane), rows, done }).await;
            answer.await.unwrap()
        }
    }

    #[tokio::test]
    async fn what_is_answered_is_on_disk_and_in_order() {
        let fixture = fixture().await;
        let lane = Arc::new(Lane::new(0));
        for first in [1, 3, 5] {
            fixture.submit(&lane, row(1, first, first + 1)).await.unwrap();
        }
        assert_eq!(lane.committed_seq(), 6);
        let rows = fixture.store.journal_after(TenantId(1), 3, 10).await.unwrap();
        let places: Vec<_> = rows.iter().map(|row| (row.first_seq, row.last_seq)).collect();
        assert_eq!(places, [(3, 4), (5, 6)], "the row that holds event 4, and all behind it");
        assert_eq!(fixture.store.last_seq(TenantId(1)).await.unwrap(), 6);
    }

    #[tokio::test]
    async fn a_second_owner_fails_and_nothing_of_it_is_written_any_more() {
        let fixture = fixture().await;
        let owner = Arc::new(Lane::new(0));
        fixture.submit(&owner, row(1, 1, 2)).await.unwrap();
        let stale = Arc::new(Lane::new(0));
        assert_eq!(fixture.submit(&stale, row(1, 1, 1)).await, Err(CommitFailed));
        assert!(stale.is_broken() && !owner.is_broken());
        assert_eq!(fixture.submit(&stale, row(1, 3, 3)).await, Err(CommitFailed), "no gap behind a failure");
        fixture.submit(&owner, row(1, 3, 3)).await.unwrap();
    }

    #[tokio::test]
    async fn later_changes_of_a_conversation_win_and_leave_the_rest() {
        let fixture = fixture().await;
        let tenant = TenantId(7);
        let change = |opened, place, group, agent, changed_at| ConversationRow {
            tenant,
            conversation: 1,
            opened,
            place,
            group,
            agent,
            changed_at,
        };
        let lane = Arc::new(Lane::new(0));
        let mut seq = 0;
        for conversation in [
            change(Some((1, 10, 2)), Some(Place::Assigned), Some(4), Some(9), 10),
            change(None, None, None, None, 20),
            change(None, Some(Place::Closed), None, None, 30),
        ] {
            seq += 1;
            let rows = Rows { conversations: vec![conversation], ..row(7, seq, seq) };
            fixture.submit(&lane, rows).await.unwrap();
        }
        let listed = fixture.store.conversations(tenant, &ConversationFilter::default(), 10).await.unwrap();
        let [listed] = listed.as_slice() else { panic!("{listed:?}") };
        assert_eq!(listed.opened, Some((1, 10, 2)));
        assert_eq!((listed.place, listed.group, listed.agent), (Some(Place::Closed), Some(4), Some(9)));
        assert_eq!(listed.changed_at, 30);
    }
}
