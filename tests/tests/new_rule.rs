//! A rule project begins, is tested and built as the documents say, and its module routes.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod host_process;

use std::path::Path;
use std::process::{Command, Output};

fn pointsman(folder: &Path, arguments: &[&str]) -> Output {
    // Built apart from this repository's own crates, as an author's machine does.
    let target = pointsman_tests::repository().join("target/rule-projects");
    Command::new(host_process::program())
        .current_dir(folder)
        .args(arguments)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .unwrap()
}

#[track_caller]
fn well(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    out.into_owned()
}

fn from_new_to_routed(language: &str) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let told = well(&pointsman(folder, &["new", "rule", "demo", "--lang", language]));
    assert!(told.contains("pointsman build"), "{told}");
    let built = well(&pointsman(folder, &["build", "demo"]));
    assert!(built.contains("demo.wasm") && built.contains("hooks: route"), "{built}");
    let tested = well(&pointsman(folder, &["test", "demo"]));
    assert!(tested.contains("its tests pass") && tested.contains("would be accepted"), "{tested}");
    let explained = well(&pointsman(folder, &["explain", "demo", "--text", "我要退款", "--returning"]));
    assert!(explained.contains("10-demo") && explained.contains("tag refund"), "{explained}");

    let again = pointsman(folder, &["new", "rule", "demo"]);
    assert!(!again.status.success(), "what is there is not overwritten");
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
}

#[test]
fn a_rule_in_rust() {
    from_new_to_routed("rust");
}

#[test]
fn a_rule_in_c() {
    from_new_to_routed("c");
}

#[test]
fn a_name_that_cannot_be_is_told_what_can() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["Demo", "-demo", "demo--two", "退款", "../demo", ""] {
        let refused = pointsman(folder.path(), &["new", "rule", "--", name]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("small letters"), "{name}: {told}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}
