//! The real program, started and stopped.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::http::{Connection, request};

/// A running `pointsman serve`; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    data: PathBuf,
}

/// The program that `cargo xtask bench` built; `None`: it was not built.
pub(crate) fn program() -> Option<PathBuf> {
    let told = std::env::var_os("POINTSMAN").map(PathBuf::from);
    let program = told.unwrap_or_else(|| pointsman_tests::repository().join("target/release/pointsman"));
    program.is_file().then_some(program)
}

impl Server {
    /// Starts `program` with these tenants, on a port of its own.
    pub(crate) fn start(program: &Path, data: &Path, tenants: &[PathBuf], more: &[&str]) -> Server {
        let mut command = Command::new(program);
        command.args(["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(more);
        for tenant in tenants {
            command.arg("--tenant").arg(tenant);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let after = line.split("http://").nth(1)?;
                after.trim_end_matches([',', '"']).parse().ok()
            })
            .expect("the server tells its address");
        Server { child, address, data: data.to_owned() }
    }

    /// A field of `/proc/PID/status`, in kilobytes.
    pub(crate) fn status_kb(&self, field: &str) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse().unwrap()
    }

    /// A header that carries a new token of this tenant's administrator.
    pub(crate) async fn token_header(&self, tenant: &str) -> String {
        let kept = std::fs::read_to_string(self.data.join("sign-ins.txt")).unwrap();
        let fields = |line: &str| line.split('\t').map(ToOwned::to_owned).collect::<Vec<_>>();
        let admin = kept.lines().map(fields).find(|f| f[0] == tenant && f[3] == "admin").unwrap();
        let body =
            serde_json::json!({ "tenant": tenant, "name": admin[1], "password": admin[2] }).to_string();
        let mut connection = Connection::open(self.address).await.unwrap();
        let answer = connection.ask(&request("POST", "/v1/session", "", &body)).await.unwrap();
        assert!(answer.status < 300, "{}", String::from_utf8_lossy(&answer.body));
        let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        let cookie = format!("cookie: {}\r\n", cookie.split(';').next().unwrap());
        let body = r#"{"name":"bench","role":"admin","agent":null}"#;
        let answer = connection.ask(&request("POST", "/v1/tokens", &cookie, body)).await.unwrap();
        let token: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        format!("authorization: Bearer {}\r\n", token["token"].as_str().unwrap())
    }
}

impl Server {
    /// Asks the server to end, and waits until it has: every tenant leaves memory first.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
