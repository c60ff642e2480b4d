//! `pointsman`: the server and the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    pointsman_host::cli::main()
}
