//! The customers a desk has seen, and how it knows them again (R43).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::command::Identity;
use crate::id::{AgentId, CustomerId};
use crate::model::IdentityKind;
use crate::time::Timestamp;

/// The most customers a desk remembers; beyond it those first seen longest ago are forgotten.
pub(crate) const CUSTOMERS_MAX: usize = 500_000;

/// Everybody the desk remembers. What names a customer is kept once, and by all copies of a desk together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Customers {
    by_id: BTreeMap<CustomerId, Customer>,
    by_identity: PerKind<BTreeMap<Arc<str>, CustomerId>>,
    last: u64,
}

/// One customer 客户.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Customer {
    /// The latest value of each kind.
    identity: PerKind<Option<Arc<str>>>,
    pub vip: u8,
    pub attributes: BTreeMap<String, String>,
    pub last_agent: Option<AgentId>,
    pub last_served_at: Timestamp,
    /// Conversations so far.
    pub conversations: u32,
}

/// Something for each kind of identity.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct PerKind<T> {
    login: T,
    cookie: T,
    ip: T,
}

impl<T> PerKind<T> {
    fn get(&self, kind: IdentityKind) -> &T {
        match kind {
            IdentityKind::Login => &self.login,
            IdentityKind::Cookie => &self.cookie,
            IdentityKind::Ip => &self.ip,
        }
    }

    fn get_mut(&mut self, kind: IdentityKind) -> &mut T {
        match kind {
            IdentityKind::Login => &mut self.login,
            IdentityKind::Cookie => &mut self.cookie,
            IdentityKind::Ip => &mut self.ip,
        }
    }
}

impl PerKind<BTreeMap<Arc<str>, CustomerId>> {
    /// Forgets a value, unless it has come to mean somebody else.
    fn forget(&mut self, kind: IdentityKind, value: &str, id: CustomerId) {
        let known = self.get_mut(kind);
        if known.get(value) == Some(&id) {
            known.remove(value);
        }
    }
}

impl Customer {
    fn identities(&self) -> impl Iterator<Item = (IdentityKind, &Arc<str>)> {
        let kinds = [IdentityKind::Login, IdentityKind::Cookie, IdentityKind::Ip];
        kinds.into_iter().filter_map(|kind| Some((kind, self.identity.get(kind).as_ref()?)))
    }
}

impl Identity {
    /// The value of one kind; an empty one is none.
    #[must_use]
    pub fn get(&self, kind: IdentityKind) -> Option<&str> {
        match kind {
            IdentityKind::Login => self.login.as_deref(),
            IdentityKind::Cookie => self.cookie.as_deref(),
            IdentityKind::Ip => self.ip.as_deref(),
        }
        .filter(|value| !value.is_empty())
    }
}

impl Customers {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn get(&self, id: CustomerId) -> Option<&Customer> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: CustomerId) -> Option<&mut Customer> {
        self.by_id.get_mut(&id)
    }

    /// These customers alone, as if the others were never seen; new ones go on being numbered behind all.
    pub(crate) fn only(&self, ids: impl Iterator<Item = CustomerId>) -> Customers {
        let mut kept = Customers { last: self.last, ..Customers::default() };
        for id in ids {
            let Some(customer) = self.by_id.get(&id) else { continue };
            for (kind, value) in customer.identities() {
                if self.by_identity.get(kind).get(value) == Some(&id) {
                    kept.by_identity.get_mut(kind).insert(Arc::clone(value), id);
                }
            }
            kept.by_id.insert(id, customer.clone());
        }
        kept
    }

    /// Who this is: the strongest identity that is known decides; a new number when none is; `None` when there is
    /// nothing to go by.
    pub(crate) fn recognise(&self, identity: &Identity, by: &[IdentityKind]) -> Option<CustomerId> {
        let mut given = by.iter().filter_map(|kind| Some((*kind, identity.get(*kind)?))).peekable();
        given.peek()?;
        let known = given.find_map(|(kind, value)| self.by_identity.get(kind).get(value).copied());
        Some(known.unwrap_or(CustomerId(self.last + 1)))
    }

    /// Notes that a customer was seen. One value of each kind is remembered: the latest.
    pub(crate) fn see(
        &mut self,
        id: CustomerId,
        identity: &Identity,
        by: &[IdentityKind],
        vip: u8,
        attributes: &BTreeMap<String, String>,
    ) {
        self.last = self.last.max(id.0);
        let customer = self.by_id.entry(id).or_default();
        customer.vip = vip;
        customer.attributes.clone_from(attributes);
        customer.conversations = customer.conversations.saturating_add(1);
        for kind in by {
            let Some(value) = identity.get(*kind) else { continue };
            let latest = customer.identity.get_mut(*kind);
            if let Some(before) = latest.take_if(|before| **before != *value) {
                self.by_identity.forget(*kind, &before, id);
            }
            let value = latest.get_or_insert_with(|| Arc::from(value));
            self.by_identity.get_mut(*kind).insert(Arc::clone(value), id);
        }
        if self.by_id.len() > CUSTOMERS_MAX
            && let Some((forgotten, customer)) = self.by_id.pop_first()
        {
            for (kind, value) in customer.identities() {
                self.by_identity.forget(kind, value, forgotten);
            }
        }
    }
}
