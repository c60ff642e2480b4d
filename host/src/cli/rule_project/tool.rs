//! The tools that build a rule: run where the author can see them, and named with the way to get them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::RuleProject;
use crate::cli::output;
use crate::cli::style::{STRONG, paint};

/// What Rust compiles a rule for.
const TARGET: &str = "wasm32-unknown-unknown";

/// A tool in the project's folder, named to the author.
fn tool(folder: &Path, program: &str, arguments: &[&str]) -> Command {
    output::note(&paint(STRONG, format!("{program} {}", arguments.join(" "))));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command
}

/// Runs a tool in the project's folder, its output shown.
fn run(folder: &Path, program: &str, arguments: &[&str], otherwise: &str) -> anyhow::Result<bool> {
    let status = tool(folder, program, arguments)
        // What the tools say is no result: standard output is for results.
        .stdout(std::io::stderr())
        .status()
        .with_context(|| not_started(program, otherwise))?;
    Ok(status.success())
}

fn not_started(program: &str, otherwise: &str) -> String {
    format!("`{program}` cannot be started: {otherwise}")
}

/// How to get cargo.
const GET_RUST: &str = "install Rust from https://rustup.rs";

/// Builds a rule in Rust; the module that came out, or `None` where the compiler has said why not.
pub(super) fn cargo_build(project: &RuleProject) -> anyhow::Result<Option<PathBuf>> {
    add_target(&project.folder)?;
    let told = tool(&project.folder, "cargo", &["build", "--release", "--target", TARGET])
        // What is wrong is shown as ever; standard output tells where the module is, since a target folder may be set
        // anywhere.
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| not_started("cargo", GET_RUST))?;
    if !told.status.success() {
        return Ok(None);
    }
    match String::from_utf8_lossy(&told.stdout).lines().rev().find_map(module_in) {
        Some(module) => Ok(Some(module)),
        None => bail!("the project builds no module: its Cargo.toml needs `[lib] crate-type = [\"cdylib\"]`"),
    }
}

/// The module that a line of what cargo tells names, if it is about one.
fn module_in(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if !message["target"]["kind"].as_array()?.contains(&"cdylib".into()) {
        return None;
    }
    let mut files = message["filenames"].as_array()?.iter().filter_map(|file| file.as_str());
    files.find(|file| file.ends_with(".wasm")).map(PathBuf::from)
}

/// Has rustup add the target where the toolchain lacks it.
fn add_target(folder: &Path) -> anyhow::Result<()> {
    let installed =
        Command::new("rustup").args(["target", "list", "--installed"]).current_dir(folder).output();
    // Without rustup there is nothing to add with; cargo says what is missing.
    let Ok(installed) = installed else { return Ok(()) };
    if String::from_utf8_lossy(&installed.stdout).lines().any(|target| target.trim() == TARGET) {
        return Ok(());
    }
    if !run(folder, "rustup", &["target", "add", TARGET], GET_RUST)? {
        bail!("Rust's target {TARGET} is missing and could not be added: run `rustup target add {TARGET}`");
    }
    Ok(())
}

pub(super) fn cargo_test(project: &RuleProject) -> anyhow::Result<bool> {
    run(&project.folder, "cargo", &["test"], GET_RUST)
}

pub(super) fn make(project: &RuleProject, target: Option<&str>) -> anyhow::Result<bool> {
    let help = "install it with clang and lld; on Debian and Ubuntu: apt install clang lld make";
    run(&project.folder, "make", target.as_slice(), help)
}
