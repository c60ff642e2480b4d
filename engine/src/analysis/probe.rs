//! Conversations tried on every rule: those for which its conditions hold, and for the rules about which nothing can be
//! proved, variations of them by what the tenant's files mention.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::Bench;
use super::groups::Targets;
use super::shadowed::Thing;
use super::subject::Subject;
use super::visits::Meeting;
use crate::explain::Visit;
use crate::id::{GroupId, RuleId};
use crate::rules::{Hook, Plan, RuleBody, RuleSource, Target, Trigger, Verdict};
use crate::simulation::Scenario;
use crate::time::Timestamp;
use crate::trace::{RuleFailure, RuleOutcome, RuleTrace};

/// Plain conversations for each rule.
const PLAIN: usize = 6;
/// Variations for a rule about which nothing can be proved.
const VARIATIONS: usize = 320;
/// Values of one kind that variations take.
const VALUES: usize = 24;
/// Phrases of scenarios that are said.
const PHRASES: usize = 60;
/// Visits kept for each group.
const VISITS_KEPT: usize = 16;

/// What came of trying one rule.
#[derive(Debug, Default)]
pub(super) struct Probe {
    /// Conversations in which it was asked: its conditions held, and nobody had stopped before it.
    pub(super) asked: u32,
    /// Conversations in which it gave effects.
    pub(super) fired: u32,
    /// One of them that is a visit.
    pub(super) firing: Option<Visit>,
    /// How it failed first, and the visits in which it did.
    pub(super) failure: Option<RuleFailure>,
    /// The same where an attribute had a value that no file of the tenant gives it.
    pub(super) odd_failure: Option<RuleFailure>,
    pub(super) failing_oddly: Vec<Visit>,
    pub(super) failing: Vec<Visit>,
    /// Conversations for which its conditions hold by themselves, but an earlier rule had stopped, by that rule.
    pub(super) stopped_by: BTreeMap<RuleId, u32>,
    pub(super) stopped: Vec<Visit>,
    /// How often the destination that it set counted, and otherwise whose did instead.
    pub(super) won: u32,
    pub(super) lost_to: BTreeMap<RuleId, u32>,
    pub(super) lost: Vec<Visit>,
}

/// What came of trying.
#[derive(Debug, Default)]
pub(super) struct Probes {
    pub(super) by_rule: Vec<Probe>,
    pub(super) targets: Targets,
    /// Where each visit was led, with the plan's source.
    pub(super) landed: Vec<(Visit, Plan)>,
}

impl Probes {
    /// Tries every rule, and what the scenarios' visitors say.
    pub(super) fn new(subject: &Subject, scenarios: &[Scenario], bench: &mut Bench<'_>) -> Probes {
        let mut probes =
            Probes { by_rule: subject.rules.iter().map(|_| Probe::default()).collect(), ..Probes::default() };
        let maker = subject.visits();
        for meeting in arrivals(subject, scenarios) {
            probes.run(bench, &meeting, Trigger::Opened, None);
        }
        let hints = Hints::new(subject, scenarios);
        for (at, rule) in subject.rules.iter().enumerate() {
            let meetings = maker.fulfilling(&[&rule.when], PLAIN);
            for (meeting, trigger) in meetings.iter().flat_map(|one| with_triggers(rule, one)) {
                probes.run(bench, &meeting, trigger, Some(at));
            }
            let is_proved = matches!(rule.body, RuleBody::Effects(_));
            let probe = probes.by_rule.get(at);
            let doubtful =
                probe.is_some_and(|probe| probe.fired == 0 || (probe.won == 0 && !probe.lost_to.is_empty()));
            if let Some(base) = meetings.first().filter(|_| !is_proved || doubtful) {
                for meeting in hints.variations(rule, base) {
                    for (meeting, trigger) in with_triggers(rule, &meeting) {
                        probes.run(bench, &meeting, trigger, Some(at));
                    }
                }
            }
        }
        probes
    }

    fn run(&mut self, bench: &mut Bench<'_>, meeting: &Meeting, trigger: Trigger, aimed_at: Option<usize>) {
        let Some((verdict, plan)) = bench.decide(meeting, trigger) else { return };
        let visit = meeting.as_visit().filter(|_| trigger == Trigger::Opened);
        if let (Some(visit), Some(plan)) = (visit, plan) {
            if let Target::Group(group) | Target::Agent { group, .. } = plan.target {
                let kept = self.targets.entry(group).or_default();
                if kept.len() < VISITS_KEPT {
                    kept.push(meeting.clone());
                }
            }
            self.landed.push((visit.clone(), plan));
        }
        for trace in &verdict.rules {
            self.note(trace, &verdict, (visit, meeting.is_invented), aimed_at);
        }
    }

    fn note(
        &mut self,
        trace: &RuleTrace,
        verdict: &Verdict,
        (visit, is_invented): (Option<&Visit>, bool),
        aimed_at: Option<usize>,
    ) {
        let is_aim = aimed_at == Some(trace.rule.index());
        let Some(probe) = self.by_rule.get_mut(trace.rule.index()) else { return };
        let keep = |list: &mut Vec<Visit>| {
            if let Some(visit) = visit.filter(|_| list.len() < VISITS_KEPT) {
                list.push(visit.clone());
            }
        };
        match &trace.outcome {
            RuleOutcome::Matched => {
                probe.asked += 1;
                probe.fired += 1;
                if probe.firing.is_none() {
                    probe.firing = visit.cloned();
                }
            }
            RuleOutcome::NoEffect => probe.asked += 1,
            RuleOutcome::Failed(failure) => {
                probe.asked += 1;
                if is_invented {
                    probe.odd_failure.get_or_insert_with(|| failure.clone());
                    keep(&mut probe.failing_oddly);
                } else {
                    probe.failure.get_or_insert_with(|| failure.clone());
                    keep(&mut probe.failing);
                }
            }
            // Of a rule that was not asked it is only known that it would hold where the conversation was made for it.
            RuleOutcome::Stopped { by } if is_aim => {
                *probe.stopped_by.entry(*by).or_default() += 1;
                keep(&mut probe.stopped);
            }
            RuleOutcome::Stopped { .. } | RuleOutcome::GuardFailed(_) | RuleOutcome::BreakerOpen => {}
        }
        let destination =
            trace.effects.iter().find(|given| Thing::of(&given.effect) == Some(Thing::Destination));
        let Some(given) = destination else { return };
        match given.overridden_by {
            None => probe.won += 1,
            // To be led to the same place by another rule is to win.
            Some(by) if same_destination(verdict, by, given) => probe.won += 1,
            Some(by) => {
                *probe.lost_to.entry(by).or_default() += 1;
                keep(&mut probe.lost);
            }
        }
    }
}

fn same_destination(verdict: &Verdict, by: RuleId, given: &crate::trace::EffectTrace) -> bool {
    let winner = verdict.rules.iter().find(|trace| trace.rule == by);
    winner.is_some_and(|winner| winner.effects.iter().any(|other| other.effect == given.effect))
}

/// Visitors who come without any rule in mind: by each channel, with each entry, and with what scenarios let them say.
fn arrivals(subject: &Subject, scenarios: &[Scenario]) -> Vec<Meeting> {
    let directory = subject.directory();
    let anybody = subject.visits().anybody();
    let with = |visit: Visit| Meeting { visit, ..anybody.clone() };
    let mut meetings: Vec<Meeting> = Vec::new();
    for channel in directory.channels.iter().filter(|channel| channel.active).take(VALUES) {
        meetings.push(with(Visit { channel: Some(channel.slug.clone()), ..anybody.visit.clone() }));
    }
    for entry in directory.entries.keys().take(VALUES) {
        meetings.push(with(Visit { entry: Some(entry.clone()), ..anybody.visit.clone() }));
    }
    let intents = scenarios.iter().flat_map(|scenario| &scenario.intents);
    // A phrase of each intent, then a second one of each …
    let intents: Vec<_> = intents.take(PHRASES).collect();
    let rounds = intents.iter().map(|intent| intent.phrases.len()).max().unwrap_or(0);
    let phrases = (0..rounds).flat_map(|round| {
        intents.iter().filter_map(move |intent| Some((*intent, intent.phrases.get(round)?)))
    });
    meetings.extend(phrases.take(PHRASES).map(|(intent, phrase)| {
        with(Visit {
            text: phrase.clone(),
            entry: intent.entry.clone(),
            language: intent.language.clone(),
            attributes: intent.attributes.iter().cloned().collect(),
            ..anybody.visit.clone()
        })
    }));
    meetings
}

/// The conversation at every hook that the rule has.
fn with_triggers(rule: &RuleSource, meeting: &Meeting) -> Vec<(Meeting, Trigger)> {
    let mut triggers = Vec::new();
    for hook in &rule.hooks {
        match hook {
            Hook::Route => triggers.push(Trigger::Opened),
            Hook::OnMessage => triggers.push(Trigger::Message),
            Hook::OnWait => triggers.extend(rule.wait_after_ms.iter().map(|ms| Trigger::Waited(*ms))),
            Hook::Rank => {}
        }
    }
    triggers.into_iter().map(|trigger| (meeting.clone(), trigger)).collect()
}

/// What the tenant's files mention, as values that a visitor might bring.
#[derive(Debug, Default)]
struct Hints {
    texts: Vec<String>,
    vips: Vec<u8>,
    channels: Vec<Option<String>>,
    entries: Vec<Option<String>>,
    languages: Vec<Option<String>>,
    /// Name and value, and whether the value is made up.
    attributes: Vec<Option<(String, String, bool)>>,
    moments: Vec<(Timestamp, Option<String>)>,
    tags: Vec<String>,
    groups: Vec<Option<GroupId>>,
}

impl Hints {
    fn new(subject: &Subject, scenarios: &[Scenario]) -> Hints {
        let directory = subject.directory();
        let mut hints =
            Hints { languages: vec![None], entries: vec![None], attributes: vec![None], ..Hints::default() };
        let (mut vips, mut names, mut values) =
            (BTreeSet::from([0, 1, 2, 3]), BTreeSet::new(), BTreeSet::new());
        for rule in &subject.rules {
            let when = &rule.when;
            let words = when
                .keywords
                .iter()
                .flat_map(|keywords| keywords.any.first().into_iter().chain(&keywords.all));
            hints.texts.extend(words.map(|keyword| keyword.text.clone()));
            for vip in when.vip_min.into_iter().chain(when.vip_max) {
                vips.extend([vip.saturating_sub(1), vip, vip.saturating_add(1)]);
            }
            hints.languages.extend(when.languages.iter().cloned().map(Some));
            hints.tags.extend(when.tags_any.iter().chain(&when.tags_all).chain(&when.tags_none).cloned());
            for (name, list) in &when.attributes {
                hints.attributes.extend(list.iter().map(|value| Some((name.clone(), value.clone(), false))));
                names.insert(name.clone());
            }
            if let RuleBody::Script { source, .. } = &rule.body {
                let mentioned = Mentioned::in_script(source);
                vips.extend(mentioned.numbers.iter().filter_map(|number| u8::try_from(*number).ok()));
                values.extend(
                    mentioned
                        .numbers
                        .iter()
                        .flat_map(|number| [number - 1, *number, number + 1])
                        .map(|n| n.to_string()),
                );
                values.extend(mentioned.words.iter().cloned());
                names.extend(mentioned.attributes);
                hints.texts.extend(mentioned.words.iter().cloned());
                hints.tags.extend(mentioned.words);
            }
        }
        let intents = scenarios.iter().flat_map(|scenario| &scenario.intents);
        for intent in intents.take(PHRASES) {
            hints.texts.extend(intent.phrases.first().cloned());
            hints.languages.push(intent.language.clone());
            let given = intent.attributes.iter().cloned();
            hints.attributes.extend(given.map(|(name, value)| Some((name, value, false))));
            names.extend(intent.attributes.iter().map(|(name, _)| name.clone()));
        }
        values.extend(["0", "1", "1000000"].map(str::to_owned));
        for name in names {
            hints.attributes.extend(values.iter().map(|value| Some((name.clone(), value.clone(), true))));
        }
        hints.vips = vips.into_iter().collect();
        let channels = directory.channels.iter().filter(|channel| channel.active);
        hints.channels = channels.map(|channel| Some(channel.slug.clone())).collect();
        hints.entries.extend(directory.entries.keys().cloned().map(Some));
        hints.groups =
            std::iter::once(None).chain(directory.groups.iter().map(|group| Some(group.id))).collect();
        let moments = subject.calendar.moments();
        let step = moments.len().div_ceil(VALUES).max(1);
        hints.moments = moments.iter().step_by(step).map(|at| (*at, subject.calendar.written(*at))).collect();
        hints.thin_out();
        hints
    }

    fn thin_out(&mut self) {
        fn thin<T: PartialEq>(list: &mut Vec<T>) {
            let mut kept: Vec<T> = Vec::new();
            for item in list.drain(..) {
                if !kept.contains(&item) && kept.len() < 8 * VALUES {
                    kept.push(item);
                }
            }
            *list = kept;
        }
        thin(&mut self.texts);
        thin(&mut self.languages);
        thin(&mut self.attributes);
        thin(&mut self.tags);
        for list in [&mut self.channels, &mut self.entries] {
            list.truncate(VALUES);
        }
        self.groups.truncate(VALUES);
        self.vips.truncate(VALUES);
    }

    /// Variations of a conversation: one thing changed at a time, then several at once. What the rule's own conditions
    /// ask for stays.
    fn variations(&self, rule: &RuleSource, base: &Meeting) -> Vec<Meeting> {
        let mut meetings = Vec::new();
        for kind in 0..KINDS {
            for choice in 0..self.values(kind).min(VARIATIONS / 8) {
                let mut meeting = base.clone();
                self.change(&mut meeting, rule, kind, choice);
                meetings.push(meeting);
            }
        }
        meetings.truncate(VARIATIONS / 2);
        for number in meetings.len()..VARIATIONS {
            let mut meeting = base.clone();
            for kind in 0..KINDS {
                let choice = mixed((number * KINDS + kind) as u64) as usize;
                self.change(&mut meeting, rule, kind, choice);
            }
            meetings.push(meeting);
        }
        meetings
    }

    fn values(&self, kind: usize) -> usize {
        match kind {
            0 => self.texts.len(),
            1 => self.vips.len(),
            2 => 2,
            3 => self.channels.len(),
            4 => self.entries.len(),
            5 => self.languages.len(),
            6 => self.attributes.len(),
            7 => self.moments.len(),
            8 => self.tags.len(),
            _ => self.groups.len(),
        }
    }

    fn change(&self, meeting: &mut Meeting, rule: &RuleSource, kind: usize, choice: usize) {
        let (when, visit) = (&rule.when, &mut meeting.visit);
        let Some(choice) = choice.checked_rem(self.values(kind)) else { return };
        let on_route_only = rule.hooks.iter().all(|hook| *hook == Hook::Route);
        match kind {
            0 => {
                if let Some(text) = self.texts.get(choice) {
                    // The rule's own keywords stay in what is said.
                    visit.text =
                        if when.keywords.is_some() { format!("{} {text}", visit.text) } else { text.clone() };
                }
            }
            1 => {
                let vip = self.vips.get(choice).copied().unwrap_or_default();
                visit.vip = vip.clamp(
                    when.vip_min.unwrap_or(0),
                    when.vip_max.unwrap_or(u8::MAX).max(when.vip_min.unwrap_or(0)),
                );
            }
            2 if when.returning.is_none() => visit.returning = choice == 1,
            3 if when.channels.is_empty() => visit.channel = self.channels.get(choice).cloned().flatten(),
            4 if when.entries.is_empty() => visit.entry = self.entries.get(choice).cloned().flatten(),
            5 if when.languages.is_empty() => visit.language = self.languages.get(choice).cloned().flatten(),
            6 => {
                if let Some((name, value, is_invented)) = self.attributes.get(choice).cloned().flatten()
                    && !when.attributes.contains_key(&name)
                {
                    visit.attributes.insert(name, value);
                    meeting.is_invented |= is_invented;
                }
            }
            7 if when.hours_open.is_none() && when.hours_closed.is_none() => {
                if let Some((at, written)) = self.moments.get(choice).cloned() {
                    meeting.at = at;
                    meeting.visit.at = written;
                }
            }
            8 if !on_route_only => {
                if let Some(tag) = self.tags.get(choice).filter(|tag| !when.tags_none.contains(tag))
                    && !meeting.tags.contains(tag)
                {
                    meeting.tags.push(tag.clone());
                }
            }
            9 if !on_route_only && when.groups.is_empty() => {
                meeting.group = self.groups.get(choice).copied().flatten();
            }
            _ => {}
        }
    }
}

/// A number that looks like any other (the finaliser of SplitMix64), so that every pair of values is met.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (number ^ (number >> 31)) >> 33
}

/// Kinds of things that a variation changes.
const KINDS: usize = 10;

/// What a script mentions.
#[derive(Debug, Default, PartialEq, Eq)]
struct Mentioned {
    words: BTreeSet<String>,
    numbers: BTreeSet<i64>,
    attributes: BTreeSet<String>,
}

impl Mentioned {
    /// Everything between quotes, and every whole number. Comments are taken for code: a value too many does no harm.
    fn in_script(source: &str) -> Mentioned {
        let mut mentioned = Mentioned::default();
        for (number, part) in source.split('"').enumerate() {
            if number % 2 == 1 {
                if !part.is_empty() && part.len() <= 64 && !part.contains('\n') {
                    mentioned.words.insert(part.to_owned());
                }
                continue;
            }
            let digits =
                part.split(|c: char| !c.is_ascii_digit() && c != '_').filter(|digits| !digits.is_empty());
            mentioned.numbers.extend(
                digits.filter_map(|digits| digits.replace('_', "").parse::<i32>().ok()).map(i64::from),
            );
        }
        for call in source.split("attribute(\"").skip(1) {
            mentioned.attributes.extend(call.split('"').next().map(str::to_owned));
        }
        mentioned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_mentions_is_found() {
        let script = "fn route(c, customer, d) { if customer.attribute(\"spent\").to_int() > 5_000 { return tag(\"大客户\"); } }";
        let mentioned = Mentioned::in_script(script);
        assert_eq!(mentioned.attributes, BTreeSet::from(["spent".to_owned()]));
        assert_eq!(mentioned.numbers, BTreeSet::from([5_000]));
        assert!(mentioned.words.contains("大客户"));
    }
}
