//! The real server as a process of its own, and a plain HTTP client to talk to it.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The program: the one the environment names, else the one built beside this test.
pub(crate) fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("POINTSMAN") {
        return PathBuf::from(program);
    }
    let test = std::env::current_exe().expect("this test has a path");
    let program = test.parent().and_then(Path::parent).expect("in target/…/deps").join("pointsman");
    assert!(
        program.exists(),
        "build it first: cargo build --bin pointsman ({} is missing)",
        program.display()
    );
    program
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) data: PathBuf,
}

impl Server {
    /// Starts the server on a free port and waits until it is ready.
    pub(crate) fn start(data: &Path, tenant: &Path) -> Server {
        let mut child = Command::new(program())
            .args(["--format", "json", "serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--tenant")
            .arg(tenant)
            .env("POINTSMAN_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped"));
        let mut told = String::new();
        let begun = Instant::now();
        let url = loop {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server does not say where it is: {told}");
            let read = lines.read_line(&mut told).expect("the server tells where it is");
            if let Ok(Value::Object(said)) = serde_json::from_str::<Value>(&told) {
                break said["url"].as_str().expect("an address").to_owned();
            }
            assert!(read > 0, "the server ended: {told} {:?}", child.wait());
        };
        let address = url.trim_start_matches("http://").to_owned();
        Server { child, address, data: data.to_owned() }
    }

    /// A line of `/proc/PID/status` in kilobytes, such as `VmRSS`.
    pub(crate) fn status_kb(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.expect("the field").trim().trim_end_matches("kB").trim().parse().expect("a number")
    }

    /// A connection of its own.
    pub(crate) fn connect(&self) -> std::io::Result<Client> {
        Client::connect(&self.address)
    }

    /// A new admin token, by the sign-in that the server made.
    pub(crate) fn admin_token(&self) -> String {
        let sign_ins = std::fs::read_to_string(self.data.join("sign-ins.txt")).expect("the sign-ins");
        let admin = sign_ins.lines().find(|line| line.ends_with("\tadmin")).expect("an admin");
        let fields: Vec<_> = admin.split('\t').collect();
        let body = serde_json::json!({ "tenant": fields[0], "name": fields[1], "password": fields[2] });
        let mut client = self.connect().expect("a connection");
        let answer = client.send("POST", "/v1/session", &[], &body.to_string()).expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie =
            answer.header("set-cookie").expect("a cookie").split(';').next().expect("a value").to_owned();
        let body = r#"{"name":"test","role":"admin"}"#;
        let answer = client.send("POST", "/v1/tokens", &[("cookie", &cookie)], body).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()["token"].as_str().expect("a token").to_owned()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM; returns whether it ended well, and how long that took.
    pub(crate) fn terminate(mut self) -> (bool, Duration) {
        let begun = Instant::now();
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("a signal");
        let status = self.child.wait().expect("it ends");
        (status.success(), begun.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Killed or stopped already, unless a test failed on the way.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A connection that is kept open from request to request.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Client {
    pub(crate) fn connect(address: &str) -> std::io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::new(stream) })
    }

    /// Sends a request and reads the answer. An error means that no whole answer came.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> std::io::Result<Answer> {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n", body.len());
        if !body.is_empty() {
            request.push_str("content-type: application/json\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.write(request.as_bytes())?;
        self.read()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    pub(crate) fn read(&mut self) -> std::io::Result<Answer> {
        let broke = |what: &str| std::io::Error::other(what.to_owned());
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status =
            line.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| broke("no answer"))?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(broke("the answer broke off"));
            }
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => break,
            }
        }
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .and_then(|(_, value)| value.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// Writes a tenant folder.
pub(crate) fn write_folder(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}
