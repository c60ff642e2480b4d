//! Draft, check, publish, roll back.

use super::*;

fn files(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    let mut files = serde_json::Map::new();
    for (path, bytes) in folder().files {
        files.insert(path, Value::from(String::from_utf8(bytes).unwrap()));
    }
    change(&mut files);
    serde_json::json!({ "files": files }).to_string()
}

async fn live(host: &Host) -> Value {
    host.call(Role::Supervisor, "GET", "/v1/rulesets/live", "").await.body
}

#[tokio::test]
async fn a_draft_goes_live_in_one_step_and_back() {
    let host = Host::start().await;
    host.open("发票").await;
    let first = live(&host).await;
    let invoice = REFUND.replace("退款转售后", "发票").replace("\"退款\"", "\"发票\"");
    let draft = files(|files| {
        files.insert(String::from("rules/10-invoice.toml"), Value::from(invoice));
    });
    let saved = host.call(Role::Admin, "PUT", "/v1/rulesets/draft", &draft).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    assert_eq!(live(&host).await, first, "a draft is not live");
    let check = host.call(Role::Supervisor, "POST", "/v1/rulesets/check", "{}").await.body;
    assert_eq!(check["publishable"], true, "{check}");

    let publish = |expected: &Value| {
        serde_json::json!({ "expected_revision": expected, "note": "invoices" }).to_string()
    };
    let stale = "0".repeat(64);
    let refused = host.call(Role::Admin, "POST", "/v1/rulesets/publish", &publish(&Value::from(stale))).await;
    assert_eq!(refused.problem(), (409, "stale-revision"));
    let wish = publish(&first["revision"]);
    let published = host.call(Role::Admin, "POST", "/v1/rulesets/publish", &wish).await;
    assert_eq!(
        (published.status, published.body["number"].as_i64()),
        (StatusCode::CREATED, Some(2)),
        "{published:?}"
    );
    assert_eq!(published.body["revision"], check["revision"]);
    let again = host.call(Role::Admin, "POST", "/v1/rulesets/publish", &wish).await;
    assert_eq!(again.problem(), (409, "stale-revision"));
    assert_eq!(host.open("发票").await["group"], "after-sales");

    let back =
        serde_json::json!({ "number": 1, "expected_revision": published.body["revision"] }).to_string();
    let back = host.call(Role::Admin, "POST", "/v1/rulesets/rollback", &back).await;
    assert_eq!((back.status, back.body["number"].as_i64()), (StatusCode::CREATED, Some(3)), "{back:?}");
    assert_eq!(host.open("发票").await["group"], "general");
    let history = host.call(Role::Supervisor, "GET", "/v1/rulesets/history", "").await.body;
    let revisions: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|item| &item["revision"]).collect();
    assert_eq!(revisions, [&first["revision"], &published.body["revision"], &first["revision"]]);

    // Old decisions are told with the rules of their time, although rule 0 is another one now; after a restart too.
    let host = host.restart().await;
    let trace = host.call(Role::Viewer, "GET", "/v1/conversations/2/trace", "").await.body;
    assert_eq!(trace["items"][0]["decision"]["rules"][0]["rule"]["slug"], "10-invoice", "{trace}");
    let seen = host.call(Role::Viewer, "GET", "/v1/conversations/2", "").await.body;
    assert_eq!(seen["rules"], serde_json::json!(["10-invoice"]));
}

#[tokio::test]
async fn what_is_wrong_cannot_go_live_and_is_told_with_its_place() {
    let host = Host::start().await;
    let before = live(&host).await;
    let draft = files(|files| {
        let wrong = REFUND.replace("after-sales", "after-sale");
        files.insert(String::from("rules/20-refund.toml"), Value::from(wrong));
    });
    assert_eq!(host.call(Role::Admin, "PUT", "/v1/rulesets/draft", &draft).await.status, StatusCode::OK);
    let wish = serde_json::json!({ "expected_revision": before["revision"] }).to_string();
    let refused = host.call(Role::Admin, "POST", "/v1/rulesets/publish", &wish).await;
    assert_eq!(refused.problem(), (422, "not-publishable"));
    let finding = &refused.body["diagnostics"][0];
    assert_eq!(
        (finding["code"].as_str(), finding["did_you_mean"].as_str()),
        (Some("R202"), Some("after-sales"))
    );
    assert_eq!(
        (finding["file"].as_str(), finding["span"]["line"].as_u64()),
        (Some("rules/20-refund.toml"), Some(6))
    );
    assert_eq!(live(&host).await, before, "the running ruleset stays");
    assert_eq!(host.open("退款").await["group"], "after-sales");
}

#[tokio::test]
async fn drafts_are_not_overwritten_unseen_and_stay_inside_the_folder() {
    let host = Host::start().await;
    let draft = host.call(Role::Supervisor, "GET", "/v1/rulesets/draft", "").await.body;
    let mut body: Value = serde_json::from_str(&files(|_| {})).unwrap();
    body["files"]["README.md"] = Value::from("# 小店");
    body["expected_draft"] = draft["draft"].clone();
    let body = body.to_string();
    assert_eq!(host.call(Role::Admin, "PUT", "/v1/rulesets/draft", &body).await.status, StatusCode::OK);
    assert_eq!(
        host.call(Role::Admin, "PUT", "/v1/rulesets/draft", &body).await.problem(),
        (409, "stale-draft")
    );
    for path in ["../x", "/etc/passwd", "a//b", "", "a\\b"] {
        let body = serde_json::json!({ "files": { path: "x" } }).to_string();
        assert_eq!(
            host.call(Role::Admin, "PUT", "/v1/rulesets/draft", &body).await.problem().0,
            422,
            "{path}"
        );
    }
}
