//! Names as scripts and modules use them, both ways: slug to id, id to slug.

use rhai::ImmutableString;
use rustc_hash::FxHashMap;

use crate::diagnostic::nearest;
use crate::id::{AgentId, ChannelId, GroupId, SkillId};
use crate::model::Directory;

/// The names of one kind of thing.
#[derive(Debug)]
pub(in crate::rules) struct Slugs {
    /// What it is, for messages.
    pub(in crate::rules) what: &'static str,
    list: Vec<ImmutableString>,
    active: FxHashMap<ImmutableString, u32>,
}

impl Slugs {
    fn new<'d>(what: &'static str, slugs: impl Iterator<Item = (&'d str, bool)>) -> Slugs {
        let mut names = Slugs { what, list: Vec::new(), active: FxHashMap::default() };
        for (id, (slug, active)) in (0..).zip(slugs) {
            let slug = ImmutableString::from(slug);
            if active {
                names.active.insert(slug.clone(), id);
            }
            names.list.push(slug);
        }
        names
    }

    /// The number of the thing with this slug.
    pub(in crate::rules) fn find(&self, slug: &str) -> Option<u32> {
        self.active.get(slug).copied()
    }

    /// Every slug that may be named, in order of id.
    pub(in crate::rules) fn known(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(ImmutableString::as_str).filter(|slug| self.active.contains_key(*slug))
    }

    /// The slug that was probably meant by `slug`. Looked for among at most `among` of about the same length;
    /// `charge` is told how many first.
    ///
    /// # Errors
    /// Those of `charge`.
    pub(in crate::rules) fn nearest<E>(
        &self,
        slug: &str,
        among: usize,
        charge: impl FnOnce(usize) -> Result<(), E>,
    ) -> Result<Option<&str>, E> {
        let length = slug.chars().count();
        let near = |known: &&str| known.chars().count().abs_diff(length) <= (length / 3).max(1);
        let known: Vec<&str> = self.known().take(among * 16).filter(near).take(among).collect();
        charge(known.len())?;
        Ok(nearest(slug, known))
    }

    /// The numbers of the things that may be named.
    pub(in crate::rules) fn ids(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.list).filter(|(_, slug)| self.active.contains_key(*slug)).map(|(id, _)| id)
    }

    fn get(&self, index: usize) -> ImmutableString {
        self.list.get(index).cloned().unwrap_or_default()
    }
}

/// The names of one tenant.
#[derive(Debug)]
pub(in crate::rules) struct Names {
    pub(in crate::rules) groups: Slugs,
    pub(in crate::rules) agents: Slugs,
    pub(in crate::rules) skills: Slugs,
    pub(in crate::rules) channels: Slugs,
    pub(in crate::rules) hours: Slugs,
    /// The tenant's own time zone.
    pub(in crate::rules) zone: jiff::tz::TimeZone,
}

impl Names {
    pub(in crate::rules) fn new(directory: &Directory) -> Names {
        Names {
            groups: Slugs::new("group", directory.groups.iter().map(|g| (g.slug.as_str(), g.active))),
            agents: Slugs::new("agent", directory.agents.iter().map(|a| (a.slug.as_str(), a.active))),
            skills: Slugs::new("skill", directory.skills.iter().map(|s| (s.slug.as_str(), true))),
            channels: Slugs::new("channel", directory.channels.iter().map(|c| (c.slug.as_str(), c.active))),
            hours: Slugs::new("hours", directory.hours.iter().map(|h| (h.slug.as_str(), true))),
            // A zone that is not known cannot be published; UTC keeps an unpublished ruleset usable.
            zone: jiff::tz::TimeZone::get(&directory.settings.zone).unwrap_or(jiff::tz::TimeZone::UTC),
        }
    }

    pub(in crate::rules) fn group(&self, id: GroupId) -> ImmutableString {
        self.groups.get(id.index())
    }

    pub(in crate::rules) fn agent(&self, id: AgentId) -> ImmutableString {
        self.agents.get(id.index())
    }

    pub(in crate::rules) fn skill(&self, id: SkillId) -> ImmutableString {
        self.skills.get(id.index())
    }

    pub(in crate::rules) fn channel(&self, id: ChannelId) -> ImmutableString {
        self.channels.get(id.index())
    }
}
