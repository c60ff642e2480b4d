//! Events and what set them off, told with names.

use serde::Serialize;

use super::super::tell::Teller;
use super::super::told::{FallbackTold, Named, PlanTold};
use crate::desk::{AssignedBy, Author, CloseReason, CommandBody, Event, EventRecord, Widened};
use crate::desk::{PlaceView, UnassignedReason};
use crate::id::{ConversationId, GroupId};
use crate::model::{Presence, Relax};
use crate::rules::{Ruleset, Trigger};
use crate::simulation::LifeMoment;
use crate::time::Timestamp;
use crate::trace::{Reason, RuleFailure};

/// Something that happened to the conversation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EventTold {
    /// When.
    pub at: Timestamp,
    /// Its place in the order of all events of the run.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seq: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "told once and then written out")]
pub enum What {
    /// It began.
    Opened,
    /// Somebody said something.
    Message {
        /// Who.
        from: Author,
        /// What.
        text: String,
    },
    /// The customer chose an entry at the bot.
    EntryChosen {
        /// Which.
        entry: String,
    },
    /// The rules, or the defaults behind them, said where to.
    Routed {
        /// Why they ran.
        trigger: Trigger,
        /// The rules that gave effects, in order.
        rules: Vec<Named>,
        /// What they said.
        plan: PlanTold,
    },
    /// It waits.
    Queued {
        /// For which group.
        group: Named,
        /// Why nobody took it.
        reason: Reason,
        /// Conversations ahead, plus one.
        position: u32,
        /// Estimate; `None` while nothing is known.
        #[cfg_attr(feature = "typescript", ts(type = "number | null"))]
        expected_wait_ms: Option<i64>,
        /// For a time, only for this agent.
        only: Option<Named>,
    },
    /// A waiting time passed at which rules run.
    Waited {
        /// The waiting time.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        after_ms: i64,
    },
    /// The ask relaxed.
    Widened {
        /// How.
        step: WidenedTold,
    },
    /// An agent has it.
    Assigned {
        /// Who.
        agent: Named,
        /// In which group.
        group: Named,
        /// Why this one.
        by: AssignedBy,
        /// How long the visitor waited this time.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        waited_ms: i64,
    },
    /// It left its agent.
    Unassigned {
        /// Whom.
        agent: Named,
        /// Why.
        reason: UnassignedReason,
    },
    /// A fallback has it.
    FellBack {
        /// Which.
        to: FallbackTold,
        /// Why.
        reason: Reason,
    },
    /// It ended.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// A rule failed and was skipped.
    RuleFailed {
        /// Which.
        rule: Named,
        /// How.
        failure: RuleFailure,
    },
    /// A candidate decides about it from now on.
    CanaryChosen,
}

/// How the ask relaxed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum WidenedTold {
    /// No longer only this agent.
    Agent {
        /// Who.
        agent: Named,
        /// Why the agent did not take it.
        reason: Reason,
    },
    /// The skill asked for last is no longer asked.
    DropLastSkill,
    /// No skill is asked any more.
    DropSkills,
    /// Agents up to this tier are asked too.
    OpenTier {
        /// The tier.
        tier: u8,
    },
    /// Another group is asked too.
    Overflow {
        /// Which.
        group: Named,
    },
    /// A step that the group no longer has.
    Unknown,
}

/// What set a moment off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CauseTold {
    /// The visitor came.
    Opened,
    /// Somebody said something in it.
    Message {
        /// Who.
        from: Author,
    },
    /// It ended.
    Closed {
        /// Why.
        reason: CloseReason,
    },
    /// Another conversation ended, so that somebody had room.
    OtherClosed {
        /// Which.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        conversation: u64,
        /// Whose it was; `None`: nobody's.
        agent: Option<Named>,
    },
    /// The bot handed it over.
    LeftBot,
    /// An agent came or went.
    Presence {
        /// Who.
        agent: Named,
        /// To what.
        presence: Presence,
    },
    /// Time passed.
    TimePassed,
    /// Another revision went live.
    Published,
    /// Another command of somebody at the desk.
    Other,
}

/// What set a moment off.
pub(super) fn cause<R: std::ops::Deref<Target = Ruleset>>(
    moment: &LifeMoment<R>,
    id: ConversationId,
    teller: Teller<'_>,
) -> CauseTold {
    match &moment.command.body {
        CommandBody::Open(_) => CauseTold::Opened,
        CommandBody::Message { conversation, from, .. } if *conversation == id => {
            CauseTold::Message { from: *from }
        }
        CommandBody::Close { conversation, reason, .. } if *conversation == id => {
            CauseTold::Closed { reason: *reason }
        }
        CommandBody::Close { conversation, .. } => CauseTold::OtherClosed {
            conversation: conversation.0,
            agent: moment.desk.conversation(*conversation).and_then(|view| match view.place {
                PlaceView::Assigned { agent, .. } => Some(teller.agent(agent)),
                _ => None,
            }),
        },
        CommandBody::LeaveBot { conversation, .. } if *conversation == id => CauseTold::LeftBot,
        CommandBody::SetPresence { agent, presence } => {
            CauseTold::Presence { agent: teller.agent(*agent), presence: *presence }
        }
        CommandBody::Tick => CauseTold::TimePassed,
        CommandBody::Publish => CauseTold::Published,
        _ => CauseTold::Other,
    }
}

/// One event of the conversation, which waited for the group `queue` before.
pub(super) fn event(record: &EventRecord, queue: Option<GroupId>, teller: Teller<'_>) -> EventTold {
    EventTold { at: record.at, seq: record.seq, what: what(&record.event, queue, teller) }
}

fn widened(step: Widened, queue: Option<GroupId>, teller: Teller<'_>) -> WidenedTold {
    let at = match step {
        Widened::Agent { agent, reason } => {
            return WidenedTold::Agent { agent: teller.agent(agent), reason };
        }
        Widened::Step(at) => usize::from(at),
    };
    let group = queue.and_then(|group| teller.directory.group(group));
    match group.and_then(|group| group.widening.get(at)).map(|step| step.relax) {
        Some(Relax::DropLastSkill) => WidenedTold::DropLastSkill,
        Some(Relax::DropSkills) => WidenedTold::DropSkills,
        Some(Relax::OpenTier(tier)) => WidenedTold::OpenTier { tier },
        Some(Relax::Overflow(group)) => WidenedTold::Overflow { group: teller.group(group) },
        None => WidenedTold::Unknown,
    }
}

fn what(event: &Event, queue: Option<GroupId>, teller: Teller<'_>) -> What {
    match event {
        Event::MessageReceived { from, text, .. } => What::Message { from: *from, text: text.clone() },
        Event::EntryChosen { entry, .. } => What::EntryChosen { entry: entry.clone() },
        Event::Routed { trigger, rules, plan, .. } => What::Routed {
            trigger: *trigger,
            rules: rules.iter().map(|rule| teller.rule(*rule)).collect(),
            plan: teller.plan(plan),
        },
        Event::Queued { group, reason, position, expected_wait_ms, directed, .. } => What::Queued {
            group: teller.group(*group),
            reason: *reason,
            position: *position,
            expected_wait_ms: *expected_wait_ms,
            only: directed.map(|directed| teller.agent(directed.agent)),
        },
        Event::WaitThresholdPassed { after_ms, .. } => What::Waited { after_ms: *after_ms },
        Event::Widened { step, .. } => What::Widened { step: widened(*step, queue, teller) },
        Event::Assigned { agent, group, by, waited_ms, .. } => What::Assigned {
            agent: teller.agent(*agent),
            group: teller.group(*group),
            by: *by,
            waited_ms: *waited_ms,
        },
        Event::Unassigned { agent, reason, .. } => {
            What::Unassigned { agent: teller.agent(*agent), reason: *reason }
        }
        Event::FellBack { to, reason, .. } => What::FellBack { to: teller.fallback(to), reason: *reason },
        Event::Closed { reason, .. } => What::Closed { reason: *reason },
        Event::RuleFailed { rule, failure, .. } => {
            What::RuleFailed { rule: teller.rule(*rule), failure: failure.clone() }
        }
        Event::CanaryChosen { .. } => What::CanaryChosen,
        _ => What::Opened,
    }
}
