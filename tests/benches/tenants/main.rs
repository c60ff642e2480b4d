//! (e) 10,000 tenants of which 100 are active: how long the host takes to start, and how much memory a tenant is worth.
//! The tenants are one that was set up the ordinary way, and copies of its rows; each has its own journal.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench")]

#[path = "../support/http.rs"]
mod http;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use http::{Connection as Client, request};
use server::{Server, program};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use support::{Ratios, wanted};

const TENANTS: i64 = 10_000;
const ACTIVE: i64 = 100;
/// Enough to be over everything that is paid once.
const CONVERSATIONS_EACH: usize = 20;

fn main() {
    if !wanted("tenants") {
        return;
    }
    let Some(program) = program() else {
        return println!("tenants: there is no `pointsman` to measure; `cargo xtask bench` builds it");
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(&program));
}

async fn measure(program: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (one_kb, token) = {
        let host = Server::start(program, &data, &[tenant(directory.path())], &[]);
        let token = host.token_header("tenant-1").await;
        visit(&host, &token, 1).await;
        // A tenant that was in memory when the host was killed is woken by the next one; this one is to be idle.
        host.stop();
        let host = started(program, &data, "1 tenant").await;
        let one_kb = host.status_kb("VmRSS");
        host.stop();
        (one_kb, token)
    };
    copy_tenants(&data, &token).await;
    let mut ratios = Ratios::new("tenants");
    let begin = Instant::now();
    let host = started(program, &data, "10,000 tenants").await;
    let start = begin.elapsed();
    let idle_kb = host.status_kb("VmRSS");
    for tenant in 1..=ACTIVE {
        visit(&host, &token_of(&token, tenant), CONVERSATIONS_EACH).await;
    }
    let active_kb = host.status_kb("VmRSS");
    println!(
        "tenants: RSS {one_kb:.0} kB with 1, {idle_kb:.0} kB with {TENANTS} idle, {active_kb:.0} kB with {ACTIVE} of them \
         active; ready in {start:.2?}"
    );
    ratios.at_most("an idle tenant", (idle_kb - one_kb).max(0.0) / (TENANTS - 1) as f64, 20.0, "kB");
    ratios.at_most("all 10,000, 100 active, a tenant", (active_kb - one_kb) / TENANTS as f64, 20.0, "kB");
    ratios.figure("an active tenant", (active_kb - idle_kb) / ACTIVE as f64, "kB");
    ratios.figure("the host with one tenant", one_kb, "kB");
    ratios.figure("ready with 10,000 tenants", start.as_secs_f64(), "s");
    host.stop();

    // Those that were active go idle: what is left of them?
    let host = Server::start(program, &data, &[], &["--idle-seconds", "1"]);
    ready(&host).await;
    // What the first thousand needed at once the allocator keeps; the second thousand may add nothing to it.
    let mut after_kb = [0.0; 2];
    for (round, after_kb) in (0..).zip(&mut after_kb) {
        for tenant in 1..=10 * ACTIVE {
            visit(&host, &token_of(&token, round * 10 * ACTIVE + tenant), 1).await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        *after_kb = host.status_kb("VmRSS");
    }
    let [first_kb, second_kb] = after_kb;
    println!("tenants: RSS {first_kb:.0} kB after 1,000 came and went, {second_kb:.0} kB after 1,000 more");
    let left_kb = (second_kb - first_kb).max(0.0) / (10 * ACTIVE) as f64;
    ratios.at_most("a tenant gone idle again", left_kb, 20.0, "kB");
    ratios.finish();
}

/// The host on what is there already, ready to answer.
async fn started(program: &Path, data: &Path, what: &str) -> Server {
    let begin = Instant::now();
    let host = Server::start(program, data, &[], &[]);
    ready(&host).await;
    println!("tenants: ready with {what} in {:.2?}", begin.elapsed());
    host
}

async fn ready(host: &Server) {
    let mut client = Client::open(host.address).await.unwrap();
    assert_eq!(client.ask(&request("GET", "/readyz", "", "")).await.unwrap().status, 200);
}

/// Conversations come to the tenant of this token.
async fn visit(host: &Server, token: &str, conversations: usize) {
    let mut client = Client::open(host.address).await.unwrap();
    let open = request("POST", "/v1/conversations", token, r#"{"text":"我要退款","language":"zh"}"#);
    for _ in 0..conversations {
        let answer = client.ask(&open).await.unwrap();
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    }
}

/// The tenant that the others are copies of: the example shop.
fn tenant(directory: &Path) -> PathBuf {
    let folder = directory.join("tenant-1");
    for (path, content) in pointsman_tests::example("shop").unwrap().files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    folder
}

/// The token of another tenant: the first one's secret, with the tenant behind it.
fn token_of(token: &str, tenant: i64) -> String {
    if tenant == 1 { token.to_owned() } else { format!("{}-{tenant}\r\n", token.trim_end()) }
}

/// The secret in the header.
fn secret_of(header: &str) -> &str {
    header.trim_end().rsplit(' ').next().unwrap()
}

/// Copies everything that belongs to the one tenant, and gives each copy a token of its own.
async fn copy_tenants(data: &Path, token: &str) {
    let mut store =
        SqliteConnectOptions::new().filename(data.join("pointsman.sqlite")).connect().await.unwrap();
    let first: i64 = sqlx::query("SELECT id FROM tenants").fetch_one(&mut store).await.unwrap().get(0);
    let tables: Vec<String> = sqlx::query(
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant' \
         WHERE m.type = 'table' AND m.name NOT IN ('tokens', 'sessions')",
    )
    .fetch_all(&mut store)
    .await
    .unwrap()
    .iter()
    .map(|row| row.get(0))
    .collect();
    let mut transaction = store.begin().await.unwrap();
    copy(&mut transaction, "tenants", "id", first, &[("slug", "'tenant-' || (n + 1)")]).await;
    for table in tables {
        copy(&mut transaction, &table, "tenant", first, &[]).await;
    }
    for tenant in 2..=TENANTS {
        let header = token_of(token, tenant);
        sqlx::query(
            "INSERT INTO tokens (id, tenant, name, role, agent, hash, created_by, created_at) \
             SELECT $1, $2, name, role, agent, $3, created_by, created_at FROM tokens WHERE tenant = $4 LIMIT 1",
        )
        .bind(format!("bench-{tenant}"))
        .bind(first + tenant - 1)
        .bind(blake3::hash(secret_of(&header).as_bytes()).to_hex().to_string())
        .bind(first)
        .execute(&mut *transaction)
        .await
        .unwrap();
    }
    transaction.commit().await.unwrap();
    let copies = sqlx::query("SELECT COUNT(*) FROM tenants").fetch_one(&mut store).await.unwrap();
    assert_eq!(copies.get::<i64, _>(0), TENANTS);
    store.close().await.unwrap();
}

/// Copies the rows of tenant `first` in `table` for every other one; `key` is where its number stands.
async fn copy(store: &mut SqliteConnection, table: &str, key: &str, first: i64, other: &[(&str, &str)]) {
    let columns: Vec<String> = sqlx::query("SELECT name FROM pragma_table_info($1)")
        .bind(table)
        .fetch_all(&mut *store)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    let value = |column: &String| {
        let made = other.iter().find(|(name, _)| name == column).map(|(_, value)| (*value).to_owned());
        made.unwrap_or_else(|| if column == key { format!("{column} + n") } else { column.clone() })
    };
    let values: Vec<String> = columns.iter().map(value).collect();
    let query = format!(
        "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {}) \
         INSERT INTO {table} ({}) SELECT {} FROM copies, {table} WHERE {key} = {first}",
        TENANTS - 1,
        columns.join(", "),
        values.join(", "),
    );
    sqlx::query(sqlx::AssertSqlSafe(query)).execute(store).await.unwrap();
}
