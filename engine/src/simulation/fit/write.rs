//! What was fitted, as a scenario's text. Whatever the file says about other things stays as it is, comments included.

use std::collections::BTreeMap;

use toml_edit::{Array, DocumentMut, Formatted, InlineTable, Item, Table, Value};

use super::super::edit::{EditError, EditStep, change, parse, put};
use super::super::random::{Length, Shape};
use super::counts::ArrivalCount;
use super::{DayKinds, FittedArrivals, IntentTexts};
use crate::time::Timestamp;

/// A handle time that nothing is known of yet.
const HANDLE_MS_DEFAULT: f64 = 360_000.0;

/// The text of a scenario that has everything but arrivals: one intent with this handle time, and no patience unless it is
/// given.
#[must_use]
pub fn fresh_scenario(
    name: &str,
    start: &str,
    length: &str,
    handle: Length,
    patience: Option<Length>,
) -> String {
    let mut document = DocumentMut::new();
    let mut intent = Table::new();
    for (field, value) in
        [("name", Value::from(name)), ("start", Value::from(start)), ("length", Value::from(length))]
    {
        document.insert(field, Item::Value(value));
    }
    if let Some(patience) = patience {
        document.insert("patience", Item::Value(length_value(patience)));
    }
    intent.insert("name", Item::Value("anything".into()));
    intent.insert("share", Item::Value(1.0.into()));
    intent.insert("handle", Item::Value(length_value(handle)));
    document.insert("intent", Item::ArrayOfTables(std::iter::once(intent).collect()));
    document.to_string()
}

/// A scenario's text with fitted arrivals. `targets` gives the tenant's channel for each channel of the counts; those that
/// lead to the same one are added up, those without one are left out. Other channels keep what they have.
///
/// # Errors
/// The text is no TOML.
pub fn with_arrivals(
    text: &str,
    fitted: &FittedArrivals,
    targets: &BTreeMap<String, String>,
) -> Result<String, EditError> {
    let mut document = parse(text)?;
    let channels: std::collections::BTreeSet<&String> = targets.values().collect();
    for channel in channels {
        let rates = |profiles: &super::DayKind| {
            let mut sum: Vec<f64> = Vec::new();
            for of in profiles.channels.iter().filter(|of| targets.get(&of.channel) == Some(channel)) {
                sum.resize(of.per_hour.len(), 0.0);
                sum.iter_mut().zip(&of.per_hour).for_each(|(sum, rate)| *sum += rate);
            }
            rate_list(&sum)
        };
        let shape = match (fitted.kinds, fitted.profiles.first()) {
            (DayKinds::Alike, Some(all)) => Value::Array(rates(all)),
            _ => {
                let days =
                    fitted.profiles.iter().map(|kind| (kind.weekdays.as_str(), Value::Array(rates(kind))));
                Value::InlineTable(days.collect())
            }
        };
        forget(&mut document, "rate", channel);
        if let Some(Item::ArrayOfTables(recorded)) = document.get_mut("recorded") {
            recorded.retain(|table| table.get("channel").and_then(Item::as_str) != Some(channel));
        }
        put(document.as_item_mut(), &["rate_shape", channel], shape)?;
    }
    if let Some(comment) = document.get_mut("rate_shape").and_then(Item::as_table_mut) {
        let FittedArrivals { days, first_date, last_date, .. } = fitted;
        comment.decor_mut().set_prefix(format!("\n# Fitted to {days} days, {first_date} to {last_date}.\n"));
    }
    match &fitted.dispersion {
        None => drop(document.remove("dispersion")),
        Some(dispersion) => {
            let mut table = Table::new();
            table
                .decor_mut()
                .set_prefix("\n# How far days, and stretches of a day, vary around those rates.\n");
            table.insert("day", Item::Value(rounded(dispersion.day, 10_000.0).into()));
            table.insert("stretch", Item::Value(rounded(dispersion.stretch, 10_000.0).into()));
            if dispersion.stretch > 0.0 {
                table.insert(
                    "stretch_length",
                    Item::Value(duration(i64::from(dispersion.stretch_minutes) * 60_000).into()),
                );
                table.insert("stretch_correlation", Item::Value(dispersion.stretch_correlation.into()));
            }
            document.insert("dispersion", Item::Table(table));
        }
    }
    Ok(document.to_string())
}

/// A scenario's text in which exactly these counts come, by the tenant's channels that `targets` gives for those of the
/// counts. Rates of those channels are taken out.
///
/// # Errors
/// The text is no TOML.
pub fn with_recorded(
    text: &str,
    counts: &[ArrivalCount],
    interval_minutes: u32,
    targets: &[Option<String>],
) -> Result<String, EditError> {
    let mut document = parse(text)?;
    let interval_ms = i64::from(interval_minutes) * 60_000;
    let mut by_channel: BTreeMap<&str, BTreeMap<Timestamp, u32>> = BTreeMap::new();
    for count in counts {
        if let Some(Some(channel)) = targets.get(usize::from(count.channel)) {
            *by_channel.entry(channel).or_default().entry(count.at).or_default() += count.count;
        }
    }
    let mut tables = toml_edit::ArrayOfTables::new();
    for (channel, counts) in by_channel {
        forget(&mut document, "rate", channel);
        forget(&mut document, "rate_shape", channel);
        let counts: Vec<(Timestamp, u32)> = counts.into_iter().collect();
        for run in counts.chunk_by(|a, b| b.0.since_ms(a.0) == interval_ms) {
            let Some((from, _)) = run.first() else { continue };
            let mut table = Table::new();
            table.insert("channel", Item::Value(channel.into()));
            table.insert("from", Item::Value(from.to_string().into()));
            table.insert("every", Item::Value(duration(interval_ms).into()));
            let list: Array = run.iter().map(|(_, count)| i64::from(*count)).collect();
            table.insert("counts", Item::Value(Value::Array(list)));
            tables.push(table);
        }
    }
    document.insert("recorded", Item::ArrayOfTables(tables));
    Ok(document.to_string())
}

/// A scenario's text for another period.
///
/// # Errors
/// The text is no TOML.
pub fn with_period(text: &str, start: &str, length: &str) -> Result<String, EditError> {
    let mut document = parse(text)?;
    put(document.as_item_mut(), &["start"], start.into())?;
    put(document.as_item_mut(), &["length"], length.into())?;
    Ok(document.to_string())
}

/// A scenario's text without these top fields.
///
/// # Errors
/// The text is no TOML.
pub fn without(text: &str, fields: &[&str]) -> Result<String, EditError> {
    let mut document = parse(text)?;
    for field in fields {
        document.remove(field);
    }
    Ok(document.to_string())
}

/// A scenario's text with these intents' shares and phrases. An intent that is there keeps everything else it has; a new one
/// is given a handle time of six minutes, which is an assumption; one without messages keeps its phrases and has no share.
///
/// # Errors
/// The text is no TOML.
pub fn with_messages(text: &str, messages: &[IntentTexts]) -> Result<String, EditError> {
    let mut document = parse(text)?;
    let known = document.entry("intent").or_insert(Item::ArrayOfTables(toml_edit::ArrayOfTables::new()));
    let Item::ArrayOfTables(known) = known else {
        return Err(EditError::NoSuchPlace { path: "intent".to_owned() });
    };
    let shares = shares_of(&messages.iter().map(|of| of.share).collect::<Vec<_>>());
    for intent in known.iter_mut() {
        if let Some(share) = intent.get_mut("share") {
            put(share, &[], 0.0.into())?;
        }
    }
    for (of, share) in messages.iter().zip(shares) {
        let phrases = phrase_list(&of.phrases);
        let name = |intent: &Table| intent.get("name").and_then(Item::as_str).map(str::to_owned);
        let place = known.iter().position(|intent| name(intent).as_deref() == Some(of.intent.as_str()));
        let intent = match place {
            Some(place) => known.get_mut(place),
            None => {
                let mut intent = Table::new();
                intent.decor_mut().set_prefix("\n");
                intent.insert("name", Item::Value(of.intent.as_str().into()));
                intent.insert("share", Item::Value(0.0.into()));
                intent.insert("handle", Item::Value(assumed_handle()));
                known.push(intent);
                known.get_mut(known.len() - 1)
            }
        };
        let Some(intent) = intent else { continue };
        for (field, value) in [("share", share.into()), ("phrases", Value::Array(phrases))] {
            match intent.get_mut(field) {
                Some(item) => put(item, &[], value)?,
                None => drop(intent.insert(field, Item::Value(value))),
            }
        }
    }
    Ok(document.to_string())
}

/// The handle time of an intent of which nothing is known yet.
pub(super) fn assumed_handle() -> Value {
    let mut handle = length_value(Length::exponential(HANDLE_MS_DEFAULT));
    handle.decor_mut().set_suffix(" # assumed");
    handle
}

/// Phrases, each on a line of its own.
pub(super) fn phrase_list(phrases: &[String]) -> Array {
    let mut list: Array = phrases.iter().map(String::as_str).collect();
    for phrase in list.iter_mut() {
        phrase.decor_mut().set_prefix("\n  ");
    }
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    list
}

/// Gives an intent, by its place, another mean of its handle time; its distribution stays.
pub(super) fn put_handle_mean(scenario: &mut Item, intent: u32, ms_mean: f64) -> Result<(), EditError> {
    let step = |field: &str| EditStep::Field(field.to_owned());
    let mut path = vec![step("intent"), EditStep::Index(intent), step("handle")];
    let handle = scenario.get("intent").and_then(|list| list.get(intent as usize)?.get("handle"));
    if handle.is_some_and(Item::is_table_like) {
        path.push(step("mean"));
    }
    change(scenario, &path, Some(duration(ms_mean.round() as i64).into()))
}

/// Shares with four digits that add up to 1: what rounding leaves goes to the largest.
pub(super) fn shares_of(shares: &[f64]) -> Vec<f64> {
    let mut shares: Vec<f64> = shares.iter().map(|share| rounded(*share, 10_000.0)).collect();
    let rest = 1.0 - shares.iter().sum::<f64>();
    if let Some(largest) = shares.iter_mut().max_by(|a, b| a.total_cmp(b)) {
        *largest = rounded(*largest + rest, 10_000.0);
    }
    shares
}

/// Takes out what the file says in `field` about how often a channel's conversations come.
fn forget(document: &mut DocumentMut, field: &str, channel: &str) {
    let is_empty = document.get_mut(field).and_then(Item::as_table_like_mut).is_some_and(|table| {
        table.remove(channel);
        table.is_empty()
    });
    if is_empty {
        document.remove(field);
    }
}

/// Conversations an hour, with one digit; rare ones with three.
fn rate_list(rates: &[f64]) -> Array {
    rates
        .iter()
        .map(|rate| if *rate < 10.0 { rounded(*rate, 1_000.0) } else { rounded(*rate, 10.0) })
        .collect()
}

/// To as many digits as `scale` has zeros.
pub(super) fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

/// As a scenario writes it.
pub(super) fn length_value(length: Length) -> Value {
    Value::InlineTable(length_table(length))
}

/// The same, as a table.
pub(super) fn length_table(length: Length) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("mean", duration(length.mean_ms.round() as i64).into());
    let name = match length.shape {
        Shape::Constant => "constant",
        Shape::Uniform => "uniform",
        Shape::Exponential => "exponential",
        Shape::Lognormal { .. } => "lognormal",
    };
    table.insert("distribution", name.into());
    if let Shape::Lognormal { sigma } = length.shape {
        table.insert("sigma", Value::Float(Formatted::new(rounded(sigma, 1_000.0))));
    }
    table
}

/// `1h30m`, `6m12s`, `25s`: three digits or more, seconds from a minute on.
pub(crate) fn duration(ms: i64) -> String {
    let step_ms = match ms {
        60_000.. => 1_000,
        10_000.. => 100,
        1_000.. => 10,
        _ => 1,
    };
    let ms = (ms.max(1) + step_ms / 2) / step_ms * step_ms;
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let mut left = ms;
    let mut text = String::new();
    for (unit, unit_ms) in units {
        if left >= unit_ms {
            text.push_str(&format!("{}{unit}", left / unit_ms));
            left %= unit_ms;
        }
    }
    text
}
