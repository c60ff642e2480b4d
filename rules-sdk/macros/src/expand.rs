//! The expansion: the block as it was written, and the glue that exports its hooks.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, ImplItem, ImplItemFn, ItemImpl, ReturnType, Type};

use crate::hook::Hook;

/// The block and its glue; where something is wrong, the block and the errors, so that the compiler's other messages
/// stay true.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    match glue(arguments, item.clone()) {
        Ok(glue) => quote!(#item #glue),
        Err(error) => {
            let error = error.to_compile_error();
            quote!(#item #error)
        }
    }
}

/// The exports of the hooks, or all that is wrong with the block.
pub(crate) fn glue(arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Error> {
    if !arguments.is_empty() {
        return Err(Error::new(arguments.span(), "`rule` takes no arguments"));
    }
    let block: ItemImpl = syn::parse2(item).map_err(|error| {
        Error::new(error.span(), "`rule` belongs on an `impl` block that holds the hooks")
    })?;
    if let Some((rule_trait, _)) = &block.trait_ {
        return Err(Error::new(rule_trait.span(), "`rule` belongs on an `impl` block without a trait"));
    }
    if !block.generics.params.is_empty() {
        return Err(Error::new(block.generics.span(), "a rule has no generic parameters"));
    }
    let hooks = hooks(&block)?;
    if hooks.is_empty() {
        let message = format!("a rule has at least one hook: {}", hook_list());
        return Err(Error::new(block.self_ty.span(), message));
    }
    let exports = hooks.iter().map(|(hook, function)| export(*hook, function, &block.self_ty));
    Ok(quote! {
        #[allow(dead_code)]
        const _: () = {
            #[doc(hidden)]
            struct Exports;
            #(#exports)*
        };
    })
}

/// The hooks of the block; the errors of all its items together.
fn hooks(block: &ItemImpl) -> Result<Vec<(Hook, &ImplItemFn)>, Error> {
    let mut hooks = Vec::new();
    let mut errors: Option<Error> = None;
    for item in &block.items {
        let found = match item {
            ImplItem::Fn(function) => hook_of(function).map(|hook| hooks.push((hook, function))),
            ImplItem::Const(_) => Ok(()),
            other => Err(Error::new(other.span(), "this block holds the rule's hooks, and constants")),
        };
        if let Err(error) = found {
            match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            }
        }
    }
    errors.map_or(Ok(hooks), Err)
}

fn hook_of(function: &ImplItemFn) -> Result<Hook, Error> {
    let name = function.sig.ident.to_string();
    let Some(hook) = Hook::named(&name) else {
        let message = match Hook::meant(&name) {
            Some(meant) => format!("`{name}` is not a hook; did you mean `{}`?", meant.name()),
            None => format!(
                "`{name}` is not a hook; hooks are {}, other functions belong outside this block",
                hook_list()
            ),
        };
        return Err(Error::new(function.sig.ident.span(), message));
    };
    hook.check(function)?;
    Ok(hook)
}

fn hook_list() -> String {
    Hook::ALL.map(|hook| format!("`{}`", hook.name())).join(", ")
}

/// Implements the hook's interface and exports it. What the author wrote is called with the spans of the author's types,
/// so that a wrong type is underlined where it is written.
fn export(hook: Hook, function: &ImplItemFn, rule: &Type) -> TokenStream {
    let name = Ident::new(hook.name(), Span::call_site());
    let own = &function.sig.ident;
    let arguments =
        hook.parameters().iter().zip(&function.sig.inputs).map(|(parameter, written)| {
            Ident::new(parameter, Span::call_site().located_at(last_span(written)))
        });
    let answer_span = match &function.sig.output {
        ReturnType::Type(_, written) => last_span(written),
        ReturnType::Default => own.span(),
    };
    let call = quote_spanned!(answer_span=> <#rule>::#own(#(#arguments),*));
    let answer = quote_spanned!(answer_span=> ::pointsman_rules::__glue::answer(#call));
    let score = quote_spanned!(answer_span=> ::pointsman_rules::__glue::score(#call));
    let sdk = quote!(::pointsman_rules::__glue);
    let body = match hook {
        Hook::Rank => quote! {
            fn rank(
                agents: #sdk::Vec<#sdk::Candidate>,
                conversation: #sdk::Conversation,
                customer: #sdk::Customer,
            ) -> #sdk::Scores {
                let (conversation, customer, desk) = (&conversation, &customer, &#sdk::enter());
                agents.iter().map(|agent| #score).collect()
            }
        },
        Hook::OnMessage => quote! {
            fn on_message(
                conversation: #sdk::Conversation,
                message: #sdk::Message,
                customer: #sdk::Customer,
            ) -> #sdk::Answered {
                let (conversation, message, customer, desk) = (&conversation, &message, &customer, &#sdk::enter());
                #answer
            }
        },
        Hook::Route | Hook::OnWait => quote! {
            fn #name(conversation: #sdk::Conversation, customer: #sdk::Customer) -> #sdk::Answered {
                let (conversation, customer, desk) = (&conversation, &customer, &#sdk::enter());
                #answer
            }
        },
    };
    quote! {
        impl #sdk::#name::exports::pointsman::rule::#name::Guest for Exports {
            #body
        }
        #[cfg(target_arch = "wasm32")]
        #sdk::#name::export!(Exports with_types_in #sdk::#name);
    }
}

/// The span of the last token: of `&Customer`, `Customer`. A span of several tokens cannot be had.
fn last_span(tokens: &impl ToTokens) -> Span {
    tokens.to_token_stream().into_iter().last().map_or_else(Span::call_site, |token| token.span())
}
