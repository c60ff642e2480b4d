//! `pointsman test`.

use std::path::PathBuf;

use clap::Args;
use pointsman_engine::explain::{OutcomeTold, StepTold, tell};
use pointsman_engine::id::ConversationId;
use pointsman_engine::rules::{Mismatch, Ruleset, TestOutcome, run_tests};
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::{Trace, TraceStep};
use serde::Serialize;

use super::rule_project::{self, RuleProject};
use super::style::{BAD, DIM, GOOD, NAME, STRONG, paint};
use super::{Format, Verdict, compiled, output};

/// Run the rule tests of a tenant folder, or the tests of a rule project
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "A rule test says: given this conversation, expect that group, priority, tags or fallback. They are \
        in tests/*.toml:\n\n  [[test]]\n  name = \"refunds go to after-sales\"\n  text = \"我要退款\"\n  \
        [test.expect]\n  group = \"after-sales\"\n\n\
        Examples:\n  pointsman test examples/shop\n  pointsman test examples/shop --only refund"
)]
pub(super) struct Arguments {
    /// The tenant folder, or a rule project
    tenant_dir: PathBuf,
    /// Run only the tests with this in their name or file
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
}

#[derive(Serialize)]
struct Report<'a> {
    passed: usize,
    failed: usize,
    tests: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    file: &'a str,
    line: u32,
    passed: bool,
    failures: &'a [Mismatch],
    /// What each rule did.
    trace: StepTold,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    if let Some(project) = RuleProject::find(&arguments.tenant_dir)? {
        return rule_project::test(&project, format);
    }
    let Some((ruleset, mut source)) = compiled(&arguments.tenant_dir, format)? else {
        return Ok(Verdict::Problems);
    };
    if let Some(word) = &arguments.only {
        source.tests.retain(|test| test.name.contains(word) || test.file.contains(word));
    }
    let outcomes = run_tests(&ruleset, &source.tests);
    let failed = outcomes.iter().filter(|test| !test.passed()).count();
    let passed = outcomes.len() - failed;
    match format {
        Format::Json => {
            let tests = outcomes
                .iter()
                .map(|test| Told {
                    name: &test.name,
                    file: &test.file,
                    line: test.span.line,
                    passed: test.passed(),
                    failures: &test.failures,
                    trace: step(test, &ruleset),
                })
                .collect();
            output::json(&Report { passed, failed, tests })?;
        }
        Format::Human => {
            for test in &outcomes {
                output::say(&line(test, &ruleset));
            }
            let color = if failed == 0 { GOOD } else { BAD };
            output::say(&paint(color, format!("{passed} passed, {failed} failed")));
        }
    }
    Ok(if failed == 0 { Verdict::Well } else { Verdict::Problems })
}

/// What the rules did, told with names.
fn step(test: &TestOutcome, ruleset: &Ruleset) -> StepTold {
    let trace = Trace {
        conversation: ConversationId(0),
        at: Timestamp(0),
        seq: 0,
        step: TraceStep::Rules(test.trace.clone()),
    };
    tell(&trace, ruleset)
}

fn line(test: &TestOutcome, ruleset: &Ruleset) -> String {
    let place = paint(DIM, format!("{}:{}", test.file, test.span.line));
    if test.passed() {
        return format!("{} {} {place}", paint(GOOD, "✓"), test.name);
    }
    let mut text = format!("{} {} {place}", paint(BAD, "✗"), paint(STRONG, &test.name));
    for Mismatch { field, expected, got } in &test.failures {
        text.push_str(&format!("\n    {field}: expected {}, got {}", paint(GOOD, expected), paint(BAD, got)));
    }
    if let StepTold::Rules(told) = step(test, ruleset) {
        let matched = told.rules.iter().filter(|rule| rule.outcome == OutcomeTold::Matched);
        let rules: Vec<_> = matched.map(|rule| paint(NAME, &rule.rule.slug)).collect();
        let rules = if rules.is_empty() { String::from("none") } else { rules.join(", ") };
        text.push_str(&format!("\n    rules that gave effects: {rules}"));
    }
    text
}
