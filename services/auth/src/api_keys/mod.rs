//! A key by which another program comes in: a web shop, a warehouse. It acts as a user of its own, with roles, and is
//! exchanged for access tokens like everybody's, so that nothing else has to know about keys.

pub mod commands;
mod error;
pub mod model;
pub mod queries;
pub mod routes;

pub use error::ApiKeyError;
