//! The command line: `pointsman serve | check | test | simulate | explain | publish`.
//!
//! Exit codes: 0 all is well, 1 problems were found, 2 the command could not be carried out as it was given.

mod check;
mod explain;
mod findings;
mod output;
mod publish;
mod serve;
mod style;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::compile::{Compiled, compile};
use crate::folder::read_folder;

/// Problems were found.
const PROBLEMS: u8 = 1;
/// The command could not be carried out as it was given.
const USAGE: u8 = 2;

/// Routes customer conversations by rules that you write, test and publish.
#[derive(Debug, Parser)]
#[command(
    name = "pointsman",
    version,
    max_term_width = 100,
    after_help = "A tenant is a folder of text files: settings, groups, agents, rules, rule tests, scenarios.\n\n\
        Examples:\n  \
        pointsman serve --tenant examples/shop          a server at http://127.0.0.1:8080\n  \
        pointsman check examples/shop                   everything that is wrong, with its place\n  \
        pointsman explain examples/shop --text 我要退款   where a visitor would go, and why\n\n\
        Exit codes: 0 all is well, 1 problems were found, 2 wrong usage."
)]
struct Cli {
    /// How results are written: for people, or as one JSON document
    #[arg(long, global = true, value_enum, default_value_t, hide_possible_values = false)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// How results are written.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people; with colours on a terminal.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Check(check::Arguments),
    Explain(explain::Arguments),
    Publish(publish::Arguments),
}

/// Parses the arguments and carries the command out.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // To standard output for `--help`, to standard error for a mistake; a closed pipe is no reason to complain.
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match cli.command {
        Command::Serve(arguments) => serve::run(arguments, cli.format),
        Command::Check(arguments) => check::run(&arguments, cli.format),
        Command::Explain(arguments) => explain::run(arguments, cli.format),
        Command::Publish(arguments) => publish::run(&arguments, cli.format),
    };
    match outcome {
        Ok(Verdict::Well) => ExitCode::SUCCESS,
        Ok(Verdict::Problems) => ExitCode::from(PROBLEMS),
        Err(error) => {
            output::failed(&error, cli.format);
            ExitCode::from(USAGE)
        }
    }
}

/// How a command ended that could be carried out.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Well,
    Problems,
}

/// Reads and compiles a tenant folder.
fn compiled(folder: &PathBuf) -> anyhow::Result<(pointsman_engine::tenant::TenantFolder, Compiled)> {
    let folder = read_folder(folder)?;
    let compiled = compile(&folder, None);
    Ok((folder, compiled))
}
