//! Keywords 关键词: one automaton for the whole ruleset, one pass over the text whatever the number of keywords.
//!
//! A keyword that skips separators is kept and looked for without them, so it runs over the squeezed view of the
//! text, where `退-款` reads `退款`; every other keyword runs over the plain view. Where the text has no separator
//! the two views are the same and one pass serves both.

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder};

use smallvec::SmallVec;

use super::Matching;
use crate::text::{NormalText, Squeezed, is_separator, is_word_boundary, normal_keyword, squeezed_keyword};

/// A keyword's number in its ruleset: equal spelling, matching and treatment of separators share one.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeywordId(u32);

/// Bits of a [`KeywordId`] below the pattern's number.
const SKIPS_SEPARATORS: u32 = 1;
const WHOLE_WORD: u32 = 2;
const VARIANT_BITS: u32 = 2;
const VARIANTS: u32 = 1 << VARIANT_BITS;

/// Found keywords are sorted and thinned out each time their number doubles from here, so that a long text full of
/// one short keyword stays cheap.
const THIN_OUT_AT: usize = 64;

/// Collects keywords while a ruleset is compiled.
#[derive(Debug, Default)]
pub(super) struct KeywordBuilder {
    patterns: std::collections::BTreeMap<String, (u32, u8)>,
}

impl KeywordBuilder {
    /// The id of a keyword; `None` when nothing is left of it once it is normalised.
    pub(super) fn add(&mut self, text: &str, matching: Matching, skip_separators: bool) -> Option<KeywordId> {
        // A keyword made of nothing but separators is looked for as it stands.
        let squeezed = Some(text).filter(|_| skip_separators).map(squeezed_keyword);
        let mut variant = 0;
        let pattern = match squeezed.filter(|text| !text.is_empty()) {
            Some(squeezed) => {
                variant |= SKIPS_SEPARATORS;
                squeezed
            }
            None => normal_keyword(text),
        };
        if pattern.is_empty() {
            return None;
        }
        if matching == Matching::Word {
            variant |= WHOLE_WORD;
        }
        let next = u32::try_from(self.patterns.len()).unwrap_or(u32::MAX);
        let entry = self.patterns.entry(pattern).or_insert((next, 0));
        entry.1 |= 1 << variant;
        Some(KeywordId(entry.0 << VARIANT_BITS | variant))
    }

    /// The automaton over everything added.
    ///
    /// # Errors
    /// More keywords than the automaton can number; far above [`crate::limits::KEYWORDS_MAX`].
    pub(super) fn build(self) -> Result<KeywordIndex, daachorse::errors::DaachorseError> {
        if self.patterns.is_empty() {
            return Ok(KeywordIndex::default());
        }
        let mut index = KeywordIndex { variants: vec![0; self.patterns.len()], ..KeywordIndex::default() };
        for (number, variants) in self.patterns.values() {
            if let Some(place) = index.variants.get_mut(*number as usize) {
                *place = *variants;
            }
            for variant in (0..VARIANTS).filter(|variant| variants & (1 << variant) != 0) {
                if variant & SKIPS_SEPARATORS == 0 {
                    index.any_plain = true;
                } else {
                    index.any_skipping = true;
                    index.any_skipping_word |= variant & WHOLE_WORD != 0;
                }
            }
        }
        let patterns = self.patterns.iter().map(|(text, (number, _))| (text.as_str(), *number));
        index.automaton = Some(CharwiseDoubleArrayAhoCorasickBuilder::new().build_with_values(patterns)?);
        Ok(index)
    }
}

/// Every keyword of a ruleset.
#[derive(Default)]
pub(super) struct KeywordIndex {
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// Which variants of each pattern some rule wants, by the pattern's number.
    variants: Vec<u8>,
    any_plain: bool,
    any_skipping: bool,
    any_skipping_word: bool,
}

impl std::fmt::Debug for KeywordIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeywordIndex").field("patterns", &self.variants.len()).finish_non_exhaustive()
    }
}

/// One of the two ways to look at a text.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The normal text.
    Plain,
    /// The normal text without separators.
    Squeezed,
}

/// A text with both views, the second made only where some keyword wants it.
struct Views<'t> {
    plain: &'t NormalText,
    /// `None`: no keyword wants it, or it is the same as the plain one.
    squeezed: Option<Squeezed<'t>>,
}

impl<'t> Views<'t> {
    fn new(plain: &'t NormalText, any_skipping: bool) -> Views<'t> {
        let squeezed = Some(plain).filter(|_| any_skipping).map(NormalText::squeezed);
        Views { plain, squeezed: squeezed.filter(|squeezed| squeezed.as_str().len() < plain.as_str().len()) }
    }

    fn text(&self, view: View) -> &str {
        match (view, &self.squeezed) {
            (View::Squeezed, Some(squeezed)) => squeezed.as_str(),
            _ => self.plain.as_str(),
        }
    }

    /// Boundaries are looked for in the plain view: without its separators a text has no words.
    fn is_whole_word(&self, view: View, range: std::ops::Range<usize>) -> bool {
        let range = match (view, &self.squeezed) {
            (View::Squeezed, Some(squeezed)) => squeezed.normal_range(range),
            _ => range,
        };
        let text = self.plain.as_str();
        is_word_boundary(text, range.start) && is_word_boundary(text, range.end)
    }

    fn original_range(&self, view: View, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        match (view, &self.squeezed) {
            (View::Squeezed, Some(squeezed)) => squeezed.original_range(range),
            _ => self.plain.original_range(range),
        }
    }
}

/// Where a keyword was found.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Which.
    pub(super) keyword: KeywordId,
    /// First byte in the text as the visitor typed it.
    pub(super) start: u32,
    /// Byte behind the last.
    pub(super) end: u32,
}

/// The distinct keywords found in one text.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Ascending, without duplicates.
    keywords: SmallVec<[KeywordId; 8]>,
    /// In order of the text; only when asked for, and each keyword's first few.
    pub(super) hits: Vec<Hit>,
}

impl Found {
    /// Whether this keyword was found.
    pub(super) fn contains(&self, keyword: KeywordId) -> bool {
        self.keywords.binary_search(&keyword).is_ok()
    }

    /// The keywords found, ascending.
    pub(super) fn keywords(&self) -> &[KeywordId] {
        &self.keywords
    }

    fn thin_out(&mut self) {
        self.keywords.sort_unstable();
        self.keywords.dedup();
    }
}

/// Keyword hits kept for traces in one text.
const HITS_MAX: usize = 1024;

impl KeywordIndex {
    /// Finds every keyword in the text; with their places when `with_hits`.
    pub(super) fn find(&self, text: &NormalText, with_hits: bool) -> Found {
        let mut found = Found::default();
        let Some(automaton) = &self.automaton else { return found };
        if !with_hits && !self.any_plain && !self.any_skipping_word {
            // No place is asked for, so nothing needs the squeezed view but the automaton itself.
            self.skipping_pass(automaton, text.as_str(), &mut found);
            found.thin_out();
            return found;
        }
        let views = Views::new(text, self.any_skipping);
        if views.squeezed.is_none() {
            // Without a separator in the text, the plain view serves the keywords that skip them too.
            self.pass(automaton, &views, View::Plain, ALL_VARIANTS, with_hits, &mut found);
        } else {
            if self.any_plain {
                self.pass(automaton, &views, View::Plain, PLAIN_VARIANTS, with_hits, &mut found);
            }
            self.pass(automaton, &views, View::Squeezed, SKIPPING_VARIANTS, with_hits, &mut found);
        }
        found.thin_out();
        found
    }

    fn skipping_pass(&self, automaton: &CharwiseDoubleArrayAhoCorasick<u32>, text: &str, found: &mut Found) {
        let mut thin_out_at = THIN_OUT_AT;
        let mut stepper = automaton.find_overlapping_stepper();
        for character in text.chars().filter(|character| !is_separator(*character)) {
            stepper.consume(character);
            for hit in stepper.matches() {
                let keyword = KeywordId(hit.value() << VARIANT_BITS | SKIPS_SEPARATORS);
                if found.keywords.last() != Some(&keyword) {
                    found.keywords.push(keyword);
                }
            }
            if found.keywords.len() >= thin_out_at {
                found.thin_out();
                thin_out_at = THIN_OUT_AT.max(found.keywords.len() * 2);
            }
        }
    }

    fn pass(
        &self,
        automaton: &CharwiseDoubleArrayAhoCorasick<u32>,
        views: &Views<'_>,
        view: View,
        wanted: u8,
        with_hits: bool,
        found: &mut Found,
    ) {
        let mut thin_out_at = THIN_OUT_AT.max(found.keywords.len() * 2);
        for hit in automaton.find_overlapping_iter(views.text(view)) {
            let pattern = hit.value();
            let variants = self.variants.get(pattern as usize).map_or(0, |variants| variants & wanted);
            for variant in (0..VARIANTS).filter(|variant| variants & (1 << variant) != 0) {
                if variant & WHOLE_WORD != 0 && !views.is_whole_word(view, hit.start()..hit.end()) {
                    continue;
                }
                let keyword = KeywordId(pattern << VARIANT_BITS | variant);
                if found.keywords.last() != Some(&keyword) {
                    found.keywords.push(keyword);
                }
                if with_hits && found.hits.len() < HITS_MAX {
                    let range = views.original_range(view, hit.start()..hit.end());
                    found.hits.push(Hit { keyword, start: saturate(range.start), end: saturate(range.end) });
                }
            }
            if found.keywords.len() >= thin_out_at {
                found.thin_out();
                thin_out_at = THIN_OUT_AT.max(found.keywords.len() * 2);
            }
        }
    }
}

const ALL_VARIANTS: u8 = 0b1111;
/// The variants without and with the bit [`SKIPS_SEPARATORS`].
const PLAIN_VARIANTS: u8 = 0b0101;
const SKIPPING_VARIANTS: u8 = 0b1010;

fn saturate(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(keywords: &[(&str, Matching, bool)], text: &str) -> Vec<String> {
        let mut builder = KeywordBuilder::default();
        let ids: Vec<_> = keywords.iter().map(|(k, m, s)| (builder.add(k, *m, *s), *k)).collect();
        let index = builder.build().unwrap();
        let text = NormalText::new(text);
        let found = index.find(&text, true);
        assert_eq!(index.find(&text, false).keywords, found.keywords, "with and without places");
        let mut hit: Vec<_> = found.hits.iter().map(|hit| hit.keyword).collect();
        hit.sort();
        hit.dedup();
        assert_eq!(hit, found.keywords(), "hits and keywords tell the same");
        ids.iter()
            .filter(|(id, _)| id.is_some_and(|id| found.contains(id)))
            .map(|(_, k)| (*k).to_owned())
            .collect()
    }

    use Matching::{Substring, Word};

    #[test]
    fn overlapping_keywords_are_all_found() {
        let keywords = [("退款", Substring, true), ("退款政策", Substring, true), ("款政", Substring, true)];
        assert_eq!(find(&keywords, "请问退款政策"), ["退款", "退款政策", "款政"]);
    }

    #[test]
    fn separators_are_skipped_only_where_the_rule_says_so() {
        assert_eq!(find(&[("退款", Substring, true)], "我要退-款"), ["退款"]);
        assert_eq!(find(&[("退款", Substring, false)], "我要退-款"), Vec::<String>::new());
        assert_eq!(
            find(&[("退款", Substring, true), ("投诉", Substring, false)], "退 款,投诉"),
            ["退款", "投诉"]
        );
        assert_eq!(find(&[("iphone 15", Substring, true)], "IPHONE-15 退"), ["iphone 15"]);
    }

    #[test]
    fn a_word_has_boundaries() {
        assert_eq!(find(&[("fund", Word, false)], "i want a refund"), Vec::<String>::new());
        assert_eq!(find(&[("refund", Word, false)], "Refund, please"), ["refund"]);
        assert_eq!(find(&[("refund", Word, true)], "my refund please"), ["refund"]);
    }

    #[test]
    fn one_spelling_may_be_wanted_in_several_ways() {
        let keywords = [("fund", Word, false), ("fund", Substring, false), ("fund", Substring, true)];
        assert_eq!(find(&keywords, "re-fund refunds"), ["fund", "fund", "fund"]);
        let keywords = [("fund", Word, false), ("fund", Substring, false)];
        assert_eq!(find(&keywords, "refunds"), ["fund"]);
    }

    #[test]
    fn a_text_full_of_one_keyword_stays_small() {
        let mut builder = KeywordBuilder::default();
        let id = builder.add("aa", Substring, true).unwrap();
        let other = builder.add("a", Substring, true).unwrap();
        let index = builder.build().unwrap();
        let found = index.find(&NormalText::new(&"a".repeat(60_000)), false);
        assert_eq!(found.keywords(), [id, other]);
        assert!(found.keywords.capacity() <= 4 * THIN_OUT_AT);
    }

    #[test]
    fn nothing_is_left_of_an_empty_keyword() {
        assert_eq!(KeywordBuilder::default().add("", Substring, true), None);
    }
}
