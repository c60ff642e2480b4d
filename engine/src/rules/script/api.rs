//! The objects that hooks are handed: `conversation`, `message`, `customer`, `desk`, groups, and `agent` in `rank`.

use rhai::{Array, Dynamic, Engine, ImmutableString, NativeCallContext};

use super::call::{Call, Fallible, Noted, bad_answer};
use super::effects::Effects;
use super::objects::{Candidate, Conversation, Customer, Desk, Group, Message, or_nothing};
use super::registry::{ApiItem, ApiType as T, parameter as p};
use crate::id::GroupId;
use crate::limits;
use crate::rules::Hook;
use crate::rules::names::{Names, Slugs};
use crate::rules::reading::shown;
use crate::rules::scene::Scene;

const RANK: &[Hook] = &[Hook::Rank];
const ON_MESSAGE: &[Hook] = &[Hook::OnMessage];

pub(super) fn register_types(engine: &mut Engine) {
    engine
        .register_type_with_name::<Conversation>("Conversation")
        .register_type_with_name::<Message>("Message")
        .register_type_with_name::<Customer>("Customer")
        .register_type_with_name::<Desk>("Desk")
        .register_type_with_name::<Group>("Group")
        .register_type_with_name::<Candidate>("Agent")
        .register_type_with_name::<Effects>("Effects");
}

/// The number of the thing with this slug.
///
/// # Errors
/// There is none; the message says which was probably meant, where there are not too many to look through.
pub(super) fn find(context: &NativeCallContext<'_>, kind: fn(&Names) -> &Slugs, slug: &str) -> Fallible<u32> {
    let call = Call::of(context)?;
    let slugs = kind(&call.names);
    if let Some(id) = slugs.find(slug) {
        return Ok(id);
    }
    call.charge(slug.len())?;
    if slug.len() > limits::LABEL_BYTES_MAX {
        return Err(bad_answer(format!("unknown {}, with a name of {} bytes", slugs.what, slug.len())));
    }
    let meant = slugs.nearest(slug, limits::SUGGEST_AMONG_MAX, |compared| call.charge(compared * 2_048))?;
    let meant = meant.map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"));
    Err(bad_answer(format!("unknown {} `{slug}`{meant}", slugs.what)))
}

/// The group with this slug.
///
/// # Errors
/// There is none.
pub(super) fn find_group(context: &NativeCallContext<'_>, slug: &str) -> Fallible<GroupId> {
    find(context, |names| &names.groups, slug).map(|id| GroupId(u16::try_from(id).unwrap_or(u16::MAX)))
}

fn list(texts: &[ImmutableString]) -> Array {
    texts.iter().cloned().map(Dynamic::from).collect()
}

/// Whether the words contain the keyword. Costs work in proportion to the words.
///
/// # Errors
/// The budget is used up.
fn contains(context: &NativeCallContext<'_>, scene: &Scene, keyword: &str) -> Fallible<bool> {
    Call::of(context)?.charge(scene.words_len() + keyword.len())?;
    Ok(scene.contains(keyword))
}

/// Whether the words contain one of the keywords.
///
/// # Errors
/// The budget is used up, or one of the list is not a text.
fn contains_any(context: &NativeCallContext<'_>, scene: &Scene, keywords: &Array) -> Fallible<bool> {
    let call = Call::of(context)?;
    for (at, keyword) in (1..).zip(keywords) {
        let Ok(keyword) = keyword.as_immutable_string_ref() else {
            let kind = keyword.type_name();
            return Err(format!("keyword {at} of `contains_any` must be a text, it is {kind}").into());
        };
        call.charge(scene.words_len() + keyword.len())?;
        if scene.contains(&keyword) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Notes that a property was read.
fn read(context: &NativeCallContext<'_>, object: &str, name: &str, answer: &dyn std::fmt::Debug) {
    Call::note(context, || {
        let object = if object == "Candidate" { "agent".to_owned() } else { object.to_lowercase() };
        Noted { what: format!("{object}.{name}"), arguments: None, answer: Some(shown(answer)) }
    });
}

/// Notes that a method was called, and gives its answer on.
fn asked<T: std::fmt::Debug>(
    context: &NativeCallContext<'_>,
    what: &str,
    argument: &dyn std::fmt::Debug,
    answer: T,
) -> T {
    Call::note(context, || Noted {
        what: what.to_owned(),
        arguments: Some(vec![shown(argument)]),
        answer: Some(shown(&answer)),
    });
    answer
}

fn seconds(ms: i64) -> i64 {
    ms / 1000
}

macro_rules! get {
    ($name:literal, |$object:ident: $type:ty| $value:expr) => {
        |engine| {
            engine.register_get($name, |context: NativeCallContext, $object: &mut $type| {
                let value = $value;
                read(&context, stringify!($type), $name, &value);
                value
            });
        }
    };
}

pub(super) static ITEMS: &[ApiItem] = &[
    ApiItem::property(T::Conversation, "text", T::Text, get!("text", |c: Conversation| c.0.text.clone()))
        .doc(
            "The words that the rules look at, normalised: lower case, half width, simplified characters. At most the \
             first 64 KiB.",
            "规则所看的文字,已归一化:小写、半角、简体。最多前 64 KiB。",
        )
        .example("conversation.text", "\"我要退-款,vip\""),
    ApiItem::property(
        T::Conversation,
        "original_text",
        T::Text,
        get!("original_text", |c: Conversation| c.0.original_text.clone()),
    )
    .doc("The same words as the visitor typed them.", "访客原样输入的文字。")
    .example("conversation.original_text", "\"我要退-款,VIP\""),
    ApiItem::method(T::Conversation, "contains", &[p("keyword", T::Text)], T::Bool, |engine| {
        engine.register_fn("contains", |context: NativeCallContext, c: &mut Conversation, keyword: &str| {
            Fallible::Ok(asked(&context, "conversation.contains", &keyword, contains(&context, &c.0, keyword)?))
        });
    })
    .doc(
        "Whether the visitor's words contain the keyword, found the way a keyword rule finds it: normalised, separators \
         skipped.",
        "访客的话是否包含该关键词,匹配方式与关键词规则相同:归一化,并跳过分隔符。",
    )
    .example("conversation.contains(\"退款\")", "true"),
    ApiItem::method(T::Conversation, "contains_any", &[p("keywords", T::List)], T::Bool, |engine| {
        engine.register_fn(
            "contains_any",
            |context: NativeCallContext, c: &mut Conversation, keywords: Array| {
                let answer = contains_any(&context, &c.0, &keywords)?;
                Fallible::Ok(asked(&context, "conversation.contains_any", &keywords, answer))
            },
        );
    })
    .doc(
        "Whether the visitor's words contain one of the keywords; quicker than asking for each.",
        "访客的话是否包含其中任一关键词;比逐个判断更快。",
    )
    .example("conversation.contains_any([\"退货\", \"退款\"])", "true"),
    ApiItem::property(
        T::Conversation,
        "channel",
        T::ChannelName,
        get!("channel", |c: Conversation| c.0.channel.clone()),
    )
    .doc("The channel it came by.", "会话来自的渠道。")
    .example("conversation.channel == \"website\"", "true"),
    ApiItem::property(
        T::Conversation,
        "entry",
        T::EntryName,
        get!("entry", |c: Conversation| or_nothing(c.0.entry.clone())),
    )
    .or_nothing()
    .doc("The business entry that the customer chose.", "客户选择的业务入口。")
    .example("conversation.entry", "\"售后\""),
    ApiItem::property(
        T::Conversation,
        "language",
        T::Text,
        get!("language", |c: Conversation| or_nothing(c.0.language.clone())),
    )
    .or_nothing()
    .doc("The language (BCP 47, lower case), if known.", "语言(BCP 47,小写);未知时为 ()。")
    .example("conversation.language", "\"zh\""),
    ApiItem::property(T::Conversation, "tags", T::List, get!("tags", |c: Conversation| list(&c.0.tags)))
        .doc("The tags so far.", "已有的标签。")
        .example("conversation.tags", "[\"老客户\"]"),
    ApiItem::method(T::Conversation, "has_tag", &[p("tag", T::Text)], T::Bool, |engine| {
        engine.register_fn("has_tag", |context: NativeCallContext, c: &mut Conversation, tag: &str| {
            let has = c.0.tags.iter().any(|known| known.as_str() == tag);
            asked(&context, "conversation.has_tag", &tag, has)
        });
    })
    .doc("Whether the conversation has the tag.", "会话是否有该标签。")
    .example("conversation.has_tag(\"老客户\")", "true"),
    ApiItem::property(T::Conversation, "risks", T::List, get!("risks", |c: Conversation| list(&c.0.risks)))
        .doc("The risks flagged so far.", "已标记的风险。")
        .example("conversation.risks.len()", "0"),
    ApiItem::property(
        T::Conversation,
        "priority",
        T::Int,
        get!("priority", |c: Conversation| i64::from(c.0.priority)),
    )
    .doc("The priority so far, 0 to 9.", "当前优先级,0 到 9。")
    .example("conversation.priority", "0"),
    ApiItem::property(
        T::Conversation,
        "group",
        T::GroupName,
        get!("group", |c: Conversation| or_nothing(c.0.group.map(|id| c.0.names.group(id)))),
    )
    .or_nothing()
    .doc("The group it is in or waits for.", "会话所在或正在等待的客服组。")
    .example("conversation.group == \"general\"", "true"),
    ApiItem::property(
        T::Conversation,
        "agent",
        T::AgentName,
        get!("agent", |c: Conversation| or_nothing(c.0.agent.map(|id| c.0.names.agent(id)))),
    )
    .or_nothing()
    .doc("The agent it is with.", "正在接待的客服。")
    .example("conversation.agent == ()", "true"),
    ApiItem::property(
        T::Conversation,
        "waited_s",
        T::Int,
        get!("waited_s", |c: Conversation| seconds(c.0.waited_ms)),
    )
    .doc("How long it has waited, in whole seconds.", "已等待的整秒数。")
    .example("conversation.waited_s", "0"),
    ApiItem::property(
        T::Conversation,
        "messages",
        T::Int,
        get!("messages", |c: Conversation| i64::from(c.0.messages)),
    )
    .doc("How many messages the visitor has sent.", "访客已发送的消息数。")
    .example("conversation.messages", "1"),
    ApiItem::property(
        T::Conversation,
        "returns",
        T::Int,
        get!("returns", |c: Conversation| i64::from(c.0.returns)),
    )
    .doc("How often it went back to the queue.", "退回排队的次数。")
    .example("conversation.returns", "0"),
    ApiItem::property(T::Conversation, "id", T::Int, get!("id", |c: Conversation| c.0.id))
        .doc("The conversation's number; 0 when a rule is only tried.", "会话编号;试运行时为 0。")
        .example("conversation.id", "0"),
    ApiItem::property(T::Message, "text", T::Text, get!("text", |m: Message| m.0.text.clone()))
        .doc("The new message, normalised.", "新消息,已归一化。")
        .example("message.text", "\"我要退-款,vip\"")
        .on(ON_MESSAGE),
    ApiItem::property(
        T::Message,
        "original_text",
        T::Text,
        get!("original_text", |m: Message| m.0.original_text.clone()),
    )
    .doc("The new message as the visitor typed it.", "访客原样输入的新消息。")
    .example("message.original_text", "\"我要退-款,VIP\"")
    .on(ON_MESSAGE),
    ApiItem::method(T::Message, "contains", &[p("keyword", T::Text)], T::Bool, |engine| {
        engine.register_fn("contains", |context: NativeCallContext, m: &mut Message, keyword: &str| {
            Fallible::Ok(asked(&context, "message.contains", &keyword, contains(&context, &m.0, keyword)?))
        });
    })
    .doc(
        "Whether the new message contains the keyword: normalised, separators skipped.",
        "新消息是否包含该关键词:归一化,并跳过分隔符。",
    )
    .example("message.contains(\"退款\")", "true")
    .on(ON_MESSAGE),
    ApiItem::method(T::Message, "contains_any", &[p("keywords", T::List)], T::Bool, |engine| {
        engine.register_fn(
            "contains_any",
            |context: NativeCallContext, m: &mut Message, keywords: Array| {
                let answer = contains_any(&context, &m.0, &keywords)?;
                Fallible::Ok(asked(&context, "message.contains_any", &keywords, answer))
            },
        );
    })
    .doc("Whether the new message contains one of the keywords.", "新消息是否包含其中任一关键词。")
    .example("message.contains_any([\"退货\", \"退款\"])", "true")
    .on(ON_MESSAGE),
    ApiItem::property(T::Customer, "vip", T::Int, get!("vip", |c: Customer| i64::from(c.0.vip)))
        .doc("The VIP level; 0: none.", "VIP 等级;0 表示不是。")
        .example("customer.vip >= 2", "true"),
    ApiItem::property(T::Customer, "returning", T::Bool, get!("returning", |c: Customer| c.0.returning))
        .doc("Whether the customer was here before.", "是否来过。")
        .example("customer.returning", "true"),
    ApiItem::property(
        T::Customer,
        "conversations",
        T::Int,
        get!("conversations", |c: Customer| i64::from(c.0.conversations)),
    )
    .doc("How many conversations the customer had before this one.", "此前的会话数。")
    .example("customer.conversations", "1"),
    ApiItem::property(
        T::Customer,
        "last_agent",
        T::AgentName,
        get!("last_agent", |c: Customer| or_nothing(c.0.last_agent.map(|id| c.0.names.agent(id)))),
    )
    .or_nothing()
    .doc("The agent who served the customer last.", "上次接待的客服。")
    .example("customer.last_agent == ()", "true"),
    ApiItem::method(T::Customer, "attribute", &[p("name", T::Text)], T::Text, |engine| {
        engine.register_fn("attribute", |context: NativeCallContext, c: &mut Customer, name: &str| {
            let value = or_nothing(c.0.attributes.get(name).map(ImmutableString::from));
            asked(&context, "customer.attribute", &name, value)
        });
    })
    .or_nothing()
    .doc("What the tenant's site says about the customer under this name.", "站点提供的客户属性。")
    .example("customer.attribute(\"plan\")", "\"pro\""),
    ApiItem::method(T::Desk, "group", &[p("group", T::GroupName)], T::Group, |engine| {
        engine.register_fn("group", |context: NativeCallContext, desk: &mut Desk, group: &str| {
            let id = find_group(&context, group)?;
            let found = desk.0.group(id).map(|facts| Group { slug: desk.0.names.group(id), facts });
            let found =
                found.ok_or_else(|| bad_answer(format!("group `{group}` is not on this desk")))?;
            Fallible::Ok(asked(&context, "desk.group", &group, found))
        });
    })
    .doc("A group in numbers.", "客服组的实时数字。")
    .example("desk.group(\"after-sales\").waiting", "3"),
    ApiItem::method(T::Desk, "is_open", &[p("hours", T::HoursName)], T::Bool, |engine| {
        engine.register_fn("is_open", |context: NativeCallContext, desk: &mut Desk, hours: &str| {
            let id = find(&context, |names| &names.hours, hours)?;
            let is_open = desk.0.hours_open.get(id as usize).copied().unwrap_or(false);
            Fallible::Ok(asked(&context, "desk.is_open", &hours, is_open))
        });
    })
    .doc("Whether these business hours are open now.", "该工作时间现在是否开放。")
    .example("desk.is_open(\"business\")", "true"),
    ApiItem::property(
        T::Desk,
        "hour",
        T::Int,
        get!("hour", |d: Desk| d.0.local().map_or(0, |at| i64::from(at.hour()))),
    )
    .doc("The hour of the day in the tenant's time zone, 0 to 23.", "租户时区的小时,0 到 23。")
    .example("desk.hour", "10"),
    ApiItem::property(
        T::Desk,
        "minute",
        T::Int,
        get!("minute", |d: Desk| d.0.local().map_or(0, |at| i64::from(at.minute()))),
    )
    .doc("The minute of the hour, 0 to 59.", "分钟,0 到 59。")
    .example("desk.minute", "0"),
    ApiItem::property(
        T::Desk,
        "weekday",
        T::Int,
        get!("weekday", |d: Desk| d.0.local().map_or(1, |at| i64::from(at.weekday().to_monday_one_offset()))),
    )
    .doc("The day of the week in the tenant's time zone, 1 (Monday) to 7 (Sunday).", "租户时区的星期,1(周一)到 7(周日)。")
    .example("desk.weekday", "1"),
    ApiItem::property(
        T::Desk,
        "date",
        T::Text,
        get!("date", |d: Desk| d.0.local().map_or_else(String::new, |at| at.date().to_string())),
    )
    .doc("The date in the tenant's time zone, such as `2026-03-02`.", "租户时区的日期,如 `2026-03-02`。")
    .example("desk.date", "\"2026-03-02\""),
    ApiItem::property(T::Group, "name", T::GroupName, get!("name", |g: Group| g.slug.clone()))
        .doc("The group's slug.", "客服组的标识。")
        .example("desk.group(\"after-sales\").name", "\"after-sales\""),
    ApiItem::property(T::Group, "waiting", T::Int, get!("waiting", |g: Group| i64::from(g.facts.waiting)))
        .doc("Conversations waiting.", "排队中的会话数。")
        .example("desk.group(\"after-sales\").waiting", "3"),
    ApiItem::property(T::Group, "open", T::Int, get!("open", |g: Group| i64::from(g.facts.open)))
        .doc("Conversations with the group's agents.", "正在接待的会话数。")
        .example("desk.group(\"after-sales\").open", "7"),
    ApiItem::property(T::Group, "online", T::Int, get!("online", |g: Group| i64::from(g.facts.online)))
        .doc("Agents online.", "在线客服数。")
        .example("desk.group(\"after-sales\").online", "2"),
    ApiItem::property(T::Group, "available", T::Int, get!("available", |g: Group| i64::from(g.facts.available)))
        .doc("Agents who could be given a conversation right now.", "此刻可接待的客服数。")
        .example("desk.group(\"after-sales\").available", "1"),
    ApiItem::property(
        T::Group,
        "longest_wait_s",
        T::Int,
        get!("longest_wait_s", |g: Group| seconds(g.facts.longest_wait_ms)),
    )
    .doc("The longest wait right now, in whole seconds.", "当前最长等待,整秒。")
    .example("desk.group(\"after-sales\").longest_wait_s", "42"),
    ApiItem::property(
        T::Group,
        "expected_wait_s",
        T::Int,
        get!("expected_wait_s", |g: Group| seconds(g.facts.expected_wait_ms)),
    )
    .doc("The wait that a new conversation can expect, in whole seconds.", "新会话的预计等待,整秒。")
    .example("desk.group(\"after-sales\").expected_wait_s", "90"),
    ApiItem::property(T::Group, "in_hours", T::Bool, get!("in_hours", |g: Group| g.facts.in_hours))
        .doc("Whether the group's hours are open.", "是否在该组的工作时间内。")
        .example("desk.group(\"after-sales\").in_hours", "true"),
    ApiItem::property(T::Agent, "name", T::AgentName, get!("name", |a: Candidate| a.0.slug.clone()))
        .doc("The agent's slug.", "客服的标识。")
        .example("agent.name", "\"wang-fang\"")
        .on(RANK),
    ApiItem::property(T::Agent, "open", T::Int, get!("open", |a: Candidate| i64::from(a.0.facts.open)))
        .doc("Conversations in hand.", "手上的会话数。")
        .example("agent.open", "2")
        .on(RANK),
    ApiItem::property(T::Agent, "capacity", T::Int, get!("capacity", |a: Candidate| i64::from(a.0.facts.capacity)))
        .doc("The most conversations at once.", "接待上限。")
        .example("agent.capacity - agent.open", "3")
        .on(RANK),
    ApiItem::property(T::Agent, "tier", T::Int, get!("tier", |a: Candidate| i64::from(a.0.facts.tier)))
        .doc("The tier.", "层级。")
        .example("agent.tier", "1")
        .on(RANK),
    ApiItem::property(T::Agent, "priority", T::Int, get!("priority", |a: Candidate| i64::from(a.0.facts.priority)))
        .doc("The in-group priority.", "组内优先级。")
        .example("agent.priority", "80")
        .on(RANK),
    ApiItem::property(T::Agent, "idle_s", T::Int, get!("idle_s", |a: Candidate| seconds(a.0.facts.idle_ms)))
        .doc("Time without work, in whole seconds.", "空闲整秒数。")
        .example("agent.idle_s", "30")
        .on(RANK),
    ApiItem::property(T::Agent, "response_s", T::Int, get!("response_s", |a: Candidate| seconds(a.0.facts.response_ms)))
        .doc("The average first response, in whole seconds.", "平均首响,整秒。")
        .example("agent.response_s", "12")
        .on(RANK),
    ApiItem::property(T::Agent, "handle_s", T::Int, get!("handle_s", |a: Candidate| seconds(a.0.facts.handle_ms)))
        .doc("The average handle time, in whole seconds.", "平均处理时长,整秒。")
        .example("agent.handle_s", "300")
        .on(RANK),
    ApiItem::property(
        T::Agent,
        "satisfaction",
        T::Int,
        get!("satisfaction", |a: Candidate| i64::from(a.0.facts.satisfaction)),
    )
    .doc("Customer satisfaction, 0 to 100.", "满意度,0 到 100。")
    .example("agent.satisfaction", "90")
    .on(RANK),
    ApiItem::method(T::Agent, "skill", &[p("skill", T::SkillName)], T::Int, |engine| {
        engine.register_fn("skill", |context: NativeCallContext, agent: &mut Candidate, skill: &str| {
            let id = find(&context, |names| &names.skills, skill)?;
            let level = agent.0.skills.iter().find(|known| u32::from(known.skill.0) == id);
            let level = level.map_or(0, |known| i64::from(known.level));
            Fallible::Ok(asked(&context, "agent.skill", &skill, level))
        });
    })
    .doc("The agent's level in the skill, 1 to 5; 0: does not have it.", "该技能的等级,1 到 5;0 表示没有。")
    .example("agent.skill(\"refund\")", "4")
    .on(RANK),
];
