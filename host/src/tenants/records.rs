//! From what a desk decided to the rows that are kept of it.

use std::collections::BTreeMap;

use pointsman_engine::desk::{Batch, Command, EVENT_VERSION, Event, EventRecord};
use pointsman_engine::id::ConversationId;
use pointsman_engine::trace::Trace;

use crate::journal::Rows;
use crate::store::{ConversationRow, JournalRow, Place, TenantId, TraceRow};
use crate::view::conversation::place_of;

/// What was decided cannot be written down.
#[derive(Debug, thiserror::Error)]
#[error("what was decided does not serialise: {0}")]
pub(super) struct NotWritten(#[from] serde_json::Error);

/// The rows of one command. A command that led to no event leaves none.
pub(super) fn rows_of(
    tenant: TenantId,
    principal: String,
    command: &Command,
    batch: &Batch,
) -> Result<Rows, NotWritten> {
    let mut rows = Rows::default();
    let (Some(first), Some(last)) = (batch.events.first(), batch.events.last()) else {
        return Ok(rows);
    };
    let first_seq = signed(first.seq);
    rows.journal = Some(JournalRow {
        tenant,
        first_seq,
        last_seq: signed(last.seq),
        at: command.at.0,
        event_version: EVENT_VERSION,
        principal,
        command: serde_json::to_string(command)?,
        events: serde_json::to_string(&batch.events)?,
    });
    rows.traces = traces(tenant, first_seq, &batch.traces)?;
    let mut touched = BTreeMap::new();
    for record in &batch.events {
        note(&mut touched, tenant, first_seq, record);
    }
    rows.conversation_rows = touched
        .values()
        .filter(|row: &&ConversationRow| row.opened.is_none())
        .map(|row| (tenant, row.conversation, first_seq))
        .collect();
    rows.conversations = touched.into_values().collect();
    Ok(rows)
}

/// One row for all decisions of the command on one conversation. It is kept under the command's first event, since a
/// decision that changes nothing has no event of its own.
fn traces(tenant: TenantId, first_seq: i64, traces: &[Trace]) -> Result<Vec<TraceRow>, NotWritten> {
    let mut by_conversation: BTreeMap<u64, Vec<&Trace>> = BTreeMap::new();
    for trace in traces {
        by_conversation.entry(trace.conversation.0).or_default().push(trace);
    }
    by_conversation
        .into_iter()
        .map(|(conversation, traces)| {
            Ok(TraceRow {
                tenant,
                conversation: signed(conversation),
                seq: first_seq,
                decisions: serde_json::to_string(&traces)?,
            })
        })
        .collect()
}

/// Puts down what an event changes about where its conversation is.
fn note(
    touched: &mut BTreeMap<u64, ConversationRow>,
    tenant: TenantId,
    first_seq: i64,
    record: &EventRecord,
) {
    let Some(ConversationId(conversation)) = record.event.conversation() else { return };
    let row = touched.entry(conversation).or_insert_with(|| ConversationRow {
        tenant,
        conversation: signed(conversation),
        opened: None,
        place: None,
        group: None,
        agent: None,
        changed_at: record.at.0,
    });
    row.changed_at = record.at.0;
    match &record.event {
        Event::ConversationOpened { channel, .. } => row.opened = Some((first_seq, record.at.0, channel.0)),
        Event::Queued { group, .. } => {
            row.place = Some(Place::Waiting);
            row.group = Some(group.0);
            row.agent = None;
        }
        Event::Assigned { agent, group, .. } => {
            row.place = Some(Place::Assigned);
            row.group = Some(group.0);
            row.agent = Some(agent.0);
        }
        Event::FellBack { to, .. } => {
            row.place = place_of(to).or(row.place);
            row.agent = None;
        }
        Event::Closed { .. } => row.place = Some(Place::Closed),
        _ => {}
    }
}

/// As databases count. No desk reaches 2^63 events.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
