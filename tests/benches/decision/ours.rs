//! The table as our rules, and as a script of ours.

use std::collections::BTreeMap;

use pointsman_engine::id::{AgentId, ConversationId, GroupId};
use pointsman_engine::rules::{
    AgentFacts, ConversationFacts, CustomerFacts, DeskFacts, Destination, Facts, GroupFacts, NoModules,
    Ruleset, Trigger,
};
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::text::NormalText;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;

use crate::cases::{Answer, Case, DEFAULT};

const TENANT: &str = r#"
name = "Bench"
zone = "UTC"
default_group = "general"
fallback = ["leave-message"]

channel = [
  { slug = "website", name = "Website" },
  { slug = "app", name = "App" },
  { slug = "miniprogram", name = "Mini program" },
  { slug = "wechat", name = "WeChat" },
]

[hours.day]
weekly = { mon-sun = ["09:00-18:00"] }

[hours.night]
weekly = { mon-sun = ["22:00-08:00"] }
"#;

const GROUPS: [&str; 9] = [
    "general",
    "complaints",
    "security",
    "vip-desk",
    "english",
    "after-sales",
    "night-watch",
    "overseas",
    "presale",
];

/// Eight rows with twelve conditions: two on the channel, the language, the VIP level, tags, hours and keywords each.
const RULES: [(&str, &str, u8); 8] = [
    (r#"keywords = { any = ["投诉", "12315", "律师", "曝光"] }"#, "complaints", 9),
    (r#"tags_any = ["盗号"]"#, "security", 8),
    ("vip_min = 2\nchannel = [\"app\", \"miniprogram\"]", "vip-desk", 7),
    ("language = [\"en\"]\nhours = \"day\"", "english", 4),
    ("tags_any = [\"已签收\"]\nkeywords = { any = [\"退款\", \"退货\", \"换货\"] }", "after-sales", 6),
    ("channel = [\"wechat\"]\nhours = \"night\"", "night-watch", 1),
    (r#"language = ["ja"]"#, "overseas", 3),
    ("vip_min = 1", "presale", 2),
];

const SCRIPT: &str = r#"
fn route(conversation, customer, desk) {
    if conversation.contains_any(["投诉", "12315", "律师", "曝光"]) {
        return to_group("complaints").priority(9);
    }
    if conversation.has_tag("盗号") {
        return to_group("security").priority(8);
    }
    if customer.vip >= 2 && (conversation.channel == "app" || conversation.channel == "miniprogram") {
        return to_group("vip-desk").priority(7);
    }
    if conversation.language == "en" && desk.is_open("day") {
        return to_group("english").priority(4);
    }
    if conversation.has_tag("已签收") && conversation.contains_any(["退款", "退货", "换货"]) {
        return to_group("after-sales").priority(6);
    }
    if conversation.channel == "wechat" && desk.is_open("night") {
        return to_group("night-watch").priority(1);
    }
    if conversation.language == "ja" {
        return to_group("overseas").priority(3);
    }
    if customer.vip >= 1 {
        return to_group("presale").priority(2);
    }
}
"#;

fn tenant(rules: impl Iterator<Item = (String, String)>) -> TenantFolder {
    let groups = GROUPS.map(|slug| format!("[[group]]\nslug = \"{slug}\"\nname = \"{slug}\"\n")).concat();
    let everywhere = GROUPS.map(|slug| format!("{slug:?}")).join(", ");
    let agents = format!("[[agent]]\nslug = \"wang-fang\"\nname = \"王芳\"\ngroups = [{everywhere}]\n");
    let files = [
        ("tenant.toml".to_owned(), TENANT.to_owned()),
        ("groups.toml".to_owned(), groups),
        ("agents.toml".to_owned(), agents),
    ];
    let files = files.into_iter().chain(rules).map(|(path, text)| (path, text.into_bytes()));
    TenantFolder { files: files.collect() }
}

fn compile(folder: &TenantFolder) -> Ruleset {
    let compiled = Ruleset::compile(folder, None, &NoModules);
    compiled.ruleset.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

/// The table as declarative rules, one a row.
pub(crate) fn declarative() -> Ruleset {
    compile(&tenant(RULES.iter().zip(1..).map(|((when, group, priority), order)| {
        let rule = format!(
            "name = \"Row {order}\"\n\n[when]\n{when}\n\n\
             [then]\ngroup = \"{group}\"\npriority = {priority}\nstop = true\n"
        );
        (format!("rules/{order}-row.toml"), rule)
    })))
}

/// The table as one script.
pub(crate) fn script() -> Ruleset {
    compile(&tenant([("rules/1-table.rhai".to_owned(), SCRIPT.to_owned())].into_iter()))
}

/// A desk that nobody asks.
#[derive(Debug)]
struct NoDesk;

impl DeskFacts for NoDesk {
    fn group(&self, _: GroupId) -> Option<GroupFacts> {
        None
    }

    fn agent(&self, _: AgentId) -> Option<AgentFacts> {
        None
    }
}

/// What the desk has at hand when rules run: the case with ids for names, its text normalised, its hours looked up.
pub(crate) struct Prepared<'c> {
    case: &'c Case,
    at: Timestamp,
    channel: pointsman_engine::id::ChannelId,
    text: NormalText,
    hours_open: Vec<bool>,
    attributes: BTreeMap<String, String>,
}

impl<'c> Prepared<'c> {
    pub(crate) fn new(case: &'c Case, ruleset: &Ruleset) -> Prepared<'c> {
        let directory = ruleset.directory();
        let at = Timestamp(1_772_409_600_000 + i64::from(case.hour) * 3_600_000);
        let is_open =
            |named: &pointsman_engine::model::NamedHours| named.hours.compile().unwrap().is_open(at);
        Prepared {
            case,
            at,
            channel: directory.channel_named(case.channel).unwrap().id,
            text: NormalText::new(case.text),
            hours_open: directory.hours.iter().map(is_open).collect(),
            attributes: BTreeMap::new(),
        }
    }

    /// Decides. `text` is the case's, normalised.
    fn verdict<R>(
        &self,
        ruleset: &Ruleset,
        text: &NormalText,
        look: impl FnOnce(Option<&Destination>, u8) -> R,
    ) -> R {
        let facts = Facts {
            trigger: Trigger::Opened,
            at: self.at,
            conversation: ConversationFacts {
                id: ConversationId(1),
                channel: self.channel,
                entry: None,
                language: Some(self.case.language),
                tags: &self.case.tags,
                risks: &[],
                priority: 0,
                group: None,
                agent: None,
                opened_at: self.at,
                waited_ms: 0,
                visitor_messages: 1,
                returns: 0,
            },
            customer: CustomerFacts {
                returning: false,
                vip: self.case.vip,
                attributes: &self.attributes,
                last_agent: None,
                conversations: 0,
            },
            text,
            original_text: self.case.text,
            hours_open: &self.hours_open,
            desk: &NoDesk,
        };
        let answer = ruleset.evaluate(&facts, &|_| false, TraceLevel::Off).answer;
        let priority = answer.priority.map_or(DEFAULT.1, |(priority, _)| priority);
        look(answer.destination.as_ref().map(|(destination, _)| destination), priority)
    }

    /// One decision on prepared facts.
    pub(crate) fn decide(&self, ruleset: &Ruleset) -> (Option<GroupId>, u8) {
        self.verdict(ruleset, &self.text, |destination, priority| match destination {
            Some(Destination::Group(group)) => (Some(*group), priority),
            _ => (None, priority),
        })
    }

    /// The same with the text normalised on the way, which no other engine here does.
    pub(crate) fn decide_raw_text(&self, ruleset: &Ruleset) -> (Option<GroupId>, u8) {
        let text = NormalText::new(self.case.text);
        self.verdict(ruleset, &text, |destination, priority| match destination {
            Some(Destination::Group(group)) => (Some(*group), priority),
            _ => (None, priority),
        })
    }

    /// The decision in names, to compare.
    pub(crate) fn answer(&self, ruleset: &Ruleset) -> Answer {
        let (group, priority) = self.decide(ruleset);
        let name = |group| ruleset.directory().group(group).unwrap().slug.clone();
        (group.map_or_else(|| DEFAULT.0.to_owned(), name), priority)
    }
}
