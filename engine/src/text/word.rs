//! Where a word begins and ends, for rules that match whole words.

use unicode_normalization::char::is_combining_mark;

/// Whether a word may begin or end at byte `at` of `text`. Between two letters or digits of a script that puts spaces
/// between words it may not; scripts written without spaces (Han, kana, Thai, Lao, Khmer, Burmese) let a word begin at
/// every character, so `vip` is a word in `我是vip客户`. Never before a combining mark, nor within a character, nor
/// beyond the text.
#[must_use]
pub fn is_word_boundary(text: &str, at: usize) -> bool {
    let Some((left, right)) = text.split_at_checked(at) else { return false };
    let (Some(left), Some(right)) = (left.chars().next_back(), right.chars().next()) else { return true };
    if is_combining_mark(right) {
        return false;
    }
    !(is_word(left) && is_word(right)) || is_spaceless(left) || is_spaceless(right)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// Whether `c` is of a script written without spaces between words.
fn is_spaceless(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Burmese
        | 0x1780..=0x17FF // Khmer
        | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF // Han
        | 0xF900..=0xFAFF | 0x20000..=0x3FFFF
        | 0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F | 0x1B000..=0x1B16F) // kana
}
