//! The names that people know groups, rules and channels by.

use std::collections::BTreeMap;

use pointsman_engine::simulation::Report;
use pointsman_engine::simulation::compare::{DecidedBy, Destination};

use crate::texts::Texts;

/// Names by slug, as the reports of both sides have them; the candidate's come first. What has no name is told by its slug.
#[derive(Debug, Default)]
pub(crate) struct Names {
    groups: BTreeMap<String, String>,
    rules: BTreeMap<String, String>,
    channels: BTreeMap<String, String>,
}

impl Names {
    /// The names in these reports; an earlier one's count.
    pub(crate) fn of(reports: &[&Report]) -> Names {
        let mut names = Names::default();
        let add = |list: &mut BTreeMap<String, String>, slug: &str, name: &str| {
            list.entry(slug.to_owned()).or_insert_with(|| name.to_owned());
        };
        for report in reports {
            for group in &report.kpi.groups {
                add(&mut names.groups, &group.group, &group.name);
            }
            for channel in &report.kpi.channels {
                add(&mut names.channels, &channel.channel, &channel.name);
            }
            for rule in &report.rules {
                add(&mut names.rules, slug_of(&rule.file), &rule.name);
            }
        }
        names
    }

    pub(crate) fn group<'a>(&'a self, slug: &'a str) -> &'a str {
        self.groups.get(slug).map_or(slug, String::as_str)
    }

    pub(crate) fn channel<'a>(&'a self, slug: &'a str) -> &'a str {
        self.channels.get(slug).map_or(slug, String::as_str)
    }

    fn rule<'a>(&'a self, slug: &'a str) -> &'a str {
        self.rules.get(slug).map_or(slug, String::as_str)
    }

    pub(crate) fn decided_by(&self, by: &DecidedBy, texts: &Texts) -> String {
        match by {
            DecidedBy::Rule(slug) => self.rule(slug).to_owned(),
            DecidedBy::Entry => texts.by_entry.to_owned(),
            DecidedBy::Channel => texts.by_channel.to_owned(),
            DecidedBy::Default => texts.by_default.to_owned(),
            DecidedBy::Fallback => texts.by_fallback.to_owned(),
            DecidedBy::Nothing => texts.by_nothing.to_owned(),
        }
    }

    pub(crate) fn destination(&self, destination: &Destination, texts: &Texts) -> String {
        match destination {
            Destination::Group { group, tier: None } => self.group(group).to_owned(),
            Destination::Group { group, tier: Some(tier) } => {
                (texts.tier)(self.group(group), &tier.to_string())
            }
            Destination::Bot(name) => (texts.bot_named)(name),
            Destination::LeaveMessage => texts.leave_message.to_owned(),
            Destination::Ticket => texts.ticket.to_owned(),
            Destination::Nowhere => texts.nowhere.to_owned(),
        }
    }
}

/// `90-refund` of `rules/90-refund.toml`.
fn slug_of(file: &str) -> &str {
    let name = file.rsplit_once('/').map_or(file, |(_, name)| name);
    name.rsplit_once('.').map_or(name, |(slug, _)| slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_known_by_the_name_of_its_file() {
        assert_eq!(slug_of("rules/90-refund.toml"), "90-refund");
        assert_eq!(slug_of("plain"), "plain");
    }
}
