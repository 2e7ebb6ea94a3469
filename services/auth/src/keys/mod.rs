//! Ed25519 keys that sign tokens. Their private halves are stored encrypted under a key derived from the master secret.
//! A new key is published before it signs, an old one until the last token it may have signed has ended.

pub mod commands;
pub mod model;
pub mod queries;
pub mod routes;
mod sealer;
mod signer;

pub use sealer::Sealer;
pub use signer::{ACCESS_SECONDS, Access, Signer};
