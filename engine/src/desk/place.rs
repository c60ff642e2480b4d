//! Placing: from a plan to an agent, a queue or a fallback; and from a free agent to the best waiting conversation.

use std::collections::BTreeSet;

use super::conversation::{Conversation, Place};
use super::decide::Out;
use super::event::{AssignedBy, Directed, Event, UnassignedReason};
use super::state::Desk;
use crate::id::{AgentId, ConversationId, GroupId, RuleId};
use crate::limits::FALLBACK_HOPS_MAX;
use crate::model::{FallbackStep, Group, Stick};
use crate::placement::ask::{Ask, Asked};
use crate::placement::choose::Question;
use crate::placement::eligibility::refused_for;
use crate::placement::queue::{QueueKey, queue_key};
use crate::rules::{Plan, RuleCall, Target, Trigger};
use crate::text::NormalText;
use crate::trace::{GroupTry, PlacementOutcome, PlacementTrace, Reason, RuleFailure, TraceLevel, TraceStep};

/// The tries of one placement, kept only where a trace is wanted.
#[derive(Default)]
struct Tries(Vec<GroupTry>);

impl Out<'_> {
    /// Finds a place for a conversation that has a plan.
    pub(super) fn place(&mut self, id: ConversationId) {
        let Some(conversation) = self.desk.conversations.get(id) else { return };
        let Some(plan) = &conversation.plan else { return };
        match &conversation.place {
            Place::Nowhere | Place::Bot(_) => self.place_anew(conversation, plan),
            Place::Queued(queued) => {
                if queued.target == plan.target_group() {
                    self.place_in_queue(conversation, queued.group);
                } else {
                    self.place_anew(conversation, plan);
                }
            }
            Place::Assigned(_) | Place::Fallback(_) => {}
        }
    }

    fn place_anew(&mut self, conversation: &Conversation, plan: &Plan) {
        let away = match &plan.target {
            Target::Bot(name) => Some(FallbackStep::Bot(name.clone())),
            Target::LeaveMessage => Some(FallbackStep::LeaveMessage),
            Target::Ticket => Some(FallbackStep::Ticket),
            Target::Group(_) | Target::Agent { .. } => None,
        };
        if let Some(to) = away {
            return self.fell_back(conversation, to, Reason::AskedByRule, Tries::default());
        }
        let group = plan.target_group().and_then(|group| self.frame().directory.group(group));
        let Some(group) = group else { return };
        let mut tries = Tries::default();
        let asked = Asked::of(plan, group, conversation.channel, 0, None);
        if let Some(directed) = self.directed(conversation, plan, group, &asked.ask) {
            match directed {
                Ok((agent, by)) => return self.assigned(conversation, agent, group.id, by, tries),
                Err(wait) => return self.queued(conversation, group, Reason::AtCapacity, Some(wait), tries),
            }
        }
        let reason = match self.try_group(conversation, group, &asked.ask, &mut tries) {
            Ok(agent) => return self.assigned(conversation, agent, group.id, AssignedBy::Strategy, tries),
            Err(reason) => reason,
        };
        match self.may_wait(group, reason) {
            Ok(()) => self.queued(conversation, group, reason, None, tries),
            Err(reason) => self.fall_back_from(conversation, group, reason, tries),
        }
    }

    /// A waiting conversation asks again, because its ask relaxed or the desk around it changed.
    fn place_in_queue(&mut self, conversation: &Conversation, group: GroupId) {
        let Place::Queued(queued) = &conversation.place else { return };
        let Some(group) = self.frame().directory.group(group) else { return };
        if !group.active {
            return self.fall_back(conversation, group, Reason::GroupInactive);
        }
        let Some(asked) = &queued.asked else { return };
        let mut tries = Tries::default();
        let frame = self.frame();
        for group in asked.groups().filter_map(|group| frame.directory.group(group)) {
            if let Ok(agent) = self.try_group(conversation, group, &asked.ask, &mut tries) {
                return self.assigned(conversation, agent, group.id, AssignedBy::Strategy, tries);
            }
        }
        self.traced(conversation.id, tries, PlacementOutcome::Unchanged);
    }

    /// A conversation in an agent's hands was sent elsewhere (R31): it moves only if somebody there takes it now, so
    /// that nobody is taken from an agent into a queue.
    pub(super) fn escalate(&mut self, id: ConversationId) {
        let Some(conversation) = self.desk.conversations.get(id) else { return };
        let (Some(plan), Place::Assigned(now)) = (&conversation.plan, &conversation.place) else { return };
        let Some(group) = plan.target_group().and_then(|group| self.frame().directory.group(group)) else {
            return;
        };
        let Some(agent) = self.desk.agents.get(now.agent.index()) else { return };
        let only = match plan.target {
            Target::Agent { agent, .. } => Some(agent),
            _ => None,
        };
        let asked = Asked::of(plan, group, conversation.channel, 0, only);
        let fits_group = now.group == group.id || agent.seat_in(group.id).is_some();
        if fits_group && stays_with(agent, now.agent, &asked.ask) {
            return;
        }
        let mut tries = Tries::default();
        match self.try_group(conversation, group, &asked.ask, &mut tries) {
            Ok(agent) if agent != now.agent => {
                let reason = UnassignedReason::Escalated;
                self.emit(Event::Unassigned { conversation: id, agent: now.agent, reason });
                self.assigned(conversation, agent, group.id, AssignedBy::Strategy, tries);
            }
            _ => self.traced(id, tries, PlacementOutcome::Unchanged),
        }
    }

    /// The agent the conversation is led to before the strategy is asked: by a rule, or because they served the
    /// customer last. `Err`: worth waiting for; `None`: there is none, or not now.
    fn directed(
        &self,
        conversation: &Conversation,
        plan: &Plan,
        group: &Group,
        ask: &Ask,
    ) -> Option<Result<(AgentId, AssignedBy), Directed>> {
        let settings = &self.frame().directory.settings;
        let refused = |agent| {
            let of_group = Question { desk: self.desk, group, ask, gave_back: &[] }.group_refused();
            of_group.or_else(|| self.desk.refused_agent(agent, group.id, ask, &conversation.gave_back))
        };
        let by_rule = match plan.target {
            Target::Agent { agent, .. } => Some((agent, AssignedBy::Directed, settings.directed_wait_ms)),
            _ => None,
        };
        let preferred = plan.prefer.map(|agent| (agent, AssignedBy::Preferred, 0));
        let stick = settings.stick.and_then(|stick| {
            self.last_agent(conversation, stick).map(|agent| (agent, AssignedBy::Stick, stick.wait_ms))
        });
        for (agent, by, wait_ms) in [by_rule, preferred, stick].into_iter().flatten() {
            match refused(agent) {
                None => return Some(Ok((agent, by))),
                Some(Reason::AtCapacity | Reason::AtChannelCapacity | Reason::Busy) if wait_ms > 0 => {
                    return Some(Err(Directed { agent, by, until: self.at.plus_ms(wait_ms) }));
                }
                Some(_) => {}
            }
        }
        None
    }

    /// The agent who served the customer last, as long as that counts (R8, R44).
    fn last_agent(&self, conversation: &Conversation, stick: Stick) -> Option<AgentId> {
        let customer = self.desk.customers.get(conversation.customer?)?;
        let agent = customer.last_agent?;
        (self.at.since_ms(customer.last_served_at) <= stick.for_ms).then_some(agent)
    }

    /// Who in the group takes it; else why nobody does.
    fn try_group(
        &mut self,
        conversation: &Conversation,
        group: &Group,
        ask: &Ask,
        tries: &mut Tries,
    ) -> Result<AgentId, Reason> {
        let question = Question { desk: self.desk, group, ask, gave_back: &conversation.gave_back };
        let group_reason = question.group_refused();
        let picked = match group_reason {
            Some(_) => None,
            None if question.is_ranked() => self.ranked(conversation, &question),
            None => question.first(),
        };
        if self.level == TraceLevel::Full {
            tries.0.push(question.trace(picked, group_reason));
        }
        picked.ok_or(group_reason.unwrap_or(Reason::NobodyAvailable))
    }

    /// The eligible agent whom the ruleset scores highest; among equals the least loaded.
    fn ranked(&mut self, conversation: &Conversation, question: &Question<'_>) -> Option<AgentId> {
        let candidates = question.candidates();
        let mut calls = Vec::new();
        let scores = self.scores(conversation, question, &candidates, &mut calls);
        self.called(calls);
        let mut best: Option<(i64, AgentId)> = None;
        match scores {
            Ok(scores) => {
                for (agent, score) in candidates.iter().zip(scores) {
                    let score = score.unwrap_or(i64::MIN);
                    if best.is_none_or(|(most, _)| score > most) {
                        best = Some((score, *agent));
                    }
                }
            }
            Err((rule, failed)) => self.fail(conversation.id, rule, failed),
        }
        best.map(|(_, agent)| agent).or(candidates.first().copied())
    }

    /// The ruleset's scores of these candidates, in thousandths; none where it has nothing to choose among.
    pub(super) fn scores(
        &self,
        conversation: &Conversation,
        question: &Question<'_>,
        candidates: &[AgentId],
        calls: &mut Vec<RuleCall>,
    ) -> Result<Vec<Option<i64>>, (RuleId, RuleFailure)> {
        let ruleset = self.ruleset_of(conversation);
        if candidates.len() < 2 || !ruleset.has(crate::rules::Hook::Rank) {
            return Ok(Vec::new());
        }
        let text = conversation.text.as_deref().unwrap_or_default();
        let normal = NormalText::new(text);
        let group = question.group.id;
        self.with_facts(conversation, Trigger::Opened, &normal, text, |facts| {
            let mut facts = facts.clone();
            facts.conversation.group = Some(group);
            let ranker = ruleset.ranker(&facts, &|rule| self.is_switched_off(rule));
            ranker.scores(candidates, calls)
        })
    }

    /// Whether a conversation that nobody takes now may wait for this group.
    fn may_wait(&self, group: &Group, reason: Reason) -> Result<(), Reason> {
        if matches!(reason, Reason::GroupInactive | Reason::OutsideHours) {
            return Err(reason);
        }
        let Some(state) = self.desk.group(group.id) else { return Err(Reason::GroupInactive) };
        if !state.is_staffed() && !group.wait_unstaffed {
            return Err(Reason::NobodyAvailable);
        }
        if group.queue_length_max.is_some_and(|most| state.queue.len() >= most) {
            return Err(Reason::QueueFull);
        }
        Ok(())
    }

    /// The group cannot keep the conversation: its fallback, then the tenant's (R65, R67).
    pub(super) fn fall_back(&mut self, conversation: &Conversation, from: &Group, reason: Reason) {
        self.fall_back_from(conversation, from, reason, Tries::default());
    }

    fn fall_back_from(
        &mut self,
        conversation: &Conversation,
        from: &Group,
        reason: Reason,
        mut tries: Tries,
    ) {
        let own = match reason {
            Reason::OutsideHours if !from.closed.steps.is_empty() => &from.closed,
            _ => &from.fallback,
        };
        let steps = own.steps.iter().chain(&self.frame().directory.settings.fallback.steps);
        let mut hops = 0;
        for step in steps {
            let FallbackStep::Group(group) = step else {
                return self.fell_back(conversation, step.clone(), reason, tries);
            };
            hops += 1;
            let (Some(group), Some(plan)) = (self.frame().directory.group(*group), &conversation.plan) else {
                continue;
            };
            let was_there = group.id == from.id
                || plan.target_group() == Some(group.id)
                || conversation.fell_from.contains(&group.id);
            if was_there || hops > FALLBACK_HOPS_MAX {
                continue;
            }
            let asked = Asked::of(plan, group, conversation.channel, 0, None);
            match self.try_group(conversation, group, &asked.ask, &mut tries) {
                Ok(agent) => {
                    return self.assigned(conversation, agent, group.id, AssignedBy::Strategy, tries);
                }
                Err(refused) if self.may_wait(group, refused).is_ok() => {
                    return self.queued(conversation, group, reason, None, tries);
                }
                Err(_) => {}
            }
        }
        // A live revision always has a complete fallback; this is what a journal of another kind gets.
        self.fell_back(conversation, FallbackStep::LeaveMessage, reason, tries);
    }

    /// An agent may have room: the best conversation that waits for somebody like them (P1, P2).
    pub(super) fn offer(&mut self, id: AgentId) {
        let Some(agent) = self.desk.agents.get(id.index()) else { return };
        if !self.frame().directory.settings.automatic {
            return;
        }
        let mut best = None;
        for seat in agent.seats.iter().filter(|seat| seat.refused().is_none()) {
            let (Some(state), Some(group)) =
                (self.desk.group(seat.group), self.frame().directory.group(seat.group))
            else {
                continue;
            };
            if group.capacity.is_some_and(|most| state.open >= most) {
                continue;
            }
            for (ask, waiting) in state.queue.lists() {
                if refused_for(agent, id, ask, &[]).is_some() {
                    continue;
                }
                let first = waiting.iter().find(|(_, conversation)| {
                    self.desk.conversations.get(*conversation).is_some_and(|c| !c.gave_back.contains(&id))
                });
                if let Some(key) = first
                    && best.is_none_or(|(known, _)| *key < known)
                {
                    best = Some((*key, seat.group));
                }
            }
        }
        if let Some(((_, conversation), group)) = best
            && let Some(conversation) = self.desk.conversations.get(conversation)
        {
            let by = match &conversation.place {
                Place::Queued(queued) => {
                    queued.directed.map_or(AssignedBy::FromQueue, |directed| directed.by)
                }
                _ => AssignedBy::FromQueue,
            };
            self.assigned(conversation, id, group, by, Tries::default());
        }
    }

    /// One group, or every group, may have room: the best waiting conversation that somebody can take.
    pub(super) fn sweep(&mut self, only: Option<GroupId>) {
        let frame = self.frame();
        let mut best: Option<(QueueKey, AgentId, GroupId)> = None;
        for group in frame.directory.groups.iter().filter(|group| only.is_none_or(|only| only == group.id)) {
            let Some(state) = self.desk.group(group.id).filter(|state| state.pool.len() > 0) else {
                continue;
            };
            for (ask, waiting) in state.queue.lists() {
                let before = best.map(|(key, ..)| key);
                if let Some((key, agent)) = self.first_taken(group, ask, waiting, before) {
                    best = Some((key, agent, group.id));
                }
            }
        }
        if let Some(((_, conversation), agent, group)) = best
            && let Some(conversation) = self.desk.conversations.get(conversation)
        {
            let by = self.queued_by(conversation);
            self.assigned(conversation, agent, group, by, Tries::default());
        }
    }

    /// The first conversation of one list, before `before`, that somebody in the group can take.
    fn first_taken(
        &mut self,
        group: &Group,
        ask: &Ask,
        waiting: &BTreeSet<QueueKey>,
        before: Option<QueueKey>,
    ) -> Option<(QueueKey, AgentId)> {
        for key in waiting.iter().take_while(|key| before.is_none_or(|before| **key < before)) {
            let conversation = self.desk.conversations.get(key.1)?;
            if let Ok(agent) = self.try_group(conversation, group, ask, &mut Tries::default()) {
                return Some((*key, agent));
            }
            // The next one asks the same: only one that somebody gave back may fare differently.
            if conversation.gave_back.is_empty() {
                return None;
            }
        }
        None
    }

    fn queued_by(&self, conversation: &Conversation) -> AssignedBy {
        match &conversation.place {
            Place::Queued(queued) => queued.directed.map_or(AssignedBy::FromQueue, |directed| directed.by),
            _ => AssignedBy::FromQueue,
        }
    }

    /// Why one agent cannot take a conversation that waits for `group`.
    pub(super) fn refused(
        &self,
        agent: AgentId,
        group: GroupId,
        conversation: &Conversation,
    ) -> Option<Reason> {
        let (Some(plan), Some(group)) = (&conversation.plan, self.frame().directory.group(group)) else {
            return Some(Reason::NoTarget);
        };
        let asked = Asked::of(plan, group, conversation.channel, 0, None);
        self.desk.refused_agent(agent, group.id, &asked.ask, &conversation.gave_back)
    }

    fn assigned(
        &mut self,
        conversation: &Conversation,
        agent: AgentId,
        group: GroupId,
        by: AssignedBy,
        tries: Tries,
    ) {
        self.traced(conversation.id, tries, PlacementOutcome::Assigned { agent, group, why: by });
        self.assign(conversation, agent, group, by);
    }

    fn queued(
        &mut self,
        conversation: &Conversation,
        group: &Group,
        reason: Reason,
        directed: Option<Directed>,
        tries: Tries,
    ) {
        let group = group.id;
        let (position, expected_wait_ms) = self.desk.place_in_line(conversation, group);
        self.traced(conversation.id, tries, PlacementOutcome::Queued { group, position, expected_wait_ms });
        let conversation = conversation.id;
        self.emit(Event::Queued { conversation, group, reason, position, expected_wait_ms, directed });
    }

    fn fell_back(&mut self, conversation: &Conversation, to: FallbackStep, reason: Reason, tries: Tries) {
        self.traced(conversation.id, tries, PlacementOutcome::FellBack { to: to.clone(), reason });
        self.emit(Event::FellBack { conversation: conversation.id, to, reason });
    }

    fn traced(&mut self, conversation: ConversationId, tries: Tries, outcome: PlacementOutcome) {
        if self.level > TraceLevel::Off {
            self.trace(conversation, TraceStep::Placement(PlacementTrace { tries: tries.0, outcome }));
        }
    }
}

impl Desk {
    /// The place in line for a group, taken or to be taken, and the wait to be expected there.
    pub(super) fn place_in_line(&self, conversation: &Conversation, group: GroupId) -> (u32, Option<i64>) {
        let ageing_ms = self.frame.directory.settings.ageing_ms;
        let key = queue_key(conversation.arrived_at, conversation.priority(), ageing_ms, conversation.id);
        self.group(group).map_or((1, None), |state| {
            let position = state.queue.position(key);
            (position, state.pace.expected_wait_ms(position))
        })
    }
}

/// Whether the agent who has the conversation is one whom the ask fits anyway. Their own cap does not matter: they
/// already hold it.
fn stays_with(agent: &crate::desk::agent::AgentState, id: AgentId, ask: &Ask) -> bool {
    refused_for(agent, id, ask, &[]).is_none_or(|reason| reason == Reason::AtChannelCapacity)
}
