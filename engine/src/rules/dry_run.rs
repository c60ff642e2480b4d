//! Rules without a desk: a conversation that might be, and what the rules would say to it.

use std::collections::BTreeMap;

use super::{
    AgentFacts, ConversationFacts, CustomerFacts, DeskFacts, Facts, GroupFacts, Hook, Plan, Ruleset, Trigger,
    Verdict,
};
use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::text::NormalText;
use crate::time::Timestamp;
use crate::trace::TraceLevel;

/// A conversation that might be. The desk around it is empty: nobody is online, nobody waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// Why rules run.
    pub trigger: Trigger,
    /// When.
    pub at: Timestamp,
    /// What the visitor says.
    pub text: String,
    /// The channel it comes by.
    pub channel: ChannelId,
    /// The business entry the customer chose.
    pub entry: Option<String>,
    /// BCP 47 language, lower case.
    pub language: Option<String>,
    /// The VIP level.
    pub vip: u8,
    /// A returning customer?
    pub returning: bool,
    /// What the tenant's site says about the customer.
    pub attributes: BTreeMap<String, String>,
    /// Tags so far.
    pub tags: Vec<String>,
    /// The group it is in or waits for.
    pub group: Option<GroupId>,
}

impl Situation {
    /// A new conversation of a new customer by this channel.
    #[must_use]
    pub fn opened(text: &str, channel: ChannelId, at: Timestamp) -> Situation {
        Situation {
            trigger: Trigger::Opened,
            at,
            text: text.to_owned(),
            channel,
            entry: None,
            language: None,
            vip: 0,
            returning: false,
            attributes: BTreeMap::new(),
            tags: Vec::new(),
            group: None,
        }
    }

    /// Hands the facts of the situation, in the ruleset's tenant, to `look`.
    pub fn look<R>(&self, ruleset: &Ruleset, look: impl FnOnce(&Facts<'_>) -> R) -> R {
        let directory = ruleset.directory();
        let hours_open: Vec<bool> = directory
            .hours
            .iter()
            .map(|named| named.hours.compile().is_ok_and(|hours| hours.is_open(self.at)))
            .collect();
        let in_hours = |group: GroupId| {
            let hours = directory.group(group).and_then(|group| group.hours);
            hours.is_none_or(|hours| hours_open.get(hours.index()).copied().unwrap_or(false))
        };
        let desk = EmptyDesk {
            groups: directory.groups.iter().map(|group| in_hours(group.id)).collect(),
            agents: directory.agents.iter().map(|agent| (agent.capacity, agent.tier)).collect(),
        };
        let waited_ms = match self.trigger {
            Trigger::Waited(ms) => ms,
            _ => 0,
        };
        look(&Facts {
            trigger: self.trigger,
            at: self.at,
            conversation: ConversationFacts {
                id: ConversationId(0),
                channel: self.channel,
                entry: self.entry.as_deref(),
                language: self.language.as_deref(),
                tags: &self.tags,
                risks: &[],
                priority: 0,
                group: self.group,
                agent: None,
                opened_at: Timestamp(self.at.0.saturating_sub(waited_ms)),
                waited_ms,
                visitor_messages: 1,
                returns: 0,
            },
            customer: CustomerFacts {
                returning: self.returning,
                vip: self.vip,
                attributes: &self.attributes,
                last_agent: None,
                conversations: u32::from(self.returning),
            },
            text: &NormalText::new(&self.text),
            original_text: &self.text,
            hours_open: &hours_open,
            desk: &desk,
        })
    }

    /// What the rules say, and the plan it comes to. `None`: on a hook other than `route`, rules that say nothing
    /// leave everything as it was.
    #[must_use]
    pub fn decide(&self, ruleset: &Ruleset, level: TraceLevel) -> (Verdict, Option<Plan>) {
        let verdict = self.look(ruleset, |facts| ruleset.evaluate(facts, &|_| false, level));
        if self.trigger.hook() != Hook::Route && verdict.answer.is_empty() {
            return (verdict, None);
        }
        let directory = ruleset.directory();
        let otherwise = directory.default_target(self.channel, self.entry.as_deref());
        let group_of = |agent: AgentId| directory.agent(agent)?.groups.first().map(|member| member.group);
        let plan = verdict.answer.clone().into_plan(otherwise, group_of);
        (verdict, Some(plan))
    }
}

/// A desk with nobody at it.
#[derive(Debug)]
struct EmptyDesk {
    /// Whether each group's hours are open.
    groups: Vec<bool>,
    /// Capacity and tier of each agent.
    agents: Vec<(u32, u8)>,
}

impl DeskFacts for EmptyDesk {
    fn group(&self, group: GroupId) -> Option<GroupFacts> {
        let in_hours = *self.groups.get(group.index())?;
        Some(GroupFacts { in_hours, ..GroupFacts::default() })
    }

    fn agent(&self, agent: AgentId) -> Option<AgentFacts> {
        let (capacity, tier) = *self.agents.get(agent.index())?;
        Some(AgentFacts { capacity, tier, ..AgentFacts::default() })
    }
}
