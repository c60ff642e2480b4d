//! The customer's value decides the priority; a valuable customer goes to the VIP desk if it is quick. The same rule as
//! the script `examples/shop/rules/40-vip-value.rhai`, line by line.

#[cfg(test)]
mod tests;

use pointsman_rules::prelude::*;

/// From this value to the VIP desk: gold, black, or silver with much spent.
const DESK_VALUE: i64 = 40;
/// Not to a VIP desk with an expected wait of more seconds than this.
const DESK_WAIT_S: u64 = 60;

/// The rule.
pub struct VipValue;

#[rule]
impl VipValue {
    fn route(_conversation: &Conversation, customer: &Customer, desk: &Desk) -> Result<Effects, String> {
        let value = value_of(customer)?;
        print(format!("客户价值 {value}"));

        let rank = match value {
            80.. => 6,
            DESK_VALUE.. => 5,
            _ => 4,
        };
        let mut answer = priority(rank).tag(level_name(customer.vip));

        if let Some(agent) = &customer.last_agent {
            answer = answer.prefer_agent(agent);
        }
        let vip = desk.group("vip").map_err(|unknown| unknown.to_string())?;
        let is_quick = vip.available > 0 || vip.expected_wait_s() <= DESK_WAIT_S;
        if value >= DESK_VALUE && vip.in_hours && is_quick {
            answer = answer.to_group("vip");
        }
        Ok(answer)
    }
}

/// The value, 0 to 100: 20 points for each level, 1 for each 500 spent in a year, at most 40.
fn value_of(customer: &Customer) -> Result<i64, String> {
    let points = match customer.attribute("spent_12m") {
        None => 0,
        Some(spent) => {
            let spent: i64 =
                spent.trim().parse().map_err(|_| format!("spent_12m is `{spent}`, not a whole number"))?;
            (spent / 500).min(40)
        }
    };
    Ok(i64::from(customer.vip.min(3)) * 20 + points)
}

fn level_name(vip: u8) -> &'static str {
    match vip {
        3.. => "黑卡",
        2 => "金卡",
        _ => "银卡",
    }
}
