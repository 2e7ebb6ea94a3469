//! Roles are named sets of permissions; a user has one or more, and the union counts. Five exist from the start. Nobody
//! can give rights that they do not have themselves.

pub mod commands;
mod error;
pub mod model;
pub mod queries;
pub mod routes;

pub use error::RoleError;
pub use model::{ADMIN, Role};
