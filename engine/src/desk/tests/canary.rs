//! A candidate beside the live ruleset.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::limits::CANARY_RULES_FROM;
use crate::rules::{Effect, Hook, NoModules, Revision, RuleBody, RuleSource};
use crate::tenant::TenantSource;

const HERE: GroupId = GroupId(0);
const NOBODY: GroupId = GroupId(1);

/// A candidate that sends everybody to a group, when they open and when they speak.
fn candidate(directory: &Directory, to: GroupId) -> Ruleset {
    let rule = RuleSource {
        order: 10,
        slug: String::from("10-elsewhere"),
        name: String::from("Elsewhere"),
        file: String::from("rules/10-elsewhere.toml"),
        hooks: vec![Hook::Route, Hook::OnMessage],
        wait_after_ms: Vec::new(),
        when: Default::default(),
        body: RuleBody::Effects(vec![(Effect::ToGroup(to), crate::diagnostic::Span::of("", 0..0))]),
    };
    let source = TenantSource {
        directory: directory.clone(),
        rules: vec![rule],
        tests: Vec::new(),
        scenarios: BTreeMap::new(),
    };
    Ruleset::from_source(&source, Revision([7; 32]), &NoModules).0.unwrap().as_candidate()
}

fn story(to: GroupId) -> Story {
    let mut directory = directory(
        vec![group(0, Strategy::LeastLoaded), group(1, Strategy::LeastLoaded)],
        vec![agent(0, 100)],
    );
    directory.settings.recognise_by = vec![IdentityKind::Login];
    let mut story = Story::of(directory.clone()).online();
    story.candidate = Some(candidate(&directory, to));
    story
}

fn start(share_percent: u8, guards: CanaryGuards) -> CommandBody {
    CommandBody::StartCanary { share_percent, guards }
}

fn open_by(login: &str) -> Open {
    let identity = Identity { login: Some(login.to_owned()), ..Identity::default() };
    Open { identity, text: Some(String::from("hello")), ..Open::default() }
}

fn group_of(story: &Story, id: ConversationId) -> Option<GroupId> {
    story.desk.conversations.get(id).and_then(|conversation| conversation.place.group())
}

#[test]
fn a_share_of_the_customers_meets_the_candidate_again_and_again() {
    let mut story = story(NOBODY);
    story.run(start(30, CanaryGuards::default()));
    let mut met: BTreeMap<u32, BTreeSet<Option<GroupId>>> = BTreeMap::new();
    for round in 0..3 {
        for customer in 0..40 {
            let id = story.open_with(open_by(&format!("customer-{customer}")));
            met.entry(customer).or_default().insert(group_of(&story, id));
            if round == 1 {
                story.run(CommandBody::Message {
                    conversation: id,
                    from: Author::Visitor,
                    text: String::from("still there?"),
                });
                met.entry(customer).or_default().insert(group_of(&story, id));
            }
        }
    }
    assert!(met.values().all(|groups| groups.len() == 1), "somebody met both: {met:?}");
    let chosen = met.values().filter(|groups| groups.contains(&Some(NOBODY))).count();
    assert!((6..=18).contains(&chosen), "{chosen} of 40 for 30 %");
    let canary = story.desk.canary().unwrap();
    assert_eq!(canary.chosen.opened as usize, 3 * chosen);
    assert_eq!((canary.chosen.opened + canary.others.opened) as usize, 120);
    let by_candidate = story.journal.iter().any(|record| match &record.event {
        Event::Routed { rules, .. } => rules.contains(&RuleId(CANARY_RULES_FROM)),
        _ => false,
    });
    assert!(by_candidate, "its rules have ids of their own");
}

#[test]
fn a_breach_ends_the_canary_with_the_next_event_and_routes_what_waits_anew() {
    let mut story = story(NOBODY);
    story.run(start(100, CanaryGuards { waiting: Some(3), ..CanaryGuards::default() }));
    let waiting: Vec<_> = (0..2).map(|_| story.open()).collect();
    assert!(waiting.iter().all(|id| group_of(&story, *id) == Some(NOBODY)));
    let events = story.run(CommandBody::Open(Open::default()));
    let queued = events.iter().position(|event| matches!(event, Event::Queued { .. })).unwrap();
    let breach = Breach { metric: GuardMetric::Waiting, reading: 3, limit: 3 };
    assert_eq!(
        events[queued + 1],
        Event::CanaryEnded { revision: Revision([7; 32]), end: CanaryEnd::Breached(breach) }
    );
    assert!(story.desk.canary().is_none());
    for id in 1..=3 {
        assert_eq!(group_of(&story, ConversationId(id)), Some(HERE), "conversation {id} is not left behind");
    }
    let later = story.open();
    assert_eq!(group_of(&story, later), Some(HERE));
}

#[test]
fn time_alone_breaches_a_guard() {
    let mut story = story(NOBODY);
    story.run(start(100, CanaryGuards { longest_wait_ms: Some(60_000), ..CanaryGuards::default() }));
    story.open();
    let opened_at = story.at;
    assert_eq!(story.desk.next_deadline(), Some(opened_at.plus_ms(60_000)));
    story.at = opened_at.plus_ms(59_000);
    let events = story.run(CommandBody::Tick);
    assert!(
        matches!(
            events.first(),
            Some(Event::CanaryEnded { end: CanaryEnd::Breached(Breach { reading: 60_000, .. }), .. })
        ),
        "{events:?}"
    );
}

#[test]
fn conversations_without_an_answer_breach_a_guard_and_an_answer_keeps_it() {
    let mut story = story(HERE);
    story.run(start(100, CanaryGuards { unanswered: Some(2), ..CanaryGuards::default() }));
    let (first, _) = (story.open(), story.open());
    story.run(CommandBody::Message { conversation: first, from: Author::Agent, text: String::from("hi") });
    story.at = story.at.plus_ms(120_000);
    assert_eq!(story.run(CommandBody::Tick), [], "one of two was answered");
    story.open();
    story.at = story.at.plus_ms(59_000);
    assert!(matches!(story.run(CommandBody::Tick)[..], [Event::CanaryEnded { .. }]));
}

#[test]
fn more_fallbacks_than_the_others_have_breach_a_guard_once_enough_were_seen() {
    let mut story = story(NOBODY);
    let mut directory = story.ruleset.directory().clone();
    directory.groups[1].wait_unstaffed = false;
    story.ruleset = Ruleset::without_rules(directory.clone());
    story.run(CommandBody::Publish);
    story.candidate = Some(candidate(&directory, NOBODY));
    story.run(start(100, CanaryGuards { fallback_points: Some(50), ..CanaryGuards::default() }));
    for opened in 1..10 {
        story.open();
        assert!(story.desk.canary().is_some(), "{opened} are too few to compare");
    }
    let events = story.run(CommandBody::Open(Open::default()));
    let ended = events.iter().position(|event| {
        let breach = Breach { metric: GuardMetric::Fallback, reading: 90, limit: 50 };
        *event == Event::CanaryEnded { revision: Revision([7; 32]), end: CanaryEnd::Breached(breach) }
    });
    assert_eq!(
        ended,
        Some(2),
        "nine of ten fell back as soon as the tenth has opened and is chosen: {events:?}"
    );
    assert_eq!(group_of(&story, ConversationId(10)), Some(HERE), "the tenth is spared");
}

#[test]
fn what_changes_more_than_rules_is_refused_and_so_is_a_guard_that_does_not_hold() {
    let mut story = story(NOBODY);
    let mut other = story.ruleset.directory().clone();
    other.agents[0].capacity = 7;
    story.candidate = Some(candidate(&other, NOBODY));
    assert_eq!(story.try_run(start(10, CanaryGuards::default())), Err(Refusal::OtherDirectory("agents")));
    story.candidate = None;
    assert_eq!(story.try_run(start(10, CanaryGuards::default())), Err(Refusal::NoCandidate));
    story.candidate = Some(candidate(story.ruleset.directory(), NOBODY));
    let too_few = CanaryGuards { online_min: Some(2), ..CanaryGuards::default() };
    assert!(matches!(story.try_run(start(10, too_few)), Err(Refusal::GuardBreached(_))));
    assert!(story.desk.canary().is_none());
}

#[test]
fn withdrawing_and_publishing_end_it_too() {
    let mut story = story(NOBODY);
    story.run(start(100, CanaryGuards::default()));
    let waits = story.open();
    assert_eq!(group_of(&story, waits), Some(NOBODY));
    story.run(CommandBody::EndCanary);
    assert_eq!(group_of(&story, waits), Some(HERE));
    story.run(start(100, CanaryGuards::default()));
    story.open();
    story.run(CommandBody::Publish);
    assert!(story.desk.canary().is_none());
    assert_eq!(story.try_run(CommandBody::EndCanary), Err(Refusal::NoCandidate));
}

#[test]
fn a_shadow_decides_on_the_same_facts_and_changes_nothing() {
    let plain = story(NOBODY);
    let (mut with, mut without) = (plain.desk.clone(), plain.desk.clone());
    let shadow = plain.candidate.as_ref().unwrap();
    let none = BTreeSet::new();
    let open = Command { at: plain.at.plus_ms(1), body: CommandBody::Open(open_by("ada")) };
    let (mut shadowed, mut alone) = (Batch::default(), Batch::default());
    let rulesets = Rulesets {
        shadow: Some(Shadow { ruleset: shadow, switched_off: &none }),
        ..Rulesets::live(&plain.ruleset)
    };
    with.handle_by(rulesets, &open, TraceLevel::Full, &mut shadowed).unwrap();
    without.handle(&plain.ruleset, &open, TraceLevel::Full, &mut alone).unwrap();
    assert_eq!((&shadowed.events, &shadowed.traces), (&alone.events, &alone.traces));
    assert_eq!(with.snapshot(), without.snapshot());
    let [decision] = shadowed.shadow.as_slice() else { panic!("{:?}", shadowed.shadow) };
    assert!(decision.differs());
    assert_eq!(decision.live.plan.as_ref().unwrap().target_group(), Some(HERE));
    assert_eq!(decision.candidate.plan.as_ref().unwrap().target_group(), Some(NOBODY));
    assert_eq!(decision.candidate.rules, [RuleId(CANARY_RULES_FROM)]);
}
