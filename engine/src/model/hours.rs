//! Business hours (placeholder until the calendar lands).

use serde::{Deserialize, Serialize};

/// A weekly plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hours;
