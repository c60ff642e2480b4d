//! What a module may import: the interfaces `lookup` and `log` of the contract, and nothing else.
//!
//! The work that is done on a module's behalf costs it fuel, or a module could keep the host busy for nothing.

use std::sync::Arc;

use wasmtime::component::{ComponentType, Linker, LinkerInstance, Lower};
use wasmtime::{Engine, Result, StoreContextMut, Trap};

use super::call::CallState;
use super::contract::{GroupState, LocalTime, interface};
use super::failure::TooMuch;
use crate::id::GroupId;
use crate::limits;
use crate::rules::reading::{CallRead, shown};
use crate::rules::scene::{Scene, Uses};

/// Fuel for one of several keywords, beside its bytes and those it is looked for in.
const PER_KEYWORD: usize = 32;

/// A text of a list, as it counts on a machine of 64 bits.
const TEXT_BYTES: usize = 24;

type Call<'a> = StoreContextMut<'a, CallState>;

/// Everything that a module may import.
pub(super) fn linker(engine: &Engine) -> Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    lookup(&mut linker.instance(&interface("lookup"))?)?;
    log(&mut linker.instance(&interface("log"))?)?;
    Ok(linker)
}

/// Takes the fuel for a question that goes through, or moves, `bytes`.
///
/// # Errors
/// There is not as much left.
fn charge(call: &mut Call<'_>, bytes: usize) -> Result<()> {
    let cost = limits::MODULE_FUEL_PER_QUESTION + bytes as u64;
    let left = call.get_fuel()?.checked_sub(cost);
    call.set_fuel(left.unwrap_or(0))?;
    left.map(|_| ()).ok_or_else(|| Trap::OutOfFuel.into())
}

/// What the module may look at.
///
/// # Errors
/// Nothing before its hook is called, so that the start of an instance is the same in every call.
fn scene(call: &Call<'_>) -> Result<Arc<Scene>> {
    call.data().scene.clone().ok_or_else(|| Trap::CannotLeaveComponent.into())
}

fn lookup(lookup: &mut LinkerInstance<'_, CallState>) -> Result<()> {
    lookup.func_wrap("group", |mut call: Call<'_>, (name,): (String,)| {
        let scene = scene(&call)?;
        charge(&mut call, name.len())?;
        let id = scene.names.groups.find(&name).and_then(|id| u16::try_from(id).ok()).map(GroupId);
        let group = id.and_then(|id| scene.group(id));
        note(&mut call, "lookup.group", &[&name], &group);
        one(group.map(|facts| GroupState {
            waiting: facts.waiting,
            open: facts.open,
            online: facts.online,
            available: facts.available,
            longest_wait_ms: facts.longest_wait_ms.try_into().unwrap_or(0),
            expected_wait_ms: facts.expected_wait_ms.try_into().unwrap_or(0),
            in_hours: facts.in_hours,
        }))
    })?;
    lookup.func_wrap("is-open", |mut call: Call<'_>, (name,): (String,)| {
        let scene = scene(&call)?;
        charge(&mut call, name.len())?;
        let hours = scene.names.hours.find(&name);
        let is_open = hours.map(|id| scene.hours_open.get(id as usize).copied().unwrap_or(false));
        note(&mut call, "lookup.is-open", &[&name], &is_open);
        one(is_open)
    })?;
    lookup.func_wrap("now", |mut call: Call<'_>, (): ()| {
        let scene = scene(&call)?;
        charge(&mut call, 0)?;
        let now = scene.local();
        note(&mut call, "lookup.now", &[], &now.as_ref().map(jiff::Zoned::datetime));
        one(local_time(now))
    })?;
    lookup.func_wrap("contains", |mut call: Call<'_>, (keyword,): (String,)| {
        let scene = scene(&call)?;
        charge(&mut call, scene.words_len() + keyword.len())?;
        let answer = scene.contains(&keyword);
        note(&mut call, "lookup.contains", &[&keyword], &answer);
        one(answer)
    })?;
    lookup.func_wrap("contains-any", |mut call: Call<'_>, (keywords,): (Vec<String>,)| {
        let scene = scene(&call)?;
        // wasmtime counts a text as what it is on this machine, so a list of many is counted here once more.
        let moved: usize = keywords.iter().map(|keyword| TEXT_BYTES + keyword.len()).sum();
        if moved > limits::MODULE_ANSWER_BYTES_MAX {
            return Err(TooMuch.into());
        }
        let bytes: usize =
            keywords.iter().map(|keyword| scene.words_len() + keyword.len() + PER_KEYWORD).sum();
        charge(&mut call, bytes)?;
        let answer = keywords.iter().any(|keyword| scene.contains(keyword));
        note(&mut call, "lookup.contains-any", &[&keywords], &answer);
        one(answer)
    })?;
    lookup.func_wrap("original-text", |mut call: Call<'_>, (): ()| {
        let scene = scene(&call)?;
        charge(&mut call, scene.original_text.len())?;
        note(&mut call, "lookup.original-text", &[], &scene.original_text);
        one(scene.original_text.as_str().to_owned())
    })?;
    lookup.func_wrap("attribute", |mut call: Call<'_>, (name,): (String,)| {
        let scene = scene(&call)?;
        let value = scene.attributes.get(&name);
        charge(&mut call, name.len() + value.map_or(0, String::len))?;
        note(&mut call, "lookup.attribute", &[&name], &value);
        one(value.cloned())
    })?;
    Ok(())
}

fn log(log: &mut LinkerInstance<'_, CallState>) -> Result<()> {
    log.func_wrap("print", |mut call: Call<'_>, (line,): (String,)| {
        scene(&call)?;
        charge(&mut call, line.len())?;
        call.data_mut().log.print(&line);
        Ok(())
    })
}

/// Keeps a note of a question, where that is asked for. It costs the module nothing and changes nothing.
fn note(call: &mut Call<'_>, what: &str, arguments: &[&dyn std::fmt::Debug], answer: &dyn std::fmt::Debug) {
    let Some(asked) = &mut call.data_mut().asked else { return };
    asked.add(|| CallRead {
        line: 0,
        column: 0,
        what: what.to_owned(),
        arguments: Some(arguments.iter().map(|argument| shown(*argument)).collect()),
        answer: Some(shown(answer)),
    });
}

fn one<T: ComponentType + Lower>(value: T) -> Result<(T,)> {
    Ok((value,))
}

/// Where the calendar ends, the time is all zeros.
fn local_time(at: Option<jiff::Zoned>) -> LocalTime {
    let unsigned = |part: i8| u8::try_from(part).unwrap_or(0);
    at.map_or(LocalTime { year: 0, month: 0, day: 0, weekday: 0, hour: 0, minute: 0 }, |at| LocalTime {
        year: at.year(),
        month: unsigned(at.month()),
        day: unsigned(at.day()),
        weekday: unsigned(at.weekday().to_monday_one_offset()),
        hour: unsigned(at.hour()),
        minute: unsigned(at.minute()),
    })
}

/// What a module that imports these functions reads of the facts, so that the rest is not copied.
pub(super) fn uses(imports: &[String]) -> Uses {
    let has = |name: &str| imports.iter().any(|import| import == name);
    Uses {
        original_text: has("lookup.original-text"),
        contains: has("lookup.contains") || has("lookup.contains-any"),
        attributes: has("lookup.attribute"),
        any_group: has("lookup.group"),
        group_asked: has("lookup.group"),
        ..Uses::default()
    }
}
