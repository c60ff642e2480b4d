//! Placement: from "to this group" to "with this agent", built from small parts.
//!
//! - [`ask`]: what a conversation asks of an agent, and how the ask relaxes as waiting grows
//! - [`eligibility`]: who may take it, and the first reason why not
//! - [`strategy`]: the order in which a group's available agents are considered
//! - [`pool`]: a group's available agents, kept in that order
//! - [`queue`]: a group's waiting conversations, by priority and age
//! - [`choose`]: the pick, with its trace
//!
//! Nothing here costs more than O(log n) in agents or in waiting conversations: a group keeps its available agents
//! sorted, by tier and by skill, and its waiting conversations sorted, one list for each distinct ask.

pub(crate) mod ask;
pub(crate) mod choose;
pub(crate) mod eligibility;
pub(crate) mod pool;
pub(crate) mod queue;
pub(crate) mod strategy;
