//! (g) How long a tenant waits for a decision while another tenant's rule burns all the fuel that it is given, on every
//! conversation. The real host, both tenants over HTTP on 127.0.0.1; quiet and noisy rounds alternate.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a bench")]

#[path = "../support/http.rs"]
#[allow(dead_code, reason = "every bench uses its part")]
mod http;
#[path = "../support/server.rs"]
#[allow(dead_code, reason = "every bench uses its part")]
mod server;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::{Connection, request};
use server::{Server, program};
use support::{Ratios, wanted};
use tokio::task::JoinHandle;

const ROUNDS: usize = 4;
/// Conversations of the quiet tenant in a round, one after the other.
const CONVERSATIONS: usize = 250;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(3);
/// Connections over which the other tenant sends as fast as it is answered.
const NOISY: usize = 8;

/// What the other tenant's rule does.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Noise {
    /// A good rule: what any other traffic costs.
    Good,
    /// Loops for ever: stopped by its fuel, and after five failures in a minute by the breaker.
    EndlessLoop,
    /// Counts until its fuel is nearly used up, and then answers: nothing ever stops it.
    Busy,
}

fn main() {
    if !wanted("isolation") {
        return;
    }
    let Some(program) = program() else {
        return println!("isolation: there is no `pointsman` to measure; `cargo xtask bench` builds it");
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut ratios = Ratios::new("isolation");
        for (noise, what) in [
            (Noise::Good, "others busy with a good rule"),
            (Noise::EndlessLoop, "endless loops in another tenant, with the breaker"),
            (Noise::Busy, "another tenant's rule using up its fuel on every conversation"),
        ] {
            let (quiet, noisy) = measure(&program, noise).await;
            for (share, name) in [(0.5, "median"), (0.99, "p99")] {
                let (quiet, noisy) = (at(&quiet, share), at(&noisy, share));
                println!("isolation: {what}: {name} {quiet:.2?} quiet, {noisy:.2?} noisy");
                let ratio = noisy.as_secs_f64() / quiet.as_secs_f64();
                match (name, noise) {
                    ("p99", Noise::EndlessLoop | Noise::Busy) => {
                        ratios.at_most(&format!("p99, {what}, of quiet"), ratio, 2.0, "×");
                    }
                    _ => ratios.told(&format!("{name}, {what}, of quiet"), ratio),
                }
            }
        }
        ratios.finish();
    });
}

/// How long the quiet tenant's conversations took, in quiet rounds and in noisy ones, sorted.
async fn measure(program: &Path, noise: Noise) -> (Vec<Duration>, Vec<Duration>) {
    let directory = tempfile::tempdir().unwrap();
    let folders = [tenant(directory.path(), "quiet", Noise::Good), tenant(directory.path(), "noisy", noise)];
    let host = Server::start(program, &directory.path().join("data"), &folders, &[]);
    let (quiet_token, noisy_token) = (host.token_header("quiet").await, host.token_header("noisy").await);
    visits(&host, &quiet_token).await;
    let (mut quiet, mut noisy) = (Vec::new(), Vec::new());
    let mut sent = 0;
    for _ in 0..ROUNDS {
        quiet.extend(visits(&host, &quiet_token).await);
        let others = Others::start(&host, &noisy_token);
        noisy.extend(visits(&host, &quiet_token).await);
        sent += others.stop().await;
    }
    println!("isolation: {sent} conversations of the other tenant in {ROUNDS} noisy rounds");
    quiet.sort_unstable();
    noisy.sort_unstable();
    (quiet, noisy)
}

fn at(sorted: &[Duration], share: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn open(token: &str) -> Vec<u8> {
    request("POST", "/v1/conversations", token, r#"{"text":"我要退款","language":"zh","channel":"website"}"#)
}

/// Conversations of a round: from the request to the decided, durable answer.
async fn visits(host: &Server, token: &str) -> Vec<Duration> {
    let mut connection = Connection::open(host.address).await.unwrap();
    let open = open(token);
    let mut took = Vec::with_capacity(CONVERSATIONS);
    for _ in 0..CONVERSATIONS {
        let begun = Instant::now();
        let answer = connection.ask(&open).await.unwrap();
        took.push(begun.elapsed());
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        tokio::time::sleep(PAUSE).await;
    }
    took
}

/// The other tenant's traffic.
struct Others {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
}

impl Others {
    fn start(host: &Server, token: &str) -> Others {
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (address, open) = (host.address, open(token));
        let tasks = (0..NOISY)
            .map(|_| {
                let (stop, sent, open) = (Arc::clone(&stop), Arc::clone(&sent), open.clone());
                tokio::spawn(async move {
                    let mut connection = Connection::open(address).await.unwrap();
                    while !stop.load(Ordering::Relaxed) {
                        assert_eq!(connection.ask(&open).await.unwrap().status, 201);
                        sent.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        Others { stop, sent, tasks }
    }

    async fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.sent.load(Ordering::Relaxed)
    }
}

/// A tenant with one module and one agent who never has enough.
fn tenant(directory: &Path, slug: &str, noise: Noise) -> PathBuf {
    let built = pointsman_tests::repository().join("examples/modules/built");
    let wasm = match noise {
        Noise::Good => fs::read(built.join("counter.wasm")).unwrap(),
        Noise::EndlessLoop => fs::read(built.join("hostile/endless-loop.wasm")).unwrap(),
        Noise::Busy => wat::parse_str(BUSY).unwrap(),
    };
    let folder = directory.join(slug);
    fs::create_dir_all(folder.join("rules")).unwrap();
    let files: [(&str, &[u8]); 6] = [
        (
            "tenant.toml",
            b"name = \"Bench\"\nzone = \"UTC\"\ndefault_group = \"general\"\nfallback = [\"leave-message\"]\n\
              channel = [{ slug = \"website\", name = \"Website\" }]\n",
        ),
        ("groups.toml", b"[[group]]\nslug = \"general\"\nname = \"General\"\n"),
        (
            "agents.toml",
            b"[[agent]]\nslug = \"wang-fang\"\nname = \"Wang Fang\"\ngroups = [\"general\"]\ncapacity = 100000\n",
        ),
        ("rules/10-module.wasm", &wasm),
        ("rules/10-module.toml", b"name = \"Module\"\n"),
        ("rules/20-next.toml", b"name = \"Next\"\n\n[then]\npriority = 4\n"),
    ];
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
    folder
}

/// Counts down for 4.8 of the 5 million units of fuel that a call has, and answers no effects.
const BUSY: &str = r#"(module
  (memory (export "memory") 4)
  (global $free (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.get $free)
    (global.set $free
      (i32.and (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
  (func (export "pointsman:rule/route@1.0.0#route") (param i32) (result i32)
    (local $left i32)
    (local.set $left (i32.const 800000))
    (loop $more
      (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (i32.const 1024)))"#;
