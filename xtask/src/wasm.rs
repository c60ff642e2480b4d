//! The engine as WebAssembly.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Parser, Payload};

use crate::{
    paths::{self, TYPES, WORKSPACE},
    setup,
    step::Steps,
};

const CRATE: &str = "pointsman-web-sim";
/// The program that compiles the modules of the example tenants for the browser.
pub(crate) const ARTEFACTS: &str = "pointsman-artefacts";

/// Builds the engine for the browser into `web-sim/app/src/generated`: the module and its JavaScript in `wasm/`, the
/// TypeScript declarations of its types in `types/`, the compiled modules of the example tenants in `artefacts/`. Node
/// runs the same files, so there is one build to trust.
pub(crate) fn build(steps: &mut Steps) -> Result<()> {
    let toolchain = setup::wasm_toolchain(steps)?;
    let mut cargo = toolchain.cargo("build")?;
    steps.command("build the engine as WebAssembly", cargo.args(["--package", CRATE, "--lib"]))?;
    let generated = paths::app().join("src/generated");
    steps.task("bind it to JavaScript", || bind(&wasm_file("pointsman_web_sim"), &generated.join("wasm")))?;
    let mut cargo = paths::cargo();
    cargo.arg("build").args(WORKSPACE).args(TYPES).args(["--example", ARTEFACTS]);
    steps.command("build the generators of TypeScript types and of the examples' modules", &mut cargo)?;
    generate(steps, "generate TypeScript types", "pointsman-types", &[], &generated.join("types"))?;
    let examples = paths::root().join("examples");
    generate(steps, "compile the examples' modules", ARTEFACTS, &[&examples], &generated.join("artefacts"))
}

/// Checks that the engine asks nothing of the world: compiled alone, with every function kept, its module imports
/// nothing. A clock, a random source or a browser call anywhere in it or in a dependency would show up here.
pub(crate) fn check_imports(steps: &mut Steps) -> Result<()> {
    let toolchain = setup::wasm_toolchain(steps)?;
    let mut cargo = toolchain.cargo("rustc")?;
    cargo.args(["--package", "pointsman-engine", "--lib", "--crate-type", "cdylib", "--"]);
    // Unoptimised, so that no call is folded away, and quick to compile.
    cargo.args(["-Copt-level=0", "-Clink-arg=--no-gc-sections"]);
    steps.command("build the engine alone", &mut cargo)?;
    steps.task("the engine imports nothing", || {
        let module = fs::read(wasm_file("pointsman_engine"))?;
        let found = survey(&module)?;
        if !found.imports.is_empty() {
            bail!("the engine's module imports {}", found.imports.join(", "));
        }
        if found.functions == 0 {
            bail!("the engine's module has no function: the check would pass for any engine");
        }
        println!("    {} functions, {} bytes, no import", found.functions, module.len());
        Ok(())
    })
}

fn wasm_file(stem: &str) -> std::path::PathBuf {
    paths::target().join("wasm32-unknown-unknown/release").join(stem).with_extension("wasm")
}

fn bind(module: &Path, folder: &Path) -> Result<()> {
    let bytes = fs::read(module).with_context(|| module.display().to_string())?;
    // Binding takes seconds, and new files would have the web app built again: skip it for the module bound last.
    let bound = folder.join("bound-from");
    let fingerprint = module.metadata()?.modified()?;
    let fingerprint = format!("{} {fingerprint:?}", bytes.len());
    if fs::read_to_string(&bound).is_ok_and(|last| last == fingerprint) {
        println!("    unchanged");
        return Ok(());
    }
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("pointsman", bytes).web(true)?.typescript(true);
    // `init()` finds the module beside the JavaScript by itself; and the names of tools used are no one's business.
    bindgen.omit_default_module_path(false).remove_producers_section(true);
    bindgen.generate(folder)?;
    let size = fs::metadata(folder.join("pointsman_bg.wasm"))?.len();
    println!("    {} KiB", size.div_ceil(1024));
    Ok(fs::write(bound, fingerprint)?)
}

/// Has a program fill `folder` anew, so that what is gone is gone there too. It is filled elsewhere first: something new
/// beside `folder`, even for a moment, would make the page's sources look changed.
fn generate(steps: &mut Steps, name: &str, program: &str, arguments: &[&Path], folder: &Path) -> Result<()> {
    let fresh = paths::app().join("generated.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let mut generator = Command::new(paths::release().join("examples").join(program));
    steps.command(name, generator.args(arguments).arg(&fresh))?;
    replace_if_changed(&fresh, folder)
}

/// Puts `fresh` in the place of `folder`, unless both hold the same files: an unchanged file keeps its time.
fn replace_if_changed(fresh: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        if files(fresh)? == files(folder)? {
            return Ok(fs::remove_dir_all(fresh)?);
        }
        fs::remove_dir_all(folder)?;
    }
    Ok(fs::rename(fresh, folder)?)
}

/// Every file under `folder` with its content, in order.
fn files(folder: &Path) -> Result<Vec<(std::path::PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_owned();
                found.push((name, fs::read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Survey {
    imports: Vec<String>,
    functions: u32,
}

/// What a module imports, as `module.name`, and how many functions it has of its own.
fn survey(module: &[u8]) -> Result<Survey> {
    let mut found = Survey::default();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    found.imports.push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::FunctionSection(section) => found.functions += section.count(),
            Payload::Version { encoding, .. } if encoding != wasmparser::Encoding::Module => {
                return Err(anyhow!("a component, not a core module"));
            }
            _ => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `\0asm`, version 1.
    const HEADER: [u8; 8] = [0, b'a', b's', b'm', 1, 0, 0, 0];

    #[test]
    fn finds_an_import_and_the_functions() {
        let mut module = HEADER.to_vec();
        module.extend([1, 4, 1, 0x60, 0, 0]); // types: one, () -> ()
        module.extend([2, 11, 1, 3, b'e', b'n', b'v', 3, b'n', b'o', b'w', 0, 0]); // import env.now, a function
        module.extend([3, 2, 1, 0]); // functions: one, of type 0
        module.extend([10, 4, 1, 2, 0, 0x0b]); // its body: nothing
        let found = survey(&module).unwrap();
        assert_eq!(found, Survey { imports: vec!["env.now".to_owned()], functions: 1 });
    }

    #[test]
    fn an_empty_module_has_neither() {
        assert_eq!(survey(&HEADER).unwrap(), Survey::default());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(survey(b"not a module").is_err());
    }
}
