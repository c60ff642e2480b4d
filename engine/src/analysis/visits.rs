//! Visitors made to measure: whoever fulfils the conditions of these rules.

use std::collections::BTreeMap;

use super::calendar::Calendar;
use crate::explain::{Staffing, Visit};
use crate::id::{ChannelId, GroupId};
use crate::limits::MESSAGE_BYTES_MAX;
use crate::model::Directory;
use crate::rules::{Guard, Keyword, KeywordCondition, Situation, Trigger};
use crate::tenant::implies::Form;
use crate::time::Timestamp;

/// What a visitor says where the words do not matter.
const ANY_MESSAGE: &str = "你好";

/// A visitor who might come, with what only a conversation under way has.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meeting {
    pub(super) visit: Visit,
    pub(super) at: Timestamp,
    pub(super) tags: Vec<String>,
    pub(super) group: Option<GroupId>,
    /// An attribute has a value that no file of the tenant gives it.
    pub(super) is_invented: bool,
}

impl Meeting {
    /// The visit, where it is one that begins: without tags, and in no group yet.
    pub(super) fn as_visit(&self) -> Option<&Visit> {
        (self.tags.is_empty() && self.group.is_none()).then_some(&self.visit)
    }

    /// As the rules see it; `None`: the tenant has no channel.
    pub(super) fn situation(&self, directory: &Directory, trigger: Trigger) -> Option<Situation> {
        let channel = match &self.visit.channel {
            Some(slug) => directory.channel_named(slug)?.id,
            None => directory.channels.iter().find(|channel| channel.active)?.id,
        };
        Some(Situation {
            trigger,
            entry: self.visit.entry.clone(),
            language: self.visit.language.clone(),
            vip: self.visit.vip,
            returning: self.visit.returning,
            attributes: self.visit.attributes.clone(),
            tags: self.tags.clone(),
            group: self.group,
            ..Situation::opened(&self.visit.text, channel, self.at)
        })
    }
}

/// Makes visitors.
#[derive(Debug)]
pub(super) struct VisitMaker<'a> {
    pub(super) directory: &'a Directory,
    pub(super) calendar: &'a Calendar,
}

impl VisitMaker<'_> {
    /// Somebody about whom nothing is special.
    pub(super) fn anybody(&self) -> Meeting {
        let at = self.calendar.moments().first().copied().unwrap_or_default();
        let visit = Visit { text: ANY_MESSAGE.to_owned(), ..Visit::default() };
        Meeting { visit, at, tags: Vec::new(), group: None, is_invented: false }
    }

    /// Visitors for whom all the guards hold, as far as can be told without running them; at most `most`, which differ
    /// in the keywords they say. None where two guards, or two conditions of one, exclude each other.
    pub(super) fn fulfilling(&self, guards: &[&Guard], most: usize) -> Vec<Meeting> {
        let conditions: Vec<&KeywordCondition> =
            guards.iter().filter_map(|guard| guard.keywords.as_ref()).collect();
        let Some(meeting) = self.without_words(guards) else { return Vec::new() };
        let mut texts: Vec<String> = Vec::new();
        let choices = conditions.iter().map(|condition| condition.any.len()).max().unwrap_or(0).max(1);
        for choice in 0..choices {
            if texts.len() >= most {
                break;
            }
            if let Some(text) = message(&conditions, choice).filter(|text| !texts.contains(text)) {
                texts.push(text);
            }
        }
        let with = |text| Meeting { visit: Visit { text, ..meeting.visit.clone() }, ..meeting.clone() };
        texts.into_iter().map(with).collect()
    }

    fn without_words(&self, guards: &[&Guard]) -> Option<Meeting> {
        let directory = self.directory;
        let channel = common(guards.iter().map(|guard| guard.channels.as_slice()), |a, b| a == b)?;
        let entry = common(guards.iter().map(|guard| guard.entries.as_slice()), |a, b| a == b)?;
        let speaks = |one: &String, of: &String| {
            one.strip_prefix(of.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let language = common(guards.iter().map(|guard| guard.languages.as_slice()), speaks)?;
        let group = common(guards.iter().map(|guard| guard.groups.as_slice()), |a, b| a == b)?;
        let vip = guards.iter().filter_map(|guard| guard.vip_min).max().unwrap_or(0);
        if guards.iter().filter_map(|guard| guard.vip_max).any(|most| most < vip) {
            return None;
        }
        let mut returning = guards.iter().filter_map(|guard| guard.returning);
        let is_returning = returning.next();
        if returning.any(|other| Some(other) != is_returning) {
            return None;
        }
        let mut attributes = BTreeMap::new();
        for (name, values) in guards.iter().flat_map(|guard| &guard.attributes) {
            let others = guards.iter().filter_map(|guard| guard.attributes.get(name));
            let allowed = |value: &&String| others.clone().all(|list| list.contains(value));
            attributes.insert(name.clone(), values.iter().find(allowed)?.clone());
        }
        let mut tags: Vec<String> = guards.iter().flat_map(|guard| &guard.tags_all).cloned().collect();
        let excluded = |tag: &String| guards.iter().any(|guard| guard.tags_none.contains(tag));
        for guard in guards.iter().filter(|guard| !guard.tags_any.is_empty()) {
            if !guard.tags_any.iter().any(|tag| tags.contains(tag)) {
                tags.push(guard.tags_any.iter().find(|tag| !excluded(tag))?.clone());
            }
        }
        tags.sort_unstable();
        tags.dedup();
        if tags.iter().any(excluded) {
            return None;
        }
        let open: Vec<_> = guards.iter().filter_map(|guard| guard.hours_open).collect();
        let closed: Vec<_> = guards.iter().filter_map(|guard| guard.hours_closed).collect();
        let at = self.calendar.moment(&open, &closed)?;
        let slug = |id: &ChannelId| directory.channel(*id).map(|channel| channel.slug.clone());
        let visit = Visit {
            text: String::new(),
            channel: channel.and_then(slug),
            entry: entry.cloned(),
            language: language.cloned(),
            vip,
            returning: is_returning.unwrap_or(false),
            attributes,
            at: self.calendar.written(at),
            staffing: Staffing::OnShift,
        };
        Some(Meeting { visit, at, tags, group: group.copied(), is_invented: false })
    }

    /// The same visitor at another time.
    pub(super) fn at(&self, meeting: &Meeting, at: Timestamp) -> Meeting {
        let visit = Visit { at: self.calendar.written(at), ..meeting.visit.clone() };
        Meeting { visit, at, ..meeting.clone() }
    }
}

/// What all lists that say something have in common: the first such item, of the list that says it most narrowly.
/// `Some(None)`: no list says anything. `None`: they exclude each other.
fn common<'g, T>(
    lists: impl Iterator<Item = &'g [T]> + Clone,
    is_one: impl Fn(&T, &T) -> bool,
) -> Option<Option<&'g T>> {
    let said = lists.filter(|list| !list.is_empty());
    if said.clone().next().is_none() {
        return Some(None);
    }
    let in_all = |item: &&T| said.clone().all(|list| list.iter().any(|of| is_one(item, of)));
    said.clone().flatten().find(in_all).map(Some)
}

/// A message that holds what the conditions ask for, beginning with the keyword number `choice` of each. `None`: what one
/// asks for another excludes.
fn message(conditions: &[&KeywordCondition], choice: usize) -> Option<String> {
    let excluded: Vec<Form> =
        conditions.iter().flat_map(|c| c.none.iter().filter_map(|keyword| Form::of(keyword, c))).collect();
    let is_free = |keyword: &Keyword, condition: &KeywordCondition| {
        let form = Form::of(keyword, condition);
        form.is_some_and(|form| !excluded.iter().any(|other| form.makes_sure_of(other)))
    };
    let mut parts: Vec<&str> = Vec::new();
    for condition in conditions {
        if !condition.all.iter().all(|keyword| is_free(keyword, condition)) {
            return None;
        }
        parts.extend(condition.all.iter().map(|keyword| keyword.text.trim()));
        if condition.any.is_empty() {
            continue;
        }
        let needed = u64::from(condition.weight_min.max(1));
        let mut weight = 0u64;
        let from = choice % condition.any.len();
        let (before, after) = condition.any.split_at(from);
        for keyword in after.iter().chain(before).filter(|keyword| is_free(keyword, condition)) {
            if weight >= needed {
                break;
            }
            weight += u64::from(keyword.weight);
            parts.push(keyword.text.trim());
        }
        if weight < needed {
            return None;
        }
    }
    let mut said: Vec<&str> = Vec::new();
    for part in parts {
        if !said.contains(&part) {
            said.push(part);
        }
    }
    let text = if said.is_empty() { ANY_MESSAGE.to_owned() } else { said.join(" ") };
    (text.len() <= MESSAGE_BYTES_MAX).then_some(text)
}
