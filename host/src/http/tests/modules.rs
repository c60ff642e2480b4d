//! Modules: upload, refusal, publishing, and what the browser is given.

use super::*;

const OCTETS: &str = "application/wasm";

fn built(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/modules/built").join(name);
    std::fs::read(path.with_extension("wasm")).unwrap()
}

impl Host {
    async fn upload(&self, token: &str, wasm: Vec<u8>) -> Answer {
        let request = Request::post("/v1/modules")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, OCTETS)
            .body(Body::from(wasm));
        self.send(request.unwrap()).await
    }

    async fn draft_with(&self, path: &str, content: Value) -> Answer {
        let mut files = serde_json::Map::new();
        for (path, bytes) in folder().files {
            files.insert(path, Value::from(String::from_utf8(bytes).unwrap()));
        }
        files.insert(path.to_owned(), content);
        let body = serde_json::json!({ "files": files }).to_string();
        self.call(Role::Admin, "PUT", "/v1/rulesets/draft", &body).await
    }
}

#[tokio::test]
async fn a_module_is_uploaded_published_and_routes() {
    let host = Host::start().await;
    let admin = host.token_of(Role::Admin).to_owned();
    let first = host.upload(&admin, built("counter")).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    assert_eq!(first.body["hooks"], serde_json::json!(["route"]));
    assert_eq!(first.body["contract"], "1.0.0");
    let hash = first.body["module"].clone();
    let again = host.upload(&admin, built("counter")).await;
    assert_eq!((again.status, &again.body["module"]), (StatusCode::OK, &hash), "the same module is the same");

    let module = serde_json::json!({ "module": hash });
    let saved = host.draft_with("rules/05-counter.wasm", module.clone()).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    let draft = host.call(Role::Supervisor, "GET", "/v1/rulesets/draft", "").await.body;
    assert_eq!(draft["files"]["rules/05-counter.wasm"], module, "it is named as it was given");
    let live = host.call(Role::Supervisor, "GET", "/v1/rulesets/live", "").await.body;
    let wish = serde_json::json!({ "expected_revision": live["revision"] }).to_string();
    let published = host.call(Role::Admin, "POST", "/v1/rulesets/publish", &wish).await;
    assert_eq!(published.status, StatusCode::CREATED, "{published:?}");

    // Each call has an instance of its own, so what the module counts is always 1.
    for _ in 0..3 {
        let opened = host.open("你好").await;
        let id = opened["id"].as_u64().unwrap();
        let told = host.call(Role::Viewer, "GET", &format!("/v1/conversations/{id}"), "").await.body;
        let tags: Vec<_> = told["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(!tags.is_empty() && tags.iter().all(|tag| tag.ends_with('1')), "{told}");
    }
    // And so after a restart, which compiles it anew.
    let host = host.restart().await;
    let opened = host.open("你好").await;
    let id = opened["id"].as_u64().unwrap();
    let trace = host.call(Role::Viewer, "GET", &format!("/v1/conversations/{id}/trace"), "").await.body;
    assert!(trace.to_string().contains("05-counter"), "{trace}");
}

#[tokio::test]
async fn what_cannot_be_a_rule_is_refused_with_the_reason() {
    let host = Host::start().await;
    let admin = host.token_of(Role::Admin).to_owned();
    for (wasm, reason) in [
        (b"not a module".to_vec(), "no WebAssembly"),
        (built("counter")[..1_000].to_vec(), "ends"),
        (built("hostile/wasi-import"), "WASI"),
        (built("hostile/unknown-import"), "env"),
        (built("hostile/no-hook"), "hook"),
        (built("hostile/other-version"), "2.0.0"),
    ] {
        let answer = host.upload(&admin, wasm).await;
        assert_eq!(answer.problem(), (422, "module-refused"), "{reason}");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(reason), "{reason}: {detail}");
    }
    assert_eq!(host.upload(&admin, Vec::new()).await.problem().0, 400);
    let large = vec![0; pointsman_engine::limits::MODULE_BYTES_MAX + 1];
    assert_eq!(host.upload(&admin, large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let listed = host.call(Role::Supervisor, "GET", "/v1/modules", "").await.body;
    assert_eq!(listed["items"], serde_json::json!([]), "nothing of it is kept");

    let text = host.draft_with("rules/05-x.wasm", Value::from("(module)")).await;
    assert_eq!(text.problem().0, 422);
    let unknown = host.draft_with("rules/05-x.wasm", serde_json::json!({ "module": "0".repeat(64) })).await;
    assert_eq!(unknown.problem().0, 422);
}

#[tokio::test]
async fn a_module_is_its_tenants_own_and_only_admins_upload() {
    let host = Host::start().await;
    let supervisor = host.token_of(Role::Supervisor).to_owned();
    assert_eq!(host.upload(&supervisor, built("counter")).await.status, StatusCode::FORBIDDEN);
    let admin = host.token_of(Role::Admin).to_owned();
    let hash = host.upload(&admin, built("counter")).await.body["module"].as_str().unwrap().to_owned();
    set_up(&host.app, "other", folder()).await.unwrap();
    let stranger = host.token("other", Role::Admin, None).await;
    for path in [
        format!("/v1/modules/{hash}"),
        format!("/v1/modules/{hash}/bytes"),
        format!("/v1/modules/{hash}/artefact"),
    ] {
        assert_eq!(host.call_with(&stranger, "GET", &path, "", &[]).await.problem().0, 404, "{path}");
        assert_eq!(host.call(Role::Supervisor, "GET", &path, "").await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn the_browser_is_given_an_artefact_once() {
    let host = Host::start().await;
    let admin = host.token_of(Role::Admin).to_owned();
    let hash = host.upload(&admin, built("counter")).await.body["module"].as_str().unwrap().to_owned();
    let path = format!("/v1/modules/{hash}/artefact");
    let artefact = host.call(Role::Supervisor, "GET", &path, "").await;
    let tag = artefact.headers.get(header::ETAG).unwrap().to_str().unwrap().to_owned();
    assert!(tag.contains(&hash));
    let token = host.token_of(Role::Supervisor).to_owned();
    let again = host.call_with(&token, "GET", &path, "", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    // What was made for the browser is not taken for a module.
    let request = Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response = host.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
    let refused = host.upload(&admin, bytes.to_vec()).await;
    assert_eq!(refused.problem(), (422, "module-refused"));
    assert!(refused.body["detail"].as_str().unwrap().contains("artefact"), "{refused:?}");
}
