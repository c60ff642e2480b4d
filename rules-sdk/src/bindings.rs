//! What wit-bindgen makes of the contract in `wit/`.
//!
//! Each hook has a world of its own, so that a module's component type names only the hooks that it exports: the type of
//! a world is put into the module by the world's `export` macro, and `rule` calls the macros of the hooks it finds.
#![allow(unsafe_code, missing_docs, unreachable_pub, unused_qualifications, reason = "generated")]

/// The imports, and the types that all worlds share.
pub mod imports {
    wit_bindgen::generate!({
        path: "wit",
        world: "imports",
        additional_derives: [PartialEq],
        additional_type_attributes: {
            "pointsman:rule/types@1.0.0/conversation": [#[derive(Default)]],
            "pointsman:rule/types@1.0.0/message": [#[derive(Default)]],
            "pointsman:rule/types@1.0.0/customer": [#[derive(Default)]],
            "pointsman:rule/types@1.0.0/candidate": [#[derive(Default)]],
            "pointsman:rule/lookup@1.0.0/group-state": [#[derive(Default)]],
        },
        generate_unused_types: true,
        pub_export_macro: true,
        disable_custom_section_link_helpers: true,
    });
}

macro_rules! hook_world {
    ($module:ident, $world:literal, $interface:ident) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "wit",
                world: $world,
                with: {
                    "pointsman:rule/types@1.0.0": crate::bindings::imports::pointsman::rule::types,
                    "pointsman:rule/lookup@1.0.0": crate::bindings::imports::pointsman::rule::lookup,
                    "pointsman:rule/log@1.0.0": crate::bindings::imports::pointsman::rule::log,
                },
                pub_export_macro: true,
                disable_custom_section_link_helpers: true,
            });
            pub use self as root;
            pub use exports::pointsman::rule::$interface::Guest;
        }
    };
}

hook_world!(route, "route-rule", route);
hook_world!(on_message, "on-message-rule", on_message);
hook_world!(on_wait, "on-wait-rule", on_wait);
hook_world!(rank, "rank-rule", rank);
