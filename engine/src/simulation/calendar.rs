//! The calendar: what will happen to conversations of its own accord, in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::id::ConversationId;
use crate::time::Timestamp;

/// Something that will happen to a conversation. At one instant they happen in this order, so that an agent who
/// becomes free takes a visitor whose patience ends at that very moment.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// The agent is done.
    HandleEnd,
    /// The bot is done.
    BotEnd,
    /// The message is left, the ticket filled in.
    FormEnd,
    /// The agent says something for the first time.
    Reply,
    /// The visitor says something more.
    FollowUp,
    /// The visitor will not wait any longer.
    PatienceEnd,
}

/// An entry of the calendar.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// When.
    pub(super) at: Timestamp,
    /// What.
    pub(super) due: Due,
    /// To which conversation.
    pub(super) conversation: ConversationId,
    /// The conversation's turn it belongs to; void once the conversation has moved on.
    pub(super) turn: u8,
}

/// Entries in order of instant, kind, conversation and turn: an order without ties.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendar {
    /// Each entry packed into one number that sorts as the entry does: 64 bits of instant, 4 of kind, 52 of
    /// conversation, 8 of turn.
    heap: BinaryHeap<Reverse<u128>>,
}

const TURN_BITS: u32 = 8;
const DUE_SHIFT: u32 = 60;
const SIGN: u64 = 1 << 63;

impl Calendar {
    pub(super) fn push(&mut self, entry: Entry) {
        let low = ((entry.due as u64) << DUE_SHIFT)
            | ((entry.conversation.0 << TURN_BITS) & ((1 << DUE_SHIFT) - 1))
            | u64::from(entry.turn);
        let high = entry.at.0 as u64 ^ SIGN;
        self.heap.push(Reverse(u128::from(high) << 64 | u128::from(low)));
    }

    /// When the next entry is due.
    pub(super) fn peek(&self) -> Option<Timestamp> {
        self.heap.peek().map(|Reverse(key)| Timestamp(((key >> 64) as u64 ^ SIGN) as i64))
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        let at = self.peek()?;
        let Reverse(key) = self.heap.pop()?;
        let low = key as u64;
        let due = match low >> DUE_SHIFT {
            0 => Due::HandleEnd,
            1 => Due::BotEnd,
            2 => Due::FormEnd,
            3 => Due::Reply,
            4 => Due::FollowUp,
            _ => Due::PatienceEnd,
        };
        let conversation = ConversationId((low & ((1 << DUE_SHIFT) - 1)) >> TURN_BITS);
        Some(Entry { at, due, conversation, turn: low as u8 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_whole_and_in_order() {
        let entry = |at, due, conversation, turn| Entry {
            at: Timestamp(at),
            due,
            conversation: ConversationId(conversation),
            turn,
        };
        let in_order = [
            entry(-5, Due::PatienceEnd, 9, 0),
            entry(0, Due::HandleEnd, 7, 255),
            entry(0, Due::BotEnd, 1, 0),
            entry(0, Due::FormEnd, 1, 0),
            entry(0, Due::Reply, 1, 3),
            entry(0, Due::Reply, 2, 1),
            entry(0, Due::FollowUp, 1, 0),
            entry(0, Due::PatienceEnd, 1_000_000_000, 1),
            entry(1_800_000_000_000, Due::HandleEnd, 1, 0),
        ];
        let mut calendar = Calendar::default();
        for entry in in_order.iter().rev() {
            calendar.push(*entry);
        }
        for entry in in_order {
            assert_eq!(calendar.peek(), Some(entry.at));
            assert_eq!(calendar.pop(), Some(entry));
        }
        assert_eq!(calendar.pop(), None);
    }
}
