//! The one place where byte positions of the engine become the UTF-16 positions that JavaScript counts in.

/// A place in a text as an editor counts: lines from 1, columns in UTF-16 units from 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Utf16Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Where `byte` is in `text`. A byte inside a character counts as the character's first, one behind the end as the end.
pub(crate) fn utf16_position(text: &str, byte: u32) -> Utf16Position {
    let before = before(text, byte);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Utf16Position {
        line: 1 + before.bytes().filter(|byte| *byte == b'\n').count() as u32,
        column: 1 + units(before.get(line_start..).unwrap_or_default()),
    }
}

/// How many UTF-16 units stand before `byte`.
pub(crate) fn utf16_offset(text: &str, byte: u32) -> u32 {
    units(before(text, byte))
}

fn before(text: &str, byte: u32) -> &str {
    let end = (0..=(byte as usize).min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

fn units(text: &str) -> u32 {
    text.chars().map(|character| character.len_utf16() as u32).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_the_basic_plane_count_twice() {
        let text = "名 = \"退款😭\"\nx = 1";
        let at = |needle: &str| u32::try_from(text.find(needle).unwrap()).unwrap();
        assert_eq!(utf16_position(text, at("退")), Utf16Position { line: 1, column: 6 });
        assert_eq!(utf16_position(text, at("\"\n")), Utf16Position { line: 1, column: 10 });
        assert_eq!(utf16_position(text, at("x")), Utf16Position { line: 2, column: 1 });
        assert_eq!(utf16_offset(text, at("x")), 11);
    }

    #[test]
    fn odd_places_are_moved_to_the_nearest_before() {
        assert_eq!(utf16_offset("退款", 2), 0);
        assert_eq!(utf16_offset("退款", 4), 1);
        assert_eq!(utf16_offset("退款", 99), 2);
        assert_eq!(utf16_position("", 5), Utf16Position { line: 1, column: 1 });
    }
}
