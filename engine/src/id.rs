//! Ids: small, dense numbers inside, names (slugs such as `after-sales`) outside.
//!
//! A tenant's agents, groups, skills, channels and hours get their number when a revision first names them and
//! keep it for ever, so a journal stays readable after any later revision. [`crate::model::Directory`] holds
//! the way between number and slug.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The id as an index into the directory's or the desk's dense list.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// An agent 客服 of one tenant.
    AgentId(u32);
    /// A group 客服组 of one tenant: people, and the queue in front of them.
    GroupId(u16);
    /// A skill 技能标签. A language an agent speaks is a skill named `language:xx`.
    SkillId(u16);
    /// A channel 渠道, such as the website or a mini program.
    ChannelId(u16);
    /// A named plan of business hours or a shift.
    HoursId(u16);
    /// A rule's position in its ruleset, in order of evaluation.
    RuleId(u16);
    /// A customer the tenant's desk has seen.
    CustomerId(u64);
    /// A conversation, numbered from 1 in the order in which one tenant's desk opened them.
    ConversationId(u64);
}
