//! The people: who they are, whom they report to, which roles they have, whether they may come in. Signing in is
//! `sessions`' affair; a link by which one comes in is `invitations`'.

pub mod actions;
pub mod authority;
pub mod commands;
mod error;
pub mod import;
pub mod lifecycle;
pub mod me;
pub mod model;
pub mod queries;
pub mod routes;
pub mod visibility;

pub use error::UserError;
pub use model::{Status, User, UserView};
