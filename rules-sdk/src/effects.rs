//! Effects: what a rule answers, under the names that scripts have for them.

use crate::{Effect, Skill};

/// What a rule wants, in order: `to_group("vip").priority(5).tag("大客户")`. The first rule that sets a thing wins; tags,
/// risks, required skills and replies add up. Ranges and names are checked by the engine: an effect out of range is a
/// failure of the rule.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "what a hook does not answer does not happen"]
pub struct Effects(Vec<Effect>);

impl Effects {
    /// Nothing: the conversation is left to later rules.
    pub fn none() -> Effects {
        Effects::default()
    }

    /// Also these.
    pub fn and(mut self, more: Effects) -> Effects {
        self.0.extend(more.0);
        self
    }
}

impl From<Effects> for Vec<Effect> {
    fn from(effects: Effects) -> Vec<Effect> {
        effects.0
    }
}

impl From<Effect> for Effects {
    fn from(effect: Effect) -> Effects {
        Effects(vec![effect])
    }
}

impl FromIterator<Effect> for Effects {
    fn from_iter<I: IntoIterator<Item = Effect>>(effects: I) -> Effects {
        Effects(effects.into_iter().collect())
    }
}

/// Each effect is a function that begins a list and a method that goes on with one.
macro_rules! effects {
    ($($(#[$doc:meta])* $name:ident($($parameter:ident: $type:ty),*) = $effect:expr;)*) => {
        impl Effects {
            $($(#[$doc])* pub fn $name(mut self, $($parameter: $type),*) -> Effects {
                self.0.push($effect);
                self
            })*
        }
        $($(#[$doc])* pub fn $name($($parameter: $type),*) -> Effects {
            Effects::none().$name($($parameter),*)
        })*
    };
}

effects! {
    /// To this group.
    to_group(group: impl Into<String>) = Effect::ToGroup(group.into());
    /// To this agent, and nobody else until the directed wait is over.
    to_agent(agent: impl Into<String>) = Effect::ToAgent(agent.into());
    /// To this agent if they can take it right now, else as if nothing was said.
    prefer_agent(agent: impl Into<String>) = Effect::PreferAgent(agent.into());
    /// Only to agents with this skill at this level (1 to 5) or above. Adds up.
    require_skill(skill: impl Into<String>, level: u8) = Effect::RequireSkill(Skill { name: skill.into(), level });
    /// The priority in the queue, 0 (ordinary) to 9.
    priority(level: u8) = Effect::Priority(level);
    /// Only to agents of this tier (from 1) or above.
    tier(lowest: u8) = Effect::Tier(lowest);
    /// Puts a tag on the conversation. Adds up.
    tag(text: impl Into<String>) = Effect::Tag(text.into());
    /// Marks the conversation as a risk. Adds up.
    flag_risk(risk: impl Into<String>) = Effect::FlagRisk(risk.into());
    /// To this bot.
    to_bot(bot: impl Into<String>) = Effect::ToBot(bot.into());
    /// Offers a ticket instead of an agent.
    offer_ticket() = Effect::OfferTicket;
    /// Offers to leave a message instead of an agent.
    offer_leave_message() = Effect::OfferLeaveMessage;
    /// The longest this conversation waits, in seconds.
    wait_limit(seconds: u32) = Effect::WaitLimitMs(u64::from(seconds) * 1000);
    /// Says this to the visitor.
    reply(text: impl Into<String>) = Effect::Reply(text.into());
    /// No later rule is evaluated.
    stop() = Effect::Stop;
}
