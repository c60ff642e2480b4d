//! From ids to slugs, in whatever the core writes.
//!
//! Events, traces and plans are sent as the core writes them, field by field; only a number that is an id becomes the
//! slug it stands for, and one that is an instant becomes RFC 3339. Which fields those are is said here, in one table.

use std::sync::Arc;

use pointsman_engine::desk::EventRecord;
use pointsman_engine::id::{AgentId, ChannelId, GroupId, HoursId, SkillId};
use pointsman_engine::limits::CANARY_RULES_FROM;
use pointsman_engine::model::Directory;
use pointsman_engine::rules::Ruleset;
use serde_json::Value;

use super::instant;

/// What a number in a field stands for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Kind {
    Agent,
    Group,
    Channel,
    Skill,
    Hours,
    Rule,
    Instant,
}

/// The fields that hold ids or instants, wherever they stand.
const FIELDS: &[(&str, Kind)] = &[
    ("agent", Kind::Agent),
    ("agents", Kind::Agent),
    ("gave_back", Kind::Agent),
    ("heads", Kind::Agent),
    ("prefer", Kind::Agent),
    ("prefer-agent", Kind::Agent),
    ("to-agent", Kind::Agent),
    ("group", Kind::Group),
    ("groups", Kind::Group),
    ("leave-group", Kind::Group),
    ("overflow", Kind::Group),
    ("parent", Kind::Group),
    ("to-group", Kind::Group),
    ("channel", Kind::Channel),
    ("channels", Kind::Channel),
    ("skill", Kind::Skill),
    ("remove-skill", Kind::Skill),
    ("hours", Kind::Hours),
    ("shift", Kind::Hours),
    ("by", Kind::Rule),
    ("overridden_by", Kind::Rule),
    ("rule", Kind::Rule),
    ("rules", Kind::Rule),
    ("at", Kind::Instant),
    ("next", Kind::Instant),
    ("opened_at", Kind::Instant),
    ("since", Kind::Instant),
    ("until", Kind::Instant),
];

/// The slugs of rules, by rule id. They belong to one revision, unlike everything else, which keeps its id for ever.
pub type RuleSlugs = Arc<Vec<String>>;

/// The way from ids to slugs.
#[derive(Clone, Debug)]
pub struct Names {
    ruleset: Arc<Ruleset>,
    /// From which event on which rules were live, ascending.
    rules: Vec<(u64, RuleSlugs)>,
    /// From which event on which candidate's rules decided beside them, ascending.
    canaries: Vec<(u64, RuleSlugs)>,
}

/// The slugs of a ruleset's rules.
#[must_use]
pub fn rule_slugs(ruleset: &Ruleset) -> Vec<String> {
    ruleset.rules().map(|rule| rule.slug.clone()).collect()
}

impl Names {
    /// Names by a ruleset, for what was decided under it.
    #[must_use]
    pub fn of(ruleset: Arc<Ruleset>) -> Names {
        let rules = vec![(0, Arc::new(rule_slugs(&ruleset)))];
        Names { ruleset, rules, canaries: Vec::new() }
    }

    /// Names for what was decided at any time: `rules` tells from which event on which rules were live.
    #[must_use]
    pub fn over_time(ruleset: Arc<Ruleset>, rules: Vec<(u64, RuleSlugs)>) -> Names {
        Names { ruleset, rules, canaries: Vec::new() }
    }

    /// And for what candidates decided: `canaries` tells from which event on which candidate's rules did.
    #[must_use]
    pub fn with_canaries(self, canaries: Vec<(u64, RuleSlugs)>) -> Names {
        Names { canaries, ..self }
    }

    /// And for what a candidate decides now.
    #[must_use]
    pub fn beside(self, canary: Option<&Ruleset>) -> Names {
        self.with_canaries(canary.map(|canary| (0, Arc::new(rule_slugs(canary)))).into_iter().collect())
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        self.ruleset.directory()
    }

    /// The slug of the rule with this id at the time of an event.
    #[must_use]
    pub fn rule(&self, id: u64, seq: u64) -> Option<&str> {
        let first = u64::from(CANARY_RULES_FROM);
        let (rules, place) = if id >= first { (&self.canaries, id - first) } else { (&self.rules, id) };
        let (_, slugs) = rules.iter().rev().find(|(from, _)| *from <= seq)?;
        slugs.get(usize::try_from(place).ok()?).map(String::as_str)
    }

    /// Something that was decided with the event `seq`, with names in it.
    #[must_use]
    pub fn named(&self, mut value: Value, seq: u64) -> Value {
        self.walk(&mut value, seq);
        value
    }

    /// An event. A published revision is named, not told: its files are in the history of rulesets.
    #[must_use]
    pub fn event(&self, record: &EventRecord) -> Value {
        let mut value = serde_json::to_value(record).unwrap_or_default();
        if let Some(published) = value.pointer_mut("/event/published").and_then(Value::as_object_mut) {
            published.retain(|field, _| field == "revision");
        }
        self.named(value, record.seq)
    }

    fn walk(&self, value: &mut Value, seq: u64) {
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    match FIELDS.iter().find(|(name, _)| name == field) {
                        Some((_, kind)) => self.rename(value, *kind, seq),
                        None => self.walk(value, seq),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.walk(item, seq)),
            _ => {}
        }
    }

    fn rename(&self, value: &mut Value, kind: Kind, seq: u64) {
        match value {
            Value::Number(number) => {
                let Some(number) = number.as_i64() else { return };
                if let Some(name) = self.name(kind, number, seq) {
                    *value = Value::String(name);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename(item, kind, seq)),
            Value::Object(_) => self.walk(value, seq),
            _ => {}
        }
    }

    fn name(&self, kind: Kind, number: i64, seq: u64) -> Option<String> {
        let directory = self.directory();
        let small = || u16::try_from(number).ok();
        match kind {
            Kind::Agent => {
                directory.agent(AgentId(u32::try_from(number).ok()?)).map(|agent| agent.slug.clone())
            }
            Kind::Group => directory.group(GroupId(small()?)).map(|group| group.slug.clone()),
            Kind::Channel => directory.channel(ChannelId(small()?)).map(|channel| channel.slug.clone()),
            Kind::Skill => directory.skill(SkillId(small()?)).map(|skill| skill.slug.clone()),
            Kind::Hours => directory.hours(HoursId(small()?)).map(|hours| hours.slug.clone()),
            Kind::Rule => self.rule(u64::try_from(number).ok()?, seq).map(str::to_owned),
            Kind::Instant => Some(instant(number)),
        }
    }
}
