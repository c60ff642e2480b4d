//! A desk staged as a rule test describes it: who is there with what in hand, and who waits. It is folded from events, as
//! every desk is, and what it is folded from nobody decided.

use std::sync::Arc;

use super::command::{Command, CommandBody, Identity};
use super::event::{AssignedBy, Event, EventRecord};
use super::state::{Batch, Desk};
use crate::id::{AgentId, ChannelId, ConversationId, CustomerId, GroupId};
use crate::model::{IdentityKind, Presence};
use crate::rules::{Plan, PlanSource, Ruleset, Target, Trigger};
use crate::tenant::TestDesk;
use crate::time::Timestamp;
use crate::trace::{Reason, TraceLevel};

/// Who the returning customer of a test is.
const LOGIN: &str = "visitor";

impl Desk {
    /// The desk that a rule test describes, at the test's instant. A returning customer is known by
    /// [`Desk::staged_identity`].
    pub(crate) fn staged(ruleset: &Ruleset, staged: &TestDesk, at: Timestamp, returning: bool) -> Desk {
        let mut stage = Stage { desk: Desk::new(), at, plan: Plan::plain() };
        let publish = Command { at, body: CommandBody::Publish };
        drop(stage.desk.handle(ruleset, &publish, TraceLevel::Off, &mut Batch::default()));
        stage.customer(staged, returning);
        for agent in &staged.agents {
            let came_at = Timestamp(at.0.saturating_sub(agent.idle_ms));
            stage.fold(came_at, Event::PresenceChanged { agent: agent.agent, presence: agent.presence });
            if !agent.accepting {
                stage.fold(came_at, Event::AcceptingChanged { agent: agent.agent, accepting: false });
            }
            for (group, count) in &agent.in_hand {
                (0..*count).for_each(|_| stage.in_hand(agent.agent, *group, came_at));
            }
            stage.desk.with_agent(agent.agent, |state| {
                agent.response_ms.into_iter().for_each(|ms| state.stats.note_response(ms));
                agent.handle_ms.into_iter().for_each(|ms| state.stats.note_handle(ms));
                agent.satisfaction.into_iter().for_each(|points| state.stats.note_satisfaction(points));
            });
        }
        // What was put in hand above was nobody's turn.
        stage.desk.groups.iter_mut().for_each(|state| state.pace = state.pace.staged(0, None));
        for group in &staged.groups {
            for place in 0..group.waiting {
                // From the one that has waited the longest to one that has just come.
                let left = i64::from(group.waiting - place);
                let waited_ms = group.longest_wait_ms / i64::from(group.waiting) * left;
                let waited_ms = if place == 0 { group.longest_wait_ms } else { waited_ms };
                stage.waits(group.group, Timestamp(at.0.saturating_sub(waited_ms)));
            }
            let turn = group.turn.and_then(|agent| stage.desk.agents.get(agent.index()));
            let turn = turn.map(|agent| agent.online_seq.cast_signed());
            if let Some(state) = stage.desk.groups.get_mut(group.group.index()) {
                state.pace = state.pace.staged(turn.unwrap_or(0), group.pace_ms);
            }
        }
        // What fell due before the test's instant has had its effect: it is in what the test describes.
        stage.desk.deadlines.retain(|(due, _)| *due > at);
        stage.desk
    }

    /// How the desk knows the customer of a test.
    pub(crate) fn staged_identity(&self) -> Identity {
        let by = self.frame.directory.settings.recognise_by.first().copied();
        let login = Some(LOGIN.to_owned());
        match by.unwrap_or(IdentityKind::Login) {
            IdentityKind::Login => Identity { login, ..Identity::default() },
            IdentityKind::Cookie => Identity { cookie: login, ..Identity::default() },
            IdentityKind::Ip => Identity { ip: login, ..Identity::default() },
        }
    }
}

struct Stage {
    desk: Desk,
    at: Timestamp,
    /// A plan that asks for nothing.
    plan: Plan,
}

impl Stage {
    fn fold(&mut self, at: Timestamp, event: Event) {
        let record = EventRecord { seq: self.desk.seq + 1, at: at.min(self.at), event };
        self.desk.evolve(&record);
    }

    /// A conversation of somebody else, on its way to a group.
    fn open(&mut self, group: GroupId, at: Timestamp) -> ConversationId {
        let conversation = ConversationId(self.desk.conversations.last + 1);
        self.fold(
            at,
            Event::ConversationOpened {
                conversation,
                customer: None,
                channel: ChannelId(0),
                entry: None,
                language: None,
                vip: 0,
                attributes: Default::default(),
                text: None,
            },
        );
        let plan = Arc::new(Plan { target: Target::Group(group), ..self.plan.clone() });
        self.fold(at, Event::Routed { conversation, trigger: Trigger::Opened, rules: Vec::new(), plan });
        conversation
    }

    fn in_hand(&mut self, agent: AgentId, group: GroupId, at: Timestamp) {
        let conversation = self.open(group, at);
        let by = AssignedBy::Strategy;
        self.fold(at, Event::Assigned { conversation, agent, group, by, waited_ms: 0 });
    }

    fn waits(&mut self, group: GroupId, at: Timestamp) {
        let conversation = self.open(group, at);
        let reason = Reason::NobodyAvailable;
        self.fold(
            at,
            Event::Queued {
                conversation,
                group,
                reason,
                position: 1,
                expected_wait_ms: None,
                directed: None,
            },
        );
    }

    fn customer(&mut self, staged: &TestDesk, returning: bool) {
        if !returning {
            return;
        }
        let customer = CustomerId(1);
        let identity = self.desk.staged_identity();
        let event = Event::CustomerSeen { customer, identity, vip: 0, attributes: Default::default() };
        self.fold(self.at, event);
        if let Some((agent, ago_ms)) = staged.served_by
            && let Some(known) = self.desk.customers.get_mut(customer)
        {
            known.last_agent = Some(agent);
            known.last_served_at = Timestamp(self.at.0.saturating_sub(ago_ms));
        }
    }
}

impl Plan {
    /// A plan of nobody that asks for nothing.
    fn plain() -> Plan {
        Plan {
            target: Target::LeaveMessage,
            source: PlanSource::Default,
            prefer: None,
            skills: Vec::new(),
            priority: 0,
            tier: None,
            tags: Vec::new(),
            risks: Vec::new(),
            wait_ms_max: None,
            replies: Vec::new(),
        }
    }
}

/// The desk of a test as it is read off a desk.
impl TestDesk {
    /// What of `desk` a decision about these groups looks at: everybody who is there and all that waits. `None`: more than a
    /// rule test may describe.
    pub(crate) fn of(desk: &Desk, groups: &[GroupId]) -> Option<TestDesk> {
        use crate::limits::{TEST_DESK_AGENTS_MAX, TEST_DESK_CONVERSATIONS_MAX};
        use crate::tenant::{TestAgent, TestGroup};
        let at = desk.now;
        let mut there: Vec<_> =
            desk.agents.iter().filter(|agent| agent.presence != Presence::Offline).collect();
        if there.len() > TEST_DESK_AGENTS_MAX {
            there.retain(|agent| agent.seats.iter().any(|seat| groups.contains(&seat.group)));
        }
        if there.len() > TEST_DESK_AGENTS_MAX {
            return None;
        }
        there.sort_by_key(|agent| (agent.online_seq, agent.spec.id));
        let agents = there.iter().map(|agent| {
            let mut in_hand: std::collections::BTreeMap<GroupId, u32> = Default::default();
            for conversation in &agent.conversations {
                let group = desk.conversations.get(*conversation).and_then(|known| known.place.group());
                if let Some(group) = group {
                    *in_hand.entry(group).or_default() += 1;
                }
            }
            TestAgent {
                agent: agent.spec.id,
                presence: agent.presence,
                accepting: agent.accepting,
                in_hand: in_hand.into_iter().collect(),
                idle_ms: at.since_ms(agent.last_work_at),
                response_ms: agent.stats.response_ms(),
                handle_ms: agent.stats.handle_ms(),
                satisfaction: agent.stats.satisfaction().and_then(|points| u8::try_from(points).ok()),
            }
        });
        let agents: Vec<TestAgent> = agents.collect();
        let mut told = Vec::new();
        for (group, state) in desk.frame.directory.groups.iter().zip(&desk.groups) {
            // Round robin goes on behind whoever of those there came online last before the turn.
            let before = there.iter().rev().find(|agent| agent.online_seq.cast_signed() <= state.pace.turn);
            let is_asked = groups.contains(&group.id);
            let turn = before.filter(|_| is_asked && group.strategy == crate::model::Strategy::RoundRobin);
            let one = TestGroup {
                group: group.id,
                waiting: state.queue.len(),
                longest_wait_ms: state.queue.oldest().map_or(0, |(since, _)| at.since_ms(since)),
                pace_ms: state.pace.expected_wait_ms(1),
                turn: turn.map(|agent| agent.spec.id),
            };
            if one.waiting > 0 || one.turn.is_some() || (is_asked && one.pace_ms.is_some()) {
                told.push(one);
            }
        }
        let in_hand = agents.iter().flat_map(|agent| &agent.in_hand).map(|(_, count)| u64::from(*count));
        let conversations = in_hand.chain(told.iter().map(|group| u64::from(group.waiting))).sum::<u64>();
        (conversations <= TEST_DESK_CONVERSATIONS_MAX).then_some(TestDesk {
            agents,
            groups: told,
            served_by: None,
        })
    }

    /// Who served a customer last, and how long ago.
    pub(crate) fn served(desk: &Desk, customer: CustomerId) -> Option<(AgentId, i64)> {
        let known = desk.customers.get(customer)?;
        Some((known.last_agent?, desk.now.since_ms(known.last_served_at)))
    }
}
