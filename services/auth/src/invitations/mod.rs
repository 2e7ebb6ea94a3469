//! Links by which people come in: 256 bits, kept as a hash, good for a week and once. The token is derived from the
//! invitation's id, so that it need not be kept even for a repeated request.

pub mod commands;
mod error;
pub mod model;
pub mod queries;
pub mod routes;

pub use error::InvitationError;
