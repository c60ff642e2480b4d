//! What events of a canary change, and how its conversations are counted.

use std::collections::BTreeSet;

use super::{Canary, CanaryGuards, Tally, is_candidates};
use crate::desk::command::CloseReason;
use crate::desk::conversation::{Arm, Conversation, Place};
use crate::desk::state::Desk;
use crate::desk::step::Step;
use crate::id::{ConversationId, RuleId};
use crate::model::FallbackStep;
use crate::rules::{Revision, Trigger};
use crate::time::Timestamp;

impl Desk {
    pub(in crate::desk) fn fold_canary_started(
        &mut self,
        revision: Revision,
        share_percent: u8,
        guards: CanaryGuards,
        wait_thresholds_ms: &[i64],
        at: Timestamp,
    ) {
        match &mut self.canary {
            // Another share or other guards for the one that runs.
            Some(canary) if canary.revision == revision => {
                canary.share_percent = share_percent;
                canary.guards = guards;
            }
            _ => {
                self.canary = Some(Canary {
                    revision,
                    since: at,
                    share_percent,
                    guards,
                    wait_thresholds_ms: wait_thresholds_ms.to_vec(),
                    chosen: Tally::default(),
                    others: Tally::default(),
                    unanswered: BTreeSet::new(),
                });
                self.heed_thresholds();
            }
        }
    }

    pub(in crate::desk) fn fold_canary_chosen(&mut self, id: ConversationId) {
        let (Some(canary), Some(conversation)) = (&mut self.canary, self.conversations.get_mut(id)) else {
            return;
        };
        conversation.arm = Some(Arm::Canary);
        canary.others.opened = canary.others.opened.saturating_sub(1);
        canary.chosen.opened = canary.chosen.opened.saturating_add(1);
    }

    /// The live ruleset decides about everybody again; what waits by a plan of the candidate is routed anew.
    pub(in crate::desk) fn fold_canary_ended(&mut self, next: &mut impl FnMut(Step)) {
        self.canary = None;
        self.breakers.retain(|rule, _| !is_candidates(*rule));
        self.heed_thresholds();
        let met = |conversation: &&Conversation| {
            let waits = matches!(conversation.place, Place::Queued(_) | Place::Nowhere);
            conversation.arm == Some(Arm::Canary) && conversation.plan.is_some() && waits
        };
        let waiting: Vec<_> = self.conversations.sorted().into_iter().filter(met).map(|c| c.id).collect();
        for conversation in waiting {
            next(Step::Evaluate(conversation, Trigger::Published));
            next(Step::Place(conversation));
        }
        self.forget_arms();
    }

    /// No canary runs any more: nobody belongs to an arm.
    pub(in crate::desk) fn forget_arms(&mut self) {
        for conversation in self.conversations.iter_mut() {
            conversation.arm = None;
        }
    }

    /// What waits heeds the waiting times of the live rules, and of the candidate's as long as there is one.
    pub(in crate::desk) fn heed_thresholds(&mut self) {
        let mut thresholds = self.frame.directory.wait_thresholds_ms.clone();
        if let Some(canary) = &self.canary {
            thresholds.extend(&canary.wait_thresholds_ms);
            thresholds.sort_unstable();
            thresholds.dedup();
        }
        if thresholds == self.frame.wait_thresholds_ms {
            return;
        }
        self.frame.wait_thresholds_ms = thresholds;
        let waiting: Vec<_> = self
            .conversations
            .sorted()
            .into_iter()
            .filter(|conversation| matches!(conversation.place, Place::Queued(_)))
            .map(|conversation| conversation.id)
            .collect();
        for id in waiting {
            if let Some(place) = self.lift(id) {
                self.lay(id, place);
            }
        }
    }

    fn tally(&mut self, arm: Option<Arm>) -> Option<&mut Tally> {
        let canary = self.canary.as_mut()?;
        match arm? {
            Arm::Canary => Some(&mut canary.chosen),
            Arm::Live => Some(&mut canary.others),
        }
    }

    /// A conversation opened: with the others, unless it is chosen.
    pub(in crate::desk) fn tally_opened(&mut self) -> Option<Arm> {
        let tally = self.tally(Some(Arm::Live))?;
        tally.opened = tally.opened.saturating_add(1);
        Some(Arm::Live)
    }

    pub(in crate::desk) fn tally_fallback(&mut self, id: ConversationId, to: &FallbackStep) {
        let Some(conversation) = self.conversations.get_mut(id) else { return };
        if self.canary.is_none() || matches!(to, FallbackStep::Bot(_) | FallbackStep::Group(_)) {
            return;
        }
        if !std::mem::replace(&mut conversation.fell_back, true) {
            let arm = conversation.arm;
            if let Some(tally) = self.tally(arm) {
                tally.fell_back = tally.fell_back.saturating_add(1);
            }
        }
    }

    pub(in crate::desk) fn tally_closed(&mut self, arm: Option<Arm>, reason: CloseReason) {
        if reason == CloseReason::Abandoned
            && let Some(tally) = self.tally(arm)
        {
            tally.abandoned = tally.abandoned.saturating_add(1);
        }
    }

    pub(in crate::desk) fn tally_failure(&mut self, rule: RuleId) {
        if is_candidates(rule)
            && let Some(tally) = self.tally(Some(Arm::Canary))
        {
            tally.failures = tally.failures.saturating_add(1);
        }
    }

    /// An agent has a conversation since `since`: it has no answer yet, or it has one now, or has left the agent.
    pub(in crate::desk) fn tally_answer(
        &mut self,
        arm: Option<Arm>,
        id: ConversationId,
        since: Timestamp,
        waits: bool,
    ) {
        if arm != Some(Arm::Canary) {
            return;
        }
        let Some(canary) = &mut self.canary else { return };
        if waits {
            canary.unanswered.insert((since, id));
        } else {
            canary.unanswered.remove(&(since, id));
        }
    }
}
