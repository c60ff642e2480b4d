//! `pointsman`: the server and the command line.

use std::process::ExitCode;

/// A script makes many small values: a sixth of the instructions of a decision by script were the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pointsman_host::cli::main()
}
