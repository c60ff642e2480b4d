//! The event stream.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::*;

type Stream = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn listen(host: &Host) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = host.router.clone();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

async fn connect(
    host: &Host,
    address: std::net::SocketAddr,
    query: &str,
    origin: &str,
) -> Result<Stream, Error> {
    let mut request = format!("ws://{address}/v1/events{query}").into_client_request().unwrap();
    let token = format!("Bearer {}", host.token_of(Role::Viewer));
    request.headers_mut().insert("authorization", token.parse().unwrap());
    request.headers_mut().insert("origin", origin.parse().unwrap());
    connect_async(request).await.map(|(stream, _)| stream)
}

async fn next(stream: &mut Stream) -> Value {
    loop {
        let message =
            tokio::time::timeout(Duration::from_secs(10), stream.next()).await.unwrap().unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_taken_up_without_gap_or_repeat() {
    let host = Host::start().await;
    let address = listen(&host).await;
    let own = format!("http://{address}");
    let mut stream = connect(&host, address, "?after=0", &own).await.unwrap();
    host.open("退款一").await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        seen.push(next(&mut stream).await);
    }
    stream.close(None).await.unwrap();
    drop(stream);
    for n in 0..30 {
        host.open(&format!("退款 {n}")).await;
    }
    let last = seen.last().unwrap()["seq"].as_u64().unwrap();
    let mut stream = connect(&host, address, &format!("?after={last}"), &own).await.unwrap();
    // Some of what follows is read from the journal, some comes live.
    host.online("wang-fang").await;
    let end = host.call(Role::Viewer, "GET", "/v1/session", "").await;
    assert_eq!(end.status, StatusCode::OK);
    while !seen.last().unwrap()["event"].to_string().contains("assigned") {
        seen.push(next(&mut stream).await);
    }
    let seqs: Vec<_> = seen.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    let mut paged = Vec::new();
    let mut after = 0;
    loop {
        let page =
            host.call(Role::Viewer, "GET", &format!("/v1/events?after={after}&limit=7"), "").await.body;
        let items = page["items"].as_array().unwrap().clone();
        if items.is_empty() {
            break;
        }
        after = page["next"].as_u64().unwrap();
        paged.extend(items);
    }
    assert_eq!(paged, seen, "pages and stream tell the same");
    stream.send(Message::Close(None)).await.unwrap();
}

#[tokio::test]
async fn the_stream_is_for_this_site_and_names_things() {
    let host = Host::start().await;
    let address = listen(&host).await;
    match connect(&host, address, "", "http://evil.test").await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 403),
        other => panic!("{other:?}"),
    }
    let mut stream = connect(&host, address, "", &format!("http://{address}")).await.unwrap();
    // A stream that is not told where to begin begins when it is there.
    tokio::time::sleep(Duration::from_millis(100)).await;
    host.online("wang-fang").await;
    let event = next(&mut stream).await;
    assert_eq!(
        event["event"],
        serde_json::json!({"presence-changed": {"agent": "wang-fang", "presence": "online"}})
    );
    assert!(event["at"].as_str().unwrap().ends_with('Z'));
}

/// Whatever the core writes: no number may be left where a name belongs.
#[tokio::test]
async fn no_event_shows_an_id() {
    let host = Host::start().await;
    host.online("wang-fang").await;
    host.open("退款").await;
    host.call(Role::Supervisor, "PATCH", "/v1/agents/li-lei", r#"{"capacity":3,"skills":{"refund":2}}"#)
        .await;
    host.call(Role::Supervisor, "POST", "/v1/conversations/1/return", "{}").await;
    let page = host.call(Role::Viewer, "GET", "/v1/events?limit=200", "").await.body;
    let plain = ["seq", "conversation", "vip", "priority", "position", "level", "tier", "id", "capacity"];
    fn numbers<'a>(field: &'a str, value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Number(_) => found.push(field),
            Value::Array(items) => items.iter().for_each(|item| numbers(field, item, found)),
            Value::Object(fields) => fields.iter().for_each(|(field, value)| numbers(field, value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    numbers("", &page["items"], &mut found);
    found.retain(|field| !plain.contains(field) && !field.ends_with("_ms"));
    assert!(found.is_empty(), "{found:?} in {page}");
}
