//! A scenario from a recording: who came when and by which channel, what they said, how long agents were busy and visitors
//! patient.
//!
//! A recording knows no intents. Conversations by the same business entry and in the same language that came to the same group
//! first are taken for one intent, with the words that were said. What a scenario cannot say, or a recording does not show, is
//! not in it: attributes of customers, what was said later, shifts and breaks, which are the tenant's own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

use super::super::read::VIP_LEVELS_MAX;
use super::super::scenario::{INTENTS_MAX, Scenario};
use super::length::{FittedLength, Spell, fit_length};
use super::write::{assumed_handle, length_table, length_value, put_handle_mean, rounded, shares_of};
use super::{ArrivalCount, ArrivalsTable, FittedArrivals, TableError};
use crate::desk::Open;
use crate::id::GroupId;
use crate::model::Directory;
use crate::recording::{Act, Recording, StageKind};
use crate::simulation::edit::{EditError, parse, put};
use crate::time::Timestamp;

/// Arrivals are counted in intervals of this length: the clocks of every zone are a multiple of it apart.
const INTERVAL_MS: i64 = 15 * 60_000;
/// Phrases that are kept of one intent, the most frequent.
const PHRASES_KEPT_MAX: usize = 100;

/// What fits a recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedRecording {
    /// Rates and how far they vary.
    pub arrivals: FittedArrivals,
    /// What visitors wanted, the most frequent first.
    pub intents: Vec<FittedIntent>,
    /// How long agents were busy with a conversation; `None` where fewer than ten ended.
    pub handle: Option<FittedLength>,
    /// How long visitors waited before leaving; whoever was served is known to have had more patience than that. `None` where
    /// fewer than ten left.
    pub patience: Option<FittedLength>,
    /// How long until the first agent said something; `None` where fewer than ten did.
    pub reply: Option<FittedLength>,
    /// How conversations with a bot went; `None` where fewer than ten were seen to their end.
    pub bot: Option<FittedBot>,
    /// The shares of VIP levels 0, 1, 2 …
    pub vip: Vec<f64>,
    /// The share of conversations from somebody who had come before in the recording.
    pub returning: f64,
    /// Whether the words are masked: those that no rule looks for are unrecognisable.
    pub masked: bool,
}

/// How conversations with a bot went.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedBot {
    /// How long they took.
    pub length: FittedLength,
    /// The share that ended there; the others were handed to people.
    pub contained: f64,
}

/// What some visitors wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FittedIntent {
    /// A name made of what they have in common.
    pub name: String,
    /// The group they came to first; `None`: to none.
    pub group: Option<String>,
    /// The business entry.
    pub entry: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// How many there were.
    pub conversations: u32,
    /// Their share of all that became intents, in four digits.
    pub share: f64,
    /// Their handle times; `None` where fewer than ten ended.
    pub handle: Option<FittedLength>,
    /// What they said first, the most frequent first.
    pub phrases: Vec<String>,
}

/// What conversations of one intent have in common.
type Common = (Option<GroupId>, Option<String>, Option<String>);

/// What was seen of an intent.
#[derive(Default)]
struct Seen {
    conversations: u32,
    handles: Vec<Spell>,
    phrases: BTreeMap<String, u32>,
}

/// How many came in each interval of a recording, by channel. `directory` gives the names.
#[must_use]
pub fn recorded_arrivals(recording: &Recording, directory: &Directory) -> ArrivalsTable {
    let about = recording.about();
    let from = about.from.0.div_euclid(INTERVAL_MS) + i64::from(about.from.0.rem_euclid(INTERVAL_MS) > 0);
    // Behind the last arrival only conversations come to their ends: no day of its own.
    let arrivals = recording.channels().into_iter().filter_map(|(id, _)| recording.arrivals(id).last());
    let last = arrivals.max().map_or(i64::MIN, |at| at.0.div_euclid(INTERVAL_MS) + 1);
    let until = about.until.0.div_euclid(INTERVAL_MS).min(last);
    let mut table = ArrivalsTable { counts: Vec::new(), rows: Vec::new(), channels: Vec::new() };
    for (number, (channel, _)) in (0..).zip(recording.channels()) {
        let name = directory.channels.iter().find(|known| known.id == channel);
        table.channels.push(name.map_or_else(|| channel.to_string(), |channel| channel.slug.clone()));
        let mut arrivals = recording.arrivals(channel).iter().peekable();
        while arrivals.next_if(|at| at.0 < from * INTERVAL_MS).is_some() {}
        for interval in from..until {
            let mut count = 0;
            while arrivals.next_if(|at| at.0 < (interval + 1) * INTERVAL_MS).is_some() {
                count += 1;
            }
            table.counts.push(ArrivalCount { at: Timestamp(interval * INTERVAL_MS), channel: number, count });
        }
    }
    table
}

/// Fits everything that a recording shows. `directory` is that of its last ruleset, `table` its arrivals.
///
/// # Errors
/// It is too short, or nobody came.
pub fn fit_recording(
    recording: &Recording,
    directory: &Directory,
    table: &ArrivalsTable,
) -> Result<FittedRecording, TableError> {
    let arrivals = table.fit(&recording.about().zone)?;
    let mut customers: BTreeSet<String> = BTreeSet::new();
    let (mut returned, mut vip, mut replies) = (0_u32, Vec::<u32>::new(), Vec::new());
    let mut seen: BTreeMap<Common, Seen> = BTreeMap::new();
    for course in recording.courses().opened() {
        let Some(Open { entry, identity, vip: level, language, text, .. }) = recording.opening(course) else {
            continue;
        };
        if let Some(who) = identity.login.or(identity.cookie) {
            returned += u32::from(!customers.insert(who));
        }
        let level = usize::from(level.unwrap_or(0)).min(VIP_LEVELS_MAX - 1);
        vip.resize(vip.len().max(level + 1), 0);
        vip.get_mut(level).into_iter().for_each(|many| *many += 1);
        let intent = seen.entry((course.first_group(), entry, language)).or_default();
        intent.conversations += 1;
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            *intent.phrases.entry(text).or_default() += 1;
        }
        if let Some((ms, has_ended)) = course.handled() {
            intent.handles.push(Spell { ms, is_censored: !has_ended });
        }
        if let Some(stage) = course.stage(StageKind::With, 0) {
            let said = course.actions(StageKind::With, 0).find(|action| action.act == Act::Say);
            replies.push(match said {
                Some(said) => Spell { ms: said.offset_ms, is_censored: false },
                None => Spell { ms: stage.lasted_ms, is_censored: true },
            });
        }
    }
    let all: u32 = vip.iter().sum();
    let share = |many: u32| f64::from(many) / f64::from(all.max(1));
    let handles: Vec<Spell> = seen.values().flat_map(|seen| seen.handles.iter().copied()).collect();
    let (left, borne) = recording.waits_ms();
    let waits = left.iter().map(|ms| (*ms, false)).chain(borne.iter().map(|ms| (*ms, true)));
    let waits: Vec<Spell> = waits.map(|(ms, is_censored)| Spell { ms, is_censored }).collect();
    Ok(FittedRecording {
        arrivals,
        intents: intents(seen, directory),
        handle: fit_length(&handles),
        patience: fit_length(&waits),
        reply: fit_length(&replies),
        bot: bot(recording.courses().samples().bots()),
        vip: shares_of(&vip.iter().map(|many| share(*many)).collect::<Vec<_>>()),
        returning: share(returned),
        masked: recording.about().masked,
    })
}

fn bot(stays: &[(i64, bool)]) -> Option<FittedBot> {
    let spells: Vec<Spell> = stays.iter().map(|(ms, _)| Spell { ms: *ms, is_censored: false }).collect();
    let contained = stays.iter().filter(|(_, is_handed_over)| !is_handed_over).count();
    let contained = contained as f64 / stays.len().max(1) as f64;
    Some(FittedBot { length: fit_length(&spells)?, contained })
}

fn intents(seen: BTreeMap<Common, Seen>, directory: &Directory) -> Vec<FittedIntent> {
    let mut intents: Vec<FittedIntent> = seen
        .into_iter()
        .map(|((group, entry, language), seen)| {
            let group = group.and_then(|id| directory.groups.get(id.index())).map(|group| group.slug.clone());
            let parts = [Some(group.as_deref().unwrap_or("no-group")), entry.as_deref(), language.as_deref()];
            let mut phrases: Vec<(String, u32)> = seen.phrases.into_iter().collect();
            phrases.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            FittedIntent {
                name: parts.into_iter().flatten().collect::<Vec<_>>().join(" / "),
                conversations: seen.conversations,
                share: 0.0,
                handle: fit_length(&seen.handles),
                phrases: phrases.into_iter().take(PHRASES_KEPT_MAX).map(|(text, _)| text).collect(),
                group,
                entry,
                language,
            }
        })
        .collect();
    intents.sort_by(|a, b| b.conversations.cmp(&a.conversations).then_with(|| a.name.cmp(&b.name)));
    intents.truncate(INTENTS_MAX);
    let all: u32 = intents.iter().map(|intent| intent.conversations).sum();
    let share = |intent: &FittedIntent| f64::from(intent.conversations) / f64::from(all.max(1));
    let shares = shares_of(&intents.iter().map(share).collect::<Vec<_>>());
    for (intent, share) in intents.iter_mut().zip(shares) {
        intent.share = share;
    }
    intents
}

/// The text of a scenario that has everything but arrivals.
#[must_use]
pub fn recorded_scenario(name: &str, fitted: &FittedRecording) -> String {
    let mut document = DocumentMut::new();
    let start = format!("{}T00:00:00", fitted.arrivals.first_date);
    let mut top = |field: &str, value: Value| drop(document.insert(field, Item::Value(value)));
    top("name", name.into());
    top("start", start.into());
    top("length", "24h".into());
    for (field, length, what) in
        [("patience", &fitted.patience, "left of"), ("reply", &fitted.reply, "were answered of")]
    {
        if let Some(length @ FittedLength { ended, spells, .. }) = length {
            top(field, remarked(length, format!("{ended} {what} {spells}")));
        }
    }
    if fitted.vip.len() > 1 {
        top("vip", Value::Array(fitted.vip.iter().copied().collect::<Array>()));
    }
    if fitted.returning > 0.0 {
        top("returning", rounded(fitted.returning, 1_000.0).into());
    }
    if let Some(FittedBot { length, contained }) = &fitted.bot {
        let mut bot = length_table(length.length()).into_table();
        bot.insert("contained", Item::Value(rounded(*contained, 1_000.0).into()));
        document.insert("bot", Item::Table(bot));
    }
    let tables: ArrayOfTables = fitted.intents.iter().map(|of| intent_table(of, fitted)).collect();
    document.insert("intent", Item::ArrayOfTables(tables));
    if let Some(mut first) = document.key_mut("name") {
        let FittedArrivals { arrivals, days, first_date, last_date, .. } = &fitted.arrivals;
        let masked = if fitted.masked {
            "; it is masked, and of the words those are left that rules look for"
        } else {
            ""
        };
        first.leaf_decor_mut().set_prefix(format!(
            "# Fitted to a recording of {arrivals} conversations on {days} days, {first_date} to {last_date}{masked}.\n\
             # An intent is what came by the same entry and in the same language to the same group first.\n"
        ));
    }
    document.to_string()
}

/// The better of the two, with what it was fitted to behind it.
fn remarked(fitted: &FittedLength, remark: String) -> Value {
    let mut value = length_value(fitted.length());
    value.decor_mut().set_suffix(format!(" # {remark}"));
    value
}

fn intent_table(of: &FittedIntent, fitted: &FittedRecording) -> Table {
    let mut table = Table::new();
    let mut field = |field: &str, value: Value| drop(table.insert(field, Item::Value(value)));
    field("name", of.name.as_str().into());
    field("share", of.share.into());
    let handle = of.handle.as_ref().or(fitted.handle.as_ref());
    field("handle", handle.map_or_else(assumed_handle, |handle| length_value(handle.length())));
    for (name, value) in [("group", &of.group), ("entry", &of.entry), ("language", &of.language)] {
        if let Some(value) = value {
            field(name, value.as_str().into());
        }
    }
    if !of.phrases.is_empty() {
        field("phrases", Value::Array(super::write::phrase_list(&of.phrases)));
    }
    table
}

/// The text of another scenario with a recording's patience, and with handle times that are as long in the mean as the
/// recording's: each intent's by the same factor. `scenario` is what the text says.
///
/// # Errors
/// The text is no TOML.
pub fn with_recorded_lengths(
    text: &str,
    scenario: &Scenario,
    fitted: &FittedRecording,
) -> Result<String, EditError> {
    let mut document = parse(text)?;
    if let Some(patience) = &fitted.patience {
        put(document.as_item_mut(), &["patience"], length_value(patience.length()))?;
    }
    if let Some(handle) = &fitted.handle {
        let mean_ms: f64 = scenario.intents.iter().map(|intent| intent.share * intent.handle.mean_ms).sum();
        let factor = handle.length().mean_ms / mean_ms.max(1.0);
        for (at, intent) in (0..).zip(&scenario.intents) {
            put_handle_mean(document.as_item_mut(), at, intent.handle.mean_ms * factor)?;
        }
    }
    Ok(document.to_string())
}
