//! What moved on the floor between two looks at it.

use serde::Serialize;

use super::super::floor::{Away, Place};
use super::super::traffic::Arrival;
use crate::id::{AgentId, ChannelId, ConversationId, GroupId, RuleId};
use crate::time::Timestamp;

/// Moves kept between two looks. Beyond them only a count is kept: nobody can follow so many with their eyes.
pub(super) const MOVES_MAX: usize = 400;

/// A conversation's move, as the events tell it.
#[derive(Copy, Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Move {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub conversation: ConversationId,
    /// Where it was.
    pub from: Spot,
    /// Where it is from now on.
    pub to: Spot,
    /// The channel it came by.
    pub channel: ChannelId,
    /// What the visitor wants: a place in [`super::FloorPlan::intents`].
    pub intent: u16,
    /// The first of the rules that led it; `None`: a default did.
    pub rule: Option<RuleId>,
}

/// A place on the floor.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Spot {
    /// Not there yet.
    Outside,
    /// Waiting for a group.
    Queue {
        /// Which.
        group: GroupId,
    },
    /// In an agent's hands.
    Agent {
        /// Whose.
        agent: AgentId,
        /// For which group.
        group: GroupId,
    },
    /// With a bot.
    Bot,
    /// Leaving a message.
    Message,
    /// Filling in a ticket.
    Ticket,
    /// Gone: served, given up waiting or taken over for good, by where it was.
    Gone,
}

impl From<Place> for Spot {
    fn from(place: Place) -> Spot {
        match place {
            Place::Nowhere => Spot::Outside,
            Place::Waiting(group) => Spot::Queue { group },
            Place::With(agent, group) => Spot::Agent { agent, group },
            Place::Away(Away::Bot) => Spot::Bot,
            Place::Away(Away::Message) => Spot::Message,
            Place::Away(Away::Ticket) => Spot::Ticket,
            Place::Ended => Spot::Gone,
        }
    }
}

/// Collects moves. A conversation that is nowhere for a part of a batch has moved once, not twice.
#[derive(Clone, Debug, Default)]
pub(in crate::simulation) struct MoveLog {
    pub(super) moves: Vec<Move>,
    pub(super) left_out: u32,
    /// Conversations that have left a place and not come to another yet.
    between: Vec<(ConversationId, Place)>,
}

impl MoveLog {
    /// Gives what there is, and begins anew.
    pub(super) fn take(&mut self) -> MoveLog {
        let between = self.between.clone();
        std::mem::replace(self, MoveLog { between, ..MoveLog::default() })
    }

    pub(in crate::simulation) fn add(
        &mut self,
        conversation: ConversationId,
        (from, to): (Place, Place),
        at: Timestamp,
        arrival: &Arrival,
        rule: Option<RuleId>,
    ) {
        if to == Place::Nowhere {
            self.between.push((conversation, from));
            return;
        }
        let left = self.between.iter().position(|(id, _)| *id == conversation);
        let from = left.map_or(from, |at| self.between.swap_remove(at).1);
        if self.moves.len() >= MOVES_MAX {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        let Arrival { channel, intent, .. } = *arrival;
        self.moves.push(Move { at, conversation, from: from.into(), to: to.into(), channel, intent, rule });
    }
}
