//! Keywords: the tables of `keywords.toml`, and the condition `[when.keywords]` of a rule.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::reader::{Document, Item, Table, Word, check_label, shown};
use crate::diagnostic::Code;
use crate::limits::KEYWORDS_MAX;
use crate::rules::{Keyword, KeywordCondition, Matching};

const FIELDS: &[&str] = &["any", "all", "none", "match", "skip_separators", "weight_min"];
const MATCHINGS: [(&str, Matching); 2] = [("substring", Matching::Substring), ("word", Matching::Word)];
const WEIGHT_MAX: i64 = 1_000;
const WEIGHT_MIN_MAX: i64 = 1_000_000;
/// How the name of a table begins where a keyword could be.
const TABLE: &str = "@";

/// The keyword tables of one tenant.
#[derive(Debug)]
pub(crate) struct KeywordTables<'d> {
    tables: BTreeMap<&'d str, Vec<Word<'d>>>,
    /// False when the file is broken, so that nothing can be said about a table that is not found.
    complete: bool,
    /// The keywords that the rules may still spell out; `None` once there were too many.
    left: Cell<Option<usize>>,
}

impl<'d> KeywordTables<'d> {
    /// Reads `keywords.toml`.
    pub(crate) fn read(document: Option<&'d Document<'d>>) -> KeywordTables<'d> {
        let item = document.and_then(|document| document.root(&["tables"]).get("tables"));
        let tables = item.and_then(|item| item.map()).unwrap_or_default().into_iter().map(|(name, item)| {
            let words = item.labels().unwrap_or_default();
            let words = words.into_iter().filter(|word| {
                let is_name = word.text.starts_with(TABLE);
                if is_name {
                    word.place.report(Code::BadValue, "a table cannot name another table");
                }
                !is_name
            });
            (name.text, words.collect())
        });
        KeywordTables {
            tables: tables.collect(),
            complete: document.is_none_or(|document| document.broken_at().is_none()),
            left: Cell::new(Some(KEYWORDS_MAX)),
        }
    }

    /// The keywords of the table that `word` names, or `word` itself.
    fn spell_out(&self, word: Word<'d>) -> Vec<Word<'d>> {
        let Some(name) = word.text.strip_prefix(TABLE) else {
            return check_label(word).into_iter().collect();
        };
        let Some(words) = self.tables.get(name) else {
            if self.complete {
                let message = format!("unknown keyword table `{}`", shown(name));
                let finding = word.place.finding(Code::UnknownKeywordTable, message);
                let findings = word.place.findings();
                findings.push(findings.suggest(finding, name, self.tables.keys().copied()));
            }
            return Vec::new();
        };
        words.clone()
    }
}

/// Reads `[when.keywords]`.
pub(crate) fn read_keywords<'d>(item: Item<'d>, tables: &KeywordTables<'d>) -> Option<KeywordCondition> {
    let table = item.table(FIELDS)?;
    let condition = KeywordCondition {
        any: read_list(table, "any", tables),
        all: read_list(table, "all", tables),
        none: read_list(table, "none", tables),
        matching: table.get("match").and_then(|item| item.choice(&MATCHINGS)).unwrap_or_default(),
        skip_separators: table.boolean("skip_separators").unwrap_or(true),
        weight_min: table.integer("weight_min", 1..=WEIGHT_MIN_MAX).unwrap_or(1),
    };
    if ["any", "all", "none"].iter().all(|field| table.get(field).is_none()) {
        let message = "a condition on keywords needs `any`, `all` or `none`";
        table.place.report(Code::MissingField, message);
    }
    if let Some(item) = table.get("weight_min") {
        let most: u64 = condition.any.iter().map(|keyword| u64::from(keyword.weight)).sum();
        if tables.complete && tables.left.get().is_some() && most < u64::from(condition.weight_min) {
            item.bad(format!("can never be reached: the weights of `any` add up to {most}"));
        }
    }
    Some(condition)
}

fn read_list<'d>(table: Table<'d>, field: &'static str, tables: &KeywordTables<'d>) -> Vec<Keyword> {
    let mut keywords = Vec::new();
    for item in table.get(field).and_then(|item| item.some_list()).into_iter().flatten() {
        let Some((word, weight)) = word_and_weight(item, field == "any") else {
            continue;
        };
        let words = tables.spell_out(word);
        let Some(left) = tables.left.get() else {
            break;
        };
        tables.left.set(left.checked_sub(words.len()));
        if tables.left.get().is_none() {
            let message =
                format!("the rules have more than {KEYWORDS_MAX} keywords, their tables spelled out");
            word.place.report(Code::TooLarge, message);
            break;
        }
        keywords.extend(words.into_iter().map(|word| Keyword {
            text: word.to_text(),
            weight,
            file: word.place.file().to_owned(),
            span: word.place.span(),
        }));
    }
    keywords
}

fn word_and_weight(item: Item<'_>, may_weigh: bool) -> Option<(Word<'_>, u32)> {
    if item.is_string() {
        return Some((item.text()?, 1));
    }
    let table = item.table(if may_weigh { &["text", "weight"] } else { &["text"] })?;
    let weight = table.get("weight").filter(|_| may_weigh).and_then(|item| item.integer(1..=WEIGHT_MAX));
    Some((table.must("text")?.text()?, weight.unwrap_or(1)))
}
