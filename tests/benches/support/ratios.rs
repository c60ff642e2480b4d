//! Ratios: what is promised is never an absolute time, which is the machine's as much as ours.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::folder;

/// The ratios of one bench, printed and kept for the table at the end of `cargo xtask bench`.
pub(crate) struct Ratios {
    bench: &'static str,
    since: SystemTime,
    lines: Vec<String>,
}

impl Ratios {
    /// Begins; figures measured before now do not count.
    pub(crate) fn new(bench: &'static str) -> Ratios {
        Ratios { bench, since: SystemTime::now(), lines: Vec::new() }
    }

    /// The median time of one iteration of `group/function`, in nanoseconds; `None`: it did not run this time.
    pub(crate) fn time_ns(&self, name: &str) -> Option<f64> {
        let file = folder().join(name).join("new/estimates.json");
        read(&file, self.since)
    }

    /// How many times faster `ours` is than `theirs`, and what is aimed at.
    pub(crate) fn faster(&mut self, what: &str, ours: &str, theirs: &str, at_least: f64) {
        if let (Some(ours), Some(theirs)) = (self.time_ns(ours), self.time_ns(theirs)) {
            self.at_least(what, theirs / ours, at_least);
        }
    }

    /// How many times as long `large` takes as `small`, and what it may be at most.
    pub(crate) fn grows(&mut self, what: &str, large: &str, small: &str, at_most: f64) {
        if let (Some(large), Some(small)) = (self.time_ns(large), self.time_ns(small)) {
            self.at_most(what, large / small, at_most, "×");
        }
    }

    /// A ratio that is to be at least so large.
    pub(crate) fn at_least(&mut self, what: &str, ratio: f64, aim: f64) {
        let verdict = if ratio >= aim { "reached" } else { "MISSED" };
        self.line(what, &format!("{ratio:.2} ×"), &format!("≥ {aim} ×"), verdict);
    }

    /// A figure that is to be at most so large.
    pub(crate) fn at_most(&mut self, what: &str, figure: f64, aim: f64, unit: &str) {
        let verdict = if figure <= aim { "reached" } else { "MISSED" };
        self.line(what, &format!("{figure:.2} {unit}"), &format!("≤ {aim} {unit}"), verdict);
    }

    /// A part of a whole, in percent: where the time goes.
    pub(crate) fn share(&mut self, what: &str, part_ns: f64, whole_ns: f64) {
        self.line(what, &format!("{:.0} %", 100.0 * part_ns / whole_ns), "", "");
    }

    /// A ratio without an aim.
    pub(crate) fn told(&mut self, what: &str, ratio: f64) {
        self.figure(what, ratio, "×");
    }

    /// A figure without an aim.
    pub(crate) fn figure(&mut self, what: &str, figure: f64, unit: &str) {
        self.line(what, &format!("{figure:.2} {unit}"), "", "");
    }

    fn line(&mut self, what: &str, got: &str, aim: &str, verdict: &str) {
        self.lines.push([self.bench, what, got, aim, verdict].join("\t"));
    }

    /// Prints the ratios and keeps them.
    pub(crate) fn finish(self) {
        for line in &self.lines {
            println!("{}", line.replace('\t', "  "));
        }
        let folder = folder().join("ratios");
        let written = fs::create_dir_all(&folder)
            .and_then(|()| fs::write(folder.join(format!("{}.tsv", self.bench)), self.lines.join("\n")));
        if let Err(error) = written {
            println!("the ratios cannot be kept in `{}`: {error}", folder.display());
        }
    }
}

fn read(file: &Path, since: SystemTime) -> Option<f64> {
    let fresh = fs::metadata(file).and_then(|meta| meta.modified()).is_ok_and(|at| at >= since);
    let estimates: serde_json::Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    estimates.pointer("/median/point_estimate")?.as_f64().filter(|_| fresh)
}
