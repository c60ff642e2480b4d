//! A scenario fitted to recorded arrivals waits as the recorded days do: on five-minute counts of a bank's calls, where
//! they are, and on the example's own file.

#![cfg(test)]
#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

mod host_process;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use host_process::program;
use pointsman_engine::simulation::erlang::Erlang;
use pointsman_engine::simulation::fit::{
    DayKinds, Nearness, Trial, TrialDay, TrialTraffic, WaitingDay, fresh_scenario, read_arrivals,
    trial_dates, trial_text, with_arrivals,
};
use pointsman_engine::simulation::random::{Length, Shape};
use pointsman_engine::simulation::read_scenario;
use pointsman_tests::repository;
use serde_json::Value;

/// Days of the trial, and how many threads run them.
const DAYS: usize = 41;
const THREADS: usize = 2;

/// The counts lie beside the repository, or beside the folder of its working copies.
fn bank_calls() -> Option<Vec<u8>> {
    let repository = repository();
    let beside = ["../shared", "../../shared"].map(|shared| repository.join(shared));
    let file = beside.iter().map(|shared| shared.join("data/calls-5min-bank/bank_calls_5min.csv"));
    file.filter(|file| file.exists()).find_map(|file| std::fs::read(file).ok())
}

/// What the file says, known from counting it by other means (`docs/traffic.md`), and a staffing under which it matters:
/// waits are not recorded, so the days with the recorded counts are simulated, too.
#[test]
fn days_fitted_to_a_banks_calls_wait_more_like_the_recorded_ones_than_poisson_days_do() {
    let Some(csv) = bank_calls() else {
        println!("not there: the five-minute counts of a bank's calls; nothing is tested");
        return;
    };
    let table = read_arrivals(&csv, "UTC").expect("a table");
    let fitted = table.fit("UTC").expect("a fit");
    println!("{:#?}\n{:#?}", fitted.dispersion, fitted.left_over);
    assert_eq!((fitted.days, fitted.interval_minutes, fitted.kinds), (164, 5, DayKinds::DaysOfWeek));
    let left = &fitted.left_over;
    assert!((left.flat - 31.9).abs() < 0.2, "{}", left.flat);
    assert!(
        left.profile > 2.0 && left.day < 1.45 && left.stretch.is_some_and(|left| left < 1.05),
        "{left:?}"
    );
    let dispersion = fitted.dispersion.expect("enough days");
    assert!(
        (0.03..0.08).contains(&dispersion.day) && (0.03..0.09).contains(&dispersion.stretch),
        "{dispersion:?}"
    );
    assert!(dispersion.stretch_correlation > 0.7, "what is busy stays busy: {dispersion:?}");

    // Assumed: three minutes of handle time, log-normal, and visitors who wait five in the mean. 180 agents have work for
    // nine tenths of their time in the busiest hours of an ordinary day, and cannot keep up on a Monday.
    let erlang =
        Erlang { arrivals_per_hour: 1.0, handle_ms_mean: 1.0, agents: AGENTS, patience_ms_mean: None };
    let ruleset = erlang.ruleset();
    let handle = Length { mean_ms: 180_000.0, shape: Shape::Lognormal { sigma: 0.7 } };
    let base =
        fresh_scenario("bank", "2003-03-03T00:00:00", "24h", handle, Some(Length::exponential(300_000.0)));
    let targets = BTreeMap::from([(String::new(), "line".to_owned())]);
    let text = with_arrivals(&base, &fitted, &targets).expect("a scenario");
    let dates = trial_dates(&table, &fitted, "UTC", DAYS);
    let jobs = dates
        .iter()
        .zip(1u64..)
        .flat_map(|(date, seed)| TrialTraffic::ALL.map(|traffic| (date, seed, traffic)));
    let jobs = Mutex::new(jobs);
    let days = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let next = jobs.lock().expect("no thread failed").next();
                    let Some((date, seed, traffic)) = next else { break };
                    let day =
                        trial_text(&text, date, traffic, (&table, &fitted), &targets, "UTC").expect("a text");
                    let (scenario, found) = read_scenario("day", &day, ruleset.directory());
                    let scenario = scenario.unwrap_or_else(|| panic!("{date}: {found:?}"));
                    let waiting = WaitingDay::of(&ruleset, &scenario, seed);
                    days.lock().expect("no thread failed").push(TrialDay { traffic, waiting });
                }
            });
        }
    });
    let trial = Trial::new(&days.into_inner().expect("no thread failed"));
    for band in &trial.recorded {
        let of = |bands: &[_]| {
            bands
                .iter()
                .find(|other: &&pointsman_engine::simulation::fit::WaitingBand| other.hour == band.hour)
                .copied()
        };
        let (Some(fitted), Some(poisson)) = (of(&trial.fitted), of(&trial.poisson)) else { continue };
        let told = |band: pointsman_engine::simulation::fit::WaitingBand| {
            let wait = band.wait_ms_mean;
            format!(
                "{:>6.1} ({:>5.1} – {:>6.1}) {:>5.1} %",
                wait.mean / 1e3,
                wait.low / 1e3,
                wait.high / 1e3,
                band.in_time.mean * 100.0
            )
        };
        println!(
            "{:>2}  {:>6.0}   {}   {}   {}",
            band.hour,
            band.conversations,
            told(*band),
            told(fitted),
            told(poisson)
        );
    }
    let Nearness { wait_ms_mean, wait_ms_p90, band_ms, in_time, band_in_time } = trial.fitted_misses;
    let poisson = trial.poisson_misses;
    println!("fitted  {:?}\npoisson {:?}", trial.fitted_misses, poisson);
    let loaded = trial.recorded.iter().filter(|band| band.wait_ms_mean.mean > 5_000.0).count();
    assert!(loaded >= 3, "the staffing is to make people wait in several hours, not {loaded}");
    for (figure, fitted, poisson) in [
        ("mean wait", wait_ms_mean, poisson.wait_ms_mean),
        ("nine in ten", wait_ms_p90, poisson.wait_ms_p90),
        ("in time", in_time, poisson.in_time),
        ("band of the mean wait", band_ms, poisson.band_ms),
        ("band of in time", band_in_time, poisson.band_in_time),
    ] {
        println!("{figure}: dispersion explains {:.0} % of the gap", (1.0 - fitted / poisson) * 100.0);
        assert!(fitted < 0.5 * poisson, "{figure}: {fitted} as fitted, {poisson} without dispersion");
    }
}

const AGENTS: u32 = 180;

fn run(arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output =
        Command::new(program()).args(["--format", "json"]).args(arguments).output().expect("it runs");
    let told = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&told).into_owned();
    (output.status.code(), serde_json::from_str(&text).unwrap_or_default(), text)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target)
        } else {
            drop(std::fs::copy(&path, &target).expect("copied"))
        }
    }
}

#[test]
fn the_command_line_fits_writes_and_never_over_a_file_by_itself() {
    let directory = tempfile::tempdir().expect("a directory");
    let shop = directory.path().join("shop");
    copy(&repository().join("examples/shop"), &shop);
    let shop = shop.to_str().expect("a path");
    let csv = repository().join("examples/shop-arrivals.csv");
    let csv = csv.to_str().expect("a path");
    let fit = ["fit", csv, "--tenant", shop, "--like", "weekday"];
    let (code, told, text) = run(&[&fit[..], &["--write", "like-march"]].concat());
    assert_eq!(code, Some(0), "{text}");
    assert!(told["fitted"]["dispersion"]["day"].as_f64().is_some_and(|day| day > 0.05), "{text}");
    let written = PathBuf::from(shop).join("scenarios/like-march.toml");
    let before = std::fs::read_to_string(&written).expect("a scenario");
    assert_eq!(Some(before.as_str()), told["scenario"].as_str());
    assert!(
        before.contains("[dispersion]") && before.contains("我要退款"),
        "intents are those of the weekday"
    );
    let (code, _, text) = run(&["simulate", shop, "--scenario", "like-march"]);
    assert_eq!(code, Some(0), "{text}");
    std::fs::write(&written, "mine").expect("written");
    let (code, _, text) = run(&[&fit[..], &["--write", "like-march"]].concat());
    assert!(code == Some(2) && text.contains("--overwrite"), "{text}");
    assert_eq!(std::fs::read_to_string(&written).expect("a file"), "mine");
    assert_eq!(run(&[&fit[..], &["--write", "like-march", "--overwrite"]].concat()).0, Some(0));
    assert_eq!(std::fs::read_to_string(&written).expect("a file"), before);

    let broken = directory.path().join("broken.csv");
    std::fs::write(&broken, "time,channel,count\n2026-03-02 09:00,app,3\n2026-03-02 09:30,app,x\n")
        .expect("written");
    let (code, _, text) =
        run(&["fit", broken.to_str().expect("a path"), "--tenant", shop, "--like", "weekday"]);
    assert!(code == Some(2) && text.contains("row 3, column `count`"), "{text}");
    let (code, _, text) = run(&["fit", csv, "--tenant", shop, "--channel", "apq"]);
    assert!(code == Some(2) && text.contains("did you mean `app`?"), "{text}");
    let (_, told, text) = run(&[&fit[..], &["--check", "--days", "4"]].concat());
    let trial = &told["check"]["trial"];
    assert_eq!(told["check"]["days"].as_array().map(Vec::len), Some(4), "{text}");
    let day = |bands: &Value| {
        bands.as_array().and_then(|bands| bands.last()?["conversations"].as_f64()).unwrap_or(0.0)
    };
    assert!(day(&trial["recorded"]) > 500.0 && day(&trial["fitted"]) > 500.0, "{text}");
}
