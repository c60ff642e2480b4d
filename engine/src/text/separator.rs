//! What separates, and the text without it.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::NormalText;
use super::offsets::{Offsets, whole_characters};

/// A normal text with its separators skipped: 退-款, 退 款 and 退.款 read as 退款. Meant for words that people break up
/// to slip past a filter; for Latin words it joins neighbours (`is hit`), so rules ask for it one by one.
#[derive(Clone, Debug)]
pub struct Squeezed<'t> {
    normal: &'t NormalText,
    text: Cow<'t, str>,
    offsets: Offsets,
}

impl<'t> Squeezed<'t> {
    pub(super) fn new(normal: &'t NormalText) -> Squeezed<'t> {
        let mut rest = normal.as_str();
        let mut offsets = Offsets::default();
        if !rest.contains(is_separator) {
            return Squeezed { normal, text: Cow::Borrowed(rest), offsets };
        }
        let mut text = String::with_capacity(rest.len());
        let mut at = 0;
        while !rest.is_empty() {
            let word_len = rest.find(is_separator).unwrap_or(rest.len());
            let (word, after) = rest.split_at(word_len);
            let skipped_len = after.find(|c| !is_separator(c)).unwrap_or(after.len());
            text.push_str(word);
            at += word_len;
            if skipped_len > 0 {
                offsets.note(text.len()..text.len(), at..at + skipped_len);
                at += skipped_len;
            }
            rest = after.get(skipped_len..).unwrap_or_default();
        }
        Squeezed { normal, text: Cow::Owned(text), offsets }
    }

    /// The text without separators.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes of the normal text that became the bytes `squeezed` of [`as_str`](Self::as_str): separators within
    /// are part of it, separators at its ends are not.
    #[must_use]
    pub fn normal_range(&self, squeezed: Range<usize>) -> Range<usize> {
        self.offsets.back(whole_characters(&self.text, squeezed))
    }

    /// The bytes of the original that became the bytes `squeezed` of [`as_str`](Self::as_str); see
    /// [`NormalText::original_range`].
    #[must_use]
    pub fn original_range(&self, squeezed: Range<usize>) -> Range<usize> {
        self.normal.original_range(self.normal_range(squeezed))
    }
}

/// Whether `c`, a character of a normal text, separates: everything that is neither letter, digit nor mark, and
/// everything invisible. The end of a sentence or a line does not: two sentences never read as one word.
#[must_use]
pub fn is_separator(c: char) -> bool {
    match u32::from(c) {
        0..=0x7F => !(c.is_ascii_alphanumeric() || matches!(c, '\n' | '\r' | '!' | '?')),
        0x3400..=0x9FFF | 0xAC00..=0xD7A3 => false,
        0x2028 | 0x2029 | 0x3002 => false,
        _ => is_invisible(c) || !(c.is_alphanumeric() || is_combining_mark(c)),
    }
}

/// Whether `c` is drawn as nothing (Default_Ignorable_Code_Point of the Unicode character database).
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}
