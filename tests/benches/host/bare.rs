//! The least that a durable handler can do: take a request, put one row of as many bytes as the real host writes for it
//! into a batch, and answer once the batch is on disk. Group commit, one statement with many rows a batch, SQLite with
//! the host's settings.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// Rows in one statement, as the host has it.
const BATCH_MAX: usize = 1_024;

struct Row {
    body: Bytes,
    done: oneshot::Sender<()>,
}

struct App {
    rows: mpsc::Sender<Row>,
    answer: String,
}

/// Serves until the process is killed. `row_bytes` are written a request, `answer_bytes` are answered.
pub(crate) async fn serve(directory: &Path, row_bytes: usize, answer_bytes: usize) {
    let mut connection = SqliteConnectOptions::new()
        .filename(directory.join("bare.sqlite"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "16384")
        .disable_statement_logging()
        .connect()
        .await
        .unwrap();
    sqlx::query("CREATE TABLE rows (seq BIGINT PRIMARY KEY, content TEXT NOT NULL)")
        .execute(&mut connection)
        .await
        .unwrap();
    let (rows, receiver) = mpsc::channel(4_096);
    tokio::spawn(write(connection, receiver, row_bytes));
    let app = Arc::new(App { rows, answer: "x".repeat(answer_bytes) });
    let router = Router::new().route("/v1/conversations", post(handle)).with_state(app);
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    axum::serve(listener, router).await.unwrap();
}

async fn handle(State(app): State<Arc<App>>, body: Bytes) -> (StatusCode, String) {
    let (done, durable) = oneshot::channel();
    if app.rows.send(Row { body, done }).await.is_err() || durable.await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, String::new());
    }
    (StatusCode::CREATED, app.answer.clone())
}

async fn write(mut connection: SqliteConnection, mut rows: mpsc::Receiver<Row>, row_bytes: usize) {
    let mut pending = Vec::with_capacity(BATCH_MAX);
    let mut seq = 0_i64;
    while rows.recv_many(&mut pending, BATCH_MAX).await > 0 {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO rows (seq, content) ");
        insert.push_values(&pending, |mut values, row| {
            seq += 1;
            let mut content = String::with_capacity(row_bytes);
            content.push_str(&String::from_utf8_lossy(&row.body));
            content.extend(std::iter::repeat_n('x', row_bytes.saturating_sub(content.len())));
            values.push_bind(seq).push_bind(content);
        });
        let mut transaction = connection.begin().await.unwrap();
        insert.build().execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        for row in pending.drain(..) {
            // Whoever asked may have gone.
            let _ = row.done.send(());
        }
    }
}
