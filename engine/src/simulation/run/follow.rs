//! Following the desk: what each event says about the floor, and what it will lead to.

use super::super::floor::{Ask, Away, Place};
use super::Run;
use crate::desk::{CloseReason, Directed, Event, EventRecord, Widened};
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::model::{Directory, FallbackStep};
use crate::rules::{Plan, Target};
use crate::time::Timestamp;
use crate::trace::Reason;

impl Run {
    /// Takes note of one event, and of what it will lead to.
    pub(super) fn follow(&mut self, record: &EventRecord, directory: &Directory) {
        let at = record.at;
        self.events += 1;
        if record.seq != self.last.0 + 1 || at < self.last.1 || self.digest.add(record).is_err() {
            let last = self.last.0;
            let words = || format!("{at}: event {} comes behind event {last}", record.seq);
            self.checker.find(|found| &mut found.out_of_order, words);
        }
        self.last = (record.seq, at);
        match &record.event {
            Event::Published { hours, .. } => {
                self.floor.hours_open = hours.iter().map(|state| state.open).collect();
            }
            Event::HoursTurned { hours, state } => {
                if let Some(now) = self.floor.hours_open.get_mut(hours.index()) {
                    *now = state.open;
                }
            }
            Event::PresenceChanged { agent, presence } => self.floor.set_presence(*agent, *presence, at),
            Event::AcceptingChanged { agent, accepting } => {
                if let Some(agent) = self.floor.agents.get_mut(agent.index()) {
                    agent.accepting = *accepting;
                }
            }
            Event::ConversationOpened { conversation, .. } => self.opened(*conversation, at),
            Event::Routed { conversation, rules, plan, .. } => {
                self.ledger.rules_hit(rules);
                self.routed(*conversation, plan, rules.first().copied());
            }
            Event::Queued { conversation, group, directed, .. } => {
                self.queued(*conversation, *group, *directed, at);
            }
            Event::Widened { conversation, step: Widened::Agent { .. } } => {
                if let Some(live) = self.floor.get(*conversation) {
                    live.reserved_until = None;
                }
            }
            Event::Assigned { conversation, agent, group, .. } => {
                self.assigned(*conversation, *agent, *group, at, directory);
            }
            Event::Unassigned { conversation, agent, .. } => {
                let from = self.floor.move_to(*conversation, Place::Nowhere, at);
                if !matches!(from, Some(Place::With(with, _)) if with == *agent) {
                    self.checker.misplaced(*conversation, from, "taken from an agent", at);
                }
                self.may_leave(*agent);
            }
            Event::FellBack { conversation, to, reason } => self.fell_back(*conversation, to, *reason, at),
            Event::Closed { conversation, reason, .. } => self.closed(*conversation, *reason, at),
            Event::RuleFailed { rule, .. } => self.ledger.rule_failed(*rule),
            _ => {}
        }
    }

    fn opened(&mut self, id: ConversationId, at: Timestamp) {
        let Some(arrival) = self.arriving.take() else {
            return self.checker.misplaced(id, None, "opened", at);
        };
        if !self.floor.open(id, arrival) {
            return self.checker.misplaced(id, None, "opened", at);
        }
        self.conversations += 1;
        self.ledger.recorder.stretch.opened += 1;
        self.source.opened(id, &arrival);
    }

    fn routed(&mut self, id: ConversationId, plan: &Plan, rule: Option<RuleId>) {
        let Some(live) = self.floor.get(id) else {
            return;
        };
        let group = match plan.target {
            Target::Group(group) | Target::Agent { group, .. } => Some(group),
            Target::Bot(_) | Target::LeaveMessage | Target::Ticket => None,
        };
        if live.wait_ms.is_none() && group.is_some() {
            live.group = group;
        }
        live.rule = rule;
        let asks = !plan.skills.is_empty() || plan.tier.is_some();
        live.ask = asks.then(|| Box::new(Ask { skills: plan.skills.clone(), tier: plan.tier }));
    }

    fn queued(&mut self, id: ConversationId, group: GroupId, directed: Option<Directed>, at: Timestamp) {
        let from = self.floor.move_to(id, Place::Waiting(group), at);
        let stretch = &mut self.ledger.recorder.stretch;
        stretch.waiting_max = stretch.waiting_max.max(self.floor.waiting);
        match (from, self.floor.get(id)) {
            (Some(Place::Waiting(_) | Place::Nowhere | Place::Away(_)), Some(live)) => {
                live.reserved_until = directed.map(|directed| directed.until);
                if !matches!(from, Some(Place::Waiting(_))) {
                    live.queued = true;
                    self.source.waits(id, live, at);
                }
            }
            (from, _) => self.checker.misplaced(id, from, "queued", at),
        }
    }

    fn assigned(
        &mut self,
        id: ConversationId,
        agent: AgentId,
        group: GroupId,
        at: Timestamp,
        directory: &Directory,
    ) {
        let from = self.floor.move_to(id, Place::With(agent, group), at);
        let Some(live) = self.floor.get(id).filter(|_| !matches!(from, Some(Place::With(..)))) else {
            return self.checker.misplaced(id, from, "assigned", at);
        };
        live.assigned_at = at;
        let answered_at = self.source.assigned(id, live, agent, directory, at);
        if let Some(wait_ms) = answered_at.map(|at| at.since_ms(live.waiting_since))
            && live.wait_ms.is_none()
        {
            live.wait_ms = Some(wait_ms);
            self.ledger.connected(wait_ms);
        }
        self.checker.assigned(agent, &self.floor, directory, at);
    }

    fn fell_back(&mut self, id: ConversationId, to: &FallbackStep, reason: Reason, at: Timestamp) {
        let away = match to {
            FallbackStep::Bot(_) => Away::Bot,
            FallbackStep::Ticket => Away::Ticket,
            FallbackStep::LeaveMessage | FallbackStep::Group(_) => Away::Message,
        };
        let from = self.floor.move_to(id, Place::Away(away), at);
        let Some(live) = self.floor.get(id).filter(|_| !matches!(from, Some(Place::With(..)))) else {
            return self.checker.misplaced(id, from, "sent to a fallback", at);
        };
        live.away_by_rule = reason == Reason::AskedByRule;
        self.source.fell_back(id, live, to, at);
    }

    fn closed(&mut self, id: ConversationId, reason: CloseReason, at: Timestamp) {
        let Some(live) = self.floor.get(id) else {
            return self.checker.misplaced(id, None, "closed", at);
        };
        let with = match live.place {
            Place::With(agent, _) => Some((agent, at.since_ms(live.assigned_at))),
            _ => None,
        };
        // Who leaves an agent without ever having been answered was not served.
        let is_unanswered = reason == CloseReason::Abandoned && live.wait_ms.is_none();
        let handle_ms = with.filter(|_| !is_unanswered).map(|(_, ms)| ms);
        self.ledger.enter(live, Some(reason), handle_ms, at);
        self.floor.move_to(id, Place::Ended, at);
        if let Some((agent, _)) = with {
            if let Some((now, ms)) = self.floor.agents.get_mut(agent.index()).zip(handle_ms) {
                now.handled += 1;
                now.handle_ms += ms;
            }
            self.may_leave(agent);
        }
    }

    fn may_leave(&mut self, agent: AgentId) {
        let is_free = self.floor.agents.get(agent.index()).is_some_and(|now| now.open == 0);
        if is_free && self.source.is_leaving(agent) {
            self.leaving.push(agent);
        }
    }
}
