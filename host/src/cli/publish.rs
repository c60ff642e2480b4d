//! `pointsman publish`.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use pointsman_engine::diagnostic::Severity;
use pointsman_engine::rules::module::Sandbox;
use serde_json::{Value, json};

use super::style::{BAD, DIM, GOOD, paint};
use super::{Format, Verdict, findings, output};
use crate::compile::check;
use crate::folder::{is_module, read_folder};

/// Make a tenant folder the live ruleset of a running server
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "The folder is checked here, saved as the draft, checked again by the server, and then live in one \
        step. It is refused if somebody else published since you looked.\n\n\
        Examples:\n  pointsman publish examples/shop --server http://127.0.0.1:8080 --token pm_…\n  \
        POINTSMAN_TOKEN=pm_… pointsman publish examples/shop --note \"refunds go to tier 2\"\n\n\
        A token for this has the role admin: POST /v1/tokens, or see /docs/api on the server."
)]
pub(super) struct Arguments {
    /// The tenant folder
    tenant_dir: PathBuf,
    /// The server's address
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// An API token with the role admin
    #[arg(long, env = "POINTSMAN_TOKEN", hide_env_values = true)]
    token: String,
    /// What changes and why; kept in the history
    #[arg(long, default_value = "")]
    note: String,
    /// The revision you believe to be live (64 hexadecimal digits); without it, whatever is live now
    #[arg(long)]
    expected_revision: Option<String>,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    let folder = read_folder(&arguments.tenant_dir)?;
    let compiled = check(&folder, None, &Sandbox::new()?).compiled;
    if compiled.has_errors() {
        match format {
            Format::Json => {
                output::json(&json!({ "published": false, "diagnostics": compiled.diagnostics }))?
            }
            Format::Human => {
                let found = findings::render(&compiled.diagnostics, &folder);
                output::say(&format!(
                    "{found}{}: nothing was sent",
                    findings::summary(&compiled.diagnostics)
                ));
            }
        }
        return Ok(Verdict::Problems);
    }
    let server = Server::new(arguments);
    let expected = match arguments.expected_revision.clone() {
        Some(revision) => Some(revision),
        None => match server.call("GET", "/v1/rulesets/live", None)? {
            (200, live) => live.get("revision").and_then(Value::as_str).map(str::to_owned),
            (404, _) => None,
            (_, problem) => return refused("published", &problem, format),
        },
    };
    let mut files = serde_json::Map::new();
    for (path, bytes) in &folder.files {
        let content = if is_module(path) {
            match server.upload(bytes)? {
                (200 | 201, module) => json!({ "module": module.get("module") }),
                (_, problem) => return refused("published", &problem, format),
            }
        } else {
            std::str::from_utf8(bytes).with_context(|| format!("`{path}` is not UTF-8"))?.into()
        };
        files.insert(path.clone(), content);
    }
    let draft = match server.call("PUT", "/v1/rulesets/draft", Some(json!({ "files": files })))? {
        (200, draft) => draft,
        (_, problem) => return refused("published", &problem, format),
    };
    let wish = json!({
        "expected_revision": expected,
        "expected_draft": draft.get("draft"),
        "note": arguments.note,
    });
    match server.call("POST", "/v1/rulesets/publish", Some(wish))? {
        (201, published) => {
            match format {
                Format::Json => output::json(&json!({ "published": true, "live": published }))?,
                Format::Human => {
                    let number = published.get("number").and_then(Value::as_i64).unwrap_or_default();
                    let revision = published.get("revision").and_then(Value::as_str).unwrap_or_default();
                    let live = paint(GOOD, format!("revision {number} is live"));
                    output::say(&format!("{live} {}", paint(DIM, revision)));
                }
            }
            Ok(Verdict::Well)
        }
        (_, problem) => refused("published", &problem, format),
    }
}

/// Tells a problem that the server answered, in the place of what was to be `done`.
pub(super) fn refused(done: &str, problem: &Value, format: Format) -> anyhow::Result<Verdict> {
    match format {
        Format::Json => output::json(&json!({ done: false, "problem": problem }))?,
        Format::Human => {
            let text = |field| problem.get(field).and_then(Value::as_str).unwrap_or_default();
            output::say(&format!("{}: {}: {}", paint(BAD, "refused"), text("title"), text("detail")));
            for finding in problem.get("diagnostics").and_then(Value::as_array).into_iter().flatten() {
                let is_error = finding.get("severity") == Some(&serde_json::to_value(Severity::Error)?);
                let text = |field| finding.get(field).and_then(Value::as_str).unwrap_or_default();
                if is_error {
                    output::say(&format!("  {}: [{}] {}", text("file"), text("code"), text("message")));
                }
            }
        }
    }
    Ok(Verdict::Problems)
}

struct Server<'a> {
    agent: ureq::Agent,
    url: &'a str,
    token: &'a str,
}

impl<'a> Server<'a> {
    fn new(arguments: &'a Arguments) -> Server<'a> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_secs(60)))
            .build();
        Server { agent: config.into(), url: arguments.server.trim_end_matches('/'), token: &arguments.token }
    }

    fn call(&self, method: &str, path: &str, body: Option<Value>) -> anyhow::Result<(u16, Value)> {
        let url = format!("{}{path}", self.url);
        let authorization = format!("Bearer {}", self.token);
        let sent = match (method, body) {
            ("GET", _) => self.agent.get(&url).header("authorization", &authorization).call(),
            ("PUT", Some(body)) => {
                self.agent.put(&url).header("authorization", &authorization).send_json(body)
            }
            (_, body) => self
                .agent
                .post(&url)
                .header("authorization", &authorization)
                .send_json(body.unwrap_or_default()),
        };
        Self::answer(sent, &url)
    }

    /// Uploads a module.
    fn upload(&self, wasm: &[u8]) -> anyhow::Result<(u16, Value)> {
        let url = format!("{}/v1/modules", self.url);
        let request = self.agent.post(&url).header("authorization", &format!("Bearer {}", self.token));
        Self::answer(request.content_type("application/wasm").send(wasm), &url)
    }

    fn answer(
        sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        url: &str,
    ) -> anyhow::Result<(u16, Value)> {
        let mut response =
            sent.with_context(|| format!("no answer from {url}: does the server run there?"))?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().with_context(|| format!("{url} broke off"))?;
        let Ok(body) = serde_json::from_str(&text) else {
            bail!("{url} answers {status} and no JSON: is that a pointsman server?");
        };
        Ok((status, body))
    }
}
