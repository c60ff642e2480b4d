//! Every error says what to do and underlines the place.

use std::str::FromStr;

use proc_macro2::TokenStream;

use crate::expand::glue;

/// Each error's message and the source text it underlines.
fn errors(arguments: &str, item: &str) -> Vec<(String, String)> {
    let parse = |source| TokenStream::from_str(source).expect("tokens");
    let error = glue(parse(arguments), parse(item)).expect_err("a wrong rule");
    error.into_iter().map(|one| (one.to_string(), one.span().source_text().unwrap_or_default())).collect()
}

#[track_caller]
fn assert_error(item: &str, message: &str, underlined: &str) {
    let found = errors("", item);
    assert!(
        found.iter().any(|(said, place)| said.contains(message) && place == underlined),
        "no `{message}` at `{underlined}` in {found:#?}"
    );
}

#[test]
fn an_unknown_hook_is_underlined_and_the_near_one_named() {
    assert_error("impl A { fn onMessage() {} }", "did you mean `on_message`?", "onMessage");
    assert_error("impl A { fn score() {} }", "hooks are `route`, `on_message`, `on_wait`, `rank`", "score");
}

#[test]
fn all_errors_of_a_block_are_told_at_once() {
    assert_eq!(errors("", "impl A { fn helper() {} fn route(&self) {} type T = u8; }").len(), 3);
}

#[test]
fn a_wrong_signature_is_underlined_and_the_right_one_shown() {
    assert_error("impl A { fn route(&self, c: &Customer) {} }", "a hook has no `self`", "&self");
    let right = "fn route(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Effects";
    assert_error("impl A { fn route(c: &Conversation) {} }", right, "route");
    assert_error("impl A { fn on_wait(a: A, b: B, c: C, d: D) {} }", "has 3 parameters, here are 4", "d: D");
    assert_error("impl A { fn route<T>(a: A, b: B, c: C) {} }", "no generic parameters", "<T>");
    assert_error("impl A { async fn route(a: A, b: B, c: C) {} }", "plain function", "async");
    assert_error("impl A { fn rank(a: A, b: B, c: C, d: D) {} }", "`rank` answers with a score", "rank");
}

#[test]
fn the_attribute_belongs_on_a_plain_impl_with_a_hook() {
    assert_error("fn route() {}", "belongs on an `impl` block", "fn");
    assert_error("impl Rule for A {}", "without a trait", "Rule");
    assert_error("impl<T> A<T> {}", "no generic parameters", "<T>");
    assert_error("impl A { const N: u8 = 1; }", "at least one hook", "A");
    assert_eq!(errors("hooks", "impl A {}")[0].1, "hooks");
}

#[test]
fn exactly_the_hooks_that_are_there_are_exported() {
    let item = "impl A { fn route(a: A, b: B, c: C) {} fn on_wait(a: A, b: B, c: C) {} }";
    let exports =
        glue(TokenStream::new(), TokenStream::from_str(item).expect("tokens")).expect("a rule").to_string();
    let exported = |name: &str| exports.contains(&format!(":: {name} :: export !"));
    assert!(
        exported("route") && exported("on_wait") && !exported("rank") && !exported("on_message"),
        "{exports}"
    );
}

/// The compiler underlines where a token is placed: so what a parameter is handed is placed at the parameter's type.
#[test]
fn what_is_handed_over_is_placed_at_the_type_it_must_have() {
    fn places(tokens: TokenStream, found: &mut Vec<(String, String)>) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => places(group.stream(), found),
                token => found.push((token.to_string(), token.span().source_text().unwrap_or_default())),
            }
        }
    }
    let item = "impl A { fn route(a: &First, b: &Second, c: &Third) -> Option<Fourth> {} }";
    let exports = glue(TokenStream::new(), TokenStream::from_str(item).expect("tokens")).expect("a rule");
    let mut found = Vec::new();
    places(exports, &mut found);
    for (token, place) in
        [("conversation", "First"), ("customer", "Second"), ("desk", "Third"), ("answer", ">")]
    {
        assert!(found.contains(&(token.into(), place.into())), "no `{token}` at `{place}` in {found:#?}");
    }
}
