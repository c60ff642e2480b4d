//! The frame of a desk: the live configuration and the state of its hours. Changes only when a revision is published,
//! a canary begins or ends, or hours turn.

use super::hours::HoursState;
use crate::id::{GroupId, HoursId};
use crate::model::hours::CompiledHours;
use crate::model::{Directory, Settings, Strategy};
use crate::rules::Revision;
use crate::time::Timestamp;

/// What every placement looks at and no conversation changes.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// `None`: nothing was published yet.
    pub revision: Option<Revision>,
    pub directory: Directory,
    /// By hours id.
    pub hours: Vec<HoursState>,
    /// Waiting times at which rules want to run: of the live ruleset, and of a canary's.
    pub wait_thresholds_ms: Vec<i64>,
    /// Whether any agent is restricted to some channels or has a cap of its own for one.
    pub restricts_channels: bool,
    /// By group id: whether its available agents are listed once more by skill and channel.
    listed_by_facet: Vec<bool>,
    /// By hours id; `None` where the zone is unknown to this engine: then the hours are closed.
    compiled: Vec<Option<CompiledHours>>,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            revision: None,
            directory: Directory {
                settings: Settings::bare("", "UTC"),
                channels: Vec::new(),
                entries: Default::default(),
                groups: Vec::new(),
                agents: Vec::new(),
                skills: Vec::new(),
                hours: Vec::new(),
                wait_thresholds_ms: Vec::new(),
            },
            hours: Vec::new(),
            wait_thresholds_ms: Vec::new(),
            restricts_channels: false,
            listed_by_facet: Vec::new(),
            compiled: Vec::new(),
        }
    }
}

impl Frame {
    pub(crate) fn new(revision: Revision, directory: Directory, hours: Vec<HoursState>) -> Frame {
        let restricts_channels = directory
            .agents
            .iter()
            .any(|agent| !agent.channels.is_empty() || !agent.channel_capacity.is_empty());
        let compiled = directory.hours.iter().map(|named| named.hours.compile().ok()).collect();
        let listed_by_facet = listed_by_facet(&directory);
        Frame {
            revision: Some(revision),
            wait_thresholds_ms: directory.wait_thresholds_ms.clone(),
            directory,
            hours,
            restricts_channels,
            listed_by_facet,
            compiled,
        }
    }

    /// Whether the group's available agents are listed once more by skill and channel.
    pub(crate) fn lists_facets(&self, group: GroupId) -> bool {
        self.listed_by_facet.get(group.index()).copied().unwrap_or(false)
    }

    /// Whether the hours are open right now. No hours: always.
    pub(crate) fn is_open(&self, hours: Option<HoursId>) -> bool {
        hours.is_none_or(|id| self.hours.get(id.index()).is_some_and(|state| state.open))
    }

    /// The state of some hours at an instant.
    pub(crate) fn hours_at(&self, hours: HoursId, at: Timestamp) -> HoursState {
        hours_at(self.compiled.get(hours.index()).and_then(Option::as_ref), at)
    }

    /// The state of every plan of hours of a directory at an instant.
    pub(crate) fn all_hours_at(directory: &Directory, at: Timestamp) -> Vec<HoursState> {
        directory.hours.iter().map(|named| hours_at(named.hours.compile().ok().as_ref(), at)).collect()
    }
}

/// Up to so many members, looking at each costs less than keeping lists.
const LOOKED_AT_MEMBERS_MAX: usize = 64;

/// Large groups keep lists by skill and channel, and those that choose by skill.
fn listed_by_facet(directory: &Directory) -> Vec<bool> {
    let mut members = vec![0_usize; directory.groups.len()];
    for membership in directory.agents.iter().flat_map(|agent| &agent.groups) {
        for group in directory.group_and_above(membership.group) {
            if let Some(members) = members.get_mut(group.index()) {
                *members += 1;
            }
        }
    }
    let by_skill = directory.groups.iter().map(|group| group.strategy == Strategy::BestSkill);
    members
        .iter()
        .zip(by_skill)
        .map(|(members, by_skill)| by_skill || *members > LOOKED_AT_MEMBERS_MAX)
        .collect()
}

fn hours_at(hours: Option<&CompiledHours>, at: Timestamp) -> HoursState {
    hours.map_or(HoursState::default(), |hours| HoursState {
        open: hours.is_open(at),
        until: hours.next_change(at),
    })
}
