//! `pointsman serve`.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;

use super::style::{DIM, GOOD, NAME, STRONG, paint};
use super::{Format, Verdict, findings, output};
use crate::folder::read_folder;
use crate::http::AppFiles;
use crate::observe::logs;
use crate::server::{Options, Server};
use crate::tenant_setup::{SetupError, SignIn, set_up};
use crate::{http, tenants};

/// Run the server
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "A tenant folder is loaded and published the first time it is served; from then on what counts is \
        what was published to the server. The sign-ins made then are kept in DATA/sign-ins.txt: delete it once \
        everybody has their own.\n\n\
        Examples:\n  pointsman serve --tenant examples/shop\n  \
        pointsman serve --data /var/lib/pointsman --listen 0.0.0.0:8080 --secure-cookie\n\n\
        What is logged is set by POINTSMAN_LOG, such as `info` or `pointsman_host=debug`.\n\
        SIGTERM or Ctrl-C stops it: nothing that was answered is lost. Neither is it by kill -9."
)]
pub(super) struct Arguments {
    /// Where everything is kept; made if it is not there
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// A tenant folder to load if the data does not have that tenant yet; may be given more than once
    #[arg(long = "tenant", value_name = "TENANT_DIR")]
    tenants: Vec<PathBuf>,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Send the session cookie over TLS only: give this where TLS ends in front of this server
    #[arg(long)]
    secure_cookie: bool,
    /// The token that /metrics asks for; without it, only this machine is answered
    #[arg(long, env = "POINTSMAN_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// After how many seconds without a request a tenant leaves memory
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    idle_seconds: u64,
}

pub(super) fn run(arguments: Arguments, format: Format, app_files: AppFiles) -> anyhow::Result<Verdict> {
    logs::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(tenants::STACK_BYTES)
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(serve(arguments, format, app_files))
}

async fn serve(arguments: Arguments, format: Format, app_files: AppFiles) -> anyhow::Result<Verdict> {
    let mut folders = Vec::new();
    for path in &arguments.tenants {
        folders.push((slug_of(path)?, path, read_folder(path)?));
    }
    let options = Options {
        data: arguments.data.clone(),
        listen: arguments.listen,
        tenants: tenants::Options {
            idle_after: std::time::Duration::from_secs(arguments.idle_seconds),
            ..tenants::Options::default()
        },
        http: http::Options {
            secure_cookie: arguments.secure_cookie,
            metrics_token: arguments.metrics_token.clone(),
            app_files,
        },
    };
    let server = Server::start(options).await?;
    for (slug, path, folder) in folders {
        match set_up(&server.app, &slug, folder.clone()).await {
            Ok(None) => {}
            Ok(Some(sign_ins)) => keep_sign_ins(&arguments.data, &sign_ins)?,
            Err(SetupError::Findings(found)) => {
                server.stop().await;
                match format {
                    Format::Json => output::json(&json!({ "tenant": slug, "diagnostics": found }))?,
                    Format::Human => {
                        let told = findings::render(&found, &folder);
                        output::say(&format!("{told}{} in {}", findings::summary(&found), path.display()));
                    }
                }
                return Ok(Verdict::Problems);
            }
            Err(error) => {
                server.stop().await;
                return Err(error).with_context(|| format!("cannot load `{}`", path.display()));
            }
        }
    }
    let sign_ins = kept_sign_ins(&arguments.data);
    let url = format!("http://{}", server.address);
    match format {
        Format::Json => output::json(&json!({ "url": url, "sign_ins_file": sign_ins.is_some() }))?,
        Format::Human => output::say(&greeting(&url, &arguments, sign_ins.as_deref())),
    }
    stop_signal().await?;
    tracing::info!("stopping");
    server.stop().await;
    tracing::info!("stopped");
    Ok(Verdict::Well)
}

/// A tenant is called like its folder.
fn slug_of(path: &Path) -> anyhow::Result<String> {
    let path = fs::canonicalize(path).with_context(|| format!("there is no folder `{}`", path.display()))?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_slug = |c: char| {
        c.is_lowercase() || c.is_ascii_digit() || c == '-' || (c.is_alphabetic() && !c.is_uppercase())
    };
    if name.is_empty() || name.chars().count() > 64 || !name.chars().all(is_slug) {
        bail!("a tenant is called like its folder, in lower-case letters, digits and `-`: `{name}` is not");
    }
    Ok(name.to_owned())
}

fn sign_ins_file(data: &Path) -> PathBuf {
    data.join("sign-ins.txt")
}

/// Keeps the first sign-ins where only whoever runs the server can read them.
fn keep_sign_ins(data: &Path, sign_ins: &[SignIn]) -> anyhow::Result<()> {
    let path = sign_ins_file(data);
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).with_context(|| format!("cannot write `{}`", path.display()))?;
    for SignIn { tenant, name, role, password, .. } in sign_ins {
        writeln!(file, "{tenant}\t{name}\t{password}\t{role}")?;
    }
    Ok(())
}

fn kept_sign_ins(data: &Path) -> Option<String> {
    fs::read_to_string(sign_ins_file(data)).ok()
}

fn greeting(url: &str, arguments: &Arguments, sign_ins: Option<&str>) -> String {
    let mut text = format!("\n{} at {}\n", paint(GOOD, "Pointsman is running"), paint(STRONG, url));
    let mut admin = None;
    if let Some(sign_ins) = sign_ins {
        text.push_str(&format!("\n  {:<12} {:<16} {:<20} {}\n", "tenant", "name", "password", "role"));
        for line in sign_ins.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [tenant, name, password, role] = fields.as_slice() else { continue };
            text.push_str(&format!(
                "  {tenant:<12} {name:<16} {} {role}\n",
                paint(NAME, format!("{password:<20}"))
            ));
            if *role == "admin" && admin.is_none() {
                admin = Some((*tenant, *name, *password));
            }
        }
        let file = sign_ins_file(&arguments.data);
        text.push_str(&paint(
            DIM,
            format!("  (kept in {}; delete it once everybody has their own)\n", file.display()),
        ));
    }
    text.push_str(&format!("\n{}\n", paint(STRONG, "Three things to try")));
    let folder = arguments.tenants.first().map_or("TENANT_DIR", |path| path.to_str().unwrap_or("TENANT_DIR"));
    text.push_str(&format!(
        "  1. Open {url} and be a visitor: type 我要退款 and see where it goes, and why\n"
    ));
    text.push_str(&format!("  2. Browse the interface at {url}/docs/api"));
    if let Some((tenant, name, password)) = admin {
        let body = json!({ "tenant": tenant, "name": name, "password": password });
        text.push_str(&format!(
            ", or send a real visitor:\n     curl -sc jar {url}/v1/session -H 'content-type: application/json' \
             -d '{body}'\n     curl -sb jar {url}/v1/conversations -H 'content-type: application/json' \
             -d '{{\"text\":\"我要退款\"}}'"
        ));
    }
    text.push_str(&format!("\n  3. Ask why, without a server: pointsman explain {folder} --text 我要退款\n"));
    text.push_str(&paint(DIM, "\nCtrl-C stops it.\n"));
    text
}

/// Returns when the process is told to stop.
async fn stop_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done.context("cannot listen for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context("cannot listen for Ctrl-C")
}
