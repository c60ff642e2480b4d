//! Detects the language of the first message, where the site does not say it, and asks for an agent who speaks it. A
//! language that nobody speaks becomes a tag.

mod detect;

use pointsman_rules::prelude::*;

/// The languages that somebody speaks at `examples/saas-en`. Name yours: the desk must know the skill `language:xx`.
const SPOKEN: [&str; 3] = ["en", "de", "fr"];

/// The rule.
pub struct LanguageRouter;

#[rule]
impl LanguageRouter {
    fn route(conversation: &Conversation, _customer: &Customer, _desk: &Desk) -> Option<Effects> {
        if conversation.language.is_some() || conversation.messages > 1 {
            return None;
        }
        let language = detect::language(&conversation.text)?;
        print(format!("written in {language}"));
        let answer = tag(format!("language-{language}"));
        Some(match SPOKEN.contains(&language) {
            true => answer.require_skill(format!("language:{language}"), 1),
            false => answer,
        })
    }
}

#[cfg(test)]
mod tests {
    use pointsman_rules::test::{FakeDesk, conversation};

    use super::*;

    fn route(conversation: &Conversation) -> Result<Effects, String> {
        FakeDesk::new().route(LanguageRouter::route, conversation, &Customer::default())
    }

    #[test]
    fn a_spoken_language_is_required_and_another_only_tagged() {
        let german = tag("language-de").require_skill("language:de", 1);
        assert_eq!(route(&conversation("Ich habe eine Frage zu meiner Rechnung")), Ok(german));
        assert_eq!(route(&conversation("Где мой заказ?")), Ok(tag("language-ru")));
    }

    #[test]
    fn what_the_site_says_and_what_came_before_stands() {
        let words = conversation("Ich habe eine Frage zu meiner Rechnung");
        let said = Conversation { language: Some("en".into()), ..words.clone() };
        let later = Conversation { messages: 2, ..words };
        assert_eq!([route(&said), route(&later)], [Ok(Effects::none()), Ok(Effects::none())]);
    }
}
