//! Whether a component is a rule: what it imports, which hooks it exports, and of which version of the contract.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem};

use super::read;
use crate::diagnostic::{Code, nearest};
use crate::limits::MODULE_EXPORTS_MAX;
use crate::rules::Hook;
use crate::rules::module::contract::{
    Answer, Effects, HOOKS, Messaged, PACKAGE, Ranked, Routed, Scores, interface,
};
use crate::rules::module::{CONTRACT_VERSION, ContractVersion, ModuleInfo, ModuleProblem};

/// What a component is as a rule.
pub(super) struct World {
    pub(super) hooks: Vec<Hook>,
    pub(super) contract: ContractVersion,
}

/// The interfaces that may be imported.
const IMPORTS: [&str; 3] = ["types", "lookup", "log"];

/// Names told in one message.
const NAMES_MAX: usize = 10;

/// What the component is as a rule, by names alone.
///
/// # Errors
/// It is none.
pub(super) fn of(component: &read::Component) -> Result<World, ModuleProblem> {
    let mut contract = None;
    let mut foreign = Vec::new();
    for import in &component.imports {
        match ours(import) {
            Some((name, version)) if IMPORTS.contains(&name) => {
                contract = contract.max(Some(known(import, version)?))
            }
            _ => foreign.push(import.clone()),
        }
    }
    if !foreign.is_empty() {
        return Err(foreign_imports(&foreign));
    }
    if component.exports.len() > MODULE_EXPORTS_MAX {
        let message =
            format!("{} exports, at most {MODULE_EXPORTS_MAX} are allowed", component.exports.len());
        return Err(ModuleProblem::new(Code::ModuleLimit, message));
    }
    let mut hooks = Vec::new();
    for export in &component.exports {
        let Some((name, version)) = ours(export) else { continue };
        if let Some((hook, _)) = HOOKS.iter().find(|(_, hook)| *hook == name) {
            hooks.push(*hook);
            contract = contract.max(Some(known(export, version)?));
        }
    }
    hooks.sort_unstable();
    if hooks.is_empty() {
        return Err(no_hook(&component.exports));
    }
    Ok(World { hooks, contract: contract.unwrap_or(CONTRACT_VERSION) })
}

/// `pointsman:rule/route@1.0.0` → `route`, `1.0.0`.
fn ours(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')
}

/// The version, if it is one that this engine speaks.
fn known(name: &str, version: &str) -> Result<ContractVersion, ModuleProblem> {
    let Some(version) = ContractVersion::parse(version) else {
        let message = format!("`{name}` has no version like {CONTRACT_VERSION}");
        return Err(ModuleProblem::new(Code::BadModule, message).help("Build the module with the SDK."));
    };
    if CONTRACT_VERSION.covers(version) {
        return Ok(version);
    }
    let newer = version > CONTRACT_VERSION;
    let message = format!(
        "the module was built against version {version} of the contract; here it is {CONTRACT_VERSION}"
    );
    let help = match newer {
        true => "Update the host, or build the module with an earlier SDK.",
        false => "Build the module again with the current SDK.",
    };
    Err(ModuleProblem::new(Code::BadModule, message).help(help))
}

/// The finding for exports among which there is no hook.
pub(super) fn no_hook(exports: &[String]) -> ModuleProblem {
    let known: Vec<String> = HOOKS.iter().map(|(_, name)| interface(name)).collect();
    let meant = exports.iter().find_map(|export| {
        nearest(export, known.iter().map(String::as_str))
            .map(|meant| format!("`{export}`, did you mean `{meant}`?"))
    });
    let exported = match (exports.is_empty(), meant) {
        (true, _) => "nothing".to_owned(),
        (false, Some(meant)) => meant,
        (false, None) => list(exports),
    };
    ModuleProblem::new(Code::BadHook, format!("the module has no hook: it exports {exported}"))
        .help(format!("Export at least one of {}.", list(&known)))
}

/// The finding for imports that rules are not given, all of them named.
pub(super) fn foreign_imports(names: &[String]) -> ModuleProblem {
    let wasi = names.iter().any(|name| name.starts_with("wasi"));
    let what = if wasi {
        "the module asks for WASI, which rules are not given"
    } else {
        "the module asks for what rules are not given"
    };
    let help = match wasi {
        true => {
            "Build it for `wasm32-unknown-unknown`, without files, clocks, randomness, environment or standard output; \
             `log` prints into the trace."
        }
        false => "A rule can import `lookup` and `log` of the contract, and nothing else.",
    };
    ModuleProblem::new(Code::ModuleImport, format!("{what}: {}", list(names))).help(help)
}

fn list(names: &[String]) -> String {
    let mut told: Vec<String> =
        names.iter().take(NAMES_MAX).map(|name| format!("`{}`", shown(name))).collect();
    if names.len() > NAMES_MAX {
        told.push(format!("and {} more", names.len() - NAMES_MAX));
    }
    told.join(", ")
}

/// A name from outside, so that it does no harm in a message.
fn shown(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control() && *c != '`').collect();
    let end = name.floor_char_boundary(128);
    name.get(..end).unwrap_or_default().to_owned()
}

/// The functions that a component imports, such as `lookup.contains`.
pub(super) fn functions(engine: &Engine, component: &Component) -> Vec<String> {
    let mut functions = Vec::new();
    for (import, item) in component.component_type().imports(engine) {
        let (Some((interface, _)), ComponentItem::ComponentInstance(instance)) = (ours(import), item.ty)
        else {
            continue;
        };
        for (name, item) in instance.exports(engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                functions.push(format!("{interface}.{name}"));
            }
        }
    }
    functions.sort();
    functions
}

/// # Errors
/// A hook has another type than the contract's.
pub(super) fn check_types(
    engine: &Engine,
    component: &Component,
    info: &ModuleInfo,
) -> Result<(), ModuleProblem> {
    let ty = component.component_type();
    for (hook, name) in HOOKS.iter().filter(|(hook, _)| info.hooks.contains(hook)) {
        let instance = ty.exports(engine).find_map(|(export, item)| match item.ty {
            ComponentItem::ComponentInstance(instance) => {
                ours(export).is_some_and(|(exported, _)| exported == *name).then_some(instance)
            }
            _ => None,
        });
        let function = instance.as_ref().and_then(|instance| function(engine, instance, name));
        let checked = function.map(|function| {
            let types = &ty.instance_type();
            match hook {
                Hook::Route | Hook::OnWait => function.typecheck::<Routed<'_>, Answer<Effects>>(types),
                Hook::OnMessage => function.typecheck::<Messaged<'_>, Answer<Effects>>(types),
                Hook::Rank => function.typecheck::<Ranked<'_>, Answer<Scores>>(types),
            }
        });
        let wrong = match checked {
            Some(Ok(())) => continue,
            Some(Err(error)) => format!("{error:#}"),
            None => "the interface does not export the function".to_owned(),
        };
        let message = format!("the hook `{name}` is not as the contract has it: {wrong}");
        return Err(ModuleProblem::new(Code::BadHook, message).help("Build the module with the SDK."));
    }
    Ok(())
}

fn function(engine: &Engine, instance: &ComponentInstance, name: &str) -> Option<ComponentFunc> {
    match instance.get_export(engine, name)?.ty {
        ComponentItem::ComponentFunc(function) => Some(function),
        _ => None,
    }
}

/// The finding for an import that is not of the contract's type.
pub(super) fn wrong_type(error: &wasmtime::Error) -> ModuleProblem {
    let message = format!("the module's imports are not as the contract has them: {error:#}");
    ModuleProblem::new(Code::ModuleImport, message).help("Build the module with the SDK.")
}
