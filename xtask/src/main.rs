//! The build steps that cargo alone cannot do: the machine's set-up, the engine as WebAssembly, the web app, and
//! the two commands that everyone needs, `cargo xtask run` and `cargo xtask test`.
#![expect(clippy::print_stdout, reason = "a build command talks on the terminal")]

mod bench;
mod paths;
mod run;
mod setup;
mod step;
mod test;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use step::Steps;

/// Builds, runs and tests Pointsman. Whatever the machine lacks is set up first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and start the host with the example tenant `shop` at http://127.0.0.1:8080
    Run(run::Arguments),
    /// Check everything: format, lints, types, and every test in Rust, Node and the browser
    Test,
    /// Build the host with the web app inside, and start nothing
    Build,
    /// Build the engine for the browser, with the TypeScript declarations of its types
    Wasm,
    /// Build the web app, the engine included, as static files in web-sim/app/dist
    Web,
    /// Run the benches and print a table of ratios; what follows is passed on, as in `cargo xtask bench -- decision`
    Bench {
        /// Arguments for criterion
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Take pictures of the page and of the walk-through, in both languages
    Screenshots {
        /// Where the pictures go
        #[arg(default_value = "target/screenshots")]
        folder: std::path::PathBuf,
    },
    /// Only set up the machine: WebAssembly target, Node.js, npm packages, Chromium
    Setup,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut steps = Steps::new();
    let outcome = match arguments.command {
        Command::Test => return test::test(&mut steps),
        Command::Run(arguments) => run::run(&mut steps, &arguments),
        Command::Build => run::build(&mut steps).map(drop),
        Command::Wasm => wasm::build(&mut steps),
        Command::Web => web::build(&mut steps),
        Command::Bench { arguments } => bench::bench(&mut steps, &arguments),
        Command::Screenshots { folder } => run::screenshots(&mut steps, &folder),
        Command::Setup => setup::everything(&mut steps).map(drop),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nfailed: {error:#}");
            ExitCode::FAILURE
        }
    }
}
