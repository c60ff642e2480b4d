//! What must always hold, looked at while a run goes on (N6): no conversation is lost or in two places, no agent over
//! their cap, and nobody waits beside an agent who could take them.

use super::floor::{Floor, Live, Place};
use super::report::Checks;
use crate::id::{AgentId, ConversationId, HoursId};
use crate::model::{Agent, Directory, Group, Presence};
use crate::time::Timestamp;

/// Findings kept in words.
const FIRST_MAX: usize = 10;
/// Without full checks, every how many batches waiting conversations and idle agents are compared.
const LOOK_EVERY: u64 = 1024;

/// How thoroughly a run is checked.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Thoroughness {
    /// Everything that costs nothing; waiting conversations and idle agents are compared now and then.
    #[default]
    Counters,
    /// Waiting conversations and idle agents are compared after every command.
    Full,
}

/// Checks a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Checker {
    thoroughness: Thoroughness,
    batches: u64,
    pub(super) found: Checks,
    /// Members by group, those of the departments below included, in order of id.
    members: Vec<Vec<AgentId>>,
}

impl Checker {
    pub(super) fn new(directory: &Directory, thoroughness: Thoroughness) -> Checker {
        let mut members = vec![Vec::new(); directory.groups.len()];
        for agent in directory.agents.iter().filter(|agent| agent.active && agent.receives) {
            for place in &agent.groups {
                for group in directory.group_and_above(place.group) {
                    if let Some(members) = members.get_mut(group.index())
                        && members.last() != Some(&agent.id)
                    {
                        members.push(agent.id);
                    }
                }
            }
        }
        Checker { thoroughness, batches: 0, found: Checks::default(), members }
    }

    /// Checks by another directory from now on.
    pub(super) fn swap(&mut self, directory: &Directory) {
        let Checker { thoroughness, batches, found, .. } = std::mem::take(self);
        *self = Checker { batches, found, ..Checker::new(directory, thoroughness) };
    }

    /// Notes a finding.
    pub(super) fn find(&mut self, count: fn(&mut Checks) -> &mut u64, words: impl FnOnce() -> String) {
        *count(&mut self.found) += 1;
        if self.found.first.len() < FIRST_MAX {
            self.found.first.push(words());
        }
    }

    /// Looks at an agent who was just given a conversation.
    pub(super) fn assigned(&mut self, agent: AgentId, floor: &Floor, directory: &Directory, at: Timestamp) {
        let open = floor.agents.get(agent.index()).map_or(0, |now| now.open);
        let capacity = directory.agent(agent).map_or(0, |agent| cap(agent, directory));
        if open > capacity {
            self.find(
                |found| &mut found.over_capacity,
                || format!("{at}: agent {agent} has {open} conversations, at most {capacity}"),
            );
        }
    }

    /// Looks at the floor after a command.
    pub(super) fn settled(&mut self, floor: &Floor, directory: &Directory, at: Timestamp) {
        self.batches += 1;
        if floor.nowhere > 0 {
            let lost = floor.under_way().find(|(_, live)| live.place == Place::Nowhere).map(|(id, _)| id);
            self.find(|found| &mut found.lost, || format!("{at}: conversation {lost:?} is nowhere"));
        }
        let look = self.thoroughness == Thoroughness::Full || self.batches.is_multiple_of(LOOK_EVERY);
        if look && floor.waiting > 0 && directory.settings.automatic {
            self.look_for_idle(floor, directory, at);
        }
    }

    fn look_for_idle(&mut self, floor: &Floor, directory: &Directory, at: Timestamp) {
        self.found.idle_looks += 1;
        for group in directory.groups.iter().filter(|group| group.active) {
            let Some(now) = floor.groups.get(group.id.index()).filter(|now| now.waiting > 0) else {
                continue;
            };
            let is_open = group.hours.is_none_or(|hours| is_open(hours, floor));
            if !is_open || group.capacity.is_some_and(|most| now.in_hand >= most) {
                continue;
            }
            let idle = self.with_room(group, floor, directory);
            let waiting = floor.under_way().filter(|(_, live)| live.place == Place::Waiting(group.id));
            let found = waiting
                .filter(|(_, live)| !idle.is_empty() && live.reserved_until.is_none_or(|until| at > until))
                .find_map(|(id, live)| {
                    idle.iter().find(|agent| could_take(agent, live)).map(|agent| (id, agent.id))
                });
            if let Some((id, agent)) = found {
                self.find(
                    |found| &mut found.idle_beside_waiting,
                    || format!("{at}: conversation {id} waits for {} beside agent {agent}", group.slug),
                );
            }
        }
    }

    /// The members of a group who have room for one more.
    fn with_room<'d>(&self, group: &Group, floor: &Floor, directory: &'d Directory) -> Vec<&'d Agent> {
        let most = group.agent_capacity.unwrap_or(u32::MAX);
        let members = self.members.get(group.id.index()).map_or(&[][..], Vec::as_slice);
        members
            .iter()
            .filter_map(|id| Some((directory.agent(*id)?, floor.agents.get(id.index())?)))
            .filter(|(agent, now)| {
                now.presence == Presence::Online
                    && now.accepting
                    && now.open < cap(agent, directory).min(most)
                    && agent.shift.is_none_or(|shift| is_open(shift, floor))
                    && group.tier_max.is_none_or(|most| agent.tier <= most)
            })
            .map(|(agent, _)| agent)
            .collect()
    }

    /// Notes an event about a conversation that could not be where the event says.
    pub(super) fn misplaced(&mut self, id: ConversationId, from: Option<Place>, what: &str, at: Timestamp) {
        self.find(
            |found| &mut found.misplaced,
            || format!("{at}: conversation {id} is {what} while it is {from:?}"),
        );
    }
}

/// Whether the agent has everything the conversation asks for, before any widening. An agent with a cap of their own
/// for some channel is passed over: the floor does not count by channel.
fn could_take(agent: &Agent, live: &Live) -> bool {
    agent.channel_capacity.is_empty()
        && agent.may_receive_from(live.arrival.channel)
        && live.ask.as_ref().is_none_or(|ask| {
            ask.skills.iter().all(|asked| agent.skill_level(asked.skill) >= asked.level)
                && ask.tier.is_none_or(|tier| agent.tier >= tier)
        })
}

fn is_open(hours: HoursId, floor: &Floor) -> bool {
    floor.hours_open.get(hours.index()) == Some(&true)
}

/// The most conversations an agent may have at once.
pub(super) fn cap(agent: &Agent, directory: &Directory) -> u32 {
    agent.capacity.min(directory.settings.agent_capacity_max.unwrap_or(u32::MAX))
}
