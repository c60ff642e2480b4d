//! What can be read off the records, under the names that scripts have for it.

use crate::{Candidate, Conversation, Group};

impl Conversation {
    /// Whether the conversation has the tag.
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// How long it has waited, in whole seconds.
    #[must_use]
    pub fn waited_s(&self) -> u64 {
        self.waited_ms / 1000
    }
}

impl Candidate {
    /// The agent's level in the skill, 1 to 5; 0: does not have it.
    #[must_use]
    pub fn skill(&self, name: &str) -> u8 {
        self.skills.iter().find(|skill| skill.name == name).map_or(0, |skill| skill.level)
    }

    /// Time without work, in whole seconds.
    #[must_use]
    pub fn idle_s(&self) -> u64 {
        self.idle_ms / 1000
    }
}

impl Group {
    /// The longest wait right now, in whole seconds.
    #[must_use]
    pub fn longest_wait_s(&self) -> u64 {
        self.longest_wait_ms / 1000
    }

    /// The wait that a new conversation can expect, in whole seconds.
    #[must_use]
    pub fn expected_wait_s(&self) -> u64 {
        self.expected_wait_ms / 1000
    }
}
