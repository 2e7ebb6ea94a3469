//! A session is one sign-in on one device: a family of refresh tokens, of which only the newest counts. Each use makes
//! the next one, derived from the last, so that a lost answer can be given again within ten seconds; a token that comes
//! back later than that is stolen, and its whole family ends.

pub mod commands;
pub mod cookie;
mod error;
pub mod model;
pub mod queries;
pub mod refresh;
pub mod routes;

pub use error::SessionError;
