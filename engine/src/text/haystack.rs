//! Looking for one keyword after another in the same words, the way a keyword rule finds them.

use std::sync::OnceLock;

use super::{NormalText, normal_keyword, squeezed_keyword};

/// A keyword, normalised once and looked for often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Needle {
    /// As it stands in a normal text.
    plain: String,
    /// As it stands in a text whose separators are skipped.
    squeezed: String,
}

impl Needle {
    pub(crate) fn new(keyword: &str) -> Needle {
        Needle { plain: normal_keyword(keyword), squeezed: squeezed_keyword(keyword) }
    }
}

/// Words in which keywords are looked for.
#[derive(Debug)]
pub(crate) struct Haystack {
    normal: NormalText,
    /// The same with its separators skipped, once something is looked for in it.
    squeezed: OnceLock<String>,
}

impl Haystack {
    pub(crate) fn new(normal: NormalText) -> Haystack {
        Haystack { normal, squeezed: OnceLock::new() }
    }

    /// Bytes that one look walks through.
    pub(crate) fn len(&self) -> usize {
        self.normal.as_str().len()
    }

    /// Whether the keyword is there: normalised, with separators kept or skipped.
    pub(crate) fn contains(&self, needle: &Needle) -> bool {
        if !needle.plain.is_empty() && self.normal.as_str().contains(&needle.plain) {
            return true;
        }
        if needle.squeezed.is_empty() {
            return false;
        }
        let squeezed = self.squeezed.get_or_init(|| self.normal.squeezed().as_str().to_owned());
        // The same text was searched above already.
        let is_new = squeezed.len() != self.normal.as_str().len() || needle.squeezed != needle.plain;
        is_new && squeezed.contains(&needle.squeezed)
    }
}
