//! What wasmtime asks of a platform that it does not know: a place to keep a pointer. A worker has one thread.

use std::sync::atomic::{AtomicPtr, Ordering};

static SLOTS: [AtomicPtr<u8>; 2] = [const { AtomicPtr::new(std::ptr::null_mut()) }; 2];

#[expect(unsafe_code, reason = "wasmtime looks the function up by its name")]
// SAFETY: the name is wasmtime's own, so nothing else defines it.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_get(slot: usize) -> *mut u8 {
    SLOTS.get(slot).map_or(std::ptr::null_mut(), |slot| slot.load(Ordering::Relaxed))
}

#[expect(unsafe_code, reason = "wasmtime looks the function up by its name")]
// SAFETY: the name is wasmtime's own, so nothing else defines it.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_tls_set(slot: usize, pointer: *mut u8) {
    if let Some(slot) = SLOTS.get(slot) {
        slot.store(pointer, Ordering::Relaxed);
    }
}
