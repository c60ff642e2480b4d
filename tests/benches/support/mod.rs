//! What the benches share: where criterion puts its figures, and how two of them become a ratio.
#![allow(dead_code, reason = "every bench is a program of its own and uses its part")]

mod ratios;

use std::path::PathBuf;

use criterion::Criterion;
pub(crate) use ratios::Ratios;

/// The host's own allocator, for us and for those we measure against.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where the figures and the ratios of a run are kept.
pub(crate) fn folder() -> PathBuf {
    pointsman_tests::repository().join("target/criterion")
}

/// Criterion as every bench here uses it.
pub(crate) fn criterion() -> Criterion {
    Criterion::default().output_directory(&folder()).without_plots().configure_from_args()
}

/// Whether a bench that is not criterion's own is asked for: by its name or by no name at all.
pub(crate) fn wanted(bench: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|name| bench.contains(&name))
}
