//! The rule in a ruleset of ours.

use std::collections::BTreeMap;
use std::fs;

use pointsman_engine::id::{AgentId, ChannelId, ConversationId, GroupId};
use pointsman_engine::rules::{
    AgentFacts, ConversationFacts, CustomerFacts, DeskFacts, Destination, Facts, GroupFacts, Modules,
    Ruleset, Trigger, Verdict,
};
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::text::NormalText;
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;

use crate::{GROUP, LAST_AGENT, PRIORITY, SPENT, TAG, TEXT, VIP};

const TENANT: &str = r#"
name = "Bench"
zone = "UTC"
default_group = "general"
fallback = ["leave-message"]
channel = [{ slug = "website", name = "Website" }]
"#;
const GROUPS: &str = r#"
[[group]]
slug = "general"
name = "General"

[[group]]
slug = "vip"
name = "VIP"
"#;
const AGENTS: &str = r#"
[[agent]]
slug = "wang-fang"
name = "王芳"
groups = ["general", "vip"]
"#;

/// The rule's answer in names, to compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) group: String,
    pub(crate) agent: String,
    pub(crate) priority: u8,
    pub(crate) tag: String,
}

/// What everyone is to answer.
pub(crate) fn expected() -> Answer {
    Answer { group: GROUP.into(), agent: LAST_AGENT.into(), priority: PRIORITY, tag: TAG.into() }
}

/// The script of the example that the module was written after.
pub(crate) fn script() -> Vec<u8> {
    fs::read(pointsman_tests::repository().join("examples/shop/rules/40-vip-value.rhai")).unwrap()
}

/// A tenant whose only rule this is.
pub(crate) fn ruleset(extension: &str, rule: &[u8], modules: &dyn Modules) -> Ruleset {
    let files = [
        ("tenant.toml".to_owned(), TENANT.into()),
        ("groups.toml".to_owned(), GROUPS.into()),
        ("agents.toml".to_owned(), AGENTS.into()),
        (format!("rules/40-vip-value.{extension}"), rule.to_vec()),
        ("rules/40-vip-value.toml".to_owned(), b"name = \"VIP\"\n\n[when]\nvip_min = 1\n".to_vec()),
    ];
    let compiled = Ruleset::compile(&TenantFolder { files: files.into() }, None, modules);
    compiled.ruleset.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

/// A desk with somebody free.
#[derive(Debug)]
struct Free;

impl DeskFacts for Free {
    fn group(&self, _: GroupId) -> Option<GroupFacts> {
        Some(GroupFacts { available: 1, online: 1, in_hours: true, ..GroupFacts::default() })
    }

    fn agent(&self, _: AgentId) -> Option<AgentFacts> {
        None
    }
}

/// What the desk has at hand when rules run.
pub(crate) struct Prepared {
    text: NormalText,
    attributes: BTreeMap<String, String>,
    last_agent: AgentId,
}

impl Prepared {
    pub(crate) fn new(ruleset: &Ruleset) -> Prepared {
        Prepared {
            text: NormalText::new(TEXT),
            attributes: BTreeMap::from([("spent_12m".to_owned(), SPENT.to_owned())]),
            last_agent: ruleset.directory().agent_named(LAST_AGENT).unwrap().id,
        }
    }

    /// One decision.
    pub(crate) fn decide(&self, ruleset: &Ruleset) -> Verdict {
        let at = Timestamp(1_772_409_600_000);
        let facts = Facts {
            trigger: Trigger::Opened,
            at,
            conversation: ConversationFacts {
                id: ConversationId(1),
                channel: ChannelId(0),
                entry: None,
                language: Some("zh"),
                tags: &[],
                risks: &[],
                priority: 0,
                group: None,
                agent: None,
                opened_at: at,
                waited_ms: 0,
                visitor_messages: 1,
                returns: 0,
            },
            customer: CustomerFacts {
                returning: true,
                vip: VIP,
                attributes: &self.attributes,
                last_agent: Some(self.last_agent),
                conversations: 3,
            },
            text: &self.text,
            original_text: TEXT,
            hours_open: &[],
            desk: &Free,
        };
        ruleset.evaluate(&facts, &|_| false, TraceLevel::Off)
    }

    /// The decision in names.
    pub(crate) fn answer(&self, ruleset: &Ruleset) -> Answer {
        let verdict = self.decide(ruleset);
        assert!(verdict.failures.is_empty(), "{:?}", verdict.failures);
        let (answer, directory) = (verdict.answer, ruleset.directory());
        let group = match answer.destination {
            Some((Destination::Group(group), _)) => directory.group(group).unwrap().slug.clone(),
            other => panic!("{other:?}"),
        };
        Answer {
            group,
            agent: directory.agent(answer.prefer.unwrap().0).unwrap().slug.clone(),
            priority: answer.priority.unwrap().0,
            tag: answer.tags.concat(),
        }
    }
}
