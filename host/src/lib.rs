//! The host of Pointsman: the server and the command line. Everything that touches the world is here: the clock, the
//! network, the disk. What is decided is decided in `pointsman-engine`.

pub mod cli;
pub mod clock;
pub mod compile;
pub mod folder;
#[allow(unused_qualifications, reason = "the macro that describes a handler writes them")]
pub mod http;
pub mod journal;
pub mod observe;
pub mod problem;
pub mod recording;
pub mod role;
pub mod secret;
pub mod server;
pub mod store;
pub mod tenant_setup;
pub mod tenants;
pub mod view;
