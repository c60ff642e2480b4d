//! One call of a module: an instance of its own, within its limits, thrown away behind it.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, InstancePre, Lift, Lower};

use super::candidates::{known, milliseconds};
use super::contract::{Answer, Conversation, Customer, Effects, Message, Messaged, Ranked, Routed, Scores};
use super::limiter::Limiter;
use super::{ModuleInfo, ModuleLimits, ModuleProblem, answer, failure};
use crate::id::AgentId;
use crate::limits;
use crate::model::Directory;
use crate::rules::evaluate::Answered;
use crate::rules::log::Log;
use crate::rules::reading::Calls;
use crate::rules::scene::{Scene, Uses, cut};
use crate::rules::{Facts, Hook};
use crate::trace::{RuleFailure, RuleFailureKind};

/// What travels with a call.
#[derive(Debug)]
pub(super) struct CallState {
    /// What the module may look at; `None` until its hook is called.
    pub(super) scene: Option<Arc<Scene>>,
    pub(super) log: Log,
    /// What is asked of the desk, where a note of it is wanted.
    pub(super) asked: Option<Calls>,
    pub(super) limiter: Limiter,
}

/// A compiled module. Calls share nothing: each has an instance of its own.
pub struct Module {
    info: Arc<ModuleInfo>,
    uses: Uses,
    instance: InstancePre<CallState>,
    hooks: Vec<(Hook, ComponentExportIndex)>,
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("info", &self.info).finish_non_exhaustive()
    }
}

/// How a call went.
struct Called<T> {
    result: Result<T, RuleFailure>,
    cost: u64,
    memory_bytes: u64,
    log: Vec<String>,
    calls: Calls,
}

impl Module {
    pub(super) fn new(
        info: Arc<ModuleInfo>,
        instance: InstancePre<CallState>,
        hooks: Vec<(Hook, ComponentExportIndex)>,
    ) -> Module {
        let uses = super::imports::uses(&info.imports);
        Module { info, uses, instance, hooks }
    }

    /// What there is to know about it.
    #[must_use]
    pub fn info(&self) -> &Arc<ModuleInfo> {
        &self.info
    }

    /// What it reads of the facts.
    pub(in crate::rules) fn uses(&self) -> &Uses {
        &self.uses
    }

    /// # Errors
    /// The module cannot even start within `limits`.
    pub(in crate::rules) fn fits(&self, limits: ModuleLimits) -> Result<(), ModuleProblem> {
        self.info.fits(limits)
    }

    /// Calls `route`, `on-message` or `on-wait`, whichever belongs to the trigger. `noting`: with a note of everything
    /// that it asks of the desk.
    pub(in crate::rules) fn answer(
        &self,
        facts: &Facts<'_>,
        scene: &Arc<Scene>,
        limits: ModuleLimits,
        noting: bool,
    ) -> Answered {
        let hook = facts.trigger.hook();
        let called = with_conversation(facts, scene, |conversation, customer| match hook {
            Hook::OnMessage => {
                let message = Message { text: conversation.text, original_text: cut(facts.original_text) };
                self.call::<Messaged<'_>, Effects>(
                    hook,
                    (conversation, message, customer),
                    scene,
                    limits,
                    noting,
                )
            }
            _ => self.call::<Routed<'_>, Effects>(hook, (conversation, customer), scene, limits, noting),
        });
        let result =
            called.result.and_then(|effects| answer::effects(effects, &scene.names).map_err(bad_answer));
        let Called { cost, memory_bytes, log, calls, .. } = called;
        Answered { result, cost, memory_bytes, log, calls }
    }

    /// Calls `rank` once for all agents: a score in thousandths for each, `None` where the module gives none or the
    /// agent is not on the desk.
    pub(in crate::rules) fn scores(
        &self,
        facts: &Facts<'_>,
        scene: &Arc<Scene>,
        directory: &Directory,
        agents: &[AgentId],
        limits: ModuleLimits,
    ) -> Answered<Vec<Option<i64>>> {
        let known: Vec<_> =
            agents.iter().map(|agent| known(*agent, facts, directory, &scene.names)).collect();
        let candidates: Vec<_> = known.iter().flatten().map(|known| known.candidate()).collect();
        let called = with_conversation(facts, scene, |conversation, customer| {
            let asked: Ranked<'_> = (&candidates, conversation, customer);
            self.call::<Ranked<'_>, Scores>(Hook::Rank, asked, scene, limits, false)
        });
        let Called { result, cost, memory_bytes, log, calls } = called;
        let result = result.and_then(|scores| answer::scores(scores, candidates.len()).map_err(bad_answer));
        let result = result.map(|scores| {
            let mut scores = scores.into_iter();
            known.iter().map(|known| known.as_ref().and_then(|_| scores.next().flatten())).collect()
        });
        Answered { result, cost, memory_bytes, log, calls }
    }

    fn store(&self, limits: ModuleLimits) -> Store<CallState> {
        let state = CallState {
            scene: None,
            log: Log::default(),
            asked: None,
            limiter: Limiter::new(limits.memory_bytes),
        };
        let mut store = Store::new(self.instance.engine(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(limits::MODULE_ANSWER_BYTES_MAX);
        store
    }

    /// Makes an instance. That costs the same in every call of a module, so it is not counted as the call's: how much
    /// it is depends on how the machine fills a memory with the module's data. Its fuel is more than enough for what
    /// was found cheap enough when the module was uploaded.
    fn start(&self, store: &mut Store<CallState>) -> wasmtime::Result<Instance> {
        store.set_fuel(limits::MODULE_START_FUEL_MAX + 2 * limits::MODULE_BYTES_MAX as u64)?;
        self.instance.instantiate(store)
    }

    /// Makes an instance once, to see that it can be made.
    ///
    /// # Errors
    /// It traps while it starts, or takes too long.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn try_start(&self) -> Result<(), RuleFailure> {
        let most = ModuleLimits {
            memory_bytes: limits::MODULE_MEMORY_BYTES_MAX as u64,
            fuel: limits::MODULE_START_FUEL_MAX,
        };
        let mut store = self.store(most);
        let started = store.set_fuel(most.fuel).and_then(|()| self.instance.instantiate(&mut store));
        started.map(|_| ()).map_err(|error| failure::of(&error, most, &store.data().limiter))
    }

    fn call<P, T>(
        &self,
        hook: Hook,
        asked: P,
        scene: &Arc<Scene>,
        limits: ModuleLimits,
        noting: bool,
    ) -> Called<T>
    where
        P: ComponentNamedList + Lower,
        T: Lift,
    {
        let mut store = self.store(limits);
        let answered = self.start(&mut store).and_then(|instance| {
            let export = self.hooks.iter().find(|(known, _)| *known == hook).map(|(_, export)| export);
            let export = export.ok_or_else(|| wasmtime::Error::msg("the module does not export the hook"))?;
            let function = instance.get_typed_func::<P, Answer<T>>(&mut store, export)?;
            store.set_fuel(limits.fuel)?;
            store.data_mut().scene = Some(Arc::clone(scene));
            store.data_mut().asked = noting.then(Calls::default);
            function.call(&mut store, asked)
        });
        let left = store.get_fuel().unwrap_or(0);
        let state = store.into_data();
        let cost = if state.scene.is_some() { limits.fuel.saturating_sub(left) } else { 0 };
        let result = match answered {
            Ok((answer,)) => answer.map_err(|text| failure::raised(&text)),
            Err(error) => Err(failure::of(&error, limits, &state.limiter)),
        };
        Called {
            result,
            cost,
            memory_bytes: state.limiter.memory_bytes(),
            log: state.log.into_lines(),
            calls: state.asked.unwrap_or_default(),
        }
    }
}

fn bad_answer(message: String) -> RuleFailure {
    failure::new(RuleFailureKind::BadAnswer, &message)
}

/// Hands the records that every hook is given to `ask`.
fn with_conversation<R>(
    facts: &Facts<'_>,
    scene: &Scene,
    ask: impl FnOnce(Conversation<'_>, Customer<'_>) -> R,
) -> R {
    let (conversation, customer) = (&facts.conversation, &facts.customer);
    let names = &scene.names;
    let group = conversation.group.map(|id| names.group(id));
    let agent = conversation.agent.map(|id| names.agent(id));
    let last_agent = customer.last_agent.map(|id| names.agent(id));
    ask(
        Conversation {
            id: conversation.id.0,
            text: cut(facts.text.as_str()),
            channel: &scene.channel,
            entry: conversation.entry,
            language: conversation.language,
            tags: conversation.tags,
            risks: conversation.risks,
            priority: conversation.priority,
            group: group.as_deref(),
            agent: agent.as_deref(),
            waited_ms: milliseconds(conversation.waited_ms),
            messages: conversation.visitor_messages,
            returns: conversation.returns,
        },
        Customer {
            vip: customer.vip,
            returning: customer.returning,
            conversations: customer.conversations,
            last_agent: last_agent.as_deref(),
        },
    )
}
