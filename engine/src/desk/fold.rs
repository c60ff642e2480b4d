//! `evolve`: folding events in. The only code that changes a desk; it runs no rule and cannot fail. An event that
//! names what the desk does not have is passed over: it was not written by this desk.

use std::sync::Arc;

use super::agent::AgentState;
use super::command::{Author, CloseReason};
use super::conversation::{Assigned, Conversation, Place, Queued};
use super::event::{AssignedBy, Event, EventRecord, UnassignedReason, Widened};
use super::frame::Frame;
use super::hours::HoursState;
use super::state::{Deadline, Desk};
use super::step::Step;
use crate::id::{AgentId, ConversationId, GroupId, HoursId};
use crate::model::{Agent, FallbackStep, Presence, Strategy};
use crate::placement::ask::Asked;
use crate::placement::queue::queue_key;
use crate::rules::{Plan, Target, Trigger};
use crate::time::Timestamp;

impl Desk {
    /// Folds one event in. Never runs a rule, never fails. Used by recovery and by [`Desk::handle`] alike.
    pub fn evolve(&mut self, record: &EventRecord) {
        self.fold(record, &mut |_| {});
    }

    /// Folds one event in and says what it makes possible.
    pub(super) fn fold(&mut self, record: &EventRecord, next: &mut impl FnMut(Step)) {
        let at = record.at;
        self.seq = record.seq;
        self.now = self.now.max(at);
        match &record.event {
            Event::Published { revision, directory, hours } => {
                self.publish(Frame::new(*revision, (**directory).clone(), hours.clone()));
                next(Step::Reconsider);
            }
            Event::CanaryStarted { revision, share_percent, guards, wait_thresholds_ms } => {
                self.fold_canary_started(*revision, *share_percent, *guards, wait_thresholds_ms, at);
            }
            Event::CanaryChosen { conversation } => self.fold_canary_chosen(*conversation),
            Event::CanaryEnded { .. } => self.fold_canary_ended(next),
            Event::HoursTurned { hours, state } => self.turn_hours(*hours, *state, next),
            Event::PresenceChanged { agent, presence } => {
                self.set_presence(*agent, *presence, at);
                next(Step::Offer(*agent));
            }
            Event::AcceptingChanged { agent, accepting } => {
                self.with_agent(*agent, |state| state.accepting = *accepting);
                next(Step::Offer(*agent));
            }
            Event::AgentChanged { agent } => {
                self.change_agent(agent);
                next(Step::Offer(agent.id));
            }
            Event::CustomerSeen { customer, identity, vip, attributes } => {
                let by = &self.frame.directory.settings.recognise_by;
                self.customers.see(*customer, identity, by, *vip, attributes);
            }
            Event::ConversationOpened {
                conversation,
                customer,
                channel,
                entry,
                language,
                vip,
                attributes,
                text,
            } => {
                let arm = self.tally_opened();
                self.conversations.insert(Conversation {
                    id: *conversation,
                    customer: *customer,
                    channel: *channel,
                    entry: entry.clone(),
                    language: language.clone(),
                    vip: *vip,
                    attributes: attributes.clone(),
                    opened_at: at,
                    text: text.clone(),
                    latest_text: None,
                    visitor_messages: u32::from(text.is_some()),
                    tags: Vec::new(),
                    risks: Vec::new(),
                    place: Place::Nowhere,
                    plan: None,
                    rules: Vec::new(),
                    arrived_at: at,
                    waiting_since: at,
                    fell_from: Vec::new(),
                    gave_back: Vec::new(),
                    returns: 0,
                    arm,
                    fell_back: false,
                });
                next(Step::Evaluate(*conversation, Trigger::Opened));
            }
            Event::MessageReceived { conversation, from, text } => {
                self.note_message(*conversation, *from, text, at, next);
            }
            Event::EntryChosen { conversation, entry } => {
                if let Some(conversation) = self.conversations.get_mut(*conversation) {
                    conversation.entry = Some(entry.clone());
                }
            }
            Event::Routed { conversation, trigger: _, rules, plan } => {
                let Some(state) = self.conversations.get_mut(*conversation) else { return };
                for rule in rules {
                    if !state.rules.contains(rule) {
                        state.rules.push(*rule);
                    }
                }
                self.follow_plan(*conversation, plan, at, next);
            }
            Event::Queued { conversation, group, directed, .. } => {
                let Some(mut place) = self.lift(*conversation) else { return };
                let plan = self.conversations.get(*conversation).and_then(|state| state.plan.as_deref());
                let target = plan.and_then(Plan::target_group);
                let queued = match &mut place {
                    Place::Queued(queued) if queued.group == *group => {
                        queued.target = target;
                        queued.directed = *directed;
                        place
                    }
                    left => {
                        let left = left.group();
                        self.note_fall(*conversation, left);
                        Place::Queued(Box::new(Queued {
                            group: *group,
                            target,
                            at,
                            steps: 0,
                            directed: *directed,
                            thresholds_ms: 0,
                            asked: None,
                            due: None,
                        }))
                    }
                };
                self.lay(*conversation, queued);
            }
            Event::WaitThresholdPassed { conversation, after_ms } => {
                self.with_queued(*conversation, |queued| queued.thresholds_ms = *after_ms);
                next(Step::Evaluate(*conversation, Trigger::Waited(*after_ms)));
            }
            Event::Widened { conversation, step } => {
                self.with_queued(*conversation, |queued| match step {
                    Widened::Agent { .. } => queued.directed = None,
                    Widened::Step(step) => queued.steps = step + 1,
                });
                next(Step::Place(*conversation));
            }
            Event::Assigned { conversation, agent, group, by, .. } => {
                self.assign(*conversation, *agent, *group, *by, at);
            }
            Event::Unassigned { conversation, agent, reason } => {
                let Some(place) = self.lift(*conversation) else { return };
                let Some(state) = self.conversations.get_mut(*conversation) else { return };
                state.waiting_since = at;
                state.returns += 1;
                if matches!(reason, UnassignedReason::Returned { .. }) && !state.gave_back.contains(agent) {
                    state.gave_back.push(*agent);
                }
                let (channel, arm) = (state.channel, state.arm);
                if let Place::Assigned(assigned) = &place {
                    self.tally_answer(arm, *conversation, assigned.at, false);
                }
                self.put_down(*conversation, *agent, place.group(), channel, at, next);
                if *reason != UnassignedReason::Escalated {
                    next(Step::Place(*conversation));
                }
            }
            Event::FellBack { conversation, to, .. } => {
                self.lift(*conversation);
                self.tally_fallback(*conversation, to);
                let place = match to {
                    FallbackStep::Bot(name) => Place::Bot(name.clone()),
                    other => Place::Fallback(other.clone()),
                };
                self.lay(*conversation, place);
            }
            Event::Closed { conversation, reason, satisfaction } => {
                self.close(*conversation, *reason, *satisfaction, at, next);
            }
            Event::RuleFailed { rule, .. } => {
                self.breakers.entry(*rule).or_default().note_failure(at);
                self.tally_failure(*rule);
            }
            Event::BreakerOpened { rule, until } => self.breakers.entry(*rule).or_default().open(*until),
        }
    }

    /// A new frame: agents keep what was changed live unless the revision describes them differently; everything
    /// that is derived is built anew.
    fn publish(&mut self, frame: Frame) {
        let credits: Vec<_> = self.agents.iter().map(|agent| agent.credits(&self.groups)).collect();
        let before = std::mem::replace(&mut self.frame, frame);
        for (index, spec) in self.frame.directory.agents.iter().enumerate() {
            match self.agents.get_mut(index) {
                None => self.agents.push(AgentState::new(spec.clone())),
                Some(_) if before.directory.agents.get(index) == Some(spec) => {}
                Some(state) => state.spec = spec.clone(),
            }
        }
        self.breakers.clear();
        self.canary = None;
        self.forget_arms();
        self.reindex(&credits);
    }

    fn turn_hours(&mut self, hours: HoursId, state: HoursState, next: &mut impl FnMut(Step)) {
        let Some(known) = self.frame.hours.get_mut(hours.index()) else { return };
        if let Some(until) = known.until {
            self.deadlines.remove(&(until, Deadline::Hours(hours)));
        }
        *known = state;
        if let Some(until) = state.until {
            self.deadlines.insert((until, Deadline::Hours(hours)));
        }
        let groups = &self.frame.directory.groups;
        let of_hours: Vec<GroupId> =
            groups.iter().filter(|group| group.hours == Some(hours)).map(|group| group.id).collect();
        let mut any_turned = false;
        for index in 0..self.agents.len() {
            let agent = &self.agents[index];
            let in_group = |group: &GroupId| of_hours.binary_search(group).is_ok();
            if agent.spec.shift == Some(hours) || agent.seats.iter().any(|seat| in_group(&seat.group)) {
                any_turned = true;
                self.with_agent(AgentId(index as u32), |_| {});
            }
        }
        if state.open {
            if any_turned {
                next(Step::Sweep(None));
            }
        } else {
            of_hours.into_iter().for_each(|group| next(Step::CloseGroup(group)));
        }
    }

    /// Changes an agent and brings their seats up to date.
    pub(super) fn with_agent(&mut self, agent: AgentId, change: impl FnOnce(&mut AgentState)) {
        if let Some(state) = self.agents.get_mut(agent.index()) {
            change(state);
            state.refresh(agent, &mut self.groups, &self.frame);
        }
    }

    fn set_presence(&mut self, agent: AgentId, presence: Presence, at: Timestamp) {
        let comes_online = presence != Presence::Offline
            && self.agents.get(agent.index()).is_some_and(|state| state.presence == Presence::Offline);
        if comes_online {
            self.online_seq += 1;
        }
        let (online_seq, grace) = (self.online_seq, self.frame.directory.settings.offline_grace_ms);
        self.with_agent(agent, |state| {
            state.presence = presence;
            if comes_online {
                state.online_seq = online_seq;
                state.last_work_at = at;
            }
        });
        self.clear_offline_due(agent);
        if let (Presence::Offline, Some(grace), Some(state)) =
            (presence, grace, self.agents.get_mut(agent.index()))
            && !state.conversations.is_empty()
        {
            let due = at.plus_ms(grace);
            state.offline_due = Some(due);
            self.deadlines.insert((due, Deadline::Agent(agent)));
        }
    }

    fn clear_offline_due(&mut self, agent: AgentId) {
        if let Some(due) = self.agents.get_mut(agent.index()).and_then(|state| state.offline_due.take()) {
            self.deadlines.remove(&(due, Deadline::Agent(agent)));
        }
    }

    fn change_agent(&mut self, agent: &Agent) {
        let Some(state) = self.agents.get_mut(agent.id.index()) else { return };
        let credits = state.stand_up(agent.id, &mut self.groups, &self.frame);
        state.spec = agent.clone();
        state.sit_down(agent.id, &mut self.groups, &self.frame, &credits);
    }

    fn note_message(
        &mut self,
        id: ConversationId,
        from: Author,
        text: &str,
        at: Timestamp,
        next: &mut impl FnMut(Step),
    ) {
        let Some(conversation) = self.conversations.get_mut(id) else { return };
        match from {
            Author::Visitor => {
                conversation.visitor_messages = conversation.visitor_messages.saturating_add(1);
                let trigger = if conversation.text.is_none() {
                    conversation.text = Some(text.to_owned());
                    Trigger::LateContent
                } else {
                    conversation.latest_text = Some(text.to_owned());
                    Trigger::Message
                };
                if !matches!(conversation.place, Place::Fallback(_)) {
                    next(Step::Evaluate(id, trigger));
                }
            }
            Author::Agent => {
                if let Place::Assigned(assigned) = &mut conversation.place
                    && !std::mem::replace(&mut assigned.answered, true)
                {
                    let (agent, since, arm) = (assigned.agent, assigned.at, conversation.arm);
                    let response_ms = at.since_ms(since);
                    self.tally_answer(arm, id, since, false);
                    self.with_agent(agent, |state| state.stats.note_response(response_ms));
                }
            }
            Author::Bot => {}
        }
    }

    fn follow_plan(
        &mut self,
        id: ConversationId,
        plan: &Arc<Plan>,
        at: Timestamp,
        next: &mut impl FnMut(Step),
    ) {
        let Some(place) = self.lift(id) else { return };
        let Some(conversation) = self.conversations.get_mut(id) else { return };
        let add = |to: &mut Vec<String>, from: &[String]| {
            for label in from {
                if to.len() < crate::limits::TAGS_MAX && !to.contains(label) {
                    to.push(label.clone());
                }
            }
        };
        add(&mut conversation.tags, &plan.tags);
        add(&mut conversation.risks, &plan.risks);
        conversation.plan = Some(Arc::clone(plan));
        let asks_for_people = matches!(plan.target, Target::Group(_) | Target::Agent { .. });
        if asks_for_people && matches!(place, Place::Nowhere | Place::Bot(_)) {
            conversation.arrived_at = at;
            conversation.waiting_since = at;
        }
        match &place {
            Place::Assigned(_) => next(Step::Escalate(id)),
            Place::Fallback(_) => {}
            _ => next(Step::Place(id)),
        }
        self.lay(id, place);
    }

    fn assign(&mut self, id: ConversationId, agent: AgentId, group: GroupId, by: AssignedBy, at: Timestamp) {
        let Some(place) = self.lift(id) else { return };
        let from_queue = matches!(place, Place::Queued(_));
        let Some(state) = self.agents.get_mut(agent.index()) else { return };
        match self.frame.directory.group(group).map(|group| group.strategy) {
            Some(Strategy::WeightedRoundRobin) => state.pay_turn(agent, group, &mut self.groups, &self.frame),
            Some(Strategy::RoundRobin) => {
                if let Some(group) = self.groups.get_mut(group.index()) {
                    group.pace.turn = state.online_seq.cast_signed();
                }
            }
            _ => {}
        }
        let Some(conversation) = self.conversations.get_mut(id) else { return };
        state.take_up(id, conversation.channel, at);
        state.refresh(agent, &mut self.groups, &self.frame);
        conversation.fell_from.clear();
        if let Some(customer) = conversation.customer.and_then(|id| self.customers.get_mut(id)) {
            customer.last_agent = Some(agent);
            customer.last_served_at = at;
        }
        conversation.place = Place::Assigned(Assigned { agent, group, at, by, answered: false });
        let arm = conversation.arm;
        self.tally_answer(arm, id, at, true);
        if let Some(group) = self.groups.get_mut(group.index()) {
            group.open += 1;
            if from_queue {
                let waiting = group.queue.len() > 0;
                group.pace.note_from_queue(at, waiting);
            }
        }
    }

    /// An agent no longer holds a conversation that has left its place.
    fn put_down(
        &mut self,
        id: ConversationId,
        agent: AgentId,
        group: Option<GroupId>,
        channel: crate::id::ChannelId,
        at: Timestamp,
        next: &mut impl FnMut(Step),
    ) {
        self.with_agent(agent, |state| state.put_down(id, channel, at));
        if self.agents.get(agent.index()).is_some_and(|state| state.conversations.is_empty()) {
            self.clear_offline_due(agent);
        }
        // The agent first, who may take from any group; then those whom only the full group kept from work.
        next(Step::Offer(agent));
        if let Some(group) = group
            && let Some(state) = self.groups.get_mut(group.index())
        {
            state.open = state.open.saturating_sub(1);
            if self.frame.directory.group(group).is_some_and(|group| group.capacity.is_some()) {
                next(Step::Sweep(Some(group)));
            }
        }
    }

    fn close(
        &mut self,
        id: ConversationId,
        reason: CloseReason,
        satisfaction: Option<u8>,
        at: Timestamp,
        next: &mut impl FnMut(Step),
    ) {
        let Some(place) = self.lift(id) else { return };
        let Some(conversation) = self.conversations.get(id) else { return };
        let (customer, channel, arm) = (conversation.customer, conversation.channel, conversation.arm);
        self.conversations.remove(id);
        self.tally_closed(arm, reason);
        let Place::Assigned(assigned) = place else { return };
        self.tally_answer(arm, id, assigned.at, false);
        if let Some(customer) = customer.and_then(|id| self.customers.get_mut(id)) {
            customer.last_served_at = at;
        }
        if let Some(state) = self.agents.get_mut(assigned.agent.index()) {
            if reason == CloseReason::Resolved {
                state.stats.note_handle(at.since_ms(assigned.at));
            }
            if let Some(points) = satisfaction {
                state.stats.note_satisfaction(points);
            }
        }
        self.put_down(id, assigned.agent, Some(assigned.group), channel, at, next);
    }

    fn note_fall(&mut self, id: ConversationId, from: Option<GroupId>) {
        if let (Some(from), Some(conversation)) = (from, self.conversations.get_mut(id))
            && !conversation.fell_from.contains(&from)
        {
            conversation.fell_from.push(from);
        }
    }

    /// Takes a conversation out of its place, and out of every queue. `None`: there is no such conversation.
    pub(super) fn lift(&mut self, id: ConversationId) -> Option<Place> {
        let conversation = self.conversations.get_mut(id)?;
        let mut place = std::mem::replace(&mut conversation.place, Place::Nowhere);
        if let Place::Queued(queued) = &mut place {
            let ageing_ms = self.frame.directory.settings.ageing_ms;
            let key = queue_key(conversation.arrived_at, conversation.priority(), ageing_ms, id);
            if let Some(asked) = queued.asked.take() {
                for group in asked.groups() {
                    if let Some(group_state) = self.groups.get_mut(group.index()) {
                        group_state.queue.remove(
                            &asked.ask,
                            key,
                            conversation.waiting_since,
                            group == queued.group,
                        );
                    }
                }
            }
            if let Some(due) = queued.due.take() {
                self.deadlines.remove(&(due, Deadline::Conversation(id)));
            }
        }
        Some(place)
    }

    /// Puts a conversation into a place, and into the queues and deadlines that go with it.
    pub(super) fn lay(&mut self, id: ConversationId, mut place: Place) {
        let Some(conversation) = self.conversations.get_mut(id) else { return };
        if let Place::Queued(queued) = &mut place
            && let Some(plan) = &conversation.plan
            && let Some(group) = self.frame.directory.group(queued.group)
        {
            let only = queued.directed.map(|directed| directed.agent);
            let asked = Asked::of(plan, group, conversation.channel, usize::from(queued.steps), only);
            let ageing_ms = self.frame.directory.settings.ageing_ms;
            let key = queue_key(conversation.arrived_at, conversation.priority(), ageing_ms, id);
            for group in asked.groups() {
                if let Some(state) = self.groups.get_mut(group.index()) {
                    state.queue.insert(&asked.ask, key, conversation.waiting_since, group == queued.group);
                }
            }
            queued.asked = Some(asked);
            queued.due = queued.next_due(group, plan, &self.frame.wait_thresholds_ms);
            if let Some(due) = queued.due {
                self.deadlines.insert((due, Deadline::Conversation(id)));
            }
        }
        conversation.place = place;
    }

    fn with_queued(&mut self, id: ConversationId, change: impl FnOnce(&mut Queued)) {
        if let Some(mut place) = self.lift(id) {
            if let Place::Queued(queued) = &mut place {
                change(queued);
            }
            self.lay(id, place);
        }
    }

    /// Builds everything anew that follows from the rest of the state: seats, pools, queues, loads, deadlines.
    /// `credits` are those of weighted round robin, by agent.
    pub(super) fn reindex(&mut self, credits: &[Vec<(GroupId, i64)>]) {
        let paces: Vec<_> = self.groups.iter().map(|group| group.pace).collect();
        self.groups.clear();
        self.groups.resize_with(self.frame.directory.groups.len(), Default::default);
        for (group, pace) in self.groups.iter_mut().zip(paces) {
            group.pace = pace;
        }
        self.deadlines.clear();
        for (index, hours) in self.frame.hours.iter().enumerate() {
            if let Some(until) = hours.until {
                self.deadlines.insert((until, Deadline::Hours(HoursId(index as u16))));
            }
        }
        let ids: Vec<_> = self.conversations.sorted().iter().map(|conversation| conversation.id).collect();
        for agent in &mut self.agents {
            agent.forget_load();
        }
        for id in &ids {
            let Some(conversation) = self.conversations.get(*id) else { continue };
            if let Place::Assigned(assigned) = &conversation.place {
                if let Some(agent) = self.agents.get_mut(assigned.agent.index()) {
                    let last_work_at = agent.last_work_at;
                    agent.take_up(*id, conversation.channel, last_work_at);
                }
                if let Some(group) = self.groups.get_mut(assigned.group.index()) {
                    group.open += 1;
                }
            }
        }
        let none = Vec::new();
        for (index, agent) in self.agents.iter_mut().enumerate() {
            let id = AgentId(index as u32);
            agent.seats.clear();
            let credits = credits.get(index).unwrap_or(&none);
            agent.sit_down(id, &mut self.groups, &self.frame, credits);
            if let Some(due) = agent.offline_due {
                self.deadlines.insert((due, Deadline::Agent(id)));
            }
        }
        for id in ids {
            let Some(conversation) = self.conversations.get_mut(id) else { continue };
            if let Place::Queued(_) = conversation.place {
                let mut place = std::mem::replace(&mut conversation.place, Place::Nowhere);
                if let Place::Queued(queued) = &mut place {
                    queued.asked = None;
                    queued.due = None;
                }
                self.lay(id, place);
            }
        }
    }
}
