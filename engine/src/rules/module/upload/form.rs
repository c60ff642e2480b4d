//! What kind of file it is, by its first bytes.

use crate::diagnostic::Code;
use crate::limits::MODULE_BYTES_MAX;
use crate::rules::module::ModuleProblem;

/// The kinds of file that can become a rule.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A core module.
    Core,
    /// A component.
    Component,
}

const MAGIC: &[u8] = b"\0asm";

/// What kind of file it is.
///
/// # Errors
/// None that can become a rule.
pub(super) fn of(wasm: &[u8]) -> Result<Form, ModuleProblem> {
    if wasm.len() > MODULE_BYTES_MAX {
        let message = format!("the module has {} bytes, at most {MODULE_BYTES_MAX} are allowed", wasm.len());
        let help = "Build it in release mode, without debug information, optimised for size.";
        return Err(ModuleProblem::new(Code::ModuleLimit, message).help(help));
    }
    let bad = |message: String, help: &str| Err(ModuleProblem::new(Code::BadModule, message).help(help));
    let upload = "Upload the `.wasm` file that the build wrote.";
    if wasm.starts_with(b"\x7fELF") {
        return bad(
            "this is compiled code, not a module: it is never accepted from outside".to_owned(),
            upload,
        );
    }
    if wasm.starts_with(b"pointsman artefact") {
        return bad("this is an artefact for the browser, not a module".to_owned(), upload);
    }
    let text = wasm.trim_ascii_start();
    if text.starts_with(b"(module") || text.starts_with(b"(component") || text.starts_with(b";;") {
        return bad("this is WebAssembly as text".to_owned(), "Turn it into a `.wasm` file first.");
    }
    if wasm.len() < 8 && (wasm.starts_with(MAGIC) || MAGIC.starts_with(wasm)) {
        return bad(format!("the file ends after {} bytes, before it has begun", wasm.len()), upload);
    }
    let Some(version) = wasm.strip_prefix(MAGIC).and_then(|rest| rest.first_chunk::<4>()) else {
        let first: Vec<String> = wasm.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        return bad(format!("this is no WebAssembly: it begins with {}", first.join(" ")), upload);
    };
    match version {
        [1, 0, 0, 0] => Ok(Form::Core),
        [0x0d, 0, 1, 0] => Ok(Form::Component),
        [a, b, 1, 0] => bad(
            format!("this is a component of another version ({a}.{b})"),
            "Build it with the current tools.",
        ),
        other => bad(
            format!("this is WebAssembly of another version ({})", u32::from_le_bytes(*other)),
            "Build it with the current tools.",
        ),
    }
}
