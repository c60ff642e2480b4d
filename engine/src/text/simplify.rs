//! Traditional to simplified characters, by OpenCC's tables (`opencc/`).
//!
//! OpenCC replaces the longest phrase that matches, else the character, and is made for showing text. Here text is
//! made to be compared, and by people who write either script, so the same tables are read a little differently:
//!
//! - A character whose simplification no phrase disputes is replaced at once. Phrases are then matched on the result, so
//!   that 乾安縣 and 乾安县 are one phrase. Only the three dozen characters that depend on their word (乾 沈 覆 …) wait for
//!   the phrases, and texts without one skip that step.
//! - A phrase may overlap the one before it, as long as it leaves what that one settled (沈浮沈 has both 沈浮 and 浮沈).
//! - Phrases that turn 坏 or 么 into something else are left out: in simplified writing these are the everyday 壞 and 麼,
//!   and 打坏 (broken) must not become 打坯.
//!
//! So simplifying twice is simplifying once, which OpenCC does not promise.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use super::fold::Step;
use super::offsets::Offsets;

static SIMPLIFIER: LazyLock<Simplifier> = LazyLock::new(|| {
    Simplifier::new(include_str!("opencc/TSCharacters.txt"), include_str!("opencc/TSPhrases.txt"))
});

/// The tables, built at first use.
pub(super) fn simplifier() -> &'static Simplifier {
    &SIMPLIFIER
}

/// The characters of which the direct table tells. All others are rare.
const COMMON: Range<u32> = 0x3400..0xA000;

/// What simplified writing uses for 壞 and 麼, whatever they meant once.
const EVERYDAY: [char; 2] = ['坏', '么'];

/// The tables of traditional and simplified characters.
#[derive(Debug)]
pub(super) struct Simplifier {
    /// For each character of [`COMMON`], one more than its place in `entries`; 0 if it has none.
    common: Vec<u16>,
    /// The other characters that have an entry, in order, with its place.
    rare: Vec<(char, u16)>,
    entries: Vec<Entry>,
    /// By first character, the longest first.
    phrases: Vec<Phrase>,
}

/// What is known of one character.
#[derive(Debug)]
struct Entry {
    step: Step,
    /// What it becomes when no phrase claims it.
    alone: char,
    /// The phrases that begin with it.
    phrases: Range<usize>,
}

/// A phrase, in characters, of which there are as many on both sides.
#[derive(Debug)]
struct Phrase {
    from: Vec<char>,
    to: Vec<char>,
}

impl Phrase {
    /// Whether `text` begins with the phrase. Of phrases with the same first character, the second tells most apart.
    fn begins(&self, text: &[char]) -> bool {
        self.from.get(1) == text.get(1) && text.starts_with(&self.from)
    }

    /// Whether it leaves its first `settled_len` characters as they are.
    fn keeps(&self, settled_len: usize) -> bool {
        self.from.iter().zip(&self.to).take(settled_len).all(|(from, to)| from == to)
    }
}

impl Simplifier {
    fn new(characters: &str, phrases: &str) -> Simplifier {
        let alone = read_characters(characters);
        let simple = |c: char| alone.get(&c).copied().unwrap_or(c);
        let source: Vec<(&str, &str)> = rows(phrases)
            .filter(|(from, to)| from.chars().count() == to.chars().count())
            .filter(|(from, to)| from.chars().zip(to.chars()).all(|(a, b)| a == b || !EVERYDAY.contains(&a)))
            .collect();

        let mut disputed = BTreeSet::new();
        for (from, to) in &source {
            for (a, b) in from.chars().zip(to.chars()) {
                disputed.extend((simple(a) != b).then_some(a));
                disputed.extend((simple(b) != b).then_some(b));
            }
        }

        // As the phrases will meet them: all but the disputed characters simplified. What a phrase becomes is a phrase
        // too, that keeps the disputed characters it has.
        let mut met: BTreeMap<Vec<char>, Vec<char>> = BTreeMap::new();
        for (from, to) in source.iter().flat_map(|(from, to)| [(from, to), (to, to)]) {
            let from: Vec<char> =
                from.chars().map(|c| if disputed.contains(&c) { c } else { simple(c) }).collect();
            if from.iter().any(|c| disputed.contains(c)) {
                met.entry(from).or_insert_with(|| to.chars().collect());
            }
        }
        let mut phrases: Vec<Phrase> = met.into_iter().map(|(from, to)| Phrase { from, to }).collect();
        phrases.sort_by_key(|phrase| (phrase.from.first().copied(), usize::MAX - phrase.from.len()));

        let mut with_entry: BTreeSet<char> = alone.keys().chain(&disputed).copied().collect();
        with_entry.extend(phrases.iter().filter_map(|phrase| phrase.from.first()));
        let mut tables =
            Simplifier { common: vec![0; COMMON.len()], rare: Vec::new(), entries: Vec::new(), phrases };
        for c in with_entry {
            let first = |phrase: &Phrase| phrase.from.first().copied();
            let start = tables.phrases.partition_point(|phrase| first(phrase) < Some(c));
            let end = tables.phrases.partition_point(|phrase| first(phrase) <= Some(c));
            let step = match simple(c) {
                _ if disputed.contains(&c) => Step::DependsOnWord,
                to if to != c => Step::Becomes(to),
                _ => Step::Stays,
            };
            if step == Step::Stays && start == end {
                continue;
            }
            tables.entries.push(Entry { step, alone: simple(c), phrases: start..end });
            let place = u16::try_from(tables.entries.len()).unwrap_or(0);
            match tables.common.get_mut(u32::from(c).wrapping_sub(COMMON.start) as usize) {
                Some(slot) => *slot = place,
                None => tables.rare.push((c, place)),
            }
        }
        tables
    }

    #[inline]
    fn entry(&self, c: char) -> Option<&Entry> {
        let place = match self.common.get(u32::from(c).wrapping_sub(COMMON.start) as usize) {
            Some(place) => *place,
            None if u32::from(c) < COMMON.end => return None,
            None => self.rare.binary_search_by_key(&c, |(c, _)| *c).ok().and_then(|at| self.rare.get(at))?.1,
        };
        self.entries.get(usize::from(place).checked_sub(1)?)
    }

    /// What becomes of `c` before phrases are looked at.
    #[inline]
    pub(super) fn step(&self, c: char) -> Step {
        self.entry(c).map_or(Step::Stays, |entry| entry.step)
    }

    /// Simplifies the characters that depend on their word, in a text where all others are simplified.
    pub(super) fn phrases(&self, text: String) -> (String, Offsets) {
        let mut chars: Vec<char> = text.chars().collect();
        let mut changed = false;
        // Up to here a phrase has decided.
        let mut settled = 0_usize;
        for at in 0..chars.len() {
            let Some(rest) = chars.get_mut(at..) else { break };
            let Some(entry) = rest.first().and_then(|c| self.entry(*c)) else { continue };
            let candidates = self.phrases.get(entry.phrases.clone()).unwrap_or_default();
            let settled_len = settled.saturating_sub(at);
            if let Some(phrase) =
                candidates.iter().find(|phrase| phrase.begins(rest) && phrase.keeps(settled_len))
            {
                rest.iter_mut().zip(&phrase.to).for_each(|(c, to)| *c = *to);
                changed |= phrase.from != phrase.to;
                settled = settled.max(at + phrase.from.len());
            } else if settled_len == 0
                && let Some(c) = rest.first_mut()
            {
                changed |= *c != entry.alone;
                *c = entry.alone;
            }
        }
        if !changed {
            return (text, Offsets::default());
        }
        let mut simplified = String::with_capacity(text.len());
        let mut offsets = Offsets::default();
        for ((at, from), to) in text.char_indices().zip(chars) {
            let start = simplified.len();
            simplified.push(to);
            if from.len_utf8() != to.len_utf8() {
                offsets.note(start..simplified.len(), at..at + from.len_utf8());
            }
        }
        (simplified, offsets)
    }
}

/// The table of characters. Of several candidates the first, but where OpenCC puts the traditional character first only
/// because few fonts can draw the simplified one (`@tofu-risk`), the simplified: nobody looks at a normal text.
fn read_characters(table: &str) -> BTreeMap<char, char> {
    let mut simple: BTreeMap<char, char> = BTreeMap::new();
    let mut undrawn = None;
    for line in table.lines() {
        if let Some(note) = line.strip_prefix("# @tofu-risk") {
            undrawn = note.split_whitespace().rev().nth(1).and_then(single);
        } else if let Some((from, to)) = row(line)
            && let (Some(from), Some(to)) = (single(from), single(to))
        {
            simple.insert(from, undrawn.take().unwrap_or(to));
        }
    }
    // 薴 becomes 苧, which becomes 苎: the end of the chain counts, or a second pass would move on.
    simple.iter().map(|(from, to)| (*from, simple.get(to).copied().unwrap_or(*to))).collect()
}

fn single(text: &str) -> Option<char> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none())
}

fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().filter_map(row)
}

/// A row of an OpenCC table: what is replaced, and the first candidate for it.
fn row(line: &str) -> Option<(&str, &str)> {
    let (from, candidates) = line.split_once('\t').filter(|_| !line.starts_with('#'))?;
    Some((from, candidates.split(' ').next()?.trim_end()))
}
