//! What people and programs see: slugs in the place of ids, RFC 3339 in the place of milliseconds.

pub mod agent;
pub mod conversation;
pub mod group;
pub mod names;

use pointsman_engine::time::Timestamp;

/// An instant as it is sent.
#[must_use]
pub fn instant(at: i64) -> String {
    Timestamp(at).to_string()
}
