//! The canary: a second ruleset that decides about a share of the customers, and the guards that take it back by
//! themselves.
//!
//! - both rulesets share one directory, so a canary changes where conversations go and nothing else
//! - who is chosen follows from the candidate's revision and the customer, so a customer meets one revision however
//!   often they come, and a larger share keeps everybody whom a smaller one had chosen
//! - the choice is an event of its own, made once for each conversation: later messages stay with it
//! - guards are read after every decision; a breach ends the canary with the very next event

mod fold;
mod guards;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::conversation::{Arm, Conversation};
use super::decide::Out;
use super::event::Event;
use super::refusal::Refusal;
use super::state::Desk;
use crate::id::{ConversationId, CustomerId, RuleId};
use crate::limits::CANARY_RULES_FROM;
use crate::model::Directory;
use crate::rules::{Revision, Ruleset};
use crate::time::Timestamp;
pub use guards::{Breach, CanaryGuards, GuardMetric};

/// The rulesets a desk decides by.
#[derive(Copy, Clone, Debug)]
pub struct Rulesets<'a> {
    /// The live one; with [`super::CommandBody::Publish`] the one that goes live.
    pub live: &'a Ruleset,
    /// The candidate, [`Ruleset::as_candidate`]: with [`super::CommandBody::StartCanary`], and as long as the canary
    /// runs.
    pub canary: Option<&'a Ruleset>,
    /// A candidate that decides in silence beside the live one.
    pub shadow: Option<super::shadow::Shadow<'a>>,
}

impl<'a> Rulesets<'a> {
    /// The live ruleset and nothing beside it.
    #[must_use]
    pub fn live(live: &'a Ruleset) -> Rulesets<'a> {
        Rulesets { live, canary: None, shadow: None }
    }
}

/// Why a canary ended.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum CanaryEnd {
    /// Somebody withdrew it.
    Withdrawn,
    /// A guard did not hold any more. An alert.
    Breached(Breach),
}

/// What became of the conversations that opened since the canary began, of one arm.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Tally {
    /// Opened.
    pub opened: u32,
    /// Came into a form or a ticket, each counted once.
    pub fell_back: u32,
    /// Abandoned by the visitor.
    pub abandoned: u32,
    /// Failures of rules; of the canary's only.
    pub failures: u32,
}

/// A canary as it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Canary {
    pub revision: Revision,
    pub since: Timestamp,
    pub share_percent: u8,
    pub guards: CanaryGuards,
    pub wait_thresholds_ms: Vec<i64>,
    pub chosen: Tally,
    pub others: Tally,
    /// Conversations of the canary that an agent has and has not answered, with the instant of the assignment.
    pub unanswered: BTreeSet<(Timestamp, ConversationId)>,
}

/// A canary, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CanaryView {
    /// The candidate's revision.
    pub revision: Revision,
    /// Since when it runs.
    pub since: Timestamp,
    /// Of a hundred customers, so many meet it.
    pub share_percent: u8,
    /// When it is taken back.
    pub guards: CanaryGuards,
    /// The conversations that met it.
    pub chosen: Tally,
    /// The others since it began.
    pub others: Tally,
    /// What each metric reads now, in the order of [`CanaryGuards`].
    pub readings: Vec<(GuardMetric, i64)>,
}

impl Canary {
    /// Whether a conversation meets the candidate: sticky for a customer, or for the conversation of somebody unknown.
    pub(super) fn takes(&self, customer: Option<CustomerId>, conversation: ConversationId) -> bool {
        let seed = self.revision.0.iter().take(8).fold(0_u64, |seed, byte| seed << 8 | u64::from(*byte));
        let who = customer.map_or(!conversation.0, |customer| customer.0);
        mixed(seed ^ mixed(who)) % 100 < u64::from(self.share_percent)
    }
}

/// The finalizer of SplitMix64: every bit of the answer depends on every bit of the question.
fn mixed(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Whether a rule is one of the candidate's.
#[must_use]
pub fn is_candidates(rule: RuleId) -> bool {
    rule.0 >= CANARY_RULES_FROM
}

impl Desk {
    /// The canary that runs.
    #[must_use]
    pub fn canary(&self) -> Option<CanaryView> {
        let canary = self.canary.as_ref()?;
        let metrics = [
            GuardMetric::Waiting,
            GuardMetric::LongestWait,
            GuardMetric::Online,
            GuardMetric::Unanswered,
            GuardMetric::Fallback,
            GuardMetric::Abandoned,
            GuardMetric::Failures,
        ];
        Some(CanaryView {
            revision: canary.revision,
            since: canary.since,
            share_percent: canary.share_percent,
            guards: canary.guards,
            chosen: canary.chosen,
            others: canary.others,
            readings: metrics.map(|metric| (metric, self.reading(canary, metric, self.now))).to_vec(),
        })
    }

    /// What a ruleset changes beside rules, in the words of the folder: it cannot run beside the live one then.
    #[must_use]
    pub fn differs_from(&self, ruleset: &Ruleset) -> Option<&'static str> {
        other_part(&self.frame.directory, ruleset.directory())
    }
}

/// Deciding.
impl<'a> Out<'a> {
    /// The ruleset that decides about a conversation.
    pub(super) fn ruleset_of(&self, conversation: &Conversation) -> &'a Ruleset {
        let running = self.desk.canary.as_ref().map(|canary| canary.revision);
        match (conversation.arm, self.rulesets.canary) {
            (Some(Arm::Canary), Some(canary)) if running == Some(canary.revision()) => canary,
            _ => self.rulesets.live,
        }
    }

    pub(super) fn start_canary(&mut self, share_percent: u8, guards: &CanaryGuards) -> Result<(), Refusal> {
        let Some(candidate) = self.rulesets.canary else { return Err(Refusal::NoCandidate) };
        let revision = candidate.revision();
        if let Some(part) = other_part(&self.frame().directory, candidate.directory()) {
            return Err(Refusal::OtherDirectory(part));
        }
        if self.desk.canary.as_ref().is_some_and(|running| running.revision != revision) {
            return Err(Refusal::CanaryRuns);
        }
        if share_percent == 0 || share_percent > 100 {
            return Err(Refusal::OverLimit { what: "the share in percent", limit: 100 });
        }
        let wait_thresholds_ms = candidate.directory().wait_thresholds_ms.clone();
        let mut canary = Canary {
            revision,
            since: self.at,
            share_percent,
            guards: *guards,
            wait_thresholds_ms: wait_thresholds_ms.clone(),
            chosen: Tally::default(),
            others: Tally::default(),
            unanswered: BTreeSet::new(),
        };
        if let Some(running) = &self.desk.canary {
            canary = Canary { guards: *guards, ..running.clone() };
        }
        if let Some(breach) = self.desk.breach(&canary, self.at) {
            return Err(Refusal::GuardBreached(breach));
        }
        self.emit(Event::CanaryStarted { revision, share_percent, guards: *guards, wait_thresholds_ms });
        Ok(())
    }

    pub(super) fn end_canary(&mut self) -> Result<(), Refusal> {
        let Some(canary) = &self.desk.canary else { return Err(Refusal::NoCandidate) };
        self.emit(Event::CanaryEnded { revision: canary.revision, end: CanaryEnd::Withdrawn });
        Ok(())
    }

    /// Says so where a conversation that is about to open meets the candidate.
    pub(super) fn choose(&mut self, customer: Option<CustomerId>, conversation: ConversationId) {
        if self.desk.canary.as_ref().is_some_and(|canary| canary.takes(customer, conversation)) {
            self.emit(Event::CanaryChosen { conversation });
        }
    }
}

/// What differs between two directories, beside what rules bring with them; in the words of the folder.
fn other_part(live: &Directory, candidate: &Directory) -> Option<&'static str> {
    let parts = [
        (live.settings == candidate.settings, "settings"),
        (live.channels == candidate.channels, "channels"),
        (live.entries == candidate.entries, "entries"),
        (live.groups == candidate.groups, "groups"),
        (live.agents == candidate.agents, "agents"),
        (live.skills == candidate.skills, "skills"),
        (live.hours == candidate.hours, "hours"),
    ];
    parts.into_iter().find(|(same, _)| !same).map(|(_, part)| part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(share_percent: u8) -> Canary {
        Canary {
            revision: Revision([7; 32]),
            since: Timestamp(0),
            share_percent,
            guards: CanaryGuards::default(),
            wait_thresholds_ms: Vec::new(),
            chosen: Tally::default(),
            others: Tally::default(),
            unanswered: BTreeSet::new(),
        }
    }

    #[test]
    fn the_share_is_kept_and_a_larger_one_keeps_whom_the_smaller_had_chosen() {
        let (small, large) = (canary(10), canary(40));
        let chosen = |canary: &Canary| {
            let takes = |customer: &u64| canary.takes(Some(CustomerId(*customer)), ConversationId(1));
            (1..=10_000).filter(takes).collect::<Vec<u64>>()
        };
        let (of_small, of_large) = (chosen(&small), chosen(&large));
        assert!((900..1_100).contains(&of_small.len()), "{}", of_small.len());
        assert!((3_800..4_200).contains(&of_large.len()), "{}", of_large.len());
        assert!(of_small.iter().all(|customer| of_large.contains(customer)));
    }

    #[test]
    fn a_customer_is_chosen_whatever_the_conversation_and_a_stranger_by_it() {
        let canary = canary(50);
        let by_conversation = |customer: Option<CustomerId>| {
            (1..200).map(|id| canary.takes(customer, ConversationId(id))).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(by_conversation(Some(CustomerId(3))), 1);
        assert_eq!(by_conversation(None), 2);
    }
}
