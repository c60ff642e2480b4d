//! Who may do what.

use super::*;
use crate::http::auth::Access;
use crate::http::routes::table;

/// Every operation of the table with its access, as `(method, path, access)`.
fn operations() -> Vec<(String, String, Access)> {
    let mut operations = Vec::new();
    for route in table() {
        for (path, item) in route.paths() {
            let methods = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("DELETE", &item.delete),
                ("PATCH", &item.patch),
            ];
            let named = methods.into_iter().filter(|(_, operation)| operation.is_some());
            operations.extend(named.map(|(method, _)| (method.to_owned(), path.clone(), route.access)));
        }
    }
    operations
}

#[tokio::test]
async fn every_route_answers_every_role_as_its_table_says() {
    let host = Host::start().await;
    let operations = operations();
    assert!(operations.len() >= 39, "the table lost routes: {}", operations.len());
    let mut checked = 0;
    for (method, path, access) in &operations {
        // Ids that are not there: whoever is let through is told so, and nothing changes.
        let path = path.replace("{id}", "999").replace("{slug}", "nobody").replace("{name}", "nobody");
        let path = path.replace("{number}", "999");
        let mut callers: Vec<(Option<Role>, String)> = vec![(None, String::new())];
        callers.extend(Role::ALL.into_iter().map(|role| (Some(role), host.token_of(role).to_owned())));
        for (role, token) in callers {
            let mut request = Request::builder().method(method.as_str()).uri(&path);
            if role.is_some() {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
            let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from("{"));
            let answer = host.send(request.unwrap()).await;
            let status = answer.status.as_u16();
            let told = format!("{method} {path} as {role:?}: {answer:?}");
            match (access, role) {
                (Access::Public, _) => assert_ne!(status, 401, "{told}"),
                (Access::AtLeast(_), None) => assert_eq!(answer.problem(), (401, "not-signed-in"), "{told}"),
                (Access::AtLeast(least), Some(role)) if role < *least => {
                    assert_eq!(answer.problem(), (403, "not-allowed"), "{told}");
                    assert!(answer.body["detail"].as_str().unwrap().contains("takes the role"), "{told}");
                }
                (Access::AtLeast(_), Some(_)) => {
                    assert!(status != 401 && !is_refused_by_role(&answer), "{told}");
                }
            }
            checked += 1;
        }
    }
    assert_eq!(checked, operations.len() * 5);
}

fn is_refused_by_role(answer: &Answer) -> bool {
    answer.body["detail"].as_str().is_some_and(|detail| detail.contains("takes the role"))
}

#[tokio::test]
async fn only_what_must_be_is_public() {
    let public: Vec<_> = operations()
        .into_iter()
        .filter(|(_, _, access)| *access == Access::Public)
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        public,
        ["GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json", "POST /v1/session"]
    );
}

#[tokio::test]
async fn agents_change_their_own_presence_and_nobody_elses() {
    let host = Host::start().await;
    let online = r#"{"presence":"online"}"#;
    let own = host.call(Role::Agent, "PUT", "/v1/agents/wang-fang/presence", online).await;
    assert_eq!((own.status, &own.body["presence"]), (StatusCode::OK, &Value::from("online")));
    let other = host.call(Role::Agent, "PUT", "/v1/agents/li-lei/presence", online).await;
    assert_eq!(other.problem().0, 403);
    let accepting =
        host.call(Role::Agent, "PUT", "/v1/agents/li-lei/accepting", r#"{"accepting":false}"#).await;
    assert_eq!(accepting.problem().0, 403);
    let body = r#"{"agent":"li-lei"}"#;
    host.open("hello").await;
    assert_eq!(host.call(Role::Agent, "POST", "/v1/conversations/1/take", body).await.problem().0, 403);
    assert_eq!(host.call(Role::Viewer, "GET", "/v1/agents/li-lei", "").await.body["presence"], "offline");
}

#[tokio::test]
async fn a_tenant_never_sees_another() {
    let host = Host::start().await;
    host.open("退款").await;
    set_up(&host.app, "other", folder()).await.unwrap();
    let stranger = host.token("other", Role::Admin, None).await;
    let seen = host.call_with(&stranger, "GET", "/v1/conversations", "", &[]).await;
    assert_eq!(seen.body["items"], serde_json::json!([]));
    for path in ["/v1/conversations/1", "/v1/conversations/1/trace"] {
        assert_eq!(
            host.call_with(&stranger, "GET", path, "", &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let closed = r#"{"reason":"resolved"}"#;
    let answer = host.call_with(&stranger, "POST", "/v1/conversations/1/close", closed, &[]).await;
    assert_eq!(answer.problem().0, 404);
    assert_eq!(host.call(Role::Viewer, "GET", "/v1/conversations/1", "").await.body["place"], "waiting");
}

#[tokio::test]
async fn a_session_lasts_until_it_is_ended_and_not_on_other_sites() {
    let host = Host::start().await;
    let SignIn { tenant, name, password, .. } = host.sign_ins.first().unwrap().clone();
    let sign_in = |password: &str| {
        let body = serde_json::json!({ "tenant": tenant, "name": name, "password": password }).to_string();
        Request::post("/v1/session")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap()
    };
    assert_eq!(host.send(sign_in("wrong password")).await.problem(), (401, "wrong-sign-in"));
    let answer = host.send(sign_in(&password)).await;
    assert_eq!((answer.status, &answer.body["role"]), (StatusCode::OK, &Value::from("admin")));
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let call = |method: &str, origin: &str| {
        let request = Request::builder().method(method).uri("/v1/session").header(header::COOKIE, &cookie);
        let request = request.header(header::HOST, "desk.test").header(header::ORIGIN, origin);
        request.body(Body::empty()).unwrap()
    };
    assert_eq!(host.send(call("GET", "http://desk.test")).await.body["name"], "user:admin");
    assert_eq!(host.send(call("DELETE", "http://evil.test")).await.problem().0, 403);
    assert_eq!(host.send(call("DELETE", "http://desk.test")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        host.send(call("GET", "http://desk.test")).await.problem().0,
        401,
        "at once, although it was looked up"
    );
}

#[tokio::test]
async fn guessing_a_password_is_slowed_down() {
    let host = Host::start().await;
    let body = r#"{"tenant":"shop","name":"admin","password":"guess"}"#;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        let request = Request::post("/v1/session").header(header::CONTENT_TYPE, "application/json");
        statuses.push(host.send(request.body(Body::from(body)).unwrap()).await.status.as_u16());
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10], 429);
}

#[tokio::test]
async fn a_token_is_told_once_and_works_until_it_is_revoked() {
    let host = Host::start().await;
    let body = r#"{"name":"site","role":"agent"}"#;
    let key = [("idempotency-key", "make-token-1")];
    let admin = host.token_of(Role::Admin);
    let made = host.call_with(admin, "POST", "/v1/tokens", body, &key).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let (id, token) = (made.body["id"].as_str().unwrap(), made.body["token"].as_str().unwrap());
    let again = host.call_with(admin, "POST", "/v1/tokens", body, &key).await;
    assert_eq!(
        (again.body["id"].as_str(), again.body.get("token")),
        (Some(id), None),
        "no second token, no secret kept"
    );
    assert_eq!(host.call_with(token, "GET", "/v1/session", "", &[]).await.body["role"], "agent");
    let listed = host.call(Role::Admin, "GET", "/v1/tokens?limit=200", "").await;
    assert!(!listed.body.to_string().contains(token));
    let revoked = host.call(Role::Admin, "DELETE", &format!("/v1/tokens/{id}"), "").await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(host.call_with(token, "GET", "/v1/session", "", &[]).await.problem().0, 401);
}

#[tokio::test]
async fn users_come_and_go_and_every_change_is_in_the_audit_log() {
    let host = Host::start().await;
    let short = r#"{"name":"mei","role":"viewer","password":"short"}"#;
    assert_eq!(host.call(Role::Admin, "POST", "/v1/users", short).await.problem().0, 422);
    let mei = r#"{"name":"mei","role":"viewer","password":"long enough!"}"#;
    assert_eq!(host.call(Role::Admin, "POST", "/v1/users", mei).await.status, StatusCode::CREATED);
    assert_eq!(host.call(Role::Admin, "POST", "/v1/users", mei).await.problem(), (409, "name-taken"));
    assert_eq!(host.call(Role::Admin, "DELETE", "/v1/users/mei", "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(host.call(Role::Admin, "DELETE", "/v1/users/mei", "").await.problem().0, 404);
    host.online("li-lei").await;
    let log = host.call(Role::Admin, "GET", "/v1/audit", "").await;
    let actions: Vec<_> =
        log.body["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["agent.presence", "user.remove", "user.create", "tenant.set-up"]);
    assert!(!log.body.to_string().contains("long enough!"));
}
