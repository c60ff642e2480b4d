//! The journal: what is decided becomes durable here, and only then does anybody hear of it.
//!
//! One task writes. It takes everything that is pending, of all tenants, writes it in one transaction with one statement
//! a table, waits for the disk once, and answers all. While it waits, tenants go on deciding: a reply waits for its own
//! commit, not the next decision for the last.

mod entry;
mod writer;

pub use entry::{ChangedCandidate, CommitFailed, Done, Entry, Lane, NewLive, Rows};
pub use writer::Journal;
