//! The cases: every example, and random tenants written out as the folders an admin would write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pointsman_engine::rules::module::Sandbox;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

/// A tenant, one of its scenarios and a seed.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) modules: BTreeMap<String, Binary>,
    /// What the browser is given beside the modules.
    pub(crate) artefacts: Vec<Binary>,
    pub(crate) scenario: String,
    pub(crate) seed: u64,
}

/// Bytes, in JSON as base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binary(pub(crate) Vec<u8>);

impl Serialize for Binary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

/// What a run of a case comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digests {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) revision: String,
    pub(crate) events: u64,
    pub(crate) conversations: u64,
    /// Every figure, as JSON: they too are equal to the last digit.
    pub(crate) kpi: String,
    /// What each rule did and what its calls cost, as JSON.
    pub(crate) rules: String,
    /// The hash of the report as an HTML file.
    pub(crate) html: String,
}

/// One example.
pub(crate) fn example(sandbox: &Sandbox, tenant: &str, scenario: &str, seed: u64) -> Case {
    let folder = pointsman_tests::example(tenant).expect("an example");
    let name = format!("{tenant}, {scenario}, seed {seed}");
    let mut case = Case { name, scenario: scenario.to_owned(), seed, ..Case::default() };
    for (path, content) in folder.files {
        if path.ends_with(".wasm") {
            case.add_module(sandbox, path, content);
        } else {
            case.files.insert(path, String::from_utf8(content).expect("examples are UTF-8"));
        }
    }
    case
}

impl Case {
    pub(crate) fn add_module(&mut self, sandbox: &Sandbox, path: String, wasm: Vec<u8>) {
        let artefact = Binary(sandbox.artefact(&wasm).unwrap_or_else(|problem| panic!("{path}: {problem}")));
        if !self.artefacts.contains(&artefact) {
            self.artefacts.push(artefact);
        }
        self.modules.insert(path, Binary(wasm));
    }
}

/// Every scenario of every example.
pub(crate) fn examples(sandbox: &Sandbox) -> Vec<Case> {
    [
        ("shop", "promo-peak", 7),
        ("shop", "weekday", 1),
        ("shop", "night", 2),
        ("saas-en", "weekday", 3),
        ("saas-en", "incident", 4),
        ("marketplace", "weekday", 8),
        ("marketplace", "fraud-wave", 9),
        ("erlang", "erlang-c", 5),
        ("erlang", "erlang-a", 6),
    ]
    .map(|(tenant, scenario, seed)| example(sandbox, tenant, scenario, seed))
    .into()
}

struct Dice(Pcg64Mcg);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

const WORDS: [&str; 10] =
    ["退款", "發票", "物流", "投诉", "ＶＩＰ", "refund", "骗子", "换货", "ﬁnance", "退-款"];
const STRATEGIES: [&str; 8] = [
    "round-robin",
    "least-loaded",
    "longest-idle",
    "weighted-round-robin",
    "priority",
    "best-skill",
    "load-index",
    "rank",
];

/// Random case number `n`: always the same one.
pub(crate) fn random(n: u64) -> Case {
    let mut dice = Dice(Pcg64Mcg::new(0x9e37_79b9_7f4a_7c15 ^ u128::from(n * 2 + 1)));
    let groups = dice.between(1, 4);
    let agents = dice.between(groups, 9);
    let mut files = BTreeMap::new();
    files.insert("tenant.toml".to_owned(), tenant(&mut dice, groups));
    files.insert("groups.toml".to_owned(), all_groups(&mut dice, groups));
    files.insert("agents.toml".to_owned(), all_agents(&mut dice, groups, agents));
    for rule in 1..=dice.between(1, 5) {
        files.insert(format!("rules/{rule}0-words.toml"), keyword_rule(&mut dice, groups));
    }
    for (at, script) in scripts(&mut dice, groups).into_iter().enumerate() {
        files.insert(format!("rules/9{at}-script.rhai"), script);
    }
    files.insert("scenarios/day.toml".to_owned(), scenario(&mut dice));
    let (name, scenario) = (format!("random {n}"), "day".to_owned());
    Case { name, files, scenario, seed: dice.below(1 << 40), ..Case::default() }
}

fn tenant(dice: &mut Dice, groups: u64) -> String {
    let zone = dice.of(&["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]);
    let mut text = format!(
        "name = \"random\"\nzone = \"{zone}\"\nskills = [\"s0\", \"s1\"]\ndefault_group = \"g{}\"\n\
         fallback = [\"bot:faq\"]\npriority_ageing = \"{}s\"\n",
        dice.below(groups),
        dice.between(10, 120),
    );
    if dice.one_in(2) {
        let _ = writeln!(text, "offline_grace = \"{}s\"", dice.between(0, 60));
    }
    if dice.one_in(2) {
        let _ = writeln!(text, "[stick]\nfor = \"1d\"\nwait = \"{}s\"", dice.between(0, 60));
    }
    text.push_str("[[channel]]\nslug = \"web\"\n[[channel]]\nslug = \"app\"\n");
    text.push_str(
        "[hours.day]\nweekly = { mon-fri = [\"08:00-12:00\", \"13:00-20:00\"], sat = [\"22:00-02:00\"] }\n",
    );
    text.push_str("[hours.long]\nweekly = { mon-sun = [\"00:00-24:00\"] }\n");
    text
}

fn all_groups(dice: &mut Dice, groups: u64) -> String {
    let mut text = String::new();
    for group in 0..groups {
        let strategy = dice.of(&STRATEGIES);
        let _ = writeln!(text, "[[group]]\nslug = \"g{group}\"\nstrategy = \"{strategy}\"");
        if dice.one_in(3) {
            let _ = writeln!(text, "queue_length_max = {}", dice.between(0, 20));
        }
        if dice.one_in(3) {
            let _ = writeln!(text, "wait_max = \"{}s\"", dice.between(20, 600));
        }
        if dice.one_in(4) {
            let _ = writeln!(text, "hours = \"day\"\nclosed = [\"leave-message\"]");
        }
        if dice.one_in(4) {
            let _ = writeln!(text, "capacity = {}", dice.between(1, 12));
        }
        if dice.one_in(2) {
            text.push_str("when_unstaffed = \"wait\"\n");
        }
        if dice.one_in(2) {
            let relax = dice.of(&["drop-last-skill", "drop-skills", "open-tier:3"]);
            let _ = writeln!(
                text,
                "[[group.widening]]\nafter = \"{}s\"\nrelax = \"{relax}\"",
                dice.between(5, 90)
            );
        }
    }
    text
}

fn all_agents(dice: &mut Dice, groups: u64, agents: u64) -> String {
    let mut text = String::new();
    for agent in 0..agents {
        // Everybody has a home, so that no group is empty.
        let home = agent % groups;
        let _ = writeln!(
            text,
            "[[agent]]\nslug = \"a{agent}\"\ntier = {}\ncapacity = {}\ngroups = [{{ group = \"g{home}\", priority = {} }}]",
            dice.between(1, 3),
            dice.between(1, 4),
            dice.between(1, 9),
        );
        if dice.one_in(2) {
            let _ = writeln!(
                text,
                "skills = [{{ skill = \"s{}\", level = {} }}]",
                dice.below(2),
                dice.between(1, 5)
            );
        }
        if dice.one_in(3) {
            let _ = writeln!(text, "shift = \"{}\"", dice.of(&["day", "long"]));
        }
        if dice.one_in(5) {
            let _ = writeln!(text, "channel_capacity = {{ app = {} }}", dice.between(1, 2));
        }
    }
    text
}

fn keyword_rule(dice: &mut Dice, groups: u64) -> String {
    let word = dice.of(&WORDS);
    let mut text = format!("hooks = [\"route\", \"on_message\"]\n[when]\nvip_max = {}\n", dice.between(0, 3));
    let _ = writeln!(text, "[when.keywords]\nany = [\"{word}\"]\nskip_separators = {}", dice.one_in(2));
    let _ = writeln!(
        text,
        "[then]\ngroup = \"g{}\"\npriority = {}\ntags = [\"{word}\"]\nstop = {}",
        dice.below(groups),
        dice.between(0, 9),
        dice.one_in(2),
    );
    if dice.one_in(3) {
        let _ =
            writeln!(text, "skills = [{{ skill = \"s{}\", level = {} }}]", dice.below(2), dice.between(1, 4));
    }
    if dice.one_in(4) {
        let _ = writeln!(text, "tier = {}", dice.between(1, 3));
    }
    text
}

/// Scripts that calculate with fractions, so that a platform's own mathematics would show.
fn scripts(dice: &mut Dice, groups: u64) -> Vec<String> {
    let mut scripts = vec![format!(
        "fn route(conversation, customer, desk) {{\n    let x = {}.5 + conversation.text.len();\n    let y = exp(ln(x) * 0.37) + sin(x) * 3.0;\n    if y > {}.25 {{ to_group(\"g{}\").priority(y.to_int() % 10) }} else {{ tag(`y${{y}}`) }}\n}}\n",
        dice.between(1, 9),
        dice.between(1, 4),
        dice.below(groups),
    )];
    if dice.one_in(2) {
        scripts.push(format!(
            "fn rank(agent, conversation, customer, desk) {{\n    (ln(2.0 + agent.open) * -1000.0 + agent.tier * {}.0).to_int()\n}}\n",
            dice.between(1, 300),
        ));
    }
    if dice.one_in(3) {
        // Fails now and then: failures and breakers are events too.
        scripts.push(
            "fn route(conversation, customer, desk) {\n    let left = conversation.text.len() - 3;\n    priority(9 / left % 10)\n}\n"
                .to_owned(),
        );
    }
    scripts
}

fn scenario(dice: &mut Dice) -> String {
    let mut text = format!(
        "start = \"2026-{:02}-{:02}T{:02}:00:00\"\nlength = \"4h\"\nvip = [0.7, 0.2, 0.1]\nreturning = 0.3\n\
         patience = {{ mean = \"{}s\" }}\nreply = {{ mean = \"12s\" }}\nrate = {{ web = {}, app = {} }}\n",
        dice.between(1, 12),
        dice.between(1, 28),
        dice.between(0, 20),
        dice.between(30, 300),
        dice.between(20, 120),
        dice.between(5, 60),
    );
    if dice.one_in(3) {
        text.push_str("[[incident]]\nat = \"2h\"\nlength = \"20m\"\nkind = \"agents-drop\"\nshare = 0.5\n");
        text.push_str(
            "[[incident]]\nat = \"13:00\"\nlength = \"30m\"\nkind = \"agents-silent\"\nshare = 0.4\n",
        );
        // The first such time of the day, whatever the start.
        text = text.replace("at = \"2h\"", "at = \"12:00\"");
    }
    for (at, share) in [0.4, 0.6].iter().enumerate() {
        let _ = writeln!(
            text,
            "[[intent]]\nname = \"i{at}\"\nshare = {share}\nhandle = {{ mean = \"{}s\", distribution = \"lognormal\", sigma = 0.7 }}\nphrases = [\"我要{}\", \"{} please\", \"你好\"]",
            dice.between(60, 400),
            dice.of(&WORDS),
            dice.of(&WORDS),
        );
        let _ = writeln!(
            text,
            "follow_up = {{ share = 0.2, after = {{ mean = \"40s\" }}, phrases = [\"{}\"] }}",
            dice.of(&WORDS)
        );
    }
    text
}
