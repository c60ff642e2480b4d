//! The wall clock. Time enters the core only as the instant of a command, and only from here.

use pointsman_engine::time::Timestamp;

/// Now.
#[must_use]
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}
