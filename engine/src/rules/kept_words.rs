//! The words that rules look for, found in a text: what a mask leaves readable.

use std::ops::Range;
use std::sync::Arc;

use super::keywords::{KeywordBuilder, KeywordIndex};
use super::{Matching, Ruleset};
use crate::text::NormalText;

/// Finds the words that some rulesets look for.
#[derive(Debug)]
pub(crate) struct KeptWords {
    rulesets: Vec<Arc<Ruleset>>,
    /// The literals of scripts, and whatever else is asked for.
    others: KeywordIndex,
}

impl KeptWords {
    /// The words of these rulesets and some more. More than can be numbered are left out.
    pub(crate) fn new(rulesets: &[Arc<Ruleset>], more: &[String]) -> KeptWords {
        let mut builder = KeywordBuilder::default();
        let of_scripts = rulesets.iter().filter_map(|ruleset| ruleset.scenes.as_ref());
        for word in of_scripts.flat_map(|scenes| &scenes.uses.keywords).chain(more) {
            for skip_separators in [true, false] {
                builder.add(word, Matching::Substring, skip_separators);
            }
        }
        KeptWords { rulesets: rulesets.to_vec(), others: builder.build().unwrap_or_default() }
    }

    /// Where they stand in a text, in bytes.
    pub(crate) fn find(&self, text: &str) -> Vec<Range<usize>> {
        let normal = NormalText::new(text);
        let indices = self.rulesets.iter().map(|ruleset| ruleset.keywords()).chain([&self.others]);
        let hits = indices.flat_map(|index| index.find(&normal, true).hits);
        hits.map(|hit| hit.start as usize..hit.end as usize).collect()
    }
}
