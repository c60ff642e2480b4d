//! Where groups and agents are written, so that a finding about one points at it.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::finding::{Concern, ConcernKind};
use crate::diagnostic::Span;
use crate::model::{Agent, Group};
use crate::rules::{Keyword, RuleBody, RuleSource};
use crate::tenant::TenantFolder;

/// The places of one folder.
#[derive(Debug)]
pub(super) struct Places {
    groups: BTreeMap<String, Place>,
    agents: BTreeMap<String, Place>,
}

#[derive(Debug)]
struct Place {
    /// The value of `slug`.
    slug: Span,
    /// Everything between the first value of the table and the last.
    bytes: Range<usize>,
}

impl Places {
    pub(super) fn new(folder: &TenantFolder) -> Places {
        Places {
            groups: tables(folder, "groups.toml", "group"),
            agents: tables(folder, "agents.toml", "agent"),
        }
    }

    pub(super) fn group(&self, group: &Group) -> Concern {
        let place = self.groups.get(&group.slug);
        concern(ConcernKind::Group, &group.slug, &group.name, "groups.toml", place)
    }

    pub(super) fn agent(&self, agent: &Agent) -> Concern {
        let place = self.agents.get(&agent.slug);
        concern(ConcernKind::Agent, &agent.slug, &agent.name, "agents.toml", place)
    }

    /// The slug of the group in whose table this is written.
    pub(super) fn group_at(&self, span: Span) -> Option<&str> {
        let at = span.start_byte as usize;
        self.groups.iter().find(|(_, place)| place.bytes.contains(&at)).map(|(slug, _)| slug.as_str())
    }
}

/// A keyword, at the place where its rule writes it.
pub(super) fn keyword(keyword: &Keyword) -> Concern {
    Concern {
        what: ConcernKind::Keyword,
        slug: keyword.text.clone(),
        name: keyword.text.clone(),
        file: keyword.file.clone(),
        span: Some(keyword.span),
    }
}

fn concern(what: ConcernKind, slug: &str, name: &str, file: &str, place: Option<&Place>) -> Concern {
    Concern {
        what,
        slug: slug.to_owned(),
        name: name.to_owned(),
        file: file.to_owned(),
        span: place.map(|place| place.slug),
    }
}

/// A rule, at its file, and at one of its effects where that is what matters.
pub(super) fn rule(rule: &RuleSource, effect: Option<Span>) -> Concern {
    Concern {
        what: ConcernKind::Rule,
        slug: rule.slug.clone(),
        name: rule.name.clone(),
        file: rule.file.clone(),
        span: effect,
    }
}

/// A rule, at the effect for which `wanted` holds.
pub(super) fn rule_at(source: &RuleSource, wanted: impl Fn(&crate::rules::Effect) -> bool) -> Concern {
    let place = match &source.body {
        RuleBody::Effects(effects) => effects.iter().find(|(effect, _)| wanted(effect)),
        RuleBody::Script { .. } | RuleBody::Module { .. } => None,
    };
    rule(source, place.map(|(_, span)| *span))
}

/// The tables of one name in a file, by their `slug`.
fn tables(folder: &TenantFolder, file: &str, name: &str) -> BTreeMap<String, Place> {
    let text = folder.files.get(file).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let (root, _) = DeTable::parse_recoverable(text);
    let list = root.get_ref().get(name).and_then(|value| value.get_ref().as_array());
    let mut places = BTreeMap::new();
    let list = list.into_iter().flat_map(|list| list.iter());
    for table in list.filter_map(|item| item.get_ref().as_table()) {
        let slug = table.get("slug").map(|slug| (slug.span(), slug.get_ref()));
        let Some((slug, DeValue::String(word))) = slug else { continue };
        let mut bytes = slug.clone();
        table.iter().for_each(|(_, value)| widen(&mut bytes, value));
        let place = Place { slug: Span::of(text, slug), bytes };
        places.entry(word.to_string()).or_insert(place);
    }
    places
}

/// Widens `bytes` to hold every plain value within `value`. The span of a table written with a header is the header.
fn widen(bytes: &mut Range<usize>, value: &Spanned<DeValue<'_>>) {
    match value.get_ref() {
        DeValue::Table(table) => table.iter().for_each(|(_, value)| widen(bytes, value)),
        DeValue::Array(list) => {
            let span = value.span();
            *bytes = bytes.start.min(span.start)..bytes.end.max(span.end);
            list.iter().for_each(|value| widen(bytes, value));
        }
        _ => {
            let span = value.span();
            *bytes = bytes.start.min(span.start)..bytes.end.max(span.end);
        }
    }
}
