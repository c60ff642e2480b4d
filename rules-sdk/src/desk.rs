//! What a rule can ask for while it runs, and print.

use std::fmt;

use crate::{Conversation, Customer, Group, LocalTime, Message};

#[cfg(target_arch = "wasm32")]
use crate::bindings::imports::pointsman::rule::{log, lookup};
#[cfg(not(target_arch = "wasm32"))]
use crate::test::asked::{log, lookup};

/// The desk as it is at the time of the decision. Within one call the same question has the same answer.
#[derive(Debug)]
pub struct Desk(());

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk(())
    }

    /// A group in numbers.
    ///
    /// # Errors
    /// There is no group of this name.
    pub fn group(&self, name: &str) -> Result<Group, Unknown> {
        lookup::group(name).ok_or_else(|| Unknown { kind: "group", name: name.to_owned() })
    }

    /// Whether these business hours are open now.
    ///
    /// # Errors
    /// There are no business hours of this name.
    pub fn is_open(&self, hours: &str) -> Result<bool, Unknown> {
        lookup::is_open(hours)
            .ok_or_else(|| Unknown { kind: "plan of business hours", name: hours.to_owned() })
    }

    /// The time of the decision in the tenant's time zone.
    #[must_use]
    pub fn now(&self) -> LocalTime {
        lookup::now()
    }
}

/// A name that the desk does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    kind: &'static str,
    name: String,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {} `{}`", self.kind, self.name)
    }
}

impl std::error::Error for Unknown {}

impl Conversation {
    /// Whether the visitor's words contain the keyword, found the way a keyword rule finds it: normalised, separators
    /// skipped.
    #[must_use]
    pub fn contains(&self, keyword: &str) -> bool {
        lookup::contains(keyword)
    }

    /// Whether the visitor's words contain one of the keywords; quicker than asking for each.
    #[must_use]
    pub fn contains_any(&self, keywords: &[&str]) -> bool {
        contains_any(keywords)
    }

    /// The words that the rules look at, as the visitor typed them.
    #[must_use]
    pub fn original_text(&self) -> String {
        lookup::original_text()
    }
}

impl Message {
    /// Whether the message contains the keyword: normalised, separators skipped.
    #[must_use]
    pub fn contains(&self, keyword: &str) -> bool {
        lookup::contains(keyword)
    }

    /// Whether the message contains one of the keywords; quicker than asking for each.
    #[must_use]
    pub fn contains_any(&self, keywords: &[&str]) -> bool {
        contains_any(keywords)
    }
}

fn contains_any(keywords: &[&str]) -> bool {
    let keywords: Vec<String> = keywords.iter().map(|keyword| (*keyword).to_owned()).collect();
    lookup::contains_any(&keywords)
}

impl Customer {
    /// What the tenant's site says about the customer under this name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        lookup::attribute(name)
    }
}

/// Keeps a line for the trace of this rule.
pub fn print(line: impl fmt::Display) {
    log::print(&line.to_string());
}
