//! `pointsman`: the server and the command line, with the web app inside. A package of its own, so that a changed page
//! compiles nothing but this.

use std::process::ExitCode;

use rust_embed::RustEmbed;

/// A script makes many small values: a sixth of the instructions of a decision by script were the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(RustEmbed)]
#[folder = "../web-sim/app/dist"]
struct WebApp;

fn main() -> ExitCode {
    pointsman_host::cli::main(WebApp::get)
}
