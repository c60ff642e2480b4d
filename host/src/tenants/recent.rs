//! The creates that were answered a moment ago, or are about to be. What is older is looked up in the store before a
//! create comes here; in between, this memory keeps two requests with one key from both taking effect.

use std::collections::{HashMap, VecDeque};

use super::{IdempotencyKey, Reply};

/// Keys kept. Between the look-up in the store and the arrival here lie at most the mailbox and one commit.
const KEPT_MAX: usize = 4_096;

/// The latest keys of one tenant.
#[derive(Debug, Default)]
pub(super) struct Recent {
    answers: HashMap<String, (String, Reply)>,
    order: VecDeque<String>,
}

/// What is known about a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// Nothing.
    New,
    /// The same request: this was answered.
    Same(&'a Reply),
    /// Another request had it.
    Other,
}

impl Recent {
    pub(super) fn look_up(&self, key: &IdempotencyKey) -> Known<'_> {
        match self.answers.get(&key.key) {
            None => Known::New,
            Some((fingerprint, reply)) if *fingerprint == key.fingerprint => Known::Same(reply),
            Some(_) => Known::Other,
        }
    }

    pub(super) fn keep(&mut self, key: &IdempotencyKey, reply: &Reply) {
        while self.order.len() >= KEPT_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.answers.remove(&oldest);
            }
        }
        self.order.push_back(key.key.clone());
        self.answers.insert(key.key.clone(), (key.fingerprint.clone(), reply.clone()));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn a_key_names_one_request_and_the_oldest_keys_go_first() {
        let mut recent = Recent::default();
        let key =
            |key: &str, print: &str| IdempotencyKey { key: key.to_owned(), fingerprint: print.to_owned() };
        let reply = Reply { status: StatusCode::CREATED, body: String::from("{}") };
        recent.keep(&key("a", "1"), &reply);
        assert_eq!(recent.look_up(&key("a", "1")), Known::Same(&reply));
        assert_eq!(recent.look_up(&key("a", "2")), Known::Other);
        for n in 0..KEPT_MAX {
            recent.keep(&key(&format!("k{n}"), "1"), &reply);
        }
        assert_eq!(recent.look_up(&key("a", "1")), Known::New);
        assert_eq!(recent.answers.len(), KEPT_MAX);
    }
}
