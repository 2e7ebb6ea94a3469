#![doc = include_str!("../README.md")]
#![expect(clippy::unwrap_used, reason = "a test kit fails loudly")]
#![expect(
    clippy::missing_panics_doc,
    reason = "every function here panics when a test's ground gives way"
)]

mod database;
mod key;
mod server;

pub use database::TestDatabase;
pub use key::{TestKey, unix_now};
pub use server::{Caller, Reply, TestServer, eventually};
