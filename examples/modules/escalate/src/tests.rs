use pointsman_rules::test::{FakeDesk, conversation, message};

use super::*;

fn waiting(group: &str, waited_s: u64) -> Conversation {
    Conversation { group: Some(group.into()), waited_ms: waited_s * 1000, ..conversation("您好") }
}

fn desk(expected_wait_s: u64) -> FakeDesk {
    let group = Group { expected_wait_ms: expected_wait_s * 1000, ..Group::default() };
    FakeDesk::new().with_group("after-sales", group).with_group("general", group)
}

#[test]
fn the_law_comes_before_anger_and_a_regular_before_a_stranger() {
    let said = |words: &str, customer: &Customer| {
        let answer =
            FakeDesk::new().on_message(Escalate::on_message, &conversation(""), &message(words), customer);
        Vec::<Effect>::from(answer.expect("an answer"))
    };
    let (stranger, regular) = (Customer::default(), Customer { returning: true, ..Customer::default() });
    assert!(said("骗子,我要找律-师", &stranger).contains(&Effect::Priority(9)));
    assert!(said("骗子", &stranger).contains(&Effect::Priority(7)));
    assert!(said("骗子", &regular).contains(&Effect::Priority(8)));
    assert_eq!(said("太慢了", &regular), [Effect::Priority(4), Effect::FlagRisk("情绪不满".into())]);
}

#[test]
fn who_waits_hears_how_long_and_then_gets_another_way() {
    let on_wait = |expected_s, waited_s, group, vip| {
        let customer = Customer { vip, ..Customer::default() };
        desk(expected_s).on_wait(Escalate::on_wait, &waiting(group, waited_s), &customer).expect("an answer")
    };
    let minutes = reply("当前咨询较多,预计还需 3 分钟。您可以先把订单号和问题发过来。");
    assert_eq!(on_wait(121, 60, "general", 0), minutes);
    assert_eq!(on_wait(89, 180, "general", 0), Effects::none(), "nearly there");
    assert!(Vec::<Effect>::from(on_wait(90, 180, "after-sales", 0)).contains(&Effect::OfferTicket));
    assert!(Vec::<Effect>::from(on_wait(90, 180, "general", 0)).contains(&Effect::OfferLeaveMessage));
    assert!(Vec::<Effect>::from(on_wait(90, 180, "general", 1)).contains(&Effect::Priority(8)));
}
