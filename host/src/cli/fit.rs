//! `pointsman fit`.

mod check;
mod observed;
mod told;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use pointsman_engine::diagnostic::nearest;
use pointsman_engine::model::Directory;
use pointsman_engine::simulation::fit::{
    ArrivalsTable, FittedArrivals, FittedRecording, fresh_scenario, recorded_scenario, with_arrivals,
    with_recorded_lengths,
};
use pointsman_engine::simulation::random::Length;
use serde::Serialize;

use super::scenario::{read_scenario, scenario_text};
use super::style::{NAME, paint};
use super::{Format, Verdict, compiled, output};
use check::Check;
use observed::Observed;

/// Make a scenario from what was recorded: counts of arrivals, or a recording
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "A recording comes from a host (`pointsman record`) or from a simulation. Fitted to it are rates, patience, handle \
        times, replies and the bot; what visitors want is taken from the group they came to, their entry and language, with \
        their words.\n\n\
        A file of counts has a row for each interval (an hour or shorter): a column `time`, a column `count`, and perhaps a \
        column `channel`. Times without an offset are those of the tenant's zone.\n\n\
        --check simulates the recorded days three times: with the recorded counts themselves, with the fitted scenario, and \
        with the same rates and no dispersion. The first stands for what was observed: a file of counts has no waits in it.\n\n\
        Examples:\n  pointsman fit arrivals.csv --tenant examples/shop --channel website --like weekday\n  \
        pointsman fit arrivals.csv --tenant examples/shop --channel website --like weekday --write website-2026\n  \
        pointsman fit arrivals.csv --tenant examples/shop --channel website --like weekday --check\n  \
        pointsman fit monday.recording.gz --tenant examples/shop --write like-monday"
)]
pub(super) struct Arguments {
    /// The file of counts (CSV), or the recording
    file: PathBuf,
    /// The tenant folder
    #[arg(long, value_name = "TENANT_DIR")]
    tenant: PathBuf,
    /// The tenant's channel that the counts are for; without it, the file's channels must have the names of the tenant's
    #[arg(long, value_name = "SLUG")]
    channel: Option<String>,
    /// A scenario of the folder from which everything else is taken: intents, handle times, patience. With a recording, its
    /// handle times are scaled to the recording's, and patience is the recording's
    #[arg(long, value_name = "NAME")]
    like: Option<String>,
    /// The handle time where there is no scenario to take it from, in seconds: exponential
    #[arg(long, default_value_t = 360, value_parser = clap::value_parser!(u32).range(1..=604_800), value_name = "SECONDS", conflicts_with = "like")]
    handle: u32,
    /// Write the scenario into the folder, as scenarios/NAME.toml
    #[arg(long, value_name = "NAME")]
    write: Option<String>,
    /// Even over a scenario that is there
    #[arg(long, requires = "write")]
    overwrite: bool,
    /// Simulate the recorded days, and hold the fitted ones against them
    #[arg(long)]
    check: bool,
    /// How many of the recorded days, evenly over all of them
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(2..=1_000), requires = "check")]
    days: u32,
    /// All the luck there is, of the first day
    #[arg(long, default_value_t = 1, requires = "check")]
    seed: u64,
}

#[derive(Serialize)]
struct Told<'a> {
    fitted: &'a FittedArrivals,
    /// `None`: a file of counts.
    recorded: Option<&'a FittedRecording>,
    /// The text of the scenario.
    scenario: &'a str,
    check: Option<&'a Check>,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    let Some((ruleset, source)) = compiled(&arguments.tenant, format)? else {
        return Ok(Verdict::Problems);
    };
    let directory = ruleset.directory();
    let zone = &directory.settings.zone;
    let file = arguments.file.display();
    let Observed { table, recorded } = Observed::read(&arguments.file, zone)?;
    let targets = targets(arguments, &table, directory)?;
    let fitted = match &recorded {
        Some(recorded) => recorded.arrivals.clone(),
        None => table.fit(zone).with_context(|| format!("`{file}`"))?,
    };
    let name = arguments.write.as_deref().unwrap_or("fitted");
    let base = match (&arguments.like, &recorded) {
        (Some(like), None) => scenario_text(&source, like)?.to_owned(),
        (Some(like), Some(recorded)) => {
            let text = scenario_text(&source, like)?;
            let Some(scenario) = read_scenario(&arguments.tenant, like, text, &ruleset, format)? else {
                return Ok(Verdict::Problems);
            };
            with_recorded_lengths(text, &scenario, recorded)?
        }
        (None, Some(recorded)) => recorded_scenario(name, recorded),
        (None, None) => {
            let handle = Length::exponential(f64::from(arguments.handle) * 1_000.0);
            fresh_scenario(name, &format!("{}T00:00:00", fitted.first_date), "24h", handle, None)
        }
    };
    let scenario = with_arrivals(&base, &fitted, &targets)?;
    // What is written must run.
    if read_scenario(&arguments.tenant, name, &scenario, &ruleset, format)?.is_none() {
        return Ok(Verdict::Problems);
    }
    let check = match arguments.check {
        true => Some(check::check(arguments, &ruleset, &scenario, &fitted, &table, &targets)?),
        false => None,
    };
    let written = match &arguments.write {
        Some(name) => Some(write(&arguments.tenant, name, &scenario, arguments.overwrite)?),
        None => None,
    };
    match format {
        Format::Json => {
            let (recorded, check) = (recorded.as_ref(), check.as_ref());
            output::json(&Told { fitted: &fitted, recorded, scenario: &scenario, check })?;
        }
        Format::Human => {
            let mut text = told::fitted(&file.to_string(), &fitted, &targets);
            match &recorded {
                Some(recorded) => text.push_str(&told::recorded(recorded, arguments.like.as_deref())),
                None if arguments.like.is_none() => text.push_str(&told::assumed(arguments.handle)),
                None => {}
            }
            if let Some(check) = &check {
                text.push_str(&told::check(check));
            }
            text.push_str(&match written {
                Some(path) => format!("\nwritten to {}", paint(NAME, path.display())),
                None => "\nnothing is written: --write NAME puts the scenario into the folder".to_owned(),
            });
            output::say(&text);
        }
    }
    Ok(Verdict::Well)
}

/// The tenant's channel for each of the file's.
fn targets(
    arguments: &Arguments,
    table: &ArrivalsTable,
    directory: &Directory,
) -> anyhow::Result<BTreeMap<String, String>> {
    let channels = || directory.channels.iter().filter(|channel| channel.active);
    let slugs = || channels().map(|channel| channel.slug.as_str());
    if let Some(slug) = &arguments.channel {
        if !slugs().any(|known| known == slug) {
            let meant =
                nearest(slug, slugs()).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            bail!("there is no channel `{slug}`{meant}");
        }
        return Ok(table.channels.iter().map(|of| (of.clone(), slug.clone())).collect());
    }
    let target = |of: &String| {
        let found = channels().find(|channel| channel.slug == *of || channel.name == *of);
        found.map(|channel| (of.clone(), channel.slug.clone())).with_context(|| {
            let known = slugs().collect::<Vec<_>>().join(", ");
            match of.as_str() {
                "" => format!("the file names no channels: say which one the counts are for, --channel with one of {known}"),
                of => format!("the file's channel `{of}` is none of {known}: --channel leads all counts to one of them"),
            }
        })
    };
    table.channels.iter().map(target).collect()
}

fn write(tenant: &Path, name: &str, scenario: &str, overwrite: bool) -> anyhow::Result<PathBuf> {
    let is_slug = |c: char| c.is_alphanumeric() || c == '-';
    if name.is_empty() || !name.chars().all(is_slug) {
        bail!("`{name}` cannot name a scenario: letters, digits and `-`");
    }
    let folder = tenant.join("scenarios");
    let path = folder.join(format!("{name}.toml"));
    if path.exists() && !overwrite {
        bail!("`{}` is there already: choose another name, or add --overwrite", path.display());
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    fs::write(&path, scenario).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}
