//! The model: everybody in plain lists, looked at one by one.

use std::collections::BTreeMap;

use pointsman_engine::desk::{
    AgentChange, AssignedBy, Command, CommandBody, Desk, Event, EventRecord, PlaceView, Refusal,
    UnassignedReason, Widened, is_candidates,
};
use pointsman_engine::id::{AgentId, ChannelId, ConversationId, GroupId};
use pointsman_engine::model::{Agent, Directory, FallbackStep, Presence, Relax, SkillLevel, Strategy};
use pointsman_engine::rules::{PlanSource, Target};
use pointsman_engine::time::Timestamp;
use proptest::prelude::*;

use super::tenant::Tenant;

#[derive(Clone, Debug)]
struct Person {
    spec: Agent,
    presence: Presence,
    accepting: bool,
    /// 1, 2, 3 … in the order of coming online.
    online: u64,
    last_work: i64,
    holds: Vec<ConversationId>,
    handle_ms: Option<i64>,
    /// Credit of weighted round robin in each group.
    credit: BTreeMap<GroupId, i64>,
}

#[derive(Clone, Debug, PartialEq)]
enum Where {
    Nowhere,
    Waits { group: GroupId, since: i64, steps: usize, only: Option<(AgentId, AssignedBy, i64)> },
    With(AgentId, GroupId, i64),
    Away(FallbackStep),
}

#[derive(Clone, Debug)]
struct Talk {
    channel: ChannelId,
    arrived: i64,
    at: Where,
    gave_back: Vec<AgentId>,
    target: Option<Target>,
    priority: u8,
    tier: Option<u8>,
    skills: Vec<SkillLevel>,
}

/// What the desk ought to look like.
pub(crate) struct Model {
    revisions: [Directory; 2],
    live: usize,
    canary_runs: bool,
    people: Vec<Person>,
    talks: BTreeMap<ConversationId, Talk>,
    turn: BTreeMap<GroupId, u64>,
    came_online: u64,
}

/// What a conversation asks for, spelled out.
struct Ask {
    channel: ChannelId,
    tiers: std::ops::RangeInclusive<u8>,
    skills: Vec<SkillLevel>,
    groups: Vec<GroupId>,
    only: Option<AgentId>,
}

impl Model {
    pub(crate) fn new(tenant: &Tenant) -> Model {
        Model {
            revisions: tenant.directories.clone(),
            live: 0,
            canary_runs: false,
            people: Vec::new(),
            talks: BTreeMap::new(),
            turn: BTreeMap::new(),
            came_online: 0,
        }
    }

    pub(crate) fn all(&self) -> Vec<ConversationId> {
        self.talks.keys().copied().collect()
    }

    fn directory(&self) -> &Directory {
        &self.revisions[self.live]
    }

    /// What a talk asks of a group after some widening steps.
    fn ask(&self, talk: &Talk, group: GroupId, steps: usize, only: Option<AgentId>) -> Ask {
        let spec = &self.directory().groups[group.index()];
        let is_target = match talk.target {
            Some(Target::Group(target) | Target::Agent { group: target, .. }) => target == group,
            _ => false,
        };
        let lowest = if is_target { talk.tier.unwrap_or(0) } else { 0 };
        let mut highest = spec.tier_max.unwrap_or(255).max(lowest);
        let mut skills = if is_target { talk.skills.clone() } else { Vec::new() };
        let mut groups = vec![group];
        for step in spec.widening.iter().take(steps) {
            match step.relax {
                Relax::DropLastSkill => {
                    skills.pop();
                }
                Relax::DropSkills => skills.clear(),
                Relax::OpenTier(tier) => highest = highest.max(tier),
                Relax::Overflow(group) => {
                    if !groups.contains(&group) {
                        groups.push(group);
                    }
                }
            }
        }
        Ask { channel: talk.channel, tiers: lowest..=highest, skills, groups, only }
    }

    fn waiting_ask(&self, talk: &Talk) -> Option<Ask> {
        match &talk.at {
            Where::Waits { group, steps, only, .. } => {
                Some(self.ask(talk, *group, *steps, only.map(|(agent, ..)| agent)))
            }
            _ => None,
        }
    }

    fn cap(&self, person: &Person, group: GroupId) -> usize {
        let of_group = self.directory().groups[group.index()].agent_capacity.unwrap_or(u32::MAX);
        let of_tenant = self.directory().settings.agent_capacity_max.unwrap_or(u32::MAX);
        person.spec.capacity.min(of_group).min(of_tenant) as usize
    }

    /// Could be given something in this group.
    fn is_free(&self, id: AgentId, group: GroupId) -> bool {
        let person = &self.people[id.index()];
        person.spec.groups.iter().any(|member| member.group == group)
            && person.spec.receives
            && person.presence == Presence::Online
            && person.accepting
            && person.holds.len() < self.cap(person, group)
    }

    fn is_full(&self, group: GroupId) -> bool {
        let holds = self.talks.values().filter(|talk| matches!(talk.at, Where::With(_, g, _) if g == group));
        self.directory().groups[group.index()].capacity.is_some_and(|most| holds.count() >= most as usize)
    }

    fn fits(&self, id: AgentId, ask: &Ask, gave_back: &[AgentId]) -> bool {
        let person = &self.people[id.index()];
        let on_channel = person.holds.iter().filter(|held| self.talks[held].channel == ask.channel).count();
        let channel_cap = person.spec.channel_capacity.iter().find(|(channel, _)| *channel == ask.channel);
        let has = |asked: &SkillLevel| {
            person.spec.skills.iter().any(|skill| skill.skill == asked.skill && skill.level >= asked.level)
        };
        (person.spec.channels.is_empty() || person.spec.channels.contains(&ask.channel))
            && channel_cap.is_none_or(|(_, most)| on_channel < *most as usize)
            && ask.skills.iter().all(has)
            && ask.tiers.contains(&person.spec.tier)
            && ask.only.is_none_or(|only| only == id)
            && !gave_back.contains(&id)
    }

    fn is_eligible(&self, id: AgentId, group: GroupId, ask: &Ask, gave_back: &[AgentId]) -> bool {
        self.is_free(id, group) && !self.is_full(group) && self.fits(id, ask, gave_back)
    }

    fn everybody(&self) -> impl Iterator<Item = AgentId> + use<> {
        (0..self.people.len() as u32).map(AgentId)
    }

    /// Whom the group's strategy picks, by looking at everybody.
    fn pick(&self, group: GroupId, ask: &Ask, gave_back: &[AgentId]) -> Option<AgentId> {
        let eligible: Vec<_> =
            self.everybody().filter(|id| self.is_eligible(*id, group, ask, gave_back)).collect();
        let tier = eligible.iter().map(|id| self.people[id.index()].spec.tier).min()?;
        let of_tier = eligible.into_iter().filter(|id| self.people[id.index()].spec.tier == tier);
        let priority = |person: &Person| {
            let member = person.spec.groups.iter().find(|member| member.group == group);
            member.map_or(0, |member| i64::from(member.priority))
        };
        let load = |person: &Person| (person.holds.len() * 10_000 / self.cap(person, group).max(1)) as i64;
        let weights = self.directory().settings.load_index;
        let key = |id: &AgentId| {
            let person = &self.people[id.index()];
            let idle = person.last_work;
            match self.directory().groups[group.index()].strategy {
                Strategy::RoundRobin => {
                    let passed = person.online <= self.turn.get(&group).copied().unwrap_or(0);
                    (i64::from(passed), person.online as i64, 0)
                }
                Strategy::LeastLoaded | Strategy::Rank => (load(person), idle, 0),
                Strategy::LongestIdle => (i64::from(!person.holds.is_empty()), idle, 0),
                Strategy::WeightedRoundRobin => {
                    let credit = person.credit.get(&group).copied().unwrap_or(0);
                    (-(credit + priority(person)), idle, 0)
                }
                Strategy::Priority => (-priority(person), load(person), idle),
                Strategy::BestSkill => {
                    let first = ask
                        .skills
                        .first()
                        .and_then(|asked| person.spec.skills.iter().find(|skill| skill.skill == asked.skill));
                    (-first.map_or(0, |skill| i64::from(skill.level)), load(person), idle)
                }
                Strategy::LoadIndex => {
                    let handle = person.handle_ms.map_or(5_000, |ms| {
                        ms.min(2 * weights.handle_reference_ms) * 5_000 / weights.handle_reference_ms
                    });
                    ((50 * load(person) + 20 * 5_000 + 20 * handle + 10 * 5_000) / 100, idle, 0)
                }
            }
        };
        of_tier.min_by_key(|id| (key(id), *id))
    }

    fn place_in_line(&self, id: ConversationId) -> (i64, ConversationId) {
        let talk = &self.talks[&id];
        (talk.arrived - i64::from(talk.priority) * self.directory().settings.ageing_ms, id)
    }

    /// Takes in what the desk says happened, and objects to what should not have.
    pub(crate) fn follow(
        &mut self,
        live: usize,
        command: &Command,
        result: &Result<(), Refusal>,
        events: &[EventRecord],
    ) -> Result<(), TestCaseError> {
        for record in events {
            self.take_in(live, record.at.0, &record.event)
                .map_err(|error| TestCaseError::fail(format!("{error}\nat {record:?}\nof {events:#?}")))?;
        }
        if let (CommandBody::ChangeAgent { agent, change: AgentChange::Capacity(capacity) }, Ok(())) =
            (&command.body, result)
        {
            prop_assert_eq!(self.people[agent.index()].spec.capacity, *capacity);
        }
        Ok(())
    }

    fn take_in(&mut self, live: usize, at: i64, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::Published { .. } => self.publish(live),
            Event::PresenceChanged { agent, presence } => {
                let person = &mut self.people[agent.index()];
                if person.presence == Presence::Offline && *presence != Presence::Offline {
                    self.came_online += 1;
                    person.online = self.came_online;
                    person.last_work = at;
                }
                person.presence = *presence;
            }
            Event::AcceptingChanged { agent, accepting } => self.people[agent.index()].accepting = *accepting,
            Event::AgentChanged { agent } => self.people[agent.id.index()].spec = (**agent).clone(),
            Event::ConversationOpened { conversation, channel, .. } => {
                let talk = Talk {
                    channel: *channel,
                    arrived: at,
                    at: Where::Nowhere,
                    gave_back: Vec::new(),
                    target: None,
                    priority: 0,
                    tier: None,
                    skills: Vec::new(),
                };
                prop_assert!(self.talks.insert(*conversation, talk).is_none(), "a number used twice");
            }
            Event::Routed { conversation, plan, .. } => {
                let talk = self.talks.get_mut(conversation).expect("routed a conversation there is");
                talk.target = Some(plan.target.clone());
                talk.priority = plan.priority;
                talk.tier = plan.tier;
                talk.skills = plan.skills.clone();
            }
            Event::Queued { conversation, group, directed, .. } => {
                let talk = self.talks[conversation].clone();
                if self.directory().settings.automatic && directed.is_none() {
                    let ask = self.ask(&talk, *group, 0, None);
                    let somebody = self.pick(*group, &ask, &talk.gave_back);
                    prop_assert_eq!(somebody, None, "queued although somebody is eligible");
                }
                let only = directed.map(|directed| (directed.agent, directed.by, directed.until.0));
                let at = match talk.at {
                    Where::Waits { group: before, since, steps, .. } if before == *group => {
                        Where::Waits { group: *group, since, steps, only }
                    }
                    _ => Where::Waits { group: *group, since: at, steps: 0, only },
                };
                self.talks.get_mut(conversation).expect("it is there").at = at;
            }
            Event::Widened { conversation, step } => {
                let directory = self.revisions[self.live].clone();
                let talk = self.talks.get_mut(conversation).expect("widened a conversation there is");
                let Where::Waits { group, since, steps, only } = &mut talk.at else {
                    return Err(TestCaseError::fail("widened what does not wait"));
                };
                match step {
                    Widened::Agent { agent, .. } => {
                        let (who, _, until) = only.take().expect("it waits for somebody");
                        prop_assert!(who == *agent && until <= at, "gave up too early");
                    }
                    Widened::Step(step) => {
                        prop_assert_eq!(usize::from(*step), *steps);
                        let due = *since + directory.groups[group.index()].widening[*steps].after_ms;
                        prop_assert!(due <= at, "widened too early");
                        *steps += 1;
                    }
                }
            }
            Event::Assigned { conversation, agent, group, by, .. } => {
                self.assigned(*conversation, *agent, *group, *by, at)?;
            }
            Event::Unassigned { conversation, agent, reason } => {
                let talk = self.talks.get_mut(conversation).expect("it is there");
                prop_assert!(matches!(talk.at, Where::With(who, ..) if who == *agent));
                talk.at = Where::Nowhere;
                if matches!(reason, UnassignedReason::Returned { .. }) {
                    talk.gave_back.push(*agent);
                }
                let person = &mut self.people[agent.index()];
                person.holds.retain(|held| held != conversation);
                person.last_work = at;
            }
            Event::FellBack { conversation, to, .. } => {
                self.talks.get_mut(conversation).expect("it is there").at = Where::Away(to.clone());
            }
            Event::Closed { conversation, .. } => {
                let talk = self.talks.remove(conversation).expect("closed a conversation there is");
                if let Where::With(agent, _, since) = talk.at {
                    let person = &mut self.people[agent.index()];
                    person.holds.retain(|held| held != conversation);
                    person.last_work = at;
                    let handled = at - since;
                    person.handle_ms =
                        Some(person.handle_ms.map_or(handled, |mean| mean + (handled - mean) / 8));
                }
            }
            Event::CanaryStarted { .. } => self.canary_runs = true,
            Event::CanaryChosen { .. } => prop_assert!(self.canary_runs, "chosen for nothing"),
            Event::CanaryEnded { .. } => {
                prop_assert!(self.canary_runs, "ended what does not run");
                self.canary_runs = false;
            }
            Event::CustomerSeen { .. } => {}
            other => prop_assert!(false, "unexpected {:?}", other),
        }
        Ok(())
    }

    fn publish(&mut self, live: usize) {
        self.canary_runs = false;
        let before = self.directory().agents.clone();
        for (index, spec) in self.revisions[live].agents.iter().enumerate() {
            if self.people.len() <= index {
                self.people.push(Person {
                    spec: spec.clone(),
                    presence: Presence::Offline,
                    accepting: true,
                    online: 0,
                    last_work: 0,
                    holds: Vec::new(),
                    handle_ms: None,
                    credit: BTreeMap::new(),
                });
            } else if before[index] != *spec {
                self.people[index].spec = spec.clone();
            }
        }
        self.live = live;
    }

    fn assigned(
        &mut self,
        id: ConversationId,
        agent: AgentId,
        group: GroupId,
        by: AssignedBy,
        at: i64,
    ) -> Result<(), TestCaseError> {
        let talk = self.talks.get(&id).expect("assigned a conversation there is").clone();
        prop_assert!(!matches!(talk.at, Where::With(..)), "assigned twice");
        prop_assert!(self.is_free(agent, group), "assigned to somebody who is not free");
        // Through the queue it waits in, or into the first group or a fallback group afresh.
        let waiting = self.waiting_ask(&talk).filter(|ask| ask.groups.contains(&group));
        let asks: Vec<_> = waiting.into_iter().chain([self.ask(&talk, group, 0, None)]).collect();
        if by != AssignedBy::Taken {
            prop_assert!(self.directory().settings.automatic, "assigned while switched off");
            let eligible = |ask: &Ask| self.is_eligible(agent, group, ask, &talk.gave_back);
            prop_assert!(asks.iter().any(eligible), "not eligible");
        }
        match by {
            AssignedBy::Strategy => {
                let picked = |ask: &Ask| self.pick(group, ask, &talk.gave_back) == Some(agent);
                prop_assert!(asks.iter().any(picked), "not the strategy's pick");
            }
            AssignedBy::FromQueue => {
                let asked = self.waiting_ask(&talk).is_some_and(|ask| ask.groups.contains(&group));
                prop_assert!(asked, "from the queue of a group that was not asked");
                // Nobody whom this agent could serve stands before it.
                for (other, talk) in &self.talks {
                    let Some(ask) = self.waiting_ask(talk) else { continue };
                    let could =
                        ask.groups.iter().any(|group| self.is_eligible(agent, *group, &ask, &talk.gave_back));
                    if could {
                        prop_assert!(
                            self.place_in_line(id) <= self.place_in_line(*other),
                            "{other} stands before {id}"
                        );
                    }
                }
            }
            _ => {}
        }
        if self.directory().groups[group.index()].strategy == Strategy::WeightedRoundRobin {
            self.pay(agent, group);
        }
        if self.directory().groups[group.index()].strategy == Strategy::RoundRobin {
            self.turn.insert(group, self.people[agent.index()].online);
        }
        let person = &mut self.people[agent.index()];
        person.holds.push(id);
        person.last_work = at;
        self.talks.get_mut(&id).expect("it is there").at = Where::With(agent, group, at);
        Ok(())
    }

    /// nginx's smooth weighted round robin: every free agent of the tier earns, the picked one pays.
    fn pay(&mut self, agent: AgentId, group: GroupId) {
        let tier = self.people[agent.index()].spec.tier;
        let mut total = 0;
        for id in self.everybody().filter(|id| self.is_free(*id, group)).collect::<Vec<_>>() {
            let person = &mut self.people[id.index()];
            if person.spec.tier != tier {
                continue;
            }
            let member = person.spec.groups.iter().find(|member| member.group == group);
            let weight = member.map_or(0, |member| i64::from(member.priority));
            *person.credit.entry(group).or_default() += weight;
            total += weight;
        }
        *self.people[agent.index()].credit.entry(group).or_default() -= total;
    }

    /// What must be true whenever the desk is quiet.
    pub(crate) fn must_hold(&self, desk: &Desk) -> Result<(), TestCaseError> {
        let views = desk.conversations();
        prop_assert_eq!(views.len(), self.talks.len(), "conversations lost or invented");
        prop_assert_eq!(desk.canary().is_some(), self.canary_runs);
        for view in &views {
            let talk = &self.talks[&view.id];
            // What came back from an agent follows the plan it had, as after a revision.
            if let (PlaceView::Queued { .. }, Some(plan), 0) = (&view.place, view.plan, view.returns)
                && let PlanSource::Rule(rule) = plan.source
            {
                let by_candidate = is_candidates(rule);
                prop_assert!(self.canary_runs || !by_candidate, "{} waits by a rule that is gone", view.id);
            }
            match (&view.place, &talk.at) {
                (PlaceView::Queued { group, .. }, Where::Waits { group: known, .. }) => {
                    prop_assert_eq!(group, known);
                }
                (PlaceView::Assigned { agent, group, .. }, Where::With(known, in_group, _)) => {
                    prop_assert_eq!((agent, group), (known, in_group));
                }
                (PlaceView::Fallback { kind }, Where::Away(known)) => prop_assert_eq!(*kind, known),
                (place, known) => {
                    prop_assert!(false, "{} is {:?}, the model says {:?}", view.id, place, known)
                }
            }
        }
        for (id, person) in self.everybody().zip(&self.people) {
            let view = desk.agent(id).expect("everybody has a desk");
            let mut holds = person.holds.clone();
            holds.sort();
            prop_assert_eq!(view.conversations, &holds[..]);
        }
        if !self.directory().settings.automatic {
            return Ok(());
        }
        // N6, P3: no waiting conversation beside somebody who could take it.
        for (id, talk) in &self.talks {
            let Some(ask) = self.waiting_ask(talk) else { continue };
            for group in &ask.groups {
                for agent in self.everybody() {
                    prop_assert!(
                        !self.is_eligible(agent, *group, &ask, &talk.gave_back),
                        "{id} waits although {agent} in {group} could take it"
                    );
                }
            }
            let Where::Waits { since, only, group, steps } = &talk.at else { continue };
            let spec = &self.directory().groups[group.index()];
            let now = desk.now();
            prop_assert!(
                only.is_none_or(|(.., until)| Timestamp(until) > now),
                "waits for one agent too long"
            );
            prop_assert!(spec.wait_ms_max.is_none_or(|most| since + most > now.0), "waits too long");
            let widens = spec.widening.get(*steps);
            prop_assert!(widens.is_none_or(|step| since + step.after_ms > now.0), "should have widened");
        }
        Ok(())
    }
}
