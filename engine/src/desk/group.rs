//! A group at the desk: its members by state, its available agents, its queue.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::AgentId;
use crate::placement::pool::Pool;
use crate::placement::queue::Queue;
use crate::time::Timestamp;

/// One group's live state.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupState {
    /// Everybody with a seat here.
    pub members: BTreeSet<AgentId>,
    /// Members who can be given nothing, counted by [`crate::trace::Reason::IN_SEAT`].
    pub refused: [u32; 9],
    /// Members who can be given something.
    pub pool: Pool,
    /// Conversations that wait.
    pub queue: Queue,
    /// Conversations its agents hold.
    pub open: u32,
    pub pace: Pace,
}

/// What a group remembers from one conversation to the next.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// Where round robin goes on: behind the agent who came online as this one.
    pub turn: i64,
    /// The last assignment out of the queue.
    last_from_queue: Option<Timestamp>,
    /// The mean time between assignments while conversations wait; each new value counts an eighth.
    interval_ms: Option<i64>,
}

impl Pace {
    /// As a rule test describes it.
    pub(crate) fn staged(self, turn: i64, interval_ms: Option<i64>) -> Pace {
        Pace { turn, interval_ms, ..self }
    }

    /// Notes that the queue gave a conversation to an agent. `waiting`: whether others still wait.
    pub(crate) fn note_from_queue(&mut self, at: Timestamp, waiting: bool) {
        if let Some(last) = self.last_from_queue {
            let interval = at.since_ms(last);
            self.interval_ms = Some(self.interval_ms.map_or(interval, |mean| mean + (interval - mean) / 8));
        }
        self.last_from_queue = waiting.then_some(at);
    }

    /// The wait to be expected at this place in line: places × the mean time between assignments while conversations
    /// wait. `None` while nothing is known.
    pub(crate) fn expected_wait_ms(&self, position: u32) -> Option<i64> {
        self.interval_ms.map(|interval| interval.saturating_mul(i64::from(position)))
    }
}

impl GroupState {
    /// Members online in any way.
    pub(crate) fn online(&self) -> u32 {
        use crate::trace::Reason;
        let away = [Reason::Inactive, Reason::Offline].map(|reason| self.refused[reason.seat_index()]);
        let members = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        members.saturating_sub(away.iter().sum())
    }

    /// Whether anybody is on duty here, free or not.
    pub(crate) fn is_staffed(&self) -> bool {
        use crate::trace::Reason;
        let busy = Reason::IN_SEAT.iter().filter(|reason| reason.is_on_duty());
        self.pool.len() > 0 || busy.map(|reason| self.refused[reason.seat_index()]).sum::<u32>() > 0
    }
}
