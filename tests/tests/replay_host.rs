//! A host's own journal, recorded and replayed: whatever was decided under load is decided again, event by event.

#![cfg(test)]
#![allow(clippy::print_stdout, reason = "what was measured is shown")]

mod host_process;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};

use host_process::{Client, Server, program};
use serde_json::{Value, json};

const CONVERSATIONS: u64 = 52_000;
const CONNECTIONS: u64 = 8;
/// What is said, in turn: refunds, parcels, complaints, nothing in particular.
const WORDS: [&str; 8] =
    ["我要退款", "快递到哪了", "我要投诉", "你好", "开发票", "这件衣服多大码", "退-货", "APP 打不开"];

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop")
}

/// The shop without shifts and business hours: whenever this test runs, somebody is there.
fn always_open(folder: &Path) {
    let files = pointsman_tests::example("shop").expect("the example").files;
    for (path, bytes) in &files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        let text = String::from_utf8_lossy(bytes);
        let kept = text.lines().filter(|line| !line.starts_with("shift = ") && !line.starts_with("hours = "));
        std::fs::write(path, kept.map(|line| format!("{line}\n")).collect::<String>()).expect("written");
    }
    std::fs::remove_dir_all(folder.join("tests")).expect("its rule tests know of hours");
}

fn pointsman(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().expect("the program runs")
}

fn json_of(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {text} {}", String::from_utf8_lossy(&output.stderr)))
}

/// Opens conversations and, a little behind, ends them; one in seven says something more first, one in eleven is given
/// back where an agent has it.
fn serve(client: &mut Client, bearer: &str, next: &AtomicU64) {
    let headers = [("authorization", bearer)];
    let mut open: std::collections::VecDeque<String> = std::collections::VecDeque::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= CONVERSATIONS {
            break;
        }
        let word = WORDS[number as usize % WORDS.len()];
        let channel = ["website", "app"][number as usize % 2];
        let body = json!({
            "text": word, "channel": channel, "vip": number % 3,
            "identity": { "login": format!("customer-{}", number % 9_000) },
        });
        let opened =
            client.send("POST", "/v1/conversations", &headers, &body.to_string()).expect("an answer");
        assert_eq!(opened.status, 201, "{}", opened.body);
        open.push_back(opened.header("location").expect("a location").to_owned());
        while open.len() > 12 {
            let path = open.pop_front().expect("one");
            if number.is_multiple_of(7) {
                let said = json!({ "from": "visitor", "text": WORDS[(number as usize + 3) % WORDS.len()] })
                    .to_string();
                let answer =
                    client.send("POST", &format!("{path}/messages"), &headers, &said).expect("an answer");
                assert!(answer.status < 500, "{}", answer.body);
            }
            if number.is_multiple_of(11) {
                let answer =
                    client.send("POST", &format!("{path}/return"), &headers, "{}").expect("an answer");
                assert!(answer.status < 500, "{}", answer.body);
            }
            let reason = ["resolved", "abandoned"][usize::from(number.is_multiple_of(5))];
            let body = json!({ "reason": reason }).to_string();
            let answer = client.send("POST", &format!("{path}/close"), &headers, &body).expect("an answer");
            assert!(answer.status < 500, "{}", answer.body);
        }
    }
}

#[test]
fn fifty_thousand_conversations_of_a_host_are_decided_again_without_one_difference() {
    let directory = tempfile::tempdir().expect("a directory");
    let tenant = directory.path().join("shop");
    always_open(&tenant);
    let server = Server::start(&directory.path().join("data"), &tenant);
    let token = server.admin_token();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let mut client = server.connect().expect("a connection");
    let agents = client.send("GET", "/v1/agents?limit=200", &headers, "").expect("an answer").json();
    for agent in agents["items"].as_array().expect("agents") {
        let path = format!("/v1/agents/{}/presence", agent["slug"].as_str().expect("a slug"));
        let answer = client.send("PUT", &path, &headers, r#"{"presence":"online"}"#).expect("an answer");
        assert!(answer.status < 300, "{path}: {}", answer.body);
    }
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| serve(&mut server.connect().expect("a connection"), &bearer, &next));
        }
    });
    let recording = directory.path().join("day.recording.gz");
    let recording = recording.to_str().expect("a path");
    let url = format!("http://{}", server.address);
    let period =
        ["--from", "2020-01-01T00:00Z", "--until", "2100-01-01T00:00Z", "--server", &url, "--token", &token];
    let recorded = pointsman(&[&["record", "--unmasked"], &period[..], &[recording]].concat());
    assert!(recorded.status.success(), "{recorded:?}");
    // The first connection was idle for too long.
    let mut client = server.connect().expect("a connection");
    let audit = client.send("GET", "/v1/audit", &headers, "").expect("an answer").json();
    assert_eq!(audit["items"][0]["action"], "recording.export", "{audit}");

    let told = json_of(&pointsman(&["--format", "json", "replay", recording]));
    let verified = &told["verified"];
    println!(
        "{} conversations, {} commands, {} events, {} decisions: {} differ",
        verified["conversations"],
        verified["commands"],
        verified["events"],
        verified["decisions"],
        verified["differing"]
    );
    assert!(verified["conversations"].as_u64() >= Some(50_000), "{verified}");
    assert_eq!(verified["differing"], 0, "{}", verified["first"]);

    // Nobody's name or words leave the house with the mask on, and it still decides.
    let masked = directory.path().join("masked.recording.gz");
    let masked = masked.to_str().expect("a path");
    let answer = pointsman(&[&["record"], &period[..], &[masked]].concat());
    assert!(answer.status.success(), "{answer:?}");
    let page = directory.path().join("replay.html");
    let page = page.to_str().expect("a path");
    let told = json_of(&pointsman(&[
        "--format",
        "json",
        "replay",
        masked,
        "--candidate",
        tenant.to_str().expect("a path"),
        "--runs",
        "1",
        "--html",
        page,
    ]));
    let page = std::fs::read_to_string(page).expect("the report");
    assert!(page.contains("Nothing had to be supposed"), "the report says how true it is");
    println!("masked: {} of {} commands differ", told["verified"]["differing"], told["verified"]["commands"]);
    assert_eq!(told["about"]["masked"], true);
    assert_eq!(told["asked"]["differing"], 0, "the same rules decide alike about the same words");
    assert!(told["comparison"]["sound"].as_bool().expect("told"), "{}", told["comparison"]);
}

#[test]
fn a_period_that_cannot_be_recorded_is_refused_and_leaves_no_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(&directory.path().join("data"), &shop());
    let token = server.admin_token();
    let file = directory.path().join("none.recording.gz");
    let path = file.to_str().expect("a path");
    let url = format!("http://{}", server.address);
    let record = |from: &str, until: &str, token: &str| {
        pointsman(&["record", "--from", from, "--until", until, "--server", &url, "--token", token, path])
    };
    let nothing = record("2020-01-01T00:00Z", "2020-01-02T00:00Z", &token);
    assert!(
        String::from_utf8_lossy(&nothing.stdout).contains("nothing happened in that period"),
        "{nothing:?}"
    );
    let backwards = record("2020-01-02T00:00Z", "2020-01-01T00:00Z", &token);
    assert!(String::from_utf8_lossy(&backwards.stdout).contains("ends before it begins"), "{backwards:?}");
    let stranger = record("2020-01-01T00:00Z", "2100-01-01T00:00Z", "pm_nobody");
    assert!(!stranger.status.success());
    assert!(!file.exists(), "no half recording is left");
    std::fs::write(&file, b"mine").expect("written");
    let taken = record("2020-01-01T00:00Z", "2100-01-01T00:00Z", &token);
    assert_eq!(std::fs::read(&file).expect("read"), b"mine", "{taken:?}");
}
