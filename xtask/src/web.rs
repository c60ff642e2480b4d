//! The web app: static files in `web-sim/app/dist`.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Result;

use crate::{
    paths::{self, npm_script},
    setup,
    step::Steps,
    wasm,
};

/// Builds the web app with the engine inside, unless nothing has changed since it was built last.
pub(crate) fn build(steps: &mut Steps) -> Result<()> {
    setup::npm_packages(steps)?;
    wasm::build(steps)?;
    if is_fresh()? {
        steps.ready("web app", "unchanged");
        return Ok(());
    }
    steps.command("build the web app", &mut npm_script("build"))
}

/// Whether every input is older than the built page.
fn is_fresh() -> Result<bool> {
    let app = paths::app();
    let Ok(built) = app.join("dist/index.html").metadata() else {
        return Ok(false);
    };
    let inputs = ["index.html", "package-lock.json", "tsconfig.json", "vite.config.ts", "src", "public"];
    let mut newest = SystemTime::UNIX_EPOCH;
    let examples = paths::root().join("examples"); // bundled with the page
    for input in inputs.map(|name| app.join(name)).iter().chain([&examples]).filter(|path| path.exists()) {
        newest = newest.max(newest_change(input)?);
    }
    Ok(newest < built.modified()?)
}

/// The latest change at or below `path`. A folder changes when something in it is added or removed.
fn newest_change(path: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut open: Vec<PathBuf> = vec![path.to_owned()];
    while let Some(next) = open.pop() {
        newest = newest.max(next.metadata()?.modified()?);
        if next.is_dir() {
            for entry in fs::read_dir(&next)? {
                open.push(entry?.path());
            }
        }
    }
    Ok(newest)
}
