//! `kill -9` of the real server under load, again and again: nothing that was acknowledged is lost, nothing takes effect
//! twice, and the events have no gap.

#![cfg(test)]
#![allow(clippy::print_stdout, reason = "what was measured is shown")]

mod host_process;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use host_process::{Client, Server, write_folder};
use serde_json::Value;

/// How often the server is killed.
const KILLS: u64 = 30;
/// How many send at once.
const SENDERS: u64 = 6;
/// How long it is under load before it is killed; varied so that it is met at different work.
const LOAD_MS: u64 = 250;

const TENANT: &str = "name = \"Load\"\nzone = \"UTC\"\ndefault_group = \"desk\"\nfallback = [\"leave-message\"]\n\
                      [[channel]]\nslug = \"website\"\n";
const GROUPS: &str = "[[group]]\nslug = \"desk\"\nwhen_unstaffed = \"wait\"\n\
                      [[group]]\nslug = \"refunds\"\nwhen_unstaffed = \"wait\"\n";
const REFUND: &str = "name = \"Refunds\"\n[when.keywords]\nany = [\"refund\"]\n[then]\ngroup = \"refunds\"\n";
const AGENTS: [&str; 4] = ["ada", "ben", "cleo", "dan"];
const CAPACITY: usize = 5;

/// What the senders were told, over all lives of the server.
#[derive(Default)]
struct Acknowledged {
    /// By idempotency key: the conversation.
    opened: Mutex<BTreeMap<String, u64>>,
    closed: Mutex<BTreeSet<u64>>,
    /// Keys sent without an answer, to be sent again.
    unanswered: Mutex<Vec<String>>,
    next_key: AtomicU64,
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, tenant) = (directory.path().join("data"), directory.path().join("load"));
    let agents = AGENTS.map(|agent| {
        format!("[[agent]]\nslug = \"{agent}\"\ngroups = [\"desk\", \"refunds\"]\ncapacity = {CAPACITY}\n")
    });
    let agents = agents.concat();
    write_folder(
        &tenant,
        &[
            ("tenant.toml", TENANT),
            ("groups.toml", GROUPS),
            ("agents.toml", &agents),
            ("rules/10-refund.toml", REFUND),
        ],
    );
    let acknowledged = Acknowledged::default();
    let mut token = String::new();
    for kill in 0..KILLS {
        let server = Server::start(&data, &tenant);
        if kill == 0 {
            token = server.admin_token();
            let mut client = server.connect().expect("a connection");
            for agent in AGENTS {
                let path = format!("/v1/agents/{agent}/presence");
                let answer =
                    call(&mut client, &token, "PUT", &path, r#"{"presence":"online"}"#).expect("an answer");
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
        }
        let over = AtomicBool::new(false);
        let address = server.address.clone();
        std::thread::scope(|scope| {
            for sender in 0..SENDERS {
                let (acknowledged, over, token, address) = (&acknowledged, &over, &token, &address);
                scope.spawn(move || send(acknowledged, over, token, address, sender));
            }
            std::thread::sleep(Duration::from_millis(LOAD_MS + kill * 37 % 200));
            server.kill();
            over.store(true, Ordering::Release);
        });
    }
    let server = Server::start(&data, &tenant);
    let mut client = server.connect().expect("a connection");
    // What was never answered is sent again, with its key: it must take effect once, whether it had or not.
    let unanswered = std::mem::take(&mut *acknowledged.unanswered.lock().expect("no sender panicked"));
    for key in unanswered {
        let answer = open(&mut client, &token, &key).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.body);
        note_opened(&acknowledged, key, &answer.json());
    }
    let events = every_event(&mut client, &token);
    let world = World::fold(&events);
    let opened = acknowledged.opened.lock().expect("no sender panicked");
    let closed = acknowledged.closed.lock().expect("no sender panicked");
    println!(
        "{KILLS} kills: {} conversations acknowledged, {} closed, {} events, {} open at the end",
        opened.len(),
        closed.len(),
        events.len(),
        world.with.len() + world.waiting.len()
    );
    assert!(opened.len() > KILLS as usize, "hardly any load: {}", opened.len());
    for (key, id) in opened.iter() {
        assert_eq!(
            world.texts.get(key),
            Some(id),
            "the conversation acknowledged for {key} is not the one opened"
        );
    }
    assert_eq!(world.texts.len(), opened.len(), "as many conversations as keys");
    for id in closed.iter() {
        assert!(world.closed.contains(id), "conversation {id} was acknowledged as closed and is not");
    }
    // The desk in memory is what its events say.
    for agent in AGENTS {
        let answer =
            call(&mut client, &token, "GET", &format!("/v1/agents/{agent}"), "").expect("an answer").json();
        let held: BTreeSet<u64> =
            answer["conversations"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        let expected: BTreeSet<u64> =
            world.with.iter().filter(|(_, with)| *with == agent).map(|(id, _)| *id).collect();
        assert_eq!(held, expected, "{agent}");
    }
    let (ended_well, took) = server.terminate();
    assert!(
        ended_well && took < Duration::from_secs(20),
        "a graceful stop took {took:?}, well: {ended_well}"
    );
}

fn call(
    client: &mut Client,
    token: &str,
    method: &str,
    path: &str,
    body: &str,
) -> std::io::Result<host_process::Answer> {
    client.send(method, path, &[("authorization", &format!("Bearer {token}"))], body)
}

fn open(client: &mut Client, token: &str, key: &str) -> std::io::Result<host_process::Answer> {
    let text = if key.ends_with('7') { format!("{key} refund") } else { key.to_owned() };
    let body = serde_json::json!({ "text": text }).to_string();
    let headers = [("authorization", &*format!("Bearer {token}")), ("idempotency-key", key)];
    client.send("POST", "/v1/conversations", &headers, &body)
}

fn note_opened(acknowledged: &Acknowledged, key: String, answer: &Value) {
    let id = answer["id"].as_u64().expect("a number");
    let before = acknowledged.opened.lock().expect("no sender panicked").insert(key, id);
    assert!(before.is_none_or(|before| before == id), "one key, two conversations");
}

/// Opens conversations, and closes two of three, until the server is gone.
fn send(acknowledged: &Acknowledged, over: &AtomicBool, token: &str, address: &str, sender: u64) {
    let Ok(mut client) = Client::connect(address) else { return };
    let mut own = Vec::new();
    while !over.load(Ordering::Acquire) {
        let n = acknowledged.next_key.fetch_add(1, Ordering::Relaxed);
        let key = format!("key-{sender}-{n}");
        match open(&mut client, token, &key) {
            Ok(answer) if answer.status == 201 => {
                let answer = answer.json();
                own.push(answer["id"].as_u64().expect("a number"));
                note_opened(acknowledged, key, &answer);
            }
            outcome => {
                acknowledged.unanswered.lock().expect("no sender panicked").push(key);
                if outcome.is_err() {
                    return;
                }
            }
        }
        if !n.is_multiple_of(3)
            && let Some(id) = own.pop()
        {
            match call(
                &mut client,
                token,
                "POST",
                &format!("/v1/conversations/{id}/close"),
                r#"{"reason":"resolved"}"#,
            ) {
                Ok(answer) if answer.status == 200 => {
                    acknowledged.closed.lock().expect("no sender panicked").insert(id);
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }
}

/// Every event, page by page; the pages must join without gap or repeat.
fn every_event(client: &mut Client, token: &str) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let path = format!("/v1/events?after={}&limit=200", events.len());
        let page = call(client, token, "GET", &path, "").expect("an answer").json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("no events: {page}")).clone();
        if items.is_empty() {
            return events;
        }
        for item in items {
            assert_eq!(item["seq"].as_u64(), Some(events.len() as u64 + 1), "the order of events is broken");
            events.push(item);
        }
    }
}

/// Where the events say everything is.
#[derive(Default)]
struct World {
    texts: BTreeMap<String, u64>,
    waiting: BTreeSet<u64>,
    with: BTreeMap<u64, String>,
    closed: BTreeSet<u64>,
}

impl World {
    fn fold(events: &[Value]) -> World {
        let mut world = World::default();
        for record in events {
            let (kind, event) =
                record["event"].as_object().and_then(|event| event.iter().next()).expect("one event");
            let id = event["conversation"].as_u64().unwrap_or_default();
            match kind.as_str() {
                "conversation-opened" => {
                    let key = event["text"].as_str().expect("a text").trim_end_matches(" refund").to_owned();
                    let before = world.texts.insert(key, id);
                    assert_eq!(before, None, "opened twice: {record}");
                }
                "queued" => {
                    assert!(!world.with.contains_key(&id), "waits while somebody has it: {record}");
                    world.waiting.insert(id);
                }
                "assigned" => {
                    let agent = event["agent"].as_str().expect("an agent").to_owned();
                    world.waiting.remove(&id);
                    let before = world.with.insert(id, agent.clone());
                    assert_eq!(before, None, "assigned twice: {record}");
                    assert!(!world.closed.contains(&id), "assigned after its end: {record}");
                    let load = world.with.values().filter(|with| **with == agent).count();
                    assert!(load <= CAPACITY, "over capacity: {record}");
                }
                "unassigned" => drop(world.with.remove(&id)),
                "closed" => {
                    world.waiting.remove(&id);
                    world.with.remove(&id);
                    assert!(world.closed.insert(id), "closed twice: {record}");
                }
                _ => {}
            }
        }
        world
    }
}
