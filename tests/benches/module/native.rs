//! The rule as a Rust function of the SDK's plain types.

use pointsman_rules::prelude::{Conversation, Customer, Desk, Effect, Effects, Group, print, priority};
use pointsman_rules::test::{FakeDesk, conversation};

use crate::ours::Answer;
use crate::{LAST_AGENT, SPENT, TEXT, VIP};

/// `examples/modules/vip-value`, line by line: there the function is its module's own.
fn route(_conversation: &Conversation, customer: &Customer, desk: &Desk) -> Result<Effects, String> {
    let points = match customer.attribute("spent_12m") {
        None => 0,
        Some(spent) => {
            let spent: i64 =
                spent.trim().parse().map_err(|_| format!("spent_12m is `{spent}`, not a whole number"))?;
            (spent / 500).min(40)
        }
    };
    let value = i64::from(customer.vip.min(3)) * 20 + points;
    print(format!("客户价值 {value}"));

    let rank = match value {
        80.. => 6,
        40.. => 5,
        _ => 4,
    };
    let level = match customer.vip {
        3.. => "黑卡",
        2 => "金卡",
        _ => "银卡",
    };
    let mut answer = priority(rank).tag(level);
    if let Some(agent) = &customer.last_agent {
        answer = answer.prefer_agent(agent);
    }
    let vip = desk.group("vip").map_err(|unknown| unknown.to_string())?;
    let is_quick = vip.available > 0 || vip.expected_wait_s() <= 60;
    if value >= 40 && vip.in_hours && is_quick {
        answer = answer.to_group("vip");
    }
    Ok(answer)
}

/// A call, ready to be made.
pub(crate) struct Call {
    desk: FakeDesk,
    conversation: Conversation,
    customer: Customer,
}

impl Call {
    pub(crate) fn new() -> Call {
        let vip = Group { available: 1, in_hours: true, ..Group::default() };
        Call {
            desk: FakeDesk::new().with_group("vip", vip).with_attribute("spent_12m", SPENT),
            conversation: conversation(TEXT),
            customer: Customer { vip: VIP, last_agent: Some(LAST_AGENT.to_owned()), ..Customer::default() },
        }
    }

    pub(crate) fn route(&mut self) -> Effects {
        self.desk.route(route, &self.conversation, &self.customer).unwrap()
    }
}

/// What it answers.
pub(crate) fn answer() -> Answer {
    let mut answer = Answer::default();
    for effect in Vec::from(Call::new().route()) {
        match effect {
            Effect::ToGroup(group) => answer.group = group,
            Effect::PreferAgent(agent) => answer.agent = agent,
            Effect::Priority(priority) => answer.priority = priority,
            Effect::Tag(tag) => answer.tag = tag,
            other => panic!("{other:?}"),
        }
    }
    answer
}
