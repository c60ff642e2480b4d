//! `pointsman new rule`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::template::{self, Language};
use crate::cli::style::{NAME, paint};
use crate::cli::{Format, Verdict, output};

/// Characters of a rule's name.
const NAME_MAX: usize = 48;

/// Begin something new
#[derive(Debug, Args)]
#[command(about)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Rule(Rule),
}

/// Make the project of a rule that is a wasm module
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "The project has a rule that works, its tests, and everything that it needs to build.\n\n\
        Examples:\n  pointsman new rule demo && pointsman build demo && pointsman test demo\n  \
        pointsman new rule refund-first --lang c"
)]
struct Rule {
    /// What the rule is called: small letters, digits and dashes; its folder gets the same name
    name: String,
    /// What it is written in
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    /// The folder in which the project's folder is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    into: PathBuf,
}

pub(in crate::cli) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    let What::Rule(Rule { name, lang, into }) = &arguments.what;
    let is_sound = name.len() <= NAME_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.split('-').all(|word| !word.is_empty())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if !is_sound {
        bail!(
            "`{name}` cannot be the name of a rule: begin with a small letter, then small letters, digits and single dashes, \
             at most {NAME_MAX} in all, such as `refund-first`"
        );
    }
    let folder = into.join(name);
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("`{}` is there already and not empty: choose another name, or remove it", folder.display());
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let files = template::write(&folder, name, *lang)?;
    match format {
        Format::Json => output::json(&serde_json::json!({ "folder": folder, "files": files }))?,
        Format::Human => {
            let place = folder.display();
            output::say(&format!("{} is a rule in {}:", paint(NAME, place.to_string()), lang.name()));
            files.iter().for_each(|file| output::say(&format!("  {file}")));
            output::say(&format!(
                "\nNext:\n  pointsman test {place}\n  pointsman build {place}\n  pointsman explain {place} --text 退款"
            ));
        }
    }
    Ok(Verdict::Well)
}
