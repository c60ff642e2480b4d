//! Routing: the rules are asked, and their answer becomes a plan.

use std::sync::Arc;

use super::conversation::{Conversation, Place};
use super::decide::Out;
use super::event::Event;
use super::shadow::Decided;
use super::state::Desk;
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::limits::BREAKER_OPEN_MS;
use crate::rules::{
    AgentFacts, Answer, ConversationFacts, CustomerFacts, DeskFacts, Facts, GroupFacts, Hook, Plan,
    RuleReading, Ruleset, Trigger, Verdict,
};
use crate::text::NormalText;
use crate::time::Timestamp;
use crate::trace::{RuleFailure, RulesTrace, TraceLevel, TraceStep};

impl Out<'_> {
    /// Runs the rules on a conversation and says where it is to go.
    pub(super) fn evaluate(&mut self, id: ConversationId, trigger: Trigger) {
        let Some(conversation) = self.desk.conversations.get(id) else { return };
        let ruleset = self.ruleset_of(conversation);
        let verdict =
            self.verdict(ruleset, conversation, trigger, &|rule| self.is_switched_off(rule), self.level);
        self.called(verdict.calls);
        for (rule, failure) in verdict.failures {
            self.fail(id, rule, failure);
        }
        let plan = self.plan_of(conversation, trigger, verdict.answer);
        if self.rulesets.shadow.is_some() {
            let live = Decided { rules: verdict.fired.clone(), plan: plan.clone().map(Arc::new) };
            self.shadow(conversation, trigger, live);
        }
        let plan = plan.filter(|plan| {
            matches!(trigger, Trigger::Opened | Trigger::LeftBot)
                || conversation.plan.as_deref() != Some(plan)
        });
        if self.level > TraceLevel::Off {
            let revision = ruleset.revision();
            let trace = RulesTrace { trigger, revision, rules: verdict.rules, plan: plan.clone() };
            self.trace(id, TraceStep::Rules(trace));
        }
        if let Some(plan) = plan {
            self.emit(Event::Routed {
                conversation: id,
                trigger,
                rules: verdict.fired,
                plan: Arc::new(plan),
            });
        }
    }

    /// What a ruleset answers.
    pub(super) fn verdict(
        &self,
        ruleset: &Ruleset,
        conversation: &Conversation,
        trigger: Trigger,
        is_switched_off: &dyn Fn(RuleId) -> bool,
        level: TraceLevel,
    ) -> Verdict {
        if !ruleset.has(trigger.hook()) {
            return Verdict::default();
        }
        let text = words(conversation, trigger);
        let normal = NormalText::new(text);
        self.with_facts(conversation, trigger, &normal, text, |facts| {
            ruleset.evaluate(facts, is_switched_off, level)
        })
    }

    /// What the rules look at when they are asked: [`Ruleset::readings`].
    pub(super) fn readings(&self, conversation: &Conversation, trigger: Trigger) -> Vec<RuleReading> {
        let text = words(conversation, trigger);
        let normal = NormalText::new(text);
        let ruleset = self.ruleset_of(conversation);
        self.with_facts(conversation, trigger, &normal, text, |facts| {
            ruleset.readings(facts, &|rule| self.is_switched_off(rule))
        })
    }

    pub(super) fn is_switched_off(&self, rule: RuleId) -> bool {
        self.desk.breakers.get(&rule).is_some_and(|breaker| breaker.is_open(self.at))
    }

    /// Records a rule's failure; one too many within a while switches the rule off.
    pub(super) fn fail(&mut self, conversation: ConversationId, rule: RuleId, failure: RuleFailure) {
        self.emit(Event::RuleFailed { conversation, rule, failure });
        if self.desk.breakers.get(&rule).is_some_and(|breaker| breaker.would_open(self.at)) {
            self.emit(Event::BreakerOpened { rule, until: self.at.plus_ms(BREAKER_OPEN_MS) });
        }
    }

    /// Everything a rule may look at.
    pub(super) fn with_facts<T>(
        &self,
        conversation: &Conversation,
        trigger: Trigger,
        text: &NormalText,
        original_text: &str,
        ask: impl FnOnce(&Facts<'_>) -> T,
    ) -> T {
        let customer = conversation.customer.and_then(|id| self.desk.customers.get(id));
        let hours_open: Vec<bool> = self.frame().hours.iter().map(|hours| hours.open).collect();
        let waited_ms = match &conversation.place {
            Place::Queued(queued) => self.at.since_ms(queued.at),
            _ => self.at.since_ms(conversation.waiting_since),
        };
        let view = DeskView { desk: self.desk, at: self.at, group: conversation.place.group() };
        ask(&Facts {
            trigger,
            at: self.at,
            conversation: ConversationFacts {
                id: conversation.id,
                channel: conversation.channel,
                entry: conversation.entry.as_deref(),
                language: conversation.language.as_deref(),
                tags: &conversation.tags,
                risks: &conversation.risks,
                priority: conversation.priority(),
                group: conversation.place.group(),
                agent: conversation.place.agent(),
                opened_at: conversation.opened_at,
                waited_ms,
                visitor_messages: conversation.visitor_messages,
                returns: conversation.returns,
            },
            customer: CustomerFacts {
                returning: customer.is_some_and(|customer| customer.conversations > 1),
                vip: conversation.vip,
                attributes: customer.map_or(&conversation.attributes, |customer| &customer.attributes),
                last_agent: customer.and_then(|customer| customer.last_agent),
                conversations: customer.map_or(0, |customer| customer.conversations.saturating_sub(1)),
            },
            text,
            original_text,
            hours_open: &hours_open,
            desk: &view,
        })
    }

    /// What an answer makes of the conversation's plan; `None`: it stays.
    pub(super) fn plan_of(
        &self,
        conversation: &Conversation,
        trigger: Trigger,
        answer: Answer,
    ) -> Option<Plan> {
        match (trigger.hook(), &conversation.plan) {
            (Hook::Route, _) => Some(self.plan(conversation, answer)),
            (_, Some(before)) if !answer.is_empty() => {
                Some(answer.laid_over(before, |agent| self.first_group(agent)))
            }
            _ => None,
        }
    }

    /// The answer with the tenant's defaults behind it.
    fn plan(&self, conversation: &Conversation, answer: Answer) -> Plan {
        let directory = &self.frame().directory;
        let otherwise = directory.default_target(conversation.channel, conversation.entry.as_deref());
        answer.into_plan(otherwise, |agent| self.first_group(agent))
    }

    fn first_group(&self, agent: AgentId) -> Option<GroupId> {
        self.desk.agents.get(agent.index()).and_then(|agent| agent.spec.groups.first()).map(|seat| seat.group)
    }
}

/// The words that rules look at.
fn words(conversation: &Conversation, trigger: Trigger) -> &str {
    match trigger {
        Trigger::Message => conversation.latest_text.as_deref(),
        _ => conversation.text.as_deref(),
    }
    .unwrap_or_default()
}

/// The desk as rules see it. `group`: where an agent's in-group priority is looked up.
#[derive(Debug)]
struct DeskView<'a> {
    desk: &'a Desk,
    at: Timestamp,
    group: Option<GroupId>,
}

impl Desk {
    pub(super) fn facts_of_group(&self, id: GroupId, at: Timestamp) -> Option<GroupFacts> {
        let state = self.group(id)?;
        let group = self.frame.directory.group(id)?;
        Some(GroupFacts {
            waiting: state.queue.len(),
            open: state.open,
            online: state.online(),
            available: state.pool.len(),
            longest_wait_ms: state.queue.oldest().map_or(0, |(since, _)| at.since_ms(since)),
            expected_wait_ms: match (state.pool.len(), state.queue.len()) {
                (1.., 0) => 0,
                (_, waiting) => state.pace.expected_wait_ms(waiting + 1).unwrap_or(0),
            },
            in_hours: self.frame.is_open(group.hours),
        })
    }
}

impl DeskFacts for DeskView<'_> {
    fn group(&self, id: GroupId) -> Option<GroupFacts> {
        self.desk.facts_of_group(id, self.at)
    }

    fn agent(&self, id: AgentId) -> Option<AgentFacts> {
        let state = self.desk.agents.get(id.index())?;
        let seat = self.group.and_then(|group| state.seat_in(group)).or(state.seats.first());
        Some(AgentFacts {
            open: state.open,
            capacity: state.spec.capacity,
            tier: state.spec.tier,
            priority: seat.map_or(0, |seat| seat.priority),
            idle_ms: self.at.since_ms(state.last_work_at),
            response_ms: state.stats.response_ms().unwrap_or(0),
            handle_ms: state.stats.handle_ms().unwrap_or(0),
            satisfaction: state.stats.satisfaction().and_then(|s| u8::try_from(s).ok()).unwrap_or(0),
        })
    }
}
