//! The real server over a real connection: what only shows there.

#![cfg(test)]
#![allow(clippy::print_stdout, reason = "what was measured is shown")]

mod host_process;

use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use host_process::{Client, Server, program, write_folder};
use serde_json::Value;

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop")
}

fn start() -> (tempfile::TempDir, Server, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let server = Server::start(&directory.path().join("data"), &shop());
    let token = server.admin_token();
    (directory, server, format!("Bearer {token}"))
}

#[test]
fn the_example_is_served_with_its_pages_and_its_reasons() {
    let (_directory, server, bearer) = start();
    let mut client = server.connect().expect("a connection");
    for (path, kind) in [
        ("/healthz", "text/plain"),
        ("/readyz", "text/plain"),
        ("/metrics", "application/openmetrics-text"),
        ("/openapi.json", "application/json"),
        ("/docs/api/", "text/html"),
        ("/docs/api/swagger-ui-bundle.js", "text/javascript"),
        ("/", "text/html"),
    ] {
        let answer = client.send("GET", path, &[], "").expect("an answer");
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.header("content-type").is_some_and(|is| is.starts_with(kind)),
            "{path}: {:?}",
            answer.headers
        );
    }
    let page = client.send("GET", "/docs/api/swagger-initializer.js", &[], "").expect("an answer").body;
    assert!(
        page.contains("/openapi.json") && !page.contains("https://"),
        "the page needs the internet: {page}"
    );

    let headers = [("authorization", bearer.as_str())];
    let body = r#"{"text":"我要退款","channel":"website"}"#;
    let opened = client.send("POST", "/v1/conversations", &headers, body).expect("an answer");
    assert_eq!(opened.status, 201, "{}", opened.body);
    let location = opened.header("location").expect("a location").to_owned();
    let seen = client.send("GET", &location, &headers, "").expect("an answer").json();
    assert_eq!(seen["messages"][0]["text"], "我要退款", "{seen}");
    let trace = client.send("GET", &format!("{location}/trace"), &headers, "").expect("an answer").json();
    let rules = trace["items"][0]["decision"]["rules"].as_array().expect("rules");
    let refund = rules.iter().find(|rule| rule["rule"]["slug"] == "90-refund").expect("the rule");
    // Whether it is asked depends on the hour: at night an earlier rule stops.
    assert!(!refund["outcome"]["kind"].is_null() && rules.len() >= 20, "{trace}");
}

#[test]
fn requests_that_break_off_or_make_no_sense_harm_nobody() {
    let (_directory, server, bearer) = start();
    let head = format!("POST /v1/conversations HTTP/1.1\r\nhost: x\r\nauthorization: {bearer}\r\n");
    let json = "content-type: application/json\r\n";
    // Half a request, and the other side is gone.
    let mut half = server.connect().expect("a connection");
    half.write(format!("{head}{json}content-length: 500\r\n\r\n{{\"text\":").as_bytes()).expect("written");
    drop(half);
    // Half a body, and no more comes.
    let stream = TcpStream::connect(&server.address).expect("a connection");
    let mut cut = Client::connect(&server.address).expect("a connection");
    cut.write(format!("{head}{json}content-length: 500\r\n\r\n{{").as_bytes()).expect("written");
    stream.shutdown(Shutdown::Write).expect("shut");
    drop((stream, cut));
    // Not UTF-8.
    let mut client = server.connect().expect("a connection");
    let mut bytes = format!("{head}{json}content-length: 12\r\n\r\n").into_bytes();
    bytes.extend(b"{\"text\":\"\xff\"}");
    client.write(&bytes).expect("written");
    let answer = client.read().expect("an answer");
    assert_eq!((answer.status, answer.json()["at"]["column"].as_u64()), (400, Some(10)), "{}", answer.body);
    // No HTTP at all.
    let mut garbage = server.connect().expect("a connection");
    garbage.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n").expect("written");
    drop(garbage.read());
    // A megabyte of message.
    let mut client = server.connect().expect("a connection");
    let long = serde_json::json!({ "text": "x".repeat(1 << 20) }).to_string();
    let answer = client.send("POST", "/v1/conversations", &[("authorization", &bearer)], &long);
    // The server may answer and close before it has read everything.
    if let Ok(answer) = answer {
        assert_eq!(answer.status, 413, "{}", answer.body);
    }
    let mut client = server.connect().expect("a connection");
    let listed =
        client.send("GET", "/v1/conversations", &[("authorization", &bearer)], "").expect("an answer").json();
    assert_eq!(listed["items"], serde_json::json!([]), "none of it took effect");
    assert_eq!(client.send("GET", "/readyz", &[], "").expect("an answer").status, 200);
}

#[test]
fn a_stop_answers_what_is_open_and_loses_nothing() {
    let (directory, server, bearer) = start();
    let data = server.data.clone();
    let address = server.address.clone();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let (address, bearer) = (address.clone(), bearer.clone());
            std::thread::spawn(move || {
                let mut acknowledged = Vec::new();
                let Ok(mut client) = Client::connect(&address) else { return acknowledged };
                while let Ok(answer) = client.send(
                    "POST",
                    "/v1/conversations",
                    &[("authorization", &bearer)],
                    r#"{"text":"hi"}"#,
                ) {
                    if answer.status == 201 {
                        acknowledged.push(answer.json()["id"].as_u64().expect("a number"));
                    }
                }
                acknowledged
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(400));
    let (ended_well, took) = server.terminate();
    assert!(ended_well && took < Duration::from_secs(20), "it took {took:?}, well: {ended_well}");
    let acknowledged: Vec<u64> =
        senders.into_iter().flat_map(|sender| sender.join().expect("no panic")).collect();
    assert!(!acknowledged.is_empty());
    let server = Server::start(&data, &shop());
    let mut client = server.connect().expect("a connection");
    for id in &acknowledged {
        let answer =
            client.send("GET", &format!("/v1/conversations/{id}"), &[("authorization", &bearer)], "");
        assert_eq!(answer.expect("an answer").status, 200, "conversation {id} is gone");
    }
    drop(directory);
}

fn run(arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output =
        Command::new(program()).args(["--format", "json"]).args(arguments).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), serde_json::from_str(&text).unwrap_or_default(), text)
}

#[test]
fn the_command_line_says_by_its_exit_code_how_it_went() {
    let shop = shop();
    let shop = shop.to_str().expect("a path");
    let (code, report, _) = run(&["check", shop]);
    assert_eq!((code, report["errors"].as_u64()), (Some(0), Some(0)), "{report}");
    let (code, report, _) = run(&["test", shop]);
    assert_eq!((code, report["failed"].as_u64()), (Some(0), Some(0)), "{report}");
    assert!(report["passed"].as_u64().is_some_and(|passed| passed >= 20));
    let (code, told, _) = run(&["explain", shop, "--text", "我要退款"]);
    assert_eq!((code, told["steps"][0]["kind"].as_str()), (Some(0), Some("rules")));
    assert_eq!(run(&["explain", shop, "--text", "x", "--channel", "fax"]).0, Some(2));
    assert_eq!(run(&["check", "/nowhere"]).0, Some(2));
    assert_eq!(run(&["chekc", shop]).0, Some(2));
    assert_eq!(run(&["--help"]).0, Some(0));

    let directory = tempfile::tempdir().expect("a directory");
    let broken = directory.path().join("broken");
    write_folder(
        &broken,
        &[("tenant.toml", "name = \"x\"\nzone = \"UTC\"\n"), ("groups.toml", ""), ("agents.toml", "x")],
    );
    let broken = broken.to_str().expect("a path");
    for command in [&["check", broken][..], &["test", broken], &["explain", broken, "--text", "x"]] {
        let (code, report, _) = run(command);
        assert_eq!(code, Some(1), "{command:?}: {report}");
        let codes: Vec<_> =
            report["diagnostics"].as_array().expect("findings").iter().map(|one| &one["code"]).collect();
        assert!(codes.contains(&&Value::from("R101")), "{codes:?}");
    }
    let plain = Command::new(program()).args(["check", broken]).output().expect("it runs").stdout;
    assert!(!plain.contains(&0x1b), "colours in a pipe");
}

#[test]
fn a_simulation_repeats_itself_and_writes_its_events_down() {
    let shop = shop();
    let shop = shop.to_str().expect("a path");
    let directory = tempfile::tempdir().expect("a directory");
    let lines = directory.path().join("events.jsonl");
    let lines = lines.to_str().expect("a path");
    let (code, first, _) = run(&["simulate", shop, "--scenario", "night", "--seed", "7", "--events", lines]);
    assert_eq!(code, Some(0), "{first}");
    for field in ["seed", "revision", "conversations", "events", "digest", "kpi"] {
        assert!(!first[field].is_null(), "{field} is missing");
    }
    let written = std::fs::read_to_string(lines).expect("the events").lines().count();
    assert_eq!(Some(written as u64), first["events"].as_u64());
    let (_, runs, _) = run(&["simulate", shop, "--scenario", "night", "--seed", "7", "--runs", "2"]);
    assert_eq!(runs["runs"][0]["digest"], first["digest"]);
    assert_ne!(runs["runs"][1]["digest"], first["digest"], "another seed is another night");
    assert_eq!(run(&["simulate", shop, "--scenario", "nigth"]).0, Some(2));
}

#[test]
fn a_folder_is_published_to_a_running_server_and_refused_when_stale() {
    let (directory, server, bearer) = start();
    let token = bearer.trim_start_matches("Bearer ");
    let folder = directory.path().join("shop");
    copy(&shop(), &folder);
    let url = format!("http://{}", server.address);
    let tenant = folder.join("tenant.toml");
    let text = std::fs::read_to_string(&tenant).expect("the tenant");
    std::fs::write(&tenant, text.replace("name = \"小店\"", "name = \"大店\"")).expect("written");
    let folder = folder.to_str().expect("a path");
    let publish = ["publish", folder, "--server", &url, "--token", token];
    let (code, report, text) = run(&publish);
    assert_eq!((code, report["live"]["number"].as_i64()), (Some(0), Some(2)), "{text}");
    let stale = "0".repeat(64);
    let (code, report, _) = run(&[&publish[..], &["--expected-revision", &stale]].concat());
    assert_eq!((code, report["problem"]["status"].as_u64()), (Some(1), Some(409)), "{report}");
    let (code, report, _) = run(&["publish", folder, "--server", &url, "--token", "pm_wrong"]);
    assert_eq!((code, report["problem"]["status"].as_u64()), (Some(1), Some(401)), "{report}");
    assert_eq!(run(&["publish", folder, "--server", "http://127.0.0.1:1", "--token", token]).0, Some(2));
    let mut client = server.connect().expect("a connection");
    let session =
        client.send("GET", "/v1/session", &[("authorization", &bearer)], "").expect("an answer").json();
    assert_eq!(session["tenant_name"], "大店");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}
