//! Named, timed steps: what is being done, how long it took, how many tests it ran.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

struct Step {
    name: String,
    took: Duration,
    counts: Counts,
    ok: bool,
}

/// A program that runs beside the steps. One that is not waited for is ended.
pub(crate) struct Beside {
    name: String,
    child: Child,
    output: PathBuf,
}

impl Drop for Beside {
    fn drop(&mut self) {
        // It has ended already, unless something before it went wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The steps done so far.
pub(crate) struct Steps {
    done: Vec<Step>,
    started: Instant,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { done: Vec::new(), started: Instant::now() }
    }

    /// Runs a program as a step. Its output goes straight on; the counts that test runners print are added up.
    ///
    /// # Errors
    /// When the program cannot be started, or ends with anything but success.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) -> Result<()> {
        self.step(name, |counts| stream(command, counts))
    }

    /// Runs a function as a step.
    ///
    /// # Errors
    /// What the function returns.
    pub(crate) fn task(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        self.step(name, |_| work())
    }

    /// Runs a program whose failure is not the end: there is another way, or a better word for it. Returns whether it
    /// succeeded.
    pub(crate) fn attempt(&mut self, name: &str, command: &mut Command) -> bool {
        let mut succeeded = false;
        let _ = self.step(name, |counts| {
            let outcome = stream(command, counts);
            succeeded = outcome.is_ok();
            if let Err(error) = outcome {
                println!("    {error:#}");
            }
            Ok(())
        });
        succeeded
    }

    /// Starts a program beside the steps that follow; what it prints is kept in `output` until it is waited for.
    ///
    /// # Errors
    /// When it cannot be started, or the file not be written.
    pub(crate) fn beside(name: &str, command: &mut Command, output: &Path) -> Result<Beside> {
        println!("\n==> {name}: begun, beside what follows");
        if let Some(folder) = output.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::create(output).with_context(|| output.display().to_string())?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| name.to_owned())?;
        Ok(Beside { name: name.to_owned(), child, output: output.to_owned() })
    }

    /// Waits for a program that was started beside the others, as a step: its time is that of the waiting.
    ///
    /// # Errors
    /// When it ended with anything but success.
    pub(crate) fn join(&mut self, mut beside: Beside) -> Result<()> {
        let name = beside.name.clone();
        self.step(&name, |counts| {
            let status = beside.child.wait()?;
            forward(File::open(&beside.output)?, &mut io::stdout().lock(), counts)?;
            if !status.success() {
                bail!("it ended with {status}");
            }
            Ok(())
        })
    }

    /// Notes something that is in place already: no time, one line.
    pub(crate) fn ready(&self, name: &str, found: &str) {
        println!("    {name}: {found}");
    }

    fn step(&mut self, name: &str, work: impl FnOnce(&mut Counts) -> Result<()>) -> Result<()> {
        println!("\n==> {name}");
        let started = Instant::now();
        let mut counts = Counts::default();
        let outcome = work(&mut counts).with_context(|| name.to_owned());
        let took = started.elapsed();
        // A step that fails without naming a failed test is one failure: it must not vanish from the sum.
        if outcome.is_err() && counts.failed == 0 {
            counts.failed = 1;
        }
        let ok = outcome.is_ok() && counts.failed == 0;
        match &outcome {
            Ok(()) => println!("    {:.1} s", took.as_secs_f64()),
            Err(error) => println!("    failed after {:.1} s: {error:#}", took.as_secs_f64()),
        }
        self.done.push(Step { name: name.to_owned(), took, counts, ok });
        outcome
    }

    /// Prints every step with its time and counts, then the sum alone on the last line. Returns whether all is well.
    pub(crate) fn summary(&self) -> bool {
        let width = self.done.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
        println!("\n{:width$}  {:>8}  {:>7}  {:>7}", "step", "seconds", "passed", "failed");
        let mut sum = Counts::default();
        for step in &self.done {
            let Step { name, took, counts, ok } = step;
            let mark = if *ok { "" } else { "  <- failed" };
            let seconds = took.as_secs_f64();
            println!("{name:width$}  {seconds:>8.1}  {:>7}  {:>7}{mark}", counts.passed, counts.failed);
            sum.passed += counts.passed;
            sum.failed += counts.failed;
        }
        println!("{:width$}  {:>8.1}", "all", self.started.elapsed().as_secs_f64());
        println!("\n{} passed, {} failed", sum.passed, sum.failed);
        sum.failed == 0 && self.done.iter().all(|step| step.ok)
    }
}

/// Runs `command`, showing its output as it comes and counting tests in it.
fn stream(command: &mut Command, counts: &mut Counts) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{program}`"))?;
    if let Some(output) = child.stdout.take() {
        forward(output, &mut io::stdout().lock(), counts)?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{program}` ended with {status}");
    }
    Ok(())
}

/// Passes `output` on to `terminal` line by line, counting tests in it.
fn forward(output: impl Read, terminal: &mut impl Write, counts: &mut Counts) -> io::Result<()> {
    let mut lines = BufReader::new(output);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        terminal.write_all(&line)?;
        if let Some(found) = count(&String::from_utf8_lossy(&line)) {
            counts.passed += found.passed;
            counts.failed += found.failed;
        }
        line.clear();
    }
    Ok(())
}

/// The counts in a line of a test runner's output: cargo's, Node's spec reporter's or Vitest's.
fn count(line: &str) -> Option<Counts> {
    let line = plain(line);
    let line = line.trim();
    if let Some(result) = line.strip_prefix("test result: ") {
        return Some(Counts { passed: before(result, " passed")?, failed: before(result, " failed")? });
    }
    if let Some(tests) = line.strip_prefix("Tests ") {
        return Some(Counts {
            passed: before(tests, " passed").unwrap_or(0),
            failed: before(tests, " failed").unwrap_or(0),
        });
    }
    let node = line.strip_prefix("ℹ ")?;
    let (word, number) = node.split_once(' ')?;
    let number = number.parse().ok()?;
    match word {
        "pass" => Some(Counts { passed: number, failed: 0 }),
        "fail" | "cancelled" => Some(Counts { passed: 0, failed: number }),
        _ => None,
    }
}

/// The number right before `word`.
fn before(text: &str, word: &str) -> Option<u64> {
    text.split_once(word)?.0.rsplit(' ').next()?.parse().ok()
}

/// The line without terminal colours.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((head, tail)) = rest.split_once("\u{1b}[") {
        text.push_str(head);
        rest = tail.split_once('m').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_each_runner_prints() {
        let cases = [
            (
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n",
                12,
                0,
            ),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured\n", 3, 2),
            ("      Tests  5 passed (5)\n", 5, 0),
            ("      Tests  1 failed | 4 passed (5)\n", 4, 1),
            ("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m2 failed\u{1b}[39m\u{1b}[22m (2)\n", 0, 2),
            ("ℹ pass 7\n", 7, 0),
            ("\u{1b}[34mℹ fail 2\u{1b}[39m\n", 0, 2),
            ("ℹ cancelled 1\n", 0, 1),
        ];
        for (line, passed, failed) in cases {
            assert_eq!(count(line), Some(Counts { passed, failed }), "{line:?}");
        }
    }

    #[test]
    fn counts_nothing_in_other_lines() {
        for line in
            ["running 3 tests\n", "ℹ tests 9\n", "ℹ duration_ms 120\n", " Test Files  1 passed (1)\n", "\n"]
        {
            assert_eq!(count(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_step_that_fails_without_a_count_is_one_failure() {
        let mut steps = Steps::new();
        assert!(steps.task("broken", || bail!("no")).is_err());
        assert_eq!(steps.done.iter().map(|step| step.counts.failed).sum::<u64>(), 1);
        assert!(!steps.summary());
    }

    #[test]
    fn output_goes_on_unchanged_and_is_counted() {
        let output = "test result: ok. 2 passed; 1 failed;\n\u{1b}[1mbold\nℹ pass 3\nno newline at the end";
        let (mut shown, mut counts) = (Vec::new(), Counts::default());
        forward(output.as_bytes(), &mut shown, &mut counts).unwrap();
        assert_eq!(shown, output.as_bytes());
        assert_eq!(counts, Counts { passed: 5, failed: 1 });
    }

    #[test]
    fn a_program_beside_the_others_is_a_step_once_it_is_waited_for() {
        let output = std::env::temp_dir().join(format!("xtask-beside-{}", std::process::id()));
        let beside =
            |script: &str| Steps::beside(script, Command::new("sh").args(["-c", script]), &output).unwrap();
        let mut steps = Steps::new();
        steps.join(beside("exit 0")).unwrap();
        assert!(steps.join(beside("exit 3")).is_err());
        assert_eq!(steps.done.iter().map(|step| step.counts.failed).sum::<u64>(), 1);
        fs::remove_file(output).unwrap();
    }

    #[test]
    fn a_program_that_fails_is_a_failed_step() {
        let mut steps = Steps::new();
        assert!(steps.command("fails", Command::new("sh").args(["-c", "exit 3"])).is_err());
        assert!(steps.command("is not there", &mut Command::new("no-such-program")).is_err());
        assert!(!steps.attempt("may fail", Command::new("sh").args(["-c", "exit 3"])));
        assert_eq!(steps.done.iter().map(|step| step.counts.failed).sum::<u64>(), 2);
    }
}
