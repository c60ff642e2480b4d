//! The life of a conversation: it is the run's own, every agent stood where the desk says, and what is told to have made a
//! difference does make it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::rc::Rc;

use pointsman_engine::desk::{Batch, Command, EventRecord};
use pointsman_engine::explain::life::{
    ChangeTold, DecisionId, FateTold, Goal, KEPT_TESTS, KeptWith, Life, What, lit_lines,
};
use pointsman_engine::explain::{OutcomeTold, PlacementOutcomeTold, StepTold};
use pointsman_engine::id::ConversationId;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::rules::{Ruleset, run_tests};
use pointsman_engine::simulation::{
    Ended, Followed, Following, Followup, Observer, Scenario, Simulation, Unobserved, Watch, read_scenario,
    simulate,
};
use pointsman_engine::tenant::{TenantFolder, read};
use pointsman_engine::trace::Reason;
use pointsman_tests::example;

const SEED: u64 = 7;

struct World {
    folder: TenantFolder,
    ruleset: Rc<Ruleset>,
    scenario: Scenario,
}

impl World {
    fn new(tenant: &str, scenario: &str) -> World {
        World::of(example(tenant).unwrap(), scenario)
    }

    fn of(folder: TenantFolder, scenario: &str) -> World {
        let compiled = Ruleset::compile(&folder, None, &Sandbox::new().unwrap());
        let found: Vec<String> = compiled.diagnostics.iter().map(ToString::to_string).collect();
        let ruleset = Rc::new(compiled.ruleset.unwrap_or_else(|| panic!("{found:?}")));
        let text = &compiled.source.unwrap().scenarios[scenario];
        let scenario = read_scenario(scenario, text, ruleset.directory()).0.unwrap();
        World { folder, ruleset, scenario }
    }

    fn follow(&self, conversation: u64) -> Followed<Rc<Ruleset>> {
        let simulation = Simulation::new(Rc::clone(&self.ruleset), &self.scenario, SEED);
        let mut following = Following::new(simulation, ConversationId(conversation));
        while following.run_for(5_000) != Followup::Done {}
        following.followed()
    }

    fn journal(&self) -> (String, Vec<EventRecord>) {
        struct Journal(Vec<EventRecord>);
        impl Observer for Journal {
            fn batch(&mut self, _: &Command, batch: &Batch) {
                self.0.extend(batch.events.iter().cloned());
            }
        }
        let mut journal = Journal(Vec::new());
        let report = simulate(&self.ruleset, &self.scenario, SEED, &mut journal);
        (report.digest, journal.0)
    }
}

/// Every decision of a life, with its kind.
fn decisions(life: &Life) -> Vec<(DecisionId, StepTold)> {
    let moments = life.moments.iter().enumerate();
    let all = moments.flat_map(|(moment, told)| {
        let one = |(decision, told): (usize, &pointsman_engine::explain::life::DecisionTold)| {
            (DecisionId { moment, decision }, told.step.clone())
        };
        told.decisions.iter().enumerate().map(one).collect::<Vec<_>>()
    });
    all.collect()
}

#[test]
fn a_life_has_the_events_of_the_run_and_changes_none() {
    let world = World::new("shop", "promo-peak");
    let (digest, journal) = world.journal();
    let mut watch = Watch::new(Rc::clone(&world.ruleset), &world.scenario, SEED, Vec::new()).unwrap();
    while !watch.go_to(world.scenario.start.plus_ms(7 * 3_600_000), 10_000) {}
    for conversation in [1, 90, 333, 612, 900] {
        let told: Vec<u64> = {
            let mut following = watch.follow(ConversationId(conversation));
            while following.run_for(2_000) != Followup::Done {}
            let life = following.followed().life().unwrap();
            assert_eq!(life, world.follow(conversation).life().unwrap(), "from a copy as from the beginning");
            let traced = decisions(&life).len();
            assert!(traced >= 2, "{life:?}");
            life.moments.iter().flat_map(|moment| &moment.events).map(|event| event.seq).collect()
        };
        let id = Some(ConversationId(conversation));
        let its = journal.iter().filter(|record| record.event.conversation() == id);
        assert_eq!(told, its.map(|record| record.seq).collect::<Vec<_>>());
    }
    while !watch.go_to(pointsman_engine::time::Timestamp(i64::MAX), 100_000) {}
    assert_ne!(watch.ended(), Ended::Running);
    assert_eq!(watch.report().digest, digest);
}

#[test]
fn a_conversation_that_never_came_is_said() {
    let world = World::new("shop", "night");
    let missing = world.follow(1_000_000).life().unwrap_err();
    let opened = {
        let mut simulation = Simulation::new(Rc::clone(&world.ruleset), &world.scenario, SEED);
        while simulation.run_for(10_000, &mut Unobserved).ended == Ended::Running {}
        simulation.report().conversations
    };
    assert_eq!((missing.conversation, missing.opened), (1_000_000, opened));
}

/// What the desk counts in its own trace is what is told agent by agent, and the first in the order is whom it picked.
#[test]
fn every_agent_stands_where_the_desk_says() {
    let mut compared = 0;
    for (tenant, scenario) in
        [("shop", "promo-peak"), ("shop", "weekday"), ("marketplace", "weekday"), ("saas-en", "incident")]
    {
        let world = World::new(tenant, scenario);
        let agents = world.ruleset.directory().agents.len() as u32;
        for conversation in [3, 40, 77, 150, 260, 420] {
            let followed = world.follow(conversation);
            let Ok(life) = followed.life() else { continue };
            for (id, step) in decisions(&life) {
                let StepTold::Placement(placement) = step else {
                    assert_eq!(followed.why(id, ""), None);
                    continue;
                };
                let why = followed.why(id, "").unwrap();
                if why.groups.is_empty() {
                    // To a bot or a form right away: no group was asked, so nobody was.
                    assert!(placement.tries.is_empty() && why.agents == 0, "{placement:?}");
                    continue;
                }
                assert_eq!(why.agents, agents, "every agent of the tenant");
                assert_eq!(why.eligible + why.reasons.iter().map(|one| one.count).sum::<u32>(), agents);
                let [asked] = placement.tries.as_slice() else { continue };
                // A refusal of the whole group comes before what the ask would say of each.
                if asked.group_reason.is_some() {
                    continue;
                }
                compared += 1;
                // A trace counts those of another tier without looking at their skills: what the ask says no to is one.
                let by_ask = |reason: Reason| match reason {
                    Reason::NoChannelRight | Reason::AtChannelCapacity | Reason::WrongTier => {
                        Reason::MissingSkill
                    }
                    other => other,
                };
                let mut counted: BTreeMap<Reason, u32> = BTreeMap::new();
                for one in why.reasons.iter().filter(|one| one.reason != Reason::NotInGroup) {
                    *counted.entry(by_ask(one.reason)).or_default() += one.count;
                }
                let mut traced: BTreeMap<Reason, u32> = BTreeMap::new();
                for refused in asked.refused.iter().filter(|one| one.reason != Reason::RankedLower) {
                    *traced.entry(by_ask(refused.reason)).or_default() += refused.count;
                }
                assert_eq!(counted, traced, "{tenant} {conversation} {id:?}");
                if let PlacementOutcomeTold::Assigned {
                    agent,
                    why: pointsman_engine::desk::AssignedBy::Strategy,
                    ..
                } = &placement.outcome
                {
                    let first = why.standings.iter().find(|standing| standing.place == Some(1)).unwrap();
                    assert_eq!((&first.agent, first.picked), (agent, true), "{tenant} {conversation}");
                }
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn a_search_finds_agents_by_name_and_tells_what_they_failed_on() {
    let world = World::new("shop", "promo-peak");
    let followed = world.follow(90);
    let life = followed.life().unwrap();
    let (id, _) =
        decisions(&life).into_iter().find(|(_, step)| matches!(step, StepTold::Placement(_))).unwrap();
    let why = followed.why(id, "王").unwrap();
    assert!(why.standings.iter().all(|standing| standing.agent.name.contains('王')), "{why:?}");
    assert!((1..10).contains(&why.agents));
    assert_eq!(followed.why(id, "wang-fang").unwrap().agents, 1);
    let all = followed.why(id, "").unwrap();
    let closed = all.standings.iter().find(|standing| standing.reason == Some(Reason::OffShift));
    if let Some(standing) = closed {
        assert!(standing.read.is_some(), "{standing:?}");
    }
}

/// What every rule read, made anew, costs what it cost, and lies in the file where it says.
#[test]
fn what_rules_read_is_what_they_decided_by() {
    let (mut scripts, mut modules, mut lines, mut calls) = (0, 0, 0, 0);
    for (tenant, scenario) in [("shop", "weekday"), ("marketplace", "weekday")] {
        let world = World::new(tenant, scenario);
        for conversation in [2, 30, 60, 95, 120, 200, 310] {
            let followed = world.follow(conversation);
            let life = followed.life().unwrap();
            for (id, step) in decisions(&life) {
                let StepTold::Rules(rules) = step else { continue };
                let lit = followed.lit(id, &world.folder).unwrap();
                assert_eq!(lit.rules.len(), rules.rules.len());
                for (lit, told) in lit.rules.iter().zip(&rules.rules) {
                    assert_eq!(lit.rule, told.rule);
                    assert_eq!(lit.cost, told.cost, "{} of {tenant}", told.rule.slug);
                    let failed = lit.conditions.iter().find(|condition| !condition.read.holds);
                    match &told.outcome {
                        OutcomeTold::GuardFailed { condition } => {
                            assert_eq!(&failed.unwrap().read.name, condition);
                        }
                        OutcomeTold::Stopped { .. } => assert!(lit.conditions.is_empty()),
                        _ => assert_eq!(failed, None, "{told:?}"),
                    }
                    for condition in &lit.conditions {
                        let span = condition.span.unwrap_or_else(|| panic!("{condition:?} of {}", told.file));
                        let text = std::str::from_utf8(&world.folder.files[&told.file]).unwrap();
                        let line = text.lines().nth(span.line as usize - 1).unwrap();
                        let key = condition.read.name.rsplit('.').next().unwrap();
                        assert!(line.contains(key), "{line} has no {key}");
                        lines += 1;
                    }
                    if lit.cost > 0 {
                        match told.kind {
                            pointsman_engine::rules::RuleKind::Script => scripts += 1,
                            _ => modules += 1,
                        }
                        calls += lit.calls.len();
                    }
                    if let Some(script) = lit.script.as_ref().filter(|_| !lit.calls.is_empty()) {
                        let text = std::str::from_utf8(&world.folder.files[script]).unwrap();
                        for call in &lit.calls {
                            let line = text.lines().nth(call.line as usize - 1).unwrap();
                            let name = call.what.rsplit('.').next().unwrap();
                            assert!(line.contains(name), "`{line}` does not call {name}");
                        }
                    }
                }
            }
        }
    }
    assert!(scripts > 2 && modules > 10 && lines > 100 && calls > 20, "{scripts} {modules} {lines} {calls}");
}

const TENANT: &str = r#"
    name = "Shop"
    zone = "UTC"
    default_group = "general"
    fallback = ["leave-message"]
    skills = ["refund"]
    [[channel]]
    slug = "website"
    [hours.never]
    weekly = { sun = ["00:00-00:01"] }
"#;
const GROUPS: &str = r#"
    [[group]]
    slug = "general"
    [[group]]
    slug = "after-sales"
"#;
const AGENTS: &str = r#"
    [[agent]]
    slug = "ann"
    groups = ["after-sales"]
    skills = ["refund"]
    capacity = 1
    [[agent]]
    slug = "bob"
    groups = ["after-sales"]
    capacity = 3
    [[agent]]
    slug = "cat"
    groups = ["after-sales"]
    skills = ["refund"]
    shift = "never"
    [[agent]]
    slug = "dan"
    groups = ["general"]
    capacity = 9
"#;
const RULE: &str = r#"
    [when.keywords]
    any = ["refund"]
    [then]
    group = "after-sales"
    skills = ["refund"]
"#;
const SCENARIO: &str = r#"
    name = "busy"
    start = "2026-03-04T08:00:00"
    length = "1h"
    rate = { website = 60.0 }
    [agents]
    present = ["ann", "bob", "cat", "dan"]
    [[intent]]
    name = "refund"
    share = 1.0
    handle = { mean = "30m", distribution = "exponential" }
    phrases = ["refund please"]
"#;

fn small() -> World {
    let scenario = SCENARIO.replace("[agents]\n    present = [\"ann\", \"bob\", \"cat\", \"dan\"]\n", "");
    let files = [
        ("tenant.toml", TENANT.to_owned()),
        ("groups.toml", GROUPS.to_owned()),
        ("agents.toml", AGENTS.to_owned()),
        ("rules/10-refund.toml", RULE.to_owned()),
        ("scenarios/busy.toml", scenario),
    ];
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes()));
    World::of(TenantFolder { files: files.collect() }, "busy")
}

/// The first conversation that had to wait, and the decision that made it.
fn first_waiting(world: &World) -> (u64, Followed<Rc<Ruleset>>, DecisionId) {
    for conversation in 1..40 {
        let followed = world.follow(conversation);
        let life = followed.life().unwrap();
        let queued = decisions(&life).into_iter().find(|(_, step)| {
            matches!(step, StepTold::Placement(placement)
                if matches!(placement.outcome, PlacementOutcomeTold::Queued { position: 1, .. }))
        });
        if let Some((id, _)) = queued {
            return (conversation, followed, id);
        }
    }
    panic!("nobody waits");
}

fn changes(followed: &Followed<Rc<Ruleset>>, id: DecisionId, goal: &Goal) -> Vec<ChangeTold> {
    let found = followed.what_if(id, goal).unwrap();
    let single = found.otherwise.iter().filter(|one| one.changes.len() == 1);
    single.map(|one| one.changes[0].clone()).collect()
}

/// Each change that is told is made in the tenant's own files, and the rule test that was kept of the decision, with its
/// desk, says who gets it then. So trial and file agree, by two ways.
#[test]
fn what_would_have_been_different_is_so_when_it_is_made_so() {
    let world = small();
    let (_, followed, id) = first_waiting(&world);
    let agent = |slug: &str| Goal::Agent { agent: slug.to_owned() };
    let of = |slug: &str| changes(&followed, id, &agent(slug));
    assert!(matches!(of("ann").as_slice(), [ChangeTold::Capacity { from: 1, to: 2, .. }]), "{:?}", of("ann"));
    assert!(matches!(of("bob").as_slice(), [ChangeTold::Skill { from: 0, to: 1, .. }]), "{:?}", of("bob"));
    assert!(!of("cat").is_empty() || followed.what_if(id, &agent("cat")).unwrap().otherwise.len() == 1);
    let anybody = changes(&followed, id, &Goal::Anybody);
    assert!(anybody.iter().any(|change| matches!(change, ChangeTold::Capacity { .. })), "{anybody:?}");
    assert!(anybody.iter().any(|change| matches!(change, ChangeTold::Skill { .. })), "{anybody:?}");

    let without = followed.what_if(id, &Goal::Anybody).unwrap().without_rules;
    let [without] = without.as_slice() else { panic!("{without:?}") };
    assert!(without.differs, "{without:?}");
    assert!(matches!(&without.fate, FateTold::Assigned { agent, .. } if agent.slug == "dan"), "{without:?}");

    let kept = followed.keep(id, "it waits", &world.folder).unwrap();
    assert_eq!(kept.with, KeptWith::Place, "{}", kept.test);
    let who_gets_it = |from: &str, to: &str| {
        let mut folder = world.folder.clone();
        assert!(AGENTS.contains(from));
        folder.files.insert("agents.toml".to_owned(), AGENTS.replacen(from, to, 1).into_bytes());
        folder.files.insert(KEPT_TESTS.to_owned(), kept.text.clone().into_bytes());
        let compiled = Ruleset::compile(&folder, None, &Sandbox::new().unwrap());
        let outcome = run_tests(&compiled.ruleset.unwrap(), &compiled.source.unwrap().tests).remove(0);
        outcome.failures.first().map(|failure| failure.got.clone())
    };
    assert_eq!(who_gets_it("capacity = 1", "capacity = 1"), None, "as it was");
    assert_eq!(who_gets_it("capacity = 1", "capacity = 2").as_deref(), Some("ann in after-sales"));
    let skilled = "groups = [\"after-sales\"]\n    skills = [\"refund\"]\n    capacity = 3";
    assert_eq!(
        who_gets_it("groups = [\"after-sales\"]\n    capacity = 3", skilled).as_deref(),
        Some("bob in after-sales")
    );
}

#[test]
fn a_decision_is_kept_with_its_desk_and_turns_red_when_rules_change() {
    let mut with_place = 0;
    let mut kept_tests = 0;
    for (tenant, scenario) in [("shop", "promo-peak"), ("saas-en", "incident"), ("marketplace", "weekday")] {
        let world = World::new(tenant, scenario);
        for conversation in [5, 41, 80, 160, 240] {
            let followed = world.follow(conversation);
            let life = followed.life().unwrap();
            let opening = DecisionId { moment: 0, decision: 0 };
            let Ok(kept) = followed.keep(opening, "a \"kept\" one", &world.folder) else {
                panic!("{tenant} {conversation}: {:?}", followed.keep(opening, "x", &world.folder));
            };
            kept_tests += 1;
            with_place += u32::from(kept.with == KeptWith::Place);
            let mut folder = world.folder.clone();
            folder.files.insert(KEPT_TESTS.to_owned(), kept.text.clone().into_bytes());
            let (source, findings) = read(&folder, None);
            assert!(findings.is_empty(), "{findings:?}\n{}", kept.text);
            let tests: Vec<_> =
                source.unwrap().tests.into_iter().filter(|test| test.file == KEPT_TESTS).collect();
            assert!(run_tests(&world.ruleset, &tests).iter().all(|outcome| outcome.passed()));
            // A second one of the same name gets another.
            let again = followed.keep(opening, "a \"kept\" one", &folder).unwrap();
            assert_eq!(again.name, "a \"kept\" one (2)");
            // Without the rules, those that a rule sent somewhere do not go there.
            let by_rule = life.moments[0]
                .events
                .iter()
                .any(|event| matches!(&event.what, What::Routed { rules, .. } if !rules.is_empty()));
            if by_rule && kept.test.contains("rule = ") {
                let bare = Ruleset::without_rules(world.ruleset.directory().clone());
                assert!(run_tests(&bare, &tests).iter().any(|outcome| !outcome.passed()));
            }
        }
    }
    assert!(with_place * 2 > kept_tests, "{with_place} of {kept_tests}");
}

#[test]
fn a_desk_in_a_rule_test_is_checked() {
    let mut folder = small().folder;
    let mut found = |test: &str| -> Vec<String> {
        folder.files.insert("tests/a.toml".to_owned(), test.as_bytes().to_vec());
        read(&folder, None).1.iter().map(ToString::to_string).collect()
    };
    let no_desk = found("[[test]]\nname = \"a\"\ntext = \"x\"\n[test.expect]\nassigned = \"ann\"\n");
    assert!(no_desk[0].contains("needs a desk"), "{no_desk:?}");
    let later = found(
        "[[test]]\nname = \"a\"\ntext = \"x\"\nhook = \"on_message\"\n[test.desk]\nagents = []\n[test.expect]\npriority = 0\n",
    );
    assert!(later[0].contains("hook `route`"), "{later:?}");
    let unknown = found(
        "[[test]]\nname = \"a\"\ntext = \"x\"\n[test.desk]\nagents = [{ agent = \"an\" }]\n[test.expect]\npriority = 0\n",
    );
    assert!(unknown[0].contains("unknown agent `an`"), "{unknown:?}");
    let many = found(
        "[[test]]\nname = \"a\"\ntext = \"x\"\n[test.desk]\ngroups = [{ group = \"general\", waiting = 6000 }]\n[test.expect]\npriority = 0\n",
    );
    assert!(many[0].contains("at most 5000"), "{many:?}");
}

#[test]
fn values_are_found_where_they_are_written() {
    let world = small();
    let lines = lit_lines(&world.folder, "rules/10-refund.toml");
    let at: Vec<(&str, u32)> = lines.iter().map(|(name, span)| (name.as_str(), span.line)).collect();
    assert_eq!(at, [("then.group", 5), ("then.skills", 6), ("when.keywords.any", 3)]);
}
