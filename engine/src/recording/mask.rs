//! Masks: what people said, and who they are, made unrecognisable so that a recording may leave the house.
//!
//! Of the words only those stay that the rules look for, so that keyword rules decide as they did. Identities and
//! attributes become pseudonyms under a key that nobody keeps: equal ones stay equal within one recording. What rules say
//! themselves, such as replies and tags, stays. A script or
//! module that reads more than that may decide otherwise; holding the recording against its own rules
//! ([`super::verify`]) counts how often.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::desk::{CommandBody, Event, Identity};
use crate::rules::{KeptWords, Ruleset};

/// Digits of a pseudonym.
const PSEUDONYM_DIGITS: usize = 16;
/// What stands for a letter that no script can be mistaken for.
const LETTER: char = '〇';

/// Makes a recording unrecognisable.
#[derive(Debug)]
pub struct Mask {
    key: [u8; 32],
    words: KeptWords,
    attributes: BTreeSet<String>,
}

impl Mask {
    /// A mask under a random key. `rulesets`: whose words stay; `words`: further words that stay, such as those of rules
    /// that are yet to be written; `attributes`: those whose values stay.
    #[must_use]
    pub fn new(
        key: [u8; 32],
        rulesets: &[Arc<Ruleset>],
        words: &[String],
        attributes: impl IntoIterator<Item = String>,
    ) -> Mask {
        let attributes = attributes.into_iter().collect();
        Mask { key, words: KeptWords::new(rulesets, words), attributes }
    }

    /// Masks a command.
    pub fn command(&self, body: &mut CommandBody) {
        match body {
            CommandBody::Open(open) => {
                self.identity(&mut open.identity);
                self.attributes(&mut open.attributes);
                if let Some(text) = &mut open.text {
                    *text = self.text(text);
                }
            }
            CommandBody::Message { text, .. } => *text = self.text(text),
            _ => {}
        }
    }

    /// Masks an event.
    pub fn event(&self, event: &mut Event) {
        match event {
            Event::CustomerSeen { identity, attributes, .. } => {
                self.identity(identity);
                self.attributes(attributes);
            }
            Event::ConversationOpened { attributes, text, .. } => {
                self.attributes(attributes);
                if let Some(text) = text {
                    *text = self.text(text);
                }
            }
            Event::MessageReceived { text, .. } => *text = self.text(text),
            Event::RuleFailed { failure, .. } => failure.message = self.text(&failure.message),
            _ => {}
        }
    }

    fn identity(&self, identity: &mut Identity) {
        let Identity { login, cookie, ip } = identity;
        for value in [login, cookie, ip].into_iter().flatten().filter(|value| !value.is_empty()) {
            *value = self.pseudonym(value);
        }
    }

    fn attributes(&self, attributes: &mut BTreeMap<String, String>) {
        for (name, value) in attributes {
            if !self.attributes.contains(name) {
                *value = self.pseudonym(value);
            }
        }
    }

    fn pseudonym(&self, value: &str) -> String {
        let hash = blake3::keyed_hash(&self.key, value.as_bytes()).to_hex();
        format!("m-{}", hash.get(..PSEUDONYM_DIGITS).unwrap_or_default())
    }

    /// A text of which only the words stay that rules look for, and what is no letter or digit.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let kept = self.words.find(text);
        let is_kept = |at: usize| kept.iter().any(|range| range.contains(&at));
        text.char_indices().map(|(at, letter)| if is_kept(at) { letter } else { masked(letter) }).collect()
    }
}

fn masked(letter: char) -> char {
    match letter {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        _ if letter.is_numeric() => '0',
        _ if letter.is_alphabetic() => LETTER,
        _ => letter,
    }
}
