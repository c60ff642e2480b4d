//! Courses: what people did to each conversation, and how long after what.
//!
//! A conversation goes through stages: it waits, an agent has it, a bot, a form. What people do to it, they do in a
//! stage: an agent answers 20 s after being given it and is done after six minutes; a visitor leaves after a minute of
//! waiting. Kept like that it can happen again although the desk decides otherwise and the stage begins at another
//! instant.

use std::collections::BTreeMap;

use super::samples::Samples;
use crate::desk::{Author, CloseReason, CommandBody, Desk, Event, EventRecord, PlaceView};
use crate::id::{AgentId, ChannelId, ConversationId, GroupId};
use crate::model::FallbackStep;
use crate::time::Timestamp;

/// What a command is to a replay.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It happens at its instant, whatever the desk decides: a visitor comes or says something, an agent comes or goes.
    Given,
    /// It happens so long after its conversation has come into a stage.
    Follows,
    /// Nothing but time passed.
    Clock,
    /// A ruleset went live, or a canary began or ended.
    Publishing,
}

/// What has a conversation.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StageKind {
    Waiting,
    With,
    Bot,
    Form,
}

/// Kinds of stage.
pub(crate) const STAGE_KINDS: usize = 4;

/// A stretch of a conversation's life.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    kind: StageKind,
    /// 0 for the first of its kind.
    nth: u8,
    pub(crate) from: Timestamp,
    pub(crate) agent: Option<AgentId>,
    group: Option<GroupId>,
    /// How long it lasted, or had lasted when the recording ended.
    pub(crate) lasted_ms: i64,
    is_over: bool,
}

/// What somebody did.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Ended the conversation.
    Close(CloseReason),
    /// The bot handed it to people.
    LeaveBot,
    /// The agent gave it back.
    Return,
    /// An agent took it by hand.
    Take(AgentId),
    /// The agent or the bot said something.
    Say,
}

/// Something done in a stage.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub(crate) row: u32,
    pub(crate) act: Act,
    /// In which of the course's stages.
    stage: u16,
    pub(crate) offset_ms: i64,
}

/// What was done to one conversation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course {
    /// The command with which it began; `None`: before the recording.
    pub(crate) opened: Option<u32>,
    stages: Vec<Stage>,
    actions: Vec<Action>,
}

impl Course {
    /// The n-th stage of a kind.
    pub(crate) fn stage(&self, kind: StageKind, nth: u8) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.kind == kind && stage.nth == nth)
    }

    /// What was done in the n-th stage of a kind, in order.
    pub(crate) fn actions(&self, kind: StageKind, nth: u8) -> impl Iterator<Item = &Action> {
        let at = self.stages.iter().position(|stage| stage.kind == kind && stage.nth == nth);
        self.actions.iter().filter(move |action| Some(usize::from(action.stage)) == at)
    }

    /// The group it came to first; `None`: to none.
    pub(crate) fn first_group(&self) -> Option<GroupId> {
        self.stages.iter().find_map(|stage| stage.group)
    }

    /// How long the agent who ended it had it.
    pub(crate) fn handle_ms(&self) -> Option<i64> {
        let mut actions = self.actions.iter().rev();
        let close = actions.find(|action| matches!(action.act, Act::Close(_)))?;
        let stage = self.stages.get(usize::from(close.stage))?;
        (stage.kind == StageKind::With).then_some(close.offset_ms)
    }

    /// How long an agent was busy with it until it was done, or has been when the recording ended; whether it was done.
    pub(crate) fn handled(&self) -> Option<(i64, bool)> {
        if self.actions.iter().any(|action| action.act == Act::Close(CloseReason::Resolved)) {
            return Some((self.handle_ms()?, true));
        }
        let last = self.stages.last().filter(|stage| stage.kind == StageKind::With && !stage.is_over)?;
        Some((last.lasted_ms, false))
    }

    fn current(&mut self) -> Option<(u16, &mut Stage)> {
        let at = self.stages.len().checked_sub(1)?;
        let stage = self.stages.get_mut(at).filter(|stage| !stage.is_over)?;
        Some((u16::try_from(at).ok()?, stage))
    }

    fn enter(&mut self, kind: StageKind, at: Timestamp, agent: Option<AgentId>, group: Option<GroupId>) {
        // From one queue to another is one wait.
        if kind == StageKind::Waiting
            && let Some((_, stage)) = self.current()
            && stage.kind == kind
        {
            return;
        }
        self.leave(at);
        let nth = self.stages.iter().filter(|stage| stage.kind == kind).count();
        let nth = u8::try_from(nth).unwrap_or(u8::MAX);
        self.stages.push(Stage { kind, nth, from: at, agent, group, lasted_ms: 0, is_over: false });
    }

    fn leave(&mut self, at: Timestamp) {
        if let Some((_, stage)) = self.current() {
            stage.lasted_ms = at.since_ms(stage.from);
            stage.is_over = true;
        }
    }
}

/// The courses of all conversations of a recording.
#[derive(Debug, Default)]
pub(crate) struct Courses {
    /// The number of the first conversation that began in the recording.
    first: u64,
    /// Conversations that were under way before.
    earlier: BTreeMap<ConversationId, Course>,
    opened: Vec<Course>,
    samples: Samples,
    /// When conversations came, by channel.
    arrivals: BTreeMap<ChannelId, Vec<Timestamp>>,
}

impl Courses {
    /// Courses that go on from a desk.
    pub(super) fn new(desk: &Desk, from: Timestamp) -> Courses {
        let mut courses = Courses { first: desk.last_conversation().0 + 1, ..Courses::default() };
        for view in desk.conversations() {
            let mut course = Course::default();
            match view.place {
                PlaceView::Queued { group, since, .. } => {
                    course.enter(StageKind::Waiting, since, None, Some(group));
                }
                PlaceView::Assigned { agent, group, since, .. } => {
                    course.enter(StageKind::With, since, Some(agent), Some(group));
                }
                PlaceView::Bot { .. } => course.enter(StageKind::Bot, from, None, None),
                PlaceView::Fallback { .. } => course.enter(StageKind::Form, from, None, None),
                PlaceView::BeingPlaced => {}
            }
            courses.earlier.insert(view.id, course);
        }
        courses
    }

    /// The number of the first conversation that began in the recording.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// The conversations that began in the recording, in order.
    pub(crate) fn opened(&self) -> &[Course] {
        &self.opened
    }

    pub(crate) fn get(&self, id: ConversationId) -> Option<&Course> {
        match id.0.checked_sub(self.first) {
            Some(at) => self.opened.get(usize::try_from(at).ok()?),
            None => self.earlier.get(&id),
        }
    }

    /// Lengths of time that were seen.
    pub(crate) fn samples(&self) -> &Samples {
        &self.samples
    }

    /// When conversations came by a channel, in order.
    pub(crate) fn arrivals(&self, channel: ChannelId) -> &[Timestamp] {
        self.arrivals.get(&channel).map_or(&[], Vec::as_slice)
    }

    pub(super) fn channels(&self) -> Vec<(ChannelId, u64)> {
        self.arrivals.iter().map(|(channel, at)| (*channel, at.len() as u64)).collect()
    }

    fn get_mut(&mut self, id: ConversationId) -> Option<&mut Course> {
        match id.0.checked_sub(self.first) {
            Some(at) => self.opened.get_mut(usize::try_from(at).ok()?),
            None => self.earlier.get_mut(&id),
        }
    }

    /// Takes a command and what followed.
    pub(super) fn add(
        &mut self,
        row: u32,
        at: Timestamp,
        body: &CommandBody,
        events: &[EventRecord],
    ) -> Role {
        let role = match act(body) {
            Some((conversation, act)) => self.done(row, at, conversation, act),
            None => match body {
                CommandBody::Tick => Role::Clock,
                CommandBody::Publish | CommandBody::StartCanary { .. } | CommandBody::EndCanary => {
                    Role::Publishing
                }
                _ => Role::Given,
            },
        };
        events.iter().for_each(|record| self.follow(row, record));
        role
    }

    fn done(&mut self, row: u32, at: Timestamp, conversation: ConversationId, act: Act) -> Role {
        let Some(course) = self.get_mut(conversation) else { return Role::Given };
        let Some((stage, current)) = course.current() else { return Role::Given };
        let offset_ms = at.since_ms(current.from);
        let (kind, group) = (current.kind, current.group);
        course.actions.push(Action { row, act, stage, offset_ms });
        self.samples.done(kind, group, act, offset_ms);
        Role::Follows
    }

    fn follow(&mut self, row: u32, record: &EventRecord) {
        let at = record.at;
        match &record.event {
            // Numbers follow one another; whatever else is there is not looked at.
            Event::ConversationOpened { conversation, channel, .. }
                if conversation.0 == self.first + self.opened.len() as u64 =>
            {
                self.opened.push(Course { opened: Some(row), ..Course::default() });
                self.arrivals.entry(*channel).or_default().push(at);
            }
            Event::Queued { conversation, group, .. } => {
                self.enter(*conversation, StageKind::Waiting, at, None, Some(*group));
            }
            Event::Assigned { conversation, agent, group, .. } => {
                self.end_of_wait(*conversation, at);
                self.enter(*conversation, StageKind::With, at, Some(*agent), Some(*group));
            }
            Event::FellBack { conversation, to, .. } => {
                self.end_of_wait(*conversation, at);
                let kind = if matches!(to, FallbackStep::Bot(_)) { StageKind::Bot } else { StageKind::Form };
                self.enter(*conversation, kind, at, None, None);
            }
            Event::Unassigned { conversation, .. } | Event::Closed { conversation, .. } => {
                if let Some(course) = self.get_mut(*conversation) {
                    course.leave(at);
                }
            }
            _ => {}
        }
    }

    /// A wait that ended otherwise than by the visitor's leaving.
    fn end_of_wait(&mut self, conversation: ConversationId, at: Timestamp) {
        if let Some((_, stage)) = self.get_mut(conversation).and_then(Course::current)
            && stage.kind == StageKind::Waiting
        {
            let waited_ms = at.since_ms(stage.from);
            self.samples.waited(waited_ms);
        }
    }

    fn enter(
        &mut self,
        conversation: ConversationId,
        kind: StageKind,
        at: Timestamp,
        agent: Option<AgentId>,
        group: Option<GroupId>,
    ) {
        if let Some(course) = self.get_mut(conversation) {
            course.enter(kind, at, agent, group);
        }
    }

    /// The recording has ended: what goes on has lasted until now.
    pub(super) fn end(&mut self, until: Timestamp) {
        let Courses { earlier, opened, samples, .. } = self;
        for course in earlier.values_mut().chain(opened) {
            if let Some((_, stage)) = course.current() {
                stage.lasted_ms = until.since_ms(stage.from);
                if stage.kind == StageKind::Waiting {
                    samples.waited(stage.lasted_ms);
                }
            }
        }
        samples.sort();
    }
}

/// What a command does to its conversation, if somebody does it in a stage.
fn act(body: &CommandBody) -> Option<(ConversationId, Act)> {
    Some(match body {
        CommandBody::Close { conversation, reason, .. } => (*conversation, Act::Close(*reason)),
        CommandBody::LeaveBot { conversation, .. } => (*conversation, Act::LeaveBot),
        CommandBody::Return { conversation } => (*conversation, Act::Return),
        CommandBody::Take { conversation, agent } => (*conversation, Act::Take(*agent)),
        CommandBody::Message { conversation, from: Author::Agent | Author::Bot, .. } => {
            (*conversation, Act::Say)
        }
        _ => return None,
    })
}
