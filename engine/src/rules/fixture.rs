//! A small tenant that the unit tests and the examples of the script API share.

use std::collections::BTreeMap;

use super::{
    Guard, Hook, Keyword, KeywordCondition, Matching, NoModules, Revision, RuleBody, RuleSource, Ruleset,
    Situation,
};
use crate::diagnostic::{Diagnostic, Span};
use crate::id::{AgentId, ChannelId, GroupId, HoursId, SkillId};
use crate::model::hours::{DayRange, Hours, Span as HoursSpan};
use crate::model::{
    Agent, Channel, Directory, Fallback, FallbackStep, Group, IdentityKind, LoadIndex, Membership,
    NamedHours, Role, Settings, Skill, SkillLevel, Strategy,
};
use crate::rules::Effect;
use crate::tenant::TenantSource;
use crate::time::Timestamp;

pub(crate) const GENERAL: GroupId = GroupId(0);
pub(crate) const AFTER_SALES: GroupId = GroupId(1);
pub(crate) const VIP_DESK: GroupId = GroupId(2);
pub(crate) const WANG_FANG: AgentId = AgentId(0);
pub(crate) const REFUND: SkillId = SkillId(0);
pub(crate) const WEBSITE: ChannelId = ChannelId(0);
pub(crate) const APP: ChannelId = ChannelId(1);
pub(crate) const BUSINESS: HoursId = HoursId(0);
/// Monday, 2 March 2026, 10:00 in Shanghai.
pub(crate) const MONDAY: Timestamp = Timestamp(1_772_416_800_000);

fn group(id: GroupId, slug: &str) -> Group {
    Group {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        parent: None,
        heads: Vec::new(),
        strategy: Strategy::default(),
        hours: None,
        capacity: None,
        agent_capacity: None,
        queue_length_max: None,
        wait_ms_max: None,
        wait_unstaffed: false,
        widening: Vec::new(),
        tier_max: None,
        fallback: Fallback::default(),
        closed: Fallback::default(),
        reply_timeout_ms: None,
        target_wait_ms: 20_000,
        active: true,
    }
}

fn agent(id: AgentId, slug: &str, skills: Vec<SkillLevel>) -> Agent {
    Agent {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        role: Role::Agent,
        receives: true,
        channels: Vec::new(),
        tier: 1,
        groups: vec![
            Membership { group: GENERAL, priority: 50 },
            Membership { group: AFTER_SALES, priority: 80 },
        ],
        skills,
        capacity: 5,
        channel_capacity: Vec::new(),
        shift: None,
        active: true,
    }
}

pub(crate) fn directory() -> Directory {
    let mut business = Hours::builder("Asia/Shanghai").unwrap();
    let weekdays = DayRange::parse("mon-fri").unwrap();
    business.weekly(weekdays, &[HoursSpan::parse("09:00-18:00").unwrap()]).unwrap();
    let channel = |id, slug: &str| Channel {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        group: None,
        active: true,
    };
    let skill = |id, slug: &str| Skill { id, slug: slug.to_owned(), name: slug.to_owned() };
    Directory {
        settings: Settings {
            name: "小店".to_owned(),
            zone: "Asia/Shanghai".to_owned(),
            automatic: true,
            recognise_by: vec![IdentityKind::Login],
            stick: None,
            ageing_ms: 60_000,
            agent_capacity_max: None,
            directed_wait_ms: 30_000,
            offline_grace_ms: None,
            default_group: Some(GENERAL),
            fallback: Fallback { steps: vec![FallbackStep::LeaveMessage] },
            load_index: LoadIndex::default(),
        },
        channels: vec![channel(WEBSITE, "website"), channel(APP, "app")],
        entries: BTreeMap::from([("售后".to_owned(), AFTER_SALES)]),
        groups: vec![
            group(GENERAL, "general"),
            group(AFTER_SALES, "after-sales"),
            group(VIP_DESK, "vip-desk"),
        ],
        agents: vec![
            agent(WANG_FANG, "wang-fang", vec![SkillLevel { skill: REFUND, level: 4 }]),
            agent(AgentId(1), "li-na", Vec::new()),
        ],
        skills: vec![skill(REFUND, "refund"), skill(SkillId(1), "invoice")],
        hours: vec![NamedHours { id: BUSINESS, slug: "business".to_owned(), hours: business.build() }],
        wait_thresholds_ms: Vec::new(),
    }
}

pub(crate) fn keyword(text: &str) -> Keyword {
    Keyword { text: text.to_owned(), weight: 1, file: "rules/10.toml".to_owned(), span: Span::of("", 0..0) }
}

pub(crate) fn any_of(texts: &[&str]) -> Guard {
    let keywords = KeywordCondition {
        any: texts.iter().map(|text| keyword(text)).collect(),
        matching: Matching::Substring,
        skip_separators: true,
        weight_min: 1,
        ..KeywordCondition::default()
    };
    Guard { keywords: Some(keywords), ..Guard::default() }
}

pub(crate) fn rule(slug: &str, hooks: &[Hook], when: Guard, body: RuleBody) -> RuleSource {
    RuleSource {
        order: slug.split('-').next().unwrap().parse().unwrap(),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        file: format!("rules/{slug}.toml"),
        hooks: hooks.to_vec(),
        wait_after_ms: if hooks.contains(&Hook::OnWait) { vec![60_000] } else { Vec::new() },
        when,
        body,
    }
}

pub(crate) fn gives(effects: &[Effect]) -> RuleBody {
    let nowhere = Span::of("", 0..0);
    RuleBody::Effects(effects.iter().map(|effect| (effect.clone(), nowhere)).collect())
}

pub(crate) fn script(slug: &str, source: &str) -> RuleSource {
    let file = format!("rules/{slug}.rhai");
    let body = RuleBody::Script { file: file.clone(), source: source.to_owned() };
    RuleSource { file, ..rule(slug, &[], Guard::default(), body) }
}

pub(crate) fn source(rules: Vec<RuleSource>) -> TenantSource {
    TenantSource { directory: directory(), rules, tests: Vec::new(), scenarios: BTreeMap::new() }
}

pub(crate) fn compile(rules: Vec<RuleSource>) -> (Option<Ruleset>, Vec<Diagnostic>) {
    Ruleset::from_source(&source(rules), Revision([7; 32]), &NoModules)
}

pub(crate) fn ruleset(rules: Vec<RuleSource>) -> Ruleset {
    let (ruleset, diagnostics) = compile(rules);
    ruleset.unwrap_or_else(|| panic!("{}", diagnostics.iter().map(|d| format!("{d}\n")).collect::<String>()))
}

pub(crate) fn opened(text: &str) -> Situation {
    Situation::opened(text, WEBSITE, MONDAY)
}
