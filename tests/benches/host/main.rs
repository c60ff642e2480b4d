//! (d) Durable conversations a second over HTTP: the real host against a bare handler that writes as many bytes with the
//! same settings. 64 connections that stay open, a bounded number of requests, both servers as processes of their own
//! on 127.0.0.1; the rounds alternate.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench")]

mod bare;
#[path = "../support/http.rs"]
mod http;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use http::{Connection, load, request};
use server::{Server, program};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Row};
use support::{Ratios, wanted};
use tokio::runtime::Runtime;

const CONNECTIONS: usize = 64;
const CONVERSATIONS: u64 = 20_000;
const ROUNDS: usize = 5;
/// The word by which this program knows that it is to be the bare server.
const BARE: &str = "bare-server";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, directory, row_bytes, answer_bytes] = arguments.as_slice()
        && word == BARE
    {
        let (row_bytes, answer_bytes) = (row_bytes.parse().unwrap(), answer_bytes.parse().unwrap());
        return Runtime::new().unwrap().block_on(bare::serve(Path::new(directory), row_bytes, answer_bytes));
    }
    if !wanted("host") {
        return;
    }
    match program() {
        Some(program) => compare(&program),
        None => println!("host: there is no `pointsman` to measure; `cargo xtask bench` builds it"),
    }
}

fn compare(program: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let tenant = tenant(directory.path());
    // The client has one thread, so that the servers have what is left of the machine.
    let client = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    client.block_on(async {
        let data = directory.path().join("data");
        let host = Server::start(program, &data, &[tenant], &[]);
        let token = host.token_header("bench").await;
        let mut connection = Connection::open(host.address).await.unwrap();
        let online = request("PUT", "/v1/agents/wang-fang/presence", &token, r#"{"presence":"online"}"#);
        assert_eq!(connection.ask(&online).await.unwrap().status, 200);
        let requests = Arc::new(conversations(&token));
        let answer = connection.ask(&requests[0]).await.unwrap();
        assert_eq!(answer.status, 201);
        load(host.address, CONNECTIONS, CONVERSATIONS / 10, Arc::clone(&requests), 201).await;
        let row_bytes = bytes_of_a_conversation(&data).await;
        let answer_bytes = answer.body.len();
        println!("host: {row_bytes} bytes written and {answer_bytes} bytes answered a conversation");
        let bare = Bare::start(directory.path(), row_bytes, answer_bytes);
        load(bare.address, CONNECTIONS, CONVERSATIONS / 10, Arc::clone(&requests), 201).await;

        let mut shares = Vec::new();
        for _ in 0..ROUNDS {
            let ours = load(host.address, CONNECTIONS, CONVERSATIONS, Arc::clone(&requests), 201).await;
            let theirs = load(bare.address, CONNECTIONS, CONVERSATIONS, Arc::clone(&requests), 201).await;
            let a_second = |took: std::time::Duration| CONVERSATIONS as f64 / took.as_secs_f64();
            println!("host: {:.0}/s, bare handler: {:.0}/s", a_second(ours), a_second(theirs));
            shares.push(theirs.as_secs_f64() / ours.as_secs_f64());
        }
        shares.sort_by(f64::total_cmp);
        let mut ratios = Ratios::new("host");
        ratios.at_least("durable conversations a second, of a bare handler's", shares[ROUNDS / 2], 0.6);
        ratios.finish();
    });
}

/// A tenant with rules of every declarative kind and one agent who never has enough.
fn tenant(directory: &Path) -> PathBuf {
    let folder = directory.join("bench");
    fs::create_dir_all(folder.join("rules")).unwrap();
    let files = [
        (
            "tenant.toml",
            "name = \"Bench\"\nzone = \"Asia/Shanghai\"\ndefault_group = \"general\"\nfallback = [\"leave-message\"]\n\
             channel = [{ slug = \"website\", name = \"Website\" }, { slug = \"app\", name = \"App\" }]\n",
        ),
        (
            "groups.toml",
            "[[group]]\nslug = \"general\"\nname = \"General\"\n\n[[group]]\nslug = \"after-sales\"\nname = \"After sales\"\n",
        ),
        (
            "agents.toml",
            "[[agent]]\nslug = \"wang-fang\"\nname = \"王芳\"\ngroups = [\"general\", \"after-sales\"]\ncapacity = 100000\n",
        ),
        (
            "rules/10-refund.toml",
            "name = \"Refund\"\n\n[when.keywords]\nany = [\"退款\", \"退货\", \"换货\"]\n\n[then]\n\
             group = \"after-sales\"\npriority = 4\ntags = [\"退款\"]\n",
        ),
        (
            "rules/20-vip.toml",
            "name = \"VIP\"\n\n[when]\nvip_min = 2\nchannel = [\"app\"]\n\n[then]\npriority = 6\ntags = [\"VIP\"]\n",
        ),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Requests as a site sends them.
fn conversations(token: &str) -> Vec<Vec<u8>> {
    let texts = ["我上周买的杯子碎了,要退款", "你好,请问有没有 170 的码", "发票什么时候开", "要换货,怎么寄"];
    (0..64)
        .map(|at| {
            let channel = if at % 2 == 0 { "website" } else { "app" };
            let body = serde_json::json!({
                "channel": channel, "language": "zh", "vip": at % 4,
                "identity": { "login": format!("visitor-{at}") }, "text": texts[at % texts.len()],
            });
            request("POST", "/v1/conversations", token, &body.to_string())
        })
        .collect()
}

/// What the host keeps of one conversation, in bytes of text.
async fn bytes_of_a_conversation(data: &Path) -> usize {
    let options = SqliteConnectOptions::new().filename(data.join("pointsman.sqlite")).read_only(true);
    let mut store = options.connect().await.unwrap();
    let mut mean = async |query: &'static str| -> f64 {
        sqlx::query(query).fetch_one(&mut store).await.unwrap().get::<f64, _>(0)
    };
    let journal = mean(
        "SELECT AVG(LENGTH(CAST(command AS BLOB)) + LENGTH(CAST(events AS BLOB)) + LENGTH(principal)) FROM \
         (SELECT * FROM journal ORDER BY first_seq DESC LIMIT 1000)",
    )
    .await;
    let traces = mean(
        "SELECT AVG(LENGTH(CAST(decisions AS BLOB))) FROM (SELECT * FROM traces ORDER BY seq DESC LIMIT 1000)",
    )
    .await;
    (journal + traces).round() as usize
}

/// The bare server, killed when dropped.
struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    fn start(directory: &Path, row_bytes: usize, answer_bytes: usize) -> Bare {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(BARE).arg(directory).args([row_bytes.to_string(), answer_bytes.to_string()]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("http://").parse().unwrap();
        Bare { child, address }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
