//! Scores how likely a conversation is about fraud, and takes likely ones to people who can stop a payment.
//!
//! A logistic model: the weights of the signs in [`table`] are added up to log odds `x`, and the probability is
//! `1 / (1 + e^-x)`. Every sign that counted is printed, so that the trace explains the score.

pub mod table;
#[cfg(test)]
mod tests;

use pointsman_rules::prelude::*;

/// From here on, in percent: to the people who can stop a payment, before everybody else.
const ACT: u32 = 80;
/// From here on, in percent: to somebody experienced, and marked.
const WATCH: u32 = 40;

/// The rule.
pub struct FraudScore;

#[rule]
impl FraudScore {
    fn route(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Effects {
        let percent = percent(log_odds(conversation, customer, desk));
        print(format!("fraud score {percent} %"));
        match percent {
            ACT.. => {
                to_group("finance").tier(2).priority(8).flag_risk("欺诈").tag(format!("欺诈分-{percent}"))
            }
            WATCH.. => tier(2).flag_risk("疑似欺诈").tag(format!("欺诈分-{percent}")),
            _ => Effects::none(),
        }
    }
}

/// The probability in whole percent, rounded down.
fn percent(log_odds: i32) -> u32 {
    let x = f64::from(log_odds) / 100.0;
    (100.0 / (1.0 + libm::exp(-x))) as u32
}

/// The sum of the weights of all signs, in hundredths of a logit; each sign is printed.
fn log_odds(conversation: &Conversation, customer: &Customer, desk: &Desk) -> i32 {
    let mut sum = table::BIAS;
    let mut count = |sign: &str, weight: i32| {
        if weight != 0 {
            print(format!("{weight:+} {sign}"));
            sum += weight;
        }
    };
    for words in table::WORDS {
        if conversation.contains_any(words.any) {
            count(words.sign, words.weight);
        }
    }
    for row in table::COUNTS {
        let known = customer.attribute(row.attribute).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
        let times = (known / row.per).min(row.most);
        count(row.attribute, row.step * times as i32);
    }
    if has_card_number(&conversation.original_text()) {
        count("card number", table::CARD_NUMBER);
    }
    if !customer.returning {
        count("first time", table::FIRST_TIME);
    }
    if desk.now().hour < 5 {
        count("night", table::NIGHT);
    }
    count("VIP level", table::VIP_LEVEL * i32::from(customer.vip.min(3)));
    sum
}

/// Whether the words hold 13 to 19 digits, single spaces and hyphens between them allowed, that pass the Luhn check
/// (ISO/IEC 7812-1) of payment card numbers.
fn has_card_number(words: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    let mut is_gap = false;
    for c in words.chars().chain(['\n']) {
        match c.to_digit(10) {
            Some(digit) => {
                digits.push(digit);
                is_gap = false;
            }
            None if matches!(c, ' ' | '-') && !is_gap => is_gap = true,
            None => {
                if (13..=19).contains(&digits.len()) && passes_luhn(&digits) {
                    return true;
                }
                digits.clear();
                is_gap = false;
            }
        }
    }
    false
}

/// Every second digit from the right doubled, its digits added: the sum ends in 0.
fn passes_luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice @ 10..) => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum % 10 == 0
}
