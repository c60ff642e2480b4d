//! The one normalisation that every message goes through before any rule sees it, and the way back.
//!
//! Visitors type the same word in many shapes: `ＶＩＰ` and `vip`, `退款` and `退-款`, `發票` and `发票`. Rules should see
//! one. The order of the steps is fixed, since each needs what the one before it gives:
//!
//! 1. **NFKC and full case folding** ([`fold`]), as the Unicode standard's compatibility caseless match (D146) has
//!    them: full width becomes half width, compatibility ideographs become the plain ones, accents are composed, capitals
//!    become small. First, because the tables of the next step hold plain ideographs only.
//! 2. **Traditional to simplified** ([`simplify`]), character by character and then phrase by phrase for the few
//!    characters whose simplification depends on the word they stand in (乾燥 → 干燥, but 乾隆 stays).
//! 3. **Separators skipped** ([`Squeezed`]), only where a rule asks for it: 退-款, 退 款 and 退.款 read as 退款. Last,
//!    because what separates is decided on normal characters (`．` is `.` by then).
//!
//! Normalising a normal text changes nothing. A keyword goes through the same steps ([`normal_keyword`],
//! [`squeezed_keyword`]), so a rule written in traditional characters meets a message in simplified ones.
//!
//! Every step keeps its [`offsets`], so that what a rule found can be shown in the visitor's own words. A text of which
//! no character changes its length, which is nearly every one, keeps none.
//!
//! The cost is linear in the length of the text. It is the caller who bounds the length.

mod fold;
mod haystack;
mod offsets;
mod separator;
mod simplify;
#[cfg(test)]
mod tests;
mod word;

use std::ops::Range;

pub(crate) use haystack::{Haystack, Needle};
use offsets::Offsets;
pub use separator::{Squeezed, is_separator};
pub use word::is_word_boundary;

/// A text as rules see it, with the way back to what the visitor typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalText {
    text: String,
    /// From the folded text back to the original.
    folding: Offsets,
    /// From `text` back to the folded text.
    phrasing: Offsets,
}

impl NormalText {
    /// Normalises `original`. Never fails: every string has a normal form.
    #[must_use]
    pub fn new(original: &str) -> NormalText {
        let folded = fold::fold(original);
        if folded.depends_on_words {
            let (text, phrasing) = simplify::simplifier().phrases(folded.text);
            NormalText { text, folding: folded.offsets, phrasing }
        } else {
            NormalText { text: folded.text, folding: folded.offsets, phrasing: Offsets::default() }
        }
    }

    /// The normal text, its separators kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same text with its separators skipped. Does the work anew at each call.
    #[must_use]
    pub fn squeezed(&self) -> Squeezed<'_> {
        Squeezed::new(self)
    }

    /// The bytes of the original that became the bytes `normal` of [`as_str`](Self::as_str), always on character
    /// boundaries of the original. Where several characters became one (`e` and an accent) or one became several
    /// (`㎏`), the whole of them is meant. A range that reaches beyond the text, or into a character, is clamped or
    /// widened; an empty range stays empty.
    #[must_use]
    pub fn original_range(&self, normal: Range<usize>) -> Range<usize> {
        let range = offsets::whole_characters(&self.text, normal);
        self.folding.back(self.phrasing.back(range))
    }
}

/// `keyword` as it appears in a [`NormalText`], without white space around it.
#[must_use]
pub fn normal_keyword(keyword: &str) -> String {
    NormalText::new(keyword.trim()).text
}

/// `keyword` as it appears in a [`Squeezed`] text. Empty if it is made of nothing but separators: such a keyword can
/// only be matched in the text with its separators kept.
#[must_use]
pub fn squeezed_keyword(keyword: &str) -> String {
    NormalText::new(keyword).squeezed().as_str().to_owned()
}
