//! Reads and validates a component, and notes what the depth count needs to know about its functions.

use std::ops::Range;

use wasmtime::wasmparser::{
    BinaryReaderError, ComponentExternalKind, Encoding, FuncToValidate, FuncType, FuncValidatorAllocations,
    FunctionBody, Instance, Operator, OperatorsReader, Parser, Payload, TypeRef, ValidPayload, Validator,
    ValidatorResources, WasmFeatures,
};

use crate::diagnostic::Code;
use crate::limits;
use crate::rules::module::ModuleProblem;

/// A component, read and found valid.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// The names that it imports.
    pub(super) imports: Vec<String>,
    /// The names that it exports.
    pub(super) exports: Vec<String>,
    /// Its core modules.
    pub(super) modules: Vec<CoreModule>,
    /// How often it makes an instance of a core module.
    instances: usize,
}

impl Component {
    /// Linear memory of all its memories from the start.
    pub(super) fn memory_bytes_min(&self) -> u64 {
        self.modules.iter().fold(0, |total, module| total.saturating_add(module.memory_bytes_min))
    }
}

/// A core module.
#[derive(Debug, Default)]
pub(super) struct CoreModule {
    /// Where it is in the file.
    pub(super) range: Range<usize>,
    /// Its types.
    pub(super) types: Vec<FuncType>,
    /// How many functions it imports.
    pub(super) imported_functions: u32,
    /// How many globals it imports and has.
    pub(super) globals: u32,
    /// Its own functions.
    pub(super) functions: Vec<Function>,
    /// The type of each of its own functions.
    pub(super) function_types: Vec<u32>,
    memories: u32,
    memory_bytes_min: u64,
    tables: u32,
    table_elements_min: u64,
}

/// A function of a core module.
#[derive(Debug)]
pub(super) struct Function {
    /// Where its body is in the file, from the locals on.
    pub(super) body: Range<usize>,
    /// Where its instructions are.
    pub(super) code: Range<usize>,
    /// Where it returns early, and out of how many blocks.
    pub(super) returns: Vec<(usize, u32)>,
    /// Whether it calls anything.
    pub(super) calls: bool,
    /// Parameters and locals.
    pub(super) locals: u32,
    /// The most values that wait on the operand stack.
    pub(super) height_max: u32,
}

/// The parts of WebAssembly that rules have. Everything else either depends on the machine or has no use in a rule.
fn features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::SIMD
        | WasmFeatures::RELAXED_SIMD
        | WasmFeatures::FLOATS
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::COMPONENT_MODEL
}

/// Validates a core module on its own.
///
/// # Errors
/// It is not well-formed, or over a limit.
pub(super) fn core(wasm: &[u8]) -> Result<(), ModuleProblem> {
    read(wasm, Encoding::Module).map(|_| ())
}

/// Reads and validates a component.
///
/// # Errors
/// It is not well-formed, over a limit, or put together in a way that rules are not.
pub(super) fn component(wasm: &[u8]) -> Result<Component, ModuleProblem> {
    let component = read(wasm, Encoding::Component)?;
    if component.instances > component.modules.len() {
        let message = "the component makes more than one instance of a core module";
        return Err(
            ModuleProblem::new(Code::BadModule, message).help("Upload the module as its tools built it.")
        );
    }
    Ok(component)
}

fn read(wasm: &[u8], encoding: Encoding) -> Result<Component, ModuleProblem> {
    let mut validator = Validator::new_with_features(features());
    let mut component = Component::default();
    let mut allocations = FuncValidatorAllocations::default();
    // What the reader is inside of, outermost first.
    let mut inside: Vec<Encoding> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let broken = |error: &BinaryReaderError| malformed(error, wasm);
        let payload = payload.map_err(|error| broken(&error))?;
        let valid = validator.payload(&payload).map_err(|error| broken(&error))?;
        if let ValidPayload::Func(function, body) = valid {
            let read = read_function(function, &body, &mut allocations).map_err(|error| broken(&error))?;
            if read.body.len() > limits::MODULE_FUNCTION_BYTES_MAX {
                let message = format!(
                    "a function of {} bytes at byte {}, at most {} are allowed",
                    read.body.len(),
                    read.body.start,
                    limits::MODULE_FUNCTION_BYTES_MAX
                );
                return Err(ModuleProblem::new(Code::ModuleLimit, message));
            }
            if let Some(module) = component.modules.last_mut() {
                module.functions.push(read);
            }
            continue;
        }
        if let Payload::Version { encoding: found, range, .. } = &payload {
            if inside.is_empty() && *found != encoding {
                return Err(ModuleProblem::new(
                    Code::BadModule,
                    "a component in place of a module, or the reverse",
                ));
            }
            inside.push(*found);
            if *found == Encoding::Module {
                if inside.len() > 2 {
                    let message = "the component is composed of components with code of their own";
                    let help = "Upload one module, as its tools built it.";
                    return Err(ModuleProblem::new(Code::BadModule, message).help(help));
                }
                component.modules.push(CoreModule { range: range.start..range.end, ..CoreModule::default() });
                check_limits(&component)?;
            }
            continue;
        }
        if let Payload::End(end) = &payload {
            if inside.pop() == Some(Encoding::Module)
                && let Some(module) = component.modules.last_mut()
            {
                module.range.end = *end;
            }
            continue;
        }
        let top = inside.len() == 1;
        match inside.last() {
            Some(Encoding::Component) if top => read_component_part(payload, &mut component),
            Some(Encoding::Module) => match component.modules.last_mut() {
                Some(module) => read_module_part(payload, module),
                None => Ok(()),
            },
            _ => Ok(()),
        }
        .map_err(|error| broken(&error))?;
        check_limits(&component)?;
    }
    Ok(component)
}

fn check_limits(component: &Component) -> Result<(), ModuleProblem> {
    let count = |of: fn(&CoreModule) -> u64| {
        component.modules.iter().fold(0, |sum: u64, m| sum.saturating_add(of(m)))
    };
    let counts = [
        (
            count(|module| module.function_types.len() as u64),
            limits::MODULE_FUNCTIONS_MAX as u64,
            "functions",
        ),
        (component.modules.len() as u64, limits::MODULE_CORE_MODULES_MAX as u64, "core modules"),
        (count(|module| u64::from(module.memories)), u64::from(limits::MODULE_MEMORIES_MAX), "memories"),
        (count(|module| u64::from(module.tables)), u64::from(limits::MODULE_TABLES_MAX), "tables"),
        (
            count(|module| module.table_elements_min),
            limits::MODULE_TABLE_ELEMENTS_MAX as u64,
            "elements of tables",
        ),
    ];
    let over = counts.iter().find(|(count, most, _)| count > most);
    let message = over.map(|(count, most, what)| format!("{count} {what}, at most {most} are allowed"));
    message.map_or(Ok(()), |message| Err(ModuleProblem::new(Code::ModuleLimit, message)))
}

fn read_component_part(payload: Payload<'_>, component: &mut Component) -> Result<(), BinaryReaderError> {
    match payload {
        Payload::ComponentImportSection(imports) => {
            for import in imports {
                component.imports.push(import?.name.name.to_owned());
            }
        }
        Payload::ComponentExportSection(exports) => {
            for export in exports {
                let export = export?;
                if export.kind == ComponentExternalKind::Instance
                    || export.kind == ComponentExternalKind::Func
                {
                    component.exports.push(export.name.name.to_owned());
                }
            }
        }
        Payload::InstanceSection(instances) => {
            for instance in instances {
                component.instances += usize::from(matches!(instance?, Instance::Instantiate { .. }));
            }
        }
        _ => {}
    }
    Ok(())
}

fn read_module_part(payload: Payload<'_>, module: &mut CoreModule) -> Result<(), BinaryReaderError> {
    match payload {
        Payload::TypeSection(types) => {
            for ty in types.into_iter_err_on_gc_types() {
                module.types.push(ty?);
            }
        }
        Payload::ImportSection(imports) => {
            for import in imports.into_imports() {
                match import?.ty {
                    TypeRef::Func(_) => module.imported_functions += 1,
                    TypeRef::Global(_) => module.globals += 1,
                    _ => {}
                }
            }
        }
        Payload::FunctionSection(functions) => {
            for ty in functions {
                module.function_types.push(ty?);
            }
        }
        Payload::MemorySection(memories) => {
            for memory in memories {
                let bytes = memory?.initial.saturating_mul(1 << 16);
                module.memories += 1;
                module.memory_bytes_min = module.memory_bytes_min.saturating_add(bytes);
            }
        }
        Payload::TableSection(tables) => {
            for table in tables {
                module.tables += 1;
                module.table_elements_min = module.table_elements_min.saturating_add(table?.ty.initial);
            }
        }
        Payload::GlobalSection(globals) => module.globals += globals.count(),
        _ => {}
    }
    Ok(())
}

fn read_function(
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'_>,
    allocations: &mut FuncValidatorAllocations,
) -> Result<Function, BinaryReaderError> {
    let mut validator = function.into_validator(std::mem::take(allocations));
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let range = body.range();
    let mut read = Function {
        code: reader.original_position()..range.end,
        body: range,
        returns: Vec::new(),
        calls: false,
        locals: validator.len_locals(),
        height_max: 0,
    };
    let mut operators = OperatorsReader::new(reader);
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset()?;
        match operator {
            Operator::Return => read.returns.push((at, validator.control_stack_height().saturating_sub(1))),
            Operator::Call { .. } | Operator::CallIndirect { .. } => read.calls = true,
            _ => {}
        }
        validator.op(at, &operator)?;
        read.height_max = read.height_max.max(validator.operand_stack_height());
    }
    operators.finish()?;
    *allocations = validator.into_allocations();
    Ok(read)
}

/// What a validator's error means to the author. What is valid with every part of WebAssembly that there is, is not
/// broken: it uses one that rules do not have.
fn malformed(error: &BinaryReaderError, wasm: &[u8]) -> ModuleProblem {
    let (at, length) = (error.offset(), wasm.len());
    // Resources are told apart by numbers that differ from run to run.
    let message = error.message().split(" (ResourceId").next().unwrap_or_default().trim_end_matches('.');
    if message.starts_with("unexpected end-of-file") {
        let message = format!("the file ends too early, at byte {at} of {length}");
        return ModuleProblem::new(Code::BadModule, message)
            .help("It was cut off on its way; upload it again.");
    }
    if Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).is_ok() {
        let message =
            format!("the module uses a part of WebAssembly that rules do not have, at byte {at}: {message}");
        let help = "Build it for plain `wasm32-unknown-unknown`, without threads, exceptions, garbage collection, tail \
                    calls, 64-bit or several memories.";
        return ModuleProblem::new(Code::BadModule, message).help(help);
    }
    ModuleProblem::new(Code::BadModule, format!("the module is not valid, at byte {at}: {message}"))
        .help("Build it again with the SDK.")
}
