//! Snapshots: the whole state as bytes, so that an idle tenant leaves memory and a busy one starts quickly. A snapshot
//! is a cache of the journal: one of another engine version is refused, and the journal is folded instead.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::agent::{AgentState, AgentStats};
use super::breaker::Breaker;
use super::canary::Canary;
use super::conversation::Conversation;
use super::customers::Customers;
use super::frame::Frame;
use super::group::Pace;
use super::hours::HoursState;
use super::state::{Conversations, Desk};
use crate::id::{GroupId, RuleId};
use crate::model::{Agent, Directory, Presence};
use crate::rules::Revision;
use crate::time::Timestamp;

/// Changes whenever the form below does.
const FORMAT: &str = concat!("pointsman-desk-3-", env!("CARGO_PKG_VERSION"));

/// Bytes that are no snapshot of this engine version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a snapshot of this engine version: fold the journal instead")]
pub struct SnapshotError;

/// What cannot be derived from the rest.
#[derive(Serialize, Deserialize)]
struct Snapshot<'a> {
    format: Cow<'a, str>,
    seq: u64,
    now: Timestamp,
    revision: Option<Revision>,
    directory: Cow<'a, Directory>,
    hours: Cow<'a, [HoursState]>,
    agents: Vec<AgentSnapshot<'a>>,
    paces: Vec<Pace>,
    conversations: Vec<Cow<'a, Conversation>>,
    last_conversation: u64,
    customers: Cow<'a, Customers>,
    breakers: Cow<'a, BTreeMap<RuleId, Breaker>>,
    canary: Cow<'a, Option<Canary>>,
    online_seq: u64,
}

#[derive(Serialize, Deserialize)]
struct AgentSnapshot<'a> {
    spec: Cow<'a, Agent>,
    presence: Presence,
    accepting: bool,
    online_seq: u64,
    last_work_at: Timestamp,
    offline_due: Option<Timestamp>,
    stats: AgentStats,
    credits: Vec<(GroupId, i64)>,
}

impl Desk {
    /// The state as bytes, equal for equal states.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let agent = |agent: &AgentState| AgentSnapshot {
            spec: Cow::Owned(agent.spec.clone()),
            presence: agent.presence,
            accepting: agent.accepting,
            online_seq: agent.online_seq,
            last_work_at: agent.last_work_at,
            offline_due: agent.offline_due,
            stats: agent.stats,
            credits: agent.credits(&self.groups),
        };
        let snapshot = Snapshot {
            format: Cow::Borrowed(FORMAT),
            seq: self.seq,
            now: self.now,
            revision: self.frame.revision,
            directory: Cow::Borrowed(&self.frame.directory),
            hours: Cow::Borrowed(&self.frame.hours),
            agents: self.agents.iter().map(agent).collect(),
            paces: self.groups.iter().map(|group| group.pace).collect(),
            conversations: self.conversations.sorted().into_iter().map(Cow::Borrowed).collect(),
            last_conversation: self.conversations.last,
            customers: Cow::Borrowed(&self.customers),
            breakers: Cow::Borrowed(&self.breakers),
            canary: Cow::Borrowed(&self.canary),
            online_seq: self.online_seq,
        };
        // Every type above is plain data: serialising into memory has nothing to fail on.
        postcard::to_allocvec(&snapshot).unwrap_or_default()
    }

    /// A desk from [`Desk::snapshot`].
    ///
    /// # Errors
    /// Bytes that are no snapshot of this engine version; the caller then folds the journal instead.
    pub fn restore(bytes: &[u8]) -> Result<Desk, SnapshotError> {
        let (format, _) = postcard::take_from_bytes::<Cow<'_, str>>(bytes).map_err(|_| SnapshotError)?;
        if format != FORMAT {
            return Err(SnapshotError);
        }
        let snapshot: Snapshot<'_> = postcard::from_bytes(bytes).map_err(|_| SnapshotError)?;
        let mut desk = Desk {
            seq: snapshot.seq,
            now: snapshot.now,
            customers: snapshot.customers.into_owned(),
            breakers: snapshot.breakers.into_owned(),
            canary: snapshot.canary.into_owned(),
            online_seq: snapshot.online_seq,
            ..Desk::default()
        };
        if let Some(revision) = snapshot.revision {
            desk.frame = Frame::new(revision, snapshot.directory.into_owned(), snapshot.hours.into_owned());
        }
        let mut credits = Vec::new();
        for agent in snapshot.agents {
            credits.push(agent.credits);
            desk.agents.push(AgentState {
                presence: agent.presence,
                accepting: agent.accepting,
                online_seq: agent.online_seq,
                last_work_at: agent.last_work_at,
                offline_due: agent.offline_due,
                stats: agent.stats,
                ..AgentState::new(agent.spec.into_owned())
            });
        }
        for pace in snapshot.paces {
            desk.groups.push(super::group::GroupState { pace, ..Default::default() });
        }
        desk.conversations = Conversations::default();
        for conversation in snapshot.conversations {
            desk.conversations.insert(conversation.into_owned());
        }
        desk.conversations.last = snapshot.last_conversation;
        // Before anything waits: deadlines follow from it.
        desk.heed_thresholds();
        desk.reindex(&credits);
        Ok(desk)
    }
}
