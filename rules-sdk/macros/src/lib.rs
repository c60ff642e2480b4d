//! The attribute [`rule`](macro@rule) of `pointsman-rules`, which re-exports and documents it.

mod expand;
mod hook;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes the hooks of an `impl` block the exports of the module; see `pointsman_rules::rule`.
#[proc_macro_attribute]
pub fn rule(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(arguments.into(), item.into()).into()
}
