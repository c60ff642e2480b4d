//! Where each conversation is, for lists and filters. It follows from the journal and is kept in the same transaction.

use sqlx::Row;

use super::{Store, TenantId, Transaction, insert_rows};

/// Where a conversation is. At every instant it is in exactly one place (N6).
#[derive(
    Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// In a group's queue 排队.
    Waiting,
    /// With an agent 接待中.
    Assigned,
    /// With a bot.
    Bot,
    /// The visitor was asked to leave a message 留言.
    LeaveMessage,
    /// The visitor was offered a ticket 工单.
    Ticket,
    /// Ended.
    Closed,
}

impl Place {
    /// Every place.
    pub const ALL: [Place; 6] =
        [Place::Waiting, Place::Assigned, Place::Bot, Place::LeaveMessage, Place::Ticket, Place::Closed];

    /// The name as it is kept and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Place::Waiting => "waiting",
            Place::Assigned => "assigned",
            Place::Bot => "bot",
            Place::LeaveMessage => "leave-message",
            Place::Ticket => "ticket",
            Place::Closed => "closed",
        }
    }
}

/// A conversation in the list. In a change, `opened` and what did not change are absent.
#[derive(Clone, Debug)]
pub struct ConversationRow {
    /// The tenant.
    pub tenant: TenantId,
    /// Its number.
    pub conversation: i64,
    /// The journal row in which it was opened, when, and its channel.
    pub opened: Option<(i64, i64, u16)>,
    /// Where it is; `None` in a change: where it was.
    pub place: Option<Place>,
    /// Its group.
    pub group: Option<u16>,
    /// Its agent; only where it is assigned or was last.
    pub agent: Option<u32>,
    /// When it last changed its place, in milliseconds since the Unix epoch.
    pub changed_at: i64,
}

/// Which conversations to list.
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    /// In this place.
    pub place: Option<Place>,
    /// In this group.
    pub group: Option<u16>,
    /// With this agent.
    pub agent: Option<u32>,
    /// By this channel.
    pub channel: Option<u16>,
    /// With a number below this one.
    pub before: Option<i64>,
}

impl Store {
    /// Conversations, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn conversations(
        &self,
        tenant: TenantId,
        filter: &ConversationFilter,
        limit: i64,
    ) -> Result<Vec<ConversationRow>, sqlx::Error> {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
            "SELECT conversation, first_seq, opened_at, channel, place, group_id, agent_id, changed_at \
             FROM conversations WHERE tenant = ",
        );
        query.push_bind(tenant.0);
        if let Some(place) = filter.place {
            query.push(" AND place = ").push_bind(place.as_str());
        }
        if let Some(group) = filter.group {
            query.push(" AND group_id = ").push_bind(i32::from(group));
        }
        if let Some(agent) = filter.agent {
            query.push(" AND agent_id = ").push_bind(i64::from(agent));
        }
        if let Some(channel) = filter.channel {
            query.push(" AND channel = ").push_bind(i32::from(channel));
        }
        if let Some(before) = filter.before {
            query.push(" AND conversation < ").push_bind(before);
        }
        query.push(" ORDER BY conversation DESC LIMIT ").push_bind(limit);
        let rows = query.build().fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| {
                let place: String = row.try_get("place")?;
                Ok(ConversationRow {
                    tenant,
                    conversation: row.try_get("conversation")?,
                    opened: Some((
                        row.try_get("first_seq")?,
                        row.try_get("opened_at")?,
                        row.try_get("channel")?,
                    )),
                    place: Place::ALL.into_iter().find(|known| known.as_str() == place),
                    group: row.try_get("group_id")?,
                    agent: row.try_get("agent_id")?,
                    changed_at: row.try_get("changed_at")?,
                })
            })
            .collect()
    }
}

impl Store {
    /// Whether any conversation of the tenant has not ended.
    ///
    /// # Errors
    /// The store failed.
    pub async fn has_open_conversations(&self, tenant: TenantId) -> Result<bool, sqlx::Error> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT conversation FROM conversations WHERE tenant = $1 \
             AND place IN ('waiting', 'assigned', 'bot', 'leave-message', 'ticket') LIMIT 1",
        )
        .bind(tenant.0)
        .fetch_optional(self.readers())
        .await?;
        Ok(found.is_some())
    }
}

/// Adds and changes conversations. No conversation may be in `rows` twice.
pub(crate) async fn put_conversations(
    transaction: &mut Transaction<'_>,
    rows: Vec<ConversationRow>,
) -> Result<(), sqlx::Error> {
    insert_rows!(
        transaction,
        rows,
        9,
        "INSERT INTO conversations \
         (tenant, conversation, first_seq, opened_at, channel, place, group_id, agent_id, changed_at)",
        " ON CONFLICT (tenant, conversation) DO UPDATE SET \
         place = CASE excluded.place WHEN '' THEN conversations.place ELSE excluded.place END, \
         group_id = COALESCE(excluded.group_id, conversations.group_id), \
         agent_id = CASE excluded.place WHEN '' THEN conversations.agent_id WHEN 'closed' THEN conversations.agent_id \
         ELSE excluded.agent_id END, changed_at = excluded.changed_at",
        |bind, row| {
            let (first_seq, opened_at, channel) = row.opened.unwrap_or_default();
            bind.push_bind(row.tenant.0)
                .push_bind(row.conversation)
                .push_bind(first_seq)
                .push_bind(opened_at)
                .push_bind(i32::from(channel))
                .push_bind(row.place.map_or("", Place::as_str))
                .push_bind(row.group.map(i32::from))
                .push_bind(row.agent.map(i64::from))
                .push_bind(row.changed_at);
        }
    );
    Ok(())
}

/// Remembers which journal rows touch which conversations: `(tenant, conversation, first_seq)`.
pub(crate) async fn add_conversation_rows(
    transaction: &mut Transaction<'_>,
    rows: Vec<(TenantId, i64, i64)>,
) -> Result<(), sqlx::Error> {
    insert_rows!(
        transaction,
        rows,
        3,
        "INSERT INTO conversation_rows (tenant, conversation, first_seq)",
        "",
        |bind, row| {
            bind.push_bind(row.0.0).push_bind(row.1).push_bind(row.2);
        }
    );
    Ok(())
}
