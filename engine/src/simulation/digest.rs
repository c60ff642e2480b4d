//! The digest of a run: one number for the whole event stream, to the byte.

use super::canonical;
use crate::desk::EventRecord;

/// Bytes that are collected before they are hashed: BLAKE3 works on many chunks at once from here on.
const PIECE_BYTES: usize = 128 * 1024;
/// Room for the length in front of an event.
const LENGTH_BYTES: usize = 4;
/// BLAKE3 over the canonical event stream: for every [`EventRecord`] in order, the length of its postcard bytes as
/// 4 bytes, least significant first, then those bytes. Equal digests mean equal events, whatever the platform.
#[derive(Clone, Debug)]
pub struct Digest {
    hasher: blake3::Hasher,
    piece: Box<[u8]>,
    filled: usize,
}

impl Default for Digest {
    fn default() -> Digest {
        Digest { hasher: blake3::Hasher::new(), piece: vec![0; PIECE_BYTES].into(), filled: 0 }
    }
}

impl Digest {
    /// Adds one event.
    ///
    /// # Errors
    /// An event that postcard cannot write; there is no such event.
    pub fn add(&mut self, record: &EventRecord) -> Result<(), postcard::Error> {
        if self.write(record).is_ok() {
            return Ok(());
        }
        self.hasher.update(self.piece.get(..self.filled).unwrap_or_default());
        self.filled = 0;
        if self.write(record).is_ok() {
            return Ok(());
        }
        // Longer than a whole piece.
        let bytes = postcard::to_stdvec(record)?;
        self.hasher.update(&(bytes.len() as u32).to_le_bytes());
        self.hasher.update(&bytes);
        Ok(())
    }

    /// Writes an event behind what is there.
    fn write(&mut self, record: &EventRecord) -> postcard::Result<()> {
        let start = self.filled + LENGTH_BYTES;
        let end = canonical::write(record, &mut self.piece, start)?;
        if let Some(length) = self.piece.get_mut(self.filled..start) {
            length.copy_from_slice(&((end - start) as u32).to_le_bytes());
        }
        self.filled = end;
        Ok(())
    }

    /// The digest of everything added so far: 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        let mut hasher = self.hasher.clone();
        hasher.update(self.piece.get(..self.filled).unwrap_or_default());
        hasher.finalize().to_hex().to_string()
    }
}

/// Appends an event as one line of JSON: `seq`, `at` (milliseconds since the epoch) and `event`, named in lower case
/// with its fields. Agents, groups, channels and rules are given by number, as in the digest; the first event,
/// `published`, carries the directory with all names.
///
/// # Errors
/// An event that JSON cannot hold; there is no such event.
pub fn write_json_line(record: &EventRecord, lines: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *lines, record)?;
    lines.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Event;
    use crate::id::{AgentId, ConversationId};
    use crate::model::Presence;
    use crate::time::Timestamp;

    fn record(seq: u64) -> EventRecord {
        let event = Event::PresenceChanged { agent: AgentId(3), presence: Presence::Online };
        EventRecord { seq, at: Timestamp(1_700_000_000_000), event }
    }

    #[test]
    fn the_digest_is_the_hash_of_lengths_and_postcard_bytes() {
        let mut digest = Digest::default();
        let mut bytes = Vec::new();
        // Enough to go over several pieces.
        for seq in 1..40_000 {
            digest.add(&record(seq)).unwrap();
            let event = postcard::to_stdvec(&record(seq)).unwrap();
            bytes.extend_from_slice(&u32::try_from(event.len()).unwrap().to_le_bytes());
            bytes.extend_from_slice(&event);
        }
        // And one that is longer than a piece.
        let text = "退款".repeat(PIECE_BYTES);
        let event = Event::EntryChosen { conversation: ConversationId(1), entry: text };
        let long = EventRecord { event, ..record(40_000) };
        digest.add(&long).unwrap();
        let event = postcard::to_stdvec(&long).unwrap();
        bytes.extend_from_slice(&u32::try_from(event.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&event);
        assert_eq!(digest.hex(), blake3::hash(&bytes).to_hex().to_string());
    }

    #[test]
    fn one_event_is_one_line_that_reads_back() {
        let mut lines = Vec::new();
        write_json_line(&record(1), &mut lines).unwrap();
        write_json_line(&record(2), &mut lines).unwrap();
        let text = String::from_utf8(lines).unwrap();
        let back: Vec<EventRecord> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(back, [record(1), record(2)]);
    }
}
