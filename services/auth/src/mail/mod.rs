//! Letters: the link by which somebody comes in, and the one by which whoever forgot their password sets another. What is to be
//! sent is kept in the transaction that makes the link, and goes out until the mail server has taken it.

pub mod commands;
pub mod model;
mod post;
pub mod queries;
pub mod routes;
mod sender;

pub use post::{Post, PostSettings};
pub(crate) use sender::send;
