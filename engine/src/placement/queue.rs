//! The queue 排队: a group's waiting conversations, best first.
//!
//! The order is priority, then age, with ageing: a point of priority is worth a fixed stretch of waiting
//! (`priority_ageing`), so `arrived − priority × ageing` never changes while a conversation waits, and a
//! conversation of any priority is overtaken only by those that arrived within a bounded time after it (R62).
//! Equal priorities are first in, first out.

use std::collections::{BTreeMap, BTreeSet};

use super::ask::Ask;
use crate::id::ConversationId;
use crate::time::Timestamp;

/// The place in the queue, smallest first.
pub(crate) type QueueKey = (i64, ConversationId);

/// The key of a conversation of this priority.
pub(crate) fn queue_key(
    arrived_at: Timestamp,
    priority: u8,
    ageing_ms: i64,
    conversation: ConversationId,
) -> QueueKey {
    (arrived_at.0.saturating_sub(i64::from(priority).saturating_mul(ageing_ms)), conversation)
}

/// The waiting conversations of one group: one list for each distinct ask, so that an agent who frees up looks at
/// the first of each list that fits and never at a conversation that asks for somebody else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    lists: BTreeMap<Ask, BTreeSet<QueueKey>>,
    by_age: BTreeSet<(Timestamp, ConversationId)>,
}

impl Queue {
    /// `own`: the group is the one the conversation waits for, not an overflow group.
    pub(crate) fn insert(&mut self, ask: &Ask, key: QueueKey, since: Timestamp, own: bool) {
        match self.lists.get_mut(ask) {
            Some(list) => drop(list.insert(key)),
            None => drop(self.lists.insert(ask.clone(), BTreeSet::from([key]))),
        }
        if own {
            self.by_age.insert((since, key.1));
        }
    }

    pub(crate) fn remove(&mut self, ask: &Ask, key: QueueKey, since: Timestamp, own: bool) {
        if let Some(list) = self.lists.get_mut(ask) {
            list.remove(&key);
            // An empty list stays while the asks are few: tenants ask the same things all day.
            if list.is_empty() && self.lists.len() > 64 {
                self.lists.remove(ask);
            }
        }
        if own {
            self.by_age.remove(&(since, key.1));
        }
    }

    /// How many wait for this group (those that overflow into it not counted).
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.by_age.len()).unwrap_or(u32::MAX)
    }

    /// The one that has waited longest, and since when.
    pub(crate) fn oldest(&self) -> Option<(Timestamp, ConversationId)> {
        self.by_age.first().copied()
    }

    /// Those that wait for this group, oldest first.
    pub(crate) fn by_age(&self) -> impl Iterator<Item = ConversationId> + '_ {
        self.by_age.iter().map(|(_, conversation)| *conversation)
    }

    /// The lists that are not empty.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&Ask, &BTreeSet<QueueKey>)> {
        self.lists.iter().filter(|(_, list)| !list.is_empty())
    }

    /// The place in line: exact for whoever is last and for the first 200, in between the number of all who wait.
    pub(crate) fn position(&self, key: QueueKey) -> u32 {
        const EXACT: usize = 200;
        let is_last = self.lists.values().all(|list| list.last().is_none_or(|last| *last <= key));
        let ahead = || self.lists.values().map(|list| list.range(..key).take(EXACT).count()).sum::<usize>();
        match if is_last { EXACT } else { ahead() } {
            ahead if ahead < EXACT => u32::try_from(ahead + 1).unwrap_or(u32::MAX),
            _ => self.len().max(1),
        }
    }
}
