//! Rules that hold, and set something that never counts, because earlier rules have always set it already.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{self, Bench};
use super::finding::{AnalysisFinding, Concern, FindingGrade, FindingKind, FindingStatus};
use super::places;
use super::subject::Subject;
use super::unreachable::beginning_with;
use crate::explain::{EffectName, Explanation, OutcomeTold};
use crate::rules::{Effect, RuleBody, RuleSource};
use crate::tenant::coverage::precedences;
use crate::tenant::reader::in_backticks;

/// Visits tried for one witness.
const TRIES: usize = 8;
/// Keywords of one rule that are reported one by one.
const KEYWORDS_MAX: usize = 20;

/// A thing of which the first rule that sets it wins.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Destination,
    Agent,
    PreferredAgent,
    Priority,
    Tier,
    WaitLimit,
}

impl Thing {
    const ALL: [Thing; 6] = [
        Thing::Destination,
        Thing::Agent,
        Thing::PreferredAgent,
        Thing::Priority,
        Thing::Tier,
        Thing::WaitLimit,
    ];

    /// What an effect sets; `None`: what it gives adds up with what others give.
    pub(super) fn of(effect: &Effect) -> Option<Thing> {
        match effect {
            Effect::ToGroup(_) | Effect::ToBot(_) | Effect::OfferTicket | Effect::OfferLeaveMessage => {
                Some(Thing::Destination)
            }
            Effect::ToAgent(_) => Some(Thing::Agent),
            Effect::PreferAgent(_) => Some(Thing::PreferredAgent),
            Effect::Priority(_) => Some(Thing::Priority),
            Effect::Tier(_) => Some(Thing::Tier),
            Effect::WaitMax(_) => Some(Thing::WaitLimit),
            Effect::RequireSkill(_)
            | Effect::Tag(_)
            | Effect::FlagRisk(_)
            | Effect::Reply(_)
            | Effect::Stop => None,
        }
    }

    /// The effects by which a trace shows that it was set.
    fn names(self) -> &'static [EffectName] {
        match self {
            Thing::Destination => &[
                EffectName::ToGroup,
                EffectName::ToBot,
                EffectName::OfferTicket,
                EffectName::OfferLeaveMessage,
            ],
            Thing::Agent => &[EffectName::ToAgent],
            Thing::PreferredAgent => &[EffectName::PreferAgent],
            Thing::Priority => &[EffectName::Priority],
            Thing::Tier => &[EffectName::Tier],
            Thing::WaitLimit => &[EffectName::WaitMax],
        }
    }

    fn told(self) -> &'static str {
        match self {
            Thing::Destination => "destination",
            Thing::Agent => "agent",
            Thing::PreferredAgent => "preferred agent",
            Thing::Priority => "priority",
            Thing::Tier => "tier",
            Thing::WaitLimit => "waiting limit",
        }
    }
}

/// What a keyword rule sets this thing to.
pub(super) fn set_by(rule: &RuleSource, thing: Thing) -> Option<&Effect> {
    match &rule.body {
        RuleBody::Effects(effects) => {
            effects.iter().map(|(effect, _)| effect).find(|effect| Thing::of(effect) == Some(thing))
        }
        RuleBody::Script { .. } | RuleBody::Module { .. } => None,
    }
}

/// Finds them among keyword rules, by proof, and gives their positions. Rules in `known` are reported already, and what
/// the rule `catch_all` alone overrides is told with that rule.
pub(super) fn find(
    subject: &Subject,
    bench: &mut Bench<'_>,
    known: &BTreeSet<usize>,
    catch_all: Option<usize>,
    findings: &mut Vec<AnalysisFinding>,
) -> BTreeSet<usize> {
    let mut shadowed: BTreeMap<usize, Vec<(Thing, Vec<usize>)>> = BTreeMap::new();
    let mut overlaps = Vec::new();
    for thing in Thing::ALL {
        let Some(precedences) = precedences(&subject.rules, |rule| set_by(rule, thing).is_some()) else {
            bench.bounds.insert("comparisons of rules with later ones that set the same".to_owned());
            break;
        };
        for (at, (rule, precedence)) in subject.rules.iter().zip(precedences).enumerate() {
            let Some(own) = set_by(rule, thing).filter(|_| !known.contains(&at)) else { continue };
            let differs = |by: &usize| {
                subject.rules.get(*by).and_then(|by| set_by(by, thing)).is_some_and(|other| other != own)
            };
            let by_catch_all = |by: &usize| Some(*by) == catch_all;
            if !precedence.whole.is_empty() && precedence.whole.iter().all(by_catch_all) {
                continue;
            }
            if precedence.whole.iter().any(differs) {
                shadowed.entry(at).or_default().push((thing, precedence.whole));
            } else if precedence.whole.is_empty() && thing == Thing::Destination {
                let covered = precedence.keywords.into_iter().filter(|(_, by)| differs(by));
                overlaps.extend(covered.take(KEYWORDS_MAX).map(|(keyword, by)| (rule, keyword, by)));
            }
        }
    }
    for (at, things) in &shadowed {
        if let Some(rule) = subject.rules.get(*at) {
            findings.push(shadow(subject, bench, rule, things));
        }
    }
    for (rule, keyword, by) in overlaps {
        let Some(by) = subject.rules.get(by) else { continue };
        let concern = places::keyword(keyword);
        let meetings = subject.visits().fulfilling(&[&beginning_with(&rule.when, keyword)], 1);
        let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
        findings.push(AnalysisFinding {
            kind: FindingKind::KeywordOverlap,
            grade: FindingGrade::Fault,
            status: FindingStatus::Proved,
            message: format!(
                "keyword `{}` of rule `{}` never leads where the rule says: `{}` comes first whenever it is found, and \
                 leads elsewhere",
                keyword.text, rule.slug, by.slug
            ),
            help: "Take the keyword out of one of the two rules, or give this rule the lower number.".to_owned(),
            witness: bench.witness(visits, |told| overridden(told, rule, &[by], Thing::Destination)),
            concerns: vec![concern, at_thing(rule, Thing::Destination), at_thing(by, Thing::Destination)],
        });
    }
    shadowed.into_keys().collect()
}

fn shadow(
    subject: &Subject,
    bench: &mut Bench<'_>,
    rule: &RuleSource,
    things: &[(Thing, Vec<usize>)],
) -> AnalysisFinding {
    let by: BTreeSet<usize> = things.iter().flat_map(|(_, by)| by).copied().collect();
    let by: Vec<&RuleSource> = by.iter().filter_map(|by| subject.rules.get(*by)).collect();
    let names: Vec<&str> = by.iter().map(|rule| rule.slug.as_str()).collect();
    let told: Vec<&str> = things.iter().map(|(thing, _)| thing.told()).collect();
    let first = things.first().map_or(Thing::Destination, |(thing, _)| *thing);
    let meetings = subject.visits().fulfilling(&[&rule.when], TRIES);
    let visits = meetings.iter().filter_map(|meeting| meeting.as_visit().cloned());
    let concerns = std::iter::once(at_thing(rule, first)).chain(by.iter().map(|by| at_thing(by, first)));
    AnalysisFinding {
        kind: FindingKind::ShadowedRule,
        grade: FindingGrade::Fault,
        status: FindingStatus::Proved,
        message: format!(
            "the {} that rule `{}` sets never counts: {} {} it first whenever the rule holds",
            told.join(", "),
            rule.slug,
            in_backticks(&names),
            if names.len() == 1 { "sets" } else { "set" },
        ),
        help: "Give this rule a lower number, or narrow the rule that comes first.".to_owned(),
        concerns: concerns.collect(),
        witness: bench.witness(visits, |told| overridden(told, rule, &by, first)),
    }
}

/// A rule, at the effect that sets the thing.
pub(super) fn at_thing(rule: &RuleSource, thing: Thing) -> Concern {
    places::rule_at(rule, |effect| Thing::of(effect) == Some(thing))
}

/// Whether a rule gave effects of which the one that sets the thing was overridden by one of `by`.
pub(super) fn overridden(
    told: &Explanation,
    rule: &RuleSource,
    by: &[&RuleSource],
    thing: Thing,
) -> Option<String> {
    let done = bench::rule(told, &rule.slug)?;
    if done.outcome != OutcomeTold::Matched {
        return None;
    }
    let effect = done.effects.iter().find(|effect| thing.names().contains(&effect.effect))?;
    let winner = effect.overridden_by.as_ref()?;
    by.iter().any(|by| by.slug == winner.slug).then(|| {
        let what = thing.told();
        format!(
            "both rules hold, and the {what} is the one that `{}` sets, not that of `{}`",
            winner.slug, rule.slug
        )
    })
}
