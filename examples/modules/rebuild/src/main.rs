//! Builds all example modules, the hostile ones too, into the folder `built`: `cargo run --release -p rebuild`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

fn main() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built = here.join("built");
    let hostile = built.join("hostile");
    fs::create_dir_all(&hostile)?;

    run(Command::new("cargo")
        .args(["build", "--release", "--target", "wasm32-unknown-unknown"])
        .current_dir(&here))?;
    for module in files(&here.join("target/wasm32-unknown-unknown/release"), "wasm")? {
        // The file has the name of the library; the module has that of the folder.
        let name = file_name(&module)?.replace('_', "-");
        fs::copy(&module, built.join(name))?;
    }

    run(Command::new("make").arg("office-hours.wasm").current_dir(here.join("office-hours")))?;
    fs::copy(here.join("office-hours/office-hours.wasm"), built.join("office-hours.wasm"))?;

    for source in files(&here.join("hostile"), "wat")? {
        let name = file_name(&source)?;
        let is_component = name.ends_with(".component.wat");
        let mut bytes = wat::parse_file(&source)?;
        if !is_component {
            embed_type(&mut bytes, &here.join("../../rules-sdk/wit")).with_context(|| name.to_owned())?;
        }
        let stem = name.trim_end_matches(".wat").trim_end_matches(".component");
        fs::write(hostile.join(stem).with_extension("wasm"), bytes)?;
    }
    Ok(())
}

/// Says in the core module, as the SDK does, that it has the hook `route`.
fn embed_type(module: &mut Vec<u8>, contract: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(contract)?;
    let world = resolve.select_world(&[package], Some("route-rule"))?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8, false)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} cannot run"))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension() == Some(OsStr::new(extension)));
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> Result<&str> {
    path.file_name().and_then(OsStr::to_str).with_context(|| path.display().to_string())
}
