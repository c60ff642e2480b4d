//! Lengths of time that a recording shows, to draw from where a replay needs one that was never seen.

use std::collections::BTreeMap;

use super::course::{Act, StageKind};
use crate::desk::CloseReason;
use crate::id::GroupId;
use crate::simulation::random::Stream;

/// A bot's stay where no recording shows any.
const BOT_MS_DEFAULT: i64 = 90_000;
/// An agent's handle time where no recording shows any.
const HANDLE_MS_DEFAULT: i64 = 300_000;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    handles: BTreeMap<GroupId, Vec<i64>>,
    all_handles: Vec<i64>,
    /// How long bots had a conversation, and whether they handed it to people.
    bots: Vec<(i64, bool)>,
    forms: Vec<i64>,
    /// The waits of those whose patience ended.
    patience: Vec<i64>,
    waited_ms: i64,
    /// Waits that something else than patience ended.
    borne: Vec<i64>,
}

impl Samples {
    pub(super) fn done(&mut self, kind: StageKind, group: Option<GroupId>, act: Act, offset_ms: i64) {
        match (kind, act) {
            (StageKind::With, Act::Close(CloseReason::Resolved)) => {
                if let Some(group) = group {
                    self.handles.entry(group).or_default().push(offset_ms);
                }
                self.all_handles.push(offset_ms);
            }
            (StageKind::Waiting, Act::Close(_)) => {
                self.patience.push(offset_ms);
                self.waited_ms += offset_ms;
            }
            (StageKind::Bot, Act::Close(_)) => self.bots.push((offset_ms, false)),
            (StageKind::Bot, Act::LeaveBot) => self.bots.push((offset_ms, true)),
            (StageKind::Form, Act::Close(_)) => self.forms.push(offset_ms),
            _ => {}
        }
    }

    /// A wait that something else than patience ended.
    pub(super) fn waited(&mut self, ms: i64) {
        self.borne.push(ms);
        self.waited_ms += ms;
    }

    /// Brings the samples into an order that does not depend on how they came.
    pub(super) fn sort(&mut self) {
        self.handles.values_mut().for_each(|handles| handles.sort_unstable());
        self.all_handles.sort_unstable();
        self.bots.sort_unstable();
        self.forms.sort_unstable();
    }

    /// The mean patience by maximum likelihood for exponential patience, with the waits that ended otherwise as
    /// censored: time waited ÷ visitors who left. `None`: nobody ever left.
    pub(crate) fn patience_ms_mean(&self) -> Option<f64> {
        (!self.patience.is_empty()).then(|| self.waited_ms as f64 / self.patience.len() as f64)
    }

    /// Waits that ended with the visitor's leaving, and those that ended otherwise.
    pub(crate) fn waits(&self) -> (&[i64], &[i64]) {
        (&self.patience, &self.borne)
    }

    /// How long bots had a conversation, and whether they handed it to people.
    pub(crate) fn bots(&self) -> &[(i64, bool)] {
        &self.bots
    }

    /// Handle times, in order of length.
    pub(crate) fn handles(&self) -> &[i64] {
        &self.all_handles
    }

    /// The handle time of somebody else's conversation in this group.
    pub(crate) fn handle_ms(&self, group: GroupId, stream: &mut Stream) -> i64 {
        let own = self.handles.get(&group).filter(|handles| !handles.is_empty());
        let handles = own.unwrap_or(&self.all_handles);
        handles.get(stream.below(handles.len())).copied().unwrap_or(HANDLE_MS_DEFAULT)
    }

    /// How long a bot has a conversation, and whether it hands it to people.
    pub(crate) fn bot(&self, stream: &mut Stream) -> (i64, bool) {
        self.bots.get(stream.below(self.bots.len())).copied().unwrap_or((BOT_MS_DEFAULT, false))
    }

    /// How long a form takes; `None`: in the recording nobody ever finished one.
    pub(crate) fn form_ms(&self, stream: &mut Stream) -> Option<i64> {
        self.forms.get(stream.below(self.forms.len())).copied()
    }
}
