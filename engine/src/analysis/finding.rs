//! What an analysis finds: a kind, what it concerns, how sure it is, and a visit that shows it.

use serde::Serialize;

use crate::diagnostic::Span;
use crate::explain::Visit;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// Every kind of finding. The names are stable: people filter by them.
        #[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[serde(rename_all = "kebab-case")]
        pub enum FindingKind {
            $($(#[$doc])* $name,)*
        }

        impl FindingKind {
            /// Every kind, in order.
            pub const ALL: &[FindingKind] = &[$(FindingKind::$name,)*];

            /// The name of the kind.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(FindingKind::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// The tenant has no fallback that always works.
    MissingFallback = "missing-fallback";
    /// Groups fall back or overflow in a circle.
    TransferCycle = "transfer-cycle";
    /// No conversation gets as far as the rule, or fulfils its conditions.
    UnreachableRule = "unreachable-rule";
    /// What the rule sets never counts: an earlier rule has always set it already.
    ShadowedRule = "shadowed-rule";
    /// A keyword after which an earlier rule always stops.
    UnreachableKeyword = "unreachable-keyword";
    /// A keyword of two rules that lead to different groups.
    KeywordOverlap = "keyword-overlap";
    /// Rules with the same order.
    Tie = "tie";
    /// The rule gave no effects, in the scenarios or to anything that was tried.
    NeverFired = "never-fired";
    /// The rule fails.
    FailingRule = "failing-rule";
    /// Nothing leads to the group.
    UnreachableGroup = "unreachable-group";
    /// Nobody in the group may receive conversations.
    NobodyReceives = "nobody-receives";
    /// The group receives at hours at which nobody of it is on shift.
    UnstaffedGroup = "unstaffed-group";
    /// A rule leads to a group that is closed whenever the rule holds.
    ClosedTarget = "closed-target";
    /// Nobody has what is asked for.
    NobodyEligible = "nobody-eligible";
    /// Everything, or everything of a rule, goes to one agent.
    OneAgent = "one-agent";
    /// Everything goes to one group.
    OneGroup = "one-group";
}

impl std::fmt::Display for FindingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How grave a finding is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum FindingGrade {
    /// Somebody will be routed as nobody meant it.
    Fault,
    /// Worth knowing; may well be meant.
    Note,
}

/// How sure a finding is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum FindingStatus {
    /// It holds for every conversation, by what the files say. The one premise: no other rule fails.
    Proved,
    /// A conversation that was run shows it, and none that was run speaks against it.
    Witnessed,
    /// Nothing that was run speaks against it, and nothing proves it.
    Unknown,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AnalysisFinding {
    /// What it is.
    pub kind: FindingKind,
    /// How grave.
    pub grade: FindingGrade,
    /// How sure.
    pub status: FindingStatus,
    /// What is wrong: a sentence without a full stop, names in backticks.
    pub message: String,
    /// What to do.
    pub help: String,
    /// What it concerns, the first first.
    pub concerns: Vec<Concern>,
    /// A visit that shows it. It was run, and did.
    pub witness: Option<Witness>,
}

/// Something a finding concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Concern {
    /// What it is.
    pub what: ConcernKind,
    /// Its name in files; for a keyword, the keyword.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its file, relative to the tenant folder.
    pub file: String,
    /// Where in the file; `None`: the file as a whole.
    pub span: Option<Span>,
}

/// What a [`Concern`] is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ConcernKind {
    /// A rule.
    Rule,
    /// A keyword of a rule.
    Keyword,
    /// A group.
    Group,
    /// An agent.
    Agent,
    /// The tenant as a whole.
    Tenant,
}

/// A visit that shows a finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Witness {
    /// The visit: [`explain`](crate::explain::explain) tells what happens.
    pub visit: Visit,
    /// What is to be seen there.
    pub shows: String,
}

/// What an analysis has come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Analysis {
    /// The revision that the folder makes, in hexadecimal digits.
    pub revision: String,
    /// The findings, the gravest and surest first.
    pub findings: Vec<AnalysisFinding>,
    /// Conversations that were decided by the rules alone.
    pub decisions: u32,
    /// Visits that were let in at a desk.
    pub visits: u32,
    /// The scenarios that were run.
    pub scenarios: Vec<ScenarioRun>,
    /// The bounds that were reached, in words: beyond them nothing was looked at.
    pub bounds: Vec<String>,
}

/// A scenario that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ScenarioRun {
    /// Its name in files.
    pub slug: String,
    /// The seed.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
    /// Conversations that began.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
}

impl Analysis {
    /// The findings of one grade.
    pub fn of_grade(&self, grade: FindingGrade) -> impl Iterator<Item = &AnalysisFinding> {
        self.findings.iter().filter(move |finding| finding.grade == grade)
    }
}

impl AnalysisFinding {
    /// The first concern of this kind.
    #[must_use]
    pub fn concern(&self, what: ConcernKind) -> Option<&Concern> {
        self.concerns.iter().find(|concern| concern.what == what)
    }
}
