//! The effects: each a function that begins an answer and a method that goes on with it.

use rhai::NativeCallContext;

use super::api::{find, find_group};
use super::call::{Call, Fallible, Noted, bad_answer};
use super::effects::Effects;
use super::registry::{ApiItem, ApiType as T, parameter as p};
use crate::id::{AgentId, SkillId};
use crate::model::SkillLevel;
use crate::rules::reading::shown;
use crate::rules::{Effect, Hook};

const ANSWERING: &[Hook] = &[Hook::Route, Hook::OnMessage, Hook::OnWait];

fn small(what: &str, value: i64) -> Fallible<u8> {
    u8::try_from(value).map_err(|_| bad_answer(format!("{what} is {value}")))
}

fn skill(context: &NativeCallContext<'_>, slug: &str, level: i64) -> Fallible<Effect> {
    let id = find(context, |names| &names.skills, slug)?;
    let skill = SkillId(u16::try_from(id).unwrap_or(u16::MAX));
    Ok(Effect::RequireSkill(SkillLevel { skill, level: small("the skill level", level)? }))
}

/// Notes that an effect was given.
fn given(context: &NativeCallContext<'_>, name: &str, arguments: &[&dyn std::fmt::Debug]) {
    Call::note(context, || Noted {
        what: name.to_owned(),
        arguments: Some(arguments.iter().map(|argument| shown(*argument)).collect()),
        answer: None,
    });
}

/// One effect in its two forms. `$make` turns the arguments into the effect.
macro_rules! effect {
    ($name:literal, [$($parameter:ident: $type:ty = $kind:expr),*], $context:ident => $make:expr,
     $doc:literal, $doc_zh:literal, $example:literal => $result:literal) => {
        ApiItem::function($name, &[$(p(stringify!($parameter), $kind)),*], T::Effects, |engine| {
            engine.register_fn($name, |$context: NativeCallContext, $($parameter: $type),*| {
                given(&$context, $name, &[$(&$parameter),*]);
                Effects::default().add($make)
            });
        })
        .doc($doc, $doc_zh)
        .example($example, $result)
        .on(ANSWERING)
    };
}

/// The same as a method.
macro_rules! chained {
    ($name:literal, [$($parameter:ident: $type:ty = $kind:expr),*], $context:ident => $make:expr,
     $doc:literal, $doc_zh:literal, $example:literal => $result:literal) => {
        ApiItem::method(T::Effects, $name, &[$(p(stringify!($parameter), $kind)),*], T::Effects, |engine| {
            engine.register_fn($name, |$context: NativeCallContext, effects: &mut Effects, $($parameter: $type),*| {
                given(&$context, $name, &[$(&$parameter),*]);
                effects.add($make)
            });
        })
        .doc($doc, $doc_zh)
        .example(concat!("tag(\"a\").", $example), concat!("tag(\"a\").", $result))
        .on(ANSWERING)
    };
}

macro_rules! effects {
    ($({ $($effect:tt)* })*) => {
        pub(super) static ITEMS: &[ApiItem] = &[
            $(effect! { $($effect)* }, chained! { $($effect)* },)*
            ApiItem::function("require_skill", &[p("skill", T::SkillName), p("level", T::Int)], T::Effects, |engine| {
                engine.register_fn("require_skill", |context: NativeCallContext, name: &str| {
                    given(&context, "require_skill", &[&name]);
Effects::default().add(skill(&context, name, 1)?)
                });
                engine.register_fn("require_skill", |context: NativeCallContext, name: &str, level: i64| {
                    given(&context, "require_skill", &[&name, &level]);
Effects::default().add(skill(&context, name, level)?)
                });
            })
            .required(1)
            .doc(
                "Only to agents with this skill at this level (1 to 5, 1 if not given) or above. Adds up.",
                "只分给具备该技能且达到等级(1 到 5,默认 1)的客服。可叠加。",
            )
            .example("require_skill(\"refund\", 3)", "require_skill(\"refund\", 3)")
            .on(ANSWERING),
            ApiItem::method(
                T::Effects,
                "require_skill",
                &[p("skill", T::SkillName), p("level", T::Int)],
                T::Effects,
                |engine| {
                    engine.register_fn(
                        "require_skill",
                        |context: NativeCallContext, effects: &mut Effects, name: &str| {
                            given(&context, "require_skill", &[&name]);
effects.add(skill(&context, name, 1)?)
                        },
                    );
                    engine.register_fn(
                        "require_skill",
                        |context: NativeCallContext, effects: &mut Effects, name: &str, level: i64| {
                            given(&context, "require_skill", &[&name, &level]);
effects.add(skill(&context, name, level)?)
                        },
                    );
                },
            )
            .required(1)
            .doc(
                "Only to agents with this skill at this level (1 to 5, 1 if not given) or above. Adds up.",
                "只分给具备该技能且达到等级(1 到 5,默认 1)的客服。可叠加。",
            )
            .example("to_group(\"general\").require_skill(\"refund\")", "to_group(\"general\").require_skill(\"refund\", 1)")
            .on(ANSWERING),
        ];
    };
}

effects! {
    {
        "to_group", [group: &str = T::GroupName],
        context => Effect::ToGroup(find_group(&context, group)?),
        "To this group.", "分给该客服组。",
        "to_group(\"after-sales\")" => "to_group(\"after-sales\")"
    }
    {
        "to_agent", [agent: &str = T::AgentName],
        context => Effect::ToAgent(AgentId(find(&context, |names| &names.agents, agent)?)),
        "To this agent, and nobody else until the directed wait is over.",
        "指定该客服;在定向等待结束前不分给别人。",
        "to_agent(\"wang-fang\")" => "to_agent(\"wang-fang\")"
    }
    {
        "prefer_agent", [agent: &str = T::AgentName],
        context => Effect::PreferAgent(AgentId(find(&context, |names| &names.agents, agent)?)),
        "To this agent if they can take it right now, else as if nothing was said.",
        "此刻可接待时优先该客服,否则不影响分配。",
        "prefer_agent(\"wang-fang\")" => "prefer_agent(\"wang-fang\")"
    }
    {
        "priority", [level: i64 = T::Int],
        context => Effect::Priority(small("the priority", level)?),
        "The priority in the queue, 0 (ordinary) to 9.", "排队优先级,0(普通)到 9。",
        "priority(5)" => "priority(5)"
    }
    {
        "tier", [lowest: i64 = T::Int],
        context => Effect::Tier(small("the tier", lowest)?),
        "Only to agents of this tier or above.", "只分给该层级及以上的客服。",
        "tier(2)" => "tier(2)"
    }
    {
        "tag", [text: &str = T::Text],
        context => Effect::Tag(text.to_owned()),
        "Puts a tag on the conversation. Adds up.", "给会话加标签。可叠加。",
        "tag(\"退款\")" => "tag(\"退款\")"
    }
    {
        "flag_risk", [risk: &str = T::Text],
        context => Effect::FlagRisk(risk.to_owned()),
        "Marks the conversation as a risk. Adds up.", "标记为风险会话。可叠加。",
        "flag_risk(\"投诉\")" => "flag_risk(\"投诉\")"
    }
    {
        "to_bot", [bot: &str = T::Text],
        context => Effect::ToBot(bot.to_owned()),
        "To this bot.", "转给该机器人。",
        "to_bot(\"faq\")" => "to_bot(\"faq\")"
    }
    {
        "offer_ticket", [],
        context => Effect::OfferTicket,
        "Offers a ticket instead of an agent.", "改为提交工单。",
        "offer_ticket()" => "offer_ticket()"
    }
    {
        "offer_leave_message", [],
        context => Effect::OfferLeaveMessage,
        "Offers to leave a message instead of an agent.", "改为留言。",
        "offer_leave_message()" => "offer_leave_message()"
    }
    {
        "wait_limit", [seconds: i64 = T::Int],
        context => Effect::WaitMax(seconds.saturating_mul(1000)),
        "The longest this conversation waits, in seconds.", "该会话的最长等待秒数。",
        "wait_limit(180)" => "wait_limit(180)"
    }
    {
        "reply", [text: &str = T::Text],
        context => Effect::Reply(text.to_owned()),
        "Says this to the visitor.", "向访客发送这句话。",
        "reply(\"您好\")" => "reply(\"您好\")"
    }
    {
        "stop", [],
        context => Effect::Stop,
        "No later rule is evaluated.", "不再执行后面的规则。",
        "stop()" => "stop()"
    }
}
