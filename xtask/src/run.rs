//! `cargo xtask run` and the smaller commands that start something.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    paths::{self, TYPES, WORKSPACE},
    setup,
    step::Steps,
    web,
};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The tenant folder to serve
    #[arg(long, default_value = "examples/shop")]
    tenant: PathBuf,
    /// Where the host keeps its database
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
}

/// Builds everything and starts the host.
pub(crate) fn run(steps: &mut Steps, arguments: &Arguments) -> Result<()> {
    let pointsman = build(steps)?;
    let mut host = Command::new(&pointsman);
    host.current_dir(paths::root());
    host.arg("serve").arg("--data").arg(&arguments.data).arg("--tenant").arg(&arguments.tenant);
    host.arg("--listen").arg(&arguments.listen);
    println!("\n==> start the host");
    // Not a step: it runs until it is stopped, and the terminal is its own.
    let status = host.status().with_context(|| format!("cannot start `{}`", pointsman.display()))?;
    if !status.success() {
        bail!("the host ended with {status}");
    }
    Ok(())
}

/// Builds the host with the web app inside; returns its program.
pub(crate) fn build(steps: &mut Steps) -> Result<PathBuf> {
    web::build(steps)?;
    let mut cargo = paths::cargo();
    cargo.arg("build").args(WORKSPACE).args(TYPES).args(["--bin", "pointsman"]);
    steps.command("build the host", &mut cargo)?;
    Ok(paths::release().join("pointsman"))
}

/// Takes pictures of the page, and of the walk-through, which needs a host; those that the documentation shows are put
/// there too.
pub(crate) fn screenshots(steps: &mut Steps, folder: &Path) -> Result<()> {
    let chromium = setup::chromium(steps)?;
    let pointsman = build(steps)?;
    let folder = paths::root().join(folder);
    let pictures = |script: &str, folder: &Path| {
        let mut node = Command::new("node");
        node.current_dir(paths::app()).env("CHROMIUM", &chromium).env("POINTSMAN", &pointsman);
        node.arg(script).arg(folder);
        node
    };
    steps.command("take pictures", &mut pictures("e2e/screenshots.mjs", &folder))?;
    let walk = folder.join("walk-through");
    steps.command("go through the walk-through", &mut pictures("e2e/walk-through.mjs", &walk))?;
    steps.task("put them into the documentation", || {
        let shown = paths::root().join("docs/images");
        refresh(&shown, &folder)?;
        refresh(&shown.join("walk-through"), &walk)
    })
}

/// Replaces the files of a folder by those of the same name in another.
fn refresh(shown: &Path, taken: &Path) -> Result<()> {
    for entry in fs::read_dir(shown)? {
        let file = entry?.path();
        let fresh = taken.join(file.file_name().unwrap_or_default());
        if fresh.is_file() {
            fs::copy(&fresh, &file).with_context(|| file.display().to_string())?;
            println!("    {}", file.display());
        }
    }
    Ok(())
}
