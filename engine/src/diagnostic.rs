//! Diagnostics: what is wrong with a tenant folder, where, and what to do. One shape for the command line, the
//! host's answers and the editor.

use serde::Serialize;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Diagnostic {
    /// Stable code such as `R104`; see [`Code`].
    pub code: Code,
    /// Whether it blocks publishing.
    pub severity: Severity,
    /// The file, relative to the tenant folder.
    pub file: String,
    /// Where in the file; `None`: the file or folder as a whole.
    pub span: Option<Span>,
    /// One lower-case line: what is wrong, user input in backticks.
    pub message: String,
    /// What to do, a sentence.
    pub help: Option<String>,
    /// The word that was probably meant.
    pub did_you_mean: Option<String>,
    /// A message that shows the finding when it is tried (a witness).
    pub witness: Option<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Related {
    /// The file, relative to the tenant folder.
    pub file: String,
    /// Where in it.
    pub span: Option<Span>,
    /// What is there.
    pub message: String,
}

/// A stretch of source. Lines and columns from 1; columns count characters (the editor wants UTF-16: it converts in
/// one place of its own, from `start_byte` and `end_byte`).
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Span {
    /// First byte.
    pub start_byte: u32,
    /// Byte behind the last.
    pub end_byte: u32,
    /// Line of the first character.
    pub line: u32,
    /// Column of the first character.
    pub column: u32,
    /// Line of the end.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
}

/// Whether a finding blocks publishing.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Blocks.
    Error,
    /// Does not.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $severity:ident;)*) => {
        /// Every kind of finding. A number is never used again for something else. Ranges: R1xx the files and their
        /// form, R2xx names, R3xx scripts and modules, R4xx the ruleset as a whole, R5xx rule tests, R6xx scenarios.
        #[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[cfg_attr(feature = "typescript", ts(type = "string"))]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code as people quote it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }

            /// How grave a finding of this kind is.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The file is not well-formed TOML.
    TomlSyntax = "R101", Error;
    /// A field that does not exist.
    UnknownField = "R102", Error;
    /// A field has the wrong type or a value out of range.
    BadValue = "R103", Error;
    /// A field that must be there is not.
    MissingField = "R104", Error;
    /// A file that has no place in a tenant folder, or has no reader.
    UnknownFile = "R105", Warning;
    /// A file, list or text over its limit.
    TooLarge = "R106", Error;
    /// A file is not UTF-8.
    NotUtf8 = "R107", Error;
    /// A file that must be there is not.
    MissingFile = "R108", Error;
    /// Two things with one name.
    DuplicateName = "R201", Error;
    /// A group that does not exist.
    UnknownGroup = "R202", Error;
    /// An agent that does not exist.
    UnknownAgent = "R203", Error;
    /// A skill that does not exist.
    UnknownSkill = "R204", Error;
    /// A channel that does not exist.
    UnknownChannel = "R205", Error;
    /// Hours or a shift that do not exist.
    UnknownHours = "R206", Error;
    /// A keyword table that does not exist.
    UnknownKeywordTable = "R207", Error;
    /// An entry that does not exist.
    UnknownEntry = "R208", Warning;
    /// A rule that does not exist, named by a rule test.
    UnknownRule = "R209", Error;
    /// A script does not parse.
    ScriptSyntax = "R301", Error;
    /// A function that does not exist.
    UnknownFunction = "R302", Error;
    /// A property that does not exist.
    UnknownProperty = "R303", Error;
    /// A function called with the wrong number of arguments.
    WrongArguments = "R304", Error;
    /// A script without any hook, or a hook with the wrong parameters.
    BadHook = "R305", Error;
    /// A variable that does not exist.
    UnknownVariable = "R306", Error;
    /// A script over a limit, or using what scripts may not use.
    ScriptLimit = "R307", Error;
    /// Effects that a script builds and does not return.
    LostEffects = "R308", Warning;
    /// A module that is no rule: not well-formed, for another world, or with parts that rules do not have.
    BadModule = "R309", Error;
    /// A module that asks for more than rules are given.
    ModuleImport = "R310", Error;
    /// A module over a limit.
    ModuleLimit = "R311", Error;
    /// A module that the host has not compiled yet.
    ModuleNotCompiled = "R312", Error;
    /// The tenant's fallback is missing or not complete.
    NoFallback = "R401", Error;
    /// Two rules with the same order.
    SameOrder = "R402", Warning;
    /// A group whose members all lack the right to receive, or that has no members.
    NobodyReceives = "R403", Warning;
    /// A keyword that an earlier stopping rule always catches first.
    KeywordCovered = "R404", Warning;
    /// A rule that an earlier stopping rule always catches first.
    RuleCovered = "R405", Warning;
    /// Groups that overflow or fall back in a circle, or a department above itself.
    Cycle = "R406", Error;
    /// A rule test that does not hold.
    TestFailed = "R501", Error;
    /// A scenario that cannot run.
    BadScenario = "R601", Error;
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Diagnostic {
    /// A finding with the code's own severity and nothing but a message.
    #[must_use]
    pub fn new(code: Code, file: &str, span: Option<Span>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            file: file.to_owned(),
            span,
            message: message.into(),
            help: None,
            did_you_mean: None,
            witness: None,
            related: Vec::new(),
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Adds the nearest of `known` to `word`, if one is near enough.
    #[must_use]
    pub fn suggest<'a>(mut self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        self.did_you_mean = nearest(word, known).map(str::to_owned);
        self
    }
}

impl std::fmt::Display for Diagnostic {
    /// `rules/20-refund.toml:7:9: error[R202]: unknown group `x``
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(span) = self.span {
            write!(f, ":{}:{}", span.line, span.column)?;
        }
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, ": {severity}[{}]: {}", self.code.as_str(), self.message)
    }
}

/// The nearest of `known` to `word`: fewest edits, at most a third of the word's length and at least one.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

impl Span {
    /// The span of a byte range of `source`. A range that does not lie on character boundaries is moved outwards
    /// to the nearest ones; one past the end is cut.
    #[must_use]
    pub fn of(source: &str, range: std::ops::Range<usize>) -> Span {
        let start = floor_boundary(source, range.start);
        let end = floor_boundary(source, range.end.max(start));
        let (line, column) = line_column(source, start);
        let (end_line, end_column) = line_column(source, end);
        Span { start_byte: saturate(start), end_byte: saturate(end), line, column, end_line, end_column }
    }

    /// The span that begins at a line and a character column (both from 1) and runs over `length` characters,
    /// at most to the end of the line.
    #[must_use]
    pub fn at_line_column(source: &str, line: u32, column: u32, length: usize) -> Span {
        let line_start = match line {
            0 | 1 => 0,
            _ => source.match_indices('\n').nth(line as usize - 2).map_or(source.len(), |(at, _)| at + 1),
        };
        let text = source[line_start..].split('\n').next().unwrap_or_default();
        let byte_of = |character: usize| text.char_indices().nth(character).map_or(text.len(), |(at, _)| at);
        let first = (column.max(1) - 1) as usize;
        Span::of(source, line_start + byte_of(first)..line_start + byte_of(first.saturating_add(length)))
    }
}

fn floor_boundary(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn line_column(source: &str, at: usize) -> (u32, u32) {
    let before = &source[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (saturate(line), saturate(column))
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let source = "name = \"售后\"\ngroup = \"退款🙂x\"\n";
        let at = source.find('x').unwrap();
        let span = Span::of(source, at..at + 1);
        assert_eq!((span.line, span.column, span.end_column), (2, 13, 14));
        assert_eq!(Span::at_line_column(source, 2, 13, 1), span);
    }

    #[test]
    fn a_span_past_the_end_is_cut() {
        let span = Span::of("ab", 5..9);
        assert_eq!((span.line, span.column, span.end_column), (1, 3, 3));
    }

    #[test]
    fn the_nearest_word_is_near() {
        assert_eq!(nearest("after-sale", ["after-sales", "sales"]), Some("after-sales"));
        assert_eq!(nearest("zzz", ["after-sales", "sales"]), None);
    }
}
