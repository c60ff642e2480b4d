//! `groups.toml`: the groups 客服组.

use std::collections::BTreeSet;

use super::fallback::read_fallback;
use super::names::{AllNames, Defined, define_all};
use super::reader::{Document, Item, Place, Table, Word, in_backticks, shown};
use crate::diagnostic::Code;
use crate::id::{AgentId, GroupId};
use crate::limits::{CAPACITY_MAX, GROUPS_MAX, TIER_MAX, WIDENING_STEPS_MAX};
use crate::model::{Group, Relax, Strategy, WideningStep};

const FIELDS: &[&str] = &[
    "slug",
    "name",
    "parent",
    "heads",
    "strategy",
    "hours",
    "capacity",
    "agent_capacity",
    "queue_length_max",
    "wait_max",
    "when_unstaffed",
    "tier_max",
    "target_wait",
    "reply_timeout",
    "fallback",
    "closed",
    "widening",
];
const STRATEGIES: [(&str, Strategy); 8] = [
    ("round-robin", Strategy::RoundRobin),
    ("least-loaded", Strategy::LeastLoaded),
    ("longest-idle", Strategy::LongestIdle),
    ("weighted-round-robin", Strategy::WeightedRoundRobin),
    ("priority", Strategy::Priority),
    ("best-skill", Strategy::BestSkill),
    ("load-index", Strategy::LoadIndex),
    ("rank", Strategy::Rank),
];
const WHEN_UNSTAFFED: [(&str, bool); 2] = [("fall-back", false), ("wait", true)];
const QUEUE_LENGTH_MAX: i64 = 1_000_000;
const DEFAULT_TARGET_WAIT_MS: i64 = 20_000;

/// `groups.toml` with its names given ids.
#[derive(Debug)]
pub(crate) struct GroupsFile<'d> {
    groups: Vec<Defined<'d, GroupId>>,
}

/// One group, with the places the checks of the whole tenant point at.
#[derive(Debug)]
pub(crate) struct ReadGroup<'d> {
    pub(crate) group: Group,
    pub(crate) slug: Word<'d>,
    pub(crate) parent: Option<Place<'d>>,
    /// The groups its fallback and its `closed` lead to.
    pub(crate) fallback_groups: Vec<(GroupId, Place<'d>)>,
    /// The groups it overflows to.
    pub(crate) overflow_groups: Vec<(GroupId, Place<'d>)>,
}

impl<'d> GroupsFile<'d> {
    /// Gives the groups their names.
    pub(crate) fn define(document: &'d Document<'d>, names: &mut AllNames<'d>) -> GroupsFile<'d> {
        let tables = document.root(&["group"]).tables("group", FIELDS);
        GroupsFile { groups: define_all(tables, &mut names.groups, GROUPS_MAX) }
    }

    /// Reads the groups, now that every file's names are known.
    pub(crate) fn read(self, names: &AllNames<'d>) -> Vec<ReadGroup<'d>> {
        self.groups.into_iter().filter_map(|defined| read_group(defined, names)).collect()
    }
}

fn read_group<'d>(defined: Defined<'d, GroupId>, names: &AllNames<'d>) -> Option<ReadGroup<'d>> {
    let Defined { named, table } = defined;
    let name = table.name_or(named.map_or("", |(_, slug)| slug.text));
    let parent = table.get("parent");
    let fallback = table.get("fallback").map(|item| read_fallback(item, &names.groups)).unwrap_or_default();
    let closed = table.get("closed").map(|item| read_fallback(item, &names.groups)).unwrap_or_default();
    let (widening, overflow_groups) = read_widening(table, names);
    let (id, slug) = named.unzip();
    let group = Group {
        id: id.unwrap_or(GroupId(0)),
        slug: slug.map_or("", |slug| slug.text).to_owned(),
        name,
        parent: parent.and_then(|item| item.text()).and_then(|word| names.groups.resolve(word)),
        heads: table.get("heads").map(|item| read_heads(item, names)).unwrap_or_default(),
        strategy: table.get("strategy").and_then(|item| item.choice(&STRATEGIES)).unwrap_or_default(),
        hours: table.get("hours").and_then(|item| item.text()).and_then(|word| names.hours.resolve(word)),
        capacity: table.integer("capacity", 0..=CAPACITY_MAX),
        agent_capacity: table.integer("agent_capacity", 1..=CAPACITY_MAX),
        queue_length_max: table.integer("queue_length_max", 0..=QUEUE_LENGTH_MAX),
        wait_ms_max: table.duration_ms("wait_max"),
        wait_unstaffed: table
            .get("when_unstaffed")
            .and_then(|item| item.choice(&WHEN_UNSTAFFED))
            .unwrap_or_default(),
        widening,
        tier_max: table.integer("tier_max", 1..=TIER_MAX),
        fallback: fallback.fallback,
        closed: closed.fallback,
        reply_timeout_ms: table.get("reply_timeout").and_then(|item| item.positive_duration_ms()),
        target_wait_ms: table
            .get("target_wait")
            .and_then(|item| item.positive_duration_ms())
            .unwrap_or(DEFAULT_TARGET_WAIT_MS),
        active: true,
    };
    Some(ReadGroup {
        group,
        slug: slug?,
        parent: parent.map(|item| item.place),
        fallback_groups: fallback.groups,
        overflow_groups,
    })
}

fn read_heads<'d>(item: Item<'d>, names: &AllNames<'d>) -> Vec<AgentId> {
    let mut heads = Vec::new();
    let mut seen = BTreeSet::new();
    for item in item.list().into_iter().flatten() {
        let Some(head) = item.text().and_then(|word| names.agents.resolve(word)) else {
            continue;
        };
        if seen.insert(head) {
            heads.push(head);
        } else {
            item.place.report(Code::DuplicateName, "this agent is a head twice");
        }
    }
    heads
}

type Overflows<'d> = Vec<(GroupId, Place<'d>)>;

fn read_widening<'d>(table: Table<'d>, names: &AllNames<'d>) -> (Vec<WideningStep>, Overflows<'d>) {
    let mut steps: Vec<WideningStep> = Vec::new();
    let mut overflows = Vec::new();
    let tables = table.tables("widening", &["after", "relax"]);
    if let Some(first) = tables.get(WIDENING_STEPS_MAX) {
        let message = format!("{} steps of widening, at most {WIDENING_STEPS_MAX}", tables.len());
        first.place.report(Code::TooLarge, message);
    }
    for table in tables.into_iter().take(WIDENING_STEPS_MAX) {
        let after = table.must("after");
        let after_ms = after.and_then(|item| item.duration_ms());
        let relax = table.must("relax").and_then(|item| {
            let relax = read_relax(item, names)?;
            if let Relax::Overflow(group) = relax {
                overflows.push((group, item.place));
            }
            Some(relax)
        });
        let (Some(after), Some(after_ms), Some(relax)) = (after, after_ms, relax) else {
            continue;
        };
        if steps.last().is_some_and(|last| last.after_ms > after_ms) {
            after.bad("must not be earlier than that of the step before");
        }
        steps.push(WideningStep { after_ms, relax });
    }
    (steps, overflows)
}

fn read_relax<'d>(item: Item<'d>, names: &AllNames<'d>) -> Option<Relax> {
    const STEPS: [&str; 4] = ["drop-last-skill", "drop-skills", "open-tier:2", "overflow:NAME"];
    let word = item.text()?;
    match word.text {
        "drop-last-skill" => return Some(Relax::DropLastSkill),
        "drop-skills" => return Some(Relax::DropSkills),
        _ => {}
    }
    if let Some(group) = word.behind("overflow:") {
        return names.groups.resolve(group).map(Relax::Overflow);
    }
    if let Some(tier) = word.behind("open-tier:") {
        let number = tier.text.parse().ok().filter(|tier| (1..=TIER_MAX).contains(&i64::from(*tier)));
        if number.is_none() {
            tier.place.report(Code::BadValue, format!("a tier must be a whole number from 1 to {TIER_MAX}"));
        }
        return number.map(Relax::OpenTier);
    }
    let message = format!("`{}` is no step of widening", shown(word.text));
    let finding = item.place.finding(Code::BadValue, message);
    let finding = finding.help(format!("the steps are {}", in_backticks(&STEPS)));
    let findings = item.place.findings();
    findings.push(findings.suggest(finding, word.text, STEPS[..2].iter().copied()));
    None
}
