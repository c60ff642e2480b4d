//! Lists of skills and languages with levels: `["refund", { skill = "invoice", level = 2 }]`.

use std::collections::BTreeSet;

use super::names::AllNames;
use super::reader::{Item, Word, shown};
use crate::diagnostic::Code;
use crate::id::SkillId;
use crate::model::SkillLevel;

/// Reads a list of skills, in the order in which it is written.
pub(crate) fn skill_levels<'d>(
    item: Item<'d>,
    default_level: u8,
    names: &mut AllNames<'d>,
) -> Vec<SkillLevel> {
    levels(item, &["skill", "level"], default_level, |word| names.skills.skill(word))
}

/// Reads a list of languages, in the order in which it is written, as the skills they stand for.
pub(crate) fn language_levels<'d>(
    item: Item<'d>,
    default_level: u8,
    names: &mut AllNames<'d>,
) -> Vec<SkillLevel> {
    levels(item, &["language", "level"], default_level, |word| names.skills.language(word))
}

fn levels<'d>(
    item: Item<'d>,
    fields: &'static [&'static str; 2],
    default_level: u8,
    mut skill: impl FnMut(Word<'d>) -> Option<SkillId>,
) -> Vec<SkillLevel> {
    let mut levels = Vec::new();
    let mut seen = BTreeSet::new();
    for item in item.list().into_iter().flatten() {
        let Some((word, level)) = word_and_level(item, fields, default_level) else {
            continue;
        };
        let Some(skill) = skill(word) else {
            continue;
        };
        if seen.insert(skill) {
            levels.push(SkillLevel { skill, level });
        } else {
            word.place.report(Code::DuplicateName, format!("`{}` is there twice", shown(word.text)));
        }
    }
    levels
}

fn word_and_level<'d>(
    item: Item<'d>,
    fields: &'static [&'static str; 2],
    default_level: u8,
) -> Option<(Word<'d>, u8)> {
    if item.is_string() {
        return Some((item.text()?, default_level));
    }
    let [name, level] = fields;
    let table = item.table(fields)?;
    let level = table.integer(level, 1..=5).unwrap_or(default_level);
    Some((table.must(name)?.text()?, level))
}
