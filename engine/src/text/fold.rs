//! NFKC, full case folding and the simplification of single characters, in one pass.
//!
//! The text is taken in clusters: a character, and whatever combines with it. No normalisation reaches across the start
//! of a cluster, so each can be folded on its own, and maps back on its own. Almost every cluster is one character that
//! stays as it is; runs of those are copied, everything else goes the long way.

use caseless::Caseless;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick};

use super::offsets::Offsets;
use super::simplify::{Simplifier, simplifier};

/// A text after this step.
pub(super) struct Folded {
    pub(super) text: String,
    pub(super) offsets: Offsets,
    /// Holds a character that only its word can simplify.
    pub(super) depends_on_words: bool,
}

/// What becomes of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It stays, but for an ASCII capital, which becomes small.
    Stays,
    /// It stays for now; the words it stands in decide.
    DependsOnWord,
    /// It becomes this one.
    Becomes(char),
    /// The tables here do not know.
    Unknown,
}

/// What becomes of `c` when nothing combines with it. A shortcut for the characters that messages are made of: anything
/// but [`Step::Unknown`] says that `c` starts a cluster and that the long way gives the same.
#[inline]
pub(super) fn step(simplifier: &Simplifier, c: char) -> Step {
    match u32::from(c) {
        0..=0x7F => Step::Stays,
        0x3400..=0x9FFF => simplifier.step(c),
        // Latin-1 capitals and signs are rare enough for the long way; small letters are not.
        0xB7 | 0xD7 | 0xE0..=0xF6 | 0xF8..=0xFF => Step::Stays,
        0x0430..=0x045F => Step::Stays, // Cyrillic small letters
        0x0E01..=0x0E32 | 0x0E34..=0x0E37 | 0x0E40..=0x0E47 => Step::Stays, // Thai but for what reorders
        0x2013 | 0x2014 | 0x2018..=0x201A | 0x201C..=0x201E => Step::Stays, // dashes, quotation marks
        0x200B..=0x200D | 0xFE0F => Step::Stays, // invisible
        0x3001..=0x3029 => Step::Stays, // 、。「」 and their like
        0x3041..=0x3096 | 0x309D..=0x309E | 0x30A1..=0x30FE => Step::Stays, // kana
        0xAC00..=0xD7A3 => Step::Stays, // hangul
        0xFF01..=0xFF5E => Step::Becomes(half_width(c)),
        0x1F300..=0x1F64F | 0x1F680..=0x1F6FC | 0x1F900..=0x1F9FF => Step::Stays, // emoji
        _ => Step::Unknown,
    }
}

/// The ASCII character of a full-width one, small.
fn half_width(c: char) -> char {
    let ascii = u32::from(c).wrapping_sub(0xFEE0);
    char::from_u32(ascii).unwrap_or(c).to_ascii_lowercase()
}

/// Whether nothing before `c` can combine with it.
fn starts_cluster(simplifier: &Simplifier, c: char) -> bool {
    step(simplifier, c) != Step::Unknown || {
        let mut first = None;
        decompose_compatible(c, |part| first = first.or(Some(part)));
        let first = first.unwrap_or(c);
        canonical_combining_class(first) == 0 && is_nfc_quick(std::iter::once(first)) != IsNormalized::Maybe
    }
}

/// The folded form of `c` where that is one character and no decomposition is involved.
fn fold_one(c: char) -> Option<char> {
    let mut folded = std::iter::once(c).default_case_fold();
    let to = folded.next().filter(|_| folded.next().is_none())?;
    let normal = |c| is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
    (normal(c) && normal(to)).then_some(to)
}

/// Folds `original`.
pub(super) fn fold(original: &str) -> Folded {
    if original.is_ascii() {
        return Folded {
            text: original.to_ascii_lowercase(),
            offsets: Offsets::default(),
            depends_on_words: false,
        };
    }
    let simplifier = simplifier();
    let mut folder = Folder {
        original,
        simplifier,
        text: String::with_capacity(original.len()),
        offsets: Offsets::default(),
        depends_on_words: false,
        done: 0,
    };
    let mut last = 0;
    let mut chars = original.char_indices();
    while let Some((at, c)) = chars.next() {
        match step(simplifier, c) {
            Step::Stays => last = at,
            Step::DependsOnWord => {
                folder.depends_on_words = true;
                last = at;
            }
            known => {
                let start = if starts_cluster(simplifier, c) { at } else { last };
                let mut alone = start == at;
                let mut rest = chars.clone();
                while let Some((_, next)) = rest.next()
                    && !starts_cluster(simplifier, next)
                {
                    alone = false;
                    chars = rest.clone();
                }
                folder.copy_until(start);
                match known {
                    Step::Becomes(to) if alone => {
                        folder.note_word(to);
                        folder.push(to, chars.offset());
                    }
                    _ => folder.cluster(chars.offset()),
                }
                last = at;
            }
        }
    }
    folder.copy_until(original.len());
    Folded { text: folder.text, offsets: folder.offsets, depends_on_words: folder.depends_on_words }
}

struct Folder<'a> {
    original: &'a str,
    simplifier: &'static Simplifier,
    text: String,
    offsets: Offsets,
    depends_on_words: bool,
    /// The bytes of `original` that are in `text` already.
    done: usize,
}

impl Folder<'_> {
    /// Copies what stays, up to the byte `end` of the original.
    fn copy_until(&mut self, end: usize) {
        let start = self.text.len();
        self.text.push_str(self.original.get(self.done..end).unwrap_or_default());
        if let Some(copied) = self.text.get_mut(start..) {
            copied.make_ascii_lowercase();
        }
        self.done = end;
    }

    /// Writes `to` for the character that ends at byte `end` of the original.
    fn push(&mut self, to: char, end: usize) {
        let start = self.text.len();
        self.text.push(to);
        if to.len_utf8() != end - self.done {
            self.offsets.note(start..self.text.len(), self.done..end);
        }
        self.done = end;
    }

    /// Folds the cluster that ends at byte `end` of the original, the long way.
    fn cluster(&mut self, end: usize) {
        let from = self.original.get(self.done..end).unwrap_or_default();
        let mut chars = from.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && let Some(folded) = fold_one(c)
        {
            let to = self.simplify(folded);
            return self.push(to, end);
        }
        let start = self.text.len();
        // Folding can undo a normalisation and a normalisation can uncover a capital, hence twice.
        for c in from.nfd().default_case_fold().nfkc().default_case_fold().nfkc() {
            let to = self.simplify(c);
            self.text.push(to);
        }
        if self.text.get(start..) != Some(from) {
            self.offsets.note(start..self.text.len(), self.done..end);
        }
        self.done = end;
    }

    /// What a character has become may itself depend on its word, as 瀋 → 沈 does in 沈思.
    fn note_word(&mut self, to: char) {
        self.depends_on_words |= self.simplifier.step(to) == Step::DependsOnWord;
    }

    fn simplify(&mut self, c: char) -> char {
        match self.simplifier.step(c) {
            Step::Becomes(to) => {
                self.note_word(to);
                return to;
            }
            Step::DependsOnWord => self.depends_on_words = true,
            Step::Stays | Step::Unknown => {}
        }
        c
    }
}
