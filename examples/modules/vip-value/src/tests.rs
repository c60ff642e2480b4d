use pointsman_rules::test::{FakeDesk, conversation};

use super::*;

fn open(available: u32, expected_wait_ms: u64) -> Group {
    Group { available, expected_wait_ms, in_hours: true, ..Group::default() }
}

fn gold() -> Customer {
    Customer { vip: 2, ..Customer::default() }
}

#[test]
fn a_valuable_customer_goes_to_a_free_vip_desk_by_preference_to_a_known_agent() {
    let mut desk = FakeDesk::new().with_group("vip", open(1, 0)).with_attribute("spent_12m", "20000");
    let known = Customer { last_agent: Some("wang-fang".into()), ..gold() };
    let expected = priority(6).tag("金卡").prefer_agent("wang-fang").to_group("vip");
    assert_eq!(desk.route(VipValue::route, &conversation("您好"), &known), Ok(expected));
    assert_eq!(desk.printed(), ["客户价值 80"]);
}

#[test]
fn a_busy_or_closed_vip_desk_leaves_the_group_to_later_rules() {
    let only_first = Ok(priority(5).tag("金卡"));
    for group in [open(0, 61_000), Group { in_hours: false, ..open(3, 0) }] {
        let mut desk = FakeDesk::new().with_group("vip", group);
        assert_eq!(desk.route(VipValue::route, &conversation("您好"), &gold()), only_first);
    }
    let mut desk = FakeDesk::new().with_group("vip", open(0, 60_999));
    let quick = Ok(priority(5).tag("金卡").to_group("vip"));
    assert_eq!(
        desk.route(VipValue::route, &conversation("您好"), &gold()),
        quick,
        "60 whole seconds are quick"
    );
}

#[test]
fn what_is_no_number_and_what_is_no_group_are_errors() {
    let mut desk = FakeDesk::new().with_attribute("spent_12m", "a lot");
    let error = desk.route(VipValue::route, &conversation(""), &gold()).map(drop);
    assert_eq!(error, Err("spent_12m is `a lot`, not a whole number".into()));
    let error = FakeDesk::new().route(VipValue::route, &conversation(""), &gold()).map(drop);
    assert_eq!(error, Err("there is no group `vip`".into()));
}
