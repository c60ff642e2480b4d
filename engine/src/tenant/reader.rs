//! Reading TOML with every problem reported at its place: a parsed file, and typed questions to its tables and values.
//!
//! A question that cannot be answered puts a finding into [`Findings`] and gives `None`; the reader goes on, so that
//! several problems of one file are found in one go.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::duration::parse_duration;
use super::findings::Findings;
use super::lines::Lines;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::limits::LABEL_BYTES_MAX;

/// The syntax errors of one file that are worth showing: later ones mostly follow from the first.
const SYNTAX_ERRORS_MAX: usize = 10;
/// The longest slug, in characters.
const SLUG_CHARS_MAX: usize = 64;

/// A TOML file, parsed as far as it goes.
#[derive(Debug)]
pub(crate) struct Document<'t> {
    file: &'t str,
    lines: Lines<'t>,
    root: DeTable<'t>,
    /// The first byte of the first line with a syntax error.
    broken_at: Option<usize>,
    findings: &'t Findings,
}

impl<'t> Document<'t> {
    /// Parses `text`, and reports one syntax error a line.
    pub(crate) fn parse(file: &'t str, text: &'t str, findings: &'t Findings) -> Document<'t> {
        let lines = Lines::new(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut errors: Vec<_> =
            errors.iter().map(|error| (error.span().unwrap_or(0..0), error.message())).collect();
        errors.sort_by_key(|(range, _)| range.start);
        errors.dedup_by_key(|(range, _)| lines.line_start(range.start));
        for (range, message) in errors.iter().take(SYNTAX_ERRORS_MAX) {
            let span = lines.span(range.clone());
            findings.push(Diagnostic::new(Code::TomlSyntax, file, Some(span), *message));
        }
        let broken_at = errors.first().map(|(range, _)| lines.line_start(range.start));
        Document { file, lines, root: root.into_inner(), broken_at, findings }
    }

    pub(crate) fn file(&self) -> &'t str {
        self.file
    }

    /// The byte behind which the file cannot be trusted, because its syntax is broken there.
    pub(crate) fn broken_at(&self) -> Option<usize> {
        self.broken_at
    }

    /// The file's top table, of which `known` are all fields.
    pub(crate) fn root(&self, known: &'static [&'static str]) -> Table<'_> {
        Table::new(Place { document: self, start: 0, end: 0 }, &self.root, known)
    }
}

/// A stretch of a file.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Place<'d> {
    document: &'d Document<'d>,
    start: usize,
    end: usize,
}

impl<'d> Place<'d> {
    fn new(document: &'d Document<'d>, range: Range<usize>) -> Place<'d> {
        Place { document, start: range.start, end: range.end }
    }

    pub(crate) fn file(&self) -> &'d str {
        self.document.file
    }

    pub(crate) fn span(&self) -> Span {
        self.document.lines.span(self.start..self.end)
    }

    /// The source text.
    pub(crate) fn source(&self) -> &'d str {
        self.document.lines.text().get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn findings(&self) -> &'d Findings {
        self.document.findings
    }

    /// A finding here, not yet reported.
    pub(crate) fn finding(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.document.file, Some(self.span()), message)
    }

    /// Reports a finding here.
    pub(crate) fn report(&self, code: Code, message: impl Into<String>) {
        self.findings().push(self.finding(code, message));
    }
}

/// A string of the file, with its place.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Word<'d> {
    pub(crate) text: &'d str,
    pub(crate) place: Place<'d>,
}

impl Word<'_> {
    /// The text, owned.
    pub(crate) fn to_text(self) -> String {
        self.text.to_owned()
    }

    /// The part of the word from the byte `from` on, as a word. Falls back to the whole place where the source is not
    /// written plainly (escapes).
    pub(crate) fn behind(self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        let mut place = self.place;
        // The quotes are part of the place.
        if place.end - place.start == self.text.len() + 2 {
            place.start += 1 + prefix.len();
            place.end -= 1;
        }
        Some(Word { text, place })
    }
}

/// A value of the file: of a field, or one of a list.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Item<'d> {
    pub(crate) place: Place<'d>,
    name: &'d str,
    value: &'d DeValue<'d>,
}

impl<'d> Item<'d> {
    fn new(document: &'d Document<'d>, name: &'d str, value: &'d Spanned<DeValue<'d>>) -> Item<'d> {
        Item { place: Place::new(document, value.span()), name, value: value.get_ref() }
    }

    /// Reports that the value will not do: "`name` must be …".
    pub(crate) fn bad(&self, must: impl std::fmt::Display) {
        self.place.report(Code::BadValue, format!("`{}` {must}", shown(self.name)));
    }

    fn wrong_type<T>(&self, wanted: &str) -> Option<T> {
        self.bad(format!("must be {wanted}, not {}", describe(self.value)));
        None
    }

    pub(crate) fn is_string(&self) -> bool {
        self.value.is_str()
    }

    pub(crate) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    pub(crate) fn is_false(&self) -> bool {
        self.value.as_bool() == Some(false)
    }

    /// A string of any length.
    pub(crate) fn text(&self) -> Option<Word<'d>> {
        match self.value {
            DeValue::String(text) => Some(Word { text: text.as_ref(), place: self.place }),
            _ => self.wrong_type("a string"),
        }
    }

    /// A string of at most `bytes_max`, with something in it.
    pub(crate) fn text_within(&self, bytes_max: usize) -> Option<Word<'d>> {
        check_text(self.text()?, bytes_max)
    }

    /// A short text: a name, a tag, an entry.
    pub(crate) fn label(&self) -> Option<Word<'d>> {
        check_label(self.text()?)
    }

    /// A whole number within `range`, which must fit into `N`.
    pub(crate) fn integer<N: TryFrom<i64>>(&self, range: RangeInclusive<i64>) -> Option<N> {
        let DeValue::Integer(digits) = self.value else {
            return self.wrong_type("a whole number");
        };
        let number = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let number =
            number.filter(|number| range.contains(number)).and_then(|number| N::try_from(number).ok());
        if number.is_none() {
            self.bad(format!("must be a whole number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// A number within `range`, with or without a fraction.
    pub(crate) fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let number: Option<f64> = match self.value {
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(|number| number as f64)
            }
            DeValue::Float(digits) => digits.as_str().parse().ok(),
            _ => return self.wrong_type("a number"),
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.bad(format!("must be a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(value) => Some(*value),
            _ => self.wrong_type("true or false"),
        }
    }

    /// A duration in milliseconds, zero or more.
    pub(crate) fn duration_ms(&self) -> Option<i64> {
        let DeValue::String(text) = self.value else {
            return self.wrong_type("a duration such as \"30s\"");
        };
        parse_duration(text).map_err(|error| self.bad(error)).ok()
    }

    /// A duration in milliseconds, more than zero.
    pub(crate) fn positive_duration_ms(&self) -> Option<i64> {
        let ms = self.duration_ms()?;
        if ms == 0 {
            self.bad("must be longer than nothing");
            return None;
        }
        Some(ms)
    }

    /// A date or time: a string, or as TOML has it, without quotes.
    pub(crate) fn time_text(&self) -> Option<Word<'d>> {
        match self.value {
            DeValue::String(text) => Some(Word { text: text.as_ref(), place: self.place }),
            DeValue::Datetime(_) => Some(Word { text: self.place.source(), place: self.place }),
            _ => self.wrong_type("a date and time"),
        }
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text()?;
        let found = choices.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            let message = format!("`{}` must be one of {}", self.name, in_backticks(&names));
            let finding = self.place.finding(Code::BadValue, message);
            self.place.findings().push(self.place.findings().suggest(finding, word.text, names.into_iter()));
        }
        found
    }

    /// The values of a list.
    pub(crate) fn list(&self) -> Option<impl ExactSizeIterator<Item = Item<'d>> + use<'d>> {
        let DeValue::Array(values) = self.value else {
            return self.wrong_type("a list");
        };
        let Item { place, name, .. } = *self;
        Some(values.iter().map(move |value| Item::new(place.document, name, value)))
    }

    /// The values of a list in which there must be something.
    pub(crate) fn some_list(&self) -> Option<impl ExactSizeIterator<Item = Item<'d>> + use<'d>> {
        let list = self.list()?;
        if list.len() == 0 {
            self.place.report(Code::BadValue, format!("`{}` is empty", self.name));
            return None;
        }
        Some(list)
    }

    /// A list of short texts in which there must be something, without doubles; those that are none are left out.
    pub(crate) fn labels(&self) -> Option<Vec<Word<'d>>> {
        let words: Vec<_> = self.some_list()?.filter_map(|item| item.label()).collect();
        let mut seen = HashSet::new();
        for word in words.iter().filter(|word| !seen.insert(word.text)) {
            word.place.report(Code::DuplicateName, format!("`{}` is there twice", shown(word.text)));
        }
        Some(words)
    }

    /// A table, of which `known` are all fields.
    pub(crate) fn table(&self, known: &'static [&'static str]) -> Option<Table<'d>> {
        match self.value {
            DeValue::Table(entries) => Some(Table::new(self.place, entries, known)),
            _ => self.wrong_type("a table"),
        }
    }

    /// A table with free keys, in the order in which it is written.
    pub(crate) fn map(&self) -> Option<Vec<(Word<'d>, Item<'d>)>> {
        let DeValue::Table(entries) = self.value else {
            return self.wrong_type("a table");
        };
        Some(entries_in_order(self.place.document, entries))
    }
}

/// A table, of which every field is known.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Table<'d> {
    pub(crate) place: Place<'d>,
    entries: &'d DeTable<'d>,
    known: &'static [&'static str],
}

impl<'d> Table<'d> {
    fn new(place: Place<'d>, entries: &'d DeTable<'d>, known: &'static [&'static str]) -> Table<'d> {
        for (word, _) in entries_in_order(place.document, entries) {
            if !known.contains(&word.text) {
                let finding = word
                    .place
                    .finding(Code::UnknownField, format!("unknown field `{}`", shown(word.text)))
                    .help(format!("the fields here are {}", in_backticks(known)));
                let findings = place.findings();
                findings.push(findings.suggest(finding, word.text, known.iter().copied()));
            }
        }
        Table { place, entries, known }
    }

    /// The field's value, if it is there.
    pub(crate) fn get(&self, field: &'static str) -> Option<Item<'d>> {
        debug_assert!(self.known.contains(&field), "`{field}` is asked for, but not among the known fields");
        let (key, value) = self.entries.get_key_value(field)?;
        Some(Item::new(self.place.document, key.get_ref().as_ref(), value))
    }

    /// The field's value, which must be there.
    pub(crate) fn must(&self, field: &'static str) -> Option<Item<'d>> {
        let item = self.get(field);
        if item.is_none() {
            self.place.report(Code::MissingField, format!("`{field}` is missing"));
        }
        item
    }

    /// The fields that are there and known, in the order in which they are written.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (Word<'d>, Item<'d>)> + use<'d> {
        let known = self.known;
        entries_in_order(self.place.document, self.entries)
            .into_iter()
            .filter(move |(word, _)| known.contains(&word.text))
    }

    /// The name for people, or `otherwise`.
    pub(crate) fn name_or(&self, otherwise: &str) -> String {
        self.get("name").and_then(|item| item.label()).map_or(otherwise, |word| word.text).to_owned()
    }

    pub(crate) fn boolean(&self, field: &'static str) -> Option<bool> {
        self.get(field)?.boolean()
    }

    pub(crate) fn integer<N: TryFrom<i64>>(
        &self,
        field: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<N> {
        self.get(field)?.integer(range)
    }

    pub(crate) fn duration_ms(&self, field: &'static str) -> Option<i64> {
        self.get(field)?.duration_ms()
    }

    /// The short texts of a list; none when it is not there.
    pub(crate) fn labels(&self, field: &'static str) -> Vec<Word<'d>> {
        self.get(field).and_then(|item| item.labels()).unwrap_or_default()
    }

    /// The tables of `[[field]]`, of which `known` are all fields; none when there is none.
    pub(crate) fn tables(&self, field: &'static str, known: &'static [&'static str]) -> Vec<Table<'d>> {
        let list = self.get(field).and_then(|item| item.list());
        list.into_iter().flatten().filter_map(|item| item.table(known)).collect()
    }
}

/// The word, if it has something in it and at most `bytes_max` of it; reports it otherwise.
pub(crate) fn check_text(word: Word<'_>, bytes_max: usize) -> Option<Word<'_>> {
    let length = word.text.len();
    if word.text.trim().is_empty() {
        word.place.report(Code::BadValue, "a text without anything in it");
        None
    } else if length > bytes_max {
        word.place.report(Code::TooLarge, format!("a text of {length} bytes, at most {bytes_max}"));
        None
    } else {
        Some(word)
    }
}

/// The word, if it is short and on one line; reports it otherwise.
pub(crate) fn check_label(word: Word<'_>) -> Option<Word<'_>> {
    let word = check_text(word, LABEL_BYTES_MAX)?;
    if word.text.chars().any(char::is_control) {
        word.place.report(Code::BadValue, "a text with control characters where none can be");
        return None;
    }
    Some(word)
}

/// Whether a word can be a slug; reports it otherwise.
pub(crate) fn check_slug(word: Word<'_>) -> bool {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || is_han(c);
    let fine = !word.text.is_empty()
        && word.text.chars().all(is_good)
        && word.text.chars().count() <= SLUG_CHARS_MAX;
    if !fine {
        let finding = word
            .place
            .finding(Code::BadValue, format!("`{}` cannot be a slug", shown(word.text)))
            .help(format!("up to {SLUG_CHARS_MAX} small letters a-z, digits, `-` and Chinese characters"));
        word.place.findings().push(finding);
    }
    fine
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}')
}

fn entries_in_order<'d>(document: &'d Document<'d>, entries: &'d DeTable<'d>) -> Vec<(Word<'d>, Item<'d>)> {
    let mut list: Vec<_> = entries
        .iter()
        .map(|(key, value)| {
            let name = key.get_ref().as_ref();
            let word = Word { text: name, place: Place::new(document, key.span()) };
            (word, Item::new(document, name, value))
        })
        .collect();
    list.sort_by_key(|(word, _)| word.place.start);
    list
}

/// User input as a message may quote it: on one line, and not endless.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    const CHARS_MAX: usize = 40;
    if text.len() <= CHARS_MAX && !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut short: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX).collect();
    if text.chars().nth(CHARS_MAX).is_some() {
        short.push('…');
    }
    Cow::Owned(short)
}

/// `a`, `b` and `c`, in backticks.
pub(crate) fn in_backticks(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
