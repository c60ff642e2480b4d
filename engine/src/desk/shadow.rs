//! The shadow: a candidate's rules are asked what the live ones were asked, on the same facts, and nothing follows
//! from their answer. What they would have decided stands in the batch, beside traces and costs.
//!
//! Only where a conversation is to go is compared. Scores for agents (`rank`) are not asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::conversation::Conversation;
use super::decide::Out;
use crate::id::{ConversationId, RuleId};
use crate::rules::{Plan, PlanSource, Ruleset, Trigger};
use crate::time::Timestamp;
use crate::trace::{RuleFailure, TraceLevel};

/// A candidate that decides in silence.
#[derive(Copy, Clone, Debug)]
pub struct Shadow<'a> {
    /// Its rules.
    pub ruleset: &'a Ruleset,
    /// Those of its rules that are not asked any more: they kept failing, and a command is not to wait for them.
    pub switched_off: &'a BTreeSet<RuleId>,
}

/// What the live rules decided about a conversation, and what the candidate's would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowDecision {
    /// About which conversation.
    pub conversation: ConversationId,
    /// When.
    pub at: Timestamp,
    /// Why rules ran.
    pub trigger: Trigger,
    /// The live ruleset's answer.
    pub live: Decided,
    /// The candidate's answer.
    pub candidate: Decided,
    /// The candidate's rules that failed.
    pub failures: Vec<(RuleId, RuleFailure)>,
}

/// An answer of one ruleset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The rules that gave effects, in order.
    pub rules: Vec<RuleId>,
    /// Where the conversation is to go; `None`: it stays as it is.
    pub plan: Option<Arc<Plan>>,
}

impl ShadowDecision {
    /// Whether the conversation would have fared differently, whichever rules said so.
    #[must_use]
    pub fn differs(&self) -> bool {
        let bare = |plan: &Option<Arc<Plan>>| {
            plan.as_ref().map(|plan| Plan { source: PlanSource::Default, ..Plan::clone(plan) })
        };
        bare(&self.live.plan) != bare(&self.candidate.plan)
    }
}

impl Out<'_> {
    /// Asks the candidate what the live rules have just been asked.
    pub(super) fn shadow(&mut self, conversation: &Conversation, trigger: Trigger, live: Decided) {
        let Some(Shadow { ruleset, switched_off }) = self.rulesets.shadow else { return };
        let is_off = |rule: RuleId| switched_off.contains(&rule);
        let verdict = self.verdict(ruleset, conversation, trigger, &is_off, TraceLevel::Off);
        let plan = self.plan_of(conversation, trigger, verdict.answer).map(Arc::new);
        self.shadowed(ShadowDecision {
            conversation: conversation.id,
            at: self.at,
            trigger,
            live,
            candidate: Decided { rules: verdict.fired, plan },
            failures: verdict.failures,
        });
    }
}
