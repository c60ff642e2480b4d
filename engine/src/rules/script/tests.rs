//! The sandbox from outside: what a script may do, and what becomes of one that goes too far.

use std::time::{Duration, Instant};

use super::super::fixture::{self, AFTER_SALES, GENERAL, REFUND, WANG_FANG, opened, ruleset, script};
use super::super::{DeskFacts, Facts, GroupFacts, Situation, Verdict};
use super::*;
use crate::id::{GroupId, RuleId};
use crate::model::SkillLevel;
use crate::rules::names::Names;
use crate::rules::needles::Needles;
use crate::trace::{RuleFailureKind, RuleOutcome, TraceLevel};

/// A desk with something going on, as the reference page's examples show it.
#[derive(Debug)]
struct SampleDesk;

impl DeskFacts for SampleDesk {
    fn group(&self, group: GroupId) -> Option<GroupFacts> {
        (group == AFTER_SALES).then_some(GroupFacts {
            waiting: 3,
            open: 7,
            online: 2,
            available: 1,
            longest_wait_ms: 42_900,
            expected_wait_ms: 90_000,
            in_hours: true,
        })
    }

    fn agent(&self, agent: AgentId) -> Option<crate::rules::AgentFacts> {
        (agent == WANG_FANG).then_some(crate::rules::AgentFacts {
            open: 2,
            capacity: 5,
            tier: 1,
            priority: 80,
            idle_ms: 30_000,
            response_ms: 12_000,
            handle_ms: 300_000,
            satisfaction: 90,
        })
    }
}

/// The sample conversation of the reference page.
fn sample() -> Situation {
    Situation {
        entry: Some("售后".to_owned()),
        language: Some("zh".to_owned()),
        vip: 2,
        returning: true,
        attributes: [("plan".to_owned(), "pro".to_owned())].into(),
        tags: vec!["老客户".to_owned()],
        group: Some(GENERAL),
        ..opened("我要退-款,VIP")
    }
}

fn compile(source: &str) -> Script {
    let mut diagnostics = Vec::new();
    let names = Arc::new(Names::new(&fixture::directory()));
    let script = Script::compile("rules/10.rhai", source, &names, &mut diagnostics);
    script.unwrap_or_else(|| panic!("{diagnostics:#?}\n{source}"))
}

/// What a hook with this body returns, as its author would write it.
fn value_of(hook: Hook, body: &str) -> Result<String, RuleFailure> {
    let described = HOOKS.iter().find(|described| described.hook == hook).unwrap();
    let parameters: Vec<_> = described.parameters.iter().map(|parameter| parameter.name).collect();
    let script = compile(&format!("fn {}({}) {{ {body} }}", described.function, parameters.join(", ")));
    let rules = ruleset(Vec::new());
    let names = Arc::new(Names::new(rules.directory()));
    sample().look(&rules, |facts| {
        let facts = Facts { desk: &SampleDesk, ..facts.clone() };
        let scene = Scene::new(&facts, &names, &script.uses, &Arc::new(Needles::new(&script.uses)));
        let agent = rules.directory().agent(WANG_FANG).unwrap();
        let candidate = objects::Candidate::new(agent, facts.desk.agent(WANG_FANG).unwrap(), &names);
        let mut args: Vec<Dynamic> = described
            .parameters
            .iter()
            .map(|parameter| match parameter.kind {
                ApiType::Conversation => Dynamic::from(objects::Conversation(Arc::clone(&scene))),
                ApiType::Message => Dynamic::from(objects::Message(Arc::clone(&scene))),
                ApiType::Customer => Dynamic::from(objects::Customer(Arc::clone(&scene))),
                ApiType::Desk => Dynamic::from(objects::Desk(Arc::clone(&scene))),
                ApiType::Agent => Dynamic::from(candidate.clone()),
                other => panic!("no sample of {other:?}"),
            })
            .collect();
        let value = call::call(&script, hook, &names, &mut args, false).result?;
        Ok(match value.read_lock::<effects::Effects>() {
            Some(effects) => effects.describe(&names),
            None => format!("{value:?}"),
        })
    })
}

#[test]
fn every_example_gives_what_it_says() {
    for item in items() {
        let hook = item.hooks.first().copied().unwrap_or(Hook::Route);
        let given = value_of(hook, item.example);
        assert_eq!(given.as_deref(), Ok(item.result), "{}: `{}`", item.signature(), item.example);
        assert!(!item.doc.is_empty() && !item.doc_zh.is_empty(), "{} is described", item.name);
    }
}

#[test]
fn every_hook_example_compiles_and_defines_its_hook() {
    for hook in &HOOKS {
        assert_eq!(compile(hook.example).hooks(), [hook.hook]);
        assert_eq!(hook.hook.function(), hook.function);
    }
}

/// What Rhai knows and what the registry describes is the same, name by name and number of arguments by number.
#[test]
fn nothing_is_registered_that_is_not_described() {
    let mut described: Vec<(String, usize)> = Vec::new();
    for item in items() {
        let receiver = usize::from(item.receiver.is_some());
        let name =
            if item.kind == ApiKind::Property { format!("get${}", item.name) } else { item.name.to_owned() };
        described.extend((item.required..=item.parameters.len()).map(|n| (name.clone(), n + receiver)));
    }
    // The other spelling of `to_string` that Rhai itself calls, and the operator.
    described.extend([("to_debug", 1), ("+", 2)].map(|(name, n)| (name.to_owned(), n)));
    described.sort();
    described.dedup();
    let mut registered: Vec<(String, usize)> = engine::runner()
        .collect_fn_metadata(
            None,
            |info| Some((info.metadata.name.to_string(), info.metadata.num_params)),
            false,
        )
        .into_iter()
        .collect();
    registered.sort();
    registered.dedup();
    assert_eq!(registered, described);
}

fn run(source: &str) -> (Verdict, Duration) {
    let rules = ruleset(vec![script("10-script", source)]);
    let start = Instant::now();
    let (verdict, _) = sample().decide(&rules, TraceLevel::Full);
    (verdict, start.elapsed())
}

fn route(body: &str) -> Verdict {
    run(&format!("fn route(conversation, customer, desk) {{ {body} }}")).0
}

#[track_caller]
fn fails(body: &str) -> RuleFailure {
    let verdict = route(body);
    assert!(verdict.answer.is_empty() && verdict.fired.is_empty(), "a rule that fails says nothing");
    let (rule, failure) = verdict.failures.into_iter().next().expect("it should fail");
    assert_eq!(rule, RuleId(0));
    assert_eq!(verdict.rules[0].outcome, RuleOutcome::Failed(failure.clone()));
    failure
}

#[test]
fn a_script_answers_with_effects() {
    let verdict = route(
        "if conversation.contains(\"退款\") { \
           return to_group(\"after-sales\").priority(5).require_skill(\"refund\", 2).tag(\"退款\").stop(); \
         }",
    );
    let answer = &verdict.answer;
    assert_eq!(answer.destination, Some((super::super::Destination::Group(AFTER_SALES), RuleId(0))));
    assert_eq!(answer.priority, Some((5, RuleId(0))));
    assert_eq!(answer.skills, [SkillLevel { skill: REFUND, level: 2 }]);
    assert_eq!(verdict.rules[0].effects.len(), 5);
    assert!(verdict.rules[0].cost > 0);
    assert_eq!(route("()").rules[0].outcome, RuleOutcome::NoEffect);
}

#[test]
fn effects_add_up_as_a_statement_and_as_a_chain() {
    let verdict = route("let e = tag(\"a\"); e.tag(\"b\"); let copy = e; copy.tag(\"c\"); e");
    assert_eq!(verdict.answer.tags, ["a", "b"]);
}

#[test]
fn functions_see_the_constants_of_their_file() {
    let source = "const VIP = 2; const GROUPS = #{ vip: \"vip-desk\" }; const TWICE = double(VIP);\n\
                  fn double(n) { n * 2 }\n\
                  fn target(customer) { if customer.vip >= VIP { GROUPS.vip } else { \"general\" } }\n\
                  fn route(conversation, customer, desk) { to_group(target(customer)).priority(TWICE) }";
    let answer = run(source).0.answer;
    assert_eq!(answer.destination.unwrap().0, super::super::Destination::Group(fixture::VIP_DESK));
    assert_eq!(answer.priority.unwrap().0, 4);
}

#[test]
fn what_is_printed_goes_into_the_trace_and_is_bounded() {
    let verdict = route("print(`channel ${conversation.channel}`); debug(priority(3)); ()");
    assert_eq!(verdict.rules[0].log, ["channel website", "priority(3)"]);
    let verdict = route("for i in 0..1000 { print(i) }");
    assert_eq!(verdict.rules[0].log.len(), crate::limits::LOG_LINES_MAX + 1);
}

#[test]
fn a_bad_answer_is_told_with_its_place() {
    let failure = fails("let name = \"after-\" + \"sale\";\n    to_group(name)");
    assert_eq!(failure.kind, RuleFailureKind::BadAnswer);
    assert_eq!(failure.message, "unknown group `after-sale`, did you mean `after-sales`?");
    assert_eq!((failure.line, failure.column), (2, 5));
    assert_eq!(fails("priority(11)").kind, RuleFailureKind::BadAnswer);
    assert_eq!(fails("tag(\"  \")").kind, RuleFailureKind::BadAnswer);
    assert_eq!(fails("wait_limit(0)").kind, RuleFailureKind::BadAnswer);
    assert_eq!(fails("42").message, "`route` must return effects or nothing, it returned i64");
    assert_eq!(fails("let e = stop(); loop { e.tag(\"x\") }").kind, RuleFailureKind::BadAnswer);
}

#[test]
fn an_error_is_told_with_its_place() {
    let failure = fails("\n  let x = 1 / 0;");
    assert_eq!((failure.kind, failure.line), (RuleFailureKind::Error, 2));
    assert!(failure.message.contains("division by zero"), "{}", failure.message);
    let failure = fails("let text = \"退款🙂\"; throw \"no\"");
    assert_eq!(failure.kind, RuleFailureKind::Error);
    assert_eq!(failure.message, "raised: no");
    assert_eq!((failure.line, failure.column), (1, 60));
}

#[test]
fn what_a_rule_has_no_use_for_is_not_there() {
    let names = Arc::new(Names::new(&fixture::directory()));
    for body in ["eval(\"1\")", "import \"x\" as y;", "2.0 ** 0.5", "let f = |x| x; f.call(1)"] {
        let mut diagnostics = Vec::new();
        let source = format!("fn route(conversation, customer, desk) {{ {body} }}");
        assert!(Script::compile("x", &source, &names, &mut diagnostics).is_none(), "{body}");
    }
    for function in ["sleep(1)", "timestamp()", "rand()", "open_file(\"x\")", "Fn(\"x\")"] {
        let mut diagnostics = Vec::new();
        let source = format!("fn route(conversation, customer, desk) {{ {function} }}");
        assert!(Script::compile("x", &source, &names, &mut diagnostics).is_none(), "{function}");
        assert_eq!(diagnostics[0].code, crate::diagnostic::Code::UnknownFunction);
    }
}

/// Each of these would never end, or end in a dead process, without a limit.
#[test]
fn a_hostile_script_ends_in_time_and_for_the_right_reason() {
    use RuleFailureKind::{Budget, Depth, Size};
    let doubling = "let s = \"退款\"; loop { s += s; }";
    let cases: &[(&str, &str, &[RuleFailureKind])] = &[
        ("endless loop", "loop {}", &[Budget]),
        ("endless loop with a catch", "loop { try { loop {} } catch { } }", &[Budget]),
        ("endless while", "let n = 0; while true { n += 1; }", &[Budget]),
        ("map in itself", "let x = #{}; loop { x.a = x; }", &[Size]),
        ("list in itself", "let x = [42]; loop { x[0] = x; }", &[Size, Budget]),
        ("list beside itself", "let x = [42]; loop { x.push(x); }", &[Size]),
        ("list growing", "let x = []; loop { x.push(1); }", &[Size]),
        ("map growing", "let x = #{}; let i = 0; loop { x[`k${i}`] = i; i += 1; }", &[Size]),
        ("text doubling", doubling, &[Size]),
        ("text growing", "let s = \"\"; loop { s += \"退款退款退款退款\"; }", &[Size, Budget]),
        (
            "copies of the largest text",
            "let s = \"x\"; while s.len() < 40000 { s += s; } loop { let t = s + \"y\"; }",
            &[Budget, Size],
        ),
        (
            "walks through the largest text",
            "let s = \"x\"; while s.len() < 40000 { s += s; } loop { s.to_upper(); }",
            &[Budget],
        ),
        ("replacing", "let s = \"xxxxxxxxxx\"; loop { s = s.replace(\"x\", \"xxxxxxxxxx\"); }", &[Size]),
        ("splitting", "let s = \"x\"; while s.len() < 40000 { s += s; } s.split(\"\")", &[Size]),
        (
            "copies of the largest list",
            "let x = []; for i in 0..250 { x.push(i) } loop { let y = x; }",
            &[Budget],
        ),
        (
            "copies of the largest map",
            "let x = #{}; for i in 0..60 { x[`k${i}`] = i } loop { let y = x; }",
            &[Budget],
        ),
        ("sorting", "let x = []; for i in 0..250 { x.push(`text ${i}`) } loop { x.sort(); }", &[Budget]),
        ("joining", "let x = []; for i in 0..250 { x.push(\"x\") } loop { x.join(\"--\"); }", &[Budget]),
        ("keyword search", "loop { conversation.contains(\"退款\"); }", &[Budget]),
        ("printing", "loop { print(conversation.text); }", &[Budget]),
        ("a huge range", "for i in 0..9223372036854775807 { let j = i; }", &[Budget]),
        ("wrong names", "let n = \"wang-\" + \"fan\"; loop { try { to_agent(n) } catch { } }", &[Budget]),
        (
            "long wrong names",
            "let s = \"x\"; while s.len() < 40000 { s += s; } loop { try { to_group(s) } catch { } }",
            &[Budget],
        ),
        ("group look-ups", "loop { desk.group(\"after-sales\").waiting; }", &[Budget]),
    ];
    for (name, body, kinds) in cases {
        let (verdict, took) = run(&format!("fn route(conversation, customer, desk) {{ {body} }}"));
        let kind = verdict.failures.first().map(|(_, failure)| failure.kind);
        assert!(kind.is_some_and(|kind| kinds.contains(&kind)), "{name}: {:?}", verdict.failures);
        assert!(took < Duration::from_millis(1500), "{name} took {took:?}");
    }
    let recursion = "fn f(n) { f(n + 1) + 1 } fn route(conversation, customer, desk) { f(0) }";
    assert_eq!(run(recursion).0.failures[0].1.kind, Depth);
    let both = "fn f(n) { g(n) } fn g(n) { f(n) } fn route(conversation, customer, desk) { f(0) }";
    assert_eq!(run(both).0.failures[0].1.kind, Depth);
}

/// As much stack as a WebAssembly module has, half of what a thread of the host has.
const STACK_BYTES: usize = 1024 * 1024;

fn on_a_small_stack<R: Send + 'static>(run: impl FnOnce() -> R + Send + 'static) -> R {
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run).unwrap().join().unwrap()
}

#[test]
fn a_script_nested_ten_thousand_deep_is_refused_at_its_place() {
    let nested = |open: &str, inner: &str, close: &str| {
        format!(
            "fn route(conversation, customer, desk) {{\n{}{inner}{}\n}}",
            open.repeat(10_000),
            close.repeat(10_000)
        )
    };
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{", "1", "}"),
        ("#{a:", "1", "}"),
        ("if true {", "1", "}"),
        ("-", "1", ""),
        ("!", "true", ""),
        ("1 + (", "1", ")"),
        ("f(", "1", ")"),
        ("a[", "1", "]"),
        ("a.b(", "1", ")"),
        ("`${", "1", "}`"),
        ("loop {", "1", "}"),
        ("switch 1 { _ => ", "1", "}"),
        ("1 + ", "1", ""),
        ("a.", "b", ""),
        ("1 && ", "1", ""),
        ("if true {} else ", "{}", ""),
        ("return ", "1", ""),
        ("throw ", "1", ""),
    ] {
        let source = nested(open, inner, close);
        let diagnostics = on_a_small_stack(move || {
            let mut diagnostics = Vec::new();
            let names = Arc::new(Names::new(&fixture::directory()));
            Script::compile("rules/10.rhai", &source, &names, &mut diagnostics);
            diagnostics
        });
        let first = diagnostics.first().unwrap_or_else(|| panic!("{open}: should be refused"));
        assert_eq!(first.span.map(|span| span.line), Some(2), "{open}: {first}");
    }
}

#[test]
fn the_deepest_script_that_is_allowed_fits_on_a_small_stack() {
    // As deep as may be in one function, as many functions within one another as may be.
    for (open, close) in [("1 + (", ")"), ("[", "]"), ("if true {", "}"), ("-", ""), ("max(1, ", ")")] {
        let body = |depth: usize| {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            format!("fn f(n) {{ {open}f(n){close} }} fn route(conversation, customer, desk) {{ f(1) }}")
        };
        let names = Arc::new(Names::new(&fixture::directory()));
        let deepest = (1..crate::limits::SCRIPT_DEPTH_MAX)
            .filter(|depth| Script::compile("x", &body(*depth), &names, &mut Vec::new()).is_some())
            .max()
            .unwrap();
        let source = body(deepest);
        let kind = on_a_small_stack(move || run(&source).0.failures[0].1.kind);
        assert_eq!(kind, RuleFailureKind::Depth, "{open} {deepest} deep");
    }
}
