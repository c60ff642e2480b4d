//! The same rule as a script and as a module: an admin who rewrites one as the other changes nothing for a visitor.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a test fails loudly, and says what it saw")]

use std::collections::BTreeMap;

use pointsman_engine::id::{AgentId, ChannelId, ConversationId, GroupId};
use pointsman_engine::rules::{
    AgentFacts, ConversationFacts, CustomerFacts, DeskFacts, Facts, GroupFacts, Revision, RuleBody, RuleKind,
    Ruleset, Trigger,
    module::{Modules, Sandbox},
};
use pointsman_engine::simulation::{Unobserved, read_scenario, simulate};
use pointsman_engine::tenant::{TenantFolder, TenantSource};
use pointsman_engine::text::NormalText;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;
use pointsman_tests::{example, repository};
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

const CONVERSATIONS: usize = 10_000;

/// The scripts of `examples/shop`, and the modules that do the same.
const PAIRS: [(&str, &str); 4] = [
    ("40-vip-value", "vip-value"),
    ("230-escalate", "escalate"),
    ("240-long-wait", "escalate"),
    ("250-after-sales-rank", "rank-by-skill"),
];

/// The shop as it is, and with modules in the place of scripts.
fn shops() -> [TenantFolder; 2] {
    let scripts = example("shop").expect("an example");
    let mut modules = scripts.clone();
    for (rule, module) in PAIRS {
        modules.files.remove(&format!("rules/{rule}.rhai")).expect("a script");
        let built = repository().join(format!("examples/modules/built/{module}.wasm"));
        modules.files.insert(format!("rules/{rule}.wasm"), std::fs::read(built).expect("a module"));
    }
    [scripts, modules]
}

/// The shops, both under one revision, since their files differ.
fn rulesets(modules: &dyn Modules, change: impl Fn(&mut TenantSource)) -> [(Ruleset, TenantSource); 2] {
    shops().map(|folder| {
        let compiled = Ruleset::compile(&folder, None, modules);
        assert!(compiled.diagnostics.is_empty(), "{:#?}", compiled.diagnostics);
        let mut source = compiled.source.expect("the shop is sound");
        change(&mut source);
        let ruleset = Ruleset::from_source(&source, Revision([1; 32]), modules).0;
        (ruleset.expect("the shop is sound"), source)
    })
}

/// Rules of the four pairs alone, without their guards: every conversation reaches them.
fn the_pairs_alone(source: &mut TenantSource) {
    source.rules.retain(|rule| PAIRS.iter().any(|(slug, _)| rule.slug == *slug));
    assert_eq!(source.rules.len(), PAIRS.len());
    for rule in &mut source.rules {
        rule.when = Default::default();
    }
    source.tests.clear();
}

struct Dice(Pcg64Mcg);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn some<'a>(&mut self, all: &[&'a str]) -> Vec<&'a str> {
        all.iter().filter(|_| self.one_in(3)).copied().collect()
    }
}

/// A desk with any numbers.
#[derive(Debug)]
struct AnyDesk {
    groups: Vec<GroupFacts>,
    agents: Vec<AgentFacts>,
}

impl AnyDesk {
    fn new(dice: &mut Dice, groups: usize, agents: usize) -> AnyDesk {
        let group = |dice: &mut Dice| GroupFacts {
            waiting: dice.below(20) as u32,
            open: dice.below(40) as u32,
            online: dice.below(9) as u32,
            available: dice.below(3) as u32,
            longest_wait_ms: dice.below(400_000) as i64,
            expected_wait_ms: dice.below(240_000) as i64,
            in_hours: !dice.one_in(4),
        };
        let agent = |dice: &mut Dice| AgentFacts {
            open: dice.below(6) as u32,
            capacity: dice.below(6) as u32,
            tier: 1 + dice.below(3) as u8,
            priority: dice.below(101) as u16,
            idle_ms: dice.below(4_000_000) as i64,
            response_ms: dice.below(100_000) as i64,
            handle_ms: dice.below(900_000) as i64,
            satisfaction: dice.below(101) as u8,
        };
        AnyDesk {
            groups: (0..groups).map(|_| group(dice)).collect(),
            agents: (0..agents).map(|_| agent(dice)).collect(),
        }
    }
}

impl DeskFacts for AnyDesk {
    fn group(&self, group: GroupId) -> Option<GroupFacts> {
        self.groups.get(group.index()).copied()
    }

    fn agent(&self, agent: AgentId) -> Option<AgentFacts> {
        self.agents.get(agent.index()).copied()
    }
}

const WORDS: [&str; 16] = [
    "我要退款",
    "12315",
    "消-协",
    "起訴",
    "骗 子",
    "曝光",
    "叫你们领导",
    "律师函",
    "谢谢",
    "ＶＩＰ",
    "hello",
    "投诉",
    "😭",
    "骗你的",
    "物流",
    "",
];
const SPENT: [&str; 8] = ["0", "499", "500", "12000", "19999", "250000", "-1500", "a lot"];
const LABELS: [&str; 4] = ["退款", "质量", "物流", "老客"];

/// One generated conversation at one moment.
fn with_facts<R>(
    ruleset: &Ruleset,
    dice: &mut Dice,
    trigger: Trigger,
    ask: impl FnOnce(&Facts<'_>) -> R,
) -> R {
    let directory = ruleset.directory();
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let text = dice.some(&WORDS).join(" ");
    let (tags, risks) = (owned(dice.some(&LABELS)), owned(dice.some(&["风险词"])));
    let mut attributes = BTreeMap::new();
    if !dice.one_in(4) {
        attributes.insert("spent_12m".to_owned(), SPENT[dice.below(SPENT.len() as u64) as usize].to_owned());
    }
    let group = (!dice.one_in(5)).then(|| GroupId(dice.below(directory.groups.len() as u64) as u16));
    let last_agent = dice.one_in(3).then(|| AgentId(dice.below(directory.agents.len() as u64) as u32));
    let desk = AnyDesk::new(dice, directory.groups.len(), directory.agents.len());
    let hours_open: Vec<bool> = directory.hours.iter().map(|_| dice.one_in(2)).collect();
    let at = Timestamp(1_772_409_600_000 + dice.below(86_400_000) as i64);
    let waited_ms = dice.below(400_000) as i64;
    ask(&Facts {
        trigger,
        at,
        conversation: ConversationFacts {
            id: ConversationId(1 + dice.below(1 << 40)),
            channel: ChannelId(dice.below(directory.channels.len() as u64) as u16),
            entry: dice.one_in(3).then_some("售后服务"),
            language: dice.one_in(3).then_some("zh"),
            tags: &tags,
            risks: &risks,
            priority: dice.below(10) as u8,
            group,
            agent: None,
            opened_at: Timestamp(at.0 - waited_ms),
            waited_ms,
            visitor_messages: 1 + dice.below(9) as u32,
            returns: dice.below(2) as u32,
        },
        customer: CustomerFacts {
            returning: dice.one_in(2),
            vip: dice.below(5) as u8,
            attributes: &attributes,
            last_agent,
            conversations: dice.below(4) as u32,
        },
        text: &NormalText::new(&text),
        original_text: &text,
        hours_open: &hours_open,
        desk: &desk,
    })
}

#[test]
fn a_script_and_its_module_answer_alike_to_every_hook() {
    let sandbox = Sandbox::new().expect("a sandbox");
    let [(script, _), (module, _)] = rulesets(&sandbox, the_pairs_alone);
    assert!(script.rules().all(|rule| rule.kind == RuleKind::Script));
    assert!(module.rules().all(|rule| rule.kind == RuleKind::Module));
    let triggers = [Trigger::Opened, Trigger::Message, Trigger::Waited(60_000), Trigger::Waited(180_000)];
    let mut answers = BTreeMap::new();
    let (mut failures, mut ranked) = (0, 0);
    let mut dice = Dice(Pcg64Mcg::new(7));
    for conversation in 0..CONVERSATIONS {
        for trigger in triggers {
            with_facts(&script, &mut dice, trigger, |facts| {
                let asked = |ruleset: &Ruleset| {
                    let verdict = ruleset.evaluate(facts, &|_| false, TraceLevel::Off);
                    let failed: Vec<_> =
                        verdict.failures.iter().map(|(rule, failure)| (*rule, failure.kind)).collect();
                    (verdict.answer, verdict.fired, failed)
                };
                let answer = asked(&script);
                assert_eq!(answer, asked(&module), "conversation {conversation}: {facts:?}");
                failures += answer.2.len();
                *answers.entry(format!("{:?} {:?}", trigger.hook(), answer.0)).or_insert(0) += 1;
            });
        }
        with_facts(&script, &mut dice, Trigger::Opened, |facts| {
            let agents: Vec<AgentId> = script.directory().agents.iter().map(|agent| agent.id).collect();
            let scores = |ruleset: &Ruleset| {
                let ranker = ruleset.ranker(facts, &|_| false);
                ranker.scores(&agents, &mut Vec::new()).expect("nothing that can fail")
            };
            let of_script = scores(&script);
            assert_eq!(of_script, scores(&module), "conversation {conversation}: {facts:?}");
            ranked += of_script.iter().flatten().count();
        });
    }
    // Enough was different for the equality to mean something.
    assert!(
        answers.len() > 100 && failures > 100 && ranked > CONVERSATIONS,
        "{} {failures} {ranked}",
        answers.len()
    );
    println!(
        "{CONVERSATIONS} conversations, {} different answers, {failures} failures, {ranked} scores: script = module",
        answers.len()
    );
}

/// Not only the answers: every event of whole days at the shop.
#[test]
fn a_day_at_the_shop_is_the_same_with_modules_for_scripts() {
    let sandbox = Sandbox::new().expect("a sandbox");
    let [scripts, modules] = rulesets(&sandbox, |source| {
        let is_script =
            |rule: &&pointsman_engine::rules::RuleSource| matches!(rule.body, RuleBody::Script { .. });
        let scripts = source.rules.iter().filter(is_script).count();
        assert!(scripts == 0 || scripts == PAIRS.len());
    });
    let mut conversations = 0;
    for (name, seed) in [("promo-peak", 7), ("weekday", 1)] {
        let [of_scripts, of_modules] = [&scripts, &modules].map(|(ruleset, source)| {
            let scenario = read_scenario(name, &source.scenarios[name], ruleset.directory()).0;
            simulate(ruleset, &scenario.expect("the scenario is sound"), seed, &mut Unobserved)
        });
        assert_eq!(of_scripts.digest, of_modules.digest, "{name}");
        conversations += of_scripts.conversations;
        for (slug, _) in PAIRS {
            let calls = |report: &pointsman_engine::simulation::Report| {
                let rule = report.rules.iter().find(|rule| rule.file.contains(slug)).expect("the rule");
                rule.cost.as_ref().expect("no keyword rule").calls
            };
            assert!(calls(&of_scripts) > 0 && calls(&of_modules) > 0, "{name}: {slug} was never called");
        }
    }
    assert!(conversations >= CONVERSATIONS as u64, "{conversations} conversations");
}
