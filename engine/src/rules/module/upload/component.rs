//! From a core module that the SDK built to a component.
//!
//! What such a module says about itself, in sections of its own, is not read: its names say which hooks it has, and the
//! types are those of the contract. So nobody's description has to be trusted, and a module without one will do.

use std::collections::BTreeSet;

use wasmtime::wasmparser::{ExternalKind, Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, WorldId};

use super::sections::{CUSTOM, bytes, custom_name, sections};
use super::{read, world};
use crate::diagnostic::Code;
use crate::rules::module::contract::{HOOKS, PACKAGE};
use crate::rules::module::{CONTRACT_VERSION, ContractVersion, ModuleProblem};

/// The contract, as text.
const CONTRACT: [&str; 3] = [
    include_str!("../../../../../rules-sdk/wit/types.wit"),
    include_str!("../../../../../rules-sdk/wit/lookup.wit"),
    include_str!("../../../../../rules-sdk/wit/hooks.wit"),
];

/// The world of a module: it imports what it likes of the contract, and exports its hooks.
const WORLD: &str = "of-module";

/// The component that a core module is by its names.
///
/// # Errors
/// It is not well-formed, has no hook, or asks for more than rules are given.
pub(super) fn of_core(wasm: &[u8]) -> Result<Vec<u8>, ModuleProblem> {
    read::core(wasm)?;
    let names = Names::of(wasm);
    if !names.foreign.is_empty() {
        return Err(world::foreign_imports(&names.foreign));
    }
    if names.hooks.is_empty() {
        return Err(world::no_hook(&names.exports));
    }
    component(&bare(wasm), &names).map_err(|wrong| {
        let message = format!("the module does not keep to the contract: {wrong}");
        ModuleProblem::new(Code::BadModule, message).help("Build it with the SDK, or upload a component.")
    })
}

/// What a core module imports and exports.
#[derive(Default)]
struct Names {
    /// The interfaces of the hooks it exports.
    hooks: BTreeSet<&'static str>,
    /// The version of the contract in its names; absent in the short spelling.
    version: Option<ContractVersion>,
    /// Everything that it exports.
    exports: Vec<String>,
    /// What it imports that is not the contract's.
    foreign: Vec<String>,
}

impl Names {
    fn of(wasm: &[u8]) -> Names {
        let mut names = Names::default();
        for payload in Parser::new(0).parse_all(wasm).filter_map(Result::ok) {
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports().filter_map(Result::ok) {
                        match interface(import.module) {
                            Some((_, version)) => names.version = names.version.max(version),
                            None => names.foreign.push(format!("{}.{}", import.module, import.name)),
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports.into_iter().filter_map(Result::ok) {
                        if export.kind == ExternalKind::Func {
                            names.export(export.name);
                        }
                    }
                }
                _ => {}
            }
        }
        names
    }

    fn export(&mut self, name: &str) {
        self.exports.push(name.to_owned());
        // The two ways in which tools spell the function of an interface.
        let Some((exported, function)) = name.split_once('#').or_else(|| name.rsplit_once('|')) else {
            return;
        };
        let Some((interface, version)) = interface(exported) else { return };
        let hook = HOOKS.iter().find(|(_, hook)| *hook == interface && *hook == function);
        if let Some((_, hook)) = hook {
            self.hooks.insert(hook);
            self.version = self.version.max(version);
        }
    }
}

/// `pointsman:rule/route@1.0.0` → `route`, 1.0.0. The short spelling, `cm32p2|pointsman:rule/route@1`, names no version
/// beyond the major one.
fn interface(name: &str) -> Option<(&str, Option<ContractVersion>)> {
    let name = name.strip_prefix("cm32p2|").unwrap_or(name);
    let (interface, version) = name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    Some((interface, ContractVersion::parse(version)))
}

/// The module without what tools noted down in it, but for the names of its functions.
fn bare(wasm: &[u8]) -> Vec<u8> {
    let mut out = wasm.get(..8).unwrap_or_default().to_vec();
    for section in sections(wasm, 8) {
        let is_noted =
            section.id == CUSTOM && custom_name(wasm, &section).is_none_or(|(name, _)| name != b"name");
        if !is_noted {
            out.extend_from_slice(bytes(wasm, section.whole));
        }
    }
    out
}

/// The component, or what is wrong, in words.
fn component(bare: &[u8], names: &Names) -> Result<Vec<u8>, String> {
    let (resolve, world) = contract(names)?;
    let mut module = bare.to_vec();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .and_then(|()| ComponentEncoder::default().validate(false).module(&module)?.encode())
        .map_err(|error| format!("{error:#}"))
}

/// The contract in the version that the module names, with a world that has the module's hooks. Within a major version,
/// what a module can name is there and is the same in every later version.
fn contract(names: &Names) -> Result<(Resolve, WorldId), String> {
    let version = names.version.unwrap_or(CONTRACT_VERSION);
    let is_package = |line: &&str| line.starts_with("package ");
    let items = CONTRACT.iter().flat_map(|file| file.lines().filter(|line| !is_package(line)));
    let mut text = format!("package {PACKAGE}@{version};\n");
    items.for_each(|line| text.extend([line, "\n"]));
    text.push_str(&format!("world {WORLD} {{ include imports; "));
    names.hooks.iter().for_each(|hook| text.extend(["export ", *hook, "; "]));
    text.push('}');
    let mut resolve = Resolve::default();
    let package = resolve.push_source("contract.wit", &text);
    let world = package.and_then(|package| resolve.select_world(&[package], Some(WORLD)));
    world.map(|world| (resolve, world)).map_err(|error| format!("{error:#}"))
}
