//! Conversations from the first word to the end.

use super::*;

#[tokio::test]
async fn a_conversation_is_routed_served_and_closed_and_tells_why() {
    let host = Host::start().await;
    host.online("wang-fang").await;
    let opened = host.open("我要退款").await;
    assert_eq!(opened["place"], "assigned", "{opened}");
    assert_eq!(
        (opened["agent"].as_str(), opened["group"].as_str()),
        (Some("wang-fang"), Some("after-sales"))
    );
    assert_eq!(opened["replies"], serde_json::json!(["正在为您转接售后"]));
    let message = r#"{"from":"agent","text":"您好"}"#;
    let said = host.call(Role::Agent, "POST", "/v1/conversations/1/messages", message).await;
    assert_eq!(said.status, StatusCode::CREATED, "{said:?}");
    let close = r#"{"reason":"resolved","satisfaction":90}"#;
    let closed = host.call(Role::Agent, "POST", "/v1/conversations/1/close", close).await;
    assert_eq!((closed.status, closed.body["place"].as_str()), (StatusCode::OK, Some("closed")));
    let seen = host.call(Role::Viewer, "GET", "/v1/conversations/1", "").await.body;
    assert_eq!((seen["place"].as_str(), seen["agent"].as_str()), (Some("closed"), Some("wang-fang")));
    assert_eq!(
        (&seen["tags"], &seen["rules"]),
        (&serde_json::json!(["退款"]), &serde_json::json!(["20-refund"]))
    );
    let said: Vec<_> =
        seen["messages"].as_array().unwrap().iter().map(|said| said["from"].as_str().unwrap()).collect();
    assert_eq!(said, ["visitor", "rule", "agent"]);
    let trace = host.call(Role::Viewer, "GET", "/v1/conversations/1/trace", "").await.body;
    let rules = &trace["items"][0]["decision"];
    assert_eq!(
        (rules["kind"].as_str(), rules["rules"][0]["rule"]["slug"].as_str()),
        (Some("rules"), Some("20-refund"))
    );
    assert_eq!(trace["items"][1]["decision"]["outcome"]["agent"]["slug"], "wang-fang");
    let again = host.call(Role::Agent, "POST", "/v1/conversations/1/close", close).await;
    assert_eq!(again.problem(), (404, "not-found"), "it is not open any more");
}

#[tokio::test]
async fn a_freed_place_goes_to_who_waits_and_lists_show_it() {
    let host = Host::start().await;
    host.online("wang-fang").await;
    for text in ["退款一", "退款二", "退款三"] {
        host.open(text).await;
    }
    let queues = host.call(Role::Viewer, "GET", "/v1/queues", "").await.body;
    let queue = queues.as_array().unwrap().iter().find(|queue| queue["group"] == "after-sales").unwrap();
    assert_eq!((queue["waiting"].as_u64(), queue["conversations"][0]["id"].as_u64()), (Some(2), Some(2)));
    let listed = |answer: &Answer| -> Vec<u64> {
        answer.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
    };
    let waiting = host.call(Role::Viewer, "GET", "/v1/conversations?place=waiting", "").await;
    assert_eq!(listed(&waiting), [3, 2]);
    host.call(Role::Agent, "POST", "/v1/conversations/1/close", r#"{"reason":"resolved"}"#).await;
    let hers = host.call(Role::Viewer, "GET", "/v1/conversations?agent=wang-fang&place=assigned", "").await;
    assert_eq!(listed(&hers), [2], "the oldest, at once");
    let first = host.call(Role::Viewer, "GET", "/v1/conversations?limit=2", "").await;
    assert_eq!((listed(&first), first.body["next"].as_str()), (vec![3, 2], Some("2")));
    let second = host.call(Role::Viewer, "GET", "/v1/conversations?limit=2&cursor=2", "").await;
    assert_eq!((listed(&second), second.body.get("next")), (vec![1], None));
}

#[tokio::test]
async fn a_create_with_a_key_takes_effect_once() {
    let host = Host::start().await;
    let token = host.token_of(Role::Agent);
    let key = [("idempotency-key", "visit-1")];
    let body = r#"{"text":"hello"}"#;
    // Both at once: the actor sees the second before the first is in the store.
    let (one, two) = tokio::join!(
        host.call_with(token, "POST", "/v1/conversations", body, &key),
        host.call_with(token, "POST", "/v1/conversations", body, &key)
    );
    assert_eq!((one.status, &one.body), (two.status, &two.body));
    let other = host.call_with(token, "POST", "/v1/conversations", r#"{"text":"bye"}"#, &key).await;
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    let host = host.restart().await;
    let token = host.token_of(Role::Agent);
    let later = host.call_with(token, "POST", "/v1/conversations", body, &key).await;
    assert_eq!((later.status, &later.body), (StatusCode::CREATED, &one.body), "after a restart too");
    assert_eq!(later.headers.get(header::LOCATION).unwrap(), "/v1/conversations/1");
    let all = host.call(Role::Viewer, "GET", "/v1/conversations", "").await;
    assert_eq!(all.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let host = Host::start().await;
    host.online("wang-fang").await;
    for text in ["退款一", "退款二"] {
        host.open(text).await;
    }
    let look = async |host: &Host| {
        let mut seen = Vec::new();
        for path in ["/v1/conversations/1", "/v1/conversations/2", "/v1/agents", "/v1/conversations/2/trace"]
        {
            seen.push(host.call(Role::Viewer, "GET", path, "").await.body);
        }
        seen
    };
    let before = look(&host).await;
    let host = host.restart().await;
    assert_eq!(look(&host).await, before);
    host.call(Role::Agent, "POST", "/v1/conversations/1/close", r#"{"reason":"resolved"}"#).await;
    assert_eq!(host.call(Role::Viewer, "GET", "/v1/conversations/2", "").await.body["agent"], "wang-fang");
}

#[tokio::test]
async fn agents_are_changed_live_and_the_change_places_who_waits() {
    let host = Host::start().await;
    host.online("wang-fang").await;
    host.open("退款一").await;
    assert_eq!(host.open("退款二").await["place"], "waiting");
    for (body, status) in [
        (r#"{"capacity": 20000}"#, 422),
        (r#"{"groups": {"nowhere": 5}}"#, 422),
        (r#"{"skills": {"refund": 9}}"#, 422),
        ("{}", 422),
    ] {
        assert_eq!(
            host.call(Role::Supervisor, "PATCH", "/v1/agents/wang-fang", body).await.problem().0,
            status,
            "{body}"
        );
    }
    let body = r#"{"capacity": 2, "skills": {"refund": 4}, "groups": {"general": null}}"#;
    let changed = host.call(Role::Supervisor, "PATCH", "/v1/agents/wang-fang", body).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.body["conversations"], serde_json::json!([1, 2]));
    assert_eq!(changed.body["skills"], serde_json::json!({"refund": 4}));
    assert_eq!(changed.body["groups"], serde_json::json!({"after-sales": 50}));
}

#[tokio::test]
async fn an_agent_acts_in_their_own_conversations_only() {
    let host = Host::start().await;
    host.online("li-lei").await;
    assert_eq!(host.open("hello").await["agent"], "li-lei");
    for (path, body) in [
        ("return", "{}"),
        ("close", r#"{"reason":"resolved"}"#),
        ("messages", r#"{"from":"agent","text":"hi"}"#),
    ] {
        let answer = host.call(Role::Agent, "POST", &format!("/v1/conversations/1/{path}"), body).await;
        assert_eq!(answer.problem().0, 403, "{path}");
    }
    let visitor = r#"{"from":"visitor","text":"hi"}"#;
    let answer = host.call(Role::Agent, "POST", "/v1/conversations/1/messages", visitor).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_idle_tenant_leaves_memory_and_comes_back() {
    let options = tenants::Options { idle_after: Duration::from_millis(50), snapshot_events: 3 };
    let host = Host::start_in(tempfile::tempdir().unwrap(), options).await;
    host.online("li-lei").await;
    for text in ["a", "b", "c", "d"] {
        host.open(text).await;
    }
    let tenant = host.app.store.tenant_named("shop").await.unwrap().unwrap().id;
    for _ in 0..100 {
        if host.app.tenants.active(10).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(host.app.tenants.active(10).is_empty(), "it stays in memory");
    let snapshot = host.app.store.snapshot(tenant).await.unwrap().unwrap();
    assert_eq!(snapshot.seq, host.app.store.last_seq(tenant).await.unwrap());
    let seen = host.call(Role::Viewer, "GET", "/v1/agents/li-lei", "").await;
    assert_eq!(seen.body["conversations"], serde_json::json!([1, 2]));
    assert_eq!(host.open("e").await["id"], 5);
}
