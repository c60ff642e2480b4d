//! What wit-bindgen makes of the contract in `wit/`; kept here, so that a rule builds without making it again. After a
//! change of the contract: `BLESS=1 cargo test -p pointsman-rules-macros`.
//!
//! Each hook has a world of its own, so that a module's component type names only the hooks that it exports: the type of
//! a world is put into the module by the world's `export` macro, and `rule` calls the macros of the hooks it finds.
#![allow(
    unsafe_code,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::panic,
    clippy::unwrap_used,
    reason = "generated"
)]

#[rustfmt::skip]
pub mod imports;
#[rustfmt::skip]
pub mod on_message;
#[rustfmt::skip]
pub mod on_wait;
#[rustfmt::skip]
pub mod rank;
#[rustfmt::skip]
pub mod route;
