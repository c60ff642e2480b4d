//! Anything can be sent to the host as a module: every answer is an acceptance or a problem in words, and the host goes
//! on with its memory where it was.
#![cfg(test)]
#![expect(clippy::print_stdout, reason = "a test fails loudly, and says what it saw")]

mod host_process;
#[path = "hostile/tenant.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod tenant;
#[path = "hostile/uploads.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod uploads;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use host_process::{Answer, Client, Server, write_folder};
use tenant::built;

/// Modules made at random. (What is said of ten thousand is `hostile_upload.rs`'s to see.)
const MADE: u64 = 2_000;
/// Of the corpus every so many is sent.
const EVERY: usize = 4;
/// Longer than this and an upload hangs.
const UPLOAD_MAX: Duration = Duration::from_secs(10);
/// The memory that all of them may have cost the host in the end, what it keeps compiled included.
const LEFT_KB_MAX: u64 = 256 << 10;

struct Uploads {
    client: Client,
    bearer: String,
    slowest: Duration,
    tally: BTreeMap<String, usize>,
}

impl Uploads {
    fn send(&mut self, wasm: &[u8]) -> std::io::Result<Answer> {
        let mut request = format!(
            "POST /v1/modules HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\ncontent-type: application/wasm\r\n\
             content-length: {}\r\n\r\n",
            self.bearer,
            wasm.len()
        )
        .into_bytes();
        request.extend_from_slice(wasm);
        self.client.write(&request)?;
        self.client.read()
    }

    fn upload(&mut self, name: &str, wasm: &[u8]) {
        let begun = Instant::now();
        let answer = self.send(wasm).unwrap_or_else(|error| panic!("{name}: no answer: {error}"));
        self.slowest = self.slowest.max(begun.elapsed());
        assert!(begun.elapsed() < UPLOAD_MAX, "{name} took {:?}", begun.elapsed());
        let said = match answer.status {
            200 | 201 => answer.status.to_string(),
            400..500 => {
                let kind = answer.header("content-type").unwrap_or_default();
                assert!(kind.starts_with("application/problem+json"), "{name}: {kind}");
                let problem = answer.json();
                let detail = problem["detail"].as_str().unwrap_or_default();
                assert!(!detail.trim().is_empty(), "{name}: no reason: {problem}");
                assert!(!detail.contains(char::is_control), "{name}: {detail:?}");
                format!("{} {}", answer.status, problem["title"].as_str().unwrap_or_default())
            }
            _ => panic!("{name}: {} {}", answer.status, answer.body),
        };
        *self.tally.entry(said).or_default() += 1;
    }
}

#[test]
fn every_upload_is_taken_or_refused_in_words_and_the_host_goes_on() {
    let directory = tempfile::tempdir().expect("a directory");
    let folder = directory.path().join("hostile");
    write_folder(&folder, tenant::FILES);
    let server = Server::start(&directory.path().join("data"), &folder);
    let bearer = format!("Bearer {}", server.admin_token());
    let client = server.connect().expect("a connection");
    let mut uploads = Uploads { client, bearer, slowest: Duration::ZERO, tally: BTreeMap::new() };
    uploads.upload("counter", &built("counter.wasm"));
    assert_eq!(uploads.tally.get("201"), Some(&1), "a good module is taken");
    let before_kb = server.status_kb("VmRSS");

    if let Some(corpus) = uploads::Corpus::unpack() {
        for entry in corpus.entries.iter().step_by(EVERY) {
            uploads.upload(&entry.file, &corpus.read(entry));
        }
    }
    // What makes them is built first; the host does not hold a connection open for that long.
    let mut all_made = uploads::made(0..MADE).peekable();
    assert!(all_made.peek().is_some());
    uploads.client = server.connect().expect("a connection");
    for made in all_made {
        uploads.upload(&made.name, &made.wasm);
    }
    let folder = pointsman_tests::repository().join("examples/modules/built/hostile");
    for entry in std::fs::read_dir(folder).expect("the modules") {
        let path = entry.expect("a module").path();
        uploads.upload(&path.display().to_string(), &std::fs::read(&path).expect("a module"));
    }
    let sent: usize = uploads.tally.values().sum();
    println!("{sent} uploads, the slowest took {:.0?}: {:#?}", uploads.slowest, uploads.tally);

    // 100 MB: the host may answer and close before it has read everything.
    let mut large = built("counter.wasm");
    large.resize(100 << 20, 0);
    if let Ok(answer) = uploads.send(&large) {
        assert_eq!(answer.status, 413, "{}", answer.body);
    }
    drop(large);
    uploads.client = server.connect().expect("a connection");
    uploads.upload("counter", &built("counter.wasm"));
    assert_eq!(uploads.tally.get("200"), Some(&1), "the same module again");
    let after_kb = server.status_kb("VmRSS");
    println!(
        "memory of the host: {before_kb} kB before, {after_kb} kB after, {} kB at most",
        server.status_kb("VmHWM")
    );
    assert!(after_kb.saturating_sub(before_kb) < LEFT_KB_MAX);
}
