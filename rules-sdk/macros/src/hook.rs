//! What the four hooks look like, and what can be wrong with one.

use syn::spanned::Spanned;
use syn::{Error, ImplItemFn, ReturnType, Safety, Signature};

/// A hook: a function that the engine calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    Route,
    OnMessage,
    OnWait,
    Rank,
}

impl Hook {
    pub(crate) const ALL: [Hook; 4] = [Hook::Route, Hook::OnMessage, Hook::OnWait, Hook::Rank];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Hook::Route => "route",
            Hook::OnMessage => "on_message",
            Hook::OnWait => "on_wait",
            Hook::Rank => "rank",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Hook> {
        Hook::ALL.into_iter().find(|hook| hook.name() == name)
    }

    /// The hook that a misspelt name was probably meant to be: the same but for capitals and underscores.
    pub(crate) fn meant(name: &str) -> Option<Hook> {
        let plain = |name: &str| name.replace('_', "").to_lowercase();
        Hook::ALL.into_iter().find(|hook| plain(hook.name()) == plain(name))
    }

    /// The parameters' names; each is also the name of what the glue hands over.
    pub(crate) fn parameters(self) -> &'static [&'static str] {
        match self {
            Hook::Route | Hook::OnWait => &["conversation", "customer", "desk"],
            Hook::OnMessage => &["conversation", "message", "customer", "desk"],
            Hook::Rank => &["agent", "conversation", "customer", "desk"],
        }
    }

    /// The signature as the author should write it.
    pub(crate) fn signature(self) -> &'static str {
        match self {
            Hook::Route => {
                "fn route(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Effects"
            }
            Hook::OnMessage => {
                "fn on_message(conversation: &Conversation, message: &Message, customer: &Customer, desk: &Desk) -> Effects"
            }
            Hook::OnWait => {
                "fn on_wait(conversation: &Conversation, customer: &Customer, desk: &Desk) -> Effects"
            }
            Hook::Rank => {
                "fn rank(agent: &Candidate, conversation: &Conversation, customer: &Customer, desk: &Desk) -> f64"
            }
        }
    }

    /// Checks what can be seen without types: those the compiler checks where the glue calls the hook.
    pub(crate) fn check(self, function: &ImplItemFn) -> Result<(), Error> {
        let signature = &function.sig;
        let wrong = |at: &dyn Spanned, what: &str| {
            let expected = self.signature();
            Err(Error::new(at.span(), format!("{what}; write `{expected}`")))
        };
        if let Some(receiver) = signature.receiver() {
            return wrong(&receiver, "a hook has no `self`: nothing is kept from one call to the next");
        }
        if let Some(plain) = not_plain(signature) {
            return Err(Error::new(
                plain,
                "a hook is a plain function, without `async`, `unsafe`, `extern` or `const`",
            ));
        }
        if !signature.generics.params.is_empty() || signature.generics.where_clause.is_some() {
            return wrong(&signature.generics, "a hook has no generic parameters");
        }
        let expected = self.parameters();
        let count = signature.inputs.len();
        if count != expected.len() {
            let what = format!("`{}` has {} parameters, here are {count}", self.name(), expected.len());
            return match signature.inputs.iter().nth(expected.len()) {
                Some(surplus) => wrong(surplus, &what),
                None => wrong(&signature.ident, &what),
            };
        }
        if self == Hook::Rank && matches!(signature.output, ReturnType::Default) {
            return wrong(&signature.ident, "`rank` answers with a score");
        }
        Ok(())
    }
}

/// Where something other than a plain function is said.
fn not_plain(signature: &Signature) -> Option<proc_macro2::Span> {
    let said = [
        signature.constness.as_ref().map(Spanned::span),
        signature.asyncness.as_ref().map(Spanned::span),
        (!matches!(signature.safety, Safety::Default)).then(|| signature.safety.span()),
        signature.abi.as_ref().map(Spanned::span),
    ];
    said.into_iter().flatten().next()
}
