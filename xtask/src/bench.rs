//! `cargo xtask bench`: the benches of the whole workspace, with one table of ratios at the end.

use std::fs;
use std::io::ErrorKind;

use anyhow::{Context, Result};

use crate::{paths, run, step::Steps};

/// What the benches need beside the workspace's own features: criterion, and the libraries they measure against.
const PEERS: &[&str] = &["-p", "pointsman-tests", "--features", "peers"];

/// What the columns of a line of ratios are.
const COLUMNS: [&str; 5] = ["bench", "what", "measured", "aim", ""];

/// Runs the benches and prints what they found.
///
/// # Errors
/// One of them cannot be built or fails, or the ratios cannot be read.
pub(crate) fn bench(steps: &mut Steps, arguments: &[String]) -> Result<()> {
    let pointsman = run::build(steps)?;
    let ratios = paths::root().join("target/criterion/ratios");
    match fs::remove_dir_all(&ratios) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).context("forget the last ratios");
        }
        _ => {}
    }
    let mut cargo = paths::cargo();
    cargo.arg("bench").args(PEERS).args(["--bench", "*", "--"]).args(arguments);
    steps.command("run the benches", cargo.env("POINTSMAN", pointsman))?;

    let mut lines = vec![COLUMNS.map(str::to_owned).to_vec()];
    let mut files: Vec<_> = fs::read_dir(&ratios)
        .with_context(|| format!("no bench left its ratios in `{}`", ratios.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("read `{}`", file.display()))?;
        lines.extend(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()));
    }
    println!("\n{}", table(&lines));
    Ok(())
}

/// The lines with their columns one under the other.
fn table(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_one_under_the_other() {
        let line = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let lines =
            [line(&["bench", "what", "measured"]), line(&["desk", "规则", "2 ×", "≤ 3 ×", "reached"])];
        assert_eq!(table(&lines), "bench  what  measured\ndesk   规则    2 ×       ≤ 3 ×  reached");
    }
}
