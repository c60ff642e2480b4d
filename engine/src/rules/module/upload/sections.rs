//! The outermost form of modules and components: sections, lists, numbers.

use std::ops::Range;

/// The id of a section that tools add, in modules and components.
pub(super) const CUSTOM: u8 = 0;

/// A section of a module or a component, by where it is.
pub(super) struct Section {
    /// What it is.
    pub(super) id: u8,
    /// All of it.
    pub(super) whole: Range<usize>,
    /// What is in it.
    pub(super) content: Range<usize>,
}

/// The sections in `wasm` from `at` on. What was found valid has no broken ones.
pub(super) fn sections(wasm: &[u8], mut at: usize) -> impl Iterator<Item = Section> + '_ {
    std::iter::from_fn(move || {
        let id = *wasm.get(at)?;
        let (length, content) = read_u32(wasm, at + 1)?;
        let end = content.checked_add(length as usize).filter(|end| *end <= wasm.len())?;
        let section = Section { id, whole: at..end, content: content..end };
        at = end;
        Some(section)
    })
}

/// The bytes at a place.
pub(super) fn bytes(wasm: &[u8], span: Range<usize>) -> &[u8] {
    wasm.get(span).unwrap_or_default()
}

/// A list with `more` items behind those it has.
pub(super) fn appended(list: &[u8], more: usize, items: &[u8]) -> Vec<u8> {
    let (count, at) = read_u32(list, 0).unwrap_or((0, 0));
    let mut out = Vec::with_capacity(list.len() + items.len() + 5);
    push_u32(&mut out, count + more as u32);
    out.extend_from_slice(list.get(at..).unwrap_or_default());
    out.extend_from_slice(items);
    out
}

/// A list of `count` items.
pub(super) fn counted_list(count: usize, items: &[u8]) -> Vec<u8> {
    appended(&[0], count, items)
}

/// Adds a section.
pub(super) fn push_section(out: &mut Vec<u8>, id: u8, content: &[u8]) {
    out.push(id);
    push_bytes(out, content);
}

/// Adds bytes with their length in front.
pub(super) fn push_bytes(out: &mut Vec<u8>, content: &[u8]) {
    push_u32(out, content.len() as u32);
    out.extend_from_slice(content);
}

/// LEB128, unsigned.
pub(super) fn push_u32(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// LEB128, signed.
pub(super) fn push_i32(out: &mut Vec<u8>, mut number: i32) {
    loop {
        let low = number as u8 & 0x7f;
        number >>= 7;
        let sign = low & 0x40 != 0;
        if (number == 0 && !sign) || (number == -1 && sign) {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// LEB128, unsigned, at a place; the number and the place behind it.
pub(super) fn read_u32(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut number = 0;
    for (length, byte) in bytes.get(at..)?.iter().take(5).enumerate() {
        number |= u32::from(byte & 0x7f) << (7 * length);
        if byte & 0x80 == 0 {
            return Some((number, at + length + 1));
        }
    }
    None
}

/// The name of a section that tools added, and where what it holds is.
pub(super) fn custom_name<'w>(wasm: &'w [u8], section: &Section) -> Option<(&'w [u8], Range<usize>)> {
    let (length, at) = read_u32(wasm, section.content.start)?;
    let behind = at.checked_add(length as usize).filter(|end| *end <= section.content.end)?;
    Some((wasm.get(at..behind)?, behind..section.content.end))
}
