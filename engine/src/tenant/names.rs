//! Names: from slug to id, with the ids that an earlier revision gave kept.

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{Place, Table, Word, check_slug, shown};
use crate::diagnostic::{Code, Diagnostic, Related};
use crate::id::{AgentId, ChannelId, GroupId, HoursId, SkillId};
use crate::model::Directory;

/// How the name of a skill begins that stands for a language.
const LANGUAGE: &str = "language:";

/// A dense id.
pub(crate) trait DenseId: Copy {
    fn at(index: usize) -> Option<Self>;
}

macro_rules! dense_ids {
    ($($id:ident($inner:ty)),*) => {$(
        impl DenseId for $id {
            fn at(index: usize) -> Option<Self> {
                <$inner>::try_from(index).ok().map($id)
            }
        }
    )*};
}

dense_ids!(AgentId(u32), GroupId(u16), SkillId(u16), ChannelId(u16), HoursId(u16));

/// The names of one kind of thing.
#[derive(Debug)]
pub(crate) struct Names<'d, Id> {
    /// What they name, such as `group`.
    kind: &'static str,
    /// The finding when a name does not exist.
    unknown: Code,
    /// Every name any revision has used.
    ids: BTreeMap<String, Id>,
    /// The names of this folder and where they are given; `None`: they need no declaration.
    named: BTreeMap<String, (Id, Option<Place<'d>>)>,
    /// False when the file that names them is broken, so that nothing can be said about a name that is not found.
    complete: bool,
}

impl<'d, Id: DenseId> Names<'d, Id> {
    fn new<'s>(kind: &'static str, unknown: Code, slugs: impl Iterator<Item = &'s str>) -> Names<'d, Id> {
        let ids = slugs.enumerate().filter_map(|(at, slug)| Some((slug.to_owned(), Id::at(at)?))).collect();
        Names { kind, unknown, ids, named: BTreeMap::new(), complete: true }
    }

    /// The place of names is broken: a name that is not found is not reported.
    pub(crate) fn set_incomplete(&mut self) {
        self.complete = false;
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Gives a thing of this folder its id: the one it always had, or the next. `None`, and a finding, when the word can
    /// be no name or is taken.
    pub(crate) fn define(&mut self, word: Word<'d>) -> Option<Id> {
        if !check_slug(word) {
            return None;
        }
        if let Some((_, first)) = self.named.get(word.text) {
            let message = format!("the {} `{}` is there twice", self.kind, word.text);
            let mut finding = word.place.finding(Code::DuplicateName, message);
            finding.related.extend(first.map(|place| related(place, "first here")));
            word.place.findings().push(finding);
            return None;
        }
        let id = self.id_of(word.text, word.place)?;
        self.named.insert(word.to_text(), (id, Some(word.place)));
        Some(id)
    }

    /// The id a name always had, or the next.
    fn id_of(&mut self, slug: &str, place: Place<'d>) -> Option<Id> {
        if let Some(id) = self.ids.get(slug) {
            return Some(*id);
        }
        let Some(id) = Id::at(self.ids.len()) else {
            place.report(Code::TooLarge, format!("more {}s than there can be over all revisions", self.kind));
            return None;
        };
        self.ids.insert(slug.to_owned(), id);
        Some(id)
    }

    /// The id of a thing of this folder; a finding when there is none.
    pub(crate) fn resolve(&self, word: Word<'d>) -> Option<Id> {
        let found = self.named.get(word.text).map(|(id, _)| *id);
        if found.is_none() && self.complete {
            word.place.findings().push(self.unknown(word));
        }
        found
    }

    fn unknown(&self, word: Word<'d>) -> Diagnostic {
        let message = format!("unknown {} `{}`", self.kind, shown(word.text));
        let finding = word.place.finding(self.unknown, message);
        if self.ids.contains_key(word.text) {
            return finding.help(format!("an earlier revision had this {}, these files do not", self.kind));
        }
        word.place.findings().suggest(finding, word.text, self.named.keys().map(String::as_str))
    }

    /// The names of this folder, with their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Id)> {
        self.named.iter().map(|(slug, (id, _))| (slug.as_str(), *id))
    }
}

impl<'d> Names<'d, SkillId> {
    /// The skill that stands for a language; it needs no declaration.
    pub(crate) fn language(&mut self, word: Word<'d>) -> Option<SkillId> {
        let slug = format!("{LANGUAGE}{}", language(word)?);
        let id = self.id_of(&slug, word.place)?;
        self.named.insert(slug, (id, None));
        Some(id)
    }

    /// The id of a skill of this folder, or of a language that is written as `language:xx`.
    pub(crate) fn skill(&mut self, word: Word<'d>) -> Option<SkillId> {
        match word.behind(LANGUAGE) {
            Some(language) => self.language(language),
            None => self.resolve(word),
        }
    }
}

/// A language tag such as `zh` or `pt-br`, in lower case; a finding when the word is none.
pub(crate) fn language(word: Word<'_>) -> Option<String> {
    let fine = (2..=35).contains(&word.text.len())
        && word.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && word.text.starts_with(|c: char| c.is_ascii_alphabetic());
    if !fine {
        let finding = word.place.finding(Code::BadValue, format!("`{}` is no language", shown(word.text)));
        word.place.findings().push(finding.help("languages are written as `zh`, `en` or `pt-br`"));
        return None;
    }
    Some(word.text.to_ascii_lowercase())
}

/// The names of every kind.
#[derive(Debug)]
pub(crate) struct AllNames<'d> {
    pub(crate) agents: Names<'d, AgentId>,
    pub(crate) groups: Names<'d, GroupId>,
    pub(crate) skills: Names<'d, SkillId>,
    pub(crate) channels: Names<'d, ChannelId>,
    pub(crate) hours: Names<'d, HoursId>,
    /// The business entries, which have no ids.
    pub(crate) entries: BTreeSet<String>,
    /// False when `tenant.toml` is broken, so that nothing can be said about an entry that is not found.
    pub(crate) entries_complete: bool,
}

impl AllNames<'_> {
    /// The names of `base`, none of them given in this folder yet.
    pub(crate) fn new(base: Option<&Directory>) -> Self {
        fn slugs<T>(list: Option<&Vec<T>>, slug: fn(&T) -> &str) -> impl Iterator<Item = &str> {
            list.into_iter().flatten().map(slug)
        }
        AllNames {
            agents: Names::new("agent", Code::UnknownAgent, slugs(base.map(|b| &b.agents), |a| &a.slug)),
            groups: Names::new("group", Code::UnknownGroup, slugs(base.map(|b| &b.groups), |g| &g.slug)),
            skills: Names::new("skill", Code::UnknownSkill, slugs(base.map(|b| &b.skills), |s| &s.slug)),
            channels: Names::new(
                "channel",
                Code::UnknownChannel,
                slugs(base.map(|b| &b.channels), |c| &c.slug),
            ),
            hours: Names::new("hours", Code::UnknownHours, slugs(base.map(|b| &b.hours), |h| &h.slug)),
            entries: BTreeSet::new(),
            entries_complete: true,
        }
    }

    /// Reports an entry that does not exist.
    pub(crate) fn check_entry(&self, word: Word<'_>) {
        if self.entries_complete && !self.entries.contains(word.text) {
            let finding =
                word.place.finding(Code::UnknownEntry, format!("unknown entry `{}`", shown(word.text)));
            let findings = word.place.findings();
            let known: Vec<_> = self.entries.iter().map(String::as_str).collect();
            findings.push(findings.suggest(finding, word.text, known.into_iter()));
        }
    }
}

pub(crate) fn related(place: Place<'_>, message: impl Into<String>) -> Related {
    Related { file: place.file().to_owned(), span: Some(place.span()), message: message.into() }
}

/// A table that defines something: its name and id, unless the name is missing, bad or taken.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Defined<'d, Id> {
    pub(crate) named: Option<(Id, Word<'d>)>,
    pub(crate) table: Table<'d>,
}

/// Gives every table's `slug` its id; at most `most` of them.
pub(crate) fn define_all<'d, Id: DenseId>(
    tables: Vec<Table<'d>>,
    names: &mut Names<'d, Id>,
    most: usize,
) -> Vec<Defined<'d, Id>> {
    if let Some(first) = tables.get(most) {
        let message = format!("{} {}s, at most {most}", tables.len(), names.kind);
        first.place.report(Code::TooLarge, message);
    }
    tables
        .into_iter()
        .take(most)
        .map(|table| {
            let slug = table.must("slug").and_then(|item| item.text());
            let named = slug.and_then(|slug| Some((names.define(slug)?, slug)));
            Defined { named, table }
        })
        .collect()
}
