//! How many agents are needed: where Erlang's formula is exact the search finds the same number, and where it is not it knows
//! better.
#![cfg(test)]
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test fails loudly, and says what it saw"
)]

use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::erlang::Erlang;
use pointsman_engine::simulation::random::Length;
use pointsman_engine::simulation::read_scenario;
use pointsman_engine::simulation::staffing::{Aim, Asked, Need, cells, demand, need};
use pointsman_tests::example;

/// 13 agents answer 79.6 % in time and 14 answer 88.8 %, by Erlang's C formula: the aim lies well between.
const AIM: Aim = Aim { share: 0.85, within_ms: 20_000 };
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// 200 conversations an hour of three minutes each.
fn hour() -> Erlang {
    Erlang { arrivals_per_hour: 200.0, handle_ms_mean: 180_000.0, agents: 1, patience_ms_mean: None }
}

fn asked(erlang: Erlang) -> Asked {
    Asked { conversations: erlang.arrivals_per_hour, intents: vec![erlang.arrivals_per_hour] }
}

fn needed(patience_ms_mean: Option<f64>, capacity: u32) -> Need {
    let mut scenario = hour().scenario(1, 0);
    scenario.patience = patience_ms_mean.map(Length::exponential);
    need(&asked(hour()), &scenario, capacity, AIM, &SEEDS).expect("somebody comes")
}

#[test]
fn the_search_finds_what_erlang_says_where_erlang_is_right() {
    let found = needed(None, 1);
    println!("{found:?}");
    assert_eq!((found.likely, found.erlang_c), (Some(14), Some(14)));
    let sure = found.sure.expect("some number is surely enough");
    assert!((14..=15).contains(&sure), "{sure}");
    for tried in &found.tried {
        let reaches = tried.answered.mean >= AIM.share;
        assert_eq!(reaches, tried.agents >= 14, "{tried:?}");
    }
}

#[test]
fn the_impatient_need_fewer_agents_than_erlang_says() {
    let found = needed(Some(60_000.0), 1);
    let likely = found.likely.expect("enough");
    println!("{likely} agents for visitors who leave after a minute, in the mean");
    assert!(likely < 14 && likely > 7, "{likely}");
}

#[test]
fn agents_who_have_three_at_once_are_a_third_as_many() {
    let found = needed(None, 3);
    assert_eq!((found.likely, found.erlang_c), (Some(5), Some(5)));
}

#[test]
fn a_tenants_hours_are_asked_for_what_its_rules_send_there() {
    let compiled = Ruleset::compile(&example("shop").expect("the example"), None, &NoModules);
    let (ruleset, source) = (compiled.ruleset.expect("sound"), compiled.source.expect("sound"));
    let (scenario, _) = read_scenario("weekday", &source.scenarios["weekday"], ruleset.directory());
    let scenario = scenario.expect("sound");
    let asked = demand(&ruleset, &scenario, &[7]);
    let cells = cells(&ruleset, &scenario, &asked);
    assert_eq!(asked.hours(), 24);
    let after_sales: Vec<_> = cells.iter().filter(|cell| cell.group == "after-sales").collect();
    assert_eq!(after_sales.len(), 24);
    let by_day: f64 = after_sales[9..21].iter().map(|cell| cell.conversations).sum();
    let by_night: f64 = after_sales[..6].iter().map(|cell| cell.conversations).sum();
    assert!(by_day > 10.0 * by_night && by_day > 100.0, "{by_day} by day, {by_night} by night");
    assert!(after_sales[10].scheduled > after_sales[3].scheduled);
    assert!(after_sales[10].handle_ms_mean > 60_000.0);
}
