//! Rules without a desk: a conversation that might be, and what the rules would say to it.

use std::collections::BTreeMap;

use super::{
    AgentFacts, Answer, ConversationFacts, CustomerFacts, DeskFacts, Facts, GroupFacts, Hook, Plan,
    PlanSource, Ruleset, Target, Trigger, Verdict,
};
use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::model::Directory;
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
        let before = self.plan_before(ruleset);
        let group = self.group.or_else(|| before.as_ref().and_then(group_of_target));
        let placed = Situation { group, ..self.clone() };
        let verdict = placed.look(ruleset, |facts| ruleset.evaluate(facts, &|_| false, level));
        let group_of = |agent| first_group(ruleset.directory(), agent);
        let plan = match before {
            None => Some(verdict.answer.clone().into_plan(self.otherwise(ruleset), group_of)),
            Some(_) if verdict.answer.is_empty() => None,
            Some(before) => Some(verdict.answer.clone().laid_over(&before, group_of)),
        };
        (verdict, plan)
    }

    /// The plan that stands when a later hook runs: what `route` says to the same words before a wait, the tenant's
    /// defaults before a message, since the opening words are not known then. `None` on `route` itself.
    #[must_use]
    pub fn plan_before(&self, ruleset: &Ruleset) -> Option<Plan> {
        match self.trigger.hook() {
            Hook::Route => None,
            Hook::OnWait => {
                let opened = Situation { trigger: Trigger::Opened, ..self.clone() };
                opened.decide(ruleset, TraceLevel::Off).1
            }
            Hook::OnMessage | Hook::Rank => {
                Some(Answer::default().into_plan(self.otherwise(ruleset), |_| None))
            }
        }
    }

    fn otherwise(&self, ruleset: &Ruleset) -> (Target, PlanSource) {
        ruleset.directory().default_target(self.channel, self.entry.as_deref())
    }
}

fn group_of_target(plan: &Plan) -> Option<GroupId> {
    match plan.target {
        Target::Group(group) | Target::Agent { group, .. } => Some(group),
        Target::Bot(_) | Target::LeaveMessage | Target::Ticket => None,
    }
}

fn first_group(directory: &Directory, agent: AgentId) -> Option<GroupId> {
    directory.agent(agent)?.groups.first().map(|member| member.group)
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
