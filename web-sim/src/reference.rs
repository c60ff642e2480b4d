//! What scripts can call and read, for completion and hover; and what modules may use.

use pointsman_engine::rules::Hook;
use pointsman_engine::rules::script::{ApiHook, ApiItem, HOOKS, items};
use serde::Serialize;

use crate::ModuleBounds;

/// Everything a script can call or read, and what a module may use.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reference {
    /// The hooks a script may define.
    pub hooks: Vec<ReferenceHook>,
    /// Functions, methods and properties.
    pub items: Vec<ReferenceItem>,
    /// What modules may use.
    pub modules: ModuleBounds,
}

/// A hook.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReferenceHook {
    /// Which.
    pub hook: Hook,
    /// The hook's first line, as in `fn route(conversation, customer, desk)`.
    pub signature: String,
    /// The hook itself.
    pub api: ApiHook,
}

/// A function, method or property.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReferenceItem {
    /// How it is written, as in `conversation.has_tag(tag: text) -> bool`.
    pub signature: String,
    /// The thing itself.
    pub api: ApiItem,
}

impl Reference {
    pub(crate) fn new() -> Reference {
        Reference {
            hooks: HOOKS
                .iter()
                .map(|api| {
                    let parameters: Vec<&str> = api.parameters.iter().map(|p| p.name).collect();
                    let signature = format!("fn {}({})", api.function, parameters.join(", "));
                    ReferenceHook { hook: api.hook, signature, api: api.clone() }
                })
                .collect(),
            items: items().map(|api| ReferenceItem { signature: api.signature(), api: *api }).collect(),
            modules: ModuleBounds::new(),
        }
    }
}
