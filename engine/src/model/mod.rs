//! The tenant's world as its admins describe it: settings, channels, groups, agents, skills, hours.

mod agent;
mod directory;
mod group;
pub mod hours;
mod settings;

pub use agent::{Agent, Membership, Presence, Role, SkillLevel};
pub use directory::{Channel, Directory, NamedHours, Skill};
pub use group::{Fallback, FallbackStep, Group, Relax, Strategy, WideningStep};
pub use settings::{IdentityKind, LoadIndex, Settings, Stick};
