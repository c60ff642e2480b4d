//! Where things are, and how cargo is called.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// What every cargo call on native code selects. One selection means one set of features, so what one step has
/// compiled the next one uses.
pub(crate) const WORKSPACE: [&str; 6] =
    ["--release", "--workspace", "--exclude", "xtask", "--features", "pointsman-web-sim/typescript"];

/// The generator of TypeScript types, as cargo's target. It is an example, and stands beside every program that is
/// built, because with an example cargo counts the features of dev-dependencies in, as it does for tests: without
/// it, half the dependencies would be compiled once for programs and once more for tests.
pub(crate) const TYPES: [&str; 2] = ["--example", "pointsman-types"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// The web app's folder.
pub(crate) fn app() -> PathBuf {
    root().join("web-sim/app")
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Where the native build puts its programs.
pub(crate) fn release() -> PathBuf {
    target().join("release")
}

/// The cargo that runs this command.
pub(crate) fn cargo() -> Command {
    prepared(Command::new(cargo_program()))
}

/// The same cargo, for what may take what others leave of the processors.
pub(crate) fn idle_cargo() -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "19"]).arg(cargo_program());
    prepared(command)
}

fn cargo_program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// In the root of the repository, and without what `cargo run` tells this program of itself: some crates are compiled
/// anew when that changes, and would be at every turn from `cargo build` to `cargo xtask`.
fn prepared(mut command: Command) -> Command {
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        let is_own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if name.to_str().is_some_and(is_own) {
            command.env_remove(name);
        }
    }
    command
}

/// An npm script of the web app.
pub(crate) fn npm_script(name: &str) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(app()).args(["run", "--silent", name]);
    command
}
