//! Deciding: what a command means. Looks at the desk, runs rules, picks agents, and changes nothing.

use super::canary::Rulesets;
use super::command::{AgentChange, CommandBody, Open};
use super::conversation::{Conversation, Place};
use super::event::{AssignedBy, Event, EventRecord, UnassignedReason, Widened};
use super::frame::Frame;
use super::refusal::Refusal;
use super::shadow::ShadowDecision;
use super::state::{Batch, Deadline, Desk};
use super::step::Step;
use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::limits::{ATTRIBUTES_MAX, BOUNCE_MS, LABEL_BYTES_MAX, MESSAGE_BYTES_MAX};
use crate::model::{Agent, Membership, Presence, SkillLevel};
use crate::placement::eligibility::refused_for;
use crate::rules::{RuleCall, Trigger};
use crate::time::Timestamp;
use crate::trace::{Reason, Trace, TraceLevel, TraceStep};

/// A decision being taken: the desk as it stands, and the events that will change it.
pub(super) struct Out<'a> {
    pub desk: &'a Desk,
    pub rulesets: Rulesets<'a>,
    pub at: Timestamp,
    pub level: TraceLevel,
    batch: &'a mut Batch,
    next_seq: u64,
}

impl<'a> Out<'a> {
    pub(super) fn new(
        desk: &'a Desk,
        rulesets: Rulesets<'a>,
        at: Timestamp,
        level: TraceLevel,
        batch: &'a mut Batch,
    ) -> Out<'a> {
        Out { desk, rulesets, at, level, batch, next_seq: desk.seq + 1 }
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.batch.events.push(EventRecord { seq: self.next_seq, at: self.at, event });
        self.next_seq += 1;
    }

    pub(super) fn trace(&mut self, conversation: ConversationId, step: TraceStep) {
        let seq = self.next_seq;
        self.batch.traces.push(Trace { conversation, at: self.at, seq, step });
    }

    /// Keeps what calls cost.
    pub(super) fn called(&mut self, calls: Vec<RuleCall>) {
        self.batch.calls.extend(calls);
    }

    /// Keeps what a candidate would have decided.
    pub(super) fn shadowed(&mut self, decision: ShadowDecision) {
        self.batch.shadow.push(decision);
    }

    fn then(&mut self, step: Step) {
        self.batch.steps.push_back(step);
    }

    pub(super) fn frame(&self) -> &'a Frame {
        &self.desk.frame
    }

    /// The first events of a command.
    pub(super) fn command(&mut self, body: &CommandBody) -> Result<(), Refusal> {
        if let CommandBody::Publish = body {
            let directory = self.rulesets.live.directory();
            self.emit(Event::Published {
                revision: self.rulesets.live.revision(),
                directory: Box::new(directory.clone()),
                hours: Frame::all_hours_at(directory, self.at),
            });
            return Ok(());
        }
        if self.frame().revision.is_none() {
            return Err(Refusal::NothingPublished);
        }
        match body {
            CommandBody::Publish | CommandBody::Tick => {}
            CommandBody::Open(open) => self.open(open)?,
            CommandBody::Message { conversation, from, text } => {
                self.conversation(*conversation)?;
                within("the message", text.len(), MESSAGE_BYTES_MAX)?;
                self.emit(Event::MessageReceived {
                    conversation: *conversation,
                    from: *from,
                    text: text.clone(),
                });
            }
            CommandBody::Close { conversation, reason, satisfaction } => {
                self.conversation(*conversation)?;
                self.emit(Event::Closed {
                    conversation: *conversation,
                    reason: *reason,
                    satisfaction: satisfaction.map(|points| points.min(100)),
                });
            }
            CommandBody::Return { conversation } => {
                let state = self.conversation(*conversation)?;
                let Place::Assigned(assigned) = &state.place else {
                    return Err(wrong_place(state, "assigned"));
                };
                let bounced = self.at.since_ms(assigned.at) <= BOUNCE_MS;
                self.emit(Event::Unassigned {
                    conversation: *conversation,
                    agent: assigned.agent,
                    reason: UnassignedReason::Returned { bounced },
                });
            }
            CommandBody::Take { conversation, agent } => self.take(*conversation, *agent)?,
            CommandBody::LeaveBot { conversation, entry } => {
                let state = self.conversation(*conversation)?;
                if !matches!(state.place, Place::Bot(_)) {
                    return Err(wrong_place(state, "with a bot"));
                }
                if let Some(entry) = entry {
                    within("the entry", entry.len(), LABEL_BYTES_MAX)?;
                    self.emit(Event::EntryChosen { conversation: *conversation, entry: entry.clone() });
                }
                self.then(Step::Evaluate(*conversation, Trigger::LeftBot));
            }
            CommandBody::StartCanary { share_percent, guards } => {
                self.start_canary(*share_percent, guards)?;
            }
            CommandBody::EndCanary => self.end_canary()?,
            CommandBody::SetPresence { agent, presence } => {
                if self.agent(*agent)?.presence != *presence {
                    self.emit(Event::PresenceChanged { agent: *agent, presence: *presence });
                }
            }
            CommandBody::SetAccepting { agent, accepting } => {
                if self.agent(*agent)?.accepting != *accepting {
                    self.emit(Event::AcceptingChanged { agent: *agent, accepting: *accepting });
                }
            }
            CommandBody::ChangeAgent { agent, change } => {
                let changed = self.changed(*agent, change)?;
                if changed != self.agent(*agent)?.spec {
                    self.emit(Event::AgentChanged { agent: Box::new(changed) });
                }
            }
        }
        Ok(())
    }

    fn open(&mut self, open: &Open) -> Result<(), Refusal> {
        let directory = &self.frame().directory;
        let channel = open.channel.unwrap_or(ChannelId(0));
        if !directory.channel(channel).is_some_and(|channel| channel.active) {
            return Err(Refusal::NoSuch { what: "channel", id: channel.0.into() });
        }
        within("the message", open.text.as_ref().map_or(0, String::len), MESSAGE_BYTES_MAX)?;
        within("the number of attributes", open.attributes.len(), ATTRIBUTES_MAX)?;
        let labels =
            [&open.entry, &open.language, &open.identity.login, &open.identity.cookie, &open.identity.ip];
        for label in labels.into_iter().flatten().chain(open.attributes.iter().flat_map(|(k, v)| [k, v])) {
            within("a label", label.len(), LABEL_BYTES_MAX)?;
        }
        let customer = self.desk.customers.recognise(&open.identity, &directory.settings.recognise_by);
        let known = customer.and_then(|id| self.desk.customers.get(id));
        let vip = open.vip.or(known.map(|known| known.vip)).unwrap_or(0);
        if let Some(customer) = customer {
            let mut attributes = known.map(|known| known.attributes.clone()).unwrap_or_default();
            attributes.extend(open.attributes.clone());
            while attributes.len() > ATTRIBUTES_MAX {
                attributes.pop_first();
            }
            self.emit(Event::CustomerSeen { customer, identity: open.identity.clone(), vip, attributes });
        }
        let conversation = ConversationId(self.desk.conversations.last + 1);
        self.emit(Event::ConversationOpened {
            conversation,
            customer,
            channel,
            entry: open.entry.clone(),
            language: open.language.as_ref().map(|language| language.to_lowercase()),
            vip,
            attributes: if customer.is_none() { open.attributes.clone() } else { Default::default() },
            text: open.text.clone().filter(|text| !text.is_empty()),
        });
        self.choose(customer, conversation);
        Ok(())
    }

    fn take(&mut self, id: ConversationId, agent: AgentId) -> Result<(), Refusal> {
        let conversation = self.conversation(id)?;
        let Place::Queued(queued) = &conversation.place else {
            return Err(wrong_place(conversation, "waiting"));
        };
        let state = self.agent(agent)?;
        // By hand an agent may take what they gave back, or what asks for another skill; but nobody takes more than
        // their cap, or without the right to.
        let seat = state.seat_in(queued.group).or_else(|| state.seats.iter().find(|s| s.refused().is_none()));
        let refused = seat.map_or(Some(Reason::NotInGroup), |seat| seat.refused());
        let by_channel = || {
            let ask = &queued.asked.as_ref()?.ask;
            refused_for(state, agent, ask, &[])
                .filter(|reason| matches!(reason, Reason::NoChannelRight | Reason::AtChannelCapacity))
        };
        match (refused.or_else(by_channel), seat) {
            (None, Some(seat)) => {
                let group = seat.group;
                self.assign(conversation, agent, group, AssignedBy::Taken);
                Ok(())
            }
            (reason, _) => Err(Refusal::NotEligible { agent, reason: reason.unwrap_or(Reason::NotInGroup) }),
        }
    }

    fn changed(&self, id: AgentId, change: &AgentChange) -> Result<Agent, Refusal> {
        let mut agent = self.agent(id)?.spec.clone();
        let directory = &self.frame().directory;
        match change {
            AgentChange::Capacity(capacity) => {
                within("the capacity", *capacity as usize, 10_000)?;
                agent.capacity = *capacity;
            }
            AgentChange::JoinGroup { group, priority } => {
                if !directory.group(*group).is_some_and(|group| group.active) {
                    return Err(Refusal::NoSuch { what: "group", id: group.0.into() });
                }
                within("the priority", usize::from(*priority), 100)?;
                agent.groups.retain(|membership| membership.group != *group);
                agent.groups.push(Membership { group: *group, priority: (*priority).max(1) });
                agent.groups.sort_by_key(|membership| membership.group);
            }
            AgentChange::LeaveGroup(group) => agent.groups.retain(|membership| membership.group != *group),
            AgentChange::AddSkill(skill) => {
                if directory.skill(skill.skill).is_none() {
                    return Err(Refusal::NoSuch { what: "skill", id: skill.skill.0.into() });
                }
                agent.skills.retain(|known| known.skill != skill.skill);
                agent.skills.push(SkillLevel { skill: skill.skill, level: skill.level.clamp(1, 5) });
                agent.skills.sort();
            }
            AgentChange::RemoveSkill(skill) => agent.skills.retain(|known| known.skill != *skill),
            AgentChange::Receives(receives) => agent.receives = *receives,
        }
        Ok(agent)
    }

    /// What a passed deadline means.
    pub(super) fn due(&mut self, deadline: Deadline) {
        match deadline {
            Deadline::Hours(hours) => {
                let state = self.frame().hours_at(hours, self.at);
                self.emit(Event::HoursTurned { hours, state });
            }
            Deadline::Agent(agent) => {
                let Some(state) = self.desk.agents.get(agent.index()) else { return };
                if state.presence == Presence::Offline {
                    for conversation in &state.conversations {
                        let reason = UnassignedReason::WentOffline;
                        self.emit(Event::Unassigned { conversation: *conversation, agent, reason });
                    }
                }
            }
            Deadline::Conversation(id) => self.waited(id),
        }
    }

    /// A waiting conversation's deadline: first the one agent it waits for, then widening, then its longest wait,
    /// then the rules that want to be asked.
    fn waited(&mut self, id: ConversationId) {
        let Some(conversation) = self.desk.conversations.get(id) else { return };
        let Place::Queued(queued) = &conversation.place else { return };
        let directory = &self.frame().directory;
        let (Some(plan), Some(group)) = (&conversation.plan, directory.group(queued.group)) else { return };
        let waited_ms = self.at.since_ms(queued.at);
        if let Some(directed) = queued.directed.filter(|directed| directed.until <= self.at) {
            let reason =
                self.refused(directed.agent, queued.group, conversation).unwrap_or(Reason::RankedLower);
            let step = Widened::Agent { agent: directed.agent, reason };
            self.emit(Event::Widened { conversation: id, step });
        } else if queued.wait_ms_max(group, plan).is_some_and(|most| waited_ms >= most) {
            self.fall_back(conversation, group, Reason::WaitedTooLong);
        } else if group.widening.get(usize::from(queued.steps)).is_some_and(|step| waited_ms >= step.after_ms)
        {
            self.emit(Event::Widened { conversation: id, step: Widened::Step(queued.steps) });
        } else if let Some(after_ms) = self
            .frame()
            .wait_thresholds_ms
            .iter()
            .copied()
            .find(|threshold| *threshold > queued.thresholds_ms && waited_ms >= *threshold)
        {
            self.emit(Event::WaitThresholdPassed { conversation: id, after_ms });
        }
    }

    /// What follows from an event.
    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Evaluate(conversation, trigger) => self.evaluate(conversation, trigger),
            Step::Place(conversation) => self.place(conversation),
            Step::Escalate(conversation) => self.escalate(conversation),
            Step::Offer(agent) => self.offer(agent),
            Step::Sweep(group) => self.sweep(group),
            Step::CloseGroup(group) => self.close_group(group),
            Step::Reconsider => self.reconsider(),
        }
    }

    fn close_group(&mut self, id: GroupId) {
        let Some(group) = self.frame().directory.group(id) else { return };
        let first = self.desk.group(id).and_then(|state| state.queue.oldest());
        if let Some(conversation) = first.and_then(|(_, id)| self.desk.conversations.get(id)) {
            self.fall_back(conversation, group, Reason::OutsideHours);
        }
    }

    /// Every waiting conversation is routed again, oldest of each group first, and every group gives what it can.
    fn reconsider(&mut self) {
        let desk = self.desk;
        for group in &desk.groups {
            for conversation in group.queue.by_age() {
                self.then(Step::Evaluate(conversation, Trigger::Published));
                self.then(Step::Place(conversation));
            }
        }
        self.then(Step::Sweep(None));
    }

    pub(super) fn assign(
        &mut self,
        conversation: &Conversation,
        agent: AgentId,
        group: GroupId,
        by: AssignedBy,
    ) {
        let waited_ms = self.at.since_ms(conversation.waiting_since);
        self.emit(Event::Assigned { conversation: conversation.id, agent, group, by, waited_ms });
    }

    fn conversation(&self, id: ConversationId) -> Result<&'a Conversation, Refusal> {
        self.desk.conversations.get(id).ok_or(Refusal::NoSuchConversation(id))
    }

    fn agent(&self, id: AgentId) -> Result<&'a super::agent::AgentState, Refusal> {
        let agent = self.desk.agents.get(id.index()).filter(|agent| agent.spec.active);
        agent.ok_or(Refusal::NoSuchAgent(id))
    }
}

fn within(what: &'static str, is: usize, limit: usize) -> Result<(), Refusal> {
    if is > limit { Err(Refusal::OverLimit { what, limit }) } else { Ok(()) }
}

fn wrong_place(conversation: &Conversation, wanted: &'static str) -> Refusal {
    Refusal::WrongPlace { conversation: conversation.id, is: conversation.place.name(), wanted }
}
