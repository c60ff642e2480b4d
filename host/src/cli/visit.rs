//! A visitor on the command line.

use std::collections::BTreeMap;

use anyhow::bail;
use clap::{Args, ValueEnum};
use pointsman_engine::explain::{Staffing, Visit};

/// What a visitor brings beside words.
#[derive(Debug, Args)]
pub(super) struct VisitArguments {
    /// The channel the visitor comes by; the tenant's first where it is not said
    #[arg(long)]
    channel: Option<String>,
    /// The business entry the visitor chose
    #[arg(long)]
    entry: Option<String>,
    /// The visitor's language, such as zh
    #[arg(long)]
    language: Option<String>,
    /// The visitor's VIP level
    #[arg(long, default_value_t = 0)]
    vip: u8,
    /// The visitor was here before
    #[arg(long)]
    returning: bool,
    /// Something the site says about the visitor; may be given more than once
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    attributes: Vec<String>,
    /// When: RFC 3339, or a date and time in the tenant's zone; an ordinary Monday morning where it is not said
    #[arg(long, value_name = "RFC3339")]
    at: Option<String>,
    /// Who is there
    #[arg(long, value_enum, default_value_t)]
    staffing: WhoIsThere,
}

#[derive(Copy, Clone, Debug, Default, ValueEnum)]
enum WhoIsThere {
    /// Everybody on shift is online and free
    #[default]
    OnShift,
    /// Everybody on shift is busy
    Busy,
    /// Nobody is online
    Offline,
}

impl VisitArguments {
    /// The visitor who says `text`.
    pub(super) fn visit(self, text: String) -> anyhow::Result<Visit> {
        let mut attributes = BTreeMap::new();
        for attribute in &self.attributes {
            let Some((name, value)) = attribute.split_once('=') else {
                bail!("`{attribute}` is no attribute: write NAME=VALUE");
            };
            attributes.insert(name.to_owned(), value.to_owned());
        }
        Ok(Visit {
            text,
            channel: self.channel,
            entry: self.entry,
            language: self.language,
            vip: self.vip,
            returning: self.returning,
            attributes,
            at: self.at,
            staffing: match self.staffing {
                WhoIsThere::OnShift => Staffing::OnShift,
                WhoIsThere::Busy => Staffing::Busy,
                WhoIsThere::Offline => Staffing::Offline,
            },
        })
    }
}

/// The visit as arguments of `pointsman explain`.
pub(super) fn arguments(visit: &Visit) -> String {
    let mut words = vec![format!("--text {}", quoted(&visit.text))];
    let mut add = |name: &str, value: &Option<String>| {
        words.extend(value.iter().map(|value| format!("--{name} {}", quoted(value))));
    };
    add("channel", &visit.channel);
    add("entry", &visit.entry);
    add("language", &visit.language);
    add("at", &visit.at);
    if visit.vip > 0 {
        words.push(format!("--vip {}", visit.vip));
    }
    if visit.returning {
        words.push("--returning".to_owned());
    }
    words.extend(
        visit
            .attributes
            .iter()
            .map(|(name, value)| format!("--attribute {}", quoted(&format!("{name}={value}")))),
    );
    match visit.staffing {
        Staffing::OnShift => {}
        Staffing::Busy => words.push("--staffing busy".to_owned()),
        Staffing::Offline => words.push("--staffing offline".to_owned()),
    }
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_:.=+/".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_written_so_that_a_shell_reads_it() {
        let visit = Visit {
            text: "it's 退款".to_owned(),
            at: Some("2026-03-02T12:00".to_owned()),
            vip: 2,
            staffing: Staffing::Offline,
            ..Visit::default()
        };
        assert_eq!(
            arguments(&visit),
            "--text 'it'\\''s 退款' --at 2026-03-02T12:00 --vip 2 --staffing offline"
        );
    }
}
