//! `tenant.toml`: settings, channels, entries, skills, hours and the last resort.

use std::collections::BTreeMap;

use super::fallback::read_fallback;
use super::hours::{self, read_hours, read_zone};
use super::names::{AllNames, Defined, define_all};
use super::reader::{Document, Item, Place, Table, Word, check_label};
use crate::diagnostic::Code;
use crate::id::{ChannelId, GroupId, HoursId};
use crate::limits::{CAPACITY_MAX, CHANNELS_MAX};
use crate::model::{Channel, IdentityKind, LoadIndex, NamedHours, Settings, Skill, Stick};

const FIELDS: &[&str] = &[
    "name",
    "zone",
    "automatic",
    "recognise_by",
    "priority_ageing",
    "agent_capacity_max",
    "directed_wait",
    "offline_grace",
    "default_group",
    "fallback",
    "skills",
    "stick",
    "load_index",
    "channel",
    "entries",
    "hours",
];
const LOAD_INDEX_FIELDS: &[&str] =
    &["utilisation", "response", "handle", "satisfaction", "response_reference", "handle_reference"];
const IDENTITIES: [(&str, IdentityKind); 3] =
    [("login", IdentityKind::Login), ("cookie", IdentityKind::Cookie), ("ip", IdentityKind::Ip)];
const DEFAULT_PRIORITY_AGEING_MS: i64 = 60_000;
const DEFAULT_DIRECTED_WAIT_MS: i64 = 30_000;
const DEFAULT_STICK_WAIT_MS: i64 = 30_000;

/// `tenant.toml` with its names given ids, before what it refers to in other files can be resolved.
#[derive(Debug)]
pub(crate) struct SettingsFile<'d> {
    root: Table<'d>,
    channels: Vec<Defined<'d, ChannelId>>,
    skills: Vec<Skill>,
    hours: Vec<(HoursId, Word<'d>, Table<'d>)>,
}

/// What `tenant.toml` says.
#[derive(Debug)]
pub(crate) struct ReadSettings<'d> {
    pub(crate) settings: Settings,
    /// Where the fallback is written, or would be.
    pub(crate) fallback_place: Place<'d>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) entries: BTreeMap<String, GroupId>,
    pub(crate) skills: Vec<Skill>,
    pub(crate) hours: Vec<NamedHours>,
}

impl<'d> SettingsFile<'d> {
    /// Gives channels, skills, hours and entries their names.
    pub(crate) fn define(document: &'d Document<'d>, names: &mut AllNames<'d>) -> SettingsFile<'d> {
        let root = document.root(FIELDS);
        let channels = root.tables("channel", &["slug", "name", "group"]);
        let channels = define_all(channels, &mut names.channels, CHANNELS_MAX);
        let skills = root.get("skills").and_then(|item| item.list());
        let skills = skills.into_iter().flatten().filter_map(|item| define_skill(item, names)).collect();
        let plans = root.get("hours").and_then(|item| item.map()).unwrap_or_default();
        let hours = plans
            .into_iter()
            .filter_map(|(slug, item)| {
                let table = item.table(hours::FIELDS)?;
                Some((names.hours.define(slug)?, slug, table))
            })
            .collect();
        let entries = root.get("entries").and_then(|item| item.map()).unwrap_or_default();
        names.entries = entries.iter().map(|(entry, _)| entry.to_text()).collect();
        SettingsFile { root, channels, skills, hours }
    }

    /// Reads the rest, now that every file's names are known.
    pub(crate) fn read(self, names: &AllNames<'d>) -> ReadSettings<'d> {
        let root = self.root;
        let zone = root.must("zone").and_then(read_zone).unwrap_or_else(|| "UTC".to_owned());
        let group = |item: Item<'d>| item.text().and_then(|word| names.groups.resolve(word));
        let fallback = root.get("fallback");
        let fallback_place = fallback.map_or(root.place, |item| item.place);
        let fallback = fallback.map(|item| read_fallback(item, &names.groups)).unwrap_or_default();

        let channels = self.channels.into_iter().filter_map(|Defined { named, table }| {
            let name = table.name_or(named.map_or("", |(_, slug)| slug.text));
            let group = table.get("group").and_then(group);
            let (id, slug) = named?;
            Some(Channel { id, slug: slug.to_text(), name, group, active: true })
        });
        let channels = channels.collect();
        let entries = root.get("entries").and_then(|item| item.map()).unwrap_or_default();
        let entries = entries
            .into_iter()
            .filter_map(|(entry, item)| Some((check_label(entry)?.to_text(), group(item)?)));
        let entries = entries.collect();
        let hours = self.hours.into_iter().filter_map(|(id, slug, table)| {
            Some(NamedHours { id, slug: slug.to_text(), hours: read_hours(table, &zone)? })
        });
        let hours = hours.collect();

        let settings = Settings {
            name: root.name_or("tenant"),
            automatic: root.boolean("automatic").unwrap_or(true),
            recognise_by: root
                .get("recognise_by")
                .and_then(recognise_by)
                .unwrap_or_else(|| vec![IdentityKind::Login, IdentityKind::Cookie]),
            stick: root.get("stick").and_then(read_stick),
            ageing_ms: root
                .get("priority_ageing")
                .and_then(|item| item.positive_duration_ms())
                .unwrap_or(DEFAULT_PRIORITY_AGEING_MS),
            agent_capacity_max: root.integer("agent_capacity_max", 1..=CAPACITY_MAX),
            directed_wait_ms: root.duration_ms("directed_wait").unwrap_or(DEFAULT_DIRECTED_WAIT_MS),
            offline_grace_ms: root.duration_ms("offline_grace"),
            default_group: root.get("default_group").and_then(group),
            fallback: fallback.fallback,
            load_index: root.get("load_index").and_then(read_load_index).unwrap_or_default(),
            zone,
        };
        ReadSettings { settings, fallback_place, channels, entries, skills: self.skills, hours }
    }
}

fn define_skill<'d>(item: Item<'d>, names: &mut AllNames<'d>) -> Option<Skill> {
    let (slug, name) = if item.is_string() {
        let slug = item.text()?;
        (slug, slug.to_text())
    } else {
        let table = item.table(&["slug", "name"])?;
        let slug = table.must("slug")?.text()?;
        (slug, table.name_or(slug.text))
    };
    Some(Skill { id: names.skills.define(slug)?, slug: slug.to_text(), name })
}

fn recognise_by(item: Item<'_>) -> Option<Vec<IdentityKind>> {
    let mut kinds = Vec::new();
    for item in item.list()? {
        let Some(kind) = item.choice(&IDENTITIES) else {
            continue;
        };
        if kinds.contains(&kind) {
            item.place.report(Code::DuplicateName, "this is there twice");
        } else {
            kinds.push(kind);
        }
    }
    Some(kinds)
}

fn read_stick(item: Item<'_>) -> Option<Stick> {
    let table = item.table(&["for", "wait"])?;
    let wait_ms = table.duration_ms("wait").unwrap_or(DEFAULT_STICK_WAIT_MS);
    let for_ms = table.must("for")?.positive_duration_ms()?;
    Some(Stick { for_ms, wait_ms })
}

fn read_load_index(item: Item<'_>) -> Option<LoadIndex> {
    let table = item.table(LOAD_INDEX_FIELDS)?;
    let defaults = LoadIndex::default();
    let weight = |field, otherwise| table.integer(field, 0..=100).unwrap_or(otherwise);
    let reference =
        |field, otherwise| table.get(field).and_then(|item| item.positive_duration_ms()).unwrap_or(otherwise);
    let index = LoadIndex {
        utilisation_weight: weight("utilisation", defaults.utilisation_weight),
        response_weight: weight("response", defaults.response_weight),
        handle_weight: weight("handle", defaults.handle_weight),
        satisfaction_weight: weight("satisfaction", defaults.satisfaction_weight),
        response_reference_ms: reference("response_reference", defaults.response_reference_ms),
        handle_reference_ms: reference("handle_reference", defaults.handle_reference_ms),
    };
    let weights =
        [index.utilisation_weight, index.response_weight, index.handle_weight, index.satisfaction_weight];
    if weights == [0; 4] {
        item.bad("needs at least one weight above 0");
    }
    Some(index)
}
