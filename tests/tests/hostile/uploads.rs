//! What is thrown at the upload: the modules of the test suites of WebAssembly and wasmtime, modules made at random, and
//! good modules with a few bytes changed.

use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Deserialize;

use crate::tenant::built;

/// A file of the corpus.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) file: String,
    /// `module`, `component`, or `text`.
    pub(crate) kind: String,
    /// Whether `wasm-tools validate` finds it valid; `None` for text.
    pub(crate) wasm_tools_default: Option<bool>,
}

/// The corpus, unpacked for as long as this lives.
pub(crate) struct Corpus {
    folder: tempfile::TempDir,
    pub(crate) entries: Vec<Entry>,
}

impl Corpus {
    /// `None`: it is not on this machine.
    pub(crate) fn unpack() -> Option<Corpus> {
        let packed = packed();
        if !packed.join("corpus.tar.gz").is_file() {
            println!("skipped: there is no {}", packed.join("corpus.tar.gz").display());
            return None;
        }
        let folder = tempfile::tempdir().expect("a directory");
        let mut unpack = Command::new("tar");
        unpack.arg("-xzf").arg(packed.join("corpus.tar.gz")).arg("-C").arg(folder.path());
        assert!(unpack.status().expect("tar").success());
        let manifest =
            Command::new("gzip").arg("-dc").arg(packed.join("manifest.jsonl.gz")).output().expect("gzip");
        let lines = String::from_utf8(manifest.stdout).expect("text");
        let entries = lines.lines().map(|line| serde_json::from_str(line).expect("an entry")).collect();
        Some(Corpus { folder, entries })
    }

    pub(crate) fn read(&self, entry: &Entry) -> Vec<u8> {
        std::fs::read(self.folder.path().join(&entry.file)).expect("a file of the corpus")
    }
}

fn packed() -> PathBuf {
    pointsman_tests::repository().join("../shared/data/wasm-corpus")
}

/// A module made at random.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) wasm: Vec<u8>,
    /// Whether it is a component; those are not always valid.
    pub(crate) is_component: bool,
    /// Whether it says that it is a rule with the hook `route`, and has the functions for it.
    pub(crate) claims_route: bool,
}

/// The modules of these seeds, as `tests/smith` makes them.
#[expect(clippy::zombie_processes, reason = "it is waited for behind its last module")]
pub(crate) fn made(seeds: Range<u64>) -> impl Iterator<Item = Made> {
    let root = pointsman_tests::repository();
    let mut smith = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--locked", "--manifest-path"])
        .arg(root.join("tests/smith/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/smith"))
        .args(["--", &seeds.start.to_string(), &seeds.end.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("cargo");
    let mut out = BufReader::new(smith.stdout.take().expect("piped"));
    let contract = contract();
    seeds.clone().map(move |seed| {
        let mut length = [0; 4];
        out.read_exact(&mut length).expect("a length");
        let mut wasm = vec![0; u32::from_le_bytes(length) as usize];
        out.read_exact(&mut wasm).expect("a module");
        let claims_route = seed % 4 >= 2;
        if claims_route {
            wasm.extend(&contract);
        }
        if seed + 1 == seeds.end {
            assert!(smith.wait().expect("it ends").success());
        }
        Made { name: format!("seed {seed}"), wasm, is_component: seed % 4 == 1, claims_route }
    })
}

/// The section in which a module says that it is a rule with the hook `route`, from one that does.
fn contract() -> Vec<u8> {
    let wasm = built("hostile/trap.wasm");
    let mut rest = &wasm[8..];
    while let Some((id, after)) = rest.split_first() {
        let (length, content) = leb(after);
        let (_, name) = leb(content);
        if *id == 0 && name.starts_with(b"component-type") {
            let end = rest.len() - content.len() + length;
            return rest[..end].to_vec();
        }
        rest = &content[length..];
    }
    panic!("the module says nothing");
}

/// An unsigned LEB128 number, and what follows it.
fn leb(bytes: &[u8]) -> (usize, &[u8]) {
    let length = bytes.iter().position(|byte| byte & 0x80 == 0).expect("an end") + 1;
    let value = bytes[..length].iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f));
    (value, &bytes[length..])
}

/// A good module in which 1 to 4 bytes are others, or which was cut off.
pub(crate) fn changed(good: &[u8], seed: u64) -> Vec<u8> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut wasm = good.to_vec();
    for _ in 0..=random.next_u64() % 4 {
        let at = random.next_u64() as usize % wasm.len();
        wasm[at] = match random.next_u64() % 4 {
            0 => wasm[at] ^ 1 << (random.next_u64() % 8),
            1 => 0xff,
            2 => 0,
            _ => random.next_u64() as u8,
        };
    }
    if random.next_u64().is_multiple_of(16) {
        wasm.truncate(random.next_u64() as usize % wasm.len());
    }
    wasm
}
