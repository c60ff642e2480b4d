//! Sign-in roles: what somebody who is signed in may do in the product.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A role. Each includes what the ones before it may do.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 仅查看: reads.
    Viewer,
    /// 客服: works on conversations, and changes their own presence.
    Agent,
    /// 主管: changes any agent's presence, capacity, groups and skills.
    Supervisor,
    /// 管理员: rulesets, users, tokens, audit log.
    Admin,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Agent, Role::Supervisor, Role::Admin];

    /// The name as it is kept and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }

    /// The role with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
