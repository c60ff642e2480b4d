//! CSV files: recorded arrivals, and messages with the intent that people gave them. Whatever is wrong is told with its
//! row and column.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use serde::Serialize;

use super::counts::{ArrivalCount, CHANNELS_MAX, COUNTS_MAX};
use super::{FitError, FittedArrivals, fit_arrivals};
use crate::limits::{LABEL_BYTES_MAX, MESSAGE_BYTES_MAX};
use crate::simulation::scenario::{INTENTS_MAX, PHRASES_MAX};
use crate::time::Timestamp;

/// The largest file: three years of five minutes have about 10 MB.
pub const TABLE_BYTES_MAX: usize = 64_000_000;

const TIMES: &[&str] = &["time", "at", "timestamp", "date", "start", "interval", "时间", "开始时间", "日期"];
const COUNTS: &[&str] = &[
    "count",
    "calls",
    "arrivals",
    "conversations",
    "number",
    "n",
    "数量",
    "会话",
    "会话数",
    "进线",
    "进线量",
];
const CHANNELS: &[&str] = &["channel", "source", "渠道", "来源"];
const TEXTS: &[&str] = &["text", "message", "words", "utterance", "内容", "消息", "文本", "问题"];
const INTENTS: &[&str] = &["intent", "label", "category", "意图", "标签", "分类"];

/// Arrivals as a file has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrivalsTable {
    /// The counts, in the order of the rows.
    pub counts: Vec<ArrivalCount>,
    /// The row of each, from 1, the header included.
    pub rows: Vec<u32>,
    /// The names of the channels; one empty name where the file has no such column.
    pub channels: Vec<String>,
}

impl ArrivalsTable {
    /// Fits rates and dispersion to the counts.
    ///
    /// # Errors
    /// The counts are no counts that rates can be made of; told with the row where there is one.
    pub fn fit(&self, zone: &str) -> Result<FittedArrivals, TableError> {
        fit_arrivals(&self.counts, &self.channels, zone).map_err(|why| {
            let row = match &why {
                FitError::OffGrid { index, .. } => self.rows.get(*index as usize).copied(),
                _ => None,
            };
            TableError { row, column: None, problem: TableProblem::NoFit { why } }
        })
    }
}

/// What people said, by what they wanted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct IntentTexts {
    /// Its name.
    pub intent: String,
    /// Its share of all messages.
    pub share: f64,
    /// How many messages it has.
    pub messages: u32,
    /// The texts, each once, in the order of the file; at most as many as an intent can have.
    pub phrases: Vec<String>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TableError {
    /// The row, from 1, the header included; `None`: the file as a whole.
    pub row: Option<u32>,
    /// The name of the column; `None`: the whole row.
    pub column: Option<String>,
    /// What is wrong there.
    pub problem: TableProblem,
}

/// What can be wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TableProblem {
    /// There are no rows behind the header.
    Empty,
    /// More of something than is allowed.
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: u32,
    },
    /// A column is not there.
    NoColumn {
        /// Which.
        wanted: &'static str,
        /// What it may be called.
        names: Vec<&'static str>,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// A row has too few or too many fields.
    Fields {
        /// How many it has.
        found: u32,
        /// How many the header has.
        wanted: u32,
    },
    /// Not the text that it should be: no date and time, or not a whole number.
    BadTime {
        /// What is there.
        value: String,
    },
    /// See above.
    BadCount {
        /// What is there.
        value: String,
    },
    /// Nothing where there should be something.
    Missing,
    /// A text that is too long.
    TooLong {
        /// Its length in bytes, and how long it may be.
        bytes: u32,
        /// See above.
        most: u32,
    },
    /// The same interval of the same channel again.
    Twice {
        /// The row that had it first.
        first: u32,
        /// When.
        value: String,
    },
    /// Bytes that are no text in UTF-8.
    NotText,
    /// The counts are no counts that rates can be made of.
    NoFit {
        /// Why.
        why: FitError,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}")?;
            if let Some(column) = &self.column {
                write!(f, ", column `{column}`")?;
            }
            f.write_str(": ")?;
        }
        match &self.problem {
            TableProblem::Empty => f.write_str("there are no rows behind the header"),
            TableProblem::TooMany { what, most } => write!(f, "more than {most} {what}"),
            TableProblem::NoColumn { wanted, names, found } => write!(
                f,
                "there is no column with {wanted}: call one of them `{}`; the file has {}",
                names.first().unwrap_or(&""),
                found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            TableProblem::Fields { found, wanted } => {
                write!(
                    f,
                    "it has {found} fields, the header has {wanted}; a comma within a text needs quotes around the text"
                )
            }
            TableProblem::BadTime { value } => {
                write!(f, "`{value}` is no date and time such as `2026-03-02 09:05`")
            }
            TableProblem::BadCount { value } => write!(f, "`{value}` is no whole number of arrivals"),
            TableProblem::Missing => f.write_str("there is nothing in it"),
            TableProblem::TooLong { bytes, most } => write!(f, "a text of {bytes} bytes, at most {most}"),
            TableProblem::Twice { first, value } => {
                write!(
                    f,
                    "`{value}` is there twice, first in row {first}; add the counts up, or name the channel in a column `channel`"
                )
            }
            TableProblem::NotText => f.write_str("this is no text in UTF-8: save the file as CSV UTF-8"),
            TableProblem::NoFit { why } => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for TableError {}

impl TableError {
    fn whole(problem: TableProblem) -> TableError {
        TableError { row: None, column: None, problem }
    }
}

/// A file being read.
struct Rows<'t> {
    reader: csv::Reader<&'t [u8]>,
    names: Vec<String>,
    text: &'t [u8],
    /// A byte whose row is known, and that row.
    counted: (usize, u32),
}

impl<'t> Rows<'t> {
    fn new(text: &'t [u8]) -> Result<Rows<'t>, TableError> {
        if text.len() > TABLE_BYTES_MAX {
            let most = TABLE_BYTES_MAX as u32;
            return Err(TableError::whole(TableProblem::TooMany { what: "bytes", most }));
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let many = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
        // Of equally many the comma.
        let delimiter =
            [b'\t', b';', b','].into_iter().max_by_key(|delimiter| many(*delimiter)).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text);
        let names = reader.headers().map_err(|error| broken(&error, text))?;
        let names = names.iter().map(str::to_owned).collect();
        Ok(Rows { reader, names, text, counted: (0, 1) })
    }

    /// The place of a column by what it may be called.
    fn column(&self, names: &[&str]) -> Option<usize> {
        let is_named = |found: &String| {
            let found = found.to_lowercase();
            names.iter().any(|name| {
                found == *name || found.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'))
            })
        };
        self.names.iter().position(is_named)
    }

    fn must(&self, wanted: &'static str, names: &'static [&'static str]) -> Result<usize, TableError> {
        self.column(names).ok_or_else(|| {
            let found = self.names.clone();
            TableError::whole(TableProblem::NoColumn { wanted, names: names.to_vec(), found })
        })
    }

    fn next(&mut self, record: &mut csv::StringRecord) -> Result<Option<u32>, TableError> {
        let is_there = self.reader.read_record(record).map_err(|error| broken(&error, self.text))?;
        if let Some(position) = record.position() {
            self.counted = row_at(self.text, self.counted, position.byte() as usize);
        }
        Ok(is_there.then_some(self.counted.1))
    }

    fn wrong(&self, row: u32, column: usize, problem: TableProblem) -> TableError {
        TableError { row: Some(row), column: self.names.get(column).cloned(), problem }
    }
}

/// The row of the record that begins at `byte`, or behind the ends of lines that stand there; counted on from a byte whose
/// row is known. The reader counts lines too, but not where they end as Windows has it.
fn row_at(text: &[u8], (from, row): (usize, u32), byte: usize) -> (usize, u32) {
    let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
    let ends = text.get(byte..).unwrap_or_default().iter().take_while(is_end).count();
    let begins = (byte + ends).max(from);
    let between = text.get(from..begins).unwrap_or_default();
    (begins, row + between.iter().filter(|byte| **byte == b'\n').count() as u32)
}

fn broken(error: &csv::Error, text: &[u8]) -> TableError {
    let at = |position: &Option<csv::Position>| {
        position.as_ref().map(|position| row_at(text, (0, 1), position.byte() as usize).1)
    };
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => TableError {
            row: at(pos),
            column: None,
            problem: TableProblem::Fields { found: *len as u32, wanted: *expected_len as u32 },
        },
        csv::ErrorKind::Utf8 { pos, .. } => {
            TableError { row: at(pos), column: None, problem: TableProblem::NotText }
        }
        _ => TableError::whole(TableProblem::NotText),
    }
}

/// Reads recorded arrivals: a row for each interval, with a column of times, one of counts, and perhaps one of channels.
/// Times without an offset are those of the tenant's clocks. Of an hour that is there twice, because clocks were put back,
/// the second is taken for the second.
///
/// # Errors
/// See [`TableProblem`]: the first thing that is wrong.
pub fn read_arrivals(text: &[u8], zone: &str) -> Result<ArrivalsTable, TableError> {
    let mut rows = Rows::new(text)?;
    let (time, count) = (rows.must("times", TIMES)?, rows.must("counts", COUNTS)?);
    let channel = rows.column(CHANNELS);
    let zone = TimeZoneDatabase::bundled().get(zone).unwrap_or(TimeZone::UTC);
    let mut table = ArrivalsTable { counts: Vec::new(), rows: Vec::new(), channels: Vec::new() };
    let mut seen: BTreeMap<(Timestamp, u16), u32> = BTreeMap::new();
    let mut record = csv::StringRecord::new();
    while let Some(row) = rows.next(&mut record)? {
        let field = |column: usize| record.get(column).unwrap_or_default();
        if table.counts.len() == COUNTS_MAX {
            let most = COUNTS_MAX as u32;
            return Err(TableError::whole(TableProblem::TooMany { what: "rows", most }));
        }
        let name = channel.map_or("", field);
        let of = match table.channels.iter().position(|known| known == name) {
            Some(known) => known,
            None if table.channels.len() == CHANNELS_MAX => {
                let problem = TableProblem::TooMany { what: "channels", most: CHANNELS_MAX as u32 };
                return Err(rows.wrong(row, channel.unwrap_or(0), problem));
            }
            None => {
                table.channels.push(name.to_owned());
                table.channels.len() - 1
            }
        } as u16;
        let value = || shown(field(time));
        let instants = instants(field(time), &zone)
            .ok_or_else(|| rows.wrong(row, time, TableProblem::BadTime { value: value() }))?;
        let Some(at) = instants.into_iter().flatten().find(|at| !seen.contains_key(&(*at, of))) else {
            let first =
                instants.into_iter().flatten().find_map(|at| seen.get(&(at, of))).copied().unwrap_or(0);
            return Err(rows.wrong(row, time, TableProblem::Twice { first, value: value() }));
        };
        seen.insert((at, of), row);
        let number = field(count).parse::<u32>().ok();
        let problem = || TableProblem::BadCount { value: shown(field(count)) };
        let count = number.ok_or_else(|| rows.wrong(row, count, problem()))?;
        table.counts.push(ArrivalCount { at, channel: of, count });
        table.rows.push(row);
    }
    if table.counts.is_empty() {
        return Err(TableError::whole(TableProblem::Empty));
    }
    Ok(table)
}

/// Reads messages with their intents: a row for each message. The intents come in order of how many messages they have.
///
/// # Errors
/// See [`TableProblem`]: the first thing that is wrong.
pub fn read_messages(text: &[u8]) -> Result<Vec<IntentTexts>, TableError> {
    let mut rows = Rows::new(text)?;
    let (words, label) = (rows.must("texts", TEXTS)?, rows.must("intents", INTENTS)?);
    let mut intents: Vec<IntentTexts> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: std::collections::BTreeSet<(usize, String)> = std::collections::BTreeSet::new();
    let mut record = csv::StringRecord::new();
    let mut messages = 0u32;
    while let Some(row) = rows.next(&mut record)? {
        let field = |column, most: usize| {
            let text = record.get(column).unwrap_or_default();
            let problem = match text.len() {
                0 => TableProblem::Missing,
                bytes if bytes > most => TableProblem::TooLong { bytes: bytes as u32, most: most as u32 },
                _ => return Ok(text),
            };
            Err(rows.wrong(row, column, problem))
        };
        let (words, name) = (field(words, MESSAGE_BYTES_MAX)?, field(label, LABEL_BYTES_MAX)?);
        let at = match places.get(name) {
            Some(at) => *at,
            None if intents.len() == INTENTS_MAX => {
                let problem = TableProblem::TooMany { what: "intents", most: INTENTS_MAX as u32 };
                return Err(rows.wrong(row, label, problem));
            }
            None => {
                let intent = name.to_owned();
                intents.push(IntentTexts { intent, share: 0.0, messages: 0, phrases: Vec::new() });
                places.insert(name.to_owned(), intents.len() - 1);
                intents.len() - 1
            }
        };
        if let Some(intent) = intents.get_mut(at) {
            intent.messages += 1;
            if intent.phrases.len() < PHRASES_MAX && seen.insert((at, words.to_owned())) {
                intent.phrases.push(words.to_owned());
            }
        }
        messages += 1;
    }
    if messages == 0 {
        return Err(TableError::whole(TableProblem::Empty));
    }
    for intent in &mut intents {
        intent.share = f64::from(intent.messages) / f64::from(messages);
    }
    // In order of the file where two have as many.
    intents.sort_by_key(|intent| std::cmp::Reverse(intent.messages));
    Ok(intents)
}

/// The instants that a text may mean: one, or two where clocks are put back.
fn instants(text: &str, zone: &TimeZone) -> Option<[Option<Timestamp>; 2]> {
    let stamp = |instant: jiff::Timestamp| Some(Timestamp(instant.as_millisecond()));
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some([stamp(instant), None]);
    }
    let ambiguous = zone.to_ambiguous_timestamp(civil(text)?);
    match ambiguous.offset() {
        AmbiguousOffset::Fold { .. } => {
            Some([stamp(ambiguous.earlier().ok()?), stamp(ambiguous.later().ok()?)])
        }
        // Where clocks jump ahead there is no such time: as much later as they jump.
        _ => Some([stamp(ambiguous.compatible().ok()?), None]),
    }
}

/// `2026-03-02 09:05`, with `T` or `/`, single digits and seconds, as spreadsheets write it.
fn civil(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut date = date.split(['-', '/']).map(str::parse::<i16>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let mut time = time.trim().split(':').map(str::parse::<i8>);
    let (hour, minute) = (time.next()?.ok()?, time.next()?.ok()?);
    let second = time.next().map_or(Some(0), Result::ok)?;
    if date.next().is_some() || time.next().is_some() || year < 1_970 {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some(date.to_datetime(Time::new(hour, minute, second, 0).ok()?))
}

/// A value as a message may quote it.
fn shown(value: &str) -> String {
    crate::tenant::reader::shown(value).into_owned()
}
