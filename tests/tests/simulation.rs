//! Simulations of the example tenants: sound, and the same however they are run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

use pointsman_engine::desk::{Batch, Command};
use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::{
    Ended, Observer, Report, Scenario, Simulation, Thoroughness, Unobserved, read_scenario, simulate,
    write_json_line,
};
use pointsman_engine::trace::TraceLevel;
use pointsman_tests::example;

fn load(tenant: &str) -> (Ruleset, Vec<(String, Scenario)>) {
    let compiled = Ruleset::compile(&example(tenant).unwrap(), None, &NoModules);
    let ruleset = compiled.ruleset.unwrap();
    let source = compiled.source.unwrap();
    let scenarios = source.scenarios.iter().map(|(name, text)| {
        let (scenario, findings) = read_scenario(name, text, ruleset.directory());
        let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
        (name.clone(), scenario.unwrap())
    });
    let scenarios = scenarios.collect();
    (ruleset, scenarios)
}

fn run_in_pieces(ruleset: &Ruleset, scenario: &Scenario, seed: u64, piece: u64) -> Report {
    let mut simulation = Simulation::new(ruleset, scenario, seed).checked(Thoroughness::Full);
    while simulation.run_for(piece, &mut Unobserved).ended == Ended::Running {}
    simulation.report()
}

#[test]
fn every_example_runs_to_its_end_and_nothing_is_lost() {
    for tenant in ["shop", "saas-en", "erlang"] {
        let (ruleset, scenarios) = load(tenant);
        for (name, scenario) in &scenarios {
            let report = run_in_pieces(&ruleset, scenario, 7, 10_000);
            println!(
                "{tenant}/{name}: {} conversations, {} events, {}",
                report.conversations, report.events, report.digest
            );
            assert_eq!(report.ended, Ended::Complete, "{tenant}/{name}");
            assert!(report.checks.hold(), "{tenant}/{name}: {:#?}", report.checks);
            assert!(report.checks.idle_looks > 0, "{tenant}/{name}: somebody waited, and it was looked at");
            let all = &report.kpi.all;
            assert_eq!(
                all.conversations,
                all.connected + all.abandoned + all.fell_back + all.diverted + all.unfinished
            );
            assert_eq!(all.unfinished, 0, "{tenant}/{name}");
            assert!(all.connected > 0, "{tenant}/{name}: nobody was served");
            let of_channels: u64 = report.kpi.channels.iter().map(|kpi| kpi.figures.conversations).sum();
            assert_eq!(of_channels, all.conversations);
        }
    }
}

/// The digest is what anybody gets from the events, the pieces and the traces do not matter, and the seed does.
#[test]
fn a_run_depends_on_nothing_but_ruleset_scenario_and_seed() {
    #[derive(Default)]
    struct Reader {
        hasher: blake3::Hasher,
        lines: Vec<u8>,
        traces: usize,
    }
    impl Observer for Reader {
        fn batch(&mut self, _: &Command, batch: &Batch) {
            self.traces += batch.traces.len();
            for record in &batch.events {
                let bytes = postcard::to_stdvec(record).unwrap();
                self.hasher.update(&(bytes.len() as u32).to_le_bytes());
                self.hasher.update(&bytes);
                write_json_line(record, &mut self.lines).unwrap();
            }
        }

        fn trace_level(&self) -> TraceLevel {
            TraceLevel::Full
        }
    }
    let (ruleset, scenarios) = load("shop");
    let (_, scenario) = scenarios.iter().find(|(name, _)| name == "promo-peak").unwrap();
    let mut reader = Reader::default();
    let report = simulate(&ruleset, scenario, 7, &mut reader);
    assert_eq!(report.digest, reader.hasher.finalize().to_hex().to_string());
    assert_eq!(report.events as usize, reader.lines.iter().filter(|byte| **byte == b'\n').count());
    assert!(reader.traces > 0);
    for piece in [1_000, 7_777] {
        let again = run_in_pieces(&ruleset, scenario, 7, piece);
        assert_eq!(again.digest, report.digest);
        assert_eq!(again.kpi, report.kpi);
    }
    assert_ne!(simulate(&ruleset, scenario, 8, &mut Unobserved).digest, report.digest);
}

#[test]
fn a_cancelled_run_stops_and_reports_what_it_has() {
    struct Impatient;
    impl Observer for Impatient {
        fn progress(
            &mut self,
            progress: &pointsman_engine::simulation::Progress,
        ) -> std::ops::ControlFlow<()> {
            assert!((0.0..=1.0).contains(&progress.share));
            std::ops::ControlFlow::Break(())
        }
    }
    let (ruleset, scenarios) = load("erlang");
    let report = simulate(&ruleset, &scenarios[0].1, 7, &mut Impatient);
    assert_eq!(report.ended, Ended::Cancelled);
    assert!(report.conversations > 0 && report.conversations < 30_000);
    assert_eq!(report.kpi.all.unfinished, 0, "erlang: everybody who waits at the end would be unfinished");
}

#[test]
fn visitors_given_to_silent_agents_leave_and_count_as_abandoned() {
    let compiled = Ruleset::compile(&example("shop").unwrap(), None, &NoModules);
    let ruleset = compiled.ruleset.unwrap();
    let text = compiled.source.unwrap().scenarios.get("weekday").unwrap().clone();
    let run = |share: f64| {
        let incident = format!(
            "{text}\n[[incident]]\nat = \"00:00\"\nlength = \"3d\"\nkind = \"agents-silent\"\nshare = {share}\n"
        );
        let (scenario, findings) = read_scenario("weekday", &incident, ruleset.directory());
        assert!(findings.is_empty(), "{findings:?}");
        let report = run_in_pieces(&ruleset, &scenario.unwrap(), 7, 10_000);
        assert_eq!(report.ended, Ended::Complete);
        assert!(report.checks.hold(), "{:#?}", report.checks);
        report
    };
    let (all_answer, some_silent, all_silent) = (run(0.0), run(0.3), run(1.0));
    let abandonment = |report: &Report| report.kpi.all.abandonment;
    println!(
        "abandoned: {:.3}, {:.3} where three of ten are silent, {:.3} where all are",
        abandonment(&all_answer),
        abandonment(&some_silent),
        abandonment(&all_silent)
    );
    assert!(abandonment(&all_answer) + 0.05 < abandonment(&some_silent));
    assert!(abandonment(&some_silent) < abandonment(&all_silent));
    let served = &all_silent.kpi;
    assert_eq!((served.all.connected, served.all.handle.count), (0, 0), "nobody was ever answered");
    assert!(served.agents.iter().all(|agent| agent.handle_ms_mean == 0.0), "and nobody did any work");
    assert!(served.agents.iter().any(|agent| agent.conversations > 0), "though they were given it");
    // The same visitors come, whoever answers.
    assert_eq!(all_answer.conversations, all_silent.conversations);
}
