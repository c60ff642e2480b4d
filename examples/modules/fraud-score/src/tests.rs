use pointsman_rules::test::{FakeDesk, conversation};

use super::*;

fn stranger() -> Customer {
    Customer::default()
}

#[test]
fn ordinary_words_say_nothing() {
    let mut desk = FakeDesk::new();
    assert_eq!(
        desk.route(FraudScore::route, &conversation("我的快递到哪了"), &stranger()),
        Ok(Effects::none())
    );
    assert_eq!(desk.printed(), ["+60 first time", "fraud score 1 %"]);
}

#[test]
fn a_victim_on_the_phone_with_a_fraudster_goes_to_those_who_can_stop_the_payment() {
    let mut desk = FakeDesk::new();
    let words = conversation("有人让我共-享屏幕,把验证码给他,转账到安全账户");
    let expected = to_group("finance").tier(2).priority(8).flag_risk("欺诈").tag("欺诈分-94");
    assert_eq!(desk.route(FraudScore::route, &words, &stranger()), Ok(expected));
}

#[test]
fn a_good_customer_with_the_same_words_is_only_watched() {
    let mut desk = FakeDesk::new().with_attribute("account_age_days", "900");
    let known = Customer { returning: true, ..stranger() };
    let words = conversation("有人让我共享屏幕,把验证码给他,转账到安全账户");
    let answer = desk.route(FraudScore::route, &words, &known);
    assert_eq!(answer, Ok(tier(2).flag_risk("疑似欺诈").tag("欺诈分-59")));
}

#[test]
fn a_card_number_counts_and_an_order_number_does_not() {
    assert!(has_card_number("我的卡 4111 1111 1111 1111 扣了两次"));
    assert!(has_card_number("4111-1111-1111-1111"));
    assert!(!has_card_number("订单 4111 1111 1111 1112"), "fails the Luhn check");
    assert!(!has_card_number("12345678901234567890123"), "too long for a card");
    assert!(!has_card_number("4111  1111 1111 1111"), "two numbers, not one");
}

#[test]
fn every_full_measure_counts_up_to_the_most() {
    let score = |chargebacks: &str| {
        let mut desk = FakeDesk::new().with_attribute("chargebacks_12m", chargebacks);
        desk.route(FraudScore::route, &conversation("x"), &stranger()).map(drop).expect("an answer");
        desk.printed().first().cloned().unwrap_or_default()
    };
    assert_eq!(score("2"), "+280 chargebacks_12m");
    assert_eq!(score("99"), "+420 chargebacks_12m");
    assert_eq!(score("many"), "+60 first time", "what is no number is not known");
}
