//! Effects as a script builds them: one after the other, each step cheap.

use std::sync::Arc;

use super::call::{Fallible, bad_answer};
use crate::limits;
use crate::rules::Effect;
use crate::rules::names::Names;

/// A list of effects. Adding one shares the rest, so a chain copies nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    effect: Effect,
    before: Effects,
    length: usize,
}

impl Effects {
    fn length(&self) -> usize {
        self.0.as_ref().map_or(0, |link| link.length)
    }

    /// Adds an effect at the end, in place, and gives the whole back, so that both `a.tag("x")` as a statement and a
    /// chain do what they seem to do.
    ///
    /// # Errors
    /// The effect is out of range, or there are too many.
    pub(super) fn add(&mut self, effect: Effect) -> Fallible<Effects> {
        if let Some(problem) = effect.problem() {
            return Err(bad_answer(problem));
        }
        let length = self.length() + 1;
        if length > limits::EFFECTS_MAX {
            return Err(bad_answer(format!("more than {} effects", limits::EFFECTS_MAX)));
        }
        self.0 = Some(Arc::new(Link { effect, before: self.clone(), length }));
        Ok(self.clone())
    }

    /// The effects, in the order in which they were added.
    pub(super) fn list(&self) -> Vec<Effect> {
        let mut list = Vec::with_capacity(self.length());
        let mut at = self;
        while let Some(link) = &at.0 {
            list.push(link.effect.clone());
            at = &link.before;
        }
        list.reverse();
        list
    }

    /// As a script would write them.
    pub(super) fn describe(&self, names: &Names) -> String {
        let calls: Vec<String> = self.list().iter().map(|effect| describe(effect, names)).collect();
        if calls.is_empty() { "()".to_owned() } else { calls.join(".") }
    }
}

fn describe(effect: &Effect, names: &Names) -> String {
    match effect {
        Effect::ToGroup(group) => format!("to_group({:?})", names.group(*group)),
        Effect::ToAgent(agent) => format!("to_agent({:?})", names.agent(*agent)),
        Effect::PreferAgent(agent) => format!("prefer_agent({:?})", names.agent(*agent)),
        Effect::RequireSkill(asked) => {
            format!("require_skill({:?}, {})", names.skill(asked.skill), asked.level)
        }
        Effect::Priority(priority) => format!("priority({priority})"),
        Effect::Tier(tier) => format!("tier({tier})"),
        Effect::Tag(tag) => format!("tag({tag:?})"),
        Effect::FlagRisk(risk) => format!("flag_risk({risk:?})"),
        Effect::ToBot(bot) => format!("to_bot({bot:?})"),
        Effect::OfferTicket => "offer_ticket()".to_owned(),
        Effect::OfferLeaveMessage => "offer_leave_message()".to_owned(),
        Effect::WaitMax(ms) => format!("wait_limit({})", ms / 1000),
        Effect::Reply(reply) => format!("reply({reply:?})"),
        Effect::Stop => "stop()".to_owned(),
    }
}
