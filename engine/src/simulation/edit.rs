//! Changing a scenario's text in one place: everything else in the file stays as it is, comments and spacing included.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

/// The steps of the longest path.
const PATH_MAX: usize = 8;
/// Changes that are made at once.
const EDITS_MAX: usize = 1_000;

/// A change: what is to stand at a place.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Where: names of fields, and numbers within a list, as `["intent", 2, "share"]`. A number one behind a list's last adds
    /// to it.
    pub path: Vec<EditStep>,
    /// What: a text, number, list or table as JSON has them; `None` takes out what is there.
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub value: Option<serde_json::Value>,
}

/// One step of a path.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(untagged)]
pub enum EditStep {
    /// The place in a list, from 0.
    Index(u32),
    /// The name of a field.
    Field(String),
}

/// Why a text was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EditError {
    /// It is no TOML.
    #[error("the scenario cannot be changed while its syntax is broken: {message}")]
    Syntax {
        /// What is wrong.
        message: String,
    },
    /// A path leads through something that is no table or list.
    #[error("there is no `{path}` that could be changed")]
    NoSuchPlace {
        /// The path.
        path: String,
    },
    /// A value that TOML cannot hold, or too many changes.
    #[error("this is nothing that a scenario can hold")]
    BadValue,
}

/// The text with these changes, one after the other; all of them, or none.
///
/// # Errors
/// See [`EditError`].
pub fn edit_scenario(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    if edits.len() > EDITS_MAX {
        return Err(EditError::BadValue);
    }
    let mut document = parse(text)?;
    for edit in edits {
        if edit.path.is_empty() {
            return Err(EditError::NoSuchPlace { path: String::new() });
        }
        let value = edit.value.as_ref().map(|value| to_toml(value).ok_or(EditError::BadValue)).transpose()?;
        change(document.as_item_mut(), &edit.path, value)?;
    }
    Ok(document.to_string())
}

pub(super) fn parse(text: &str) -> Result<DocumentMut, EditError> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| EditError::Syntax { message: error.message().to_owned() })
}

/// Puts a value at a place, with the tables that lead to it.
pub(super) fn put(item: &mut Item, path: &[&str], value: Value) -> Result<(), EditError> {
    let path: Vec<EditStep> = path.iter().map(|field| EditStep::Field((*field).to_owned())).collect();
    change(item, &path, Some(value))
}

/// Changes what is at a place, or takes it out.
pub(super) fn change(item: &mut Item, path: &[EditStep], value: Option<Value>) -> Result<(), EditError> {
    let nowhere = || EditError::NoSuchPlace { path: told(path) };
    if path.len() > PATH_MAX {
        return Err(nowhere());
    }
    match (path, value) {
        ([], Some(mut value)) => {
            if let Some(before) = item.as_value() {
                *value.decor_mut() = before.decor().clone();
            }
            *item = Item::Value(value);
            Ok(())
        }
        ([], None) => Err(nowhere()),
        ([EditStep::Field(field)], None) => {
            if let Some(table) = item.as_table_mut() {
                pass_comment_on(table, field);
            }
            if let Some(table) = item.as_table_like_mut() {
                table.remove(field);
            }
            Ok(())
        }
        ([EditStep::Index(at)], None) => {
            let at = *at as usize;
            match item {
                Item::ArrayOfTables(tables) if at < tables.len() => drop(tables.remove(at)),
                Item::Value(Value::Array(list)) if at < list.len() => drop(list.remove(at)),
                _ => return Err(nowhere()),
            }
            Ok(())
        }
        ([EditStep::Field(field), rest @ ..], value) => {
            let is_root_table = item.is_table();
            let table = item.as_table_like_mut().ok_or_else(nowhere)?;
            if !table.contains_key(field) {
                if value.is_none() {
                    return Ok(());
                }
                table.insert(field, beginning(rest, is_root_table));
            }
            change(table.get_mut(field).ok_or_else(nowhere)?, rest, value)
        }
        ([EditStep::Index(at), rest @ ..], value) => {
            let at = *at as usize;
            match item {
                Item::ArrayOfTables(tables) => {
                    if at == tables.len() && value.is_some() {
                        return added(tables, rest, value).ok_or_else(nowhere);
                    }
                    let table = tables.get_mut(at).ok_or_else(nowhere)?;
                    within(table, rest, value)
                }
                Item::Value(Value::Array(list)) => {
                    if at == list.len() && value.is_some() && rest.is_empty() {
                        list.extend(value);
                        return Ok(());
                    }
                    let place = list.get_mut(at).ok_or_else(nowhere)?;
                    let mut inner = Item::Value(place.clone());
                    change(&mut inner, rest, value)?;
                    *place = inner.into_value().map_err(|_| nowhere())?;
                    Ok(())
                }
                _ => Err(nowhere()),
            }
        }
    }
}

/// Gives the comment above a field that goes to the field behind it: at the top of a file it is about the whole file.
fn pass_comment_on(table: &mut Table, field: &str) {
    let text = |decor: &toml_edit::Decor| {
        decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
    };
    let Some(comment) = table.key(field).map(|key| text(key.leaf_decor())) else { return };
    let next = table.iter().map(|(name, _)| name).skip_while(|name| *name != field).nth(1).map(str::to_owned);
    let Some(next) = next.filter(|_| comment.contains('#')) else { return };
    if let Some(Item::Table(behind)) = table.get_mut(&next) {
        let joined = format!("{comment}{}", text(behind.decor()));
        behind.decor_mut().set_prefix(joined);
    } else if let Some(mut key) = table.key_mut(&next) {
        let joined = format!("{comment}{}", text(key.leaf_decor()));
        key.leaf_decor_mut().set_prefix(joined);
    }
}

/// What is put where nothing is, so that the rest of a path can be followed.
fn beginning(rest: &[EditStep], in_table: bool) -> Item {
    match rest {
        [] => Item::Value(Value::from(0)),
        [EditStep::Index(_), ..] if in_table => Item::ArrayOfTables(toml_edit::ArrayOfTables::new()),
        [EditStep::Index(_), ..] => Item::Value(Value::Array(Array::new())),
        _ if in_table => Item::Table(Table::new()),
        _ => Item::Value(Value::InlineTable(InlineTable::new())),
    }
}

/// Changes a table that stands in a list of tables.
fn within(table: &mut Table, rest: &[EditStep], value: Option<Value>) -> Result<(), EditError> {
    let mut item = Item::Table(std::mem::take(table));
    let changed = change(&mut item, rest, value);
    if let Item::Table(back) = item {
        *table = back;
        return changed;
    }
    // The table as a whole was replaced.
    match item.into_table() {
        Ok(mut new) => {
            new.decor_mut().set_prefix("\n");
            *table = new;
            changed
        }
        Err(_) => Err(EditError::NoSuchPlace { path: told(rest) }),
    }
}

/// Adds a table to a list of tables.
fn added(tables: &mut toml_edit::ArrayOfTables, rest: &[EditStep], value: Option<Value>) -> Option<()> {
    let Some(Value::InlineTable(fields)) = value.filter(|_| rest.is_empty()) else { return None };
    let mut table = fields.into_table();
    table.decor_mut().set_prefix("\n");
    tables.push(table);
    Some(())
}

fn to_toml(value: &serde_json::Value) -> Option<Value> {
    Some(match value {
        serde_json::Value::Null => return None,
        serde_json::Value::Bool(value) => (*value).into(),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64()?.into(),
        },
        serde_json::Value::String(text) => text.as_str().into(),
        serde_json::Value::Array(list) => {
            Value::Array(list.iter().map(to_toml).collect::<Option<Vec<Value>>>()?.into_iter().collect())
        }
        serde_json::Value::Object(fields) => {
            let mut table = InlineTable::new();
            for (field, value) in fields {
                table.insert(field, to_toml(value)?);
            }
            Value::InlineTable(table)
        }
    })
}

fn told(path: &[EditStep]) -> String {
    let steps = path.iter().map(|step| match step {
        EditStep::Index(at) => at.to_string(),
        EditStep::Field(field) => field.clone(),
    });
    steps.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# top\nreturning = 0.3 # some\npatience = { mean = \"3m\" } # them\n\n[[intent]] # one\nname = \"a\" # its name\nshare = 1.0\n";

    fn edited(path: &str, value: &str) -> Result<String, EditError> {
        let path = serde_json::from_str(path).unwrap();
        edit_scenario(TEXT, &[Edit { path, value: serde_json::from_str(value).unwrap() }])
    }

    #[test]
    fn one_place_changes_and_comments_stay() {
        let changed = |path, value, from: &str, to: &str| {
            assert_eq!(edited(path, value).unwrap(), TEXT.replace(from, to), "{path}");
        };
        changed("[\"returning\"]", "0.5", "0.3", "0.5");
        changed("[\"returning\"]", "null", "returning = 0.3 # some\n", "");
        changed("[\"patience\", \"mean\"]", "\"4m\"", "3m", "4m");
        changed("[\"intent\", 0, \"share\"]", "0.25", "1.0", "0.25");
        changed("[\"nothing\", \"here\"]", "null", "", "");
        let added = edited("[\"intent\", 1]", "{\"name\": \"b\", \"share\": 0}").unwrap();
        assert_eq!(added, format!("{TEXT}\n[[intent]]\nname = \"b\"\nshare = 0\n"));
        let drop = edited("[\"incident\", 0]", "{\"at\": \"14:00\"}").unwrap();
        assert!(drop.contains("[[incident]]\nat = \"14:00\"") && drop.contains("# its name"), "{drop}");
        let breaks = edited("[\"agents\", \"breaks\"]", "[{\"at\": \"12:00\"}]").unwrap();
        assert!(breaks.contains("[agents]\nbreaks = [{ at = \"12:00\" }]"), "{breaks}");
        assert_eq!(edited("[\"intent\", 0]", "null").unwrap().matches("[[intent]]").count(), 0);
    }

    #[test]
    fn what_cannot_be_changed_is_left_as_it_is() {
        for (path, value) in
            [("[\"returning\", \"x\"]", "1"), ("[\"intent\", 7, \"share\"]", "1"), ("[]", "1")]
        {
            assert!(matches!(edited(path, value), Err(EditError::NoSuchPlace { .. })), "{path}");
        }
        assert!(matches!(edit_scenario("a = ", &[]), Err(EditError::Syntax { .. })));
    }
}
