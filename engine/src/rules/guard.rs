//! Guards, compiled: the conditions of a rule, the cheapest first.

use std::collections::BTreeMap;

use super::keywords::{Found, KeywordBuilder, KeywordId, KeywordIndex};
use super::reading::{ConditionRead, shown};
use super::{Facts, Guard, Keyword, KeywordCondition};
use crate::id::HoursId;
use crate::model::Directory;

/// The conditions of one rule.
#[derive(Debug)]
pub(super) struct CompiledGuard {
    conditions: Box<[Condition]>,
    /// Looked at last, since it alone reads the text.
    keywords: Option<Box<Keywords>>,
}

#[derive(Debug)]
enum Condition {
    Channel(IdSet),
    Group(IdSet),
    VipMin(u8),
    VipMax(u8),
    Returning(bool),
    HoursOpen(HoursId),
    HoursClosed(HoursId),
    Language(Box<[String]>),
    Entry(Box<[String]>),
    TagsAny(Box<[String]>),
    TagsAll(Box<[String]>),
    TagsNone(Box<[String]>),
    Attribute { name: String, values: Box<[String]> },
}

/// Which condition said no.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Failed<'g> {
    /// The condition's name in the rule's file.
    Condition(&'static str),
    /// The attribute with this name.
    Attribute(&'g str),
}

impl std::fmt::Display for Failed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failed::Condition(name) => f.write_str(name),
            Failed::Attribute(name) => write!(f, "attributes.{name}"),
        }
    }
}

/// The keywords of one evaluation, looked for when the first guard asks.
#[derive(Debug)]
pub(super) struct Words<'a> {
    index: &'a KeywordIndex,
    with_hits: bool,
    found: Option<Found>,
}

impl<'a> Words<'a> {
    pub(super) fn new(index: &'a KeywordIndex, with_hits: bool) -> Words<'a> {
        Words { index, with_hits, found: None }
    }

    fn found(&mut self, facts: &Facts<'_>) -> &Found {
        self.found.get_or_insert_with(|| self.index.find(facts.text, self.with_hits))
    }

    /// What was found so far; empty where no guard has asked.
    pub(super) fn so_far(&self) -> Option<&Found> {
        self.found.as_ref()
    }
}

impl CompiledGuard {
    /// Compiles a guard, adding its keywords to the ruleset's.
    pub(super) fn new(guard: &Guard, builder: &mut KeywordBuilder) -> CompiledGuard {
        let mut conditions = Vec::new();
        if !guard.channels.is_empty() {
            conditions.push(Condition::Channel(guard.channels.iter().map(|id| id.0).collect()));
        }
        if !guard.groups.is_empty() {
            conditions.push(Condition::Group(guard.groups.iter().map(|id| id.0).collect()));
        }
        conditions.extend(guard.vip_min.map(Condition::VipMin));
        conditions.extend(guard.vip_max.map(Condition::VipMax));
        conditions.extend(guard.returning.map(Condition::Returning));
        conditions.extend(guard.hours_open.map(Condition::HoursOpen));
        conditions.extend(guard.hours_closed.map(Condition::HoursClosed));
        let mut list = |list: &[String], make: fn(Box<[String]>) -> Condition| {
            if !list.is_empty() {
                conditions.push(make(list.into()));
            }
        };
        list(&guard.languages, Condition::Language);
        list(&guard.entries, Condition::Entry);
        list(&guard.tags_any, Condition::TagsAny);
        list(&guard.tags_all, Condition::TagsAll);
        list(&guard.tags_none, Condition::TagsNone);
        for (name, values) in &guard.attributes {
            conditions.push(Condition::Attribute { name: name.clone(), values: values.as_slice().into() });
        }
        CompiledGuard {
            conditions: conditions.into(),
            keywords: guard.keywords.as_ref().map(|keywords| Box::new(Keywords::new(keywords, builder))),
        }
    }

    /// Whether every condition holds, so that the rule may run.
    #[inline]
    pub(super) fn holds(&self, facts: &Facts<'_>, words: &mut Words<'_>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(facts))
            && self.keywords.as_ref().is_none_or(|keywords| keywords.failed(words.found(facts)).is_none())
    }

    /// The first condition that does not hold, for traces.
    pub(super) fn first_failed(&self, facts: &Facts<'_>, words: &mut Words<'_>) -> Option<Failed<'_>> {
        match self.conditions.iter().find(|condition| !condition.holds(facts)) {
            Some(Condition::Attribute { name, .. }) => Some(Failed::Attribute(name)),
            Some(condition) => Some(Failed::Condition(condition.name())),
            None => self.keywords.as_ref()?.failed(words.found(facts)).map(Failed::Condition),
        }
    }

    /// What every condition reads, in the order in which they are looked at.
    pub(super) fn readings(
        &self,
        facts: &Facts<'_>,
        words: &mut Words<'_>,
        directory: &Directory,
    ) -> Vec<ConditionRead> {
        let mut readings: Vec<ConditionRead> = self
            .conditions
            .iter()
            .map(|condition| ConditionRead {
                name: match condition {
                    Condition::Attribute { name, .. } => Failed::Attribute(name).to_string(),
                    _ => condition.name().to_owned(),
                },
                read: condition.read(facts, directory),
                weight: None,
                holds: condition.holds(facts),
            })
            .collect();
        if let Some(keywords) = &self.keywords {
            readings.extend(keywords.readings(words.found(facts)));
        }
        readings
    }

    /// The keyword condition, where there is one.
    pub(super) fn keywords(&self) -> Option<&Keywords> {
        self.keywords.as_deref()
    }
}

impl Condition {
    #[inline]
    fn holds(&self, facts: &Facts<'_>) -> bool {
        let (conversation, customer) = (&facts.conversation, &facts.customer);
        let is_open = |hours: HoursId| facts.hours_open.get(hours.index()).copied().unwrap_or(false);
        let has_tag = |tag: &String| conversation.tags.contains(tag);
        match self {
            Condition::Channel(channels) => channels.contains(conversation.channel.0),
            Condition::Group(groups) => conversation.group.is_some_and(|group| groups.contains(group.0)),
            Condition::VipMin(least) => customer.vip >= *least,
            Condition::VipMax(most) => customer.vip <= *most,
            Condition::Returning(returning) => customer.returning == *returning,
            Condition::HoursOpen(hours) => is_open(*hours),
            Condition::HoursClosed(hours) => !is_open(*hours),
            Condition::Language(languages) => {
                conversation.language.is_some_and(|is| languages.iter().any(|of| speaks(is, of)))
            }
            Condition::Entry(entries) => {
                conversation.entry.is_some_and(|is| entries.iter().any(|of| of == is))
            }
            Condition::TagsAny(tags) => tags.iter().any(has_tag),
            Condition::TagsAll(tags) => tags.iter().all(has_tag),
            Condition::TagsNone(tags) => !tags.iter().any(has_tag),
            Condition::Attribute { name, values } => {
                customer.attributes.get(name).is_some_and(|value| values.contains(value))
            }
        }
    }

    /// What the condition reads, as a file would write it.
    fn read(&self, facts: &Facts<'_>, directory: &Directory) -> Option<String> {
        let (conversation, customer) = (&facts.conversation, &facts.customer);
        let open = |hours: HoursId| {
            let is_open = facts.hours_open.get(hours.index()).copied().unwrap_or(false);
            let hours = directory.hours(hours).map_or("", |hours| &hours.slug);
            Some(format!("{hours}: {}", if is_open { "open" } else { "closed" }))
        };
        match self {
            Condition::Channel(_) => directory.channel(conversation.channel).map(|c| shown(&c.slug)),
            Condition::Group(_) => {
                conversation.group.and_then(|id| directory.group(id)).map(|group| shown(&group.slug))
            }
            Condition::VipMin(_) | Condition::VipMax(_) => Some(customer.vip.to_string()),
            Condition::Returning(_) => Some(customer.returning.to_string()),
            Condition::HoursOpen(hours) | Condition::HoursClosed(hours) => open(*hours),
            Condition::Language(_) => conversation.language.map(|language| shown(&language)),
            Condition::Entry(_) => conversation.entry.map(|entry| shown(&entry)),
            Condition::TagsAny(_) | Condition::TagsAll(_) | Condition::TagsNone(_) => {
                Some(shown(&conversation.tags))
            }
            Condition::Attribute { name, .. } => customer.attributes.get(name).map(|value| shown(value)),
        }
    }

    /// The condition's name in the rule's file.
    fn name(&self) -> &'static str {
        match self {
            Condition::Channel(_) => "channel",
            Condition::Group(_) => "group",
            Condition::VipMin(_) => "vip_min",
            Condition::VipMax(_) => "vip_max",
            Condition::Returning(_) => "returning",
            Condition::HoursOpen(_) => "hours",
            Condition::HoursClosed(_) => "hours_closed",
            Condition::Language(_) => "language",
            Condition::Entry(_) => "entry",
            Condition::TagsAny(_) => "tags_any",
            Condition::TagsAll(_) => "tags_all",
            Condition::TagsNone(_) => "tags_none",
            Condition::Attribute { .. } => "attributes",
        }
    }
}

/// Whether the language `is` is `of` or a variant of it: `zh-tw` is `zh`.
fn speaks(is: &str, of: &str) -> bool {
    is.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// A set of small dense ids.
#[derive(Debug)]
struct IdSet(Box<[u64]>);

impl IdSet {
    fn contains(&self, id: u16) -> bool {
        self.0.get(usize::from(id / 64)).is_some_and(|word| word & (1 << (id % 64)) != 0)
    }
}

impl FromIterator<u16> for IdSet {
    fn from_iter<T: IntoIterator<Item = u16>>(ids: T) -> IdSet {
        let mut words = Vec::new();
        for id in ids {
            let word = usize::from(id / 64);
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            if let Some(word) = words.get_mut(word) {
                *word |= 1 << (id % 64);
            }
        }
        IdSet(words.into())
    }
}

/// A condition on the words.
#[derive(Debug)]
pub(super) struct Keywords {
    /// Each with its weight.
    any: Box<[(KeywordId, u32)]>,
    all: Box<[KeywordId]>,
    none: Box<[KeywordId]>,
    weight_min: u32,
    /// As the rule writes them, for traces.
    spelling: BTreeMap<KeywordId, String>,
}

impl Keywords {
    fn new(condition: &KeywordCondition, builder: &mut KeywordBuilder) -> Keywords {
        let mut spelling = BTreeMap::new();
        let mut add = |keywords: &[Keyword]| -> Vec<(KeywordId, u32)> {
            let mut ids: Vec<_> = keywords
                .iter()
                .filter_map(|keyword| {
                    let id = builder.add(&keyword.text, condition.matching, condition.skip_separators)?;
                    spelling.entry(id).or_insert_with(|| keyword.text.clone());
                    Some((id, keyword.weight))
                })
                .collect();
            // One keyword in two spellings counts once, with the greater weight.
            ids.sort_unstable_by_key(|(id, weight)| (*id, std::cmp::Reverse(*weight)));
            ids.dedup_by_key(|(id, _)| *id);
            ids
        };
        let ids = |keywords: Vec<(KeywordId, u32)>| keywords.into_iter().map(|(id, _)| id).collect();
        let (any, all, none) = (add(&condition.any), add(&condition.all), add(&condition.none));
        Keywords {
            any: any.into(),
            all: ids(all),
            none: ids(none),
            weight_min: condition.weight_min,
            spelling,
        }
    }

    fn failed(&self, found: &Found) -> Option<&'static str> {
        if !self.all.iter().all(|keyword| found.contains(*keyword)) {
            return Some("keywords.all");
        }
        if !self.any.is_empty() && !self.any_reached(found) {
            return Some("keywords.any");
        }
        if common(found.keywords(), &self.none, |id| *id).next().is_some() {
            return Some("keywords.none");
        }
        None
    }

    fn any_reached(&self, found: &Found) -> bool {
        let mut weight = 0u32;
        common(found.keywords(), &self.any, |(id, _)| *id).any(|(_, worth)| {
            weight = weight.saturating_add(*worth);
            weight >= self.weight_min.max(1)
        })
    }

    /// What each of the three conditions finds.
    fn readings(&self, found: &Found) -> Vec<ConditionRead> {
        let spelled = |ids: &mut dyn Iterator<Item = KeywordId>| {
            let texts: Vec<&str> = ids.filter_map(|id| self.spelling(id)).collect();
            (!texts.is_empty()).then(|| shown(&texts))
        };
        let mut readings = Vec::new();
        let mut add = |name: &str, read, weight, holds| {
            readings.push(ConditionRead { name: name.to_owned(), read, weight, holds });
        };
        if !self.all.is_empty() {
            let holds = self.all.iter().all(|keyword| found.contains(*keyword));
            let mut there = common(found.keywords(), &self.all, |id| *id).copied();
            add("keywords.all", spelled(&mut there), None, holds);
        }
        if !self.any.is_empty() {
            let worth = common(found.keywords(), &self.any, |(id, _)| *id);
            let weight = worth.fold(0u32, |sum, (_, weight)| sum.saturating_add(*weight));
            let needs = self.weight_min.max(1);
            let mut there = common(found.keywords(), &self.any, |(id, _)| *id).map(|(id, _)| *id);
            let weight = (needs > 1).then_some((weight, needs));
            add("keywords.any", spelled(&mut there), weight, self.any_reached(found));
        }
        if !self.none.is_empty() {
            let mut there = common(found.keywords(), &self.none, |id| *id).copied();
            let read = spelled(&mut there);
            let holds = read.is_none();
            add("keywords.none", read, None, holds);
        }
        readings
    }

    /// How the rule writes this keyword; `None`: it is not one of its keywords.
    pub(super) fn spelling(&self, keyword: KeywordId) -> Option<&str> {
        self.spelling.get(&keyword).map(String::as_str)
    }
}

/// The items of `listed` whose keyword is in `found`. Both ascend; the shorter is walked, the longer is searched.
fn common<'k, T>(
    found: &'k [KeywordId],
    listed: &'k [T],
    id: impl Fn(&T) -> KeywordId + Copy + 'k,
) -> impl Iterator<Item = &'k T> {
    let walk_found = found.len() <= listed.len();
    let by_found = if walk_found { found } else { &[] };
    let by_listed = if walk_found { &[] } else { listed };
    by_found
        .iter()
        .filter_map(move |keyword| {
            listed.binary_search_by_key(keyword, id).ok().and_then(|at| listed.get(at))
        })
        .chain(by_listed.iter().filter(move |item| found.binary_search(&id(item)).is_ok()))
}
