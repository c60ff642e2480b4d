//! The names that one side of a comparison gives to numbers.

use crate::id::RuleId;
use crate::model::Directory;
use crate::rules::{RuleInfo, Ruleset};

/// The rulesets that decided on one side. They follow one another, so the directory of the last names everything.
#[derive(Copy, Clone, Debug)]
pub(super) struct Names<'a> {
    rulesets: &'a [&'a Ruleset],
    last: &'a Ruleset,
}

impl<'a> Names<'a> {
    /// `first`: where there is no other.
    pub(super) fn new(first: &'a Ruleset, rulesets: &'a [&'a Ruleset]) -> Names<'a> {
        Names { rulesets, last: rulesets.last().copied().unwrap_or(first) }
    }

    pub(super) fn directory(self) -> &'a Directory {
        self.last.directory()
    }

    /// A rule of one of them, by its place.
    pub(super) fn rule(self, by: u16, rule: RuleId) -> Option<&'a RuleInfo> {
        self.rulesets.get(usize::from(by))?.rule(rule)
    }
}
