//! Makes every function count how deep it is, so that a recursion without end is stopped at the same place wherever the
//! module runs, long before the stack of any machine is full.
//!
//! Compiled code and interpreted code have frames of different sizes, so how deep a module could go would differ from
//! machine to machine, and a rule would decide differently. Therefore each function takes its weight from a count on the
//! way in and gives it back on the way out; below zero it calls a function that traps and whose name says why. The weight
//! is at least the bytes of the function's frame on every machine.
//!
//! ```text
//! (func (result i32)                  (func (result i32)
//!   …                                   depth -= weight; if depth < 0 { call too_deep }
//!   return           becomes            block (result i32)
//!   …)                                    …
//!                                         br 0
//!                                         …
//!                                       end
//!                                       depth += weight)
//! ```
//!
//! A branch out of the function is a branch out of the block that stands in its place, so nothing else changes. A function
//! that calls nothing is left as it is unless its frame is large: only one such can be on the stack.

use wasmtime::wasmparser::{FuncType, ValType};

use super::read::{Component, CoreModule, Function};
use super::sections::{
    CUSTOM, appended, bytes, counted_list, custom_name, push_bytes, push_i32, push_section, push_u32,
    read_u32, sections,
};
use crate::limits;
use crate::rules::module::failure::TOO_DEEP;

/// What a frame takes whatever the function: return address, saved registers.
const FRAME_BYTES: u32 = 256;
/// What a parameter, a local or an operand takes: a slot for itself, and one as the argument of a call.
const VALUE_BYTES: u32 = 32;
/// The weight up to which a function that calls nothing is not counted.
const LEAF_BYTES_MAX: u32 = 16 * 1024;

/// Instructions of WebAssembly.
mod op {
    pub(super) const BLOCK: u8 = 0x02;
    pub(super) const IF: u8 = 0x04;
    pub(super) const END: u8 = 0x0b;
    pub(super) const BR: u8 = 0x0c;
    pub(super) const CALL: u8 = 0x10;
    pub(super) const UNREACHABLE: u8 = 0x00;
    pub(super) const GLOBAL_GET: u8 = 0x23;
    pub(super) const GLOBAL_SET: u8 = 0x24;
    pub(super) const I32_CONST: u8 = 0x41;
    pub(super) const I32_LT_S: u8 = 0x48;
    pub(super) const I32_ADD: u8 = 0x6a;
    pub(super) const I32_SUB: u8 = 0x6b;
    /// The block type of a block without a value.
    pub(super) const EMPTY: u8 = 0x40;
    /// The type `i32`.
    pub(super) const I32: u8 = 0x7f;
    /// The form of a function type.
    pub(super) const FUNC: u8 = 0x60;
}

/// The sections of a core module, by id.
mod section {
    pub(super) const TYPE: u8 = 1;
    pub(super) const FUNCTION: u8 = 3;
    pub(super) const GLOBAL: u8 = 6;
    pub(super) const EXPORT: u8 = 7;
    pub(super) const CODE: u8 = 10;
    pub(super) const DATA: u8 = 11;
    pub(super) const DATA_COUNT: u8 = 12;
}

/// The id of a core module in a component.
const CORE_MODULE: u8 = 1;

impl Function {
    fn weight(&self) -> u32 {
        self.locals.saturating_add(self.height_max).saturating_mul(VALUE_BYTES).saturating_add(FRAME_BYTES)
    }

    fn is_counted(&self) -> bool {
        self.calls || self.weight() > LEAF_BYTES_MAX
    }
}

impl CoreModule {
    fn is_counted(&self) -> bool {
        self.functions.iter().any(Function::is_counted)
    }
}

/// The component with functions that count their depth. All its core modules may be waiting for one another, so they
/// share what there is.
pub(super) fn counted(wasm: &[u8], component: &Component) -> Vec<u8> {
    let depth = of_each(component);
    let mut out = wasm.get(..8).unwrap_or_default().to_vec();
    for part in sections(wasm, 8) {
        let module = component.modules.iter().find(|module| module.range == part.content);
        match module.filter(|module| part.id == CORE_MODULE && module.is_counted()) {
            Some(module) => push_section(&mut out, part.id, &Rewrite::new(wasm, module).module(depth)),
            None => out.extend_from_slice(bytes(wasm, part.whole)),
        }
    }
    out
}

/// The depth that each core module has.
pub(super) fn of_each(component: &Component) -> usize {
    let sharing = component.modules.iter().filter(|module| module.is_counted()).count().max(1);
    limits::MODULE_DEPTH_BYTES / sharing
}

/// A core module under way.
struct Rewrite<'w> {
    wasm: &'w [u8],
    module: &'w CoreModule,
    /// Types of blocks with several values, to be added behind the module's own.
    block_types: Vec<&'w [ValType]>,
}

impl<'w> Rewrite<'w> {
    fn new(wasm: &'w [u8], module: &'w CoreModule) -> Rewrite<'w> {
        let mut block_types: Vec<&[ValType]> = Vec::new();
        for (function, ty) in module.functions.iter().zip(&module.function_types) {
            let results = results(module, *ty);
            if function.is_counted() && results.len() > 1 && !block_types.contains(&results) {
                block_types.push(results);
            }
        }
        Rewrite { wasm, module, block_types }
    }

    /// The type `() -> ()` of the function that traps.
    fn too_deep_type(&self) -> u32 {
        self.module.types.len() as u32
    }

    fn too_deep(&self) -> u32 {
        self.module.imported_functions + self.module.functions.len() as u32
    }

    fn depth(&self) -> u32 {
        self.module.globals
    }

    fn module(&self, depth: usize) -> Vec<u8> {
        let mut out = bytes(self.wasm, self.module.range.start..self.module.range.start + 8).to_vec();
        let mut global = Some(self.global(depth));
        let module = self.wasm.get(..self.module.range.end).unwrap_or_default();
        for part in sections(module, self.module.range.start + 8) {
            let content = bytes(self.wasm, part.content.clone());
            let behind_globals = matches!(part.id, section::EXPORT..=section::DATA | section::DATA_COUNT);
            if behind_globals && let Some(global) = global.take() {
                push_section(&mut out, section::GLOBAL, &counted_list(1, &global));
            }
            match part.id {
                section::TYPE => {
                    push_section(
                        &mut out,
                        part.id,
                        &appended(content, 1 + self.block_types.len(), &self.types()),
                    );
                }
                section::FUNCTION => {
                    let mut ty = Vec::new();
                    push_u32(&mut ty, self.too_deep_type());
                    push_section(&mut out, part.id, &appended(content, 1, &ty));
                }
                section::GLOBAL => {
                    let global = global.take().unwrap_or_default();
                    push_section(&mut out, part.id, &appended(content, 1, &global));
                }
                section::CODE => push_section(&mut out, part.id, &self.code()),
                // Nothing of what tools note down bears on running, but for the names.
                CUSTOM => {}
                _ => out.extend_from_slice(bytes(self.wasm, part.whole)),
            }
        }
        push_section(&mut out, CUSTOM, &self.names());
        out
    }

    fn types(&self) -> Vec<u8> {
        let mut types = vec![op::FUNC, 0, 0];
        for results in &self.block_types {
            types.extend([op::FUNC, 0]);
            push_u32(&mut types, results.len() as u32);
            results.iter().for_each(|ty| types.push(value_type(*ty)));
        }
        types
    }

    fn global(&self, depth: usize) -> Vec<u8> {
        let mutable = 1;
        let mut global = vec![op::I32, mutable, op::I32_CONST];
        push_i32(&mut global, i32::try_from(depth).unwrap_or(i32::MAX));
        global.push(op::END);
        global
    }

    fn code(&self) -> Vec<u8> {
        let mut bodies = Vec::new();
        for (function, ty) in self.module.functions.iter().zip(&self.module.function_types) {
            match function.is_counted() {
                true => push_bytes(&mut bodies, &self.body(function, *ty)),
                false => push_bytes(&mut bodies, bytes(self.wasm, function.body.clone())),
            }
        }
        let no_locals = 0;
        push_bytes(&mut bodies, &[no_locals, op::UNREACHABLE, op::END]);
        counted_list(self.module.functions.len() + 1, &bodies)
    }

    fn body(&self, function: &Function, ty: u32) -> Vec<u8> {
        let weight = i32::try_from(function.weight()).unwrap_or(i32::MAX);
        let locals = function.body.start..function.code.start;
        let mut out = bytes(self.wasm, locals).to_vec();
        self.add_to_depth(&mut out, op::I32_SUB, weight);
        self.push_depth(&mut out, op::GLOBAL_GET);
        out.extend([op::I32_CONST, 0, op::I32_LT_S, op::IF, op::EMPTY, op::CALL]);
        push_u32(&mut out, self.too_deep());
        out.extend([op::END, op::BLOCK]);
        self.push_block_type(&mut out, ty);
        let mut copied = function.code.start;
        for (at, blocks) in &function.returns {
            out.extend_from_slice(bytes(self.wasm, copied..*at));
            out.push(op::BR);
            push_u32(&mut out, *blocks);
            // `return` is one byte.
            copied = at + 1;
        }
        // The end of the function becomes the end of the block.
        out.extend_from_slice(bytes(self.wasm, copied..function.code.end));
        self.add_to_depth(&mut out, op::I32_ADD, weight);
        out.push(op::END);
        out
    }

    fn add_to_depth(&self, out: &mut Vec<u8>, operator: u8, weight: i32) {
        self.push_depth(out, op::GLOBAL_GET);
        out.push(op::I32_CONST);
        push_i32(out, weight);
        out.push(operator);
        self.push_depth(out, op::GLOBAL_SET);
    }

    fn push_depth(&self, out: &mut Vec<u8>, operator: u8) {
        out.push(operator);
        push_u32(out, self.depth());
    }

    fn push_block_type(&self, out: &mut Vec<u8>, ty: u32) {
        match results(self.module, ty) {
            [] => out.push(op::EMPTY),
            [one] => out.push(value_type(*one)),
            several => {
                let added = self.block_types.iter().position(|known| *known == several).unwrap_or(0);
                let index = self.too_deep_type() as usize + 1 + added;
                push_i32(out, i32::try_from(index).unwrap_or(i32::MAX));
            }
        }
    }

    /// The name section, with a name for the function that traps. Without names of functions there is only that one.
    fn names(&self) -> Vec<u8> {
        const FUNCTIONS: u8 = 1;
        let mut name = Vec::new();
        push_u32(&mut name, self.too_deep());
        push_bytes(&mut name, TOO_DEEP.as_bytes());
        let module = self.wasm.get(..self.module.range.end).unwrap_or_default();
        let known = sections(module, self.module.range.start + 8)
            .filter(|part| part.id == CUSTOM)
            .find_map(|part| custom_name(self.wasm, &part).filter(|(name, _)| *name == b"name"))
            .map(|(_, span)| span)
            .and_then(|span| {
                let names = self.wasm.get(..span.end)?;
                sections(names, span.start).find(|part| part.id == FUNCTIONS)
            })
            .map(|part| bytes(self.wasm, part.content))
            .filter(|names| self.are_names(names));
        let names = match known {
            Some(known) => appended(known, 1, &name),
            None => counted_list(1, &name),
        };
        let mut out = Vec::new();
        push_bytes(&mut out, b"name");
        push_section(&mut out, FUNCTIONS, &names);
        out
    }

    /// Whether they can be read, name by name, each of a function that there is. Validation does not look at names.
    fn are_names(&self, names: &[u8]) -> bool {
        let read = || {
            let (count, mut at) = read_u32(names, 0)?;
            let mut next = 0;
            for _ in 0..count {
                let (index, behind) = read_u32(names, at)?;
                let (length, behind) = read_u32(names, behind)?;
                let end = behind.checked_add(length as usize)?;
                std::str::from_utf8(names.get(behind..end)?).ok()?;
                if index < next || index >= self.too_deep() {
                    return None;
                }
                next = index + 1;
                at = end;
            }
            (at == names.len()).then_some(())
        };
        read().is_some()
    }
}

fn results(module: &CoreModule, ty: u32) -> &[ValType] {
    module.types.get(ty as usize).map(FuncType::results).unwrap_or_default()
}

/// Without garbage collection there are no other types.
fn value_type(ty: ValType) -> u8 {
    match ty {
        ValType::I32 => op::I32,
        ValType::I64 => 0x7e,
        ValType::F32 => 0x7d,
        ValType::F64 => 0x7c,
        ValType::V128 => 0x7b,
        ValType::Ref(reference) if reference.is_func_ref() => 0x70,
        ValType::Ref(_) => 0x6f,
    }
}
