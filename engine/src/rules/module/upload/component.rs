//! From a core module that the SDK built to a component.

use wasmtime::wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use super::read;
use crate::diagnostic::Code;
use crate::rules::module::ModuleProblem;
use crate::rules::module::contract::PACKAGE;

/// The component that a core module describes in its own sections.
///
/// # Errors
/// It describes none, is not well-formed, or asks for more than rules are given.
pub(super) fn of_core(wasm: &[u8]) -> Result<Vec<u8>, ModuleProblem> {
    read::core(wasm)?;
    let mut describes = false;
    let mut foreign = Vec::new();
    for payload in Parser::new(0).parse_all(wasm).filter_map(Result::ok) {
        match payload {
            Payload::CustomSection(section) => describes |= section.name().starts_with("component-type"),
            Payload::ImportSection(imports) => {
                for import in imports.into_imports().filter_map(Result::ok) {
                    // The two ways in which tools spell the names of a world.
                    let from = import.module.strip_prefix("cm32p2|").unwrap_or(import.module);
                    if !from.starts_with(PACKAGE) && !from.starts_with(['$', '[', '_']) {
                        foreign.push(format!("{from}.{}", import.name));
                    }
                }
            }
            _ => {}
        }
    }
    if !foreign.is_empty() {
        return Err(super::world::foreign_imports(&foreign));
    }
    if !describes {
        let message = "this core module does not say what it imports and exports";
        let help = "Build it with the SDK, which adds that, or upload a component.";
        return Err(ModuleProblem::new(Code::BadModule, message).help(help));
    }
    let encoded =
        ComponentEncoder::default().validate(false).module(wasm).and_then(|mut encoder| encoder.encode());
    encoded.map_err(|error| {
        let causes: Vec<String> = error.chain().map(|cause| cause.to_string()).collect();
        let message = format!("the module does not fit what it says of itself: {}", causes.join(": "));
        ModuleProblem::new(Code::BadModule, message).help("Build it with the SDK, or upload a component.")
    })
}
