//! How an after-sales group chooses: free capacity first, then the fitting skill, then the priority within the group; the
//! second line is kept for what is hard. The same rule as `examples/shop/rules/250-after-sales-rank.rhai`.

use pointsman_rules::prelude::*;

/// The rule.
pub struct RankBySkill;

#[rule]
impl RankBySkill {
    fn rank(agent: &Candidate, conversation: &Conversation, customer: &Customer, _desk: &Desk) -> i32 {
        let (open, capacity) = (agent.open as i32, agent.capacity as i32);
        // Free capacity, 0 to 100.
        let mut score = (capacity - open) * 100 / capacity.max(1);
        if conversation.has_tag("退款") {
            score += i32::from(agent.skill("refund")) * 12;
        }
        if conversation.has_tag("质量") {
            score += i32::from(agent.skill("quality").max(agent.skill("exchange"))) * 12;
        }
        score += i32::from(agent.priority) / 4;
        let is_hard = customer.vip > 0 || !conversation.risks.is_empty();
        if agent.tier >= 2 && !is_hard {
            score -= 60;
        }
        score
    }
}

#[cfg(test)]
mod tests {
    use pointsman_rules::test::{FakeDesk, conversation};

    use super::*;

    fn agent(open: u32, tier: u8, refund: u8) -> Candidate {
        let skills = vec![Skill { name: "refund".into(), level: refund }];
        Candidate { open, capacity: 5, tier, priority: 80, skills, ..Candidate::default() }
    }

    fn scores(tags: &[&str], customer: &Customer) -> Vec<Option<f64>> {
        let conversation =
            Conversation { tags: tags.iter().map(ToString::to_string).collect(), ..conversation("您好") };
        let agents = [agent(1, 1, 0), agent(1, 1, 4), agent(0, 2, 5)];
        FakeDesk::new().rank(RankBySkill::rank, &agents, &conversation, customer).expect("scores")
    }

    #[test]
    fn the_skill_counts_where_it_fits() {
        let ordinary = Customer::default();
        assert_eq!(scores(&[], &ordinary), [Some(100.0), Some(100.0), Some(60.0)]);
        assert_eq!(scores(&["退款"], &ordinary), [Some(100.0), Some(148.0), Some(120.0)]);
    }

    #[test]
    fn the_second_line_is_kept_for_what_is_hard() {
        let vip = Customer { vip: 1, ..Customer::default() };
        assert_eq!(scores(&["退款"], &vip), [Some(100.0), Some(148.0), Some(180.0)]);
    }
}
