//! The same rule as an extism plugin, in a process of its own: it brings another version of wasmtime.

use std::io::Write;
use std::process::{Command, Stdio};

use pointsman_tests::repository;
use serde_json::{Value, json};

use crate::support::Ratios;
use crate::{GROUP, LAST_AGENT, PRIORITY, SPENT, TAG, TEXT, VIP};

/// Against a call in our sandbox, and one on an instance that is used again and again, both in nanoseconds.
pub(crate) fn compare(ratios: &mut Ratios, sandbox: f64, reused: f64) {
    let asked = json!({
        "id": 1, "text": TEXT, "channel": "website", "entry": null, "language": "zh", "tags": [], "risks": [],
        "priority": 0, "group": null, "agent": null, "waited_ms": 0, "messages": 1, "returns": 0,
        "customer": { "vip": VIP, "returning": true, "conversations": 3, "last_agent": LAST_AGENT },
        "spent_12m": SPENT,
        "vip_desk": {
            "waiting": 0, "open": 0, "online": 1, "available": 1, "longest_wait_ms": 0, "expected_wait_ms": 0,
            "in_hours": true,
        },
    });
    let root = repository();
    let mut peer = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--locked", "--manifest-path"])
        .arg(root.join("tests/extism/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/extism"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended already: then its status tells.
    let _ = peer.stdin.take().unwrap().write_all(asked.to_string().as_bytes());
    let output = peer.wait_with_output().unwrap();
    if !output.status.success() {
        return println!("module: the extism peer cannot be built or does not run");
    }
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let effects = json!([
        { "priority": PRIORITY }, { "tag": TAG }, { "prefer-agent": LAST_AGENT }, { "to-group": GROUP },
    ]);
    assert_eq!(told["answer"]["effects"], effects, "the same answer");
    let (extism_fresh, extism_reused) =
        (told["fresh_ns"].as_f64().unwrap(), told["reused_ns"].as_f64().unwrap());
    println!("module: extism {:.1} µs fresh, {:.1} µs reused", extism_fresh / 1e3, extism_reused / 1e3);
    ratios.at_least("sandbox as fast as extism, fresh", extism_fresh / sandbox, 15.0);
    ratios.told("sandbox, always fresh, as fast as extism, reused", extism_reused / sandbox);
    ratios.at_least("the component, reused, as fast as extism, reused", extism_reused / reused, 3.0);
}
