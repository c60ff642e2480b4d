//! Tries to remember: counts its calls in a global and on the heap, and answers with both counts as tags. Every call gets
//! a fresh instance, so both are always 1.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

use pointsman_rules::prelude::*;

static CALLS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Counts.
pub struct Counter;

#[rule]
impl Counter {
    fn route(conversation: &Conversation, _customer: &Customer, _desk: &Desk) -> Effects {
        let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
        let heard = HEARD.with_borrow_mut(|heard| {
            heard.push(conversation.text.clone());
            heard.len()
        });
        tag(format!("calls-{calls}")).tag(format!("heard-{heard}"))
    }
}

#[cfg(test)]
mod tests {
    use pointsman_rules::test::{FakeDesk, conversation};

    use super::*;

    /// Natively nothing keeps it from remembering: so the tag does show a second call.
    #[test]
    fn counts_where_it_can() {
        let mut desk = FakeDesk::new();
        let mut call = || desk.route(Counter::route, &conversation("hello"), &Customer::default());
        assert_eq!(call(), Ok(tag("calls-1").tag("heard-1")));
        assert_eq!(call(), Ok(tag("calls-2").tag("heard-2")));
    }
}
