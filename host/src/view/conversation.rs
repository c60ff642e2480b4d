//! A conversation 会话 as people see one.

use std::collections::BTreeSet;

use pointsman_engine::desk::{Author, Batch, Desk, Event, EventRecord, PlaceView};
use pointsman_engine::id::{AgentId, ChannelId, ConversationId, GroupId};
use pointsman_engine::model::{Directory, FallbackStep};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::agent::json;
use super::instant;
use super::names::Names;
use crate::store::{ConversationRow, Place};

/// A conversation in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Summary {
    /// Its number, from 1 in the tenant's order of opening.
    pub id: u64,
    /// The channel it came by.
    pub channel: Option<String>,
    /// Where it is.
    pub place: Option<Place>,
    /// Its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Its agent; of a closed conversation the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// When it opened.
    pub opened_at: String,
    /// When something last happened in it.
    pub changed_at: String,
}

/// A row of the list with names.
#[must_use]
pub fn summary(directory: &Directory, row: &ConversationRow) -> Summary {
    let (_, opened_at, channel) = row.opened.unwrap_or_default();
    Summary {
        id: u64::try_from(row.conversation).unwrap_or_default(),
        channel: directory.channel(ChannelId(channel)).map(|channel| channel.slug.clone()),
        place: row.place,
        group: group_slug(directory, row.group.map(GroupId)),
        agent: agent_slug(directory, row.agent.map(AgentId)),
        opened_at: instant(opened_at),
        changed_at: instant(row.changed_at),
    }
}

/// What a command led to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Outcome {
    /// The conversation.
    pub id: u64,
    /// Where it is now.
    pub place: Place,
    /// The group it is in or waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The agent it is with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The bot it is with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot: Option<String>,
    /// The place in line, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// The wait to expect, in milliseconds; absent while nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_wait_ms: Option<i64>,
    /// Priority, 0 to 9.
    pub priority: u8,
    /// Tags.
    pub tags: Vec<String>,
    /// Risks.
    pub risks: Vec<String>,
    /// What to say to the visitor.
    pub replies: Vec<String>,
    /// The last event so far: a stream that goes on after it shows what comes next.
    pub seq: u64,
}

/// What a batch led to in a conversation.
#[must_use]
pub fn outcome(desk: &Desk, directory: &Directory, id: ConversationId, batch: &Batch) -> Outcome {
    let mut outcome = Outcome {
        id: id.0,
        place: Place::Closed,
        group: None,
        agent: None,
        bot: None,
        position: None,
        expected_wait_ms: None,
        priority: 0,
        tags: Vec::new(),
        risks: Vec::new(),
        replies: Vec::new(),
        seq: desk.seq(),
    };
    for record in &batch.events {
        if let Event::Routed { conversation, plan, .. } = &record.event
            && *conversation == id
        {
            outcome.replies.extend(plan.replies.iter().cloned());
        }
    }
    let Some(view) = desk.conversation(id) else { return outcome };
    outcome.priority = view.priority;
    outcome.tags = view.tags.to_vec();
    outcome.risks = view.risks.to_vec();
    match view.place {
        PlaceView::Queued { group, position, expected_wait_ms, .. } => {
            outcome.place = Place::Waiting;
            outcome.group = group_slug(directory, Some(group));
            outcome.position = Some(position);
            outcome.expected_wait_ms = expected_wait_ms;
        }
        PlaceView::Assigned { agent, group, .. } => {
            outcome.place = Place::Assigned;
            outcome.group = group_slug(directory, Some(group));
            outcome.agent = agent_slug(directory, Some(agent));
        }
        PlaceView::Bot { name } => {
            outcome.place = Place::Bot;
            outcome.bot = Some(name.to_owned());
        }
        PlaceView::Fallback { kind } => outcome.place = place_of(kind).unwrap_or(Place::LeaveMessage),
        PlaceView::BeingPlaced => outcome.place = Place::Waiting,
    }
    outcome
}

/// The place of a fallback step, unless it is a group.
pub(crate) fn place_of(step: &FallbackStep) -> Option<Place> {
    match step {
        FallbackStep::Group(_) => None,
        FallbackStep::Bot(_) => Some(Place::Bot),
        FallbackStep::LeaveMessage => Some(Place::LeaveMessage),
        FallbackStep::Ticket => Some(Place::Ticket),
    }
}

/// Everything about one conversation, folded from its events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conversation {
    /// Its number.
    pub id: u64,
    /// The channel it came by.
    pub channel: Option<String>,
    /// The business entry the customer chose.
    pub entry: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The VIP level.
    pub vip: u8,
    /// The customer's number, where recognisable.
    pub customer: Option<u64>,
    /// When it opened.
    pub opened_at: String,
    /// When it ended.
    pub closed_at: Option<String>,
    /// Why it ended: `resolved`, `abandoned` or `handed-over`.
    #[schema(value_type = Option<String>)]
    pub close_reason: Option<Value>,
    /// The visitor's rating, 0 to 100.
    pub satisfaction: Option<u8>,
    /// Where it is.
    pub place: Place,
    /// The group it is in or waits for; of a closed conversation the last one.
    pub group: Option<String>,
    /// The agent it is with; of a closed conversation the last one.
    pub agent: Option<String>,
    /// The bot it is with.
    pub bot: Option<String>,
    /// The place in line, while it waits.
    pub position: Option<u32>,
    /// The wait to expect, in milliseconds; absent while nothing is known.
    pub expected_wait_ms: Option<i64>,
    /// Priority, 0 to 9.
    pub priority: u8,
    /// Tags, in the order in which they were added.
    pub tags: Vec<String>,
    /// Risks, in the order in which they were flagged.
    pub risks: Vec<String>,
    /// The rules that gave effects.
    pub rules: BTreeSet<String>,
    /// How often it came back from an agent.
    pub returns: u32,
    /// What was said, oldest first.
    pub messages: Vec<Message>,
    /// What happened, oldest first: its events but for the messages.
    #[schema(value_type = Vec<Object>)]
    pub history: Vec<Value>,
    /// Whether it has more events than are told here.
    pub truncated: bool,
}

/// Something that was said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Message {
    /// When.
    pub at: String,
    /// `visitor`, `agent`, `bot`, or `rule` for what a rule says.
    pub from: String,
    /// What.
    pub text: String,
}

impl Conversation {
    /// Folds the events that are about the conversation. `None` where there are none.
    #[must_use]
    pub fn fold<'a>(
        id: u64,
        events: impl IntoIterator<Item = &'a EventRecord>,
        names: &Names,
    ) -> Option<Conversation> {
        let mut conversation: Option<Conversation> = None;
        for record in events {
            if record.event.conversation() != Some(ConversationId(id)) {
                continue;
            }
            if let Event::ConversationOpened { .. } = &record.event {
                conversation = Some(Conversation::opened(id, record, names));
            }
            if let Some(conversation) = &mut conversation {
                conversation.note(record, names);
            }
        }
        conversation
    }

    /// Adds what only the desk knows: the place in line.
    pub fn in_line(&mut self, desk: &Desk) {
        if let Some(view) = desk.conversation(ConversationId(self.id))
            && let PlaceView::Queued { position, expected_wait_ms, .. } = view.place
        {
            self.position = Some(position);
            self.expected_wait_ms = expected_wait_ms;
        }
    }

    fn opened(id: u64, record: &EventRecord, names: &Names) -> Conversation {
        let mut new = Conversation {
            id,
            channel: None,
            entry: None,
            language: None,
            vip: 0,
            customer: None,
            opened_at: instant(record.at.0),
            closed_at: None,
            close_reason: None,
            satisfaction: None,
            // Until the next event of the same command says where it went.
            place: Place::Waiting,
            group: None,
            agent: None,
            bot: None,
            position: None,
            expected_wait_ms: None,
            priority: 0,
            tags: Vec::new(),
            risks: Vec::new(),
            rules: BTreeSet::new(),
            returns: 0,
            messages: Vec::new(),
            history: Vec::new(),
            truncated: false,
        };
        if let Event::ConversationOpened { customer, channel, entry, language, vip, text, .. } = &record.event
        {
            new.channel = names.directory().channel(*channel).map(|channel| channel.slug.clone());
            new.customer = customer.map(|customer| customer.0);
            new.entry.clone_from(entry);
            new.language.clone_from(language);
            new.vip = *vip;
            new.say(record, "visitor", text.as_deref());
        }
        new
    }

    fn note(&mut self, record: &EventRecord, names: &Names) {
        let directory = names.directory();
        match &record.event {
            Event::MessageReceived { from, text, .. } => {
                let from = match from {
                    Author::Visitor => "visitor",
                    Author::Agent => "agent",
                    Author::Bot => "bot",
                };
                self.say(record, from, Some(text));
                return;
            }
            Event::EntryChosen { entry, .. } => self.entry = Some(entry.clone()),
            Event::Routed { rules, plan, .. } => {
                self.priority = plan.priority;
                self.rules.extend(
                    rules.iter().filter_map(|id| names.rule(u64::from(id.0), record.seq)).map(str::to_owned),
                );
                add_new(&mut self.tags, &plan.tags);
                add_new(&mut self.risks, &plan.risks);
                for reply in &plan.replies {
                    self.say(record, "rule", Some(reply));
                }
            }
            Event::Queued { group, .. } => {
                self.place = Place::Waiting;
                self.group = group_slug(directory, Some(*group));
                (self.agent, self.bot) = (None, None);
            }
            Event::Assigned { agent, group, .. } => {
                self.place = Place::Assigned;
                self.group = group_slug(directory, Some(*group));
                self.agent = agent_slug(directory, Some(*agent));
                self.bot = None;
            }
            Event::Unassigned { .. } => self.returns += 1,
            Event::FellBack { to, .. } => {
                self.place = place_of(to).unwrap_or(self.place);
                self.agent = None;
                self.bot = if let FallbackStep::Bot(name) = to { Some(name.clone()) } else { None };
            }
            Event::Closed { reason, satisfaction, .. } => {
                self.place = Place::Closed;
                self.closed_at = Some(instant(record.at.0));
                self.close_reason = Some(json(reason));
                self.satisfaction = *satisfaction;
            }
            _ => {}
        }
        self.history.push(names.event(record));
    }

    fn say(&mut self, record: &EventRecord, from: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.messages.push(Message {
                at: instant(record.at.0),
                from: from.to_owned(),
                text: text.to_owned(),
            });
        }
    }
}

fn add_new(list: &mut Vec<String>, more: &[String]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}

fn group_slug(directory: &Directory, id: Option<GroupId>) -> Option<String> {
    Some(directory.group(id?)?.slug.clone())
}

fn agent_slug(directory: &Directory, id: Option<AgentId>) -> Option<String> {
    Some(directory.agent(id?)?.slug.clone())
}
