//! From draft to live in steps.

use serde_json::json;

use super::*;

const SPLIT: &str = r#"
name = "都去售后"
[then]
group = "after-sales"
"#;

/// Rule tests of which one fails while `rules/10-all.toml` sends everybody away.
const TESTS: &str = r#"
[[test]]
name = "发票留在综合组"
text = "开发票"
[test.expect]
group = "general"
"#;

async fn save(host: &Host, extra: &[(&str, &str)]) {
    let mut files = serde_json::Map::new();
    for (path, bytes) in folder().files {
        files.insert(path, Value::from(String::from_utf8(bytes).unwrap()));
    }
    for (path, text) in extra {
        files.insert((*path).to_owned(), Value::from(*text));
    }
    let body = json!({ "files": files }).to_string();
    let saved = host.call(Role::Admin, "PUT", "/v1/rulesets/draft", &body).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
}

async fn make(host: &Host, note: &str) -> i64 {
    let made =
        host.call(Role::Admin, "POST", "/v1/rulesets/candidates", &json!({ "note": note }).to_string()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    made.body["number"].as_i64().unwrap()
}

async fn step(host: &Host, number: i64, step: &str, body: Value) -> Answer {
    let path = format!("/v1/rulesets/candidates/{number}/{step}");
    host.call(Role::Admin, "POST", &path, &body.to_string()).await
}

async fn good(host: &Host, number: i64, to: &str, body: Value) -> Value {
    let answer = step(host, number, to, body).await;
    assert!(answer.status.is_success(), "{answer:?}");
    answer.body
}

async fn last(host: &Host) -> Value {
    host.call(Role::Supervisor, "GET", "/v1/rulesets/candidate", "").await.body
}

async fn live_revision(host: &Host) -> Value {
    host.call(Role::Supervisor, "GET", "/v1/rulesets/live", "").await.body["revision"].clone()
}

/// A candidate with tests passed that sends everybody to after-sales.
async fn tested(host: &Host) -> i64 {
    save(host, &[("rules/10-all.toml", SPLIT)]).await;
    let number = make(host, "everybody to after-sales").await;
    good(host, number, "check", json!({ "stage": "draft" })).await;
    good(host, number, "tests", json!({ "stage": "checked" })).await;
    number
}

async fn audited(host: &Host, action: &str) -> Vec<Value> {
    let log = host.call(Role::Admin, "GET", "/v1/audit?limit=200", "").await.body;
    let items = log["items"].as_array().unwrap().clone();
    items.into_iter().filter(|item| item["action"] == action).collect()
}

#[tokio::test]
async fn a_draft_comes_to_live_step_by_step_and_the_history_tells_how() {
    let host = Host::start().await;
    let before = live_revision(&host).await;
    let number = tested(&host).await;
    let early = step(&host, number, "check", json!({ "stage": "draft" })).await;
    assert_eq!(early.problem(), (409, "stale-stage"), "a step is not taken twice");
    let other = step(&host, number, "report", json!({ "stage": "tested", "revision": before, "report": {} }));
    assert_eq!(other.await.problem(), (409, "other-revision"), "a report of something else");
    let revision = last(&host).await["revision"].clone();
    let report = json!({ "conversations": 1000, "service_level": 0.93 });
    let attach = json!({ "stage": "tested", "revision": revision, "report": report });
    assert_eq!(good(&host, number, "report", attach).await["stage"], "simulated");

    let differ =
        host.call(Role::Supervisor, "GET", "/v1/rulesets/diff?from=live&to=candidate", "").await.body;
    assert_eq!(differ["files"], json!([{ "path": "rules/10-all.toml", "to": SPLIT }]), "{differ}");

    assert_eq!(host.open("开发票").await["group"], "general", "nothing is live before it is");
    let go = json!({ "stage": "simulated", "expected_revision": before });
    let published = good(&host, number, "live", go).await;
    assert_eq!((&published["revision"], published["number"].as_i64()), (&revision, Some(2)));
    assert_eq!(host.open("开发票").await["group"], "after-sales");
    let ended = last(&host).await;
    assert_eq!((&ended["stage"], &ended["live_number"]), (&json!("live"), &json!(2)));

    let history = host.call(Role::Supervisor, "GET", "/v1/rulesets/history", "").await.body;
    let newest = &history["items"][0];
    assert_eq!((&newest["note"], &newest["candidate"]), (&json!("everybody to after-sales"), &json!(number)));
    let path = format!("/v1/rulesets/candidates/{number}/report");
    assert_eq!(host.call(Role::Supervisor, "GET", &path, "").await.body, report);
}

#[tokio::test]
async fn red_tests_block_until_somebody_says_why_and_that_is_audited() {
    let host = Host::start().await;
    save(&host, &[("rules/10-all.toml", SPLIT), ("tests/desk.toml", TESTS)]).await;
    let number = make(&host, "").await;
    good(&host, number, "check", json!({ "stage": "draft" })).await;
    let red = step(&host, number, "tests", json!({ "stage": "checked" })).await;
    assert_eq!(red.problem(), (422, "red-tests"));
    assert_eq!(red.body["diagnostics"][0]["file"], "tests/desk.toml", "{}", red.body);
    let silent = json!({ "stage": "checked", "override_reason": "  " });
    assert_eq!(step(&host, number, "tests", silent).await.problem().0, 422, "no reason is no reason");
    assert_eq!(last(&host).await["stage"], "checked");
    let skipped = step(&host, number, "shadow", json!({ "stage": "checked" })).await;
    assert_eq!(skipped.problem(), (409, "wrong-stage"));
    let reason = json!({ "stage": "checked", "override_reason": "the desk is closed today" });
    good(&host, number, "tests", reason).await;
    let audit = audited(&host, "ruleset.override-tests").await;
    assert_eq!(audit[0]["detail"]["override"]["reason"], "the desk is closed today", "{audit:?}");
    assert_eq!(audit[0]["detail"]["failed"], 1);
    let go = json!({ "stage": "tested", "expected_revision": live_revision(&host).await });
    good(&host, number, "live", go).await;
    assert_eq!(host.open("开发票").await["group"], "after-sales");
}

#[tokio::test]
async fn one_candidate_at_a_time_and_what_does_not_compile_stays_a_draft() {
    let host = Host::start().await;
    save(&host, &[("rules/10-all.toml", &SPLIT.replace("after-sales", "after-sale"))]).await;
    let number = make(&host, "").await;
    let wrong = step(&host, number, "check", json!({ "stage": "draft" })).await;
    assert_eq!(wrong.problem(), (422, "not-publishable"));
    assert_eq!(wrong.body["diagnostics"][0]["did_you_mean"], "after-sales");
    let second = host.call(Role::Admin, "POST", "/v1/rulesets/candidates", "{}").await;
    assert_eq!(second.problem(), (409, "candidate-open"));
    let path = format!("/v1/rulesets/candidates/{number}/check");
    let supervisor = host.call(Role::Supervisor, "POST", &path, r#"{"stage":"draft"}"#).await;
    assert_eq!(supervisor.status, StatusCode::FORBIDDEN);
    let path = format!("/v1/rulesets/candidates/{number}/withdraw");
    let body = r#"{"stage":"draft","reason":"typo"}"#;
    let taken_back = host.call(Role::Supervisor, "POST", &path, body).await;
    assert_eq!(taken_back.status, StatusCode::OK, "{taken_back:?}");
    assert_eq!(last(&host).await["ended"]["reason"], "typo");
    assert_eq!(make(&host, "").await, number + 1);
}

#[tokio::test]
async fn a_step_sent_again_with_its_key_is_taken_once() {
    let host = Host::start().await;
    let token = host.token_of(Role::Admin).to_owned();
    let send = |path: String, body: Value, key: &'static str| {
        let (host, token) = (&host, token.as_str());
        async move {
            let key = [("idempotency-key", key)];
            host.call_with(token, "POST", &path, &body.to_string(), &key).await
        }
    };
    let make = || send(String::from("/v1/rulesets/candidates"), json!({ "note": "again" }), "make");
    let (first, again) = (make().await, make().await);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    let number = first.body["number"].as_i64().unwrap();
    let check = || {
        let path = format!("/v1/rulesets/candidates/{number}/check");
        send(path, json!({ "stage": "draft" }), "check")
    };
    assert_eq!(
        (check().await.body["stage"].clone(), check().await.status),
        (json!("checked"), StatusCode::OK)
    );
    good(&host, number, "tests", json!({ "stage": "checked" })).await;
    let shadow = || {
        let path = format!("/v1/rulesets/candidates/{number}/shadow");
        send(path, json!({ "stage": "tested" }), "shadow")
    };
    assert_eq!((shadow().await.status, shadow().await.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(audited(&host, "ruleset.shadow").await.len(), 1);
}

#[tokio::test]
async fn a_shadow_lists_what_would_differ_and_goes_on_after_a_restart() {
    let host = Host::start().await;
    let number = tested(&host).await;
    good(&host, number, "shadow", json!({ "stage": "tested" })).await;
    assert_eq!(host.open("开发票").await["group"], "general", "it decides nothing");
    host.open("退款").await;
    let differences = last(&host).await["differences"].clone();
    assert_eq!(
        (&differences["decisions"], &differences["differing"]),
        (&json!(2), &json!(1)),
        "{differences}"
    );
    let example = &differences["examples"][0];
    assert_eq!(example["conversation"], 1);
    assert_eq!(example["live"]["plan"]["target"], json!({ "group": "general" }), "{example}");
    assert_eq!(example["candidate"]["plan"]["target"], json!({ "group": "after-sales" }));
    assert_eq!(example["candidate"]["rules"], json!(["10-all"]));
    // Both send refunds to after-sales: only what fares otherwise is listed.
    assert_eq!(differences["rules"], json!({ "10-all": { "live": 0, "candidate": 1 } }));
    let host = host.restart().await;
    host.open("开发票").await;
    assert_eq!(last(&host).await["differences"]["decisions"], 3, "counted on");
    assert_eq!(last(&host).await["stage"], "shadow");
}

#[tokio::test]
async fn a_canary_decides_about_its_customers_until_a_guard_takes_it_back() {
    let host = Host::start().await;
    let number = tested(&host).await;
    let open_guards = json!({ "stage": "tested", "share_percent": 100, "guards": {} });
    assert_eq!(step(&host, number, "canary", open_guards).await.problem().0, 422, "no guard is no canary");
    let canary = json!({ "stage": "tested", "share_percent": 100, "guards": { "waiting": 3 } });
    good(&host, number, "canary", canary).await;
    let opened = host.open("开发票").await;
    assert_eq!(opened["group"], "after-sales");
    let seen = host.call(Role::Viewer, "GET", "/v1/conversations/1", "").await.body;
    assert_eq!(seen["rules"], json!(["10-all"]), "its rules are told by name");
    let trace = host.call(Role::Viewer, "GET", "/v1/conversations/1/trace", "").await.body;
    assert_eq!(trace["items"][0]["decision"]["rules"][0]["rule"]["slug"], "10-all", "{trace}");
    assert_eq!(trace["items"][0]["revision"], last(&host).await["revision"]);

    let host = host.restart().await;
    assert_eq!(host.open("开发票").await["group"], "after-sales", "it goes on after a restart");
    let running = last(&host).await;
    assert_eq!(
        (&running["canary"]["chosen"]["opened"], &running["canary"]["readings"]["waiting"]),
        (&json!(2), &json!(2)),
        "{running}"
    );
    assert_eq!(host.open("开发票").await["group"], "general", "the third breaches the guard");
    let ended = last(&host).await;
    assert_eq!(ended["stage"], "rolled-back");
    assert_eq!((&ended["ended"]["metric"], &ended["ended"]["reading"]), (&json!("waiting"), &json!(3)));
    let audit = audited(&host, "ruleset.canary-rolled-back").await;
    assert_eq!((&audit[0]["principal"], &audit[0]["detail"]), (&json!("guard"), &ended["ended"]));
    for id in 1..=3 {
        let seen = host.call(Role::Viewer, "GET", &format!("/v1/conversations/{id}"), "").await.body;
        assert_eq!((&seen["place"], &seen["group"]), (&json!("waiting"), &json!("general")), "{seen}");
    }
    let go = json!({ "stage": "canary", "expected_revision": live_revision(&host).await });
    assert_eq!(step(&host, number, "live", go).await.problem(), (409, "stale-stage"));
}

#[tokio::test]
async fn a_canary_changes_its_share_is_withdrawn_or_goes_live() {
    let host = Host::start().await;
    let number = tested(&host).await;
    let canary = |stage: &str, share: u8| json!({ "stage": stage, "share_percent": share, "guards": { "failures": 5 } });
    good(&host, number, "canary", canary("tested", 1)).await;
    good(&host, number, "canary", canary("canary", 100)).await;
    assert_eq!(last(&host).await["canary"]["share_percent"], 100);
    assert_eq!(host.open("开发票").await["group"], "after-sales");
    good(&host, number, "withdraw", json!({ "stage": "canary", "reason": "not today" })).await;
    let seen = host.call(Role::Viewer, "GET", "/v1/conversations/1", "").await.body;
    assert_eq!(seen["group"], "general", "routed anew: {seen}");

    let number = make(&host, "again").await;
    good(&host, number, "check", json!({ "stage": "draft" })).await;
    good(&host, number, "tests", json!({ "stage": "checked" })).await;
    good(&host, number, "canary", canary("tested", 100)).await;
    let go = json!({ "stage": "canary", "expected_revision": live_revision(&host).await });
    good(&host, number, "live", go).await;
    assert_eq!(last(&host).await["stage"], "live");
    assert_eq!(host.open("开发票").await["group"], "after-sales");
}

#[tokio::test]
async fn what_else_goes_live_sends_the_candidate_away_and_more_than_rules_is_no_canary() {
    let host = Host::start().await;
    let number = tested(&host).await;
    good(&host, number, "shadow", json!({ "stage": "tested" })).await;
    save(&host, &[("agents.toml", &AGENTS.replace("capacity = 2", "capacity = 3"))]).await;
    let wish = json!({ "expected_revision": live_revision(&host).await }).to_string();
    let published = host.call(Role::Admin, "POST", "/v1/rulesets/publish", &wish).await;
    assert_eq!(published.status, StatusCode::CREATED, "{published:?}");
    let ended = last(&host).await;
    assert_eq!(
        (&ended["stage"], &ended["ended"]["reason"]),
        (&json!("withdrawn"), &json!("revision 2 was published"))
    );

    save(&host, &[("agents.toml", &AGENTS.replace("capacity = 2", "capacity = 9"))]).await;
    let number = make(&host, "").await;
    good(&host, number, "check", json!({ "stage": "draft" })).await;
    good(&host, number, "tests", json!({ "stage": "checked" })).await;
    let canary = json!({ "stage": "tested", "share_percent": 10, "guards": { "waiting": 10 } });
    let refused = step(&host, number, "canary", canary).await;
    assert_eq!(refused.problem(), (422, "changes-more-than-rules"));
    assert!(refused.body["detail"].as_str().unwrap().contains("agents"), "{}", refused.body);
    let shadow = step(&host, number, "shadow", json!({ "stage": "tested" })).await;
    assert_eq!(shadow.problem(), (422, "changes-more-than-rules"));
    assert_eq!(last(&host).await["stage"], "tested", "it can still go live as it is");
}
