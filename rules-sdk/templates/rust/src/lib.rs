//! The rule {{name}}: whoever comes back about a refund comes first.

#[cfg(test)]
mod tests;

use pointsman_rules::prelude::*;

/// The rule.
pub struct {{Name}};

#[rule]
impl {{Name}} {
    fn route(conversation: &Conversation, customer: &Customer, _desk: &Desk) -> Effects {
        if !conversation.contains_any(&["退款", "refund"]) {
            return Effects::none();
        }
        let level = if customer.returning { 6 } else { 4 };
        print(format!("about a refund, priority {level}"));
        priority(level).tag("refund")
    }
}
