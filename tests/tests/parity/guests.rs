//! The cases of modules: every example module with every hook it has, and every hostile one that is accepted, over ten
//! thousand conversations. What each call answered is in the events; its fuel, its memory and how it failed are in the
//! checksum of each rule.

use std::collections::BTreeSet;
use std::path::Path;

use pointsman_engine::rules::Hook;
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::simulation::Report;
use pointsman_engine::trace::RuleFailureKind;
use pointsman_tests::repository;

use super::cases::{Case, example};

const CONVERSATIONS: u64 = 10_000;

/// Hostile modules whose calls are no failure.
const CALM: [&str; 5] = ["counting-global", "counting-memory", "empty-list", "huge-log-line", "nan-payload"];

/// A case of modules, and what it must have shown.
pub(crate) struct Guests {
    pub(crate) case: Case,
    must_fail: bool,
}

/// All of them.
pub(crate) fn all(sandbox: &Sandbox) -> [Guests; 2] {
    let built = repository().join("examples/modules/built");
    let mut examples = bazaar(sandbox, "example modules", 11);
    add_folder(&mut examples, sandbox, &built, "");
    examples.files.insert("scenarios/all.toml".to_owned(), scenario("90h", 60, 0.9));
    let mut hostile = bazaar(sandbox, "hostile modules", 12);
    add_folder(&mut hostile, sandbox, &built.join("hostile"), "\n[limits]\nmemory = \"2MiB\"\nfuel = ");
    hostile.files.insert("scenarios/all.toml".to_owned(), scenario("6h", 900, 0.1));
    [Guests { case: examples, must_fail: false }, Guests { case: hostile, must_fail: true }]
}

/// The marketplace's people, without its rules.
fn bazaar(sandbox: &Sandbox, name: &str, seed: u64) -> Case {
    let mut case = example(sandbox, "marketplace", "weekday", seed);
    case.files.retain(|path, _| !path.contains('/'));
    case.modules.clear();
    case.artefacts.clear();
    Case { name: name.to_owned(), scenario: "all".to_owned(), ..case }
}

/// A rule for each hook of each module that is accepted.
fn add_folder(case: &mut Case, sandbox: &Sandbox, folder: &Path, limits: &str) {
    let entries = std::fs::read_dir(folder).expect("a folder of modules");
    let files: BTreeSet<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let mut order = 10;
    for file in files.iter().filter(|file| file.is_file()) {
        let name = file.file_stem().and_then(|name| name.to_str()).expect("a name");
        let wasm = std::fs::read(file).expect("a module");
        let Ok(module) = sandbox.compile(&wasm) else { continue };
        for hook in &module.info().hooks {
            let (hook, more) = match hook {
                Hook::Route => ("route", ""),
                Hook::OnMessage => ("on_message", ""),
                Hook::OnWait => ("on_wait", "wait_after = [\"5s\", \"60s\", \"3m\"]\n"),
                Hook::Rank => ("rank", ""),
            };
            // Enough to reach what each of them is after; what never ends may stop sooner.
            let fuel = match name {
                _ if limits.is_empty() => "",
                _ if name.starts_with("endless") || name.ends_with("flood") => "50_000\n",
                _ => "2_000_000\n",
            };
            let settings = format!("name = \"{name}\"\nhooks = [\"{hook}\"]\n{more}{limits}{fuel}");
            case.files.insert(format!("rules/{order}-{name}.toml"), settings);
            case.add_module(sandbox, format!("rules/{order}-{name}.wasm"), wasm.clone());
            order += 10;
        }
    }
}

/// `rate`: conversations an hour by each of two channels.
fn scenario(length: &str, rate: u32, follow_up: f64) -> String {
    format!(
        r#"
start = "2026-03-02T08:00:00"
length = "{length}"
vip = [0.6, 0.2, 0.15, 0.05]
returning = 0.4
patience = {{ mean = "4m" }}
reply = {{ mean = "12s" }}
rate = {{ website = {rate}, app = {rate} }}

[[intent]]
name = "zh"
share = 0.5
handle = {{ mean = "12m", distribution = "lognormal", sigma = 0.7 }}
entry = "售后服务"
attributes = {{ spent_12m = "12500", orders_12m = "7", account_age_days = "900" }}
phrases = [
  "我要退-款", "快递到哪了", "盗号了,马上处理", "客服让我共享屏幕,转账到安全账户,报验证码",
  "刷单返佣,加微信", "卡号 4111 1111 1111 1111 扣了两次", "您好😀", "發票", "…", "骗子",
]
follow_up = {{ share = {follow_up}, after = {{ mean = "60s" }}, phrases = ["12315 见", "你们是骗-子", "好的,谢谢", "曝光你們"] }}

[[intent]]
name = "eu"
share = 0.4
handle = {{ mean = "12m", distribution = "lognormal", sigma = 0.7 }}
attributes = {{ failed_payments_24h = "2", chargebacks_12m = "1", spent_12m = "499" }}
phrases = [
  "Where is my parcel?", "The lamp arrived broken, I want my money back immediately", "Do you ship to Ireland?",
  "Ich habe eine Frage zu meiner Rechnung", "Wo ist mein Paket geblieben?", "Où est mon colis ?",
  "Je voudrais être remboursé", "¿Dónde está mi pedido?", "Где мой заказ?", "ご注文について", "안녕하세요",
  "They want the security code and a gift card, urgent",
]
follow_up = {{ share = {follow_up}, after = {{ mean = "60s" }}, phrases = ["any news?", "ok", "I'll call my lawyer"] }}

[[intent]]
name = "wrong attributes"
share = 0.1
handle = {{ mean = "9m", distribution = "exponential" }}
attributes = {{ spent_12m = "a lot", orders_12m = "-3" }}
phrases = ["退款", "refund"]
"#
    )
}

impl Guests {
    /// Whether the case shows what it is meant to.
    pub(crate) fn check(&self, report: &Report) {
        let name = &self.case.name;
        assert!(report.conversations >= CONVERSATIONS, "{name}: {} conversations", report.conversations);
        let mut kinds = BTreeSet::new();
        for rule in &report.rules {
            let cost = rule.cost.as_ref().expect("every rule is a module");
            let failed: u64 = cost.failed.iter().map(|failed| failed.count).sum();
            println!(
                "{name}: {:<24} {:>6} calls, {failed:>6} failed {:?}, fuel {:>9.0} mean {:>8} max, {} KiB",
                rule.name,
                cost.calls,
                cost.failed.iter().map(|failed| failed.kind).collect::<Vec<_>>(),
                cost.cost_mean,
                cost.cost_max,
                cost.memory_bytes_max >> 10
            );
            assert!(cost.calls >= 200, "{name}: {} was called {} times", rule.name, cost.calls);
            if self.must_fail {
                let expected = if CALM.contains(&rule.name.as_str()) { 0 } else { cost.calls };
                assert_eq!(failed, expected, "{name}: {} failed", rule.name);
            }
            kinds.extend(cost.failed.iter().map(|failed| failed.kind));
        }
        if self.must_fail {
            use RuleFailureKind::{BadAnswer, Budget, Depth, Error, Size};
            assert_eq!(kinds, BTreeSet::from([Error, Budget, Depth, Size, BadAnswer]), "{name}");
        }
    }
}
