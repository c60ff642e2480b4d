//! The command line: `pointsman serve | check | analyse | test | new | build | simulate | staff | fit | record | replay | explain | blame | publish`.
//!
//! Exit codes: 0 all is well, 1 problems were found, 2 the command could not be carried out as it was given.

mod analyse;
mod blame;
mod check;
mod compare;
mod explain;
mod findings;
mod fit;
mod html;
mod life;
mod output;
mod pairs;
mod publish;
mod record;
mod replay;
mod rule_project;
mod scenario;
mod serve;
mod simulate;
mod staff;
mod style;
mod test;
mod visit;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use pointsman_engine::diagnostic::Diagnostic;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::tenant::{TenantFolder, TenantSource};

use crate::compile::{Compiled, compile};
use crate::folder::read_folder;
use crate::http::AppFiles;
use rule_project::RuleProject;

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
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "human|json",
        hide_possible_values = true
    )]
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
    Analyse(analyse::Arguments),
    Test(test::Arguments),
    New(rule_project::NewArguments),
    Build(rule_project::BuildArguments),
    Simulate(simulate::Arguments),
    Staff(staff::Arguments),
    Record(record::Arguments),
    Replay(replay::Arguments),
    Fit(fit::Arguments),
    Explain(explain::Arguments),
    Blame(blame::Arguments),
    Publish(publish::Arguments),
}

/// Parses the arguments and carries the command out. `app_files`: the web app, for a server.
#[must_use]
pub fn main(app_files: AppFiles) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // To standard output for `--help`, to standard error for a mistake; a closed pipe is no reason to complain.
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let outcome = match cli.command {
        Command::Serve(arguments) => serve::run(arguments, cli.format, app_files),
        Command::Check(arguments) => check::run(&arguments, cli.format),
        Command::Analyse(arguments) => analyse::run(&arguments, cli.format),
        Command::Test(arguments) => test::run(&arguments, cli.format),
        Command::New(arguments) => rule_project::new(&arguments, cli.format),
        Command::Build(arguments) => rule_project::build(&arguments, cli.format),
        Command::Simulate(arguments) => simulate::run(&arguments, cli.format),
        Command::Staff(arguments) => staff::run(&arguments, cli.format),
        Command::Record(arguments) => record::run(&arguments, cli.format),
        Command::Replay(arguments) => replay::run(&arguments, cli.format),
        Command::Fit(arguments) => fit::run(&arguments, cli.format),
        Command::Explain(arguments) => explain::run(arguments, cli.format),
        Command::Blame(arguments) => blame::run(arguments, cli.format),
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

/// Reads a tenant folder; for a rule project, a tenant with that rule alone.
fn tenant_folder(path: &Path) -> anyhow::Result<TenantFolder> {
    match RuleProject::find(path)? {
        Some(project) => rule_project::tenant_around(&project),
        None => Ok(read_folder(path)?),
    }
}

/// Reads and compiles a tenant folder; `None`, with everything that is wrong said, where it does not compile.
fn compiled(folder: &Path, format: Format) -> anyhow::Result<Option<(Arc<Ruleset>, TenantSource)>> {
    let folder = tenant_folder(folder)?;
    let Compiled { ruleset, source, diagnostics } = compile(&folder, None, &Sandbox::new()?);
    if let (Some(ruleset), Some(source)) = (ruleset, source) {
        return Ok(Some((ruleset, source)));
    }
    not_compiled(&diagnostics, &folder, format)?;
    Ok(None)
}

/// Says everything that is wrong with a folder that does not compile.
fn not_compiled(diagnostics: &[Diagnostic], folder: &TenantFolder, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Json => output::json(&serde_json::json!({ "diagnostics": diagnostics })),
        Format::Human => {
            let found = findings::render(diagnostics, folder);
            output::say(&format!("{found}{}: mend them first", findings::summary(diagnostics)));
            Ok(())
        }
    }
}
