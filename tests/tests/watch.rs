//! Watching a run: what is shown is what the events say, and wandering through a run changes nothing in it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use pointsman_engine::desk::{Batch, CloseReason, Command, Event, EventRecord};
use pointsman_engine::id::{AgentId, ChannelId, ConversationId, GroupId};
use pointsman_engine::model::{FallbackStep, Presence};
use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::{
    Ended, FloorView, InjectedWhat, Injection, InjectionBody, InjectionError, Moment, Observer, Report,
    Scenario, Simulation, Sought, Spot, Unobserved, Watch, read_scenario, simulate,
};
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::time::Timestamp;
use pointsman_tests::example;

const SEED: u64 = 7;
const MINUTE: i64 = 60_000;

struct World {
    folder: TenantFolder,
    ruleset: Rc<Ruleset>,
    scenario: Scenario,
}

impl World {
    fn new(tenant: &str, scenario: &str) -> World {
        let folder = example(tenant).unwrap();
        let compiled = Ruleset::compile(&folder, None, &NoModules);
        let ruleset = Rc::new(compiled.ruleset.unwrap());
        let text = &compiled.source.unwrap().scenarios[scenario];
        let scenario = read_scenario(scenario, text, ruleset.directory()).0.unwrap();
        World { folder, ruleset, scenario }
    }

    fn watch(&self) -> Watch<Rc<Ruleset>> {
        Watch::new(Rc::clone(&self.ruleset), &self.scenario, SEED, Vec::new()).unwrap()
    }

    fn groups(&self) -> Vec<GroupId> {
        self.ruleset.directory().groups.iter().map(|group| group.id).collect()
    }

    fn agent(&self, slug: &str) -> AgentId {
        self.ruleset.directory().agent_named(slug).unwrap().id
    }

    fn at(&self, minutes: i64) -> Timestamp {
        self.scenario.start.plus_ms(minutes * MINUTE)
    }

    /// The run as it goes without anybody watching.
    fn straight(&self, injections: &[Injection<Rc<Ruleset>>]) -> Report {
        let mut simulation = Simulation::new(Rc::clone(&self.ruleset), &self.scenario, SEED);
        for injection in injections {
            simulation.inject(injection.clone()).unwrap();
        }
        while simulation.run_for(10_000, &mut Unobserved).ended == Ended::Running {}
        simulation.report()
    }

    fn journal(&self) -> Vec<EventRecord> {
        struct Journal(Vec<EventRecord>);
        impl Observer for Journal {
            fn batch(&mut self, _: &Command, batch: &Batch) {
                self.0.extend(batch.events.iter().cloned());
            }
        }
        let mut journal = Journal(Vec::new());
        let _ = simulate(&self.ruleset, &self.scenario, SEED, &mut journal);
        journal.0
    }
}

fn go_to(watch: &mut Watch<Rc<Ruleset>>, at: Timestamp) {
    while !watch.go_to(at, 1_000) {}
}

fn to_the_end(watch: &mut Watch<Rc<Ruleset>>) -> Report {
    go_to(watch, Timestamp(i64::MAX));
    watch.report()
}

/// Where conversations are and who is there, as a reader of the journal finds it.
#[derive(Debug, Default, PartialEq)]
struct Told {
    places: BTreeMap<ConversationId, Spot>,
    presence: BTreeMap<AgentId, Presence>,
    connected: BTreeSet<ConversationId>,
    /// Without having been connected.
    abandoned: u64,
    opened: u64,
}

impl Told {
    fn by(journal: &[EventRecord], until: Timestamp) -> Told {
        let mut told = Told::default();
        for record in journal.iter().take_while(|record| record.at <= until) {
            match &record.event {
                Event::ConversationOpened { .. } => told.opened += 1,
                Event::PresenceChanged { agent, presence } => {
                    told.presence.insert(*agent, *presence);
                }
                Event::Queued { conversation, group, .. } => {
                    told.places.insert(*conversation, Spot::Queue { group: *group });
                }
                Event::Assigned { conversation, agent, group, .. } => {
                    told.connected.insert(*conversation);
                    told.places.insert(*conversation, Spot::Agent { agent: *agent, group: *group });
                }
                Event::FellBack { conversation, to, .. } => {
                    let spot = match to {
                        FallbackStep::Bot(_) => Spot::Bot,
                        FallbackStep::Ticket => Spot::Ticket,
                        _ => Spot::Message,
                    };
                    told.places.insert(*conversation, spot);
                }
                Event::Closed { conversation, reason, .. } => {
                    let gave_up = *reason == CloseReason::Abandoned;
                    told.abandoned += u64::from(gave_up && !told.connected.contains(conversation));
                    told.places.remove(conversation);
                }
                _ => {}
            }
        }
        told
    }

    fn places(&self, test: impl Fn(&Spot) -> bool) -> Vec<ConversationId> {
        self.places.iter().filter(|(_, spot)| test(spot)).map(|(id, _)| *id).collect()
    }
}

/// Compares what is shown with the journal.
fn assert_told(view: &FloorView, told: &Told) {
    let at = view.at;
    for lane in &view.lanes {
        let waiting: Vec<_> = lane.queue.iter().map(|waiting| waiting.conversation).collect();
        assert_eq!(waiting, told.places(|spot| *spot == Spot::Queue { group: lane.group }), "{at}");
        assert_eq!(lane.waiting as usize, waiting.len(), "{at}");
        let of_group = |spot: &Spot| matches!(spot, Spot::Agent { group, .. } if *group == lane.group);
        assert_eq!(lane.in_hand as usize, told.places(of_group).len(), "{at}");
        for seat in &lane.agents {
            let with = |spot: &Spot| matches!(spot, Spot::Agent { agent, .. } if *agent == seat.agent);
            let in_hand: Vec<_> = seat.in_hand.iter().map(|one| one.conversation).collect();
            assert_eq!(in_hand, told.places(with), "{at}");
            assert_eq!(seat.open as usize, in_hand.len(), "{at}");
            assert!(seat.open <= seat.capacity, "{at}");
            let presence = told.presence.get(&seat.agent).copied().unwrap_or_default();
            assert_eq!(seat.presence, presence, "{at}");
        }
    }
    let counters = &view.counters;
    assert_eq!(counters.opened, told.opened, "{at}");
    assert_eq!(counters.connected, told.connected.len() as u64, "{at}");
    assert_eq!(counters.abandoned, told.abandoned, "{at}");
    assert_eq!(counters.bot as usize, told.places(|spot| *spot == Spot::Bot).len(), "{at}");
    assert_eq!(counters.message as usize, told.places(|spot| *spot == Spot::Message).len(), "{at}");
    let online = told.presence.values().filter(|presence| **presence == Presence::Online).count();
    assert_eq!(counters.online as usize, online, "{at}");
    // Nobody is missing: whoever is there or busy sits somewhere.
    let seated: BTreeSet<AgentId> =
        view.lanes.iter().flat_map(|lane| lane.agents.iter().map(|seat| seat.agent)).collect();
    let present = told.presence.iter().filter(|(_, presence)| **presence != Presence::Offline);
    assert!(present.into_iter().all(|(agent, _)| seated.contains(agent)), "{at}");
}

#[test]
fn the_floor_is_what_the_events_say_wherever_the_playhead_goes() {
    let world = World::new("shop", "promo-peak");
    let journal = world.journal();
    let groups = world.groups();
    let mut watch = world.watch();
    // Forth and back, far and near, twice to the same place, into the time after the last arrival.
    for minutes in [0, 7, 561, 530, 531, 530, 700, 5, 1_219, 1_218, 1_500, 690] {
        go_to(&mut watch, world.at(minutes));
        let view = watch.view(&groups);
        assert!(view.at <= world.at(minutes));
        assert_told(&view, &Told::by(&journal, world.at(minutes)));
    }
    let report = to_the_end(&mut watch);
    let straight = world.straight(&[]);
    assert!(straight.checks.hold());
    assert_eq!(report, straight, "the same digest and the same figures");
}

#[test]
fn what_moved_leads_from_one_look_to_the_next() {
    let world = World::new("shop", "promo-peak");
    let journal = world.journal();
    let mut watch = world.watch();
    let start = world.at(20 * 60);
    go_to(&mut watch, start);
    watch.view(&[]);
    let mut places = Told::by(&journal, start).places;
    for step in 1..400 {
        let at = start.plus_ms(step * 5_000);
        go_to(&mut watch, at);
        let view = watch.view(&world.groups());
        assert_eq!(view.moves_left_out, 0);
        for one in &view.moves {
            assert!(one.at <= at && one.at.since_ms(start) >= (step - 1) * 5_000);
            let from = places.remove(&one.conversation).unwrap_or(Spot::Outside);
            assert_eq!(from, one.from, "{one:?}");
            if one.to != Spot::Gone {
                places.insert(one.conversation, one.to);
            }
        }
        assert_eq!(places, Told::by(&journal, at).places, "{at}");
    }
    assert!(places.len() > 20, "something was going on");
}

#[test]
fn a_step_goes_to_the_next_instant_at_which_something_happens() {
    let world = World::new("shop", "promo-peak");
    let mut instants: Vec<Timestamp> = world.journal().iter().map(|record| record.at).collect();
    instants.dedup();
    let mut watch = world.watch();
    for at in instants.iter().skip(1).take(1_500) {
        assert!(matches!(watch.seek(Moment::Event, u64::MAX), Sought::Found(_)));
        assert_eq!(watch.at(), *at);
    }
}

#[test]
fn the_playhead_jumps_to_every_moment_of_a_kind_and_to_no_other() {
    let world = World::new("shop", "promo-peak");
    let journal = world.journal();
    let is = |moment: Moment, event: &Event| match moment {
        Moment::Queued => matches!(event, Event::Queued { .. }),
        Moment::Abandoned => matches!(event, Event::Closed { reason: CloseReason::Abandoned, .. }),
        Moment::FellBack => matches!(event, Event::FellBack { .. }),
        Moment::AgentOnline => {
            matches!(event, Event::PresenceChanged { presence: Presence::Online, .. })
        }
        _ => false,
    };
    for moment in [Moment::Queued, Moment::Abandoned, Moment::FellBack, Moment::AgentOnline] {
        let mut expected: Vec<Timestamp> =
            journal.iter().filter(|record| is(moment, &record.event)).map(|record| record.at).collect();
        expected.dedup();
        // At the very beginning the playhead stands behind what happens there.
        expected.retain(|at| *at > world.scenario.start);
        let mut watch = world.watch();
        let mut found = Vec::new();
        loop {
            match watch.seek(moment, 7) {
                Sought::Found(one) => {
                    assert_eq!((one.at, one.moment), (watch.at(), moment));
                    found.push(one.at);
                }
                Sought::NotYet => {}
                Sought::Never => break,
            }
        }
        assert!(!found.is_empty(), "{moment:?}");
        assert_eq!(found, expected, "{moment:?}");
    }
    let mut watch = world.watch();
    let Sought::Found(first) = watch.seek(Moment::QueueStarts, u64::MAX) else { panic!("nobody waits") };
    let view = watch.view(&world.groups());
    let lane = view.lanes.iter().find(|lane| Some(lane.group) == first.group).unwrap();
    assert_eq!(lane.queue.first().map(|waiting| waiting.conversation), first.conversation);
    assert_eq!(view.counters.waiting, 1);
}

#[test]
fn an_agent_is_sent_away_while_paused_and_the_run_can_be_repeated_from_its_list() {
    let world = World::new("shop", "promo-peak");
    let wang = world.agent("wang-fang");
    let mut watch = world.watch();
    go_to(&mut watch, world.at(10 * 60));
    watch.inject(InjectionBody::AgentLeaves { agent: wang }).unwrap();
    let view = watch.view(&world.groups());
    let seat = |view: &FloorView| {
        let seats = view.lanes.iter().flat_map(|lane| &lane.agents);
        seats.into_iter().find(|seat| seat.agent == wang).cloned()
    };
    let gone = seat(&view).unwrap();
    assert!(gone.sent && gone.presence == Presence::Offline, "seen at once: {gone:?}");
    go_to(&mut watch, world.at(10 * 60 + 30));
    assert_eq!(seat(&watch.view(&world.groups())).unwrap().open, 0, "somebody else has the conversations");
    watch.inject(InjectionBody::AgentReturns { agent: wang }).unwrap();
    assert_eq!(seat(&watch.view(&world.groups())).unwrap().presence, Presence::Online);
    let watched = to_the_end(&mut watch);
    assert_eq!(
        watched.injections.iter().map(|one| (one.at, one.what.clone())).collect::<Vec<_>>(),
        [
            (world.at(10 * 60), InjectedWhat::AgentLeaves { agent: "wang-fang".to_owned() }),
            (world.at(10 * 60 + 30), InjectedWhat::AgentReturns { agent: "wang-fang".to_owned() }),
        ]
    );
    let list = watch.injections().to_vec();
    assert_eq!(watched, world.straight(&list));
    let plain = world.straight(&[]);
    assert_ne!(watched.digest, plain.digest);
    assert!(watched.checks.hold(), "{:?}", watched.checks);

    // Taken back one after the other, the day is what it was.
    assert!(watch.retract(0));
    assert_eq!(to_the_end(&mut watch), world.straight(&list[1..]));
    assert!(watch.retract(0) && !watch.retract(0));
    assert_eq!(to_the_end(&mut watch), plain);
}

#[test]
fn a_surge_brings_more_for_a_while_and_is_the_same_surge_again() {
    let world = World::new("shop", "weekday");
    let mut watch = world.watch();
    let (from, channel) = (world.at(14 * 60), ChannelId(0));
    go_to(&mut watch, from);
    let before = watch.view(&[]).channels[0].per_hour;
    let surge = InjectionBody::Surge { channel, per_hour: 600.0, length_ms: 30 * MINUTE };
    watch.inject(surge).unwrap();
    assert_eq!(watch.view(&[]).channels[0].per_hour, before + 600.0);
    go_to(&mut watch, from.plus_ms(31 * MINUTE));
    assert!(watch.view(&[]).channels[0].per_hour < before + 300.0);
    let list = watch.injections().to_vec();
    let watched = to_the_end(&mut watch);
    assert_eq!(watched, world.straight(&list));
    let plain = world.straight(&[]);
    let more = watched.conversations - plain.conversations;
    assert!((240..360).contains(&more), "{more} instead of about 300");
    assert!(watched.checks.hold(), "{:?}", watched.checks);
}

#[test]
fn another_ruleset_goes_live_in_the_middle_of_the_day() {
    let world = World::new("shop", "weekday");
    let mut folder = world.folder.clone();
    let file = "rules/90-refund.toml";
    let text = String::from_utf8(folder.files.remove(file).unwrap()).unwrap();
    // Rule tests name the rule that is renamed.
    folder.files.retain(|path, _| !path.starts_with("tests/"));
    folder.files.insert("rules/91-refund.toml".to_owned(), text.replace("after-sales", "vip").into_bytes());
    let other = Ruleset::compile(&folder, Some(world.ruleset.directory()), &NoModules).ruleset.unwrap();
    let other = Rc::new(other);
    let mut watch = world.watch();
    go_to(&mut watch, world.at(13 * 60));
    watch.inject(InjectionBody::Swap { ruleset: Rc::clone(&other) }).unwrap();
    assert_eq!(watch.view(&[]).revision, other.revision().to_string());
    assert_eq!(watch.plan().revision, other.revision().to_string());
    let list = watch.injections().to_vec();
    let watched = to_the_end(&mut watch);
    assert_eq!(watched, world.straight(&list));
    assert!(watched.checks.hold(), "{:?}", watched.checks);
    let plain = world.straight(&[]);
    assert_eq!(watched.revision, plain.revision, "what the run began with");
    let refunds = |report: &Report, group: &str| {
        let refund = report.kpi.intents.iter().find(|intent| intent.intent == "refund").unwrap();
        let landed = refund.landed.iter().find(|landed| landed.group.as_deref() == Some(group));
        landed.map_or(0, |landed| landed.conversations)
    };
    assert!(refunds(&watched, "vip") > refunds(&plain, "vip") + 20);
    // Both rules are told of, and together they were asked as often.
    let hits = |report: &Report, file: &str| {
        report.rules.iter().find(|rule| rule.file == file).map_or(0, |rule| rule.hits)
    };
    assert!(hits(&watched, file) > 0 && hits(&watched, "rules/91-refund.toml") > 0);
    assert!(hits(&watched, file) < hits(&plain, file));

    // Back before it, the first ruleset is live again.
    go_to(&mut watch, world.at(12 * 60));
    assert_eq!(watch.view(&[]).revision, world.ruleset.revision().to_string());
    assert!(watch.retract(0));
    assert_eq!(to_the_end(&mut watch), plain);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let world = World::new("shop", "promo-peak");
    let mut watch = world.watch();
    go_to(&mut watch, world.at(10));
    let nobody = AgentId(9_999);
    assert_eq!(
        watch.inject(InjectionBody::AgentLeaves { agent: nobody }),
        Err(InjectionError::NoSuchAgent(nobody))
    );
    for (per_hour, length_ms) in [(0.0, MINUTE), (f64::NAN, MINUTE), (1e9, MINUTE), (60.0, 0)] {
        let surge = InjectionBody::Surge { channel: ChannelId(0), per_hour, length_ms };
        assert_eq!(watch.inject(surge), Err(InjectionError::SurgeOutOfRange));
    }
    let nowhere = InjectionBody::Surge { channel: ChannelId(99), per_hour: 60.0, length_ms: MINUTE };
    assert_eq!(watch.inject(nowhere), Err(InjectionError::NoSuchChannel(ChannelId(99))));
    let foreign = Rc::new(Ruleset::compile(&example("saas-en").unwrap(), None, &NoModules).ruleset.unwrap());
    let foreign = watch.inject(InjectionBody::Swap { ruleset: foreign });
    assert!(matches!(foreign, Err(InjectionError::ForeignRuleset(_))));
    assert_eq!(to_the_end(&mut watch), world.straight(&[]));
    let late = watch.inject(InjectionBody::AgentLeaves { agent: world.agent("wang-fang") });
    assert_eq!(late, Err(InjectionError::Ended));
}
