#![doc = include_str!("../README.md")]

/// What handlers share, and the transaction that commands work in.
pub mod app;
/// The settings.
pub mod config;
/// The published document.
pub mod openapi;
/// Derived keys, random values, hashes.
pub mod secrets;

/// Keys by which other programs come in.
pub mod api_keys;
/// Links by which people come in.
pub mod invitations;
/// The keys that sign tokens.
pub mod keys;
/// Letters with links.
pub mod mail;
/// Hashes, the policy, the change of one's own.
pub mod passwords;
/// The first user, and strangers who ask to come in.
pub mod registration;
/// Roles: named sets of permissions.
pub mod roles;
/// Who did what to whose account.
pub mod security_log;
/// What other services prove themselves with, and what they ask.
pub mod service_tokens;
/// Sign in, refresh, sign out.
pub mod sessions;
/// What is asked too often from one place has to wait.
pub mod tries;
/// The people.
pub mod users;

mod background;
mod schema;

pub use app::{SERVICE, parts};
