//! What differs between two folders, part by part, and a folder with some of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use toml::{Table, Value};

use crate::tenant::TenantFolder;

/// Something that differs between two folders.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Change {
    /// What became of it.
    pub kind: ChangeKind,
    /// What it is.
    pub part: ChangedPart,
    /// Its name: a rule's slug, `hours.day`, an agent's slug …
    pub name: String,
    /// Its file; where it was removed, the file it was in.
    pub file: String,
    /// The first line of that file that differs, for a file that is a part as a whole.
    pub line: Option<u32>,
}

/// What became of a part.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
    /// A rule has another place in the order, and may be different too.
    Moved,
}

/// What a changed part is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ChangedPart {
    /// A rule, with its sidecar.
    Rule,
    /// A group.
    Group,
    /// An agent.
    Agent,
    /// A keyword table.
    KeywordTable,
    /// Something in `tenant.toml`.
    Setting,
    /// A whole file, where its parts cannot be told apart.
    File,
}

/// The differences between two folders.
#[derive(Debug)]
pub(super) struct Differences<'f> {
    good: &'f TenantFolder,
    bad: &'f TenantFolder,
    pub(super) changes: Vec<Change>,
    places: Vec<Place>,
}

/// Where a change is made.
#[derive(Clone, Debug)]
enum Place {
    /// These files go, and those come.
    Files { old: Vec<String>, new: Vec<String> },
    /// This part of a file of parts.
    Part { file: &'static str, path: Path },
}

/// One key, or a key and a name in its list or table.
type Path = (String, Option<String>);
/// A file as parts, in order.
type Parts = Vec<(Path, Value)>;

/// The files that are made of parts; what of each is a list of named tables, and what a table by name.
const FILES: [(&str, &[&str], &[&str]); 4] = [
    ("tenant.toml", &["channel", "skills"], &["entries", "hours"]),
    ("groups.toml", &["group"], &[]),
    ("agents.toml", &["agent"], &[]),
    ("keywords.toml", &[], &["tables"]),
];

impl<'f> Differences<'f> {
    pub(super) fn new(good: &'f TenantFolder, bad: &'f TenantFolder) -> Differences<'f> {
        let mut differences = Differences { good, bad, changes: Vec::new(), places: Vec::new() };
        for (file, lists, tables) in FILES {
            differences.add_file(file, lists, tables);
        }
        differences.add_rules();
        differences
    }

    fn add(&mut self, change: Change, place: Place) {
        self.changes.push(change);
        self.places.push(place);
    }

    fn add_file(&mut self, file: &'static str, lists: &[&str], tables: &[&str]) {
        let (old, new) = (self.good.files.get(file), self.bad.files.get(file));
        if old == new {
            return;
        }
        let parts =
            |bytes: Option<&Vec<u8>>| parts(bytes.map(Vec::as_slice).unwrap_or_default(), lists, tables);
        let (Some(old_parts), Some(new_parts)) = (parts(old), parts(new)) else {
            let name = file.to_owned();
            let line = first_difference(old, new);
            let change = Change {
                kind: ChangeKind::Changed,
                part: ChangedPart::File,
                name,
                file: file.to_owned(),
                line,
            };
            let files = |bytes: Option<&Vec<u8>>| bytes.map(|_| file.to_owned()).into_iter().collect();
            return self.add(change, Place::Files { old: files(old), new: files(new) });
        };
        let olds: BTreeMap<&Path, &Value> = old_parts.iter().map(|(path, value)| (path, value)).collect();
        let news: BTreeMap<&Path, &Value> = new_parts.iter().map(|(path, value)| (path, value)).collect();
        for path in olds.keys().chain(news.keys()).copied().collect::<BTreeSet<&Path>>() {
            let kind = match (olds.get(path), news.get(path)) {
                (Some(old), Some(new)) if old == new => continue,
                (Some(_), Some(_)) => ChangeKind::Changed,
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Removed,
            };
            let (part, name) = match (file, path) {
                ("groups.toml", (_, Some(slug))) => (ChangedPart::Group, slug.clone()),
                ("agents.toml", (_, Some(slug))) => (ChangedPart::Agent, slug.clone()),
                ("keywords.toml", (_, Some(table))) => (ChangedPart::KeywordTable, table.clone()),
                (_, (key, Some(name))) => (ChangedPart::Setting, format!("{key}.{name}")),
                (_, (key, None)) => (ChangedPart::Setting, key.clone()),
            };
            let change = Change { kind, part, name, file: file.to_owned(), line: None };
            self.add(change, Place::Part { file, path: path.clone() });
        }
    }

    fn add_rules(&mut self) {
        let (olds, news) = (rules(self.good), rules(self.bad));
        let content = |folder: &TenantFolder, files: &[String]| -> Vec<(String, Vec<u8>)> {
            files
                .iter()
                .filter_map(|file| Some((ending(file).to_owned(), folder.files.get(file)?.clone())))
                .collect()
        };
        let mut gone: BTreeMap<&str, &str> = BTreeMap::new();
        for slug in olds.keys().filter(|slug| !news.contains_key(*slug)) {
            gone.entry(name_of(slug)).or_insert(slug);
        }
        for (slug, files) in &news {
            let same = olds.get(slug);
            if same.is_some_and(|old| content(self.good, old) == content(self.bad, files)) {
                continue;
            }
            let moved = same.is_none().then(|| gone.remove(name_of(slug))).flatten();
            let old = same.or_else(|| moved.and_then(|slug| olds.get(slug)));
            let kind = match (same, moved) {
                (Some(_), _) => ChangeKind::Changed,
                (None, Some(_)) => ChangeKind::Moved,
                (None, None) => ChangeKind::Added,
            };
            let old = old.cloned().unwrap_or_default();
            let (file, line) = self.first_changed(&old, files);
            let change = Change { kind, part: ChangedPart::Rule, name: slug.clone(), file, line };
            self.add(change, Place::Files { old, new: files.clone() });
        }
        let left: BTreeSet<&str> = gone.into_values().collect();
        for slug in left {
            let Some(old) = olds.get(slug).cloned() else { continue };
            let file = old.first().cloned().unwrap_or_default();
            let change = Change {
                kind: ChangeKind::Removed,
                part: ChangedPart::Rule,
                name: slug.to_owned(),
                file,
                line: None,
            };
            self.add(change, Place::Files { old, new: Vec::new() });
        }
    }

    /// The first of the new files that differs, and where.
    fn first_changed(&self, old: &[String], new: &[String]) -> (String, Option<u32>) {
        let differing = new.iter().find_map(|file| {
            let before =
                old.iter().find(|old| ending(old) == ending(file)).and_then(|old| self.good.files.get(old));
            let line = first_difference(before, self.bad.files.get(file))?;
            Some((file.clone(), before.map(|_| line)))
        });
        differing.unwrap_or_else(|| (new.first().cloned().unwrap_or_default(), None))
    }

    /// The good folder with the chosen changes. Rule tests are left out, which may be about what is not there, and the
    /// scenarios are those of the bad folder.
    pub(super) fn with(&self, chosen: &BTreeSet<usize>) -> TenantFolder {
        let is_kept = |path: &str| !path.starts_with("tests/") && !path.starts_with("scenarios/");
        let kept = self.good.files.iter().filter(|(path, _)| is_kept(path));
        let mut files: BTreeMap<String, Vec<u8>> =
            kept.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
        let scenarios = self.bad.files.iter().filter(|(path, _)| path.starts_with("scenarios/"));
        files.extend(scenarios.map(|(path, bytes)| (path.clone(), bytes.clone())));
        let chosen_places =
            || self.places.iter().enumerate().filter(|(at, _)| chosen.contains(at)).map(|(_, place)| place);
        // First what goes, so that what comes under the same name stays.
        for place in chosen_places() {
            if let Place::Files { old, .. } = place {
                old.iter().for_each(|file| drop(files.remove(file)));
            }
        }
        for place in chosen_places() {
            if let Place::Files { new, .. } = place {
                files.extend(
                    new.iter().filter_map(|file| Some((file.clone(), self.bad.files.get(file)?.clone()))),
                );
            }
        }
        for (file, lists, tables) in FILES {
            let mine = |place: &&Place| matches!(place, Place::Part { file: of, .. } if *of == file);
            let all = self.places.iter().filter(mine).count();
            let paths: BTreeSet<&Path> = chosen_places()
                .filter_map(|place| match place {
                    Place::Part { file: of, path } if *of == file => Some(path),
                    _ => None,
                })
                .collect();
            if paths.is_empty() {
                continue;
            }
            let (old, new) = (self.good.files.get(file), self.bad.files.get(file));
            if paths.len() == all {
                match new {
                    Some(bytes) => drop(files.insert(file.to_owned(), bytes.clone())),
                    None => drop(files.remove(file)),
                }
                continue;
            }
            let parts =
                |bytes: Option<&Vec<u8>>| parts(bytes.map(Vec::as_slice).unwrap_or_default(), lists, tables);
            if let (Some(old), Some(new)) = (parts(old), parts(new)) {
                files.insert(file.to_owned(), written(&merged(old, new, &paths), lists).into_bytes());
            }
        }
        TenantFolder { files }
    }
}

/// The old parts with these paths as the new ones have them.
fn merged(old: Parts, new: Parts, paths: &BTreeSet<&Path>) -> Parts {
    let mut news: BTreeMap<Path, Value> =
        new.iter().filter(|(path, _)| paths.contains(path)).cloned().collect();
    let mut merged: Parts = Vec::new();
    for (path, value) in old {
        if !paths.contains(&path) {
            merged.push((path, value));
        } else if let Some(value) = news.remove(&path) {
            merged.push((path, value));
        }
    }
    merged.extend(new.into_iter().filter(|(path, _)| news.contains_key(path)));
    merged
}

/// A file's parts. `None`: it is not well-formed, or something in a list has no name or a name twice.
fn parts(bytes: &[u8], lists: &[&str], tables: &[&str]) -> Option<Parts> {
    let root: Table = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    let mut parts = Parts::new();
    for (key, value) in root {
        match value {
            Value::Array(list) if lists.contains(&key.as_str()) => {
                for item in list {
                    let slug = match &item {
                        Value::String(slug) => slug.clone(),
                        Value::Table(table) => table.get("slug")?.as_str()?.to_owned(),
                        _ => return None,
                    };
                    parts.push(((key.clone(), Some(slug)), item));
                }
            }
            Value::Table(table) if tables.contains(&key.as_str()) => {
                parts.extend(table.into_iter().map(|(name, value)| ((key.clone(), Some(name)), value)));
            }
            value => parts.push(((key, None), value)),
        }
    }
    let paths: BTreeSet<&Path> = parts.iter().map(|(path, _)| path).collect();
    (paths.len() == parts.len()).then_some(parts)
}

/// Parts as a file: not for people, but it reads the same.
fn written(parts: &Parts, lists: &[&str]) -> String {
    let mut keys: Vec<&str> = Vec::new();
    for ((key, _), _) in parts {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let mut text = String::new();
    for key in keys {
        let of_key: Vec<_> = parts.iter().filter(|((of, _), _)| of == key).collect();
        let value = match of_key.as_slice() {
            [((_, None), value)] => inline(value),
            items if lists.contains(&key) => {
                let items: Vec<String> = items.iter().map(|(_, value)| inline(value)).collect();
                format!("[{}]", items.join(", "))
            }
            items => {
                let named = items.iter().filter_map(|((_, name), value)| Some((name.as_deref()?, value)));
                inline_table(named)
            }
        };
        text.push_str(&format!("{} = {value}\n", quoted(key)));
    }
    text
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(value) => value.to_string(),
        Value::Datetime(time) => time.to_string(),
        Value::Array(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => inline_table(table.iter().map(|(key, value)| (key.as_str(), value))),
    }
}

fn inline_table<'v>(entries: impl Iterator<Item = (&'v str, &'v Value)>) -> String {
    let entries: Vec<String> =
        entries.map(|(key, value)| format!("{} = {}", quoted(key), inline(value))).collect();
    format!("{{ {} }}", entries.join(", "))
}

/// A string as TOML writes it: JSON's escapes are among TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// The files of each rule, by slug.
fn rules(folder: &TenantFolder) -> BTreeMap<String, Vec<String>> {
    let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in folder.files.keys() {
        let Some(name) = path.strip_prefix("rules/").filter(|name| !name.contains('/')) else { continue };
        if let Some((slug, "toml" | "rhai" | "wasm")) = name.rsplit_once('.') {
            rules.entry(slug.to_owned()).or_default().push(path.clone());
        }
    }
    rules
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// A rule's slug without the number of its order.
fn name_of(slug: &str) -> &str {
    slug.split_once('-').map_or(slug, |(_, name)| name)
}

/// The first line that differs, from 1; `None`: they are the same.
fn first_difference(old: Option<&Vec<u8>>, new: Option<&Vec<u8>>) -> Option<u32> {
    let (old, new) = (old.map(Vec::as_slice).unwrap_or_default(), new.map(Vec::as_slice).unwrap_or_default());
    if old == new {
        return None;
    }
    let lines = old.split(|byte| *byte == b'\n').zip(new.split(|byte| *byte == b'\n'));
    u32::try_from(lines.take_while(|(old, new)| old == new).count() + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> TenantFolder {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
        TenantFolder { files: files.collect() }
    }

    #[test]
    fn parts_are_told_apart_and_put_together_again() {
        let good = folder(&[
            (
                "tenant.toml",
                "name = \"店\"\nskills = [\"a\", { slug = \"b\", name = \"乙\" }]\n[hours.day]\nweekly = { mon = [\"09:00-18:00\"] }\n[entries]\nx = \"g\"\n",
            ),
            ("rules/20-refund.toml", "1"),
            ("rules/30-vip.rhai", "2"),
            ("rules/40-gone.toml", "3"),
        ]);
        let bad = folder(&[
            (
                "tenant.toml",
                "name = \"店\"\nskills = [\"a\", { slug = \"b\", name = \"丙\" }, \"c\"]\n[hours.day]\nweekly = { mon = [\"10:00-18:00\"] }\n",
            ),
            ("rules/05-refund.toml", "1"),
            ("rules/30-vip.rhai", "2\n3"),
            ("rules/50-new.toml", "4"),
        ]);
        let differences = Differences::new(&good, &bad);
        let told: Vec<String> = differences
            .changes
            .iter()
            .map(|change| format!("{:?} {:?} {}", change.kind, change.part, change.name))
            .collect();
        assert_eq!(
            told,
            [
                "Removed Setting entries.x",
                "Changed Setting hours.day",
                "Changed Setting skills.b",
                "Added Setting skills.c",
                "Moved Rule 05-refund",
                "Changed Rule 30-vip",
                "Added Rule 50-new",
                "Removed Rule 40-gone",
            ]
        );
        let all = differences.with(&(0..8).collect());
        assert_eq!(all, bad);
        assert_eq!(differences.with(&BTreeSet::new()), good);
        let hours = differences.with(&BTreeSet::from([1]));
        let table: Table = std::str::from_utf8(&hours.files["tenant.toml"]).unwrap().parse().unwrap();
        assert_eq!(table["hours"]["day"]["weekly"]["mon"][0].as_str(), Some("10:00-18:00"));
        assert_eq!((table["entries"]["x"].as_str(), table["name"].as_str()), (Some("g"), Some("店")));
        assert_eq!(table["skills"][1]["name"].as_str(), Some("乙"));
    }
}
