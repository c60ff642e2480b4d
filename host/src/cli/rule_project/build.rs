//! `pointsman build`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use pointsman_engine::rules::ModuleInfo;
use pointsman_engine::rules::module::Sandbox;

use super::template::Language;
use super::{RuleProject, tool};
use crate::cli::style::{BAD, DIM, GOOD, NAME, paint};
use crate::cli::{Format, Verdict, output};

/// Build a rule project into a wasm module, and check the module
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "The folder is a rule project made by `pointsman new rule`, or a tenant folder, whose rule projects are in \
        rules/src/NN-name: their modules are put beside them as rules/NN-name.wasm.\n\n\
        Examples:\n  pointsman build demo\n  pointsman build examples/shop"
)]
pub(in crate::cli) struct Arguments {
    /// A rule project, or a tenant folder
    dir: PathBuf,
}

pub(in crate::cli) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    if let Some(project) = RuleProject::find(&arguments.dir)? {
        let module = project.module();
        return told(build(&project, &module)?, &module, format);
    }
    let sources = arguments.dir.join("rules/src");
    let mut verdict = Verdict::Well;
    let mut built = 0;
    let mut folders: Vec<PathBuf> = fs::read_dir(&sources)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    for folder in folders {
        let Some(project) = RuleProject::find(&folder)? else { continue };
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        let module = arguments.dir.join("rules").join(format!("{name}.wasm"));
        built += 1;
        if told(build(&project, &module)?, &module, format)? == Verdict::Problems {
            verdict = Verdict::Problems;
        }
    }
    if built == 0 {
        bail!(
            "there is nothing to build in `{}`: it is no rule project (`pointsman new rule NAME` makes one) and there is none in \
             `{}`",
            arguments.dir.display(),
            sources.display()
        );
    }
    Ok(verdict)
}

/// What became of a build.
pub(super) enum Built {
    /// The compiler has said what is wrong.
    NotCompiled,
    /// There is a module, and it would be refused; why.
    Refused(String),
    /// There is a module.
    Module(Box<ModuleInfo>),
}

/// Builds the project and puts the module at `to`, if it is one that would be accepted.
pub(super) fn build(project: &RuleProject, to: &Path) -> anyhow::Result<Built> {
    let made = match project.language {
        Language::Rust => match tool::cargo_build(project)? {
            Some(made) => made,
            None => return Ok(Built::NotCompiled),
        },
        Language::C => {
            if !tool::make(project, None)? {
                return Ok(Built::NotCompiled);
            }
            project.module()
        }
    };
    let wasm = fs::read(&made).with_context(|| format!("cannot read `{}`", made.display()))?;
    let info = match Sandbox::new()?.compile(&wasm) {
        Ok(module) => module.info().as_ref().clone(),
        Err(problem) => return Ok(Built::Refused(problem.to_string())),
    };
    if made != to {
        fs::write(to, &wasm).with_context(|| format!("cannot write `{}`", to.display()))?;
    }
    Ok(Built::Module(Box::new(info)))
}

fn told(built: Built, module: &Path, format: Format) -> anyhow::Result<Verdict> {
    let place = module.display().to_string();
    match (built, format) {
        (Built::NotCompiled, _) => Ok(Verdict::Problems),
        (Built::Refused(problem), Format::Human) => {
            output::say(&format!("{} {place} would be refused: {problem}", paint(BAD, "✗")));
            Ok(Verdict::Problems)
        }
        (Built::Refused(problem), Format::Json) => {
            output::json(&serde_json::json!({ "module": place, "problem": problem }))?;
            Ok(Verdict::Problems)
        }
        (Built::Module(info), Format::Json) => {
            output::json(&serde_json::json!({ "module": place, "info": info }))?;
            Ok(Verdict::Well)
        }
        (Built::Module(info), Format::Human) => {
            let hooks: Vec<_> = info.hooks.iter().map(|hook| hook.function()).collect();
            output::say(&format!(
                "{} {} {}, hooks: {}, contract {}",
                paint(GOOD, "✓"),
                paint(NAME, &place),
                size(info.bytes),
                hooks.join(", "),
                info.contract
            ));
            output::say(&paint(DIM, format!("  asks for: {}", info.imports.join(", "))));
            Ok(Verdict::Well)
        }
    }
}

fn size(bytes: u64) -> String {
    if bytes < 10_240 { format!("{bytes} bytes") } else { format!("{} KiB", bytes.div_ceil(1024)) }
}
