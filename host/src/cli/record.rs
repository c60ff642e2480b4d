//! `pointsman record`.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::publish::refused;
use super::style::{GOOD, paint};
use super::{Format, Verdict, output};
use crate::recording::read_recording;

/// Fetch a period of a running server's journal as a recording
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "What people said and who they are is made unrecognisable, unless you ask for it: of the words only those stay \
        that rules look for. Name the words of rules that you are about to write with --words.\n\n\
        Example:\n  pointsman record --from 2026-11-23T08:00+08:00 --until 2026-11-23T20:00+08:00 monday.recording.gz\n\n\
        A token for this has the role admin. Then: pointsman replay monday.recording.gz --candidate my-draft"
)]
pub(super) struct Arguments {
    /// Where the recording goes; nothing is written over
    file: PathBuf,
    /// From when: an instant with its offset, such as 2026-11-23T08:00+08:00
    #[arg(long)]
    from: jiff::Timestamp,
    /// Until when
    #[arg(long)]
    until: jiff::Timestamp,
    /// With everything that people said, and with their names
    #[arg(long)]
    unmasked: bool,
    /// Words that stay readable, beside those that rules look for
    #[arg(long, value_delimiter = ',')]
    words: Vec<String>,
    /// Customer attributes whose values stay readable
    #[arg(long, value_delimiter = ',')]
    attributes: Vec<String>,
    /// The server's address
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// An API token with the role admin
    #[arg(long, env = "POINTSMAN_TOKEN", hide_env_values = true)]
    token: String,
}

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 64 * 1024;

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    let path = &arguments.file;
    let shown = path.display();
    let file = File::create_new(path).with_context(|| format!("cannot write `{shown}`"))?;
    let done = fetch(arguments, file);
    let recording = match done {
        Ok(None) => read_recording(path, |_| {})?,
        Ok(Some(problem)) => {
            std::fs::remove_file(path).with_context(|| format!("cannot remove `{shown}`"))?;
            return refused("recorded", &problem, format);
        }
        Err(error) => {
            // Half a recording is no use to anybody.
            std::fs::remove_file(path).with_context(|| format!("cannot remove `{shown}`"))?;
            return Err(error);
        }
    };
    let about = recording.about();
    match format {
        Format::Json => output::json(&serde_json::json!({
            "file": path, "about": about,
            "conversations": recording.conversations_len(), "commands": recording.commands_len(),
        }))?,
        Format::Human => output::say(&format!(
            "{} {shown}: {} conversations, {} commands of {}, {}",
            paint(GOOD, "recorded"),
            recording.conversations_len(),
            recording.commands_len(),
            about.tenant,
            if about.masked { "masked" } else { "not masked" }
        )),
    }
    Ok(Verdict::Well)
}

/// Gives the problem that the server answers, if it does.
fn fetch(arguments: &Arguments, file: File) -> anyhow::Result<Option<Value>> {
    let url = format!("{}/v1/recording", arguments.server.trim_end_matches('/'));
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent
        .get(&url)
        .header("authorization", &format!("Bearer {}", arguments.token))
        .query("from", arguments.from.as_millisecond().to_string())
        .query("until", arguments.until.as_millisecond().to_string())
        .query("masked", (!arguments.unmasked).to_string())
        .query("words", arguments.words.join(","))
        .query("attributes", arguments.attributes.join(","))
        .call()
        .with_context(|| format!("no answer from {url}: does the server run there?"))?;
    let status = response.status().as_u16();
    if status != 200 {
        let text = response.body_mut().read_to_string().with_context(|| format!("{url} broke off"))?;
        let Ok(problem) = serde_json::from_str(&text) else {
            bail!("{url} answers {status} and no JSON: is that a pointsman server?");
        };
        return Ok(Some(problem));
    }
    let bar = ProgressBar::no_length();
    bar.set_style(ProgressStyle::with_template("fetching {bytes} {bytes_per_sec}")?);
    let mut body = response.body_mut().with_config().limit(u64::MAX).reader();
    let mut file = BufWriter::new(file);
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let length = body.read(&mut piece).with_context(|| format!("{url} broke off"))?;
        if length == 0 {
            break;
        }
        file.write_all(piece.get(..length).unwrap_or_default()).context("cannot write the recording")?;
        bar.inc(length as u64);
    }
    file.flush().context("cannot write the recording")?;
    bar.finish_and_clear();
    Ok(None)
}
