//! The same module on wasmtime alone, as fast as it can be set up: no depth is counted, no memory is limited but by the
//! pool, nothing is asked about what the module may see, and the desk's answers are there beforehand.

use std::collections::BTreeMap;

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig, Store};
use wit_component::ComponentEncoder;

use self::bindings::exports::pointsman::rule::route::Effect;
use self::bindings::pointsman::rule::lookup::{GroupState, Host as Lookup, LocalTime};
use self::bindings::pointsman::rule::types::{Conversation, Customer};
use self::bindings::{RouteRule, RouteRulePre};
use crate::ours::Answer;
use crate::{LAST_AGENT, SPENT, TEXT, VIP};

mod bindings {
    wasmtime::component::bindgen!({ path: "../rules-sdk/wit", world: "route-rule" });
}

const FUEL: u64 = 5_000_000;

/// How much of an instance's memory the pool keeps in place and clears, in place of giving it back.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All that such a module has.
    All,
    /// What such a module writes to.
    Little,
    /// Nothing: the pool maps the module's first memory anew.
    Nothing,
}

/// What the host has at hand in a call.
struct Call {
    groups: BTreeMap<&'static str, GroupState>,
    printed: Vec<String>,
}

impl Call {
    fn new() -> Call {
        let vip = GroupState {
            waiting: 0,
            open: 0,
            online: 1,
            available: 1,
            longest_wait_ms: 0,
            expected_wait_ms: 0,
            in_hours: true,
        };
        Call { groups: BTreeMap::from([("vip", vip)]), printed: Vec::new() }
    }
}

impl bindings::pointsman::rule::types::Host for Call {}

impl Lookup for Call {
    fn group(&mut self, name: String) -> Option<GroupState> {
        self.groups.get(name.as_str()).copied()
    }

    fn is_open(&mut self, _: String) -> Option<bool> {
        None
    }

    fn now(&mut self) -> LocalTime {
        LocalTime { year: 2026, month: 3, day: 2, weekday: 1, hour: 0, minute: 0 }
    }

    fn contains(&mut self, keyword: String) -> bool {
        TEXT.contains(&keyword)
    }

    fn contains_any(&mut self, keywords: Vec<String>) -> bool {
        keywords.iter().any(|keyword| TEXT.contains(keyword))
    }

    fn original_text(&mut self) -> String {
        TEXT.to_owned()
    }

    fn attribute(&mut self, name: String) -> Option<String> {
        (name == "spent_12m").then(|| SPENT.to_owned())
    }
}

impl bindings::pointsman::rule::log::Host for Call {
    fn print(&mut self, line: String) {
        self.printed.push(line);
    }
}

/// A module, compiled.
pub(crate) struct Bare {
    engine: Engine,
    rule: RouteRulePre<Call>,
    conversation: Conversation,
    customer: Customer,
}

impl Bare {
    /// `core` is a core module built with the SDK.
    pub(crate) fn new(core: &[u8], keep: Keep) -> Bare {
        let engine = Engine::new(&config(keep)).unwrap();
        let component = ComponentEncoder::default().module(core).unwrap().encode().unwrap();
        let component = Component::from_binary(&engine, &component).unwrap();
        let mut linker = Linker::new(&engine);
        RouteRule::add_to_linker::<_, wasmtime::component::HasSelf<_>>(&mut linker, |call: &mut Call| call)
            .unwrap();
        let rule = RouteRulePre::new(linker.instantiate_pre(&component).unwrap()).unwrap();
        let conversation = Conversation {
            id: 1,
            text: TEXT.to_owned(),
            channel: "website".to_owned(),
            entry: None,
            language: Some("zh".to_owned()),
            tags: Vec::new(),
            risks: Vec::new(),
            priority: 0,
            group: None,
            agent: None,
            waited_ms: 0,
            messages: 1,
            returns: 0,
        };
        let last_agent = Some(LAST_AGENT.to_owned());
        let customer = Customer { vip: VIP, returning: true, conversations: 3, last_agent };
        Bare { engine, rule, conversation, customer }
    }

    /// A call on an instance of its own.
    pub(crate) fn call(&self) -> Vec<Effect> {
        self.instance().call()
    }

    /// An instance.
    pub(crate) fn instance(&self) -> Instance<'_> {
        let mut store = Store::new(&self.engine, Call::new());
        store.set_fuel(FUEL).unwrap();
        let rule = self.rule.instantiate(&mut store).unwrap();
        Instance { bare: self, store, rule }
    }

    /// What a call answers, in names.
    pub(crate) fn answer(&self) -> Answer {
        let mut answer = Answer::default();
        for effect in self.call() {
            match effect {
                Effect::ToGroup(group) => answer.group = group,
                Effect::PreferAgent(agent) => answer.agent = agent,
                Effect::Priority(priority) => answer.priority = priority,
                Effect::Tag(tag) => answer.tag = tag,
                other => panic!("{other:?}"),
            }
        }
        answer
    }
}

/// An instance of a module.
pub(crate) struct Instance<'b> {
    bare: &'b Bare,
    store: Store<Call>,
    rule: RouteRule,
}

impl Instance<'_> {
    /// A call on this instance.
    pub(crate) fn call(&mut self) -> Vec<Effect> {
        self.store.set_fuel(FUEL).unwrap();
        self.store.data_mut().printed.clear();
        let route = self.rule.pointsman_rule_route();
        route.call_route(&mut self.store, &self.bare.conversation, &self.bare.customer).unwrap().unwrap()
    }
}

fn config(keep: Keep) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(16)
        .total_core_instances(64)
        .total_memories(16)
        .total_tables(64)
        .max_memory_size(64 << 20)
        .pagemap_scan(Enabled::Auto);
    let bytes = match keep {
        Keep::All => 2 << 20,
        Keep::Little => 128 << 10,
        Keep::Nothing => 0,
    };
    pool.linear_memory_keep_resident(bytes).table_keep_resident(bytes.min(64 << 10));
    let mut config = Config::new();
    config.consume_fuel(true).allocation_strategy(pool);
    config
}
