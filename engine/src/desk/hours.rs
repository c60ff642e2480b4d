//! What the desk keeps of each plan of hours: whether it is open, and when it turns.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One plan of hours right now.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HoursState {
    /// Open?
    pub open: bool,
    /// Until when it stays so; `None`: for good.
    pub until: Option<Timestamp>,
}
