//! Compiles the modules of the example tenants for the browser: `pointsman-artefacts EXAMPLES FOLDER`.
//!
//! For every `EXAMPLES/TENANT/rules/*.wasm` it writes `FOLDER/HASH.bin`, and into `FOLDER/index.json` which module has
//! which hash. So the page can run the examples without a host that compiles for it.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{env, fs, process::ExitCode};

use pointsman_engine::rules::module::{Sandbox, module_hash};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(examples), Some(folder)) = (arguments.next(), arguments.next()) else {
        return fail("usage: pointsman-artefacts EXAMPLES FOLDER");
    };
    match write(&examples, &folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn write(examples: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let sandbox = Sandbox::on_demand()?;
    let mut index = BTreeMap::new();
    for path in modules(examples)? {
        let wasm = fs::read(&path)?;
        let hash = module_hash(&wasm).to_string();
        let artefact = sandbox.artefact(&wasm).map_err(|problem| format!("{}: {problem}", path.display()))?;
        fs::write(folder.join(&hash).with_extension("bin"), artefact)?;
        let name = path.strip_prefix(examples)?.to_string_lossy().replace('\\', "/");
        index.insert(name, hash);
    }
    Ok(fs::write(folder.join("index.json"), serde_json::to_string_pretty(&index)?)?)
}

/// The modules of all tenants below `examples`.
fn modules(examples: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for tenant in fs::read_dir(examples)? {
        let rules = tenant?.path().join("rules");
        if !rules.is_dir() {
            continue;
        }
        for file in fs::read_dir(rules)? {
            let path = file?.path();
            if path.extension() == Some(OsStr::new("wasm")) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[expect(clippy::print_stderr, reason = "a program that a person runs says why it failed")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
