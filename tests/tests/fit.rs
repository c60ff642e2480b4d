//! A scenario fitted to recorded arrivals waits as the recorded days do: on five-minute counts of a bank's calls, where
//! they are, and on the example's own file.

#![cfg(test)]
#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

mod host_process;

use std::path::{Path, PathBuf};
use std::process::Command;

use host_process::program;
use pointsman_tests::repository;
use serde_json::Value;

/// The counts lie beside the repository, or beside the folder of its working copies.
fn bank_calls() -> Option<PathBuf> {
    let repository = repository();
    let beside = ["../shared", "../../shared"].map(|shared| repository.join(shared));
    beside
        .into_iter()
        .map(|shared| shared.join("data/calls-5min-bank/bank_calls_5min.csv"))
        .find(|file| file.exists())
}

/// A group of agents who take one call at a time, as many as the busiest hour of each day of the week has work for: 158, on
/// Friday 166, on Tuesday 172, on Monday 190. Assumed, for the file knows nothing of it: three minutes of handle time,
/// log-normal, and visitors who wait five minutes in the mean.
fn bank(folder: &Path) {
    copy(&repository().join("examples/erlang"), folder);
    let shifts = "\n[hours.mon]\nweekly = { mon = [\"00:00-24:00\"] }\n\
        [hours.mon-tue]\nweekly = { mon-tue = [\"00:00-24:00\"] }\n\
        [hours.mon-tue-fri]\nweekly = { mon-tue = [\"00:00-24:00\"], fri = [\"00:00-24:00\"] }\n";
    let tenant = std::fs::read_to_string(folder.join("tenant.toml")).expect("the tenant");
    std::fs::write(folder.join("tenant.toml"), tenant + shifts).expect("written");
    let agent = |number: u32| {
        let shift = match number {
            ..=158 => "",
            159..=166 => "shift = \"mon-tue-fri\"\n",
            167..=172 => "shift = \"mon-tue\"\n",
            _ => "shift = \"mon\"\n",
        };
        format!("[[agent]]\nslug = \"agent-{number:03}\"\ngroups = [\"everyone\"]\ncapacity = 1\n{shift}")
    };
    std::fs::write(folder.join("agents.toml"), (1..=190).map(agent).collect::<String>()).expect("written");
    let scenario = "start = \"2003-03-03T00:00:00\"\nlength = \"24h\"\nrate = { line = 1.0 }\n\
        patience = { mean = \"5m\" }\n[[intent]]\nname = \"a call\"\nshare = 1.0\n\
        handle = { mean = \"3m\", distribution = \"lognormal\", sigma = 0.7 }\n";
    std::fs::write(folder.join("scenarios/bank.toml"), scenario).expect("written");
}

/// What the file says was counted by other means, too. Waits are not recorded: the recorded days are simulated from their
/// exact counts, so all that differs between the three is the traffic.
#[test]
fn days_fitted_to_a_banks_calls_wait_more_like_the_recorded_ones_than_poisson_days_do() {
    let Some(csv) = bank_calls() else {
        println!("not there: the five-minute counts of a bank's calls; nothing is tested");
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let tenant = directory.path().join("bank");
    bank(&tenant);
    let (csv, tenant) = (csv.to_str().expect("a path"), tenant.to_str().expect("a path"));
    let fit =
        ["fit", csv, "--tenant", tenant, "--channel", "line", "--like", "bank", "--check", "--days", "164"];
    let (code, told, text) = run(&fit);
    assert_eq!(code, Some(0), "{text}");
    let number =
        |path: &str| told.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path}"));
    assert_eq!(told["fitted"]["kinds"], "days-of-week");
    assert_eq!((number("/fitted/days"), number("/fitted/interval_minutes")), (164.0, 5.0));
    let within = |path: &str, from: f64, to: f64| {
        let found = number(path);
        println!("{path}: {found:.3}");
        assert!((from..to).contains(&found), "{path}: {found} is not within {from} and {to}");
    };
    within("/fitted/left_over/flat", 31.8, 32.1);
    within("/fitted/left_over/profile", 2.1, 2.3);
    within("/fitted/left_over/day", 1.3, 1.5);
    within("/fitted/left_over/stretch", 0.93, 1.03);
    within("/fitted/dispersion/day", 0.03, 0.05);
    within("/fitted/dispersion/stretch", 0.055, 0.075);
    // What is busy stays busy for hours.
    within("/fitted/dispersion/stretch_correlation", 0.9, 0.96);
    let bands = told["check"]["trial"]["recorded"].as_array().expect("bands");
    let waits = bands.iter().filter(|band| band["wait_ms_mean"]["mean"].as_f64() > Some(3_000.0)).count();
    assert!(waits >= 4, "the staffing is to make people wait in several hours, not {waits}");
    for (figure, explained_min) in [
        ("wait_ms_mean", 0.6),
        ("wait_ms_p90", 0.5),
        ("in_time", 0.6),
        ("band_ms", 0.7),
        ("band_in_time", 0.7),
    ] {
        let fitted = number(&format!("/check/trial/fitted_misses/{figure}"));
        let poisson = number(&format!("/check/trial/poisson_misses/{figure}"));
        let explained = 1.0 - fitted / poisson;
        println!(
            "{figure}: {fitted:.4} as fitted, {poisson:.4} without dispersion, {:.0} % explained",
            explained * 100.0
        );
        assert!(explained >= explained_min, "{figure}: {fitted} as fitted, {poisson} without dispersion");
    }
}

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
            let _ = std::fs::copy(&path, &target).expect("copied");
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

/// The truth is known: the recording is of a simulation, and what was put in must come out.
#[test]
fn a_scenario_fitted_to_a_recording_is_like_the_one_that_made_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let shop = directory.path().join("shop");
    copy(&repository().join("examples/shop"), &shop);
    let shop = shop.to_str().expect("a path");
    let recording = directory.path().join("day.recording.gz");
    let recording = recording.to_str().expect("a path");
    let simulate = ["simulate", shop, "--scenario", "promo-peak", "--seed", "3"];
    let (code, made, text) = run(&[&simulate[..], &["--record", recording]].concat());
    assert_eq!(code, Some(0), "{text}");
    let (code, told, text) = run(&["fit", recording, "--tenant", shop, "--write", "again"]);
    assert_eq!(code, Some(0), "{text}");
    let number = |pointer: &str| told.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let within = |what: &str, value: f64, from: f64, to: f64| {
        println!("{what}: {value:.3}");
        assert!((from..=to).contains(&value), "{what} is {value}, not from {from} to {to}");
    };
    // The scenario has patience of 3 min, replies after 25 s, half of the bot's conversations contained.
    within("mean patience, min", number("/recorded/patience/exponential/ms_mean") / 60_000.0, 2.7, 3.3);
    within("mean reply, s", number("/recorded/reply/lognormal/ms_mean") / 1_000.0, 23.0, 28.0);
    within("contained", number("/recorded/bot/contained"), 0.4, 0.6);
    within("without VIP level", number("/recorded/vip/0"), 0.81, 0.87);
    within(
        "arrivals",
        number("/fitted/arrivals") / made["conversations"].as_f64().expect("a number"),
        0.98,
        1.0,
    );
    let scenario = told["scenario"].as_str().expect("a text");
    assert!(scenario.contains("退款") && scenario.contains("group = \"after-sales\""), "{scenario}");

    let (code, again, text) = run(&["simulate", shop, "--scenario", "again", "--seed", "4"]);
    assert_eq!(code, Some(0), "{text}");
    let figure =
        |report: &Value, pointer: &str| report.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let ratio = |pointer: &str| figure(&again, pointer) / figure(&made, pointer);
    within("conversations, again by before", ratio("/conversations"), 0.9, 1.1);
    within("handle time, again by before", ratio("/kpi/all/handle/ms_mean"), 0.85, 1.15);
    let service = |report: &Value| figure(report, "/kpi/all/service_level");
    within("service level, again less before", service(&again) - service(&made), -0.12, 0.12);

    let (code, told, text) = run(&["fit", recording, "--tenant", shop, "--like", "night"]);
    assert_eq!(code, Some(0), "{text}");
    let kept = std::fs::read_to_string(PathBuf::from(shop).join("scenarios/night.toml")).expect("a scenario");
    let first = kept.lines().find(|line| line.starts_with("name = ")).expect("a name");
    assert!(
        told["scenario"].as_str().is_some_and(|text| text.contains(first)),
        "the night's own words stay: {text}"
    );

    let torn = directory.path().join("torn.recording.gz");
    let bytes = std::fs::read(recording).expect("a recording");
    std::fs::write(&torn, bytes.get(..bytes.len() / 2).expect("half of it")).expect("written");
    let (code, _, text) = run(&["fit", torn.to_str().expect("a path"), "--tenant", shop]);
    assert!(code == Some(2) && text.contains("torn.recording.gz"), "{text}");
}
