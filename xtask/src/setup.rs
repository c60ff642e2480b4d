//! What the machine needs. Each thing is looked for first; what is missing is installed where that is possible,
//! and where it is not, the error is the command to run. Nothing here needs root when nothing is missing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, anyhow, bail};

use crate::{paths, step::Steps};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const NODE_MINIMUM: (u32, u32) = (20, 19);
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// What builds for WebAssembly on this machine.
pub(crate) enum WasmToolchain {
    /// The workspace's own toolchain has the target.
    Own,
    /// It has not, and rustup may not fetch it: Debian's compiler builds the standard library from source.
    Debian,
}

impl WasmToolchain {
    /// `cargo SUBCOMMAND` for wasm32, in release.
    pub(crate) fn cargo(&self, subcommand: &str) -> Result<Command> {
        let mut command = match self {
            Self::Own => paths::cargo(),
            Self::Debian => {
                let mut command = Command::new(DEBIAN_CARGO);
                command.current_dir(paths::root());
                command
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("PATH", path_with_linker()?);
                command
            }
        };
        command.args([subcommand, "--release", "--target", WASM_TARGET]);
        if matches!(self, Self::Debian) {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        Ok(command)
    }
}

/// Everything that building and testing needs; returns the browser.
pub(crate) fn everything(steps: &mut Steps) -> Result<PathBuf> {
    match wasm_toolchain(steps)? {
        WasmToolchain::Own => steps.ready("WebAssembly", "this toolchain's target"),
        WasmToolchain::Debian => steps.ready("WebAssembly", "Debian's compiler"),
    }
    c_for_wasm(steps)?;
    steps.ready("C for WebAssembly", "clang, wasm-ld, make");
    npm_packages(steps)?;
    steps.ready("npm packages", "as locked");
    let chromium = chromium(steps)?;
    steps.ready("Chromium", &chromium.display().to_string());
    Ok(chromium)
}

/// A toolchain that compiles for WebAssembly.
pub(crate) fn wasm_toolchain(steps: &mut Steps) -> Result<WasmToolchain> {
    if has_wasm_target() {
        return Ok(WasmToolchain::Own);
    }
    if on_path("rustup").is_some() {
        let mut rustup = Command::new("rustup");
        rustup.current_dir(paths::root()).args(["target", "add", WASM_TARGET]);
        if steps.attempt("set up: WebAssembly target", &mut rustup) && has_wasm_target() {
            return Ok(WasmToolchain::Own);
        }
    }
    let packages = ["rustc-web", "cargo-web", "rust-web-src"];
    if !packages.iter().all(|package| has_debian_package(package)) {
        apt_install(steps, "set up: a compiler for WebAssembly", &packages).map_err(|error| {
            error.context(format!(
                "this toolchain has no target {WASM_TARGET}: run `rustup target add {WASM_TARGET}`, or install \
                 Debian's compiler"
            ))
        })?;
    }
    Ok(WasmToolchain::Debian)
}

/// What a rule in C is built with; a test makes one.
fn c_for_wasm(steps: &mut Steps) -> Result<()> {
    let is_there = || ["clang", "wasm-ld", "make"].iter().all(|program| on_path(program).is_some());
    if is_there() {
        return Ok(());
    }
    apt_install(steps, "set up: C for WebAssembly", &["clang", "lld", "make"])?;
    if is_there() { Ok(()) } else { bail!("clang, wasm-ld and make are installed but not all on PATH") }
}

/// Node.js and npm, new enough for the web app's tools.
fn node(steps: &mut Steps) -> Result<()> {
    if node_version().is_none() || on_path("npm").is_none() {
        let _ = apt_install(steps, "set up: Node.js", &["nodejs", "npm"]);
    }
    let (major, minor) = NODE_MINIMUM;
    let advice = format!(
        "install Node.js {major}.{minor} or newer with npm (https://nodejs.org), then run this again"
    );
    match node_version() {
        None => bail!("Node.js is missing: {advice}"),
        Some(found) if found < NODE_MINIMUM => bail!("Node.js {}.{} is too old: {advice}", found.0, found.1),
        Some(_) if on_path("npm").is_none() => bail!("npm is missing: {advice}"),
        Some(_) => Ok(()),
    }
}

/// The web app's packages, exactly as locked. Installed again only when the lock has changed.
pub(crate) fn npm_packages(steps: &mut Steps) -> Result<()> {
    node(steps)?;
    let app = paths::app();
    let lock = fs::read(app.join("package-lock.json"))?;
    let installed = app.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&app).args(["ci", "--no-audit", "--no-fund"]);
    if !steps.attempt("set up: npm packages", &mut npm) {
        bail!("`npm ci` failed in {}: what it says is above", app.display());
    }
    Ok(fs::write(installed, lock)?)
}

/// A Chromium for the browser tests: the one that `CHROMIUM` names, or the system's.
pub(crate) fn chromium(steps: &mut Steps) -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("CHROMIUM names `{}`, which is not a file", named.display());
        }
        return Ok(named);
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let find = || names.iter().find_map(|name| on_path(name));
    if let Some(found) = find() {
        return Ok(found);
    }
    // The fonts are for Chinese text, which would be drawn as empty boxes without them.
    apt_install(steps, "set up: Chromium", &["chromium", "fonts-noto-cjk"])
        .map_err(|error| error.context("no Chromium found: install one, or set CHROMIUM to its path"))?;
    find().ok_or_else(|| anyhow!("Chromium is installed but not on PATH: set CHROMIUM to its path"))
}

fn has_wasm_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(paths::root()).args(["--print", "target-libdir", "--target", WASM_TARGET]);
    output(&mut rustc).is_some_and(|folder| Path::new(&folder).is_dir())
}

/// PATH with the own toolchain's `rust-lld` first: Debian's compiler comes without a linker for WebAssembly.
fn path_with_linker() -> Result<std::ffi::OsString> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(paths::root()).args(["--print", "target-libdir"]);
    let libraries = output(&mut rustc).ok_or_else(|| anyhow!("`rustc --print target-libdir` failed"))?;
    let linker = Path::new(&libraries).with_file_name("bin");
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(std::iter::once(linker).chain(env::split_paths(&path)))?)
}

fn node_version() -> Option<(u32, u32)> {
    parse_version(&output(Command::new("node").arg("--version"))?)
}

/// Major and minor of a version such as `v20.19.1`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

fn has_debian_package(name: &str) -> bool {
    output(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", name]))
        .is_some_and(|status| status == "installed")
}

/// Installs Debian packages.
///
/// # Errors
/// The command to run by hand, when this user may not install, or the machine has no `apt-get`.
fn apt_install(steps: &mut Steps, name: &str, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("run `sudo apt-get update && sudo apt-get install -y {list}`, then run this again");
    if on_path("apt-get").is_none() {
        bail!("install {list} with this system's package manager, then run this again");
    }
    let is_root = output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    if !is_root {
        bail!("{by_hand}");
    }
    let script = format!("apt-get update -q && apt-get install -y -q --no-install-recommends {list}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("DEBIAN_FRONTEND", "noninteractive");
    if !steps.attempt(name, &mut shell) {
        bail!("{list} could not be installed: {by_hand}");
    }
    Ok(())
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What a program prints, trimmed; `None` when it cannot be started or fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(parse_version("v20.19.1\n"), Some((20, 19)));
        assert_eq!(parse_version("v20.9.0").map(|found| found < NODE_MINIMUM), Some(true));
        assert_eq!(parse_version("v22.1.0").map(|found| found < NODE_MINIMUM), Some(false));
        assert_eq!(parse_version("not a version"), None);
    }
}
