//! The search: the fewest changes that make the good folder answer as the bad one does.

use std::collections::{BTreeMap, BTreeSet};

use super::BlameError;
use super::change::Differences;
use super::question::{Answer, Answered, Asker, Aspect, Question};
use crate::simulation::compare::Direction;

/// How a folder with some of the changes answers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As the good one.
    Good,
    /// As the bad one.
    Bad,
    /// In a third way, or it does not compile.
    Other,
}

/// Which of two answers a third one is.
#[derive(Clone, Debug)]
pub(super) struct Judge {
    pub(super) good: Answer,
    pub(super) bad: Answer,
    pub(super) aspect: Option<Aspect>,
}

impl Judge {
    /// # Errors
    /// The answers do not differ, or the figure did not get worse.
    pub(super) fn new(question: &Question, good: Answer, bad: Answer) -> Result<Judge, BlameError> {
        let aspect = match (question, &good, &bad) {
            (Question::Visit { aspect, .. }, Answer::Visit(good), Answer::Visit(bad)) => {
                let asked = aspect.map_or(Aspect::ALL.to_vec(), |aspect| vec![aspect]);
                let differs = asked.into_iter().find(|aspect| good.get(aspect) != bad.get(aspect));
                Some(differs.ok_or(BlameError::SameAnswer)?)
            }
            (Question::Kpi { measure, .. }, Answer::Kpi(good), Answer::Kpi(bad)) => {
                let worse = match measure.direction() {
                    Direction::Up => bad < good,
                    Direction::Down => bad > good,
                    Direction::Neither => return Err(BlameError::NeitherBetterNorWorse(*measure)),
                };
                if !worse {
                    let told = |value: &f64| Answered::Figure { measure: *measure, value: *value };
                    return Err(BlameError::NotWorse { good: told(good), bad: told(bad) });
                }
                None
            }
            _ => None,
        };
        Ok(Judge { good, bad, aspect })
    }

    pub(super) fn judge(&self, answer: &Answer) -> Verdict {
        match (answer, &self.good, &self.bad, self.aspect) {
            (Answer::Visit(is), Answer::Visit(good), Answer::Visit(bad), Some(aspect)) => {
                let is = is.get(&aspect);
                if is == bad.get(&aspect) {
                    Verdict::Bad
                } else if is == good.get(&aspect) {
                    Verdict::Good
                } else {
                    Verdict::Other
                }
            }
            // More than half of what was lost.
            (Answer::Kpi(is), Answer::Kpi(good), Answer::Kpi(bad), _) => {
                if (is - good) / (bad - good) >= 0.5 { Verdict::Bad } else { Verdict::Good }
            }
            _ => Verdict::Other,
        }
    }

    /// How much of what was lost an answer loses, 0 to 1; for a visit, all or nothing.
    fn share(&self, answer: &Answer) -> f64 {
        match (answer, &self.good, &self.bad) {
            (Answer::Kpi(is), Answer::Kpi(good), Answer::Kpi(bad)) => (is - good) / (bad - good),
            _ if self.judge(answer) == Verdict::Bad => 1.0,
            _ => 0.0,
        }
    }

    /// An answer by names.
    pub(super) fn told(&self, question: &Question, answer: &Answer) -> Answered {
        match (question, answer, self.aspect) {
            (Question::Kpi { measure, .. }, Answer::Kpi(value), _) => {
                Answered::Figure { measure: *measure, value: *value }
            }
            (_, Answer::Visit(aspects), Some(aspect)) => {
                aspects.get(&aspect).cloned().unwrap_or(Answered::Nothing)
            }
            _ => Answered::Nothing,
        }
    }
}

/// A search under way.
pub(super) struct Search<'a, 'w> {
    pub(super) differences: &'a Differences<'a>,
    pub(super) asker: &'a mut Asker<'w>,
    pub(super) judge: &'a Judge,
    pub(super) trials_max: u32,
    pub(super) trials: u32,
    known: BTreeMap<BTreeSet<usize>, Option<Answer>>,
}

/// What was found.
pub(super) struct Found {
    /// The changes that together are enough.
    pub(super) changes: BTreeSet<usize>,
    /// Single changes of which each alone is enough, where there are several; `changes` is one of them.
    pub(super) others: BTreeSet<usize>,
}

impl<'a, 'w> Search<'a, 'w> {
    pub(super) fn new(
        differences: &'a Differences<'a>,
        asker: &'a mut Asker<'w>,
        judge: &'a Judge,
        trials_max: u32,
    ) -> Search<'a, 'w> {
        Search { differences, asker, judge, trials_max, trials: 0, known: BTreeMap::new() }
    }

    /// What the good folder with these changes answers; `None`: it does not compile, or the bound is reached.
    pub(super) fn answer(&mut self, chosen: &BTreeSet<usize>) -> Option<Answer> {
        if let Some(known) = self.known.get(chosen) {
            return known.clone();
        }
        if self.trials >= self.trials_max {
            return None;
        }
        self.trials += 1;
        let folder = self.differences.with(chosen);
        let told = self.asker.ask(0, &folder).ok();
        self.known.insert(chosen.clone(), told.clone());
        told
    }

    fn verdict(&mut self, chosen: &BTreeSet<usize>) -> Verdict {
        self.answer(chosen).map_or(Verdict::Other, |answer| self.judge.judge(&answer))
    }

    fn all(&self) -> BTreeSet<usize> {
        (0..self.differences.changes.len()).collect()
    }

    /// Everything but these.
    pub(super) fn without(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        &self.all() - chosen
    }

    /// The fewest changes that are enough.
    pub(super) fn run(&mut self) -> Found {
        let singles: Vec<BTreeSet<usize>> = self.all().into_iter().map(|at| BTreeSet::from([at])).collect();
        let mut enough: Vec<(bool, f64, usize)> = Vec::new();
        for single in singles.iter().take(self.trials_max as usize / 2) {
            let Some(answer) = self.answer(single) else { continue };
            if self.judge.judge(&answer) == Verdict::Bad
                && let Some(at) = single.first()
            {
                // One without which all is well again is the cause; another may only look alike.
                let rest = self.without(single);
                let is_needed = self.verdict(&rest) == Verdict::Good;
                enough.push((is_needed, self.judge.share(&answer), *at));
            }
        }
        let best = enough.iter().copied().max_by(|a, b| {
            (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal).then(b.2.cmp(&a.2))
        });
        if let Some((is_needed, _, at)) = best {
            let others = if is_needed {
                BTreeSet::new()
            } else {
                enough.iter().map(|(_, _, at)| *at).filter(|other| *other != at).collect()
            };
            return Found { changes: BTreeSet::from([at]), others };
        }
        // Changes without each of which all is well may together be enough.
        let needed: BTreeSet<usize> = singles
            .iter()
            .filter(|single| self.verdict(&self.without(single)) == Verdict::Good)
            .flatten()
            .copied()
            .collect();
        let from =
            if needed.len() > 1 && self.verdict(&needed) == Verdict::Bad { needed } else { self.all() };
        Found { changes: self.minimised(from), others: BTreeSet::new() }
    }

    /// Delta debugging: leaves parts out for as long as what is left is enough. Nothing more can be left out of the result
    /// by itself, unless the bound was reached.
    fn minimised(&mut self, mut enough: BTreeSet<usize>) -> BTreeSet<usize> {
        let mut pieces = 2usize;
        while enough.len() > 1 {
            let list: Vec<usize> = enough.iter().copied().collect();
            let size = list.len().div_ceil(pieces);
            let parts: Vec<BTreeSet<usize>> =
                list.chunks(size).map(|part| part.iter().copied().collect()).collect();
            let smaller = parts.iter().find(|part| self.verdict(part) == Verdict::Bad).cloned();
            let smaller = smaller.map(|part| (part, 2)).or_else(|| {
                let rests = parts.iter().map(|part| &enough - part).collect::<Vec<_>>();
                let rest =
                    rests.into_iter().find(|rest| !rest.is_empty() && self.verdict(rest) == Verdict::Bad);
                rest.map(|rest| (rest, (pieces - 1).max(2)))
            });
            match smaller {
                Some((smaller, next)) => (enough, pieces) = (smaller, next),
                None if pieces >= list.len() => break,
                None => pieces = (pieces * 2).min(list.len()),
            }
        }
        enough
    }
}
