//! A harmful canary on the real server under steady traffic: taken back by itself with the event after its guard's
//! breach, nothing lost, and every customer met one revision as long as it ran.

#![cfg(test)]
#![allow(clippy::print_stdout, reason = "what was measured is shown")]

mod host_process;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use host_process::{Answer, Client, Server, write_folder};
use serde_json::{Value, json};

/// How many send at once.
const SENDERS: u64 = 4;
/// Customers, each of whom comes again and again.
const CUSTOMERS: u64 = 60;
/// Of a hundred of them, so many meet the candidate.
const SHARE_PERCENT: u64 = 30;
/// Conversations that wait, at which the canary is taken back.
const WAITING: usize = 40;

const TENANT: &str = "name = \"Load\"\nzone = \"UTC\"\ndefault_group = \"desk\"\nfallback = [\"leave-message\"]\n\
                      recognise_by = [\"login\"]\n[[channel]]\nslug = \"website\"\n";
const GROUPS: &str = "[[group]]\nslug = \"desk\"\nwhen_unstaffed = \"wait\"\n\
                      [[group]]\nslug = \"nowhere\"\nwhen_unstaffed = \"wait\"\n";
const AGENTS: &str = "[[agent]]\nslug = \"ada\"\ngroups = [\"desk\"]\ncapacity = 200\n";
/// Sends everybody to a group where nobody is.
const HARMFUL: &str = "name = \"Nowhere\"\n[then]\ngroup = \"nowhere\"\n";

struct Desk {
    address: String,
    bearer: String,
}

impl Desk {
    fn client(&self) -> Client {
        Client::connect(&self.address).expect("a connection")
    }

    fn send(&self, client: &mut Client, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        client.send(method, path, &[("authorization", &self.bearer)], &body).expect("an answer")
    }

    fn good(&self, client: &mut Client, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.send(client, method, path, body);
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
        answer.json()
    }
}

/// What the senders were told.
#[derive(Default)]
struct Told {
    /// Which customer each conversation is of.
    opened: Mutex<BTreeMap<u64, u64>>,
    closed: Mutex<BTreeSet<u64>>,
}

#[test]
fn a_harmful_canary_is_taken_back_with_the_next_event_and_nothing_is_lost() {
    let directory = tempfile::tempdir().expect("a directory");
    let tenant = directory.path().join("load");
    let files = [("tenant.toml", TENANT), ("groups.toml", GROUPS), ("agents.toml", AGENTS)];
    write_folder(&tenant, &files);
    let server = Server::start(&directory.path().join("data"), &tenant);
    let desk = Desk { address: server.address.clone(), bearer: format!("Bearer {}", server.admin_token()) };
    let mut client = desk.client();
    desk.good(&mut client, "PUT", "/v1/agents/ada/presence", &json!({ "presence": "online" }));

    let with_harm: serde_json::Map<String, Value> = files
        .iter()
        .chain(&[("rules/10-nowhere.toml", HARMFUL)])
        .map(|(path, text)| ((*path).to_owned(), Value::from(*text)))
        .collect();
    desk.good(&mut client, "PUT", "/v1/rulesets/draft", &json!({ "files": with_harm }));
    let made = desk.good(&mut client, "POST", "/v1/rulesets/candidates", &json!({ "note": "harmful" }));
    let path = format!("/v1/rulesets/candidates/{}", made["number"]);
    desk.good(&mut client, "POST", &format!("{path}/check"), &json!({ "stage": "draft" }));
    desk.good(&mut client, "POST", &format!("{path}/tests"), &json!({ "stage": "checked" }));

    let (told, over, next) = (Told::default(), AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| traffic(&desk, &told, &over, &next));
        }
        std::thread::sleep(Duration::from_millis(300));
        let guards = json!({ "waiting": WAITING });
        let canary = json!({ "stage": "tested", "share_percent": SHARE_PERCENT, "guards": guards });
        desk.good(&mut client, "POST", &format!("{path}/canary"), &canary);
        let begun = Instant::now();
        loop {
            let seen = desk.good(&mut client, "GET", &path, &Value::Null);
            if seen["stage"] == "rolled-back" {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "never taken back: {seen}");
            std::thread::sleep(Duration::from_millis(20));
        }
        // Traffic goes on for a while under the live rules.
        std::thread::sleep(Duration::from_millis(300));
        over.store(true, Ordering::Release);
    });

    let ended = desk.good(&mut client, "GET", &path, &Value::Null)["ended"].clone();
    assert_eq!((&ended["metric"], &ended["reading"]), (&json!("waiting"), &json!(WAITING)), "{ended}");
    let audit = desk.good(&mut client, "GET", "/v1/audit?limit=200", &Value::Null);
    let entry = audit["items"].as_array().expect("a list").iter().find(|entry| entry["principal"] == "guard");
    let entry = entry.unwrap_or_else(|| panic!("no audit entry: {audit}"));
    assert_eq!((&entry["action"], &entry["detail"]), (&json!("ruleset.canary-rolled-back"), &ended));

    let events = every_event(&desk, &mut client);
    let world = World::fold(&events);
    let (opened, closed) =
        (told.opened.lock().expect("no sender panicked"), told.closed.lock().expect("no sender panicked"));
    println!(
        "{} conversations, {} of them met the candidate, breach with event {}, taken back with event {:?}",
        opened.len(),
        world.met.values().flatten().filter(|met| **met).count(),
        world.breached,
        world.ended,
    );
    assert_eq!(world.ended, Some(world.breached + 1), "taken back with the very next event");
    assert_eq!(ended["seq"].as_u64(), world.ended);
    assert!(!world.chosen_after_end, "nobody meets the candidate afterwards");
    assert!(world.met.len() > CUSTOMERS as usize / 2, "hardly any traffic: {}", world.met.len());
    let both = world.met.values().filter(|met| met.iter().collect::<BTreeSet<_>>().len() > 1).count();
    assert_eq!(both, 0, "customers who met both revisions");
    let came_again = world.met.values().filter(|met| met.len() > 1).count();
    assert!(came_again > 5, "hardly anybody came twice: {came_again}");

    // Nothing lost: each acknowledged conversation is in one place, by its events and by the lists alike.
    assert_eq!(world.place.keys().collect::<Vec<_>>(), opened.keys().collect::<Vec<_>>());
    assert!(closed.iter().all(|id| world.place[id] == "closed"));
    assert_eq!(listed(&desk, &mut client), world.place);
    let left = world.waits_for.values().filter(|group| *group == "nowhere").count();
    assert_eq!(left, 0, "nobody is left waiting where nobody is");
}

/// Customers come, are served and go, until it is over.
fn traffic(desk: &Desk, told: &Told, over: &AtomicBool, next: &AtomicU64) {
    let mut client = desk.client();
    while !over.load(Ordering::Acquire) {
        // Every customer in turn, none of them next to themselves.
        let customer = next.fetch_add(1, Ordering::Relaxed) % CUSTOMERS;
        let body = json!({ "identity": { "login": format!("customer-{customer}") }, "text": "hello" });
        let opened = desk.good(&mut client, "POST", "/v1/conversations", &body);
        let id = opened["id"].as_u64().expect("a number");
        told.opened.lock().expect("no sender panicked").insert(id, customer);
        if opened["place"] == "assigned" {
            let path = format!("/v1/conversations/{id}/close");
            desk.good(&mut client, "POST", &path, &json!({ "reason": "resolved" }));
            told.closed.lock().expect("no sender panicked").insert(id);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn every_event(desk: &Desk, client: &mut Client) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let path = format!("/v1/events?after={}&limit=200", events.len());
        let page = desk.good(client, "GET", &path, &Value::Null);
        let items = page["items"].as_array().expect("a list");
        if items.is_empty() {
            return events;
        }
        events.extend(items.iter().cloned());
    }
}

/// Where the lists say each conversation is.
fn listed(desk: &Desk, client: &mut Client) -> BTreeMap<u64, String> {
    let mut places = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = desk.good(client, "GET", &format!("/v1/conversations?limit=200{cursor}"), &Value::Null);
        for item in page["items"].as_array().expect("a list") {
            let id = item["id"].as_u64().expect("a number");
            let before = places.insert(id, item["place"].as_str().expect("a place").to_owned());
            assert_eq!(before, None, "listed twice: {item}");
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return places,
        }
    }
}

/// What the events say.
#[derive(Default)]
struct World {
    place: BTreeMap<u64, String>,
    waits_for: BTreeMap<u64, String>,
    /// By customer: whether each conversation opened while the canary ran met the candidate.
    met: BTreeMap<u64, Vec<bool>>,
    /// The first event, while the canary ran, after which as many waited as the guard allows.
    breached: u64,
    /// The event that took the canary back.
    ended: Option<u64>,
    chosen_after_end: bool,
}

impl World {
    fn fold(events: &[Value]) -> World {
        let mut world = World::default();
        let (mut runs, mut customer_of) = (false, BTreeMap::new());
        for record in events {
            let seq = record["seq"].as_u64().expect("a number");
            let (kind, event) =
                record["event"].as_object().and_then(|event| event.iter().next()).expect("one event");
            let id = event["conversation"].as_u64().unwrap_or_default();
            match kind.as_str() {
                "canary-started" => runs = true,
                "canary-ended" => {
                    assert_eq!(world.ended, None, "ended twice");
                    world.ended = Some(seq);
                    runs = false;
                }
                "conversation-opened" => {
                    world.place.insert(id, String::from("nowhere"));
                    let customer = event["customer"].as_u64().expect("known by their login");
                    customer_of.insert(id, customer);
                    if runs {
                        world.met.entry(customer).or_default().push(false);
                    }
                }
                "canary-chosen" => {
                    world.chosen_after_end |= !runs;
                    let met = world.met.get_mut(&customer_of[&id]).and_then(|met| met.last_mut());
                    *met.expect("opened just before") = true;
                }
                "queued" => {
                    world.place.insert(id, String::from("waiting"));
                    world.waits_for.insert(id, event["group"].as_str().expect("a group").to_owned());
                }
                "assigned" | "closed" => {
                    world.place.insert(id, kind.clone());
                    world.waits_for.remove(&id);
                }
                "fell-back" => panic!("nothing falls back here: {record}"),
                _ => {}
            }
            if runs && world.breached == 0 && world.waits_for.len() >= WAITING {
                world.breached = seq;
            }
        }
        world
    }
}
