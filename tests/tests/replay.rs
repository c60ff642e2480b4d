//! Replay: the rules that made a recording make it again, to the byte; under other rules what differs is what asking
//! anew, one conversation at a time, finds; and consequences follow as they do when everything is done by hand.
#![cfg(test)]
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it saw"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use pointsman_engine::desk::{Batch, Command, CommandBody, Desk, Event, EventRecord};
use pointsman_engine::id::ConversationId;
use pointsman_engine::recording::{
    Mask, RecordedRuleset, RecordedRulesets, Recording, RecordingAbout, RecordingError, RecordingReader,
    RecordingWriter, Verifier,
};
use pointsman_engine::rules::{NoModules, Plan, PlanSource, Ruleset};
use pointsman_engine::simulation::compare::{Cause, Changes, Comparison, DecidedBy, PairRun};
use pointsman_engine::simulation::{
    Ended, Observer, ReplayError, Report, Scenario, Simulation, Supposed, Unobserved, read_scenario, simulate,
};
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;
use pointsman_tests::example;

const SEED: u64 = 7;
const HOUR_MS: i64 = 3_600_000;

/// A tenant that was simulated, as if it were a host.
struct World {
    folder: TenantFolder,
    ruleset: Arc<Ruleset>,
    scenario: Scenario,
    /// Every command with its events.
    journal: Vec<(Command, Vec<EventRecord>)>,
    report: Report,
}

impl World {
    fn new(tenant: &str, name: &str) -> World {
        World::with(tenant, name, |text| text.to_owned())
    }

    fn with(tenant: &str, name: &str, edit: impl Fn(&str) -> String) -> World {
        struct Journal(Vec<(Command, Vec<EventRecord>)>);
        impl Observer for Journal {
            fn batch(&mut self, command: &Command, batch: &Batch) {
                self.0.push((command.clone(), batch.events.clone()));
            }
        }
        let folder = example(tenant).unwrap();
        let compiled = Ruleset::compile(&folder, None, &NoModules);
        let ruleset = Arc::new(compiled.ruleset.unwrap());
        let text = edit(&compiled.source.unwrap().scenarios[name]);
        let scenario = read_scenario(name, &text, ruleset.directory()).0.unwrap();
        let mut journal = Journal(Vec::new());
        let report = simulate(&ruleset, &scenario, SEED, &mut journal);
        assert!(report.checks.hold());
        World { folder, ruleset, scenario, journal: journal.0, report }
    }

    fn recorded_ruleset(&self) -> RecordedRuleset {
        RecordedRuleset { revision: self.ruleset.revision(), folder: self.folder.clone() }
    }

    /// The file of a period.
    fn file(&self, from: Timestamp, until: Timestamp, mask: Option<Mask>) -> Vec<u8> {
        let about = RecordingAbout::new("shop", "Asia/Shanghai", from, until, mask.is_some());
        let mut writer = RecordingWriter::new(about, mask, Desk::new());
        let mut lines = Vec::new();
        for (command, events) in &self.journal {
            if !writer.wanted(command.at, events).is_empty() {
                writer.ruleset(&self.recorded_ruleset(), &mut lines).unwrap();
            }
            writer.command(command.clone(), events.clone(), &mut lines).unwrap();
        }
        writer.finish(&mut lines).unwrap();
        lines
    }

    fn recording(&self, from: Timestamp, until: Timestamp) -> Arc<Recording> {
        Arc::new(read(&self.file(from, until, None)).unwrap())
    }

    fn whole(&self) -> Arc<Recording> {
        self.recording(self.scenario.start, self.scenario.end().plus_ms(24 * HOUR_MS))
    }

    /// The middle of the day: people are being served when it begins and when it ends.
    fn middle(&self) -> Arc<Recording> {
        self.recording(self.scenario.start.plus_ms(10 * HOUR_MS), self.scenario.start.plus_ms(16 * HOUR_MS))
    }

    fn rulesets(&self) -> RecordedRulesets<Arc<Ruleset>> {
        RecordedRulesets { live: vec![Arc::clone(&self.ruleset)], canaries: Vec::new() }
    }

    /// Refunds go to general instead of after-sales.
    fn refunds_to_general(&self) -> Candidate {
        let path = "rules/90-refund.toml";
        let mut folder = self.folder.clone();
        let text = String::from_utf8(folder.files[path].clone()).unwrap();
        let edited = text.replace("group = \"after-sales\"", "group = \"general\"");
        assert_ne!(edited, text, "the edit does something");
        folder.files.insert(path.to_owned(), edited.into_bytes());
        let changes = Changes::between(&self.folder, &folder);
        let compile =
            || Ruleset::compile(&folder, Some(self.ruleset.directory()), &NoModules).ruleset.unwrap();
        Candidate { ruleset: Arc::new(compile()), beside: Arc::new(compile().as_candidate()), changes }
    }
}

struct Candidate {
    ruleset: Arc<Ruleset>,
    /// The same, to be asked beside the live one.
    beside: Arc<Ruleset>,
    changes: Changes,
}

fn read(bytes: &[u8]) -> Result<Recording, RecordingError> {
    let mut reader = RecordingReader::default();
    // In pieces, as it comes over a wire.
    for piece in bytes.chunks(61_003) {
        reader.push(piece)?;
    }
    reader.finish()
}

fn run(mut simulation: Simulation<Arc<Ruleset>>) -> (Report, Supposed) {
    while simulation.run_for(10_000, &mut Unobserved).ended == Ended::Running {}
    (simulation.report(), simulation.supposed().unwrap().clone())
}

#[test]
fn the_rules_that_made_a_recording_make_it_again_to_the_byte() {
    for (tenant, scenario) in [("shop", "promo-peak"), ("shop", "night"), ("saas-en", "incident")] {
        let world = World::new(tenant, scenario);
        for recording in [world.whole(), world.middle()] {
            let mut verifier = Verifier::new(&recording, &world.rulesets(), None);
            while verifier.run_for(1_000) < 1.0 {}
            let verified = verifier.verified();
            assert_eq!((verified.differing, &verified.first), (0, &Vec::new()));
            assert_eq!(verified.commands as usize, recording.commands_len());

            let told = run(Simulation::tell(&recording, &[Arc::clone(&world.ruleset)]).unwrap()).0;
            let (again, supposed) =
                run(Simulation::replay(&recording, Arc::clone(&world.ruleset), 1).unwrap());
            assert_eq!(supposed, Supposed::default(), "in step to the end");
            assert_eq!(told.digest, again.digest, "{tenant} {scenario}");
            assert_eq!(told.kpi, again.kpi);
            assert!(told.checks.hold() && again.checks.hold(), "{:?} {:?}", told.checks, again.checks);
        }
        let whole = run(Simulation::tell(&world.whole(), &[Arc::clone(&world.ruleset)]).unwrap()).0;
        assert_eq!(whole.digest, world.report.digest, "what is told is what happened");
        let figures = |report: &Report| {
            let all = &report.kpi.all;
            (report.conversations, all.connected, all.abandoned, all.fell_back, all.wait.clone())
        };
        // A recording has no warm-up, whose conversations a scenario leaves out.
        if world.scenario.warm_up_ms == 0 {
            assert_eq!(figures(&whole), figures(&world.report));
        }
    }
}

/// Where a conversation is sent, whoever said so.
fn bare(plan: Option<&Plan>) -> Option<Plan> {
    plan.map(|plan| Plan { source: PlanSource::Default, ..plan.clone() })
}

#[test]
fn decisions_that_differ_are_those_that_asking_anew_finds() {
    let world = World::new("shop", "promo-peak");
    let recording = world.middle();
    let Candidate { ruleset: candidate, beside, .. } = world.refunds_to_general();
    let mut verifier = Verifier::new(&recording, &world.rulesets(), Some(beside));
    while verifier.run_for(1_000) < 1.0 {}
    assert_eq!(verifier.verified().differing, 0);
    let (asked, differences) = verifier.differences();
    let mut found: BTreeMap<ConversationId, Option<Plan>> = BTreeMap::new();
    for decision in differences {
        found.entry(decision.conversation).or_insert_with(|| bare(decision.candidate.plan.as_deref()));
    }

    // By brute force: a desk of its own for every conversation, folded up to its beginning, asked by the candidate.
    let mut desk = Desk::new();
    let (mut opened, mut differing) = (0, 0);
    for (command, events) in &world.journal {
        let begins = command.at >= recording.about().from && command.at <= recording.about().until;
        let conversation = events.iter().find_map(|record| match &record.event {
            Event::ConversationOpened { conversation, .. } => Some(*conversation),
            _ => None,
        });
        if let (CommandBody::Open(_), true, Some(conversation)) = (&command.body, begins, conversation) {
            opened += 1;
            let plan = |ruleset: &Ruleset| {
                let mut batch = Batch::default();
                desk.clone().handle(ruleset, command, TraceLevel::Off, &mut batch).unwrap();
                let of_it = |record: &EventRecord| match &record.event {
                    Event::Routed { conversation: id, plan, .. } if *id == conversation => Some(plan.clone()),
                    _ => None,
                };
                bare(batch.events.iter().find_map(of_it).as_deref())
            };
            let (live, other) = (plan(&world.ruleset), plan(&candidate));
            let differs = live != other;
            differing += u32::from(differs);
            match found.get(&conversation) {
                Some(says) if differs => assert_eq!(*says, other, "conversation {conversation}"),
                Some(_) => {} // A later message of it differs.
                None => assert!(!differs, "conversation {conversation} was missed"),
            }
        }
        events.iter().for_each(|record| desk.evolve(record));
    }
    println!(
        "{opened} conversations, {differing} differ; {asked} decisions asked, {} differ",
        differences.len()
    );
    assert!(opened > 2_000 && differing > 200, "{opened} {differing}");
}

#[test]
fn a_candidate_is_held_against_what_happened_with_all_consequences() {
    let world = World::new("shop", "promo-peak");
    let recording = world.whole();
    let Candidate { ruleset: candidate, changes, .. } = world.refunds_to_general();
    let mut pair = PairRun::replay(&recording, &world.rulesets(), Arc::clone(&candidate), 1).unwrap();
    pair.run();
    let (told, replayed) = pair.reports();
    assert_eq!(told.digest, world.report.digest);
    assert_eq!(told.conversations, replayed.conversations, "the same visitors");
    let told = pair.pair(&changes);
    let supposed = told.supposed.clone().unwrap();
    assert!(supposed.out_of_step_at.is_some());
    let moved = &told.moved;
    assert_eq!(moved.compared as u64, world.report.conversations);
    assert!(moved.by_rules > 300.0 && moved.elsewhere >= moved.by_rules);
    let by_rule = moved.ways.iter().filter(|way| way.cause == Cause::Rules);
    assert!(by_rule.clone().all(|way| way.by == DecidedBy::Rule("90-refund".to_owned())));
    let text = &by_rule.clone().next().unwrap().examples[0].text;
    assert!(!text.is_empty(), "what was said is told");
    // The luck of what is supposed is another with another seed, and nothing else is.
    let again = |seed| {
        let mut pair = PairRun::replay(&recording, &world.rulesets(), Arc::clone(&candidate), seed).unwrap();
        pair.run();
        pair.pair(&changes)
    };
    assert_eq!(again(1), told);
    let other = again(2);
    assert_eq!(other.live.digest, told.live.digest);
    assert_ne!(other.candidate.digest, told.candidate.digest);
    let comparison = Comparison::new(&[told, other]);
    assert!(comparison.sound);
}

/// Nobody leaves, and everybody is served by whoever takes them for as long as it took: then a replay needs no
/// supposition, and what a candidate does can be known from a simulation of the same day.
#[test]
fn where_nothing_must_be_supposed_a_replay_is_the_simulation_of_the_candidate() {
    let certain = |text: &str| {
        let start = text.find("patience = ").unwrap();
        let end = start + text[start..].find('\n').unwrap();
        let patient = format!(
            "{}patience = {{ mean = \"1h\", distribution = \"none\" }}{}",
            &text[..start],
            &text[end..]
        );
        let factors = patient.find("[handle_factor]").unwrap();
        let after = patient[factors + 1..].find("\n[").map_or(patient.len(), |at| factors + 1 + at + 1);
        format!("{}{}", &patient[..factors], &patient[after..])
    };
    let world = World::with("shop", "weekday", certain);
    let recording = world.whole();
    let candidate = world.refunds_to_general().ruleset;
    let simulated = simulate(&candidate, &world.scenario, SEED, &mut Unobserved);
    let (replayed, supposed) = run(Simulation::replay(&recording, candidate, 1).unwrap());
    println!("{supposed:?}");
    let share = |supposed: u32| f64::from(supposed) / replayed.conversations as f64;
    assert!(share(supposed.left) == 0.0 && share(supposed.handle_drawn) < 0.02, "{supposed:?}");
    let (all, expected) = (&replayed.kpi.all, &simulated.kpi.all);
    assert_eq!(all.conversations, expected.conversations);
    let near = |a: f64, b: f64, within: f64| (a - b).abs() <= within * b.abs().max(1e-9);
    assert!(
        near(all.wait.ms_mean, expected.wait.ms_mean, 0.15),
        "{} {}",
        all.wait.ms_mean,
        expected.wait.ms_mean
    );
    assert!(near(all.service_level, expected.service_level, 0.02));
}

#[test]
fn a_masked_recording_says_nothing_of_anybody_and_still_decides() {
    let world = World::new("shop", "promo-peak");
    let (from, until) = (world.scenario.start, world.scenario.end());
    let mask = Mask::new([7; 32], &[Arc::clone(&world.ruleset)], &[], []);
    let file = String::from_utf8(world.file(from, until, Some(mask))).unwrap();
    let rows = file.lines().filter(|line| line.starts_with("{\"row\"")).collect::<Vec<_>>().join("\n");
    assert!(rows.contains("退款"), "what rules look for stays");
    // What rules say themselves, such as a reply that names an order number, stays.
    for gone in ["\"login\":\"customer-", "还没穿"] {
        let place = rows.find(gone).map(|at| rows[..at].chars().rev().take(200).collect::<String>());
        assert_eq!(place.map(|text| text.chars().rev().collect::<String>()), None, "{gone}");
    }
    let recording = Arc::new(read(file.as_bytes()).unwrap());
    let mut verifier = Verifier::new(&recording, &world.rulesets(), None);
    while verifier.run_for(1_000) < 1.0 {}
    let verified = verifier.verified();
    println!("masked: {} of {} commands differ", verified.differing, verified.commands);
    assert!(verified.differing * 100 < verified.commands, "{:?}", verified.first);
}

#[test]
fn what_is_no_whole_recording_of_this_engine_is_refused_with_the_line() {
    let world = World::new("shop", "night");
    let file = world.file(world.scenario.start, world.scenario.end(), None);
    let text = String::from_utf8(file.clone()).unwrap();
    assert_eq!(read(b"start,calls\n1,2\n").unwrap_err(), RecordingError::NoRecording);
    assert_eq!(read(b"").unwrap_err(), RecordingError::NoRecording);
    let lines = text.lines().count() as u64;
    let cut = read(&file[..file.len() - 20]).unwrap_err();
    assert_eq!(cut, RecordingError::CutOff { line: lines - 1 });
    assert!(matches!(read(&file[..file.len() / 2]).unwrap_err(), RecordingError::CutOff { .. }));
    let other = text.replacen("\"format\":1", "\"format\":9", 1);
    assert_eq!(read(other.as_bytes()).unwrap_err(), RecordingError::OtherFormat { found: 9 });
    let place = text.match_indices("\n{\"row\"").nth(10).unwrap().0;
    let damaged = format!("{}\n{{\"row\":{{\"at\":\"soon\"}}}}{}", &text[..place], &text[place..]);
    let Err(RecordingError::Line { line, message }) = read(damaged.as_bytes()) else { panic!("accepted") };
    assert_eq!(line, 14, "{message}");
    let missing = format!("{}{}", &text[..place], &text[text[place + 1..].find('\n').unwrap() + place + 1..]);
    let Err(RecordingError::Line { message, .. }) = read(missing.as_bytes()) else { panic!("accepted") };
    assert!(message.contains("stands where"), "{message}");
}

#[test]
fn a_candidate_without_a_channel_that_visitors_came_by_is_refused() {
    let world = World::new("shop", "weekday");
    let recording = world.whole();
    let mut directory = world.ruleset.directory().clone();
    directory.channels[0].active = false;
    let candidate = Arc::new(Ruleset::without_rules(directory));
    let error = Simulation::replay(&recording, candidate, 1).unwrap_err();
    assert!(matches!(&error, ReplayError::NoChannel { conversations, .. } if *conversations > 10), "{error}");
}
