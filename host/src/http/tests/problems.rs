//! Requests that are wrong: each is told what is wrong, where, and what to do, in one form.

use super::*;

#[tokio::test]
async fn every_kind_of_wrong_request_is_told_as_a_problem() {
    let host = Host::start().await;
    let open = "/v1/conversations";
    for (method, path, body, expected) in [
        ("POST", open, "{", (400, "bad-request")),
        ("POST", open, r#"{"text": 5}"#, (422, "invalid")),
        ("POST", open, r#"{"txet": "hello"}"#, (422, "invalid")),
        ("POST", open, r#"{"channel": "fax"}"#, (422, "invalid")),
        ("POST", open, r#"{"identity": {"phone": "1"}}"#, (422, "invalid")),
        ("GET", "/v1/nothing", "", (404, "not-found")),
        ("GET", "/v1/conversations/abc", "", (404, "not-found")),
        ("GET", "/v1/conversations/77", "", (404, "not-found")),
        ("GET", "/v1/conversations?limit=0", "", (400, "bad-request")),
        ("GET", "/v1/conversations?sort=x", "", (400, "bad-request")),
        ("GET", "/v1/conversations?group=x", "", (422, "invalid")),
        ("DELETE", open, "", (405, "method-not-allowed")),
        ("POST", "/v1/conversations/1/messages", r#"{"from":"visitor","text":"hi"}"#, (404, "not-found")),
        ("POST", "/v1/nothing", "{}", (404, "not-found")),
        ("POST", "/elsewhere", "{}", (404, "not-found")),
    ] {
        let answer = host.call(Role::Agent, method, path, body).await;
        assert_eq!(answer.problem(), expected, "{method} {path} {body}");
    }
}

#[tokio::test]
async fn the_place_in_the_body_is_told() {
    let host = Host::start().await;
    let answer =
        host.call(Role::Agent, "POST", "/v1/conversations", "{\n  \"identity\": {\"login\": 7}\n}").await;
    assert_eq!(answer.body["at"], serde_json::json!({"field": "identity.login", "line": 2, "column": 25}));
}

#[tokio::test]
async fn bodies_have_a_type_and_a_limit() {
    let host = Host::start().await;
    let request = Request::post("/v1/conversations")
        .header(header::AUTHORIZATION, format!("Bearer {}", host.token_of(Role::Agent)))
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(host.send(request).await.problem(), (415, "not-json"));
    let long = serde_json::json!({ "text": "退".repeat(64 * 1024) }).to_string();
    assert_eq!(
        host.call(Role::Agent, "POST", "/v1/conversations", &long).await.problem(),
        (413, "too-large")
    );
    let huge = serde_json::json!({ "text": "x".repeat(1024 * 1024) }).to_string();
    assert_eq!(
        host.call(Role::Agent, "POST", "/v1/conversations", &huge).await.problem(),
        (413, "too-large")
    );
    let allowed = serde_json::json!({ "text": "x".repeat(64 * 1024) }).to_string();
    assert_eq!(
        host.call(Role::Agent, "POST", "/v1/conversations", &allowed).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn answers_protect_the_browser_and_carry_an_id() {
    let host = Host::start().await;
    for path in ["/healthz", "/v1/agents", "/v1/nothing", "/"] {
        let answer = host.call(Role::Viewer, "GET", path, "").await;
        for name in ["x-request-id", "x-content-type-options", "content-security-policy", "referrer-policy"] {
            assert!(answer.headers.contains_key(name), "{path} lacks {name}");
        }
    }
}

#[tokio::test]
async fn metrics_are_told_to_this_machine_only() {
    let host = Host::start().await;
    host.open("hello").await;
    let call = |peer: [u8; 4], forwarded: bool| {
        let mut request = Request::get("/metrics");
        if forwarded {
            request = request.header("x-forwarded-for", "203.0.113.9");
        }
        let peer = std::net::SocketAddr::from((peer, 4000));
        request.extension(axum::extract::ConnectInfo(peer)).body(Body::empty()).unwrap()
    };
    assert_eq!(host.send(call([203, 0, 113, 9], false)).await.problem().0, 403);
    assert_eq!(host.send(call([127, 0, 0, 1], true)).await.problem().0, 403);
    let text = host.send(call([127, 0, 0, 1], false)).await.body;
    let text = text.as_str().unwrap();
    assert!(text.contains("pointsman_commands_total{command=\"open\"} 1"), "{text}");
    assert!(text.contains("pointsman_waiting{tenant=\"shop\"} 1"), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn the_document_of_the_interface_is_as_it_was() {
    let document = serde_json::to_string_pretty(&crate::http::openapi()).unwrap();
    insta::with_settings!({ snapshot_path => "../../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("openapi", document);
    });
}
