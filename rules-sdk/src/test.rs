//! The test kit: runs a rule's hooks natively in `cargo test`, against a desk that the test makes up.
//!
//! ```
//! use pointsman_rules::prelude::*;
//! use pointsman_rules::test::{FakeDesk, conversation};
//!
//! # pub struct Vip;
//! # #[rule]
//! # impl Vip {
//! #     fn route(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Result<Effects, Unknown> {
//! #         let quick = desk.group("vip")?.available > 0 && conversation.contains("退款");
//! #         Ok(if customer.vip > 1 && quick { to_group("vip") } else { Effects::none() })
//! #     }
//! # }
//! let mut desk = FakeDesk::new().with_group("vip", Group { available: 1, ..Group::default() });
//! let gold = Customer { vip: 2, ..Customer::default() };
//! assert_eq!(desk.route(Vip::route, &conversation("我要退-款"), &gold), Ok(to_group("vip")));
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::{Answer, Candidate, Conversation, Customer, Desk, Effects, Group, LocalTime, Message, Score};

/// A desk made up for a test. What it was not told of, it does not know. The time is Monday, 2 March 2026, 10:00.
#[derive(Clone, Debug)]
pub struct FakeDesk {
    groups: BTreeMap<String, Group>,
    hours: BTreeMap<String, bool>,
    attributes: BTreeMap<String, String>,
    original_text: Option<String>,
    now: LocalTime,
    printed: Vec<String>,
}

impl FakeDesk {
    /// A desk without groups and business hours.
    #[must_use]
    pub fn new() -> FakeDesk {
        FakeDesk {
            groups: BTreeMap::new(),
            hours: BTreeMap::new(),
            attributes: BTreeMap::new(),
            original_text: None,
            now: LocalTime { year: 2026, month: 3, day: 2, weekday: 1, hour: 10, minute: 0 },
            printed: Vec::new(),
        }
    }

    /// With this group.
    #[must_use]
    pub fn with_group(mut self, name: &str, group: Group) -> FakeDesk {
        self.groups.insert(name.to_owned(), group);
        self
    }

    /// With these business hours, open or not.
    #[must_use]
    pub fn with_hours(mut self, name: &str, is_open: bool) -> FakeDesk {
        self.hours.insert(name.to_owned(), is_open);
        self
    }

    /// With this attribute of the customer.
    #[must_use]
    pub fn with_attribute(mut self, name: &str, value: &str) -> FakeDesk {
        self.attributes.insert(name.to_owned(), value.to_owned());
        self
    }

    /// At this time in the tenant's time zone.
    #[must_use]
    pub fn at(mut self, now: LocalTime) -> FakeDesk {
        self.now = now;
        self
    }

    /// With these words as the visitor typed them; without, they are the conversation's text or the message's original
    /// text.
    #[must_use]
    pub fn with_original_text(mut self, text: &str) -> FakeDesk {
        self.original_text = Some(text.to_owned());
        self
    }

    /// What the hook `route` answers.
    ///
    /// # Errors
    /// The rule's own error, in words.
    pub fn route<A: Answer>(
        &mut self,
        hook: impl Fn(&Conversation, &Customer, &Desk) -> A,
        conversation: &Conversation,
        customer: &Customer,
    ) -> Result<Effects, String> {
        self.call(&conversation.text, |desk| hook(conversation, customer, desk).into_effects())
    }

    /// What the hook `on_message` answers.
    ///
    /// # Errors
    /// The rule's own error, in words.
    pub fn on_message<A: Answer>(
        &mut self,
        hook: impl Fn(&Conversation, &Message, &Customer, &Desk) -> A,
        conversation: &Conversation,
        message: &Message,
        customer: &Customer,
    ) -> Result<Effects, String> {
        self.call(&message.original_text, |desk| hook(conversation, message, customer, desk).into_effects())
    }

    /// What the hook `on_wait` answers.
    ///
    /// # Errors
    /// The rule's own error, in words.
    pub fn on_wait<A: Answer>(
        &mut self,
        hook: impl Fn(&Conversation, &Customer, &Desk) -> A,
        conversation: &Conversation,
        customer: &Customer,
    ) -> Result<Effects, String> {
        self.route(hook, conversation, customer)
    }

    /// What the hook `rank` says of each agent, in their order.
    ///
    /// # Errors
    /// The rule's own error, in words.
    pub fn rank<S: Score>(
        &mut self,
        hook: impl Fn(&Candidate, &Conversation, &Customer, &Desk) -> S,
        agents: &[Candidate],
        conversation: &Conversation,
        customer: &Customer,
    ) -> Result<Vec<Option<f64>>, String> {
        self.call(&conversation.text, |desk| {
            agents.iter().map(|agent| hook(agent, conversation, customer, desk).into_score()).collect()
        })
    }

    /// The lines that the last call printed.
    #[must_use]
    pub fn printed(&self) -> &[String] {
        &self.printed
    }

    fn call<T>(&mut self, words: &str, hook: impl FnOnce(&Desk) -> T) -> T {
        let mut asked = self.clone();
        asked.original_text.get_or_insert_with(|| words.to_owned());
        asked.printed.clear();
        CALLED.with_borrow_mut(|called| *called = Some(asked));
        let answer = hook(&Desk::new());
        self.printed = CALLED.take().map(|asked| asked.printed).unwrap_or_default();
        answer
    }

    /// As [`Conversation::contains`], near enough for a test: capitals do not matter and separators are skipped, but full
    /// width is not made half width and traditional characters are not made simplified.
    fn contains(&self, keyword: &str) -> bool {
        let text = self.original_text.as_deref().unwrap_or_default().to_lowercase();
        let keyword = keyword.to_lowercase();
        let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        let squeezed = squeeze(&keyword);
        if squeezed.is_empty() { text.contains(&keyword) } else { squeeze(&text).contains(&squeezed) }
    }
}

impl Default for FakeDesk {
    fn default() -> FakeDesk {
        FakeDesk::new()
    }
}

/// A conversation that opens with these words by the channel `website`. Its text is their lower case.
#[must_use]
pub fn conversation(words: &str) -> Conversation {
    Conversation {
        text: words.to_lowercase(),
        channel: "website".to_owned(),
        messages: 1,
        ..Conversation::default()
    }
}

/// A later message with these words. Its text is their lower case.
#[must_use]
pub fn message(words: &str) -> Message {
    Message { text: words.to_lowercase(), original_text: words.to_owned() }
}

thread_local! {
    static CALLED: RefCell<Option<FakeDesk>> = const { RefCell::new(None) };
}

/// The contract's imports, answered by the desk of the call that is running on this thread.
pub(crate) mod asked {
    pub(crate) mod lookup {
        use super::super::{CALLED, FakeDesk};
        use crate::{Group, LocalTime};

        fn ask<T>(question: impl FnOnce(&FakeDesk) -> T) -> T {
            CALLED.with_borrow(|called| question(called.as_ref().unwrap_or(&FakeDesk::new())))
        }

        pub(crate) fn group(name: &str) -> Option<Group> {
            ask(|desk| desk.groups.get(name).copied())
        }

        pub(crate) fn is_open(hours: &str) -> Option<bool> {
            ask(|desk| desk.hours.get(hours).copied())
        }

        pub(crate) fn now() -> LocalTime {
            ask(|desk| desk.now)
        }

        pub(crate) fn contains(keyword: &str) -> bool {
            ask(|desk| desk.contains(keyword))
        }

        pub(crate) fn contains_any(keywords: &[String]) -> bool {
            ask(|desk| keywords.iter().any(|keyword| desk.contains(keyword)))
        }

        pub(crate) fn original_text() -> String {
            ask(|desk| desk.original_text.clone().unwrap_or_default())
        }

        pub(crate) fn attribute(name: &str) -> Option<String> {
            ask(|desk| desk.attributes.get(name).cloned())
        }
    }

    pub(crate) mod log {
        use super::super::CALLED;

        pub(crate) fn print(line: &str) {
            CALLED.with_borrow_mut(|called| {
                if let Some(called) = called {
                    called.printed.push(line.to_owned());
                }
            });
        }
    }
}
