//! Figures as people read them; the page of the simulator writes them the same way.

use pointsman_engine::simulation::compare::{Difference, Interval, Measure, Verdict};

use crate::texts::Texts;

const MINUTE_MS: f64 = 60_000.0;
const HOUR_MS: f64 = 3_600_000.0;

/// What stands in the place of a figure that there is not.
pub(crate) const NONE: &str = "–";

/// A share as `57.9%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// A length of time in the unit that suits it.
pub(crate) fn duration(ms: f64, texts: &Texts) -> String {
    if ms < 10_000.0 {
        (texts.seconds)(&trimmed(ms / 1_000.0))
    } else if ms < MINUTE_MS {
        (texts.seconds)(&format!("{:.0}", ms / 1_000.0))
    } else if ms < HOUR_MS {
        (texts.minutes)(&trimmed(ms / MINUTE_MS))
    } else {
        (texts.hours)(&trimmed(ms / HOUR_MS))
    }
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// A whole number with its thousands apart: `8,035`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut told = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// A mean of counts, to the nearest whole number.
pub(crate) fn rounded(value: f64) -> String {
    // Counts are never negative, and below 2^53.
    count(value.max(0.0).round() as u64)
}

pub(crate) fn is_share(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::ServiceLevel
            | Measure::WaitingProbability
            | Measure::Abandonment
            | Measure::FallbackShare
            | Measure::Misrouted
            | Measure::Occupancy
    )
}

fn is_time(measure: Measure) -> bool {
    matches!(measure, Measure::WaitMean | Measure::WaitP90)
}

/// A figure in its own unit.
pub(crate) fn figure(measure: Measure, value: Option<f64>, texts: &Texts) -> String {
    let Some(value) = value else { return NONE.to_owned() };
    match measure {
        _ if is_share(measure) => percent(value),
        _ if is_time(measure) => duration(value, texts),
        Measure::Fairness => format!("{value:.3}"),
        _ if value < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A number in the unit of differences: points of a per cent, seconds.
fn scaled(measure: Measure, value: f64) -> String {
    match measure {
        _ if is_share(measure) => format!("{:.1}", value * 100.0),
        _ if is_time(measure) => format!("{:.1}", value / 1_000.0),
        Measure::Fairness => format!("{value:.3}"),
        _ => format!("{value:.1}"),
    }
}

/// `2.1 ± 0.3 points`, without the sign.
pub(crate) fn size(measure: Measure, interval: Interval, texts: &Texts) -> String {
    let within = interval.half_width.map(|half_width| format!(" ± {}", scaled(measure, half_width)));
    let value = format!("{}{}", scaled(measure, interval.mean.abs()), within.unwrap_or_default());
    match measure {
        _ if is_share(measure) => (texts.points)(&value),
        _ if is_time(measure) => (texts.seconds)(&value),
        _ => value,
    }
}

/// `+2.1 ± 0.3 points`. What rounds to nothing has no sign.
pub(crate) fn with_interval(difference: &Difference, texts: &Texts) -> String {
    if difference.verdict == Verdict::Same {
        return "=".to_owned();
    }
    let mean = difference.difference.mean;
    let is_nothing = scaled(difference.measure, mean.abs()).bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = match mean {
        _ if is_nothing => "",
        _ if mean < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{}", size(difference.measure, difference.difference, texts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn lengths_of_time_have_the_unit_that_suits_them() {
        let texts = Texts::of(Language::En);
        let told = |ms| duration(ms, texts);
        assert_eq!(
            [told(0.0), told(4_300.0), told(12_400.0), told(95_000.0), told(5_400_000.0)],
            ["0 s", "4.3 s", "12 s", "1.6 min", "1.5 h"]
        );
    }

    #[test]
    fn thousands_stand_apart() {
        let told = [0, 999, 1_000, 59_652, 1_234_567].map(count);
        assert_eq!(told, ["0", "999", "1,000", "59,652", "1,234,567"]);
    }

    #[test]
    fn a_difference_has_its_sign_its_interval_and_its_unit() {
        let difference = Difference {
            measure: Measure::ServiceLevel,
            group: None,
            live: Some(0.6),
            candidate: Some(0.579),
            difference: Interval { mean: -0.021, half_width: Some(0.003) },
            verdict: Verdict::Worse,
        };
        assert_eq!(with_interval(&difference, Texts::of(Language::En)), "−2.1 ± 0.3 points");
        assert_eq!(with_interval(&difference, Texts::of(Language::Zh)), "−2.1 ± 0.3 个百分点");
        let least = Interval { mean: -0.0004, half_width: Some(0.0003) };
        let difference = Difference { difference: least, ..difference };
        assert_eq!(with_interval(&difference, Texts::of(Language::En)), "0.0 ± 0.0 points");
    }
}
