//! The frame of a desk: the live configuration and the state of its hours. Changes only when a revision is published
//! or hours turn.

use super::hours::HoursState;
use crate::id::HoursId;
use crate::model::hours::CompiledHours;
use crate::model::{Directory, Settings};
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
    /// Whether any agent is restricted to some channels or has a cap of its own for one.
    pub restricts_channels: bool,
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
            restricts_channels: false,
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
        Frame { revision: Some(revision), directory, hours, restricts_channels, compiled }
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

fn hours_at(hours: Option<&CompiledHours>, at: Timestamp) -> HoursState {
    hours.map_or(HoursState::default(), |hours| HoursState {
        open: hours.is_open(at),
        until: hours.next_change(at),
    })
}
