//! What a candidate decides when it is asked beside what was live, decision by decision, before any consequence.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::changes::Changes;
use super::decided_by::DecidedBy;
use super::moved::{Cause, Destination, EXAMPLES_MAX, MovedConversation, MovedSide, WAYS_MAX, Way};
use crate::desk::{Decided, ShadowDecision};
use crate::id::RuleId;
use crate::model::Directory;
use crate::recording::Recording;
use crate::rules::{RuleInfo, Ruleset, Target};

/// A candidate, asked on the desk as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AskedAnew {
    /// Decisions about which it was asked.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub decisions: u64,
    /// Those that it would have made otherwise: to somewhere else, or asking for others.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub differing: u64,
    /// The conversations that they are about.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub conversations: u64,
    /// Where from and to, by the rule that makes the difference; the most used first. Waits are not known here.
    pub ways: Vec<Way>,
    /// Failures of the candidate's rules.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub failures: u64,
}

impl AskedAnew {
    /// Puts decisions together that differ.
    pub(crate) fn new(
        decisions: u64,
        differing: &[ShadowDecision],
        (live, candidate): (&[&Ruleset], &Ruleset),
        changes: &Changes,
        recording: &Recording,
    ) -> AskedAnew {
        let mut ways: BTreeMap<(DecidedBy, Destination, Destination), Way> = BTreeMap::new();
        let directory = candidate.directory();
        for decision in differing {
            let (was, is) =
                (side(&decision.live, live, directory), side(&decision.candidate, &[candidate], directory));
            let rules = |decided: &Decided, rulesets: &[&Ruleset]| -> Vec<String> {
                decided.rules.iter().filter_map(|id| Some(rule(rulesets, *id)?.slug.clone())).collect()
            };
            let mut named =
                rules(&decision.candidate, &[candidate]).into_iter().chain(rules(&decision.live, live));
            let by = named.find(|slug| changes.rules.contains(slug)).map_or(is.by.clone(), DecidedBy::Rule);
            let key = (by, was.destination.clone(), is.destination.clone());
            let way = ways.entry(key).or_insert_with_key(|(by, from, to)| Way {
                cause: Cause::Rules,
                by: by.clone(),
                from: from.clone(),
                to: to.clone(),
                conversations: 0.0,
                examples: Vec::new(),
            });
            way.conversations += 1.0;
            if way.examples.len() < EXAMPLES_MAX {
                way.examples.push(MovedConversation {
                    conversation: decision.conversation.0,
                    seed: 0,
                    at: decision.at,
                    channel: String::new(),
                    intent: String::new(),
                    text: recording.opening_words(decision.conversation).unwrap_or_default(),
                    vip: 0,
                    live: was,
                    candidate: is,
                });
            }
        }
        let conversations: BTreeSet<_> = differing.iter().map(|decision| decision.conversation).collect();
        let mut ways: Vec<Way> = ways.into_values().collect();
        ways.sort_by(|a, b| b.conversations.total_cmp(&a.conversations));
        ways.truncate(WAYS_MAX);
        AskedAnew {
            decisions,
            differing: differing.len() as u64,
            conversations: conversations.len() as u64,
            ways,
            failures: differing.iter().map(|decision| decision.failures.len() as u64).sum(),
        }
    }
}

/// The rule of any of these rulesets.
fn rule<'r>(rulesets: &[&'r Ruleset], id: RuleId) -> Option<&'r RuleInfo> {
    rulesets.iter().find_map(|ruleset| ruleset.rule(id))
}

fn side(decided: &Decided, rulesets: &[&Ruleset], directory: &Directory) -> MovedSide {
    let plan = decided.plan.as_deref();
    let group = |id| match directory.group(id) {
        Some(group) => {
            Destination::Group { group: group.slug.clone(), tier: plan.and_then(|plan| plan.tier) }
        }
        None => Destination::Nowhere,
    };
    MovedSide {
        by: DecidedBy::source(plan.map(|plan| plan.source), |id| rule(rulesets, id)),
        destination: match plan.map(|plan| &plan.target) {
            Some(Target::Group(to) | Target::Agent { group: to, .. }) => group(*to),
            Some(Target::Bot(name)) => Destination::Bot(name.clone()),
            Some(Target::LeaveMessage) => Destination::LeaveMessage,
            Some(Target::Ticket) => Destination::Ticket,
            None => Destination::Nowhere,
        },
        agent: None,
        abandoned: false,
        wait_ms: 0,
    }
}
