//! Two hooks in one module. Risk words in a later message take the conversation to the second line, if somebody there is
//! free; a long wait is answered honestly after a minute, and after three with another way out. The same decisions as
//! `examples/shop/rules/230-escalate.rhai` and `240-long-wait.rhai`.

#[cfg(test)]
mod tests;

use pointsman_rules::prelude::*;

const LEGAL: [&str; 4] = ["12315", "消协", "起诉", "律师"];
const SEVERE: [&str; 5] = ["骗子", "诈骗", "曝光", "叫你们领导", "叫你们经理"];
/// Whoever is served within this many seconds is not bothered.
const STILL_LONG_S: u64 = 90;

/// The rule.
pub struct Escalate;

#[rule]
impl Escalate {
    fn on_message(
        conversation: &Conversation,
        message: &Message,
        customer: &Customer,
        _desk: &Desk,
    ) -> Effects {
        if message.contains_any(&LEGAL) {
            return to_group("complaints")
                .tier(2)
                .priority(9)
                .tag("升级")
                .flag_risk("法律风险")
                .reply("您的诉求我们非常重视,已请资深客服负责到底,请稍候。");
        }
        if message.contains_any(&SEVERE) {
            // A regular who leaves costs more.
            let level = if customer.vip > 0 || customer.returning { 8 } else { 7 };
            let level = level.max(conversation.priority);
            return to_group("complaints").tier(2).priority(level).tag("升级").flag_risk("风险词");
        }
        priority(conversation.priority.max(4)).flag_risk("情绪不满")
    }

    fn on_wait(
        conversation: &Conversation,
        customer: &Customer,
        desk: &Desk,
    ) -> Result<Option<Effects>, Unknown> {
        let group = conversation.group.as_deref();
        let expected_s =
            group.map_or(Ok(0), |group| desk.group(group).map(|group| group.expected_wait_s()))?;
        if conversation.waited_s() < 180 {
            if expected_s <= 60 {
                return Ok(Some(reply("正在为您安排客服,马上就好。")));
            }
            let minutes = expected_s.div_ceil(60);
            let text = format!("当前咨询较多,预计还需 {minutes} 分钟。您可以先把订单号和问题发过来。");
            return Ok(Some(reply(text)));
        }
        if customer.vip > 0 {
            let first = priority(conversation.priority.max(8)).reply("让您久等了,已为您提到最前面。");
            return Ok(Some(first));
        }
        Ok(match group {
            Some(_) if expected_s < STILL_LONG_S => None,
            Some("after-sales" | "finance") => {
                let text = "为免您久等,已为您登记工单,我们会在 4 小时内处理并回复您。";
                Some(offer_ticket().tag("久等").reply(text))
            }
            _ => {
                let text = "为免您久等,请留下手机号和问题,我们会尽快回电。";
                Some(offer_leave_message().tag("久等").reply(text))
            }
        })
    }
}
