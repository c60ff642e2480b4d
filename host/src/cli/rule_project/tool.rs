//! The tools that build a rule: run where the author can see them, and named with the way to get them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use super::RuleProject;
use crate::cli::output;
use crate::cli::style::{STRONG, paint};

/// What Rust compiles a rule for.
const TARGET: &str = "wasm32-unknown-unknown";

/// Runs a tool in the project's folder, its output shown.
fn run(folder: &Path, program: &str, arguments: &[&str], otherwise: &str) -> anyhow::Result<bool> {
    output::note(&paint(STRONG, format!("{program} {}", arguments.join(" "))));
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // What the tools say is no result: standard output is for results.
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("`{program}` cannot be started: {otherwise}"))?;
    Ok(status.success())
}

/// Builds a rule in Rust; the module that came out, or `None` where the compiler has said why not.
pub(super) fn cargo_build(project: &RuleProject) -> anyhow::Result<Option<PathBuf>> {
    add_target(&project.folder)?;
    let arguments = ["build", "--release", "--target", TARGET];
    if !run(&project.folder, "cargo", &arguments, "install Rust from https://rustup.rs")? {
        return Ok(None);
    }
    // Asked again, it builds nothing and tells where the module is: a target folder may be set anywhere.
    let told = Command::new("cargo")
        .args(arguments)
        .args(["--quiet", "--message-format", "json"])
        .current_dir(&project.folder)
        .stderr(Stdio::null())
        .output()
        .context("`cargo` cannot be started")?;
    let module = String::from_utf8_lossy(&told.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| {
            message["target"]["kind"].as_array().is_some_and(|kinds| kinds.contains(&"cdylib".into()))
        })
        .filter_map(|message| {
            let files = message["filenames"].as_array()?.clone();
            files
                .iter()
                .filter_map(|file| file.as_str())
                .find(|file| file.ends_with(".wasm"))
                .map(PathBuf::from)
        })
        .next_back();
    match module {
        Some(module) => Ok(Some(module)),
        None => bail!("the project builds no module: its Cargo.toml needs `[lib] crate-type = [\"cdylib\"]`"),
    }
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
    if !run(folder, "rustup", &["target", "add", TARGET], "install Rust from https://rustup.rs")? {
        bail!("Rust's target {TARGET} is missing and could not be added: run `rustup target add {TARGET}`");
    }
    Ok(())
}

pub(super) fn cargo_test(project: &RuleProject) -> anyhow::Result<bool> {
    run(&project.folder, "cargo", &["test"], "install Rust from https://rustup.rs")
}

pub(super) fn make(project: &RuleProject, target: Option<&str>) -> anyhow::Result<bool> {
    let help = "install it with clang and lld; on Debian and Ubuntu: apt install clang lld make";
    run(&project.folder, "make", target.as_slice(), help)
}
