//! The one description of everything that a script can call or read. It registers each thing with Rhai, and the
//! reference page, completion, hover, the lint and the tested examples are made from it.

use rhai::Engine;
use serde::Serialize;

use super::{api, effect_api, standard};
use crate::rules::Hook;

/// What a value is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ApiType {
    /// Nothing, `()`.
    Nothing,
    /// Any value.
    Any,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Float,
    /// A whole number or one with a fraction.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object map `#{ … }`.
    Map,
    /// A range such as `0..5`.
    Range,
    /// What a hook answers.
    Effects,
    /// `conversation`.
    Conversation,
    /// `message`.
    Message,
    /// `customer`.
    Customer,
    /// `desk`.
    Desk,
    /// A group in numbers.
    Group,
    /// `agent` in `rank`.
    Agent,
    /// The slug of a group.
    GroupName,
    /// The slug of an agent.
    AgentName,
    /// The slug of a skill.
    SkillName,
    /// The slug of a channel.
    ChannelName,
    /// The slug of a plan of hours.
    HoursName,
    /// A business entry.
    EntryName,
}

impl ApiType {
    /// The name in signatures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ApiType::Nothing => "()",
            ApiType::Any => "any",
            ApiType::Bool => "bool",
            ApiType::Int => "int",
            ApiType::Float => "float",
            ApiType::Number => "number",
            ApiType::Text => "text",
            ApiType::List => "list",
            ApiType::Map => "map",
            ApiType::Range => "range",
            ApiType::Effects => "Effects",
            ApiType::Conversation => "Conversation",
            ApiType::Message => "Message",
            ApiType::Customer => "Customer",
            ApiType::Desk => "Desk",
            ApiType::Group => "Group",
            ApiType::Agent => "Agent",
            ApiType::GroupName => "group name",
            ApiType::AgentName => "agent name",
            ApiType::SkillName => "skill name",
            ApiType::ChannelName => "channel name",
            ApiType::HoursName => "hours name",
            ApiType::EntryName => "entry name",
        }
    }

    /// Whether values of this type are texts to Rhai.
    #[must_use]
    pub(super) fn is_text(self) -> bool {
        matches!(
            self,
            ApiType::Text
                | ApiType::GroupName
                | ApiType::AgentName
                | ApiType::SkillName
                | ApiType::ChannelName
                | ApiType::HoursName
                | ApiType::EntryName
        )
    }
}

/// How a thing is used.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ApiKind {
    /// `name(…)`.
    Function,
    /// `receiver.name(…)`.
    Method,
    /// `receiver.name`.
    Property,
}

/// A parameter.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiParameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: ApiType,
}

/// One function, method or property.
#[derive(Copy, Clone, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiItem {
    /// How it is used.
    pub kind: ApiKind,
    /// What it belongs to; `None` for a free function.
    pub receiver: Option<ApiType>,
    /// Its name.
    pub name: &'static str,
    /// Its parameters, the receiver apart.
    pub parameters: &'static [ApiParameter],
    /// How many of the parameters must be given.
    pub required: usize,
    /// What it gives.
    pub returns: ApiType,
    /// Whether it may give `()` instead.
    pub may_be_nothing: bool,
    /// What it does, in English.
    pub doc: &'static str,
    /// What it does, in Chinese.
    pub doc_zh: &'static str,
    /// An example, tested against the sample conversation of the reference page.
    pub example: &'static str,
    /// What the example gives.
    pub result: &'static str,
    /// The hooks in which it can be used; empty: in all.
    pub hooks: &'static [Hook],
    #[serde(skip)]
    register: fn(&mut Engine),
}

/// A parameter, for the tables.
pub(super) const fn parameter(name: &'static str, kind: ApiType) -> ApiParameter {
    ApiParameter { name, kind }
}

impl ApiItem {
    const fn new(
        kind: ApiKind,
        receiver: Option<ApiType>,
        name: &'static str,
        parameters: &'static [ApiParameter],
        returns: ApiType,
        register: fn(&mut Engine),
    ) -> ApiItem {
        ApiItem {
            kind,
            receiver,
            name,
            parameters,
            required: parameters.len(),
            returns,
            may_be_nothing: false,
            doc: "",
            doc_zh: "",
            example: "",
            result: "",
            hooks: &[],
            register,
        }
    }

    pub(super) const fn function(
        name: &'static str,
        parameters: &'static [ApiParameter],
        returns: ApiType,
        register: fn(&mut Engine),
    ) -> ApiItem {
        ApiItem::new(ApiKind::Function, None, name, parameters, returns, register)
    }

    pub(super) const fn method(
        receiver: ApiType,
        name: &'static str,
        parameters: &'static [ApiParameter],
        returns: ApiType,
        register: fn(&mut Engine),
    ) -> ApiItem {
        ApiItem::new(ApiKind::Method, Some(receiver), name, parameters, returns, register)
    }

    pub(super) const fn property(
        receiver: ApiType,
        name: &'static str,
        returns: ApiType,
        register: fn(&mut Engine),
    ) -> ApiItem {
        ApiItem::new(ApiKind::Property, Some(receiver), name, &[], returns, register)
    }

    /// The last parameters may be left out, down to `count`.
    pub(super) const fn required(mut self, count: usize) -> ApiItem {
        self.required = count;
        self
    }

    pub(super) const fn or_nothing(mut self) -> ApiItem {
        self.may_be_nothing = true;
        self
    }

    pub(super) const fn doc(mut self, english: &'static str, chinese: &'static str) -> ApiItem {
        self.doc = english;
        self.doc_zh = chinese;
        self
    }

    pub(super) const fn example(mut self, code: &'static str, result: &'static str) -> ApiItem {
        self.example = code;
        self.result = result;
        self
    }

    pub(super) const fn on(mut self, hooks: &'static [Hook]) -> ApiItem {
        self.hooks = hooks;
        self
    }

    /// How it is written, such as `conversation.has_tag(tag: text) -> bool`.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut signature = String::new();
        if let Some(receiver) = self.receiver {
            signature.push_str(&receiver.name().to_lowercase());
            signature.push('.');
        }
        signature.push_str(self.name);
        if self.kind != ApiKind::Property {
            let parameters: Vec<String> = self
                .parameters
                .iter()
                .enumerate()
                .map(|(at, p)| {
                    let mark = if at < self.required { "" } else { "?" };
                    format!("{}{mark}: {}", p.name, p.kind.name())
                })
                .collect();
            signature.push_str(&format!("({})", parameters.join(", ")));
        }
        signature.push_str(if self.kind == ApiKind::Property { ": " } else { " -> " });
        signature.push_str(self.returns.name());
        if self.may_be_nothing {
            signature.push_str(" or ()");
        }
        signature
    }
}

/// A hook as the lint, completion and the reference page know it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ApiHook {
    /// Which.
    pub hook: Hook,
    /// The function that a script defines for it.
    pub function: &'static str,
    /// Its parameters, in order.
    pub parameters: &'static [ApiParameter],
    /// When it runs, in English.
    pub doc: &'static str,
    /// When it runs, in Chinese.
    pub doc_zh: &'static str,
    /// A whole script that uses it.
    pub example: &'static str,
}

const CONVERSATION: ApiParameter = parameter("conversation", ApiType::Conversation);
const CUSTOMER: ApiParameter = parameter("customer", ApiType::Customer);
const DESK: ApiParameter = parameter("desk", ApiType::Desk);
const MESSAGE: ApiParameter = parameter("message", ApiType::Message);
const AGENT: ApiParameter = parameter("agent", ApiType::Agent);

/// The hooks.
pub static HOOKS: [ApiHook; 4] = [
    ApiHook {
        hook: Hook::Route,
        function: "route",
        parameters: &[CONVERSATION, CUSTOMER, DESK],
        doc: "Runs when a conversation opens or must be placed again. Returns effects, or nothing to leave it to later \
              rules.",
        doc_zh: "会话打开或需要重新分配时运行。返回效果;什么都不返回则交给后面的规则。",
        example: "fn route(conversation, customer, desk) {\n    if customer.vip >= 2 {\n        \
                  return to_group(\"vip-desk\").priority(5);\n    }\n}",
    },
    ApiHook {
        hook: Hook::OnMessage,
        function: "on_message",
        parameters: &[CONVERSATION, MESSAGE, CUSTOMER, DESK],
        doc: "Runs on every later message of the visitor.",
        doc_zh: "访客之后的每条消息都会运行。",
        example: "fn on_message(conversation, message, customer, desk) {\n    if message.contains(\"投诉\") {\n        \
                  return flag_risk(\"投诉\").priority(8);\n    }\n}",
    },
    ApiHook {
        hook: Hook::OnWait,
        function: "on_wait",
        parameters: &[CONVERSATION, CUSTOMER, DESK],
        doc: "Runs when a conversation has waited as long as one of the rule's `wait_after` times.",
        doc_zh: "会话等待达到规则的 `wait_after` 时间时运行。",
        example: "fn on_wait(conversation, customer, desk) {\n    if desk.group(\"after-sales\").available == 0 {\n        \
                  return offer_leave_message();\n    }\n}",
    },
    ApiHook {
        hook: Hook::Rank,
        function: "rank",
        parameters: &[AGENT, CONVERSATION, CUSTOMER, DESK],
        doc: "Scores one eligible agent in a group with the strategy `rank`; the highest score is chosen. Returns a \
              number, or nothing to leave it to the next rule.",
        doc_zh: "在分配策略为 `rank` 的组中给一位可接待的客服打分,分高者得。返回数字;什么都不返回则交给下一条规则。",
        example: "fn rank(agent, conversation, customer, desk) {\n    agent.skill(\"refund\") * 10 - agent.open\n}",
    },
];

impl Hook {
    /// The function that a script defines for the hook.
    #[must_use]
    pub fn function(self) -> &'static str {
        match self {
            Hook::Route => "route",
            Hook::OnMessage => "on_message",
            Hook::OnWait => "on_wait",
            Hook::Rank => "rank",
        }
    }
}

/// Everything, in the order of the reference page.
pub fn items() -> impl Iterator<Item = &'static ApiItem> {
    api::ITEMS.iter().chain(effect_api::ITEMS.iter()).chain(standard::ITEMS.iter())
}

/// Registers everything.
pub(super) fn register(engine: &mut Engine) {
    api::register_types(engine);
    for item in items() {
        (item.register)(engine);
    }
    standard::register_operators(engine);
}
