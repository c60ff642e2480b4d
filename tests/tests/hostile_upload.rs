//! Anything can be uploaded as a module: nothing of it panics, takes long, or is refused without a true reason; and what
//! is taken does the same compiled and interpreted.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails loudly, and says what it saw"
)]

#[path = "hostile/tenant.rs"]
#[allow(dead_code, reason = "each test binary uses its part")]
mod tenant;
#[path = "hostile/uploads.rs"]
mod uploads;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::rules::{Module, ModuleProblem};
use tenant::{built, status_kb};

/// Longer than this and one upload hangs.
const UPLOAD_MAX: Duration = Duration::from_secs(10);
/// Modules made at random.
const MADE: u64 = 10_000;
/// Good modules with a few bytes changed.
const CHANGED: u64 = 2_000;
/// The memory that all of them may have cost in the end, what is kept compiled for the next ruleset included.
const LEFT_KB_MAX: u64 = 192 << 10;
/// For a call of what was taken: enough to get somewhere, little enough that an endless loop takes no time.
const FUEL: u64 = 100_000;

/// One test after the other: they watch the memory of the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

type Compiled = Result<Arc<Module>, ModuleProblem>;

/// A thread that compiles what it is given, so that a hang or a panic is told with the module that did it.
struct Uploads {
    to: Sender<Vec<u8>>,
    from: Receiver<(Compiled, Duration)>,
    slowest: (Duration, String),
    tally: BTreeMap<String, (usize, String)>,
    /// How calls of what was taken went, and how often.
    called: BTreeMap<String, usize>,
    /// What is wrong with what was said.
    faults: Vec<String>,
}

impl Uploads {
    fn new(sandbox: Arc<Sandbox>) -> Uploads {
        let (to, uploads) = channel::<Vec<u8>>();
        let (answers, from) = channel();
        std::thread::spawn(move || {
            for wasm in uploads {
                let begun = Instant::now();
                let compiled = sandbox.compile(&wasm);
                if answers.send((compiled, begun.elapsed())).is_err() {
                    return;
                }
            }
        });
        Uploads {
            to,
            from,
            slowest: (Duration::ZERO, String::new()),
            tally: BTreeMap::new(),
            called: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Has every upload looked at by `each`, on as many threads as there are processors, and puts what they saw together.
    fn each<T: Send>(
        sandbox: &Arc<Sandbox>,
        all: impl Iterator<Item = T> + Send,
        each: impl Fn(&mut Uploads, T) + Sync,
    ) -> Uploads {
        let all = Mutex::new(all);
        let work = || {
            let mut uploads = Uploads::new(Arc::clone(sandbox));
            loop {
                let next = all.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(next) = next else { return uploads };
                each(&mut uploads, next);
            }
        };
        let seen = rayon::broadcast(|_| work()).into_iter();
        seen.reduce(Uploads::and).expect("one thread at least")
    }

    fn and(mut self, other: Uploads) -> Uploads {
        self.slowest = self.slowest.max(other.slowest);
        for (said, (count, example)) in other.tally {
            self.tally.entry(said).or_insert((0, example)).0 += count;
        }
        for (outcome, count) in other.called {
            *self.called.entry(outcome).or_default() += count;
        }
        self.faults.extend(other.faults);
        self
    }

    /// Compiles one, and notes what was said.
    fn upload(&mut self, name: &str, wasm: &[u8]) -> Compiled {
        self.to.send(wasm.to_vec()).expect("the thread lives");
        let answer = self.from.recv_timeout(UPLOAD_MAX);
        let (compiled, took) = answer.unwrap_or_else(|error| panic!("{name}: a panic or a hang: {error}"));
        if took > self.slowest.0 {
            self.slowest = (took, format!("{name}, {} bytes", wasm.len()));
        }
        let said = match &compiled {
            Ok(_) => "taken".to_owned(),
            Err(problem) => {
                if problem.message.trim().is_empty() || problem.message.contains(char::is_control) {
                    self.faults.push(format!("{name}: not one line: {:?}", problem.message));
                }
                kind_of(&problem.message)
            }
        };
        let whole = compiled.as_ref().err().map(|problem| problem.message.clone()).unwrap_or_default();
        self.tally.entry(said).or_insert((0, format!("{name}: {whole}"))).0 += 1;
        compiled
    }

    fn no_faults(&self) {
        let some = &self.faults[..self.faults.len().min(60)];
        assert!(
            some.is_empty(),
            "{} reasons are not as they should be, such as {some:#?}",
            self.faults.len()
        );
    }

    fn tell(&self, what: &str) {
        let all: usize = self.tally.values().map(|(count, _)| count).sum();
        println!("{what}: {all} uploads, the slowest took {:.0?} ({})", self.slowest.0, self.slowest.1);
        let mut said: Vec<_> = self.tally.iter().collect();
        said.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
        for (said, (count, example)) in said {
            println!("{count:>7}  {said}\n         such as {example}");
        }
        println!("calls of those that were taken: {:#?}", self.called);
    }
}

/// A message without what differs from module to module: numbers and names.
fn kind_of(message: &str) -> String {
    let mut kind = String::new();
    for (at, part) in message.split('`').enumerate() {
        match at % 2 {
            1 => kind.push_str("`…`"),
            _ => kind.push_str(part),
        }
    }
    let mut masked = String::new();
    for c in kind.chars() {
        match c {
            '0'..='9' if masked.ends_with('#') => {}
            '0'..='9' => masked.push('#'),
            c => masked.push(c),
        }
    }
    masked.replace("`…`, `…`", "`…`").replace("`…`, `…`", "`…`")
}

fn sandbox() -> Arc<Sandbox> {
    Arc::new(Sandbox::new().expect("a sandbox"))
}

/// Words that say that a module is broken, or at least not WebAssembly as it is here.
fn says_invalid(problem: &ModuleProblem) -> bool {
    ["not valid", "ends too early", "no WebAssembly"].iter().any(|words| problem.message.contains(words))
}

#[test]
fn the_modules_of_the_test_suites_are_refused_with_true_reasons() {
    let _alone = alone();
    let Some(corpus) = uploads::Corpus::unpack() else { return };
    let before_kb = status_kb("VmRSS");
    let uploads = Uploads::each(&sandbox(), corpus.entries.iter(), |uploads, entry| {
        let wasm = corpus.read(entry);
        let Err(problem) = uploads.upload(&entry.file, &wasm) else {
            panic!("{}: was taken, and is no rule", entry.file);
        };
        let is_untrue = match entry.wasm_tools_default {
            Some(true) => says_invalid(&problem),
            // Refused before it is validated only for what is plain to see.
            Some(false) => problem.message.contains("does not say what it imports"),
            None => !problem.message.contains("WebAssembly"),
        };
        if is_untrue {
            uploads.faults.push(format!("{} ({}): {}", entry.file, entry.kind, problem.message));
        }
    });
    uploads.tell("the corpus");
    let (after_kb, most_kb) = (status_kb("VmRSS"), status_kb("VmHWM"));
    println!("memory: {before_kb} kB before, {after_kb} kB after, {most_kb} kB at most");
    assert_eq!(corpus.entries.len(), 8_178);
    assert!(after_kb.saturating_sub(before_kb) < LEFT_KB_MAX);
    uploads.no_faults();
}

#[test]
fn modules_made_at_random_are_refused_with_true_reasons_or_do_the_same_in_both_homes() {
    let _alone = alone();
    let before_kb = status_kb("VmRSS");
    let (native, interpreting) = (sandbox(), Sandbox::interpreting().expect("a sandbox"));
    let made = uploads::made(0..MADE);
    let uploads =
        Uploads::each(&native, made, |uploads, made| match uploads.upload(&made.name, &made.wasm) {
            Ok(_) => {
                assert!(made.claims_route, "{} was taken, and is no rule", made.name);
                let outcome = same_in_both(&made.name, &made.wasm, &native, &interpreting);
                *uploads.called.entry(outcome).or_default() += 1;
            }
            Err(problem) if says_invalid(&problem) && !made.is_component => {
                uploads.faults.push(format!("{}: {}", made.name, problem.message))
            }
            Err(_) => {}
        });
    uploads.tell("made at random");
    let (after_kb, most_kb) = (status_kb("VmRSS"), status_kb("VmHWM"));
    println!("memory: {before_kb} kB before, {after_kb} kB after, {most_kb} kB at most");
    assert!(after_kb.saturating_sub(before_kb) < LEFT_KB_MAX);
    uploads.no_faults();
    assert!(uploads.called.values().sum::<usize>() > 1_000, "too few rules among them to show anything");
}

#[test]
fn good_modules_with_bytes_changed_are_refused_or_do_the_same_in_both_homes() {
    let _alone = alone();
    let (native, interpreting) = (sandbox(), Sandbox::interpreting().expect("a sandbox"));
    let good = ["counter", "vip-value", "office-hours", "hostile/trap", "hostile/memory-bomb"]
        .map(|name| built(&format!("{name}.wasm")));
    let uploads = Uploads::each(&native, 0..CHANGED, |uploads, seed| {
        let good = &good[seed as usize % good.len()];
        let wasm = uploads::changed(good, seed);
        if uploads.upload(&format!("changed {seed}"), &wasm).is_ok() {
            let outcome = same_in_both(&format!("changed {seed}"), &wasm, &native, &interpreting);
            *uploads.called.entry(outcome).or_default() += 1;
        }
    });
    uploads.tell("with bytes changed");
    uploads.no_faults();
}

/// Calls the module compiled and interpreted, and says how it went: alike, with the same fuel and memory.
fn same_in_both(name: &str, wasm: &[u8], native: &Sandbox, interpreting: &Sandbox) -> String {
    let traced = |sandbox: &Sandbox| {
        let ruleset = tenant::ruleset(wasm, Some(FUEL), sandbox)
            .unwrap_or_else(|told| panic!("{name} was taken alone, and not in a ruleset: {told}"));
        let (trace, next) = tenant::decide(&ruleset);
        assert!(next, "{name}: the next rule had no turn");
        trace
    };
    let trace = traced(native);
    assert_eq!(trace, traced(interpreting), "{name}: compiled and interpreted differ");
    match &trace.outcome {
        pointsman_engine::trace::RuleOutcome::Failed(failure) => kind_of(&failure.message),
        other => format!("{other:?}"),
    }
}
