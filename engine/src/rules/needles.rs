//! The keywords that scripts look for by literals, normalised when the ruleset is compiled.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::scene::Uses;
use crate::text::Needle;

/// Keywords as scripts write them, and what they are looked for as.
#[derive(Debug, Default)]
pub(in crate::rules) struct Needles(FxHashMap<String, Needle>);

impl Needles {
    pub(in crate::rules) fn new(uses: &Uses) -> Needles {
        Needles(uses.keywords.iter().map(|keyword| (keyword.clone(), Needle::new(keyword))).collect())
    }

    /// What `keyword` is looked for as.
    pub(in crate::rules) fn get(&self, keyword: &str) -> Cow<'_, Needle> {
        self.0.get(keyword).map_or_else(|| Cow::Owned(Needle::new(keyword)), Cow::Borrowed)
    }
}
