//! The tenant of these benches: as many agents as asked for, 10,000 keywords in 20 rules, 5 scripts.

use std::collections::BTreeMap;

use pointsman_engine::diagnostic::Span;
use pointsman_engine::id::{AgentId, ChannelId, GroupId, HoursId, SkillId};
use pointsman_engine::model::hours::{DayRange, Hours, Span as HoursSpan};
use pointsman_engine::model::{
    Agent, Channel, Directory, Fallback, FallbackStep, Group, Membership, NamedHours, Role, Settings, Skill,
    SkillLevel, Strategy,
};
use pointsman_engine::rules::{
    Effect, Guard, Hook, Keyword, KeywordCondition, Matching, NoModules, Revision, RuleBody, RuleSource,
    Ruleset,
};
use pointsman_engine::tenant::TenantSource;

use crate::words::Words;

pub(crate) const GROUPS: u16 = 10;
const KEYWORDS: usize = 10_000;
const RULES: usize = 20;
const CHANNELS: [&str; 3] = ["website", "app", "wechat"];

/// Which rules a ruleset has.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) enum Rules {
    /// None at all.
    None,
    /// One, with every keyword.
    OneWithEveryKeyword,
    /// The 20 declarative ones, with every keyword.
    Declarative,
    /// Those, and the 5 scripts.
    All,
}

/// The ruleset. Every agent sits in two of the ten groups.
pub(crate) fn ruleset(agents: u32, capacity: u32, rules: Rules) -> Ruleset {
    compile(directory(agents, capacity), rules)
}

/// A ruleset that sends every conversation to the message form, so that nobody is placed.
pub(crate) fn ruleset_without_placement(agents: u32) -> Ruleset {
    let mut directory = directory(agents, 1);
    directory.settings.default_group = None;
    compile(directory, Rules::None)
}

fn compile(directory: Directory, rules: Rules) -> Ruleset {
    let keywords = Words::default().keywords(KEYWORDS);
    let rules = match rules {
        Rules::None => Vec::new(),
        Rules::OneWithEveryKeyword => {
            vec![rule(1, with_keywords(&keywords, Guard::default()), vec![Effect::Priority(1)])]
        }
        Rules::Declarative => declarative(&keywords),
        Rules::All => declarative(&keywords).into_iter().chain(scripts()).collect(),
    };
    let source = TenantSource { directory, rules, tests: Vec::new(), scenarios: BTreeMap::new() };
    let (ruleset, diagnostics) = Ruleset::from_source(&source, Revision([7; 32]), &NoModules);
    ruleset.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

fn rule(order: usize, when: Guard, effects: Vec<Effect>) -> RuleSource {
    let slug = format!("{order}-rule");
    RuleSource {
        order: u32::try_from(order).unwrap(),
        name: slug.clone(),
        file: format!("rules/{slug}.toml"),
        slug,
        hooks: vec![Hook::Route],
        wait_after_ms: Vec::new(),
        when,
        body: RuleBody::Effects(effects.into_iter().map(|effect| (effect, Span::of("", 0..0))).collect()),
    }
}

fn with_keywords(texts: &[String], guard: Guard) -> Guard {
    let keyword = |text: &String| Keyword {
        text: text.clone(),
        weight: 1,
        file: "keywords.toml".to_owned(),
        span: Span::of("", 0..0),
    };
    let keywords = KeywordCondition {
        any: texts.iter().map(keyword).collect(),
        matching: Matching::Substring,
        skip_separators: true,
        weight_min: 1,
        ..KeywordCondition::default()
    };
    Guard { keywords: Some(keywords), ..guard }
}

/// Twenty rules with five hundred keywords each; three of four have further conditions.
fn declarative(keywords: &[String]) -> Vec<RuleSource> {
    keywords
        .chunks(KEYWORDS / RULES)
        .zip(0..)
        .map(|(keywords, at)| {
            let guard = match at % 4 {
                1 => Guard { channels: vec![ChannelId(0), ChannelId(1)], ..Guard::default() },
                2 => Guard { vip_max: Some(3), languages: vec!["zh".to_owned()], ..Guard::default() },
                3 => Guard {
                    hours_open: Some(HoursId(0)),
                    tags_none: vec!["机器人".to_owned()],
                    ..Guard::default()
                },
                _ => Guard::default(),
            };
            let number = u16::try_from(at).unwrap();
            let mut effects = vec![
                Effect::ToGroup(GroupId(number % GROUPS)),
                Effect::Priority(u8::try_from(at % 7).unwrap()),
                Effect::Tag(format!("主题 {at}")),
            ];
            if at % 5 == 0 {
                effects.push(Effect::RequireSkill(SkillLevel { skill: SkillId(0), level: 2 }));
            }
            rule(at + 1, with_keywords(keywords, guard), effects)
        })
        .collect()
}

/// A script as an admin would write it: it weighs the customer and looks at the desk.
const SCRIPT: &str = r#"
const DESK_VALUE = 50;

fn value_of(customer) {
    let plan = customer.attribute("plan");
    let points = if plan == "enterprise" { 40 } else if plan == "pro" { 20 } else { 0 };
    min(customer.vip, 3) * 20 + points
}

fn route(conversation, customer, desk) {
    let value = value_of(customer);
    let rank = if value >= 80 { 6 } else if value >= DESK_VALUE { 5 } else { 4 };
    let answer = priority(rank).tag("贵宾");
    if value >= DESK_VALUE && desk.group("group-3").expected_wait_s <= 60 && !conversation.has_tag("投诉") {
        answer.tag("专席");
    }
    answer
}
"#;

/// Five scripts; the guard of the second one holds for the visitors of these benches.
fn scripts() -> Vec<RuleSource> {
    let guards = [
        Guard { channels: vec![ChannelId(2)], ..Guard::default() },
        Guard { vip_min: Some(2), ..Guard::default() },
        Guard { returning: Some(true), languages: vec!["en".to_owned()], ..Guard::default() },
        Guard { tags_any: vec!["机器人".to_owned()], ..Guard::default() },
        with_keywords(&["转人工".to_owned()], Guard::default()),
    ];
    let script = |(when, order): (Guard, usize)| {
        let file = format!("rules/{order}-script.rhai");
        let body = RuleBody::Script { file: file.clone(), source: SCRIPT.to_owned() };
        RuleSource { file, body, hooks: Vec::new(), ..rule(order, when, Vec::new()) }
    };
    guards.into_iter().zip(RULES + 1..).map(script).collect()
}

fn directory(agents: u32, capacity: u32) -> Directory {
    let mut open = Hours::builder("Asia/Shanghai").unwrap();
    open.weekly(DayRange::parse("mon-sun").unwrap(), &[HoursSpan::parse("00:00-24:00").unwrap()]).unwrap();
    let channel = |(slug, id): (&str, u16)| Channel {
        id: ChannelId(id),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        group: None,
        active: true,
    };
    let skill = |id: u16| Skill { id: SkillId(id), slug: format!("skill-{id}"), name: format!("skill-{id}") };
    let fallback = Fallback { steps: vec![FallbackStep::LeaveMessage] };
    Directory {
        settings: Settings {
            default_group: Some(GroupId(0)),
            fallback,
            ..Settings::bare("Bench", "Asia/Shanghai")
        },
        channels: CHANNELS.into_iter().zip(0..).map(channel).collect(),
        entries: BTreeMap::new(),
        groups: (0..GROUPS).map(group).collect(),
        agents: (0..agents).map(|number| agent(number, capacity)).collect(),
        skills: (0..4).map(skill).collect(),
        hours: vec![NamedHours { id: HoursId(0), slug: "reception".to_owned(), hours: open.build() }],
        wait_thresholds_ms: Vec::new(),
    }
}

fn group(number: u16) -> Group {
    Group {
        id: GroupId(number),
        slug: format!("group-{number}"),
        name: format!("group-{number}"),
        parent: None,
        heads: Vec::new(),
        strategy: Strategy::LeastLoaded,
        hours: Some(HoursId(0)),
        capacity: None,
        agent_capacity: None,
        queue_length_max: None,
        wait_ms_max: None,
        wait_unstaffed: true,
        widening: Vec::new(),
        tier_max: None,
        fallback: Fallback::default(),
        closed: Fallback::default(),
        reply_timeout_ms: None,
        target_wait_ms: 20_000,
        active: true,
    }
}

fn agent(number: u32, capacity: u32) -> Agent {
    let groups = u32::from(GROUPS);
    let first = number % groups;
    let second = (first + 1 + number / groups % (groups - 1)) % groups;
    let seat = |group: u32| Membership { group: GroupId(u16::try_from(group).unwrap()), priority: 50 };
    // Every second agent has the skill that rules ask for; of two neighbours in a group, one has it.
    let skills = [(0, number % 2 == 0), (1, number % 3 == 0), (2, number % 3 == 1), (3, number % 3 == 2)];
    let skills = skills.into_iter().filter(|(_, has)| *has);
    Agent {
        id: AgentId(number),
        slug: format!("agent-{number}"),
        name: format!("agent-{number}"),
        role: Role::Agent,
        receives: true,
        channels: Vec::new(),
        tier: 1,
        groups: vec![seat(first.min(second)), seat(first.max(second))],
        skills: skills.map(|(id, _)| SkillLevel { skill: SkillId(id), level: 3 }).collect(),
        capacity,
        channel_capacity: Vec::new(),
        shift: None,
        active: true,
    }
}
