//! What follows from what: from a guard another one, from a keyword that was found another one.

use crate::rules::{Guard, Keyword, KeywordCondition, Matching};
use crate::text::{NormalText, Squeezed, is_separator, is_word_boundary, normal_keyword, squeezed_keyword};

/// A keyword as it is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Form {
    /// Normal, and without separators where they are skipped.
    pattern: String,
    /// Looked for in the text without its separators.
    skips_separators: bool,
    whole_word: bool,
}

impl Form {
    /// `None` when nothing is left of the keyword once it is normalised.
    pub(crate) fn of(keyword: &Keyword, condition: &KeywordCondition) -> Option<Form> {
        let squeezed = Some(&keyword.text).filter(|_| condition.skip_separators);
        let squeezed = squeezed.map(|text| squeezed_keyword(text)).filter(|text| !text.is_empty());
        let skips_separators = squeezed.is_some();
        let pattern = squeezed.unwrap_or_else(|| normal_keyword(&keyword.text));
        let whole_word = condition.matching == Matching::Word;
        (!pattern.is_empty()).then_some(Form { pattern, skips_separators, whole_word })
    }

    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What the text without its separators holds when the keyword was found with them; `None` if it was found without.
    pub(crate) fn squeezed_pattern(&self) -> Option<String> {
        (!self.skips_separators).then(|| self.pattern.chars().filter(|c| !is_separator(*c)).collect())
    }

    /// Whether every text in which this keyword is found is one in which `other` is found.
    pub(crate) fn makes_sure_of(&self, other: &Form) -> bool {
        if self == other {
            return true;
        }
        match (self.skips_separators, other.skips_separators, other.whole_word) {
            // Both looked for in the same view of the text.
            (true, true, false) | (false, false, false) => self.pattern.contains(&other.pattern),
            (false, true, false) => {
                self.squeezed_pattern().is_some_and(|pattern| pattern.contains(&other.pattern))
            }
            // A word within the words of a found phrase. The ends of the phrase are boundaries when it is found as words.
            (false, false, true) => self.whole_word && holds_word(&self.pattern, &other.pattern),
            // Separators may stand anywhere in what was found, so only a single character is sure to be there as it is.
            (true, false, false) => {
                other.pattern.chars().count() == 1 && self.pattern.contains(&other.pattern)
            }
            // Where the words begin and end in the text without separators is not known.
            (_, true, true) | (true, false, true) => false,
        }
    }

    /// Whether the keyword is found in a text. The slow, obvious way.
    pub(crate) fn found_in(&self, text: &NormalText, squeezed: &Squeezed<'_>) -> bool {
        if !self.skips_separators {
            return match self.whole_word {
                true => holds_word(text.as_str(), &self.pattern),
                false => text.as_str().contains(&self.pattern),
            };
        }
        let is_boundary = |at| is_word_boundary(text.as_str(), at);
        places(squeezed.as_str(), &self.pattern).any(|at| {
            let range = squeezed.normal_range(at..at + self.pattern.len());
            !self.whole_word || (is_boundary(range.start) && is_boundary(range.end))
        })
    }
}

/// Every place, overlapping ones too.
fn places<'t>(text: &'t str, pattern: &'t str) -> impl Iterator<Item = usize> + 't {
    text.char_indices()
        .map(|(at, _)| at)
        .filter(move |at| text.get(*at..).is_some_and(|t| t.starts_with(pattern)))
}

fn holds_word(text: &str, word: &str) -> bool {
    places(text, word).any(|at| is_word_boundary(text, at) && is_word_boundary(text, at + word.len()))
}

/// Whether every conversation for which `guard` holds is one for which `other` holds, but for the words.
pub(crate) fn guard_implies(guard: &Guard, other: &Guard) -> bool {
    // Destructured, so that a condition added later cannot be forgotten.
    let Guard {
        channels,
        entries,
        languages,
        vip_min,
        vip_max,
        returning,
        tags_any,
        tags_all,
        tags_none,
        hours_open,
        hours_closed,
        attributes,
        groups,
        keywords: _,
    } = other;
    // One of a single tag is that tag.
    let is_sure_tag = |tag: &String| {
        guard.tags_all.contains(tag) || matches!(guard.tags_any.as_slice(), [only] if only == tag)
    };
    within(&guard.channels, channels, |one, of| one == of)
        && within(&guard.entries, entries, |one, of| one == of)
        && within(&guard.languages, languages, |one, of| {
            one.strip_prefix(of.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
        && vip_min.is_none_or(|least| guard.vip_min.unwrap_or(0) >= least)
        && vip_max.is_none_or(|most| guard.vip_max.unwrap_or(u8::MAX) <= most)
        && returning.is_none_or(|returning| guard.returning == Some(returning))
        && (within(&guard.tags_any, tags_any, |one, of| one == of) || tags_any.iter().any(is_sure_tag))
        && tags_all.iter().all(is_sure_tag)
        && tags_none.iter().all(|tag| guard.tags_none.contains(tag))
        && hours_open.is_none_or(|hours| guard.hours_open == Some(hours))
        && hours_closed.is_none_or(|hours| guard.hours_closed == Some(hours))
        && attributes.iter().all(|(name, values)| {
            guard.attributes.get(name).is_some_and(|own| own.iter().all(|value| values.contains(value)))
        })
        && within(&guard.groups, groups, |one, of| one == of)
}

/// How many things a guard names: a measure of what it costs to compare it.
pub(crate) fn guard_size(guard: &Guard) -> usize {
    let lists = [&guard.entries, &guard.languages, &guard.tags_any, &guard.tags_all, &guard.tags_none];
    let lists = lists.into_iter().chain(guard.attributes.values()).map(Vec::len).sum::<usize>();
    guard.channels.len() + guard.groups.len() + lists
}

/// Whether "one of `own`" makes sure of "one of `others`"; an empty list is no condition.
fn within<T>(own: &[T], others: &[T], is_one: impl Fn(&T, &T) -> bool) -> bool {
    others.is_empty()
        || (!own.is_empty() && own.iter().all(|one| others.iter().any(|other| is_one(one, other))))
}
