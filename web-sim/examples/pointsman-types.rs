//! Writes the TypeScript declarations of what crosses into the page: `pointsman-types FOLDER`.
//!
//! Only the types that stand at the border are named here; what they contain follows by itself.

use std::{env, process::ExitCode};

use pointsman_web_sim::Version;
use ts_rs::{Config, ExportError, TS};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        return fail("usage: pointsman-types FOLDER");
    };
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    match export(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn export(config: &Config) -> Result<(), ExportError> {
    Version::export_all(config)
}

#[expect(clippy::print_stderr, reason = "a program that a person runs says why it failed")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
