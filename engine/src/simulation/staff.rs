//! Staff: when agents come, take breaks, drop out and go.
//!
//! An agent is online while on shift (always, where no shift is given), away on breaks, offline while dropped out. One who
//! is online may be silent: given conversations, and not answering. At
//! the end of a shift an agent who still has conversations stays until they are done, as people do. Injections send
//! agents away and let them come back.

use std::collections::BTreeMap;

use super::random::lot;
use super::scenario::{AgentsOut, DRAIN_MS_MAX, Scenario};
use crate::id::{AgentId, GroupId};
use crate::model::{Agent, Directory, Presence};
use crate::time::Timestamp;

/// Why an agent's presence changes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Shift,
    Break,
    Drop,
}

/// A change of one agent's circumstances.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: Timestamp,
    agent: AgentId,
    cause: Cause,
    begins: bool,
}

/// What keeps an agent from being online, or not.
#[derive(Copy, Clone, Debug, Default)]
struct Circumstances {
    shifts: u32,
    breaks: u32,
    drops: u32,
    /// Sent away by an injection.
    sent: bool,
    /// What the desk was last told.
    told: Presence,
}

/// The staff of a run.
#[derive(Clone, Debug)]
pub(super) struct Staff {
    /// In order of time, then agent.
    changes: Vec<Change>,
    done: usize,
    agents: Vec<Circumstances>,
    /// From when to when agents are silent, in order of beginnings.
    silences: BTreeMap<AgentId, Vec<(Timestamp, Timestamp)>>,
}

impl Staff {
    /// The staff of `scenario`. Who takes which break, drops out or is silent is drawn by lot from `seed`.
    pub(super) fn new(scenario: &Scenario, directory: &Directory, seed: u64) -> Staff {
        let mut changes = Vec::new();
        let end = scenario.end().plus_ms(DRAIN_MS_MAX);
        let works: Vec<&Agent> =
            directory.agents.iter().filter(|agent| agent.active && agent.receives).collect();
        for agent in &works {
            add_shifts(agent, directory, scenario.start, end, &mut changes);
        }
        let by_lot = in_order_of_lots(&works, seed, "breaks");
        for pause in &scenario.breaks {
            for agent in slice(&by_lot, pause.from_share, pause.share) {
                add(&mut changes, agent, Cause::Break, pause.at, pause.length_ms);
            }
        }
        let concerned = |out: &AgentsOut, purpose: &str| {
            let of_group = |agent: &&&Agent| out.group.is_none_or(|group| belongs(agent, group, directory));
            let concerned: Vec<&Agent> = works.iter().filter(of_group).copied().collect();
            let by_lot = in_order_of_lots(&concerned, seed, purpose);
            slice(&by_lot, 0.0, out.share).collect::<Vec<_>>()
        };
        for (at, drop) in scenario.drops.iter().enumerate() {
            for agent in concerned(drop, &format!("drop {at}")) {
                add(&mut changes, agent, Cause::Drop, drop.at, drop.length_ms);
            }
        }
        let mut silences: BTreeMap<AgentId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
        for (at, silence) in scenario.silences.iter().enumerate() {
            for agent in concerned(silence, &format!("silence {at}")) {
                silences.entry(agent).or_default().push((silence.at, silence.at.plus_ms(silence.length_ms)));
            }
        }
        changes.sort_unstable();
        let agents = vec![Circumstances::default(); directory.agents.len()];
        Staff { changes, done: 0, agents, silences }
    }

    /// Until when an agent who is given a conversation now does not answer; `None`: they do.
    pub(super) fn silent_until(&self, agent: AgentId, now: Timestamp) -> Option<Timestamp> {
        let mut until = None;
        for (from, to) in self.silences.get(&agent)? {
            let at = until.unwrap_or(now);
            if *from <= at && at < *to {
                until = Some(*to);
            }
        }
        until
    }

    /// The staff under another directory, from `now` on: who was sent away stays so, and what the desk was told is known.
    pub(super) fn under(
        &self,
        scenario: &Scenario,
        directory: &Directory,
        seed: u64,
        now: Timestamp,
    ) -> Staff {
        let mut staff = Staff::new(scenario, directory, seed);
        while staff.peek().is_some_and(|at| at <= now) {
            staff.step();
        }
        for (agent, before) in staff.agents.iter_mut().zip(&self.agents) {
            agent.sent = before.sent;
            agent.told = before.told;
        }
        for agent in directory.agents.iter().filter(|agent| !agent.active) {
            if let Some(agent) = staff.agents.get_mut(agent.id.index()) {
                agent.told = Presence::Offline;
            }
        }
        staff
    }

    /// Sends an agent away, or lets them come back.
    pub(super) fn send(&mut self, agent: AgentId, away: bool) {
        if let Some(agent) = self.agents.get_mut(agent.index()) {
            agent.sent = away;
        }
    }

    /// Whether an agent was sent away.
    pub(super) fn is_sent(&self, agent: AgentId) -> bool {
        self.agents.get(agent.index()).is_some_and(|agent| agent.sent)
    }

    /// When the next agent's circumstances change.
    pub(super) fn peek(&self) -> Option<Timestamp> {
        self.changes.get(self.done).map(|change| change.at)
    }

    /// Takes the next change; gives the agent whose presence may have to change.
    pub(super) fn step(&mut self) -> Option<AgentId> {
        let change = self.changes.get(self.done)?;
        self.done += 1;
        let agent = self.agents.get_mut(change.agent.index())?;
        let count = match change.cause {
            Cause::Shift => &mut agent.shifts,
            Cause::Break => &mut agent.breaks,
            Cause::Drop => &mut agent.drops,
        };
        *count = if change.begins { *count + 1 } else { count.saturating_sub(1) };
        Some(change.agent)
    }

    /// The presence the desk has to be told now, given how many conversations the agent has in hand; `None`: it knows.
    pub(super) fn tell(&mut self, agent: AgentId, in_hand: u32) -> Option<Presence> {
        let agent = self.agents.get_mut(agent.index())?;
        let presence = if agent.drops > 0 || agent.sent {
            Presence::Offline
        } else if agent.shifts == 0 {
            // Done for today, once the last conversation is.
            if in_hand > 0 { agent.told } else { Presence::Offline }
        } else if agent.breaks > 0 {
            Presence::Away
        } else {
            Presence::Online
        };
        (presence != agent.told).then(|| {
            agent.told = presence;
            presence
        })
    }

    /// Whether the agent's shift is over, so that the end of a conversation may be the time to go.
    pub(super) fn is_leaving(&self, agent: AgentId) -> bool {
        self.agents
            .get(agent.index())
            .is_some_and(|agent| agent.shifts == 0 && agent.told != Presence::Offline)
    }
}

fn add(changes: &mut Vec<Change>, agent: AgentId, cause: Cause, at: Timestamp, length_ms: i64) {
    changes.push(Change { at, agent, cause, begins: true });
    changes.push(Change { at: at.plus_ms(length_ms), agent, cause, begins: false });
}

fn add_shifts(
    agent: &Agent,
    directory: &Directory,
    from: Timestamp,
    to: Timestamp,
    changes: &mut Vec<Change>,
) {
    let shift = agent.shift.and_then(|id| directory.hours(id)).and_then(|plan| plan.hours.compile().ok());
    match shift {
        None => changes.push(Change { at: from, agent: agent.id, cause: Cause::Shift, begins: true }),
        Some(shift) => {
            for open in shift.open_ranges(from, to) {
                add(changes, agent.id, Cause::Shift, open.start, open.end.since_ms(open.start));
            }
        }
    }
}

fn belongs(agent: &Agent, group: GroupId, directory: &Directory) -> bool {
    agent.groups.iter().any(|place| directory.group_and_above(place.group).any(|above| above == group))
}

fn in_order_of_lots(agents: &[&Agent], seed: u64, purpose: &str) -> Vec<AgentId> {
    let mut lots: Vec<(u64, AgentId)> =
        agents.iter().map(|agent| (lot(seed, purpose, &agent.slug), agent.id)).collect();
    lots.sort_unstable();
    lots.into_iter().map(|(_, agent)| agent).collect()
}

/// The agents from one share of all on, going round at the end.
fn slice(agents: &[AgentId], from_share: f64, share: f64) -> impl Iterator<Item = AgentId> + '_ {
    let all = agents.len();
    let place = |share: f64| (share * all as f64 + 0.5) as usize;
    let (from, to) = (place(from_share), place(from_share + share));
    (from..to.min(from + all)).filter_map(move |at| agents.get(at % all).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::HoursId;
    use crate::model::NamedHours;
    use crate::model::hours::{DayRange, Hours, Span};
    use crate::simulation::erlang::Erlang;
    use crate::simulation::{AgentsOut, Break};

    const HOUR: i64 = 3_600_000;

    fn world(agents: u32) -> (Scenario, Directory) {
        let erlang =
            Erlang { arrivals_per_hour: 1.0, handle_ms_mean: 60_000.0, agents, patience_ms_mean: None };
        let scenario = Scenario { length_ms: 24 * HOUR, ..erlang.scenario(1, 0) };
        (scenario, erlang.directory())
    }

    /// Who is told what, by hour of the run.
    fn told(staff: &mut Staff, start: Timestamp, in_hand: u32) -> Vec<(i64, u32, Presence)> {
        let mut told = Vec::new();
        while let Some(at) = staff.peek().filter(|at| at.since_ms(start) < 24 * HOUR) {
            if let Some(agent) = staff.step()
                && let Some(presence) = staff.tell(agent, in_hand)
            {
                told.push((at.since_ms(start) / HOUR, agent.0, presence));
            }
        }
        told
    }

    #[test]
    fn an_agent_on_shift_comes_and_goes_but_not_with_work_in_hand() {
        let (scenario, mut directory) = world(1);
        let mut hours = Hours::builder("UTC").unwrap();
        hours.weekly(DayRange::WEEK, &[Span::parse("09:00-17:00").unwrap()]).unwrap();
        directory.hours.push(NamedHours { id: HoursId(0), slug: "day".to_owned(), hours: hours.build() });
        directory.agents[0].shift = Some(HoursId(0));
        let mut staff = Staff::new(&scenario, &directory, 1);
        assert_eq!(
            told(&mut staff, scenario.start, 0),
            [(9, 0, Presence::Online), (17, 0, Presence::Offline)]
        );
        let mut staff = Staff::new(&scenario, &directory, 1);
        assert_eq!(told(&mut staff, scenario.start, 1), [(9, 0, Presence::Online)]);
        assert!(staff.is_leaving(AgentId(0)));
        assert_eq!(staff.tell(AgentId(0), 0), Some(Presence::Offline));
        assert!(!staff.is_leaving(AgentId(0)));
    }

    #[test]
    fn breaks_one_after_the_other_concern_everybody_once() {
        let (mut scenario, directory) = world(10);
        for (at, from_share) in [(12, 0.0), (13, 0.5)] {
            let at = scenario.start.plus_ms(at * HOUR);
            scenario.breaks.push(Break { at, length_ms: HOUR, from_share, share: 0.5 });
        }
        let mut staff = Staff::new(&scenario, &directory, 1);
        let told = told(&mut staff, scenario.start, 0);
        let away = |hour| {
            let at_hour = told.iter().filter(|told| told.0 == hour && told.2 == Presence::Away);
            at_hour.map(|told| told.1).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!((away(12).len(), away(13).len()), (5, 5));
        assert!(away(12).is_disjoint(&away(13)));
    }

    #[test]
    fn a_drop_takes_the_share_asked_for_and_brings_it_back() {
        let (mut scenario, directory) = world(10);
        let at = scenario.start.plus_ms(2 * HOUR);
        scenario.drops.push(AgentsOut { at, length_ms: HOUR, group: Some(GroupId(0)), share: 0.3 });
        let mut staff = Staff::new(&scenario, &directory, 1);
        let told = told(&mut staff, scenario.start, 4);
        let at_hour = |hour| told.iter().filter(|told| told.0 == hour).map(|told| told.2).collect::<Vec<_>>();
        assert_eq!(at_hour(0).len(), 10);
        assert_eq!(at_hour(2), [Presence::Offline; 3], "with work in hand, too");
        assert_eq!(at_hour(3), [Presence::Online; 3]);
    }

    #[test]
    fn a_silent_agent_stays_online_and_one_silence_goes_over_into_the_next() {
        let (mut scenario, directory) = world(10);
        let hour = |hour: i64| scenario.start.plus_ms(hour * HOUR);
        let (two, three, four, five) = (hour(2), hour(3), hour(4), hour(5));
        let out = |at, hours| AgentsOut { at, length_ms: hours * HOUR, group: None, share: 1.0 };
        scenario.silences = vec![out(two, 1), out(three, 1)];
        let mut staff = Staff::new(&scenario, &directory, 1);
        let presences: Vec<Presence> =
            told(&mut staff, scenario.start, 0).into_iter().map(|told| told.2).collect();
        assert_eq!(presences, [Presence::Online; 10], "whoever looks at presences sees nothing");
        assert_eq!(staff.silent_until(AgentId(7), two), Some(four));
        assert_eq!(staff.silent_until(AgentId(7), two.plus_ms(-1)), None);
        assert_eq!(
            (staff.silent_until(AgentId(7), four), staff.silent_until(AgentId(7), five)),
            (None, None)
        );
        scenario.silences = vec![AgentsOut { share: 0.3, ..out(two, 1) }];
        let staff = Staff::new(&scenario, &directory, 1);
        let silent = |at| (0..10).filter(|agent| staff.silent_until(AgentId(*agent), at).is_some()).count();
        assert_eq!(silent(two), 3);
    }
}
