use pointsman_rules::test::{FakeDesk, conversation};

use super::*;

#[test]
fn who_comes_back_about_a_refund_comes_first() {
    let mut desk = FakeDesk::new();
    let back = Customer { returning: true, ..Customer::default() };
    let answer = desk.route({{Name}}::route, &conversation("Where is my REFUND?"), &back);
    assert_eq!(answer, Ok(priority(6).tag("refund")));
    assert_eq!(desk.printed(), ["about a refund, priority 6"]);
}

#[test]
fn anything_else_is_left_to_later_rules() {
    let mut desk = FakeDesk::new();
    let answer = desk.route({{Name}}::route, &conversation("Hello"), &Customer::default());
    assert_eq!(answer, Ok(Effects::none()));
}
