//! `cargo xtask test`: every check, in one order, with one sum at the end.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::Result;

use crate::{
    paths::{self, WORKSPACE, npm_script},
    setup,
    step::{Beside, Steps},
    wasm, web,
};

/// Runs every check. One that fails does not stop the others that can still say something.
pub(crate) fn test(steps: &mut Steps) -> ExitCode {
    // What fails is in the summary; here only the order matters.
    let _ = everything(steps);
    if steps.summary() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn everything(steps: &mut Steps) -> Result<()> {
    let chromium = match setup::everything(steps) {
        Ok(chromium) => chromium,
        Err(error) => return steps.task("set up", || Err(error)),
    };
    let _ = steps.command("check the format", paths::cargo().args(["fmt", "--all", "--check"]));
    let lint = lint();
    let _ = wasm::check_imports(steps);
    let web = web::build(steps).and_then(|()| web_tests(steps));
    let rust = rust_tests(steps, lint, &chromium);
    if web.is_ok() {
        let _ = browser_tests(steps, &chromium);
    }
    rust
}

/// The web app's types and unit tests. Only a build that failed is an error here: what it made is then not there.
fn web_tests(steps: &mut Steps) -> Result<()> {
    let _ = steps.command("check the web app's types", &mut npm_script("typecheck"));
    let _ = steps.command("test the web app (Vitest)", &mut npm_script("test"));
    Ok(())
}

/// Begins to lint with what the builds leave idle, and a target of its own: the largest crates are compiled as one unit
/// each, and keep one processor busy while the others wait.
fn lint() -> Result<Beside> {
    let folder = paths::target().join("lint");
    let mut clippy = paths::idle_cargo();
    clippy.arg("clippy").args(WORKSPACE).args(["--all-targets", "--target-dir"]).arg(&folder);
    Steps::beside("lint", clippy.args(["--", "-D", "warnings"]), &folder.join("output"))
}

fn rust_tests(steps: &mut Steps, lint: Result<Beside>, chromium: &Path) -> Result<()> {
    let mut own = paths::cargo();
    let _ = steps.command("test xtask", own.args(["test", "--release", "--package", "xtask"]));

    let mut modules = paths::cargo();
    modules.current_dir(paths::root().join("examples/modules"));
    modules.env("CARGO_TARGET_DIR", paths::target().join("modules")).args(["test", "--release"]);
    let _ = steps.command("test the example modules natively", &mut modules);

    let mut build = paths::cargo();
    build.arg("build").args(WORKSPACE).args(["--bins", "--tests"]);
    let built = steps.command("build the host and the tests", &mut build);
    let _ = match lint {
        Ok(lint) => steps.join(lint),
        Err(error) => steps.task("lint", || Err(error)),
    };
    built?;
    let mut tests = paths::cargo();
    tests.arg("test").args(WORKSPACE).arg("--no-fail-fast");
    steps.command("test in Rust", tested_with(&mut tests, chromium))
}

fn browser_tests(steps: &mut Steps, chromium: &Path) -> Result<()> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(paths::app().join("e2e"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut node = Command::new("node");
    node.current_dir(paths::app())
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(files);
    steps.command("test in the browser", tested_with(&mut node, chromium))
}

/// What tests are told: where the browser is, and where the host's program.
fn tested_with<'a>(command: &'a mut Command, chromium: &Path) -> &'a mut Command {
    command.env("CHROMIUM", chromium).env("POINTSMAN", paths::release().join("pointsman"))
}
