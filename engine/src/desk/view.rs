//! Looking at a desk from outside: plain data, by id.

use std::collections::BTreeMap;

use serde::Serialize;

use super::conversation::{Conversation, Place};
use super::event::{AssignedBy, Directed};
use super::state::Desk;
use crate::id::{AgentId, ChannelId, ConversationId, CustomerId, GroupId, RuleId};
use crate::model::{Agent, Directory, FallbackStep, Presence};
use crate::rules::{GroupFacts, Plan, Revision};
use crate::time::Timestamp;
use crate::trace::Reason;

/// One open conversation.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationView<'a> {
    /// Its number.
    pub id: ConversationId,
    /// Its customer, where recognisable.
    pub customer: Option<CustomerId>,
    /// The channel.
    pub channel: ChannelId,
    /// The business entry.
    pub entry: Option<&'a str>,
    /// The language.
    pub language: Option<&'a str>,
    /// The VIP level.
    pub vip: u8,
    /// When it opened.
    pub opened_at: Timestamp,
    /// Where it is.
    pub place: PlaceView<'a>,
    /// 0 to 9.
    pub priority: u8,
    /// Tags, in the order in which they were added.
    pub tags: &'a [String],
    /// Risks, in the order in which they were flagged.
    pub risks: &'a [String],
    /// The rules that gave effects so far (R33).
    pub rules: &'a [RuleId],
    /// What the rules asked for last.
    pub plan: Option<&'a Plan>,
    /// How often it came back from an agent (R63).
    pub returns: u32,
}

/// Where a conversation is: always in exactly one place (N6).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceView<'a> {
    /// Between two events of one batch; never seen from outside.
    BeingPlaced,
    /// In a queue.
    Queued {
        /// Of which group.
        group: GroupId,
        /// Since when the visitor waits.
        since: Timestamp,
        /// The place in line; exact for the last and the first 200.
        position: u32,
        /// Estimate; `None` while nothing is known.
        expected_wait_ms: Option<i64>,
        /// For a time, only for this agent.
        directed: Option<Directed>,
    },
    /// With an agent.
    Assigned {
        /// Who.
        agent: AgentId,
        /// In which group.
        group: GroupId,
        /// Since when.
        since: Timestamp,
        /// Why this one.
        by: AssignedBy,
    },
    /// With a bot.
    Bot {
        /// Its name.
        name: &'a str,
    },
    /// Leave-message or ticket.
    Fallback {
        /// Which.
        kind: &'a FallbackStep,
    },
}

/// One agent.
#[derive(Clone, Debug, Serialize)]
pub struct AgentView<'a> {
    /// The agent with live changes.
    pub agent: &'a Agent,
    /// Presence.
    pub presence: Presence,
    /// The accepting switch.
    pub accepting: bool,
    /// In hand.
    pub conversations: &'a [ConversationId],
    /// For each group the agent can be reached through: why nothing can be given there; `None`: something can.
    pub seats: Vec<(GroupId, Option<Reason>)>,
}

impl Desk {
    /// The live revision; `None` before the first was published.
    #[must_use]
    pub fn revision(&self) -> Option<Revision> {
        self.frame.revision
    }

    /// The live configuration.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.frame.directory
    }

    /// The instant of the last command.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether some hours are open right now.
    #[must_use]
    pub fn is_open(&self, hours: crate::id::HoursId) -> bool {
        self.frame.is_open(Some(hours))
    }

    /// One open conversation.
    #[must_use]
    pub fn conversation(&self, id: ConversationId) -> Option<ConversationView<'_>> {
        self.conversations.get(id).map(|conversation| self.view(conversation))
    }

    /// All open conversations, by number.
    #[must_use]
    pub fn conversations(&self) -> Vec<ConversationView<'_>> {
        self.conversations.sorted().into_iter().map(|conversation| self.view(conversation)).collect()
    }

    /// How many conversations are open.
    #[must_use]
    pub fn conversations_len(&self) -> usize {
        self.conversations.len()
    }

    /// The number of the conversation that began last; 0: none did.
    #[must_use]
    pub fn last_conversation(&self) -> ConversationId {
        ConversationId(self.conversations.last)
    }

    /// How many customers are remembered.
    #[must_use]
    pub fn customers_len(&self) -> usize {
        self.customers.len()
    }

    /// Whether a customer was here before.
    #[must_use]
    pub fn knows(&self, customer: CustomerId) -> bool {
        self.customers.get(customer).is_some()
    }

    /// One agent.
    #[must_use]
    pub fn agent(&self, id: AgentId) -> Option<AgentView<'_>> {
        self.agents.get(id.index()).map(|agent| AgentView {
            agent: &agent.spec,
            presence: agent.presence,
            accepting: agent.accepting,
            conversations: &agent.conversations,
            seats: agent.seats.iter().map(|seat| (seat.group, seat.refused())).collect(),
        })
    }

    /// All agents, by id, those of earlier revisions included.
    pub fn agents(&self) -> impl Iterator<Item = AgentView<'_>> {
        (0..self.agents.len()).filter_map(|index| self.agent(AgentId(index as u32)))
    }

    /// A group in numbers.
    #[must_use]
    pub fn group_facts(&self, id: GroupId) -> Option<GroupFacts> {
        self.facts_of_group(id, self.now)
    }

    /// The conversations that wait for a group, oldest first.
    pub fn queue(&self, id: GroupId) -> impl Iterator<Item = ConversationId> + '_ {
        self.groups.get(id.index()).into_iter().flat_map(|group| group.queue.by_age())
    }

    /// Conversations with an agent for longer than `idle_ms`: probably never closed, and distorting loads (R64).
    #[must_use]
    pub fn held_longer_than(&self, idle_ms: i64) -> BTreeMap<AgentId, Vec<ConversationId>> {
        let mut held = BTreeMap::<_, Vec<_>>::new();
        for conversation in self.conversations.sorted() {
            if let Place::Assigned(assigned) = &conversation.place
                && self.now.since_ms(assigned.at) > idle_ms
            {
                held.entry(assigned.agent).or_default().push(conversation.id);
            }
        }
        held
    }

    fn view<'a>(&'a self, conversation: &'a Conversation) -> ConversationView<'a> {
        ConversationView {
            id: conversation.id,
            customer: conversation.customer,
            channel: conversation.channel,
            entry: conversation.entry.as_deref(),
            language: conversation.language.as_deref(),
            vip: conversation.vip,
            opened_at: conversation.opened_at,
            place: self.view_place(conversation),
            priority: conversation.priority(),
            tags: &conversation.tags,
            risks: &conversation.risks,
            rules: &conversation.rules,
            plan: conversation.plan.as_deref(),
            returns: conversation.returns,
        }
    }

    fn view_place<'a>(&'a self, conversation: &'a Conversation) -> PlaceView<'a> {
        match &conversation.place {
            Place::Queued(queued) => {
                let (position, expected_wait_ms) = self.place_in_line(conversation, queued.group);
                PlaceView::Queued {
                    group: queued.group,
                    since: conversation.waiting_since,
                    position,
                    expected_wait_ms,
                    directed: queued.directed,
                }
            }
            Place::Assigned(assigned) => PlaceView::Assigned {
                agent: assigned.agent,
                group: assigned.group,
                since: assigned.at,
                by: assigned.by,
            },
            Place::Bot(name) => PlaceView::Bot { name },
            Place::Fallback(kind) => PlaceView::Fallback { kind },
            Place::Nowhere => PlaceView::BeingPlaced,
        }
    }
}
