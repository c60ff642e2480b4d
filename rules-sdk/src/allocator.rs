//! The allocator of a module: hands out memory upwards and takes nothing back. A call gets a fresh memory and is short, so
//! that freeing has nothing to gain; without it a module is a third smaller, and a small rule needs half the fuel.

/// What is left of the memory, as addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rest {
    start: usize,
    end: usize,
}

const PAGE: usize = 65_536;

impl Rest {
    /// `size` bytes from a multiple of `align`, a power of two: where they start, and what is left. Grows the memory with
    /// `grow`, which is told the number of pages and says whether it could. None where there is not that much.
    fn take(self, size: usize, align: usize, grow: impl FnOnce(usize) -> bool) -> Option<(usize, Rest)> {
        let start = self.start.checked_next_multiple_of(align)?;
        let taken = start.checked_add(size)?;
        if taken <= self.end {
            return Some((start, Rest { start: taken, ..self }));
        }
        let pages = (taken - self.end).div_ceil(PAGE);
        let end = self.end.checked_add(pages.checked_mul(PAGE)?)?;
        grow(pages).then_some((start, Rest { start: taken, end }))
    }
}

/// The part that the linker, the machine and Rust's allocator interface make unsafe. There is one thread.
#[cfg(target_arch = "wasm32")]
mod machine {
    #![allow(unsafe_code, reason = "the interface of allocators is unsafe")]

    use std::alloc::{GlobalAlloc, Layout};
    use std::arch::wasm32::{memory_grow, memory_size};
    use std::ptr;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::{PAGE, Rest};

    struct Upwards {
        /// 0: nothing was handed out yet.
        start: AtomicUsize,
        end: AtomicUsize,
    }

    #[global_allocator]
    static ALLOCATOR: Upwards = Upwards { start: AtomicUsize::new(0), end: AtomicUsize::new(0) };

    unsafe extern "C" {
        /// Made by the linker: its address is the first after the stack and the statics.
        static __heap_base: u8;
    }

    impl Upwards {
        fn rest(&self) -> Rest {
            match self.start.load(Relaxed) {
                0 => Rest { start: (&raw const __heap_base).addr(), end: memory_size(0) * PAGE },
                start => Rest { start, end: self.end.load(Relaxed) },
            }
        }

        fn take(&self, rest: Rest, size: usize, align: usize) -> *mut u8 {
            let grow = |pages| memory_grow(0, pages) != usize::MAX;
            let Some((start, rest)) = rest.take(size, align, grow) else {
                return ptr::null_mut();
            };
            self.start.store(rest.start, Relaxed);
            self.end.store(rest.end, Relaxed);
            ptr::with_exposed_provenance_mut(start)
        }
    }

    // SAFETY: what is handed out is aligned, within the memory, and never handed out again: `Rest` only shrinks, but for
    // the last piece, which `realloc` hands out anew to the same owner.
    unsafe impl GlobalAlloc for Upwards {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            self.take(self.rest(), layout.size(), layout.align())
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's. Memory that was never handed out is zero, but for what a shrunk last piece left.
            let memory = unsafe { self.alloc(layout) };
            if !memory.is_null() {
                // SAFETY: just handed out, with this size.
                unsafe { memory.write_bytes(0, layout.size()) };
            }
            memory
        }

        unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            let rest = self.rest();
            if old.addr() + layout.size() == rest.start {
                // The last piece stays where it is: its start is aligned already.
                return self.take(Rest { start: old.addr(), ..rest }, size, layout.align());
            }
            let new = self.take(rest, size, layout.align());
            if !new.is_null() {
                // SAFETY: both have the smaller of the sizes, and are apart.
                unsafe { ptr::copy_nonoverlapping(old, new, layout.size().min(size)) };
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never(_: usize) -> bool {
        panic!("there was enough")
    }

    #[test]
    fn pieces_are_aligned_and_apart() {
        let rest = Rest { start: 1001, end: PAGE };
        let (first, rest) = rest.take(10, 8, never).expect("a piece");
        let (second, rest) = rest.take(1, 1, never).expect("a piece");
        let (third, rest) = rest.take(0, 4, never).expect("a piece");
        assert_eq!((first, second, third, rest.start), (1008, 1018, 1020, 1020));
    }

    #[test]
    fn the_memory_grows_by_as_many_pages_as_are_wanting() {
        let rest = Rest { start: PAGE - 10, end: PAGE };
        assert_eq!(rest.take(10, 1, never).map(|(_, rest)| rest.end), Some(PAGE), "the last byte counts");
        let grown = rest.take(11, 1, |pages| pages == 1).map(|(_, rest)| rest);
        assert_eq!(grown, Some(Rest { start: PAGE + 1, end: 2 * PAGE }));
        let grown = rest.take(10 + 2 * PAGE, 1, |pages| pages == 2).map(|(_, rest)| rest.end);
        assert_eq!(grown, Some(3 * PAGE));
    }

    #[test]
    fn what_is_not_there_is_not_handed_out() {
        let rest = Rest { start: 10, end: PAGE };
        assert_eq!(rest.take(PAGE, 1, |_| false), None);
        assert_eq!(rest.take(usize::MAX, 1, |_| true), None, "beyond all addresses");
        assert_eq!(Rest { start: usize::MAX, ..rest }.take(1, 8, |_| true), None);
    }
}
