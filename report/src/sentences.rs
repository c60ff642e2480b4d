//! What a comparison says, in plain sentences: the few that matter most, first. The page and the report say the same.

use pointsman_engine::simulation::Report;
use pointsman_engine::simulation::compare::{Cause, Comparison, Difference, Measure, Verdict};
use serde::Serialize;

use crate::Language;
use crate::figures::{rounded, size};
use crate::names::Names;
use crate::texts::Texts;

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Sentence {
    /// What it says.
    pub text: String,
    /// Whether that is good news.
    pub tone: Tone,
}

/// Whether a sentence is good news.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Something gets better.
    Better,
    /// Something gets worse.
    Worse,
    /// Neither.
    Neutral,
}

/// The figures of the whole tenant that are worth a sentence, in this order.
const OF_ALL: [Measure; 5] = [
    Measure::WaitMean,
    Measure::ServiceLevel,
    Measure::Abandonment,
    Measure::FallbackShare,
    Measure::Misrouted,
];
/// A group is worth a sentence when its mean wait moves by a second.
const GROUP_WAIT_MS_MIN: f64 = 1_000.0;
/// Groups that are told.
const GROUPS_MAX: usize = 3;
/// Ways elsewhere that are told.
const WAYS_MAX: usize = 3;

/// What a comparison says. The reports, of any one seed, give the names. Where nothing is sure, one sentence says so.
#[must_use]
pub fn comparison_sentences(
    comparison: &Comparison,
    live: &Report,
    candidate: &Report,
    language: Language,
) -> Vec<Sentence> {
    of_comparison(comparison, &Names::of(&[candidate, live]), Texts::of(language))
}

pub(crate) fn of_comparison(comparison: &Comparison, names: &Names, texts: &Texts) -> Vec<Sentence> {
    let is_clear = |told: &&Difference| matches!(told.verdict, Verdict::Better | Verdict::Worse);
    let of_all = OF_ALL.iter().filter_map(|measure| comparison.difference(*measure, None)).filter(is_clear);
    let mut sentences: Vec<Sentence> = of_all.map(|told| change(told, names, texts)).collect();

    let mut of_groups: Vec<&Difference> = comparison
        .differences
        .iter()
        .filter(|told| told.measure == Measure::WaitMean && told.group.is_some())
        .filter(is_clear)
        .filter(|told| told.difference.mean.abs() >= GROUP_WAIT_MS_MIN)
        .collect();
    of_groups.sort_by(|a, b| b.difference.mean.abs().total_cmp(&a.difference.mean.abs()));
    sentences.extend(of_groups.into_iter().take(GROUPS_MAX).map(|told| change(told, names, texts)));

    let ways = comparison.moved.ways.iter();
    let ways = ways.filter(|way| way.cause == Cause::Rules && way.conversations >= 1.0).take(WAYS_MAX);
    sentences.extend(ways.map(|way| Sentence {
        text: (texts.say_way)(
            &rounded(way.conversations),
            &names.destination(&way.from, texts),
            &names.destination(&way.to, texts),
            &names.decided_by(&way.by, texts),
        ),
        tone: Tone::Neutral,
    }));
    if sentences.is_empty() {
        let text = if comparison.seeds.len() == 1 { texts.one_seed } else { texts.no_difference };
        sentences.push(Sentence { text: text.to_owned(), tone: Tone::Neutral });
    }
    sentences
}

fn change(told: &Difference, names: &Names, texts: &Texts) -> Sentence {
    let measure = texts.measure(told.measure);
    let by = size(told.measure, told.difference, texts);
    let rises = told.difference.mean > 0.0;
    let text = match &told.group {
        None if rises => (texts.say_rises)(measure, &by),
        None => (texts.say_falls)(measure, &by),
        Some(group) if rises => (texts.say_rises_in)(measure, names.group(group), &by),
        Some(group) => (texts.say_falls_in)(measure, names.group(group), &by),
    };
    Sentence { text, tone: if told.verdict == Verdict::Better { Tone::Better } else { Tone::Worse } }
}

#[cfg(test)]
mod tests {
    use pointsman_engine::simulation::compare::{DecidedBy, Destination, Interval, Moved, Way};

    use super::*;

    fn wait(group: Option<&str>, mean: f64, half_width: f64, verdict: Verdict) -> Difference {
        Difference {
            measure: Measure::WaitMean,
            group: group.map(str::to_owned),
            live: Some(10_000.0),
            candidate: Some(10_000.0 + mean),
            difference: Interval { mean, half_width: Some(half_width) },
            verdict,
        }
    }

    fn way(cause: Cause, by: DecidedBy, conversations: f64) -> Way {
        let from = Destination::Group { group: "a".to_owned(), tier: Some(1) };
        Way { cause, by, from, to: Destination::Ticket, conversations, examples: Vec::new() }
    }

    fn said(comparison: &Comparison) -> Vec<(String, Tone)> {
        let sentences = of_comparison(comparison, &Names::default(), Texts::of(Language::En));
        sentences.into_iter().map(|sentence| (sentence.text, sentence.tone)).collect()
    }

    #[test]
    fn what_is_no_luck_is_said_with_its_size_its_interval_and_its_group() {
        let comparison = Comparison {
            seeds: vec![1, 2, 3],
            differences: vec![
                wait(None, 12_000.0, 3_000.0, Verdict::Worse),
                wait(Some("vip"), -5_000.0, 1_000.0, Verdict::Better),
                wait(Some("quiet"), 40.0, 10.0, Verdict::Worse),
                Difference { measure: Measure::Abandonment, ..wait(None, 1.0, 2.0, Verdict::Unclear) },
            ],
            moved: Moved {
                ways: vec![
                    way(Cause::KnockOn, DecidedBy::Default, 90.0),
                    way(Cause::Rules, DecidedBy::Rule("90-refund".to_owned()), 40.4),
                ],
                ..Moved::default()
            },
            ..Comparison::default()
        };
        let told = |text: &str, tone| (text.to_owned(), tone);
        assert_eq!(
            said(&comparison),
            [
                told("Mean wait rises by 12.0 ± 3.0 s.", Tone::Worse),
                told("Mean wait in vip falls by 5.0 ± 1.0 s.", Tone::Better),
                told(
                    "40 conversations now reach ticket instead of a, tier 1: because of “90-refund”.",
                    Tone::Neutral
                ),
            ]
        );
    }

    #[test]
    fn where_everything_may_be_luck_that_is_said() {
        let unclear = vec![wait(None, 1.0, 2.0, Verdict::Unclear)];
        let many = Comparison { seeds: vec![1, 2], differences: unclear, ..Comparison::default() };
        assert_eq!(said(&many)[0].0, "No figure differs by more than luck may do.");
        let one = Comparison { seeds: vec![1], ..many };
        assert_eq!(said(&one)[0].0, "One seed says nothing about luck: run more of them.");
    }
}
