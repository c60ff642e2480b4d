//! Stories of a desk, told as commands and what came of them.

mod canary;

use super::*;
use crate::id::*;
use crate::model::*;
use crate::rules::Ruleset;
use crate::time::Timestamp;
use crate::trace::{Reason, TraceLevel};

/// A small tenant: one channel, and the groups and agents given.
fn directory(groups: Vec<Group>, agents: Vec<Agent>) -> Directory {
    let mut settings = Settings::bare("test", "UTC");
    settings.default_group = Some(GroupId(0));
    settings.fallback.steps.push(FallbackStep::LeaveMessage);
    Directory {
        settings,
        channels: vec![Channel {
            id: ChannelId(0),
            slug: "website".into(),
            name: "Website".into(),
            group: None,
            active: true,
        }],
        entries: Default::default(),
        groups,
        agents,
        skills: (0..4)
            .map(|id| Skill { id: SkillId(id), slug: format!("s{id}"), name: format!("s{id}") })
            .collect(),
        hours: Vec::new(),
        wait_thresholds_ms: Vec::new(),
    }
}

fn group(id: u16, strategy: Strategy) -> Group {
    Group {
        id: GroupId(id),
        slug: format!("g{id}"),
        name: format!("Group {id}"),
        parent: None,
        heads: Vec::new(),
        strategy,
        hours: None,
        capacity: None,
        agent_capacity: None,
        queue_length_max: None,
        wait_ms_max: None,
        wait_unstaffed: true,
        widening: Vec::new(),
        tier_max: None,
        fallback: Fallback::default(),
        closed: Fallback::default(),
        reply_timeout_ms: None,
        target_wait_ms: 20_000,
        active: true,
    }
}

fn agent(id: u32, capacity: u32) -> Agent {
    Agent {
        id: AgentId(id),
        slug: format!("a{id}"),
        name: format!("Agent {id}"),
        role: Role::Agent,
        receives: true,
        channels: Vec::new(),
        tier: 1,
        groups: vec![Membership { group: GroupId(0), priority: 50 }],
        skills: Vec::new(),
        capacity,
        channel_capacity: Vec::new(),
        shift: None,
        active: true,
    }
}

/// A desk with its ruleset and a clock that moves a second at every command.
struct Story {
    desk: Desk,
    ruleset: Ruleset,
    candidate: Option<Ruleset>,
    at: Timestamp,
    journal: Vec<EventRecord>,
}

impl Story {
    fn new(groups: Vec<Group>, agents: Vec<Agent>) -> Story {
        Story::of(directory(groups, agents))
    }

    fn of(directory: Directory) -> Story {
        let mut story = Story {
            desk: Desk::new(),
            ruleset: Ruleset::without_rules(directory),
            candidate: None,
            at: Timestamp(1_000_000),
            journal: Vec::new(),
        };
        story.run(CommandBody::Publish);
        story
    }

    fn online(mut self) -> Story {
        for id in 0..self.desk.agents.len() {
            self.run(CommandBody::SetPresence { agent: AgentId(id as u32), presence: Presence::Online });
        }
        self
    }

    fn try_run(&mut self, body: CommandBody) -> Result<Vec<Event>, Refusal> {
        self.at = self.at.plus_ms(1_000);
        let mut batch = Batch::default();
        let command = Command { at: self.at, body };
        let rulesets = Rulesets { live: &self.ruleset, canary: self.candidate.as_ref(), shadow: None };
        let result = self.desk.handle_by(rulesets, &command, TraceLevel::Full, &mut batch);
        self.journal.extend(batch.events.iter().cloned());
        let mut folded = Desk::new();
        self.journal.iter().for_each(|record| folded.evolve(record));
        assert_eq!(folded.snapshot(), self.desk.snapshot(), "folding the journal gives another state");
        let restored = Desk::restore(&self.desk.snapshot()).unwrap();
        assert_eq!(restored.snapshot(), self.desk.snapshot(), "a restored snapshot is another state");
        assert_eq!(restored.next_deadline(), self.desk.next_deadline());
        result.map(|()| batch.events.into_iter().map(|record| record.event).collect())
    }

    fn run(&mut self, body: CommandBody) -> Vec<Event> {
        self.try_run(body).unwrap()
    }

    fn open(&mut self) -> ConversationId {
        self.open_with(Open::default())
    }

    fn open_with(&mut self, open: Open) -> ConversationId {
        let events = self.run(CommandBody::Open(open));
        let opened = events.iter().find_map(|event| match event {
            Event::ConversationOpened { conversation, .. } => Some(*conversation),
            _ => None,
        });
        opened.unwrap()
    }

    fn close(&mut self, conversation: ConversationId) -> Vec<Event> {
        self.run(CommandBody::Close { conversation, reason: CloseReason::Resolved, satisfaction: None })
    }

    fn agent_of(&self, conversation: ConversationId) -> Option<u32> {
        match self.desk.conversation(conversation)?.place {
            PlaceView::Assigned { agent, .. } => Some(agent.0),
            _ => None,
        }
    }

    fn next_agent(&mut self) -> u32 {
        let conversation = self.open();
        self.agent_of(conversation).unwrap()
    }

    fn is_waiting(&self, conversation: ConversationId) -> bool {
        matches!(self.desk.conversation(conversation).unwrap().place, PlaceView::Queued { .. })
    }
}

fn presence(agent: u32, presence: Presence) -> CommandBody {
    CommandBody::SetPresence { agent: AgentId(agent), presence }
}

#[test]
fn a_freed_slot_goes_to_the_oldest_waiting_conversation_in_the_same_command() {
    // P1: cap 3, one agent, five conversations.
    let mut story = Story::new(vec![group(0, Strategy::LeastLoaded)], vec![agent(0, 3)]).online();
    let all: Vec<_> = (0..5).map(|_| story.open()).collect();
    assert!(story.is_waiting(all[3]) && story.is_waiting(all[4]));
    let events = story.close(all[1]);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Assigned { conversation, .. } if *conversation == all[3]))
    );
    assert!(story.is_waiting(all[4]));
}

#[test]
fn each_of_these_alone_places_a_waiting_conversation() {
    // P2.
    let waiting = |change: fn(&mut Agent, &mut Group)| {
        let (mut agent, mut group) = (agent(0, 1), group(0, Strategy::RoundRobin));
        change(&mut agent, &mut group);
        let mut story = Story::new(vec![group], vec![agent]);
        let conversation = story.open();
        assert!(story.is_waiting(conversation));
        (story, conversation)
    };
    let (mut story, conversation) = waiting(|_, _| {});
    story.run(presence(0, Presence::Online));
    assert_eq!(story.agent_of(conversation), Some(0), "agent online");

    let (mut story, conversation) = waiting(|_, _| {});
    story.run(CommandBody::SetAccepting { agent: AgentId(0), accepting: false });
    story.run(presence(0, Presence::Online));
    assert!(story.is_waiting(conversation));
    story.run(CommandBody::SetAccepting { agent: AgentId(0), accepting: true });
    assert_eq!(story.agent_of(conversation), Some(0), "receive switch on");

    let change = |change| CommandBody::ChangeAgent { agent: AgentId(0), change };
    let (mut story, conversation) = waiting(|agent, _| agent.capacity = 0);
    story.run(presence(0, Presence::Online));
    assert!(story.is_waiting(conversation));
    story.run(change(AgentChange::Capacity(1)));
    assert_eq!(story.agent_of(conversation), Some(0), "cap raised");

    let (mut story, conversation) = waiting(|agent, _| agent.groups.clear());
    story.run(presence(0, Presence::Online));
    assert!(story.is_waiting(conversation));
    story.run(change(AgentChange::JoinGroup { group: GroupId(0), priority: 50 }));
    assert_eq!(story.agent_of(conversation), Some(0), "joined group");

    let (mut story, conversation) = waiting(|agent, _| agent.receives = false);
    story.run(presence(0, Presence::Online));
    assert!(story.is_waiting(conversation));
    story.ruleset =
        Ruleset::without_rules(directory(vec![group(0, Strategy::RoundRobin)], vec![agent(0, 1)]));
    story.run(CommandBody::Publish);
    assert_eq!(story.agent_of(conversation), Some(0), "revision published");
}

#[test]
fn thirty_conversations_and_three_equal_agents_make_ten_each() {
    // P7.
    for strategy in [
        Strategy::RoundRobin,
        Strategy::LeastLoaded,
        Strategy::LongestIdle,
        Strategy::WeightedRoundRobin,
        Strategy::Priority,
        Strategy::BestSkill,
        Strategy::LoadIndex,
        Strategy::Rank,
    ] {
        let agents = (0..3).map(|id| agent(id, 30)).collect();
        let mut story = Story::new(vec![group(0, strategy)], agents).online();
        for _ in 0..30 {
            story.open();
            let open: Vec<_> = story.desk.agents.iter().map(|agent| agent.open).collect();
            let spread = open.iter().max().unwrap() - open.iter().min().unwrap();
            // By idle time alone, whoever holds something comes last anyway.
            assert!(spread <= 1, "{strategy:?}: {open:?}");
        }
    }
}

#[test]
fn round_robin_follows_the_order_of_coming_online() {
    // R2: agent 2 comes online first.
    let agents = (0..3).map(|id| agent(id, 9)).collect();
    let mut story = Story::new(vec![group(0, Strategy::RoundRobin)], agents);
    for id in [2, 0, 1] {
        story.run(presence(id, Presence::Online));
    }
    let order: Vec<_> = (0..6).map(|_| story.next_agent()).collect();
    assert_eq!(order, [2, 0, 1, 2, 0, 1]);
}

#[test]
fn weighted_round_robin_is_as_smooth_as_nginx() {
    // The example of nginx's own commit message: weights 5, 1, 1 give a a b a c a a.
    let agents = [5, 1, 1].iter().enumerate().map(|(id, weight)| {
        let mut agent = agent(id as u32, 100);
        agent.groups[0].priority = *weight;
        agent
    });
    let mut story = Story::new(vec![group(0, Strategy::WeightedRoundRobin)], agents.collect()).online();
    let order: Vec<_> = (0..14).map(|_| story.next_agent()).collect();
    assert_eq!(order, [0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
}

#[test]
fn the_least_of_all_caps_counts() {
    // P9.
    let mut directory = directory(vec![group(0, Strategy::LeastLoaded)], vec![agent(0, 5)]);
    directory.settings.agent_capacity_max = Some(3);
    directory.groups[0].agent_capacity = Some(2);
    let mut story = Story::of(directory).online();
    let all: Vec<_> = (0..3).map(|_| story.open()).collect();
    assert_eq!(story.desk.agents[0].open, 2);
    assert!(story.is_waiting(all[2]));
}

#[test]
fn an_agent_without_the_right_to_receive_is_never_chosen() {
    // P8.
    let mut without = agent(0, 5);
    without.receives = false;
    let mut story = Story::new(vec![group(0, Strategy::LeastLoaded)], vec![without, agent(1, 1)]).online();
    let first = story.open();
    let second = story.open();
    assert_eq!(story.agent_of(first), Some(1));
    assert!(story.is_waiting(second));
    let seats = story.desk.agent(AgentId(0)).unwrap().seats;
    assert_eq!(seats, [(GroupId(0), Some(Reason::NoReceiveRight))]);
}

#[test]
fn a_returning_customer_waits_for_the_last_agent_only_so_long() {
    // P4, R8.
    let mut directory = directory(vec![group(0, Strategy::RoundRobin)], vec![agent(0, 1), agent(1, 1)]);
    directory.settings.stick = Some(Stick { for_ms: 86_400_000, wait_ms: 30_000 });
    let mut story = Story::of(directory).online();
    let visitor = |login: &str| Open {
        identity: Identity { login: Some(login.to_owned()), ..Identity::default() },
        ..Open::default()
    };
    let first = story.open_with(visitor("li"));
    assert_eq!(story.agent_of(first), Some(0));
    story.close(first);
    let other = story.open_with(visitor("wu"));
    assert_eq!(story.agent_of(other), Some(1));
    let busy = story.open_with(visitor("zhao"));
    assert_eq!(story.agent_of(busy), Some(0));
    story.close(other);
    // Agent 1 is free, but the customer is led to agent 0, who has no room: so they wait, for a while.
    let again = story.open_with(visitor("li"));
    assert!(story.is_waiting(again));
    story.at = story.at.plus_ms(31_000);
    let events = story.run(CommandBody::Tick);
    let gave_up = Event::Widened {
        conversation: again,
        step: Widened::Agent { agent: AgentId(0), reason: Reason::AtCapacity },
    };
    assert!(events.contains(&gave_up), "{events:?}");
    assert_eq!(story.agent_of(again), Some(1));
}

#[test]
fn priority_goes_first_and_ageing_lets_nobody_starve() {
    let mut story = Story::new(vec![group(0, Strategy::LeastLoaded)], vec![agent(0, 1)]).online();
    let held = story.open();
    let ordinary = story.open();
    let vip = |priority| {
        let mut ruleset = directory(vec![group(0, Strategy::LeastLoaded)], vec![agent(0, 1)]);
        ruleset.settings.ageing_ms = 60_000;
        priority * ruleset.settings.ageing_ms
    };
    assert_eq!(vip(2), 120_000);
    let key = |arrived: i64, priority| {
        crate::placement::queue::queue_key(Timestamp(arrived), priority, 60_000, ConversationId(1)).0
    };
    assert!(key(100_000, 2) < key(0, 0), "two points overtake somebody 100 s older");
    assert!(key(130_000, 2) > key(0, 0), "but not somebody 130 s older");
    story.close(held);
    assert_eq!(story.agent_of(ordinary), Some(0));
}

#[test]
fn widening_opens_the_next_group_after_its_time() {
    let mut first = group(0, Strategy::LeastLoaded);
    first.widening.push(WideningStep { after_ms: 30_000, relax: Relax::Overflow(GroupId(1)) });
    let mut other = agent(0, 1);
    other.groups[0].group = GroupId(1);
    let mut story = Story::new(vec![first, group(1, Strategy::LeastLoaded)], vec![other]).online();
    let conversation = story.open();
    assert!(story.is_waiting(conversation));
    assert_eq!(story.desk.next_deadline(), Some(story.at.plus_ms(30_000)));
    story.at = story.at.plus_ms(29_000);
    story.run(CommandBody::Tick);
    assert_eq!(story.agent_of(conversation), Some(0));
}

#[test]
fn a_full_queue_and_a_long_wait_fall_back() {
    // R58, R59, R65.
    let mut only = group(0, Strategy::LeastLoaded);
    only.queue_length_max = Some(1);
    only.wait_ms_max = Some(60_000);
    only.fallback.steps.push(FallbackStep::Ticket);
    let mut story = Story::new(vec![only], vec![agent(0, 1)]).online();
    story.open();
    let waiting = story.open();
    let refused = story.open();
    assert!(matches!(
        story.desk.conversation(refused).unwrap().place,
        PlaceView::Fallback { kind: FallbackStep::Ticket }
    ));
    story.at = story.at.plus_ms(60_000);
    story.run(CommandBody::Tick);
    assert!(matches!(story.desk.conversation(waiting).unwrap().place, PlaceView::Fallback { .. }));
}

#[test]
fn nobody_on_duty_means_the_fallback_at_once() {
    // R67.
    let mut only = group(0, Strategy::LeastLoaded);
    only.wait_unstaffed = false;
    let mut story = Story::new(vec![only], vec![agent(0, 1)]);
    let conversation = story.open();
    assert!(matches!(story.desk.conversation(conversation).unwrap().place, PlaceView::Fallback { .. }));
}

#[test]
fn a_returned_conversation_keeps_its_place_and_goes_to_somebody_else() {
    let mut story =
        Story::new(vec![group(0, Strategy::LongestIdle)], vec![agent(0, 1), agent(1, 1)]).online();
    let first = story.open();
    assert_eq!(story.agent_of(first), Some(0));
    let second = story.open();
    let third = story.open();
    let events = story.run(CommandBody::Return { conversation: first });
    assert!(events.contains(&Event::Unassigned {
        conversation: first,
        agent: AgentId(0),
        reason: UnassignedReason::Returned { bounced: true },
    }));
    assert_eq!(story.agent_of(third), Some(0), "the one who gave it back takes the next");
    assert!(story.is_waiting(first));
    story.close(second);
    assert_eq!(story.agent_of(first), Some(1));
}

#[test]
fn an_agent_who_stays_offline_loses_their_conversations_to_the_next() {
    // R40, P5's second half.
    let mut directory = directory(vec![group(0, Strategy::Priority)], vec![agent(0, 3), agent(1, 3)]);
    directory.settings.offline_grace_ms = Some(10_000);
    directory.agents[0].groups[0].priority = 90;
    let mut story = Story::of(directory).online();
    let all: Vec<_> = (0..2).map(|_| story.open()).collect();
    assert_eq!(all.iter().map(|c| story.agent_of(*c)).collect::<Vec<_>>(), [Some(0), Some(0)]);
    story.run(presence(0, Presence::Offline));
    story.at = story.at.plus_ms(5_000);
    story.run(presence(0, Presence::Online));
    story.at = story.at.plus_ms(60_000);
    story.run(CommandBody::Tick);
    assert_eq!(story.agent_of(all[0]), Some(0), "back within the grace: nothing moves");
    story.run(presence(0, Presence::Offline));
    story.at = story.at.plus_ms(10_000);
    story.run(CommandBody::Tick);
    assert_eq!(all.iter().map(|c| story.agent_of(*c)).collect::<Vec<_>>(), [Some(1), Some(1)]);
}

#[test]
fn skills_are_met_and_dropped_in_time() {
    let mut directory =
        directory(vec![group(0, Strategy::BestSkill)], vec![agent(0, 1), agent(1, 1), agent(2, 1)]);
    directory.agents[1].skills.push(SkillLevel { skill: SkillId(0), level: 2 });
    directory.agents[2].skills.push(SkillLevel { skill: SkillId(0), level: 4 });
    directory.groups[0].widening.push(WideningStep { after_ms: 30_000, relax: Relax::DropLastSkill });
    let ask = |skills: &[(u16, u8)]| crate::placement::ask::Ask {
        channel: ChannelId(0),
        tier_from: 0,
        tier_to: 9,
        only: None,
        skills: skills.iter().map(|(id, level)| SkillLevel { skill: SkillId(*id), level: *level }).collect(),
    };
    let story = Story::of(directory).online();
    let (basic, better, expert) = (ask(&[(0, 1)]), ask(&[(0, 3)]), ask(&[(0, 5)]));
    let question = |ask| crate::placement::choose::Question {
        desk: &story.desk,
        group: &story.desk.directory().groups[0],
        ask,
        gave_back: &[],
    };
    assert_eq!(question(&basic).first(), Some(AgentId(2)), "the best first");
    assert_eq!(question(&expert).first(), None);
    let told = question(&better).trace(Some(AgentId(2)), None);
    let refused: Vec<_> = told.refused.iter().map(|r| (r.reason, r.count)).collect();
    assert_eq!(refused, [(Reason::MissingSkill, 2)]);
    assert_eq!(told.candidates, 3);
}

#[test]
fn refusals_change_nothing() {
    let mut story = Story::new(vec![group(0, Strategy::LeastLoaded)], vec![agent(0, 1)]);
    let before = story.desk.snapshot();
    let gone = ConversationId(9);
    let close = CommandBody::Close { conversation: gone, reason: CloseReason::Resolved, satisfaction: None };
    assert_eq!(story.try_run(close), Err(Refusal::NoSuchConversation(gone)));
    assert_eq!(story.try_run(presence(7, Presence::Online)), Err(Refusal::NoSuchAgent(AgentId(7))));
    let huge = Open { text: Some("x".repeat(1 << 20)), ..Open::default() };
    let limit = crate::limits::MESSAGE_BYTES_MAX;
    assert_eq!(
        story.try_run(CommandBody::Open(huge)),
        Err(Refusal::OverLimit { what: "the message", limit })
    );
    assert_eq!(story.desk.snapshot(), before);
}
